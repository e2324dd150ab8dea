#include "prove/prove_rows.h"

#include "base/strings.h"

namespace footfall::prove {

Json Member(const Event& event, const char* key) {
  const Json* value = event.json->Find(key);
  return value == nullptr ? Json() : *value;
}

std::string TypeOf(const Event& event) { return event.json->Find("type")->as_string(); }

bool IsListed(const Run& run, const Person& person) {
  const bool by_events = run.from_ms != INT64_MIN || run.to_ms != INT64_MAX ||
                         run.definition->Find("where") != nullptr;
  return by_events ? !Existing(run, person).empty() : person.in_segment;
}

void AddAttributes(const Run& run, const std::vector<const Person*>& people,
                   query::Table& table) {
  const Json* attributes = run.definition->Find("attributes");
  if (attributes == nullptr) return;
  for (const Json& name : attributes->as_array()) {
    const std::string field = base::Cat("person.", name.as_string());
    Values values(name.as_string());
    if (IsTime(field)) values.SetTime();
    for (const Person* person : people) {
      Json value = Read(field, {.run = &run, .person = person});
      // An e-mail address as the id stands for the attribute.
      const size_t at = person->id.find('@');
      if (value.is_null() && field == "person.email" && person->identified &&
          at != std::string::npos && at > 0 && at + 1 < person->id.size()) {
        value = Json(person->id);
      }
      values.Add(value);
    }
    table.columns.push_back(values.Take());
  }
}

}  // namespace footfall::prove
