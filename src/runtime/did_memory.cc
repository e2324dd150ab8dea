#include "runtime/did_memory.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "query/operators/segment_members.h"

namespace footfall::runtime {
namespace {

using store::ReaderGate;

constexpr int64_t kCountMax = 1'000;
// Events that may be appended while matches are read; beyond, reading starts anew.
constexpr size_t kPendingMax = 1'000'000;
// Reading that is overtaken so often leaves the answer to the events themselves.
constexpr int kAttempts = 3;

// Whether the same events match whoever did them and whenever it is asked.
bool IsLasting(const model::RuleNode& node) {
  if (node.kind == model::RuleNode::Kind::kCondition) {
    return !node.field.is_person() && node.field.kind() != model::FieldKind::kAccount &&
           node.op != model::RuleOp::kWithin;
  }
  return std::all_of(node.children.begin(), node.children.end(), IsLasting);
}

// How many matching events decide the condition, whatever there are beyond.
size_t DecidingCount(const model::RuleNode& did) {
  const bool at_least =
      did.op == model::RuleOp::kGreaterEqual || did.op == model::RuleOp::kLess;
  return static_cast<size_t>(std::max<int64_t>(did.count + (at_least ? 0 : 1), 1));
}

}  // namespace

class DidMemory::Matches {
 public:
  struct Pending {
    Moment moment;
    uint64_t person = 0;
    int64_t time_ms = 0;
    uint64_t anonymous = 0;  // Linked to the person; 0: an event.
  };

  std::optional<model::Rule> where;
  size_t most = 1;
  State state = State::kUnknown;
  bool overtaken = false;  // While they were read.
  TimeLists times;
  std::vector<Pending> pending;  // While they are read.
  std::atomic<uint64_t> used{0};

