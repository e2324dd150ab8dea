// A person as reports and segments see one: identifiers, computed and host attributes.
#ifndef FOOTFALL_MODEL_PERSON_H_
#define FOOTFALL_MODEL_PERSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/attribute.h"

namespace footfall::model {

struct Person {
  uint64_t code = 0;  // The store's number of the person, stable for its life.
  std::string
      id;  // As the host gave it; for an unlinked anonymous one, its anonymous id.
  bool identified = false;  // False for an anonymous id that no alias has linked.
  std::vector<std::string> anonymous_ids;  // Linked to this person, in order of linking.

  // Computed attributes. Times are ms since 1970 UTC; absent before the first event that
  // counts as activity.
  std::optional<int64_t> first_seen_ms;
  std::optional<int64_t> last_seen_ms;
  uint64_t events = 0;
  uint64_t sessions = 0;
  int64_t total_duration_ms = 0;  // Sum over sessions of last event minus first.
  // Sum over consecutive sessions, by start, of the next start minus the end (0 where
  // they overlap); there are sessions - 1 of them.
  int64_t total_between_ms = 0;
  // Of the latest event, in event order, that has the field; empty when none has.
  std::string country, region, city, browser, browser_version, os;

  // From `identify`, latest per key in event order. Sorted by key.
  std::vector<std::pair<std::string, AttributeValue>> attributes;

  // Sorted by integration and name; anonymous ids have none.
  std::vector<ImportedAttribute> imported;

  // The id as reports print it: "anonymous:ID" for an unlinked anonymous one.
  std::string DisplayId() const {
    return identified ? id : std::string(kAnonymousPrefix) + id;
  }
  // By "<integration>/<name>", else by the key that the host gave to `identify`; of two
  // that are called alike, the imported one.
  const AttributeValue* FindAttribute(std::string_view key) const;
};

// The person's account: the attribute `account_property` when that names one that is a
// string, else the domain of an e-mail id (or of the attribute "email"), in lower case;
// empty when there is none.
std::string AccountOf(const Person& person, std::string_view account_property);

}  // namespace footfall::model

#endif  // FOOTFALL_MODEL_PERSON_H_
