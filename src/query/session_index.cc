#include "query/session_index.h"

#include <algorithm>
#include <tuple>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "model/session.h"

namespace footfall::query {
namespace {

struct Entry {
  int64_t time_ms;
  int64_t seq;
  uint32_t person;
  uint32_t host_id;
  uint32_t position;
};

bool InEventOrder(const Entry& a, const Entry& b) {
  return std::tie(a.person, a.time_ms, a.seq, a.position) <
         std::tie(b.person, b.time_ms, b.seq, b.position);
}

}  // namespace

absl::Status SessionIndex::Build(Execution& execution, ValuePool& pool) {
  const SessionDefinition& definition = execution.plan().sessions;
  model::SessionRule rule = execution.snapshot().settings().session;
  rule.gap_ms = definition.gap_ms.value_or(rule.gap_ms);
  rule.max_ms = definition.max_ms.value_or(rule.max_ms);

  std::vector<Entry> entries;
  FOOTFALL_RETURN_IF_ERROR(execution.Scan(
      INT64_MIN, INT64_MAX,
      [&] { return entries.capacity() * sizeof(Entry) + pool.bytes(); },
      [&](const store::StoredEvent& stored) {
        const model::Event& event = stored.event;
        if (entries.size() == UINT32_MAX) {
          return absl::ResourceExhaustedError(
              "reports about sessions take at most 4294967295 events");
        }
        entries.push_back({.time_ms = event.time_ms,
                           .seq = event.seq,
                           .person = execution.PersonIndex(stored.person),
                           .host_id = definition.use_host_ids && !event.session.empty()
                                          ? pool.Intern(event.session)
                                          : 0,
                           .position = static_cast<uint32_t>(entries.size())});
        return absl::OkStatus();
      }));
  const uint64_t kept = entries.size() * 2 * sizeof(uint32_t);
  FOOTFALL_RETURN_IF_ERROR(
      execution.Check(entries.capacity() * sizeof(Entry) + pool.bytes() + kept));
  std::sort(entries.begin(), entries.end(), InEventOrder);

  session_of_.resize(entries.size());
  rank_of_.resize(entries.size());
  absl::flat_hash_map<uint32_t, uint32_t> by_host_id;
  model::RunCutter cutter(rule);
  uint32_t run = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (i == 0 || entries[i - 1].person != entry.person) {
      by_host_id.clear();
      cutter = model::RunCutter(rule);
    }
    const uint32_t next = static_cast<uint32_t>(sessions_.size());
    uint32_t session = next;
    if (entry.host_id != 0) {
      session = by_host_id.try_emplace(entry.host_id, next).first->second;
    } else if (!cutter.StartsRun(entry.time_ms)) {
      session = run;
    } else {
      run = next;
    }
    if (session == next) {
      sessions_.push_back(
          {.person = entry.person, .host_id = entry.host_id, .start_ms = entry.time_ms});
    }
    sessions_[session].end_ms = entry.time_ms;
    ++sessions_[session].events;
    session_of_[entry.position] = session;
    rank_of_[entry.position] = static_cast<uint32_t>(i);
  }
  return execution.Hold(kept + sessions_.capacity() * sizeof(Session));
}

Text SessionIndex::DisplayId(const Session& session, const Text& person,
                             const ValuePool& pool) {
  if (session.host_id != 0) return pool.text(session.host_id);
  return base::Cat(person.view(), "/", base::FormatTime(session.start_ms));
}

}  // namespace footfall::query