  void Apply(const Pending& change) {
    if (change.anonymous != 0) {
      times.Merge(change.anonymous, change.person);
    } else {
      times.Add(change.person, change.time_ms, change.moment.now_ms);
    }
  }
  void Take(const Pending& change) {
    if (state == State::kKnown) {
      Apply(change);
    } else if (pending.size() < kPendingMax) {
      pending.push_back(change);
    } else {
      overtaken = true;
    }
  }
  bool watched() const { return state == State::kReading || state == State::kKnown; }
};

absl::StatusOr<std::shared_ptr<DidMemory::Matches>> DidMemory::Remember(
    const base::Json& json, const model::RuleNode& did) {
  if (did.count > kCountMax) return nullptr;
  const base::Json* where = did.children.empty() ? nullptr : json.Find("where");
  if (where != nullptr && !IsLasting(did.children[0])) return nullptr;
  const size_t most = DecidingCount(did);
  std::string key = base::Cat(most, where == nullptr ? "" : where->Dump());
  std::optional<model::Rule> rule;
  if (where != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(rule, model::Rule::Parse(*where));
  }
  const ReaderGate::Writing writing(gate_);
  std::shared_ptr<Matches>& matches = all_[std::move(key)];
  if (matches == nullptr) {
    matches = std::make_shared<Matches>();
    matches->where = std::move(rule);
    matches->most = most;
  }
  return matches;
}

absl::StatusOr<std::optional<bool>> DidMemory::Holds(store::EventStore& store,
                                                     Matches& matches,
                                                     const model::RuleNode& did,
                                                     uint64_t person, int64_t now_ms,
                                                     int64_t retention_days) {
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;
  if (did.within_ms > 0) {
    from_ms = now_ms - did.within_ms;
    to_ms = now_ms;
  }
  if (retention_days > 0)
    from_ms = std::max(from_ms, now_ms - retention_days * base::kDayMs);
  matches.used.store(uses_.fetch_add(1, std::memory_order_relaxed),
                     std::memory_order_relaxed);
  for (int i = 0; i < kAttempts; ++i) {
    {
      const ReaderGate::Reading reading(gate_);
      if (matches.state == State::kTooLarge) return std::optional<bool>();
      if (matches.state == State::kKnown) {
        const std::optional<uint64_t> count = matches.times.Count(person, from_ms, to_ms);
        if (!count.has_value()) return std::optional<bool>();
        return std::optional<bool>(model::DidHolds(did, *count));
      }
    }
    FOOTFALL_RETURN_IF_ERROR(Read(store, matches));
  }
  return std::optional<bool>();
}

size_t DidMemory::bytes() const {
  const ReaderGate::Reading reading(gate_);
  return BytesOfAll();
}

void DidMemory::Appended(const Moment& moment, uint64_t person,
                         const model::Event& event) {
  model::FieldSource source;
  source.event = &event;
  source.now_ms = moment.now_ms;
  ReaderGate::Writing writing(gate_);
  for (auto& [key, matches] : all_) {
    if (!matches->watched()) continue;
    if (matches->where.has_value() && !matches->where->Matches(source)) continue;
    matches->Take({.moment = moment, .person = person, .time_ms = event.time_ms});
    if (matches->state == State::kKnown && !MakeRoom(*matches)) {
      SetState(*matches, State::kTooLarge);
    }
  }
}

void DidMemory::Linked(const Moment& moment, uint64_t anonymous, uint64_t person) {
  const ReaderGate::Writing writing(gate_);
  for (auto& [key, matches] : all_) {
    if (!matches->watched()) continue;
    matches->Take({.moment = moment, .person = person, .anonymous = anonymous});
  }
}

void DidMemory::Changed() {
  const ReaderGate::Writing writing(gate_);
  for (auto& [key, matches] : all_) {
    matches->overtaken = true;
    if (matches->state != State::kReading) SetState(*matches, State::kUnknown);
  }
}

absl::Status DidMemory::Read(store::EventStore& store, Matches& matches) {
  const std::lock_guard alone(read_mutex_);
  if (IsSettled(matches)) return absl::OkStatus();
  Begin(store.settings().report_memory_bytes / 2, matches);
  bool too_large = false;
  const absl::StatusOr<uint64_t> version = Gather(store, matches, &too_large);
  const ReaderGate::Writing writing(gate_);
  const std::vector<Matches::Pending> pending = std::move(matches.pending);
  matches.pending = {};
  if (too_large) {
    SetState(matches, State::kTooLarge);
    return absl::OkStatus();
  }
  if (!version.ok() || matches.overtaken) {
    SetState(matches, State::kUnknown);
    return version.status();
  }
  matches.state = State::kKnown;
  for (const Matches::Pending& change : pending) {
    if (change.moment.version > *version) matches.Apply(change);
  }
  return absl::OkStatus();
}

void DidMemory::Begin(size_t bytes_max, Matches& matches) {
  const ReaderGate::Writing writing(gate_);
  bytes_max_ = bytes_max;
  // What no segment asks any more.
  std::erase_if(all_, [&](const auto& entry) {
    const bool unused = entry.second.use_count() == 1;
    if (unused) SetState(*entry.second, State::kUnknown);
    return unused;
  });
  matches.overtaken = false;
  SetState(matches, State::kReading);
}

absl::StatusOr<uint64_t> DidMemory::Gather(store::EventStore& store, Matches& matches,
                                           bool* too_large) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const store::Snapshot> snapshot,
                            store.TakeSnapshot());
  const auto keep = [&](uint64_t person, std::span<const int64_t> times,
                        bool more) -> absl::Status {
    const ReaderGate::Writing writing(gate_);
    matches.times.Set(person, times, more);
    if (MakeRoom(matches)) return absl::OkStatus();
    *too_large = true;
    return absl::ResourceExhaustedError("there are too many people to remember");
  };
  FOOTFALL_RETURN_IF_ERROR(
      query::VisitMatchingTimes(*snapshot, matches.where, matches.most, {}, keep));
  return snapshot->version();
}

bool DidMemory::IsSettled(const Matches& matches) const {
  const ReaderGate::Reading reading(gate_);
  return matches.state == State::kKnown || matches.state == State::kTooLarge;
}

void DidMemory::SetState(Matches& matches, State state) {
  const bool was = matches.watched();
  matches.state = state;
  watched_ += static_cast<int>(matches.watched()) - static_cast<int>(was);
  if (state != State::kKnown) matches.times = TimeLists(matches.most);
}

bool DidMemory::MakeRoom(const Matches& keep) {
  if (keep.times.bytes() > bytes_max_) return false;
  while (BytesOfAll() > bytes_max_) {
    Matches* oldest = nullptr;
    for (auto& [key, matches] : all_) {
      if (matches.get() == &keep || matches->state != State::kKnown) continue;
      if (oldest == nullptr || matches->used < oldest->used) oldest = matches.get();
    }
    if (oldest == nullptr) return true;
    SetState(*oldest, State::kUnknown);
  }
  return true;
}

size_t DidMemory::BytesOfAll() const {
  size_t total = 0;
  for (const auto& [key, matches] : all_) total += matches->times.bytes();
  return total;
}

}  // namespace footfall::runtime
