// redact: a stricter policy for what is stored already.
#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

struct Use {
  std::string policy;
  bool dry_run = false;
  double seconds = 0;
};

Status Redact(Context& context, const Use& use) {
  auto policy = LoadPolicy(use.policy);
  if (!policy.ok()) return policy.error();
  if (use.seconds > 0) {
    auto cancel = Cancel::Make(static_cast<int64_t>(use.seconds * 1000));
    if (!cancel.ok()) return cancel.error();
    context.cancel = std::move(*cancel);
  }
  const int32_t mode = use.dry_run ? FOOTFALL_OPEN_READ_ONLY : FOOTFALL_OPEN_EXISTING;
  return WithStore(context, mode, [&](Store& store) -> Status {
    auto report = store.Redact(*policy, use.dry_run, &context.cancel);
    if (!report.ok()) return report.error();
    Status printed = PrintDocument(context, report->view());
    if (!printed.ok() || MemberAt(report->view(), "done") == "true") return printed;
    return MakeError(FOOTFALL_CANCELLED,
                     use.dry_run
                         ? "stopped before all events were counted"
                         : "stopped before the end; the same command goes on with it");
  });
}

}  // namespace

void AddRedact(CLI::App& program, Context& context) {
  auto use = std::make_shared<Use>();
  CLI::App* command = program.add_subcommand(
      "redact",
      "Apply a stricter policy to the events that are stored.\n"
      "\n"
      "Removes and masks what the policy hides, drops the events that it excludes, and\n"
      "gives the old bytes up. Prints what was done, by rule. Exit status 1 when it was\n"
      "stopped before the end, by --seconds or a signal; the same command then goes on\n"
      "where it stopped, after a crash too, and counts on. Backups are not touched.");
  command
      ->add_option("--policy", use->policy,
                   "Policy file (JSON). Default: the DEFAULT policy.")
      ->type_name("FILE");
  command->add_flag("--dry-run", use->dry_run, "Count only; change nothing.");
  command->add_option("--seconds", use->seconds, "Stop after about this time.")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  AddStoreOptions(command, context);
  SetExamples(command,
              "  footfall redact --policy strict.json --dry-run --db shop.footfall\n"
              "  footfall redact --policy strict.json --db shop.footfall");
  OnRun(command, context, [&context, use] { return Redact(context, *use); });
}

}  // namespace footfall::cli
