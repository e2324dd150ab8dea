#include "store/run_merge.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/status.h"

namespace footfall::store {

absl::Status RunMerge::Merge(std::span<OpenChunk* const> sources,
                             const MergeBounds& bounds) {
  bounds_ = bounds;
  people_count_ = 0;
  rows_ = 0;
  ranges_.clear();
  FOOTFALL_RETURN_IF_ERROR(OpenSources(sources));
  StartCursors();

  size_t moved_at = 0;
  for (;;) {
    Cursor* lowest = nullptr;
    bool shared = false;
    uint64_t code = UINT64_MAX;
    uint64_t next = UINT64_MAX;
    for (Cursor& cursor : cursors_) {
      if (cursor.code < code) {
        next = code;
        code = cursor.code;
        lowest = &cursor;
        shared = false;
      } else if (cursor.code == code) {
        shared = true;
      } else {
        next = std::min(next, cursor.code);
      }
    }
    if (lowest == nullptr) return absl::OkStatus();

    const std::span<const uint64_t> moved = bounds_.moved;
    while (moved_at < moved.size() && moved[moved_at] < code) ++moved_at;
    const uint64_t next_moved = moved_at < moved.size() ? moved[moved_at] : UINT64_MAX;
    if (next_moved == code) {
      for (Cursor& cursor : cursors_) {
        if (cursor.code != code) continue;
        ++sources_[cursor.source].at;
        Settle(cursor);
      }
    } else if (shared) {
      FOOTFALL_RETURN_IF_ERROR(TakeShared(code));
    } else {
      FOOTFALL_RETURN_IF_ERROR(TakeAlone(*lowest, std::min(next, next_moved)));
    }
  }
}

absl::Status RunMerge::OpenSources(std::span<OpenChunk* const> sources) {
  sources_.clear();
  size_t people = 0;
  for (OpenChunk* chunk : sources) {
    FOOTFALL_ASSIGN_OR_RETURN(const ChunkColumns::People all, chunk->ReadPeople());
    const ChunkSummary& summary = chunk->summary();
    const auto begin =
        std::lower_bound(all.codes.begin(), all.codes.end(), bounds_.first_person);
    const auto end = std::upper_bound(begin, all.codes.end(), bounds_.last_person);
    Source& source = sources_.emplace_back();
    source.chunk = chunk;
    source.codes = all.codes.data();
    source.begins = all.begins.data();
    source.at = static_cast<size_t>(begin - all.codes.begin());
    source.end = static_cast<size_t>(end - all.codes.begin());
    source.min_ms = summary.min_time_ms;
    source.max_ms = summary.max_time_ms;
    source.in_range =
        summary.max_time_ms >= std::max(bounds_.from_ms, bounds_.expired_before_ms) &&
        summary.min_time_ms < bounds_.to_ms;
    source.expires = summary.min_time_ms < bounds_.expired_before_ms;
    people += source.end - source.at;
  }
  people_.Make(people);
  begins_.Make(people + 1)[0] = 0;
  return absl::OkStatus();
}

void RunMerge::StartCursors() {
  cursors_.clear();
  for (uint32_t i = 0; i < sources_.size();) {
    const uint32_t run = sources_[i].chunk->ref().run;
    Cursor& cursor = cursors_.emplace_back();
    cursor.source = i;
    while (i < sources_.size() && sources_[i].chunk->ref().run == run) ++i;
    cursor.end_source = i;
    Settle(cursor);
  }
}

// Goes on to the next source when one is used up.
void RunMerge::Settle(Cursor& cursor) {
  while (cursor.source < cursor.end_source) {
    const Source& source = sources_[cursor.source];
    if (source.at < source.end) {
      cursor.code = source.codes[source.at];
      return;
    }
    ++cursor.source;
  }
  cursor.code = UINT64_MAX;
}

// Takes the people with codes less than `before`, whom no other run has.
absl::Status RunMerge::TakeAlone(Cursor& cursor, uint64_t before) {
  Source& source = sources_[cursor.source];
  const size_t begin = source.at;
  size_t end = begin + 1;
  while (end < source.end && source.codes[end] < before) ++end;
  source.at = end;
  if (source.in_range && !source.expires) {
    AddPeople(cursor.source, begin, end);
  } else if (source.in_range) {
    for (source.at = begin; source.at < end;) {
      const uint64_t code = source.codes[source.at];
      pieces_.clear();
      FOOTFALL_RETURN_IF_ERROR(AddPiece(cursor.source));
      FOOTFALL_RETURN_IF_ERROR(AddPieces(code));
    }
  }
  Settle(cursor);
  return absl::OkStatus();
}

// Takes a person whom several runs have.
absl::Status RunMerge::TakeShared(uint64_t code) {
  pieces_.clear();
  bool in_range = false;
  for (Cursor& cursor : cursors_) {
    if (cursor.code != code) continue;
    in_range = in_range || sources_[cursor.source].in_range;
    FOOTFALL_RETURN_IF_ERROR(AddPiece(cursor.source));
    Settle(cursor);
  }
  return in_range ? AddPieces(code) : absl::OkStatus();
}

// Takes the next person of `source` as a piece, unless nothing of it is left.
absl::Status RunMerge::AddPiece(uint32_t index) {
  Source& source = sources_[index];
  Piece piece;
  piece.source = index;
  piece.begin = source.begins[source.at];
  piece.end = source.begins[++source.at];
  if (source.expires) {
    FOOTFALL_RETURN_IF_ERROR(ReadTimes(source));
    piece.begin = static_cast<uint32_t>(std::lower_bound(source.times + piece.begin,
                                                         source.times + piece.end,
                                                         bounds_.expired_before_ms) -
                                        source.times);
  }
  if (piece.begin < piece.end) pieces_.push_back(piece);
  return absl::OkStatus();
}

// Adds the pieces as the rows of a person.
absl::Status RunMerge::AddPieces(uint64_t code) {
  if (pieces_.empty()) return absl::OkStatus();
  if (pieces_.size() > 1) FOOTFALL_RETURN_IF_ERROR(OrderPieces());
  for (size_t i = 0; i < pieces_.size();) {
    // Pieces that overlap, directly or by way of others.
    int64_t last_ms = pieces_[i].last_ms;
    size_t end = i + 1;
    for (; end < pieces_.size() && pieces_[end].first_ms <= last_ms; ++end) {
      last_ms = std::max(last_ms, pieces_[end].last_ms);
    }
    if (end == i + 1) {
      AddRange(pieces_[i].source, pieces_[i].begin, pieces_[i].end - pieces_[i].begin);
    } else {
      FOOTFALL_RETURN_IF_ERROR(
          MergeRows(std::span<Piece>(pieces_).subspan(i, end - i), code));
    }
    i = end;
  }
  EndPerson(code);
  return absl::OkStatus();
}

// Sorts pieces by their first event. Chunks of different times, which is what runs mostly
// hold, need not be looked into for that.
absl::Status RunMerge::OrderPieces() {
  bool ordered = true;
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const Source& source = sources_[pieces_[i].source];
    pieces_[i].first_ms = source.min_ms;
    pieces_[i].last_ms = source.max_ms;
    ordered = ordered && (i == 0 || pieces_[i - 1].last_ms < source.min_ms);
  }
  if (ordered) return absl::OkStatus();
  for (Piece& piece : pieces_) {
    Source& source = sources_[piece.source];
    FOOTFALL_RETURN_IF_ERROR(ReadTimes(source));
    piece.first_ms = source.times[piece.begin];
    piece.last_ms = source.times[piece.end - 1];
  }
  std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
    return std::tie(a.first_ms, a.source) < std::tie(b.first_ms, b.source);
  });
  return absl::OkStatus();
}

