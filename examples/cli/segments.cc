// segment list, show, save, delete, people, test and changes.
#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

// What people and changes are asked for with.
struct ListUse {
  std::string name;
  std::string after;
  std::string limit;
  std::string now;
  uint32_t threads = 0;
};

void AddName(CLI::App* command, std::string& name) {
  command->add_option("NAME", name, "The segment.")->type_name("")->required();
}

SegmentOptions ToOptions(const Context& context, const ListUse& use) {
  std::string json = R"({"threads":)" + std::to_string(use.threads);
  if (!use.after.empty()) json += R"(,"after":)" + Quote(use.after);
  if (!use.limit.empty()) json += R"(,"limit":)" + use.limit;
  return {.options_json = json + "}",
          .now_ms = NowOrClock(use.now),
          .cancel = &context.cancel};
}

void AddList(CLI::App* segment, Context& context) {
  CLI::App* command = segment->add_subcommand("list", "List the saved segments.");
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall segment list --db shop.footfall");
  OnRun(command, context, [&context] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto list = store.ListSegments();
      if (!list.ok()) return list.error();
      if (context.json) return PrintDocument(context, list->view());
      return WriteOutput("", ReadableTable(list->view(), "segments", {"name", "title"}));
    });
  });
}

void AddShow(CLI::App* segment, Context& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = segment->add_subcommand("show", "Show a segment as it was saved.");
  AddName(command, *name);
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall segment show premium --db shop.footfall");
  OnRun(command, context, [&context, name] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto shown = store.ShowSegment(*name);
      if (!shown.ok()) return shown.error();
      return PrintDocument(context, shown->view());
    });
  });
}

void AddSave(CLI::App* segment, Context& context) {
  auto file = std::make_shared<std::string>();
  CLI::App* command =
      segment->add_subcommand("save",
                              "Save a segment under its name.\n"
                              "\n"
                              "FILE holds {\"version\": 1, \"name\": ..., \"where\": "
                              "RULE}; - is stdin. Its rule\n"
                              "may name other segments: {\"segment\": NAME}.");
  command->add_option("FILE", *file, "The segment.")->type_name("")->required();
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall segment save premium.json --db shop.footfall");
  OnRun(command, context, [&context, file]() -> Status {
    auto text = ReadAll(*file);
    if (!text.ok()) return text.error();
    return WithStore(context, FOOTFALL_OPEN_EXISTING,
                     [&](Store& store) { return store.SaveSegment(*text); });
  });
}

void AddDelete(CLI::App* segment, Context& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = segment->add_subcommand(
      "delete", "Delete a segment that no other segment or report names.");
  AddName(command, *name);
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall segment delete premium --db shop.footfall");
  OnRun(command, context, [&context, name] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING,
                     [&](Store& store) { return store.DeleteSegment(*name); });
  });
}

void AddListOptions(CLI::App* command, Context& context, ListUse& use,
                    const std::string& after) {
  AddName(command, use.name);
  AddStoreOptions(command, context);
  command->add_option("--after", use.after, after)->type_name("TEXT");
  command->add_option("--limit", use.limit, "At most so many. Default: all.")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""));
  AddNowOption(command, use.now);
  command
      ->add_option("--threads", use.threads,
                   "How many threads may compute, 1 to 256. Default: 1.")
      ->type_name("N")
      ->check(CLI::Range(1, 256).description(""));
}

void AddPeopleOf(CLI::App* segment, Context& context) {
  auto use = std::make_shared<ListUse>();
  auto count = std::make_shared<bool>(false);
  CLI::App* command = segment->add_subcommand(
      "people",
      "List who is in a segment.\n"
      "\n"
      "Prints the ids, sorted, one a line; with --json the answer of the library, which\n"
      "also tells how many there are.");
  AddListOptions(command, context, *use, "Only the ids after this one.");
  command->add_flag("--count", *count, "Print only how many people are in it.");
  SetExamples(command, "  footfall segment people premium --db shop.footfall");
  OnRun(command, context, [&context, use, count] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      if (*count) use->limit = "0";
      auto people = store.SegmentPeople(use->name, ToOptions(context, *use));
      if (!people.ok()) return people.error();
      if (context.json) return PrintDocument(context, people->view());
      if (*count) {
        return WriteOutput("", std::string(MemberAt(people->str(), "count")) + "\n");
      }
      std::string lines;
      for (const std::string& id : Elements(people->view(), "people")) {
        lines += StringAt("{\"id\":" + id + "}", "id") + "\n";
      }
      return WriteOutput("", lines);
    });
  });
}

void AddTest(CLI::App* segment, Context& context) {
  struct Use {
    std::string name, person, now;
  };
  auto use = std::make_shared<Use>();
  CLI::App* command =
      segment->add_subcommand("test",
                              "Tell whether a person is in a segment.\n"
                              "\n"
                              "Prints true or false. Somebody unknown is an error.");
  AddName(command, use->name);
  command->add_option("PERSON", use->person, "The person's id, or anonymous:ID.")
      ->type_name("")
      ->required();
  AddStoreOptions(command, context);
  AddNowOption(command, use->now);
  SetExamples(command,
              "  footfall segment test premium ana@example.com --db shop.footfall");
  OnRun(command, context, [&context, use] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto known = store.ShowPerson(use->person);
      if (!known.ok()) return known.error();
      auto member = store.TestSegment(use->name, use->person, NowOrClock(use->now));
      if (!member.ok()) return member.error();
      const std::string answer = *member ? "true" : "false";
      return WriteOutput("",
                         context.json ? "{\"member\":" + answer + "}\n" : answer + "\n");
    });
  });
}

void AddChanges(CLI::App* segment, Context& context) {
  auto use = std::make_shared<ListUse>();
  CLI::App* command = segment->add_subcommand(
      "changes",
      "Tell who entered or left a segment.\n"
      "\n"
      "Each call compares with the one before, whoever made it, and adds what changed "
      "to\n"
      "a log, which is kept for 30 days and 1,000,000 changes. Without --after it "
      "answers\n"
      "the cursor to begin with; keep the cursor of each answer for the next call.");
  AddListOptions(command, context, *use, "The cursor of an earlier answer.");
  SetExamples(command,
              "  footfall segment changes premium --db shop.footfall\n"
              "  footfall segment changes premium --db shop.footfall \\\n"
              "    --after 1763712000000-12");
  OnRun(command, context, [&context, use] {
    return WithStore(context, FOOTFALL_OPEN_EXISTING, [&](Store& store) -> Status {
      auto changes = store.SegmentChanges(use->name, ToOptions(context, *use));
      if (!changes.ok()) return changes.error();
      return PrintDocument(context, changes->view());
    });
  });
}

}  // namespace

void AddSegments(CLI::App& program, Context& context) {
  CLI::App* segment =
      program.add_subcommand("segment", "Save segments and see who is in them.");
  segment->require_subcommand(1);
  AddList(segment, context);
  AddShow(segment, context);
  AddSave(segment, context);
  AddDelete(segment, context);
  AddPeopleOf(segment, context);
  AddTest(segment, context);
  AddChanges(segment, context);
}

}  // namespace footfall::cli
