#ifndef FOOTFALL_RUNTIME_PERSON_JSON_H_
#define FOOTFALL_RUNTIME_PERSON_JSON_H_

#include <string>
#include <string_view>

#include "base/json.h"
#include "model/person.h"

namespace footfall::runtime {

// A person as footfall_person_show prints one: the columns of the report `users` under
// the same names, with "anonymous_ids" and the host's "attributes".
base::Json PersonToJson(const model::Person& person, std::string_view account_property);

// Null for an empty text.
base::Json TextOrNull(const std::string& text);

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_PERSON_JSON_H_
