#include "query/block_people.h"

#include <algorithm>
#include <string>

#include "base/status.h"
#include "query/context.h"

namespace footfall::query {

BlockPeople::BlockPeople(const Needs::Rep& needs, const store::Snapshot& snapshot,
                         absl::TimeZone zone, int64_t now_ms)
    : needs_(needs), snapshot_(snapshot), zone_(zone), now_ms_(now_ms) {
  const auto is_account = [](const model::Field& field) {
    return field.kind() == model::FieldKind::kAccount;
  };
  wants_accounts_ = needs.accounts || std::any_of(needs.person_fields.begin(),
                                                  needs.person_fields.end(), is_account);
  for (const model::RuleNode* condition : needs.person_conditions) {
    wants_accounts_ |= is_account(condition->field);
    holds_of_unknown_.push_back(
        model::ConditionHolds(*condition, model::Value::Missing(), zone, now_ms));
  }
  holds_.resize(needs.person_conditions.size());
  fields_.resize(needs.person_fields.size());
}

void BlockPeople::Clear(size_t people) {
  for (size_t i = 0; i < holds_.size(); ++i) {
    holds_[i].assign(MaskWords(people), holds_of_unknown_[i] ? ~uint64_t{0} : 0);
  }
  for (FieldCodes& field : fields_) {
    field.codes.assign(people, 0);
    field.dictionary.Clear();
  }
  arena_.Clear();
  people_bytes_ = 0;
  people_.clear();
  if (needs_.people) people_.resize(people);
  names_.assign(needs_.names ? people : 0, std::string_view());
  accounts_.assign(wants_accounts_ ? people : 0, std::string_view());
}

absl::Status BlockPeople::Load(std::span<const uint64_t> codes) {
  Clear(codes.size());
  if (codes.empty()) return absl::OkStatus();
  size_t index = 0;
  const uint64_t end = codes.back() == UINT64_MAX ? UINT64_MAX : codes.back() + 1;
  const bool only_names = needs_.names && !needs_.people && !wants_accounts_ &&
                          holds_.empty() && fields_.empty();
  if (only_names) {
    return VisitNames(snapshot_, codes.front(), end,
                      [&](uint64_t code, std::string_view name) {
                        while (index < codes.size() && codes[index] < code) ++index;
                        if (index < codes.size() && codes[index] == code) {
                          names_[index] = arena_.Keep(name);
                        }
                        return absl::OkStatus();
                      });
  }
  return snapshot_.VisitPeopleBetween(
      codes.front(), end, [&](const model::Person& person) {
        while (index < codes.size() && codes[index] < person.code) ++index;
        if (index < codes.size() && codes[index] == person.code) Take(index, person);
        return absl::OkStatus();
      });
}

void BlockPeople::Take(size_t index, const model::Person& person) {
  std::string account;
  if (wants_accounts_) {
    account = model::AccountOf(person, snapshot_.settings().account_property);
    accounts_[index] = arena_.Keep(account);
  }
  if (needs_.names) names_[index] = arena_.Keep(person.DisplayId());
  model::FieldSource source;
  source.person = &person;
  source.account = account;
  for (size_t i = 0; i < holds_.size(); ++i) {
    const model::RuleNode& condition = *needs_.person_conditions[i];
    const bool holds = model::ConditionHolds(
        condition, model::ReadField(condition.field, source), zone_, now_ms_);
    const uint64_t bit = uint64_t{1} << (index % 64);
    uint64_t& word = holds_[i][index / 64];
    word = holds ? word | bit : word & ~bit;
  }
  for (size_t i = 0; i < fields_.size(); ++i) {
    fields_[i].codes[index] =
        fields_[i].dictionary.CodeOf(model::ReadField(needs_.person_fields[i], source));
  }
  if (needs_.people) {
    people_[index] = person;
    people_bytes_ += PersonBytes(person);
  }
}

uint64_t BlockPeople::bytes() const {
  uint64_t bytes = arena_.bytes() + people_bytes_ + names_.capacity() * 32;
  for (const auto& mask : holds_) bytes += mask.capacity() * sizeof(uint64_t);
  for (const FieldCodes& field : fields_) {
    bytes += field.codes.capacity() * sizeof(uint32_t) + field.dictionary.bytes();
  }
  return bytes;
}

}  // namespace footfall::query
