// Redaction: applying a stricter privacy policy to events that are stored already.
#ifndef FOOTFALL_STORE_REDACT_H_
#define FOOTFALL_STORE_REDACT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "model/event.h"

namespace footfall::store {

// What was removed or masked, by name of the rule.
using RuleTotals = std::map<std::string, uint64_t>;

// Decides what becomes of stored events. The store knows no policy. Used by one thread at
// a time.
class Redactor {
 public:
  enum class Fate { kSame, kChanged, kDropped };

  virtual ~Redactor() = default;

  // Judges `event`, which names people by numbers. kChanged: `replace` has been called
  // once with the event to be stored instead, under the same identifiers. What was
  // removed is added to `rules`, which nothing is for kSame.
  virtual absl::StatusOr<Fate> Redact(
      const model::Event& event, absl::FunctionRef<void(const model::Event&)> replace,
      RuleTotals& rules) = 0;
};

struct RedactOptions {
  // Names the policy: a redaction that was stopped goes on under the same key.
  std::string_view key;
  bool dry_run = false;
  const base::Cancel* cancel = nullptr;
};

// Totals over all calls with one key since the redaction began.
struct RedactReport {
  uint64_t examined = 0;  // Events.
  uint64_t changed = 0;
  uint64_t dropped = 0;
  RuleTotals rules;
  bool done = false;
  // Log records gone through, of how many.
  uint64_t records_done = 0;
  uint64_t records = 0;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_REDACT_H_
