#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "model/rule.h"
#include "query/context.h"
#include "report/definition.h"
#include "report/group_size.h"
#include "runtime/instance.h"

namespace footfall::runtime {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

// Decides which stored events match a rule.
class Matcher {
 public:
  static absl::StatusOr<Matcher> Make(const store::Snapshot& snapshot,
                                      const EventExport& options, absl::TimeZone zone) {
    Matcher matcher;
    if (options.rule_json.empty()) return matcher;
    FOOTFALL_ASSIGN_OR_RETURN(const base::Json json,
                              base::Json::Parse(options.rule_json));
    FOOTFALL_ASSIGN_OR_RETURN(matcher.rule_, model::Rule::Parse(json));
    if (matcher.rule_->HasDid()) {
      return base::MakeError(absl::StatusCode::kInvalidArgument,
                             "a rule over single events cannot use did");
    }
    bool reads_people = false;
    std::string session_field;
    matcher.rule_->VisitFields([&](const model::Field& field) {
      reads_people |= field.is_person() || field.kind() == model::FieldKind::kAccount;
      if (field.is_session()) session_field = field.name();
    });
    if (!session_field.empty()) {
      return base::MakeError(
          absl::StatusCode::kInvalidArgument,
          base::Cat("a rule over single events cannot use ", session_field));
    }
    matcher.source_.now_ms = options.now_ms;
    matcher.source_.zone = zone;
    matcher.account_property_ = snapshot.settings().account_property;
    if (reads_people) {
      const uint64_t bytes_max = snapshot.settings().report_memory_bytes;
      uint64_t bytes = 0;
      FOOTFALL_RETURN_IF_ERROR(snapshot.VisitPeople([&](const model::Person& person) {
        matcher.people_.emplace(person.code, person);
        bytes += query::PersonBytes(person);
        if (bytes_max == 0 || bytes <= bytes_max) {
          return base::Cancel::Check(options.cancel);
        }
        return absl::ResourceExhaustedError(
            "the rule reads more people than the memory budget has room for; open the "
            "store with a larger one");
      }));
    }
    return matcher;
  }

  bool Matches(const store::StoredEvent& stored) {
    if (!rule_.has_value()) return true;
    source_.event = &stored.event;
    const auto found = people_.find(stored.person);
    source_.person = found == people_.end() ? nullptr : &found->second;
    account_ = source_.person == nullptr
                   ? std::string()
                   : model::AccountOf(*source_.person, account_property_);
    source_.account = account_;
    return rule_->Matches(source_);
  }

 private:
  std::optional<model::Rule> rule_;                     // Absent: every event matches.
  std::unordered_map<uint64_t, model::Person> people_;  // Only for rules that read them.
  std::string account_property_;
  std::string account_;
  model::FieldSource source_;
};

}  // namespace

absl::Status Instance::ExportEvents(
    const EventExport& options, absl::FunctionRef<absl::Status(std::string_view)> write) {
  FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const store::Snapshot> snapshot,
                            store_->TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(report::RefusePeople(snapshot->settings(), "events"));
  report::RunOptions range;
  range.from = options.from;
  range.to = options.to;
  range.timezone = options.timezone;
  query::Plan plan;
  report::Result result;
  FOOTFALL_RETURN_IF_ERROR(
      report::ResolveRange(report::RangeText(), "UTC", range, &plan, &result));
  FOOTFALL_ASSIGN_OR_RETURN(Matcher matcher,
                            Matcher::Make(*snapshot, options, plan.zone));
  const store::ScanOptions scan{.from_ms = plan.range.from_ms,
                                .to_ms = plan.range.to_ms,
                                .now_ms = options.now_ms,
                                .cancel = options.cancel};
  std::string piece;
  FOOTFALL_RETURN_IF_ERROR(snapshot->Scan(
      scan, nullptr, [&](const store::StoredEvent& stored) -> absl::Status {
        if (!matcher.Matches(stored)) return absl::OkStatus();
        capture::AppendEventJson(piece, stored.event);
        if (piece.size() < kPieceBytes) return absl::OkStatus();
        absl::Status status = write(piece);
        piece.clear();
        return status;
      }));
  return piece.empty() ? absl::OkStatus() : write(piece);
}

}  // namespace footfall::runtime
