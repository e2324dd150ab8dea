// person list: the report `users`, or a filtered page of people.
#include "cli.h"
#include "io.h"
#include "json.h"
#include "report_run.h"

namespace footfall::cli {
namespace {

struct ListUse {
  RunUse run;
  std::string after;
  uint32_t limit = 0;
  std::vector<std::string> attributes;

  bool is_page() const {
    return !run.where.empty() || !after.empty() || limit > 0 || !attributes.empty();
  }
};

// What the options --where and --segment ask for together; empty for everybody.
std::string RuleOf(const RunUse& run) {
  if (run.segment.empty()) return run.where;
  const std::string segment = "{\"segment\":" + Quote(run.segment) + "}";
  return run.where.empty() ? segment : "{\"all\":[" + run.where + "," + segment + "]}";
}

std::string OptionsOf(const ListUse& use) {
  std::string json = "{\"limit\":" + std::to_string(use.limit == 0 ? 100 : use.limit);
  if (const std::string rule = RuleOf(use.run); !rule.empty()) {
    json += ",\"where\":" + rule;
  }
  if (!use.after.empty()) json += ",\"after\":" + Quote(use.after);
  json += ",\"attributes\":[";
  for (size_t i = 0; i < use.attributes.size(); ++i) {
    json += (i == 0 ? "" : ",") + Quote(use.attributes[i]);
  }
  return json + "]}";
}

Status ListPage(const Context& context, const ListUse& use) {
  if (!use.run.where.empty() && !IsJsonObject(use.run.where)) {
    RefuseUse("--where: '" + use.run.where + "' is not a rule, a JSON object");
  }
  return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
    auto table =
        store.ListPeople(OptionsOf(use), NowOrClock(use.run.now), &context.cancel);
    if (!table.ok()) return table.error();
    return PrintResult(context, use.run, *table);
  });
}

}  // namespace

void AddPersonList(CLI::App* person, Context& context) {
  auto use = std::make_shared<ListUse>();
  use->run.name = "users";
  CLI::App* command = person->add_subcommand(
      "list",
      "List people with their attributes.\n"
      "\n"
      "Without --where, --limit, --after and --attribute this is the report users. With\n"
      "one of them it is a page of people sorted by id, which no range and no "
      "parameters\n"
      "apply to: give the last id as --after for the next page.");
  AddRangeOptions(command, context, use->run);
  AddParameterOptions(command, use->run);
  AddOutputOptions(command, use->run);
  command->get_option("--where")->description(
      "Only people for whom this rule holds: over person.*, account, segments and "
      "did.");
  command->add_option("--limit", use->limit, "At most so many. Default of a page: 100.")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000).description(""));
  command->add_option("--after", use->after, "Only people whose id follows this one.")
      ->type_name("ID");
  command
      ->add_option("--attribute", use->attributes,
                   "A column for this attribute, such as email or crm/tier; may be "
                   "repeated.")
      ->type_name("NAME")
      ->allow_extra_args(false);
  SetExamples(command,
              "  footfall person list --db shop.footfall -o people.csv\n"
              "  footfall person list --db shop.footfall --attribute crm/tier \\\n"
              "    --where '{\"field\":\"person.crm/tier\",\"op\":\"is_set\"}'");
  OnRun(command, context, [&context, use] {
    return use->is_page() ? ListPage(context, *use) : RunReport(context, use->run);
  });
}

}  // namespace footfall::cli
