// catalogue put, show and history; tracked-event save, list and delete.
#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

void AddPut(CLI::App* catalogue, Context& context) {
  struct Use {
    std::string file;
    std::string now;
  };
  auto use = std::make_shared<Use>();
  CLI::App* command = catalogue->add_subcommand(
      "put",
      "Make a catalogue of content the current one.\n"
      "\n"
      "Names the task lists, courses and surveys that there are, so that reports know "
      "what\n"
      "there is to complete. The catalogue before stays as a revision.");
  command->add_option("FILE", use->file, "Catalogue (JSON); - is stdin.")
      ->type_name("")
      ->required();
  AddStoreOptions(command, context);
  AddNowOption(command, use->now);
  SetExamples(command, "  footfall catalogue put catalogue.json --db shop.footfall");
  OnRun(command, context, [&context, use]() -> Status {
    auto text = ReadAll(use->file);
    if (!text.ok()) return text.error();
    return WithStore(context, FOOTFALL_OPEN_EXISTING, [&](Store& store) -> Status {
      auto put = store.PutCatalogue(*text, NowOrClock(use->now));
      if (!put.ok()) return put.error();
      return PrintDocument(context, put->view());
    });
  });
}

void AddShow(CLI::App* catalogue, Context& context) {
  auto revision = std::make_shared<int64_t>(0);
  CLI::App* command = catalogue->add_subcommand(
      "show",
      "Print the catalogue as JSON, for `catalogue put`.\n"
      "\n"
      "With --json its revision and the time when it was saved are printed too.");
  command->add_option("--revision", *revision, "A former one. Default: the current one.")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall catalogue show --db shop.footfall > catalogue.json");
  OnRun(command, context, [&context, revision] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto shown = store.ShowCatalogue(*revision);
      if (!shown.ok()) return shown.error();
      if (context.json) return PrintDocument(context, shown->view());
      return WriteOutput("", Indented(MemberAt(shown->view(), "catalogue")) + "\n");
    });
  });
}

void AddHistory(CLI::App* catalogue, Context& context) {
  CLI::App* command =
      catalogue->add_subcommand("history", "List the catalogue's revisions.");
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall catalogue history --db shop.footfall");
  OnRun(command, context, [&context] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto list = store.CatalogueHistory();
      if (!list.ok()) return list.error();
      if (context.json) return PrintDocument(context, list->view());
      return WriteOutput("", ReadableTable(list->view(), "revisions",
                                           {"revision", "saved_at", "items", "current"}));
    });
  });
}

void AddSaveTracked(CLI::App* tracked, Context& context) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = tracked->add_subcommand(
      "save",
      "Save a tracked event under its name.\n"
      "\n"
      "FILE holds {\"version\": 1, \"name\": ..., \"where\": RULE}; - is stdin. The "
      "report\n"
      "tracked-events counts what satisfies the rule, also in the past.");
  command->add_option("FILE", *file, "Tracked event (JSON).")->type_name("")->required();
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall tracked-event save export.json --db shop.footfall");
  OnRun(command, context, [&context, file]() -> Status {
    auto text = ReadAll(*file);
    if (!text.ok()) return text.error();
    return WithStore(context, FOOTFALL_OPEN_EXISTING,
                     [&](Store& store) { return store.SaveTrackedEvent(*text); });
  });
}

void AddListTracked(CLI::App* tracked, Context& context) {
  CLI::App* command = tracked->add_subcommand("list", "List the tracked events.");
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall tracked-event list --db shop.footfall --json");
  OnRun(command, context, [&context] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto list = store.ListTrackedEvents();
      if (!list.ok()) return list.error();
      if (context.json) return PrintDocument(context, list->view());
      return WriteOutput(
          "", ReadableTable(list->view(), "tracked_events", {"name", "title"}));
    });
  });
}

void AddDeleteTracked(CLI::App* tracked, Context& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = tracked->add_subcommand(
      "delete", "Delete a tracked event; the events themselves stay.");
  command->add_option("NAME", *name, "Name of a tracked event.")
      ->type_name("")
      ->required();
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall tracked-event delete export --db shop.footfall");
  OnRun(command, context, [&context, name] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING,
                     [&](Store& store) { return store.DeleteTrackedEvent(*name); });
  });
}

}  // namespace

void AddCatalogue(CLI::App& program, Context& context) {
  CLI::App* catalogue = program.add_subcommand(
      "catalogue", "Say which task lists, courses and surveys there are.");
  catalogue->require_subcommand(1);
  AddPut(catalogue, context);
  AddShow(catalogue, context);
  AddHistory(catalogue, context);
  CLI::App* tracked =
      program.add_subcommand("tracked-event", "Give rules over events a name.");
  tracked->require_subcommand(1);
  AddListTracked(tracked, context);
  AddSaveTracked(tracked, context);
  AddDeleteTracked(tracked, context);
}

}  // namespace footfall::cli