absl::Status RunMerge::MergeRows(std::span<Piece> pieces, uint64_t owner) {
  while (pieces.size() > 1) {
    // The piece that has the next row, and the one that has the row after its last.
    size_t least = 0;
    size_t second = 1;
    for (size_t i = 1; i < pieces.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const bool is_least,
          Before(pieces[i], pieces[i].begin, pieces[least], pieces[least].begin, owner));
      if (is_least) {
        second = least;
        least = i;
      } else if (i > 1) {
        FOOTFALL_ASSIGN_OR_RETURN(const bool is_second,
                                  Before(pieces[i], pieces[i].begin, pieces[second],
                                         pieces[second].begin, owner));
        if (is_second) second = i;
      }
    }
    Piece& piece = pieces[least];
    FOOTFALL_ASSIGN_OR_RETURN(const uint32_t rows,
                              CountBefore(piece, pieces[second], owner));
    AddRange(piece.source, piece.begin, rows);
    piece.begin += rows;
    if (piece.begin == piece.end) {
      piece = pieces.back();
      pieces = pieces.first(pieces.size() - 1);
    }
  }
  AddRange(pieces[0].source, pieces[0].begin, pieces[0].end - pieces[0].begin);
  return absl::OkStatus();
}

// Number of rows of `piece`, whose first one is the least, before the first of `other`.
absl::StatusOr<uint32_t> RunMerge::CountBefore(const Piece& piece, const Piece& other,
                                               uint64_t owner) {
  const int64_t* const times = sources_[piece.source].times;
  const int64_t other_ms = sources_[other.source].times[other.begin];
  // Mostly few rows, sometimes very many.
  uint32_t row = piece.begin + 1;
  for (uint32_t step = 1; row < piece.end && times[row] < other_ms; step *= 2) {
    const uint32_t left = piece.end - row;
    if (step < left && times[row + step] < other_ms) {
      row += step;
      continue;
    }
    row = static_cast<uint32_t>(
        std::lower_bound(times + row, times + row + std::min(step, left), other_ms) -
        times);
    break;
  }
  while (row < piece.end && times[row] == other_ms) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool before,
                              Before(piece, row, other, other.begin, owner));
    if (!before) break;
    ++row;
  }
  return row - piece.begin;
}

