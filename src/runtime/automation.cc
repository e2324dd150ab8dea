#include "runtime/automation.h"

#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "runtime/instance.h"

namespace footfall::runtime {
namespace {

ReportRunner RunnerOf(Instance& instance) {
  return {.run =
              [&instance](std::string_view json, const report::RunOptions& options) {
                return instance.RunDefinition(json, options);
              },
          .check =
              [&instance](std::string_view json, const report::RunOptions& options) {
                return instance.Compile(json, options).status();
              }};
}

}  // namespace

Automation::Automation(Instance& instance, bool read_only, Log log)
    : read_only_(read_only),
      log_(std::move(log)),
      mailer_(instance.store(), secrets_),
      scheduler_(instance.store(), read_only),
      subscriptions_(instance.store(), scheduler_, mailer_, RunnerOf(instance)) {}

Automation::~Automation() { Stop(); }

absl::Status Automation::Start(std::function<int64_t()> clock) {
  if (read_only_) {
    return absl::FailedPreconditionError("the store is open for reading only");
  }
  return scheduler_.Start(std::move(clock), [this](const absl::Status& status) {
    if (!log_) return;
    log_(store::LogSeverity::kError,
         base::Cat("jobs could not be run: ", base::MessageOf(status)));
  });
}

void Automation::Stop() { scheduler_.Stop(); }

}  // namespace footfall::runtime
