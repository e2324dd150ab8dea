#include "store/run_builder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/status.h"
#include "store/meta.h"
#include "store/rows.h"

namespace footfall::store {
namespace {

constexpr size_t kReadahead = 1 << 20;
constexpr int64_t kDayMs = 24 * 60 * 60 * 1000;
// A span of events that expire together is this part of data retention.
constexpr int64_t kSpansOfRetention = 6;

// Half-open.
struct Span {
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;
};

// The span of time that `time_ms` is in. Without data retention there is one.
Span SpanOf(int64_t time_ms, int64_t retention_days) {
  if (retention_days == 0) return {};
  const int64_t length =
      std::max<int64_t>((retention_days + kSpansOfRetention - 1) / kSpansOfRetention, 1) *
      kDayMs;
  const int64_t number =
      time_ms >= 0 ? time_ms / length : (time_ms - length + 1) / length;
  return {number * length, (number + 1) * length};
}

// The records that are sealed together.
struct Slice {
  uint64_t last_record = 0;
  uint64_t events = 0;
  uint64_t first_arrival = UINT64_MAX;
  std::map<int64_t, Span> spans;  // By from_ms.
};

absl::Status VisitRecords(const BuildContext& context, uint64_t last_record,
                          absl::FunctionRef<absl::StatusOr<bool>(
                              const Place&, const RecordHeader&, std::string_view value)>
                              visit) {
  auto rows = context.rocks->Iterate(kLog, context.snapshot, false, kReadahead);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(context.cancel));
    const Place place{.record = Reader(ToView(rows->key())).Fixed64()};
    if (place.record > last_record) break;
    RecordHeader header;
    FOOTFALL_RETURN_IF_ERROR(
        At(place, LogRecord::ParseHeader(ToView(rows->value()), &header)));
    FOOTFALL_ASSIGN_OR_RETURN(const bool more,
                              visit(place, header, ToView(rows->value())));
    if (!more) break;
  }
  return FromRocks(rows->status());
}

absl::StatusOr<Slice> FindSlice(const BuildContext& context) {
  Slice slice;
  FOOTFALL_RETURN_IF_ERROR(VisitRecords(
      context, UINT64_MAX,
      [&](const Place& place, const RecordHeader& header,
          std::string_view) -> absl::StatusOr<bool> {
        slice.last_record = place.record;
        slice.events += header.events;
        slice.first_arrival = std::min(slice.first_arrival, header.first_arrival);
        Span span = SpanOf(header.min_time_ms, context.retention_days);
        slice.spans[span.from_ms] = span;
        while (span.to_ms <= header.max_time_ms) {
          span = SpanOf(span.to_ms, context.retention_days);
          slice.spans[span.from_ms] = span;
        }
        return slice.events < kSealEvents;
      }));
  return slice;
}

// Builds one run out of others.
class RunMerge {
 public:
  // `inputs` by rising arrival. Rows that they hold of others go to their owners.
  RunMerge(StoredRuns inputs, const Owners& owners, int64_t expired_before_ms,
           const base::Cancel* cancel)
      : inputs_(std::move(inputs)),
        owners_(owners),
        expired_before_ms_(expired_before_ms),
        cancel_(cancel) {}

  absl::Status WriteTo(RunWriter& out) {
    for (const bool activity : {true, false}) {
      rows_.Clear();
      FOOTFALL_RETURN_IF_ERROR(AppendMisplaced(inputs_, owners_, activity, &rows_));
      Expire();
      FOOTFALL_RETURN_IF_ERROR(MergeKind(activity, out));
    }
    return out.Finish();
  }

 private:
  // Where one input has been read to.
  struct Position {
    size_t next = 0;
    size_t end = 0;
    uint64_t read_through = 0;  // All rows of people up to this one are in rows_.
  };

