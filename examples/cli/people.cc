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
                   "Write to FILE instead of stdout; it appears when it is complete. "
                   "A name that ends in .gz or .zst is compressed.")
      ->type_name("FILE");
}

// What events export writes, and where; empty options are absent.
struct EventsUse {
  std::string rule;
  std::string from;
  std::string to;
  std::string timezone;
  std::string now;
  std::string output;
};

// Appends the stored events that are asked for to `output`.
Status AppendEvents(const Context& context, const Store& store, const EventsUse& use,
                    Output& output) {
  const auto given = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  Status written;
  Status exported = store.ExportEvents(
      [&](std::string_view piece) {
        written = output.Write(piece);
        return written.ok();
      },
      {.rule_json = given(use.rule),
       .from = given(use.from),
       .to = given(use.to),
       .timezone = given(use.timezone),
       .now_ms = NowOrClock(use.now),
       .cancel = &context.cancel});
  return written.ok() ? exported : written;
}

void AddShow(CLI::App* person, Context& context) {
  CLI::App* command = person->add_subcommand("show",
                                             "Show one person.\n"
                                             "\n"
                                             "Prints attributes with their origin, the "
                                             "newest sessions, the progress in\n"
                                             "content and the segments that the person "
                                             "is in.");
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
  // An unknown person leaves no file.
  std::optional<Output> output;
  Status written;
  const auto write = [&](std::string_view piece) {
    if (!output.has_value()) {
      auto opened = Output::Open(path);
      if (!opened.ok()) {
        written = opened.error();
        return false;
      }
      output.emplace(std::move(*opened));
    }
    written = output->Write(piece);
    return written.ok();
  };
  Status exported = store.ExportPerson(id, write, NowOrClock(now), &context.cancel);
  if (!written.ok()) return written;
  return exported.ok() ? output->Commit() : exported;
}

void AddExport(CLI::App* person, Context& context) {
  auto output = std::make_shared<std::string>();
  auto now = std::make_shared<std::string>();
  CLI::App* command = person->add_subcommand(
      "export",
      "Export all that is stored about a person.\n"
      "\n"
      "Writes one JSON document: identifiers, attributes with their origin, segments,\n"
      "sessions, progress in content, and all stored events.");
  auto id = AddId(command);
  AddStoreOptions(command, context);
  AddNowOption(command, *now);
  AddOutputOption(command, *output);
  SetExamples(command,
              "  footfall person export ana@example.com --db shop.footfall -o ana.json");
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
                                             "and identifiers for good, without asking,\n"
                                             "and prints a receipt of what was erased.");
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
  auto use = std::make_shared<EventsUse>();
  CLI::App* command = events->add_subcommand(
      "export",
      "Write the stored, filtered events as NDJSON.\n"
      "\n"
      "They come in no particular order. The output can be ingested into another store.");
  AddStoreOptions(command, context);
  command->add_option("--where", use->rule, "Only events that match this rule.")
      ->type_name("RULE");
  command
      ->add_option("--from", use->from,
                   "Only events from this time on, RFC 3339 or a date in the time zone.")
      ->type_name("TIME");
  command->add_option("--to", use->to, "Only events before this time; as --from.")
      ->type_name("TIME");
  command
      ->add_option("--tz", use->timezone,
                   "Time zone of dates, an IANA name such as Europe/Paris. Default: UTC.")
      ->type_name("ZONE");
  AddNowOption(command, use->now);
  AddOutputOption(command, use->output);
  SetExamples(
      command,
      "  footfall events export --db shop.footfall -o all.ndjson\n"
      "  footfall events export --db shop.footfall --from 2025-11-01 --to 2025-12-01\n"
      "  footfall events export --db shop.footfall \\\n"
      "    --where '{\"field\":\"event.type\",\"op\":\"is\",\"value\":\"click\"}'");
  OnRun(command, context, [&context, use] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto output = Output::Open(use->output);
      if (!output.ok()) return output.error();
      Status status = AppendEvents(context, store, *use, *output);
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
