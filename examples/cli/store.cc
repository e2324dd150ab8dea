// settings, stats, check, compact, backup and restore: the care of a store.
#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

Status ListSettings(const Context& context) {
  return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
    auto settings = store.Settings();
    if (!settings.ok()) return settings.error();
    return PrintDocument(context, settings->view());
  });
}

void AddSettings(CLI::App& program, Context& context) {
  CLI::App* settings = program.add_subcommand(
      "settings",
      "Show or change the settings of a store.\n"
      "\n"
      "level              content, interactions (alias dxa) or playback; default "
      "content\n"
      "retention_days     days that events are kept; default 365, 0 is without limit\n"
      "dedup_window_days  days that event ids are remembered; default 7\n"
      "session_gap        idle time that ends a session, such as 30m\n"
      "session_max        longest session without an id from the host, such as 12h\n"
      "event_bytes_max    largest event in bytes; default 1048576\n"
      "account_property   property that names a person's account; default: none, the\n"
      "                   domain of the e-mail address\n"
      "memory_budget      bound on memory from the next open on, such as 256M or 1G\n"
      "seal_events        events that the log gathers before they are sealed, 0: never\n"
      "seal_after         how long they wait at most, such as 24h\n"
      "group_size_min     fewest people that a row of a report may be about; from 1 on\n"
      "                   lists of people and exports of events are refused; 0 is off\n"
      "imported_attributes_max\n"
      "                   most attributes that all integrations import together; default "
      "100\n"
      "run_log_days       days that logs of runs are kept; default 90, 0 is without limit");
  settings->require_subcommand(0, 1);
  AddStoreOptions(settings, context);
  SetExamples(settings,
              "  footfall settings --db shop.footfall\n"
              "  footfall settings set level interactions --db shop.footfall");
  OnRun(settings, context, [&context, settings]() -> Status {
    if (!settings->get_subcommands().empty()) return {};
    return ListSettings(context);
  });

  CLI::App* list = settings->add_subcommand("list", "Print all settings.");
  AddStoreOptions(list, context);
  SetExamples(list, "  footfall settings list --db shop.footfall");
  OnRun(list, context, [&context] { return ListSettings(context); });

  auto key = std::make_shared<std::string>();
  auto value = std::make_shared<std::string>();
  CLI::App* set = settings->add_subcommand(
      "set", "Change one setting; creates the store if it is absent.");
  set->add_option("KEY", *key, "Name of the setting.")->type_name("")->required();
  set->add_option("VALUE", *value, "Its new value.")->type_name("")->required();
  AddStoreOptions(set, context);
  SetExamples(set, "  footfall settings set level interactions --db shop.footfall");
  OnRun(set, context, [&context, key, value] {
    return WithStore(context, FOOTFALL_OPEN_READ_WRITE,
                     [&](Store& store) { return store.SetSetting(*key, *value); });
  });
}

void AddStats(CLI::App& program, Context& context) {
  CLI::App* command =
      program.add_subcommand("stats", "Print counts and sizes of a store.");
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall stats --db shop.footfall --json");
  OnRun(command, context, [&context] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto stats = store.Stats();
      if (!stats.ok()) return stats.error();
      return PrintDocument(context, stats->view());
    });
  });
}

void AddCheck(CLI::App& program, Context& context) {
  CLI::App* command = program.add_subcommand("check",
                                             "Read a whole store and verify it.\n"
                                             "\n"
                                             "Verifies checksums, references and counts. "
                                             "Exit status 1 when a problem was found;\n"
                                             "the problems are listed on stdout.");
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall check --db shop.footfall");
  OnRun(command, context, [&context] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto report = store.Check(&context.cancel);
      if (!report.ok()) return report.error();
      if (Status printed = PrintDocument(context, report->view()); !printed.ok()) {
        return printed;
      }
      const size_t problems = ArraySize(report->view(), "problems");
      if (problems == 0) return {};
      return MakeError(FOOTFALL_DATA_LOSS, "the store " + context.db + " has " +
                                               std::to_string(problems) + " problem" +
                                               (problems == 1 ? "" : "s"));
    });
  });
}

void AddCompact(CLI::App& program, Context& context) {
  auto now = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand(
      "compact", "Remove expired events now and give the space back.");
  AddStoreOptions(command, context);
  AddNowOption(command, *now);
  SetExamples(command, "  footfall compact --db shop.footfall");
  OnRun(command, context, [&context, now] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING, [&](Store& store) -> Status {
      auto report = store.Compact(NowOrClock(*now), &context.cancel);
      if (!report.ok()) return report.error();
      return PrintDocument(context, report->view());
    });
  });
}

void AddBackup(CLI::App& program, Context& context) {
  auto path = std::make_shared<std::string>();
  CLI::App* command =
      program.add_subcommand("backup", "Copy a store, consistently, into a new folder.");
  command->add_option("DIR", *path, "Folder to create.")->type_name("")->required();
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall backup --db shop.footfall /backups/shop-2025-11-21");
  OnRun(command, context, [&context, path] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING,
                     [&](Store& store) { return store.Backup(*path); });
  });
}

void AddRestore(CLI::App& program, Context& context) {
  auto backup = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand(
      "restore", "Verify a backup and copy it into the new store --db.");
  command->add_option("BACKUP", *backup, "Folder that `footfall backup` made.")
      ->type_name("")
      ->required();
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall restore --db shop.footfall /backups/shop-2025-11-21");
  OnRun(command, context,
        [&context, backup] { return Store::Restore(*backup, RequireDb(context)); });
}

}  // namespace

void AddStore(CLI::App& program, Context& context) {
  AddSettings(program, context);
  AddStats(program, context);
  AddCheck(program, context);
  AddCompact(program, context);
  AddBackup(program, context);
  AddRestore(program, context);
}

}  // namespace footfall::cli