  absl::Status MergeKind(bool activity, RunWriter& out) {
    std::vector<Position> positions;
    for (const auto& input : inputs_) {
      const size_t chunks = input->chunks().size();
      positions.push_back(activity ? Position{0, chunks}
                                   : Position{chunks, input->summaries().size()});
    }
    const size_t enough = std::max<size_t>(inputs_.size(), 2) * kChunkRows;
    while (true) {
      FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel_));
      // The one that is read least far holds back all others.
      size_t least = inputs_.size();
      for (size_t i = 0; i < positions.size(); ++i) {
        if (positions[i].next == positions[i].end) continue;
        if (least == inputs_.size() ||
            positions[i].read_through < positions[least].read_through) {
          least = i;
        }
      }
      if (least == inputs_.size()) return Emit(UINT64_MAX, out);
      if (rows_.size() >= enough) {
        FOOTFALL_RETURN_IF_ERROR(Emit(positions[least].read_through, out));
      }
      FOOTFALL_RETURN_IF_ERROR(ReadNext(*inputs_[least], positions[least]));
    }
  }

  absl::Status ReadNext(const StoredRun& input, Position& position) {
    const size_t before = rows_.size();
    const size_t chunk = position.next++;
    FOOTFALL_RETURN_IF_ERROR(input.Decode(chunk, &rows_));
    const ChunkSummary& summary = input.summaries()[chunk];
    position.read_through = summary.last_person;
    if (!owners_.empty()) {
      size_t row = 0;
      rows_.Filter([&](const Rows::Key& key) {
        return row++ < before || !owners_.Misplaced(key);
      });
    }
    if (summary.min_time_ms < expired_before_ms_) Expire();
    return absl::OkStatus();
  }

  void Expire() {
    if (expired_before_ms_ == INT64_MIN) return;
    rows_.Filter(
        [this](const Rows::Key& key) { return key.time_ms >= expired_before_ms_; });
  }

  // Writes the chunks that are complete: of people up to `through`.
  absl::Status Emit(uint64_t through, RunWriter& out) {
    rows_.Sort();
    size_t complete = rows_.size();
    if (through != UINT64_MAX) {
      while (complete > 0 && rows_.key(complete - 1).owner > through) --complete;
    }
    size_t begin = 0;
    for (const size_t end : CutIntoChunks(rows_)) {
      // The last one may grow.
      const bool whole = end - begin >= kChunkRows && end <= complete;
      if (through != UINT64_MAX && !whole) break;
      FOOTFALL_RETURN_IF_ERROR(out.Add(rows_, begin, end));
      begin = end;
    }
    Rows rest;
    rest.Append(rows_, begin, rows_.size());
    rows_ = std::move(rest);
    return absl::OkStatus();
  }

  const StoredRuns inputs_;
  const Owners& owners_;
  const int64_t expired_before_ms_;
  const base::Cancel* const cancel_;
  Rows rows_;
};

}  // namespace

absl::StatusOr<BuiltRuns> BuildFromLog(const BuildContext& context) {
  FOOTFALL_ASSIGN_OR_RETURN(const Slice slice, FindSlice(context));
  BuiltRuns built;
  built.last_record = slice.last_record;
  built.events_before = slice.events;
  CodeLookup lookup(context.rocks.get(), context.snapshot);
  const auto owner_of = [&lookup](uint64_t anonymous) {
    return lookup.PersonOf(anonymous);
  };
  LogRecord record;
  for (const auto& [from_ms, span] : slice.spans) {
    Rows rows;
    const auto append = [&, &within = span](
                            const Place& place, const RecordHeader& header,
                            std::string_view value) -> absl::StatusOr<bool> {
      if (header.max_time_ms < within.from_ms || header.min_time_ms >= within.to_ms) {
        return true;
      }
      lookup.Trim();
      FOOTFALL_RETURN_IF_ERROR(At(place, record.Parse(value)));
      FOOTFALL_RETURN_IF_ERROR(
          At(place, rows.Append(record, within.from_ms, within.to_ms, owner_of)));
      return true;
    };
    FOOTFALL_RETURN_IF_ERROR(VisitRecords(context, slice.last_record, append));
    if (rows.size() == 0) continue;
    rows.Sort();
    auto writer = std::make_unique<RunWriter>(context.rocks.get(), context.directory,
                                              context.next_run + built.writers.size(),
                                              context.packing);
    FOOTFALL_RETURN_IF_ERROR(writer->AddAll(rows));
    FOOTFALL_RETURN_IF_ERROR(writer->Finish());
    writer->SetBounds(slice.first_arrival, span.from_ms, span.to_ms);
    built.writers.push_back(std::move(writer));
  }
  return built;
}

absl::StatusOr<BuiltRuns> BuildFromRuns(const BuildContext& context,
                                        const std::vector<RunRow>& inputs,
                                        int64_t expired_before_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(StoredRuns runs, OpenRuns(context.rocks, context.snapshot,
                                                      inputs, *context.run_cache));
  Owners owners{.unlinked = context.unlinked};
  FOOTFALL_ASSIGN_OR_RETURN(owners.moved, ReadMoved(*context.rocks, context.snapshot));
  BuiltRuns built;
  built.replaced = inputs;
  for (const RunRow& row : inputs) built.events_before += row.events;
  auto writer = std::make_unique<RunWriter>(context.rocks.get(), context.directory,
                                            context.next_run, context.packing);
  FOOTFALL_RETURN_IF_ERROR(
      RunMerge(std::move(runs), owners, expired_before_ms, context.cancel)
          .WriteTo(*writer));
  int64_t from_ms = INT64_MAX;
  int64_t to_ms = INT64_MIN;
  for (const RunRow& row : inputs) {
    from_ms = std::min(from_ms, row.from_ms);
    to_ms = std::max(to_ms, row.to_ms);
  }
  writer->SetBounds(inputs.front().first_arrival, from_ms, to_ms);
  built.writers.push_back(std::move(writer));
  return built;
}

}  // namespace footfall::store
