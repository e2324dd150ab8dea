#include "store/run_builder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/status.h"
#include "base/time.h"
#include "store/meta.h"
#include "store/rows.h"
#include "store/run_union.h"

namespace footfall::store {
namespace {

constexpr size_t kReadahead = 1 << 20;
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
      base::kDayMs;
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
  FOOTFALL_ASSIGN_OR_RETURN(
      const StoredRuns runs,
      OpenRuns(context.rocks, context.snapshot, inputs, *context.run_cache));
  Owners owners{.unlinked = context.unlinked};
  FOOTFALL_ASSIGN_OR_RETURN(owners.moved, ReadMoved(*context.rocks, context.snapshot));
  BuiltRuns built;
  built.replaced = inputs;
  for (const RunRow& row : inputs) built.events_before += row.events;
  auto writer = std::make_unique<RunWriter>(context.rocks.get(), context.directory,
                                            context.next_run, context.packing);
  FOOTFALL_RETURN_IF_ERROR(
      UniteRuns(runs, owners, expired_before_ms, context.cancel, *writer));
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
