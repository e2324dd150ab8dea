// person show, export and forget; events export.
#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

std::shared_ptr<std::string> AddId(CLI::App* command) {
  auto id = std::make_shared<std::string>();
  command->add_option("ID", *id, "The person's id, or anonymous:ID.")
      ->type_name("")
      ->required();
  return id;
}

void AddOutputOption(CLI::App* command, std::string& output) {
  command
      ->add_option("-o,--output", output,
                   "Write to FILE instead of stdout; it appears when it is complete.")
      ->type_name("FILE");
}

// Appends the stored events that match `rule` (all without one) to `output`.
Status AppendEvents(const Context& context, const Store& store,
                    const std::optional<std::string>& rule, const std::string& now,
                    Output& output) {
  Status written;
  Status exported = store.ExportEvents(
      [&](std::string_view piece) {
        written = output.Write(piece);
        return written.ok();
      },
      {.rule_json = rule, .now_ms = NowOrClock(now), .cancel = &context.cancel});
  return written.ok() ? exported : written;
}

void AddShow(CLI::App* person, Context& context) {
  CLI::App* command =
      person->add_subcommand("show", "Show one person with all attributes.");
  auto id = AddId(command);
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall person show ana@example.com --db shop.footfall");
  OnRun(command, context, [&context, id] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto shown = store.ShowPerson(*id);
      if (!shown.ok()) return shown.error();
      return PrintDocument(context, shown->view());
    });
  });
}

Status ExportPerson(const Context& context, const Store& store, const std::string& id,
                    const std::string& now, const std::string& path) {
  auto shown = store.ShowPerson(id);
  if (!shown.ok()) return shown.error();
  auto output = Output::Open(path);
  if (!output.ok()) return output.error();
  Status status = output->Write(shown->str() + "\n");
  if (!status.ok()) return status;
  // An anonymous id that was linked leads to the person, whose events are meant.
  const std::string rule = R"({"field":"person.id","op":"is","value":)" +
                           Quote(StringAt(shown->view(), "person")) + "}";
  status = AppendEvents(context, store, rule, now, *output);
  return status.ok() ? output->Commit() : status;
}

void AddExport(CLI::App* person, Context& context) {
  auto output = std::make_shared<std::string>();
  auto now = std::make_shared<std::string>();
  CLI::App* command = person->add_subcommand(
      "export",
      "Export all that is stored about a person.\n"
      "\n"
      "Writes NDJSON: first the person, as `person show --json` prints it, then the\n"
      "person's events but for those that data retention has expired.");
  auto id = AddId(command);
  AddStoreOptions(command, context);
  AddNowOption(command, *now);
  AddOutputOption(command, *output);
  SetExamples(
      command,
      "  footfall person export ana@example.com --db shop.footfall -o ana.ndjson");
  OnRun(command, context, [&context, id, now, output] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) {
      return ExportPerson(context, store, *id, *now, *output);
    });
  });
}

void AddForget(CLI::App* person, Context& context) {
  CLI::App* command = person->add_subcommand("forget",
                                             "Erase a person.\n"
                                             "\n"
                                             "Removes the person's events, attributes "
                                             "and identifiers for good, without asking.");
  auto id = AddId(command);
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall person forget ana@example.com --db shop.footfall");
  OnRun(command, context, [&context, id] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING, [&](Store& store) -> Status {
      auto removed = store.ForgetPerson(*id);
      if (!removed.ok()) return removed.error();
      return PrintDocument(context, removed->view());
    });
  });
}

void AddEvents(CLI::App& program, Context& context) {
  CLI::App* events = program.add_subcommand("events", "Export stored events.");
  events->require_subcommand(1);
  auto rule = std::make_shared<std::string>();
  auto now = std::make_shared<std::string>();
  auto path = std::make_shared<std::string>();
  CLI::App* command = events->add_subcommand(
      "export",
      "Write the stored, filtered events as NDJSON.\n"
      "\n"
      "The order is that of arrival. The output can be ingested into another store.");
  AddStoreOptions(command, context);
  command->add_option("--where", *rule, "Only events that match this rule.")
      ->type_name("RULE");
  AddNowOption(command, *now);
  AddOutputOption(command, *path);
  SetExamples(
      command,
      "  footfall events export --db shop.footfall -o all.ndjson\n"
      "  footfall events export --db shop.footfall \\\n"
      "    --where '{\"field\":\"event.type\",\"op\":\"is\",\"value\":\"click\"}'");
  OnRun(command, context, [&context, rule, now, path] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto output = Output::Open(*path);
      if (!output.ok()) return output.error();
      Status status = AppendEvents(context, store,
                                   rule->empty() ? std::nullopt : std::optional(*rule),
                                   *now, *output);
      return status.ok() ? output->Commit() : status;
    });
  });
}

}  // namespace

void AddPeople(CLI::App& program, Context& context) {
  CLI::App* person = program.add_subcommand("person", "Show, export and erase people.");
  person->require_subcommand(1);
  AddPersonList(person, context);
  AddShow(person, context);
  AddExport(person, context);
  AddForget(person, context);
  AddEvents(program, context);
}

}  // namespace footfall::cli
