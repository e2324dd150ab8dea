// The names that rules and reports read: "event.name", "properties.plan", "person.id"...
#ifndef FOOTFALL_MODEL_FIELD_H_
#define FOOTFALL_MODEL_FIELD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/event.h"
#include "model/person.h"

namespace footfall::model {

enum class FieldKind : uint8_t {
  kEventType,
  kEventName,
  kEventUrl,
  kEventTitle,
  kEventHost,  // Of the url, without user and port.
  kEventPath,  // Of the url, without query and fragment.
  kElementTag,
  kElementId,
  kElementClass,
  kElementType,
  kElementName,
  kElementText,
  kElementLabel,
  kElementValue,
  kElementAutocomplete,
  kProperty,
  kContextCountry,
  kContextRegion,
  kContextCity,
  kContextBrowser,
  kContextBrowserVersion,
  kContextOs,
  kContextOsVersion,
  kContextDevice,
  kContextHttps,
  kApp,
  kEnvironment,
  kAccount,
  kPersonId,
  kPersonIdentified,
  kPersonFirstSeen,
  kPersonLastSeen,
  kPersonSessions,
  kPersonEvents,
  kPersonTotalDuration,
  kPersonAvgDuration,
  kPersonAvgBetween,
  kPersonCountry,
  kPersonRegion,
  kPersonCity,
  kPersonBrowser,
  kPersonBrowserVersion,
  kPersonOs,
  kPersonAttribute,  // "<integration>/<attribute>", or a host attribute.
  kSessionId,
  kSessionStart,
  kSessionDuration,
  kSessionEvents,
};

// A parsed field name. Immutable.
class Field {
 public:
  // INVALID_ARGUMENT for a name that is no field.
  static absl::StatusOr<Field> Parse(std::string_view name);

  FieldKind kind() const { return kind_; }
  const std::string& name() const { return name_; }
  // What follows "properties." or "person.".
  const std::string& key() const { return key_; }
  // Whether values are instants, as kInt in ms since 1970 UTC.
  bool is_time() const {
    return kind_ == FieldKind::kPersonFirstSeen || kind_ == FieldKind::kPersonLastSeen ||
           kind_ == FieldKind::kSessionStart;
  }
  bool is_person() const {
    return kind_ >= FieldKind::kPersonId && kind_ <= FieldKind::kPersonAttribute;
  }
  bool is_session() const { return kind_ >= FieldKind::kSessionId; }

 private:
  FieldKind kind_ = FieldKind::kEventType;
  std::string name_;
  std::string key_;
};

// The session that an event belongs to, as the fields session.* show it.
struct SessionFields {
  std::string_view id;
  int64_t start_ms = 0;
  int64_t duration_ms = 0;
  int64_t events = 0;
};

struct RuleNode;

// Whether the source's person did what a node of RuleNode::Kind::kDid asks for.
using DidAnswer = std::function<bool(const RuleNode& did)>;

// What fields are read from: an event in its surroundings. Absent parts are null, their
// fields missing. Not thread-safe, since reading may use the scratch buffer.
struct FieldSource {
  const Event* event = nullptr;
  const Person* person = nullptr;
  const SessionFields* session = nullptr;
  std::string_view account;  // Empty means none.
  absl::TimeZone zone = absl::UTCTimeZone();
  int64_t now_ms = 0;
  // Answers the conditions on behaviour of rules; without it they do not hold. Borrowed.
  const DidAnswer* did = nullptr;

  // Holds strings that exist nowhere else, until the next field is read.
  mutable std::string scratch;
};

// The value of `field`; an empty string in element.* and context.* is missing. Its text
// lives as long as the source's parts, and until the next call with that source.
Value ReadField(const Field& field, const FieldSource& source);

// The average duration of a person's sessions and of the times between them, in ms
// rounded to the nearest; kMissing where there are none.
Value AverageDuration(const Person& person);
Value AverageBetween(const Person& person);

}  // namespace footfall::model

#endif  // FOOTFALL_MODEL_FIELD_H_
