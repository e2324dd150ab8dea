#include "store/run_union.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "base/status.h"
#include "store/rows.h"
#include "store/rows_gather.h"

namespace footfall::store {
namespace {

// Of rows of one person.
bool Before(const Rows::Key& a, const Rows::Key& b) {
  const auto order = [](const Rows::Key& key) {
    return std::tuple(key.time_ms, key.seq, key.stream == key.owner, key.stream,
                      key.arrival);
  };
  return order(a) < order(b);
}

// The runs are merged by person first, and row by row only where what they have of a
// person overlaps. Until their source goes on to another chunk, it is only noted which
// rows come next, so that many are copied together.
class RunUnion {
 public:
  RunUnion(const StoredRuns& inputs, const Owners& owners, int64_t expired_before_ms,
           const base::Cancel* cancel, RunWriter& out)
      : inputs_(inputs),
        owners_(owners),
        expired_before_ms_(expired_before_ms),
        cancel_(cancel),
        out_(out),
        gather_(&rows_) {}

  // Of activity, or of identify and alias events.
  absl::Status Write(bool activity);

 private:
  struct Source {
    Rows rows;  // Sorted as they stand.
    std::vector<uint64_t> people;
    std::vector<uint32_t> begins;
    size_t at = 0;  // The next of `people`.
    // The chunks of `run` that come after these rows. Misplaced rows have no run.
    const StoredRun* run = nullptr;
    size_t next_chunk = 0;
    size_t end_chunk = 0;
  };
  // What a source has of a person.
  struct Piece {
    uint32_t source = 0;
    uint32_t begin = 0;
    uint32_t end = 0;
    Rows::Key first;
    int64_t last_ms = 0;
  };

  absl::Status Open(bool activity);
  absl::Status Refill(size_t index);
  bool StartRows(size_t index);
  void Expire(Rows& rows) const;
  void TakePerson(uint64_t code);
  void TakePieces();
  void TakeOverlapping(size_t begin, size_t end);
  void Take(uint32_t source, uint32_t first, uint32_t rows);
  void Copy();
  absl::Status Emit();

  const StoredRuns& inputs_;
  const Owners& owners_;
  const int64_t expired_before_ms_;
  const base::Cancel* const cancel_;
  RunWriter& out_;

  std::vector<Source> sources_;  // By rising arrival.
  std::vector<uint64_t> next_;   // Per source its next person, UINT64_MAX at the end.
  std::vector<Piece> pieces_;    // Of the person at hand.
  std::vector<uint32_t> used_up_;
  std::vector<RowRange> ranges_;  // What comes after rows_.
  size_t ranges_rows_ = 0;
  Rows rows_;  // Of the chunk to come.
  RowsGather gather_;
};

absl::Status RunUnion::Write(bool activity) {
  FOOTFALL_RETURN_IF_ERROR(Open(activity));
  const size_t enough = ChunkRowsFor(out_.packing());
  while (true) {
    const uint64_t code = *std::min_element(next_.begin(), next_.end());
    if (code == UINT64_MAX) return Emit();
    TakePerson(code);
    if (rows_.size() + ranges_rows_ >= enough) FOOTFALL_RETURN_IF_ERROR(Emit());
    if (used_up_.empty()) continue;
    Copy();
    for (const uint32_t index : used_up_) FOOTFALL_RETURN_IF_ERROR(Refill(index));
    used_up_.clear();
  }
}

absl::Status RunUnion::Open(bool activity) {
  sources_.clear();
  sources_.resize(inputs_.size() + 1);
  next_.assign(sources_.size(), UINT64_MAX);
  Rows misplaced;
  FOOTFALL_RETURN_IF_ERROR(AppendMisplaced(inputs_, owners_, activity, &misplaced));
  Expire(misplaced);
  misplaced.Sort();
  sources_[0].rows.Append(misplaced, 0, misplaced.size());
  StartRows(0);
  for (size_t i = 0; i < inputs_.size(); ++i) {
    Source& source = sources_[i + 1];
    const size_t chunks = inputs_[i]->chunks().size();
    source.run = inputs_[i].get();
    source.next_chunk = activity ? 0 : chunks;
    source.end_chunk = activity ? chunks : source.run->summaries().size();
    FOOTFALL_RETURN_IF_ERROR(Refill(i + 1));
  }
  return absl::OkStatus();
}

// Goes on to the next chunk of which something is left.
absl::Status RunUnion::Refill(size_t index) {
  Source& source = sources_[index];
  while (source.next_chunk < source.end_chunk) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel_));
    const size_t chunk = source.next_chunk++;
    source.rows = Rows();
    FOOTFALL_RETURN_IF_ERROR(source.run->Decode(chunk, &source.rows));
    if (!owners_.empty()) {
      source.rows.Filter(
          [this](const Rows::Key& key) { return !owners_.Misplaced(key); });
    }
    if (source.run->summaries()[chunk].min_time_ms < expired_before_ms_) {
      Expire(source.rows);
    }
    if (StartRows(index)) return absl::OkStatus();
  }
  source.rows = Rows();
  next_[index] = UINT64_MAX;
  return absl::OkStatus();
}

