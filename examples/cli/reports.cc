// report list, show, save, delete, run and explain.
#include "cli.h"
#include "io.h"
#include "json.h"
#include "report_run.h"

namespace footfall::cli {
namespace {

void AddRun(CLI::App* report, Context& context) {
  auto use = std::make_shared<RunUse>();
  CLI::App* command = report->add_subcommand(
      "run",
      "Run a report and print its rows.\n"
      "\n"
      "Runs a built-in or saved report by name, or a definition from a file without "
      "saving\n"
      "it. The store is opened for reading, also beside a process that writes to it.");
  AddSource(command, *use);
  AddRangeOptions(command, context, *use);
  AddParameterOptions(command, *use);
  AddOutputOptions(command, *use);
  SetExamples(
      command,
      "  footfall report run logins --db shop.footfall\n"
      "  footfall report run sessions --db shop.footfall --from 2025-11-01 -o s.csv\n"
      "  footfall report run logins --db shop.footfall --param login_event=sign-in\n"
      "  footfall report run --definition weekly.json --db shop.footfall --tz "
      "Europe/Paris\n"
      "  footfall report run page-views --db shop.footfall --repeat 5 --stats \\\n"
      "    --format arrow > pages.arrows");
  OnRun(command, context, [&context, use] { return RunReport(context, *use); });
}

void AddExplain(CLI::App* report, Context& context) {
  auto use = std::make_shared<RunUse>();
  CLI::App* command = report->add_subcommand(
      "explain",
      "Run a report and print how it is computed.\n"
      "\n"
      "Prints the plan, and what running it took: the chunks read and pruned, the bytes, "
      "the\n"
      "milliseconds of each stage. The rows are not printed.");
  AddSource(command, *use);
  AddRangeOptions(command, context, *use);
  AddParameterOptions(command, *use);
  SetExamples(command,
              "  footfall report explain logins --db shop.footfall\n"
              "  footfall report explain --definition funnel.json --db shop.footfall "
              "--json");
  OnRun(command, context, [&context, use] { return ExplainReport(context, *use); });
}

void AddSave(CLI::App* report, Context& context) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = report->add_subcommand(
      "save",
      "Save a report definition under its name.\n"
      "\n"
      "A saved report of that name stays as a former revision, see `report history`; a\n"
      "built-in report's name is refused. A definition with \"base\" instead of \"kind\" is "
      "a\n"
      "view of another report: \"parameters\", \"range\", \"timezone\", \"where\" and "
      "\"segment\".");
  command->add_option("FILE", *file, "Report definition (JSON); - is stdin.")
      ->type_name("")
      ->required();
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall report save weekly.json --db shop.footfall");
  OnRun(command, context, [&context, file]() -> Status {
    auto text = ReadAll(*file);
    if (!text.ok()) return text.error();
    return WithStore(context, FOOTFALL_OPEN_EXISTING,
                     [&](Store& store) { return store.SaveReport(*text); });
  });
}

void AddDelete(CLI::App* report, Context& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* command =
      report->add_subcommand("delete", "Delete a saved report; built-in ones stay.");
  command->add_option("NAME", *name, "Name of a saved report.")
      ->type_name("")
      ->required();
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall report delete weekly --db shop.footfall");
  OnRun(command, context, [&context, name] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING,
                     [&](Store& store) { return store.DeleteReport(*name); });
  });
}

}  // namespace

void AddReports(CLI::App& program, Context& context) {
  CLI::App* report = program.add_subcommand("report", "Run and manage reports.");
  report->require_subcommand(1);
  AddReportLibrary(report, context);
  AddSave(report, context);
  AddDelete(report, context);
  AddRun(report, context);
  AddExplain(report, context);
  AddReportLists(report, context);
}

}  // namespace footfall::cli
