#include "query/operators/segment_members.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "base/status.h"
#include "model/rule_node.h"
#include "query/context.h"
#include "query/driver.h"
#include "query/needs.h"
#include "query/operator.h"
#include "query/row_search.h"

namespace footfall::query {
namespace {

// With more people without events than one in so many, all are looked at.
constexpr size_t kManyWithoutEvents = 100;

store::BlockRequest RequestOf(const Needs& needs, const PeopleRange& people,
                              int64_t now_ms) {
  store::BlockRequest request;
  request.columns = needs.rep().columns;
  request.now_ms = now_ms;
  request.first_person = people.first;
  request.end_person = people.end;
  return request;
}

// The people with events, and those of them who are in the segment.
class MembersPartial : public Partial {
 public:
  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* in_segment, view.InSegment());
    for (size_t i = 0; i < view.people(); ++i) {
      if (view.begins()[i] == view.begins()[i + 1]) continue;
      with_events.push_back(view.codes()[i]);
      if (TestBit(in_segment, i)) members.push_back(view.codes()[i]);
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<MembersPartial&>(other);
    with_events.insert(with_events.end(), from.with_events.begin(),
                       from.with_events.end());
    members.insert(members.end(), from.members.begin(), from.members.end());
    from = MembersPartial();
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return (with_events.capacity() + members.capacity()) * sizeof(uint64_t);
  }

  std::vector<uint64_t> with_events;
  std::vector<uint64_t> members;
};

class MembersOperator : public Operator {
 public:
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<MembersPartial>();
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    found = std::move(static_cast<MembersPartial&>(all));
    std::sort(found.with_events.begin(), found.with_events.end());
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(found.bytes()));
    return QueryResult();
  }

  MembersPartial found;
};

// Whether the segment holds for a person of whom no event is stored.
class WithoutEvents {
 public:
  WithoutEvents(const store::Snapshot& snapshot, const model::Rule& segment,
                int64_t now_ms)
      : segment_(segment), account_property_(snapshot.settings().account_property) {
    source_.now_ms = now_ms;
    source_.did = &did_nothing_;
  }

  bool Holds(const model::Person& person) {
    const std::string account = model::AccountOf(person, account_property_);
    source_.person = &person;
    source_.account = account;
    return segment_.Matches(source_);
  }

 private:
  const model::Rule& segment_;
  const std::string& account_property_;
  const model::DidAnswer did_nothing_ = [](const model::RuleNode& did) {
    return model::DidHolds(did, 0);
  };
  model::FieldSource source_;
};

// The codes in `people` that are not among `known`, which rise.
absl::StatusOr<std::vector<uint64_t>> OthersThan(const store::Snapshot& snapshot,
                                                 const std::vector<uint64_t>& known,
                                                 const PeopleRange& people) {
  std::vector<uint64_t> others;
  auto next = known.begin();
  FOOTFALL_RETURN_IF_ERROR(snapshot.VisitIds(people.first, people.end,
                                             [&](uint64_t code, bool, std::string_view) {
                                               while (next != known.end() && *next < code)
                                                 ++next;
                                               if (next == known.end() || *next != code)
                                                 others.push_back(code);
                                               return absl::OkStatus();
                                             }));
  return others;
}

absl::Status AddMembersWithoutEvents(const store::Snapshot& snapshot,
                                     const model::Rule& segment,
                                     const ExecuteContext& context,
                                     const PeopleRange& people,
                                     const std::vector<uint64_t>& with_events,
                                     std::vector<uint64_t>* members) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<uint64_t> others,
                            OthersThan(snapshot, with_events, people));
  WithoutEvents rule(snapshot, segment, context.now_ms);
  auto next = others.begin();
  const auto visit = [&](const model::Person& person) {
    while (next != others.end() && *next < person.code) ++next;
    const bool is_other = next != others.end() && *next == person.code;
    if (is_other && rule.Holds(person)) members->push_back(person.code);
    return base::Cancel::Check(context.cancel);
  };
  if (others.size() > with_events.size() / kManyWithoutEvents) {
    return snapshot.VisitPeopleBetween(people.first, people.end, visit);
  }
  for (const uint64_t code : others) {
    FOOTFALL_RETURN_IF_ERROR(snapshot.VisitPeopleBetween(code, code + 1, visit));
  }
  return absl::OkStatus();
}