// False without rows.
bool RunUnion::StartRows(size_t index) {
  Source& source = sources_[index];
  if (source.rows.size() == 0) return false;
  source.rows.ListPeople(&source.people, &source.begins);
  source.at = 0;
  next_[index] = source.people.front();
  gather_.SetSource(index, source.rows);
  return true;
}

void RunUnion::Expire(Rows& rows) const {
  if (expired_before_ms_ == INT64_MIN) return;
  rows.Filter([this](const Rows::Key& key) { return key.time_ms >= expired_before_ms_; });
}

void RunUnion::TakePerson(uint64_t code) {
  pieces_.clear();
  for (uint32_t i = 0; i < next_.size(); ++i) {
    if (next_[i] != code) continue;
    Source& source = sources_[i];
    pieces_.push_back({.source = i,
                       .begin = source.begins[source.at],
                       .end = source.begins[source.at + 1]});
    ++source.at;
    if (source.at < source.people.size()) {
      next_[i] = source.people[source.at];
    } else {
      used_up_.push_back(i);
    }
  }
  if (pieces_.size() == 1) {
    Take(pieces_[0].source, pieces_[0].begin, pieces_[0].end - pieces_[0].begin);
  } else {
    TakePieces();
  }
}

void RunUnion::TakePieces() {
  for (Piece& piece : pieces_) {
    const Rows& rows = sources_[piece.source].rows;
    piece.first = rows.key(piece.begin);
    piece.last_ms = rows.key(piece.end - 1).time_ms;
  }
  std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
    return a.first.time_ms < b.first.time_ms;
  });
  for (size_t i = 0; i < pieces_.size();) {
    // Pieces that overlap, directly or by way of others.
    int64_t last_ms = pieces_[i].last_ms;
    size_t end = i + 1;
    for (; end < pieces_.size() && pieces_[end].first.time_ms <= last_ms; ++end) {
      last_ms = std::max(last_ms, pieces_[end].last_ms);
    }
    TakeOverlapping(i, end);
    i = end;
  }
}

// Takes the rows of pieces [begin, end) in their order.
void RunUnion::TakeOverlapping(size_t begin, size_t end) {
  while (end - begin > 1) {
    size_t least = begin;
    for (size_t i = begin + 1; i < end; ++i) {
      if (Before(pieces_[i].first, pieces_[least].first)) least = i;
    }
    Piece& piece = pieces_[least];
    Take(piece.source, piece.begin++, 1);
    if (piece.begin < piece.end) {
      piece.first = sources_[piece.source].rows.key(piece.begin);
    } else {
      std::swap(piece, pieces_[--end]);
    }
  }
  const Piece& piece = pieces_[begin];
  Take(piece.source, piece.begin, piece.end - piece.begin);
}

void RunUnion::Take(uint32_t source, uint32_t first, uint32_t rows) {
  ranges_rows_ += rows;
  AppendRange({source, first, rows}, &ranges_);
}

void RunUnion::Copy() {
  gather_.Append(ranges_);
  ranges_.clear();
  ranges_rows_ = 0;
}

absl::Status RunUnion::Emit() {
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel_));
  Copy();
  if (rows_.size() > 0) FOOTFALL_RETURN_IF_ERROR(out_.Add(rows_, 0, rows_.size()));
  gather_.Clear();
  return absl::OkStatus();
}

}  // namespace

absl::Status UniteRuns(const StoredRuns& inputs, const Owners& owners,
                       int64_t expired_before_ms, const base::Cancel* cancel,
                       RunWriter& out) {
  RunUnion united(inputs, owners, expired_before_ms, cancel, out);
  for (const bool activity : {true, false}) {
    FOOTFALL_RETURN_IF_ERROR(united.Write(activity));
  }
  return out.Finish();
}

}  // namespace footfall::store
