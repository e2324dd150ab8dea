// funnel, retention and paths: short forms of `report run` whose definition comes from
// the options.
#include <algorithm>

#include "cli.h"
#include "json.h"
#include "report_run.h"

namespace footfall::cli {
namespace {

constexpr const char* kEventHelp = " An event's name, or a rule as JSON.";

// What the short forms have in common, and what each has of its own, as given.
struct Behaviour {
  RunUse run;
  std::vector<std::string> steps;
  std::string window;
  std::string order;
  std::string exclude;
  std::string break_down;
  std::string attribution;
  bool members = false;
  std::string start;
  std::string returning;
  std::string bucket;
  int periods = 0;
  std::string anchor;
  std::string direction;
  int path_steps = 0;
  std::string by;
};

// A report definition that grows member by member.
class Definition {
 public:
  explicit Definition(const std::string& kind)
      : json_("{\"version\":1,\"name\":" + Quote(kind) + ",\"kind\":" + Quote(kind)) {}

  void Add(const std::string& key, const std::string& json) {
    json_ += "," + Quote(key) + ":" + json;
  }
  // Options that were not given stay out of it.
  void AddText(const std::string& key, const std::string& text) {
    if (!text.empty()) Add(key, Quote(text));
  }
  void AddNumber(const std::string& key, int number) {
    if (number != 0) Add(key, std::to_string(number));
  }
  std::string Json() const { return json_ + "}"; }

