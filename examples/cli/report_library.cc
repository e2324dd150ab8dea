// report list, show, history, restore, clone and favourite.
#include "cli.h"
#include "io.h"
#include "json.h"
#include "report_run.h"

namespace footfall::cli {
namespace {

struct LibraryUse {
  std::string name;
  std::string new_name;
  std::string tag;
  std::string base;
  bool favourites = false;
  bool remove = false;
  int64_t revision = 0;
  std::string now;
  RunUse parameters;
};

void AddName(CLI::App* command, std::string& name) {
  command->add_option("NAME", name, "Name of a report.")->type_name("")->required();
}

std::string Filter(const LibraryUse& use) {
  std::string json = "{";
  const auto add = [&json](const std::string& member) {
    if (json.size() > 1) json += ",";
    json += member;
  };
  if (!use.tag.empty()) add(R"("tag":)" + Quote(use.tag));
  if (!use.base.empty()) add(R"("base":)" + Quote(use.base));
  if (use.favourites) add(R"("favourite":true)");
  return json + "}";
}

void AddList(CLI::App* report, Context& context) {
  auto use = std::make_shared<LibraryUse>();
  CLI::App* command =
      report->add_subcommand("list", "List the built-in and the saved reports.");
  AddStoreOptions(command, context);
  command
      ->add_option("--tag", use->tag,
                   "Only reports with this tag, such as integrations_salesforce.")
      ->type_name("TAG");
  command->add_option("--base", use->base, "Only views that rest on this report.")
      ->type_name("NAME");
  command->add_flag("--favourites", use->favourites, "Only favourites.");
  SetExamples(command,
              "  footfall report list --db shop.footfall\n"
              "  footfall report list --db shop.footfall --tag integrations_salesforce");
  OnRun(command, context, [&context, use] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto list = store.FindReports(Filter(*use));
      if (!list.ok()) return list.error();
      if (context.json) return PrintDocument(context, list->view());
      return WriteOutput("", ReadableTable(list->view(), "reports",
                                           {"name", "title", "kind", "builtin", "base",
                                            "favourite", "tags"}));
    });
  });
}

void AddShow(CLI::App* report, Context& context) {
  auto use = std::make_shared<LibraryUse>();
  CLI::App* command = report->add_subcommand(
      "show", "Print the definition of a report as JSON, for `report save`.");
  AddName(command, use->name);
  AddStoreOptions(command, context);
  CLI::Option* revision =
      command->add_option("--revision", use->revision, "As it was saved as revision N.")
          ->type_name("N");
  SetExamples(command,
              "  footfall report show weekly --db shop.footfall > weekly.json\n"
              "  footfall report show weekly --db shop.footfall --revision 2");
  OnRun(command, context, [&context, use, revision] {
    const bool former = revision->count() > 0;
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto definition = former ? store.ShowRevision(use->name, use->revision)
                               : store.ShowReport(use->name);
      if (!definition.ok()) return definition.error();
      return WriteOutput("", definition->str() + "\n");
    });
  });
}

void AddHistory(CLI::App* report, Context& context) {
  auto use = std::make_shared<LibraryUse>();
  CLI::App* command = report->add_subcommand(
      "history", "List the revisions of a saved report, the latest first.");
  AddName(command, use->name);
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall report history weekly --db shop.footfall");
  OnRun(command, context, [&context, use] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto history = store.ReportHistory(use->name);
      if (!history.ok()) return history.error();
      if (context.json) return PrintDocument(context, history->view());
      return WriteOutput("", ReadableTable(history->view(), "revisions",
                                           {"revision", "saved_at", "current", "title"}));
    });
  });
}

void AddRestore(CLI::App* report, Context& context) {
  auto use = std::make_shared<LibraryUse>();
  CLI::App* command = report->add_subcommand(
      "restore", "Save a former revision of a report anew, as the latest.");
  AddName(command, use->name);
  command->add_option("REVISION", use->revision, "Its number in `report history`.")
      ->type_name("")
      ->required();
  AddStoreOptions(command, context);
  AddNowOption(command, use->now);
  SetExamples(command, "  footfall report restore weekly 2 --db shop.footfall");
  OnRun(command, context, [&context, use] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING, [&](Store& store) {
      return store.RestoreReport(use->name, use->revision, NowOrClock(use->now));
    });
  });
}

void AddClone(CLI::App* report, Context& context) {
  auto use = std::make_shared<LibraryUse>();
  CLI::App* command = report->add_subcommand("clone",
                                             "Save a copy of a report under a new name.\n"
                                             "\n"
                                             "A built-in report becomes a view of it, "
                                             "with the parameters given. Prints the new\n"
                                             "definition.");
  AddName(command, use->name);
  command->add_option("NEW_NAME", use->new_name, "Name of the copy.")
      ->type_name("")
      ->required();
  AddStoreOptions(command, context);
  AddParameterOptions(command, use->parameters);
  AddNowOption(command, use->now);
  SetExamples(command,
              "  footfall report clone logins my-logins --db shop.footfall \\\n"
              "    --param login_event=signed-in");
  OnRun(command, context, [&context, use] {
    const std::optional<std::string> parameters = Parameters(use->parameters);
    return WithStore(context, FOOTFALL_OPEN_EXISTING, [&](Store& store) -> Status {
      auto clone =
          store.CloneReport(use->name, use->new_name, parameters, NowOrClock(use->now));
      if (!clone.ok()) return clone.error();
      return WriteOutput("", clone->str() + "\n");
    });
  });
}

void AddFavourite(CLI::App* report, Context& context) {
  auto use = std::make_shared<LibraryUse>();
  CLI::App* command =
      report->add_subcommand("favourite", "Mark a report as a favourite.");
  AddName(command, use->name);
  AddStoreOptions(command, context);
  command->add_flag("--remove", use->remove, "Take the mark away.");
  SetExamples(command, "  footfall report favourite logins --db shop.footfall");
  OnRun(command, context, [&context, use] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING, [&](Store& store) {
      return store.SetFavourite(use->name, !use->remove);
    });
  });
}

}  // namespace

void AddReportLibrary(CLI::App* report, Context& context) {
  AddList(report, context);
  AddShow(report, context);
  AddHistory(report, context);
  AddRestore(report, context);
  AddClone(report, context);
  AddFavourite(report, context);
}

}  // namespace footfall::cli
