#include "query/block_sessions.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "query/kernels.h"

namespace footfall::query {

void SessionCutter::Cut(std::span<const uint32_t> begins, const int64_t* times,
                        const store::BlockColumn* host_ids, bool rows_too,
                        BlockSessions* out) {
  out->spans.clear();
  out->of_row.clear();
  if (begins.size() < 2) return;
  const bool no_ids =
      host_ids == nullptr || host_ids->form == store::BlockColumn::Form::kMissing;
  if (!no_ids) return CutById(begins, times, *host_ids, rows_too, out);
  CutByTime(begins, times, out);
  if (!rows_too) return;
  out->of_row.resize(begins.back());
  for (size_t i = 0; i < out->spans.size(); ++i) {
    const BlockSessions::Span& span = out->spans[i];
    std::fill_n(out->of_row.begin() + span.first_row, span.events,
                static_cast<uint32_t>(i));
  }
}

void SessionCutter::CutByTime(std::span<const uint32_t> begins, const int64_t* times,
                              BlockSessions* out) {
  const size_t rows = begins.back();
  starts_.resize(MaskWords(rows));
  ActiveKernels().after_gap(times, rows, rule_.gap_ms, starts_.data());
  for (const uint32_t begin : begins) {
    if (begin < rows) SetBit(starts_.data(), begin);
  }
  if (rows == 0) return;
  size_t runs = 0;
  for (const uint64_t word : starts_) runs += std::popcount(word);
  std::vector<BlockSessions::Span>& spans = out->spans;
  spans.resize(runs);
  BlockSessions::Span* next = spans.data();
  uint32_t person = 0;
  uint32_t open = 0;  // The first row of the run that the next start ends.
  const auto close = [&](size_t end) {
    while (begins[person + 1] <= open) ++person;
    *next++ = {.person = person,
               .first_row = open,
               .events = static_cast<uint32_t>(end) - open,
               .start_ms = times[open],
               .end_ms = times[end - 1]};
    open = static_cast<uint32_t>(end);
  };
  ForEachRow(starts_.data(), 1, rows, close);
  close(rows);
  if (rule_.max_ms > 0) CutLongRuns(times, &spans);
}

void SessionCutter::CutLongRuns(const int64_t* times,
                                std::vector<BlockSessions::Span>* spans) {
  const auto too_long = [&](const BlockSessions::Span& span) {
    return span.end_ms - span.start_ms >= rule_.max_ms;
  };
  if (std::none_of(spans->begin(), spans->end(), too_long)) return;
  cut_.clear();
  for (BlockSessions::Span rest : *spans) {
    // A run that lasts too long is cut where it would reach the limit.
    while (too_long(rest)) {
      const int64_t* const first = times + rest.first_row;
      const uint32_t events = static_cast<uint32_t>(
          std::lower_bound(first, first + rest.events, *first + rule_.max_ms) - first);
      BlockSessions::Span whole = rest;
      whole.events = events;
      whole.end_ms = first[events - 1];
      cut_.push_back(whole);
      rest.first_row += events;
      rest.events -= events;
      rest.start_ms = first[events];
    }
    cut_.push_back(rest);
  }
  std::swap(*spans, cut_);
}

void SessionCutter::CutById(std::span<const uint32_t> begins, const int64_t* times,
                            const store::BlockColumn& host_ids, bool rows_too,
                            BlockSessions* out) {
  constexpr uint32_t kNone = UINT32_MAX;
  if (rows_too) out->of_row.resize(begins.back());
  of_code_.assign(host_ids.values.size(), kNone);
  std::vector<BlockSessions::Span>& spans = out->spans;
  for (uint32_t person = 0; person + 1 < begins.size(); ++person) {
    const size_t first_of_person = spans.size();
    model::RunCutter cutter(rule_);
    uint32_t run = 0;
    for (uint32_t row = begins[person]; row < begins[person + 1]; ++row) {
      const uint32_t next = static_cast<uint32_t>(spans.size());
      uint32_t code = CodeAt(host_ids, row);
      // An empty id is none.
      const model::Value& id = host_ids.values[code];
      if (id.is_string() && id.text.empty()) code = 0;
      uint32_t session = next;
      if (code != 0) {
        uint32_t& last = of_code_[code];
        if (last == kNone || last < first_of_person) last = next;
        session = last;
      } else if (!cutter.StartsRun(times[row])) {
        session = run;
      } else {
        run = next;
      }
      if (session == next) {
        spans.push_back({.person = person,
                         .first_row = row,
                         .host_code = code,
                         .start_ms = times[row]});
      }
      ++spans[session].events;
      spans[session].end_ms = times[row];
      if (rows_too) out->of_row[row] = session;
    }
  }
}

uint64_t SessionCutter::bytes() const {
  return starts_.capacity() * sizeof(uint64_t) + of_code_.capacity() * sizeof(uint32_t) +
         cut_.capacity() * sizeof(BlockSessions::Span);
}

}  // namespace footfall::query