// Whether a row comes before another one; their times have been read.
absl::StatusOr<bool> RunMerge::Before(const Piece& a, uint32_t row_a, const Piece& b,
                                      uint32_t row_b, uint64_t owner) {
  Source& source_a = sources_[a.source];
  Source& source_b = sources_[b.source];
  if (source_a.times[row_a] != source_b.times[row_b]) {
    return source_a.times[row_a] < source_b.times[row_b];
  }
  FOOTFALL_RETURN_IF_ERROR(ReadTies(source_a));
  FOOTFALL_RETURN_IF_ERROR(ReadTies(source_b));
  const auto key = [owner](const Source& source, uint32_t row, uint32_t index) {
    const uint64_t stream = source.streams == nullptr ? owner : source.streams[row];
    return std::tuple(source.seqs == nullptr ? 0 : source.seqs[row],
                      stream == owner ? UINT64_MAX : stream, index);
  };
  return key(source_a, row_a, a.source) < key(source_b, row_b, b.source);
}

absl::Status RunMerge::ReadTimes(Source& source) {
  if (source.times != nullptr) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(source.times, source.chunk->Times());
  return absl::OkStatus();
}

absl::Status RunMerge::ReadTies(Source& source) {
  if (source.ties_read) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(source.seqs, source.chunk->Seqs());
  FOOTFALL_ASSIGN_OR_RETURN(source.streams, source.chunk->Streams());
  source.ties_read = true;
  return absl::OkStatus();
}

// Adds people as they stand in the source.
void RunMerge::AddPeople(uint32_t index, size_t begin, size_t end) {
  const Source& source = sources_[index];
  const uint32_t first = source.begins[begin];
  const uint32_t shift = rows_ - first;  // Modulo 2^32.
  AddRange(index, first, source.begins[end] - first);
  std::memcpy(people_.data() + people_count_, source.codes + begin,
              (end - begin) * sizeof(uint64_t));
  uint32_t* const begins = begins_.data() + people_count_ + 1;
  for (size_t i = begin; i < end; ++i) begins[i - begin] = source.begins[i + 1] + shift;
  people_count_ += end - begin;
}

void RunMerge::AddRange(uint32_t source, uint32_t first, uint32_t rows) {
  rows_ += rows;
  AppendRange({source, first, rows}, &ranges_);
}

void RunMerge::EndPerson(uint64_t code) {
  people_.data()[people_count_++] = code;
  begins_.data()[people_count_] = rows_;
}

}  // namespace footfall::store