// Hands on the times of matching rows; the visitor is called by one worker at a time.
class TimesPartial : public Partial {
 public:
  using Visit = absl::FunctionRef<absl::Status(
      uint64_t code, std::span<const int64_t> times, bool more)>;
  TimesPartial(std::optional<RuleRef> rule, size_t most, std::mutex& mutex, Visit visit)
      : rule_(rule), most_(most), mutex_(mutex), visit_(visit) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* matches,
                              rule_.has_value() ? view.Matches(*rule_) : view.InRange());
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(matches));
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < view.people(); ++i) {
      const size_t begin = view.begins()[i];
      times_.clear();
      bool more = false;
      for (size_t end = view.begins()[i + 1]; end > begin;) {
        const size_t row = LastRow(matches, begin, end);
        if (row == end) break;
        more = times_.size() == most_;
        if (more) break;
        times_.push_back(times[row]);
        end = row;
      }
      if (times_.empty()) continue;
      std::reverse(times_.begin(), times_.end());
      FOOTFALL_RETURN_IF_ERROR(visit_(view.codes()[i], times_, more));
    }
    return absl::OkStatus();
  }
  absl::Status Merge(Partial&) override { return absl::OkStatus(); }
  uint64_t bytes() const override { return times_.capacity() * sizeof(int64_t); }

 private:
  const std::optional<RuleRef> rule_;
  const size_t most_;
  std::mutex& mutex_;
  const Visit visit_;
  std::vector<int64_t> times_;
};

class TimesOperator : public Operator {
 public:
  TimesOperator(std::optional<RuleRef> rule, size_t most, TimesPartial::Visit visit)
      : rule_(rule), most_(most), visit_(visit) {}
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<TimesPartial>(rule_, most_, mutex_, visit_);
  }
  absl::StatusOr<QueryResult> Finish(Partial&, Execution&) override {
    return QueryResult();
  }

 private:
  const std::optional<RuleRef> rule_;
  const size_t most_;
  const TimesPartial::Visit visit_;
  mutable std::mutex mutex_;
};

}  // namespace

absl::StatusOr<std::vector<uint64_t>> SegmentMembers(const store::Snapshot& snapshot,
                                                     const model::Rule& segment,
                                                     const ExecuteContext& context,
                                                     const PeopleRange& people) {
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(context.cancel));
  std::vector<uint64_t> members;
  if (!segment.HasDid()) {
    WithoutEvents rule(snapshot, segment, context.now_ms);
    FOOTFALL_RETURN_IF_ERROR(snapshot.VisitPeopleBetween(
        people.first, people.end, [&](const model::Person& person) {
          if (rule.Holds(person)) members.push_back(person.code);
          return base::Cancel::Check(context.cancel);
        }));
    return members;
  }
  Plan plan;
  plan.segment = segment;
  plan.body = UsersPlan();
  Needs needs;
  needs.rep().segment = needs.AddRule(segment);
  MembersOperator op;
  Execution execution(snapshot, plan, context);
  FOOTFALL_ASSIGN_OR_RETURN(
      const auto scan, snapshot.ScanBlocks(RequestOf(needs, people, context.now_ms)));
  FOOTFALL_RETURN_IF_ERROR(RunOperator(execution, needs, *scan, op).status());
  members = std::move(op.found.members);
  FOOTFALL_RETURN_IF_ERROR(AddMembersWithoutEvents(snapshot, segment, context, people,
                                                   op.found.with_events, &members));
  std::sort(members.begin(), members.end());
  return members;
}

absl::Status VisitMatchingTimes(
    const store::Snapshot& snapshot, const std::optional<model::Rule>& where, size_t most,
    const ExecuteContext& context,
    absl::FunctionRef<absl::Status(uint64_t code, std::span<const int64_t> times,
                                   bool more)>
        visit) {
  Plan plan;
  plan.body.emplace<UsersPlan>();
  Needs needs;
  std::optional<RuleRef> rule;
  if (where.has_value()) rule = needs.AddRule(*where);
  TimesOperator op(rule, most, visit);
  Execution execution(snapshot, plan, context);
  FOOTFALL_ASSIGN_OR_RETURN(const auto scan,
                            snapshot.ScanBlocks(RequestOf(needs, {}, INT64_MIN)));
  return RunOperator(execution, needs, *scan, op).status();
}

}  // namespace footfall::query
