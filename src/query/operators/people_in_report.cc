#include "query/operators/people_in_report.h"

#include <algorithm>

#include "base/status.h"
#include "model/rule_node.h"
#include "query/block_rows.h"

namespace footfall::query {

absl::Status PeopleInReport::Add(BlockView& view) {
  const bool needs_event = NeedsEvent();
  // Nothing depends on events.
  if (!needs_event && !plan_.segment.has_value() && !active_for_ms_.has_value()) {
    return absl::OkStatus();
  }
  const uint64_t* existing = nullptr;
  const uint64_t* in_segment = nullptr;
  const uint64_t* matches = nullptr;
  const int64_t* times = nullptr;
  if (needs_event) {
    FOOTFALL_ASSIGN_OR_RETURN(existing, view.Existing(where_));
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(in_segment, view.InSegment());
  }
  if (active_for_ms_.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(times, view.Times());
    if (where_.has_value()) {
      FOOTFALL_ASSIGN_OR_RETURN(matches, view.Matches(*where_));
    }
  }
  for (size_t i = 0; i < view.people(); ++i) {
    const uint32_t begin = view.begins()[i];
    const uint32_t end = view.begins()[i + 1];
    Entry entry{.code = view.codes()[i]};
    entry.is_wanted = needs_event ? AnyRow(existing, begin, end) : TestBit(in_segment, i);
    if (times != nullptr) {
      // Times of a person rise.
      const int64_t* first =
          std::lower_bound(times + begin, times + end, view.now_ms() - *active_for_ms_);
      const int64_t* last = std::upper_bound(first, times + end, view.now_ms());
      entry.is_active = matches == nullptr ? first != last
                                           : AnyRow(matches, first - times, last - times);
    }
    people_.push_back(entry);
  }
  return absl::OkStatus();
}

absl::Status PeopleInReport::Merge(Partial& other) {
  auto& from = static_cast<PeopleInReport&>(other);
  people_.insert(people_.end(), from.people_.begin(), from.people_.end());
  from.people_ = {};
  return absl::OkStatus();
}

absl::Status PeopleInReport::Visit(
    Execution& execution,
    absl::FunctionRef<absl::Status(const model::Person& person, std::string_view account,
                                   bool is_active)>
        visit) {
  std::sort(people_.begin(), people_.end(),
            [](const Entry& a, const Entry& b) { return a.code < b.code; });
  FOOTFALL_RETURN_IF_ERROR(execution.Hold(bytes()));
  const std::string& property = execution.snapshot().settings().account_property;
  auto next = people_.begin();
  return execution.snapshot().VisitPeople([&](const model::Person& person) {
    while (next != people_.end() && next->code < person.code) ++next;
    const bool has_events = next != people_.end() && next->code == person.code;
    const std::string account = model::AccountOf(person, property);
    const bool is_wanted =
        has_events ? next->is_wanted
                   : IsWantedWithoutEvents(person, account, execution.now_ms());
    if (!is_wanted) return absl::OkStatus();
    return visit(person, account, has_events && next->is_active);
  });
}

bool PeopleInReport::IsWantedWithoutEvents(const model::Person& person,
                                           std::string_view account,
                                           int64_t now_ms) const {
  if (NeedsEvent()) return false;
  if (!plan_.segment.has_value()) return true;
  const model::DidAnswer did_nothing = [](const model::RuleNode& did) {
    return model::DidHolds(did, 0);
  };
  model::FieldSource source;
  source.person = &person;
  source.account = account;
  source.zone = plan_.zone;
  source.now_ms = now_ms;
  source.did = &did_nothing;
  return plan_.segment->Matches(source);
}

}  // namespace footfall::query