 private:
  std::string json_;
};

bool LooksLikeRule(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

// The rule that an option holds as JSON.
std::string RuleOf(const std::string& option, const std::string& text) {
  if (!IsJsonObject(text)) RefuseUse(option + ": is not a rule, a JSON object");
  return text;
}

// The rule of an option that holds an event's name, or a rule as JSON.
std::string EventRule(const std::string& option, const std::string& text) {
  if (LooksLikeRule(text)) return RuleOf(option, text);
  return "{\"field\":\"event.name\",\"op\":\"is\",\"value\":" + Quote(text) + "}";
}

void AddEvent(Definition& definition, const std::string& key, const std::string& text) {
  if (!text.empty()) definition.Add(key, EventRule("--" + key, text));
}

// The whole definition comes from the command line, so an error in it is one of use: "--"
// takes the place of "$." before the option.
Status RunShortForm(const Context& context, Behaviour& use, Definition definition) {
  const std::string where = std::exchange(use.run.where, "");
  const std::string segment = std::exchange(use.run.segment, "");
  if (!where.empty()) definition.Add("where", RuleOf("--where", where));
  if (LooksLikeRule(segment)) {
    definition.Add("segment", RuleOf("--segment", segment));
  } else {
    definition.AddText("segment", segment);
  }
  use.run.definition = definition.Json();
  const Status status = RunReport(context, use.run);
  if (status.ok()) return status;
  const Error& error = status.error();
  if (error.code != FOOTFALL_INVALID_ARGUMENT || error.path.rfind("$.", 0) != 0) {
    return status;
  }
  const size_t end = std::min(error.path.find_first_of(".[", 2), error.path.size());
  std::string option = error.path.substr(2, end - 2);
  std::replace(option.begin(), option.end(), '_', '-');
  std::string message = error.message;
  if (message.rfind(error.path, 0) == 0) message.erase(0, error.path.size());
  RefuseUse("--" + option + error.path.substr(end) + message);
}

void AddCommonOptions(CLI::App* command, Context& context, Behaviour& use) {
  AddRangeOptions(command, context, use.run);
  // These become part of the definition.
  command->get_option("--where")->description(
      "Only events that satisfy a rule exist, for example "
      "'{\"field\":\"app\",\"op\":\"is\",\"value\":\"shop\"}'.");
  command->get_option("--segment")
      ->description("Only people of a segment: its name, or a rule as JSON.")
      ->type_name("SEGMENT");
  AddOutputOptions(command, use.run);
}

void AddFunnel(CLI::App& program, Context& context) {
  auto use = std::make_shared<Behaviour>();
  CLI::App* command = program.add_subcommand(
      "funnel",
      "Count how far people get through steps.\n"
      "\n"
      "A short form of `report run` with a definition of kind funnel.");
  command
      ->add_option("--steps", use->steps,
                   "Names of 2 to 20 events, in order, separated by commas.")
      ->delimiter(',')
      ->type_name("NAME,NAME...")
      ->required();
  command
      ->add_option(
          "--window", use->window,
          "At most this long from the first step to the last, such as 7d or 30m.")
      ->type_name("TIME")
      ->required();
  command
      ->add_option("--order", use->order,
                   "sequential (other events may lie between), strict (none may) or any "
                   "(the steps come in any order). Default: sequential.")
      ->type_name("ORDER")
      ->check(CLI::IsMember({"sequential", "strict", "any"}).description(""));
  command
      ->add_option("--exclude", use->exclude,
                   std::string("No such event may lie between the steps.") + kEventHelp)
      ->type_name("EVENT");
  command
      ->add_option("--break-down", use->break_down,
                   "A field to count by, such as properties.plan or person.country.")
      ->type_name("FIELD");
  command
      ->add_option("--attribution", use->attribution,
                   "Whose field counts: that of the first event of step 1, of the best "
                   "attempt's, or of the last one. Default: first.")
      ->type_name("WHICH")
      ->check(CLI::IsMember({"first", "best", "last"}).description(""));
  command->add_flag("--members", use->members,
                    "List the people who reached step 1 and the times of their steps.");
  AddCommonOptions(command, context, *use);
  SetExamples(
      command,
      "  footfall funnel --db shop.footfall --steps view_item,add_to_cart,purchase \\\n"
      "    --window 7d --break-down properties.plan\n"
      "  footfall funnel --db shop.footfall --steps view_item,purchase --window 1h \\\n"
      "    --exclude cancel --members -o members.csv");
  OnRun(command, context, [&context, use] {
    Definition definition("funnel");
    std::string steps = "[";
    for (const std::string& name : use->steps) {
      if (steps.size() > 1) steps += ",";
      steps += "{\"name\":" + Quote(name) + ",\"where\":" +
               "{\"field\":\"event.name\",\"op\":\"is\",\"value\":" + Quote(name) + "}}";
    }
    definition.Add("steps", steps + "]");
    definition.AddText("window", use->window);
    definition.AddText("order", use->order);
    AddEvent(definition, "exclude", use->exclude);
    if (!use->break_down.empty()) {
      definition.Add("break_down", "{\"field\":" + Quote(use->break_down) + "}");
    }
    definition.AddText("attribution", use->attribution);
    if (use->members) definition.Add("members", "true");
    return RunShortForm(context, *use, definition);
  });
}

void AddRetention(CLI::App& program, Context& context) {
  auto use = std::make_shared<Behaviour>();
  CLI::App* command = program.add_subcommand(
      "retention",
      "Count who comes back, by the time they first came.\n"
      "\n"
      "A short form of `report run` with a definition of kind retention.");
  command
      ->add_option("--start", use->start,
                   std::string("What makes a person part of a cohort, the first time in "
                               "the range. Default: any event.") +
                       kEventHelp)
      ->type_name("EVENT");
  command
      ->add_option(
          "--return", use->returning,
          std::string("What counts as coming back. Default: any event.") + kEventHelp)
      ->type_name("EVENT");
  command->add_option("--bucket", use->bucket, "day, week or month. Default: week.")
      ->type_name("BUCKET")
      ->check(CLI::IsMember({"day", "week", "month"}).description(""));
  command
      ->add_option("--periods", use->periods,
                   "How many buckets to follow a cohort, its own included, 1 to 100. "
                   "Default: 8.")
      ->type_name("N")
      ->check(CLI::Range(1, 100).description(""));
  AddCommonOptions(command, context, *use);
  SetExamples(
      command,
      "  footfall retention --db shop.footfall --start signed_up --bucket week\n"
      "  footfall retention --db shop.footfall --start signed_up --return order \\\n"
      "    --bucket month --periods 6 --from 2025-01-01 --tz Europe/Paris");
  OnRun(command, context, [&context, use] {
    Definition definition("retention");
    AddEvent(definition, "start", use->start);
    AddEvent(definition, "return", use->returning);
    definition.AddText("bucket", use->bucket);
    definition.AddNumber("periods", use->periods);
    return RunShortForm(context, *use, definition);
  });
}

void AddPaths(CLI::App& program, Context& context) {
  auto use = std::make_shared<Behaviour>();
  CLI::App* command = program.add_subcommand(
      "paths",
      "Count what follows an event in its session, or leads to it.\n"
      "\n"
      "A short form of `report run` with a definition of kind paths.");
  command
      ->add_option(
          "--anchor", use->anchor,
          std::string("Where paths begin: the first such event of each session.") +
              kEventHelp)
      ->type_name("EVENT")
      ->required();
  command
      ->add_option("--direction", use->direction,
                   "after or before the anchor. Default: after.")
      ->type_name("DIRECTION")
      ->check(CLI::IsMember({"after", "before"}).description(""));
  command->add_option("--steps", use->path_steps, "How many steps, 1 to 10. Default: 5.")
      ->type_name("N")
      ->check(CLI::Range(1, 10).description(""));
  command
      ->add_option("--by", use->by,
                   "The field whose values make a path. Default: event.name.")
      ->type_name("FIELD");
  AddCommonOptions(command, context, *use);
  SetExamples(
      command,
      "  footfall paths --db shop.footfall --anchor search --steps 3\n"
      "  footfall paths --db shop.footfall --anchor purchase --direction before \\\n"
      "    --by event.path");
  OnRun(command, context, [&context, use] {
    Definition definition("paths");
    AddEvent(definition, "anchor", use->anchor);
    definition.AddText("direction", use->direction);
    definition.AddNumber("steps", use->path_steps);
    definition.AddText("by", use->by);
    return RunShortForm(context, *use, definition);
  });
}

}  // namespace

void AddBehaviour(CLI::App& program, Context& context) {
  AddFunnel(program, context);
  AddRetention(program, context);
  AddPaths(program, context);
}

}  // namespace footfall::cli
