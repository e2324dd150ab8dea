// report list, show, save, delete and run; person list, which is the report `users`.
#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>

#include "arrow_file.h"
#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

const std::map<std::string, int32_t>& Formats() {
  static const std::map<std::string, int32_t> formats = {
      {"table", FOOTFALL_FORMAT_TABLE},
      {"csv", FOOTFALL_FORMAT_CSV},
      {"json", FOOTFALL_FORMAT_JSON},
      {"ndjson", FOOTFALL_FORMAT_NDJSON},
      {"arrow", FOOTFALL_FORMAT_ARROW}};
  return formats;
}

struct RunUse {
  std::string name;
  std::string definition;
  std::string from;
  std::string to;
  std::string timezone;
  std::string now;
  std::vector<std::string> parameters;  // key=value.
  std::string parameters_json;
  std::string format;
  std::string output;
  bool total = false;
  int repeat = 1;
  bool stats = false;
};

std::string Extension(const std::string& path) {
  const size_t slash = path.rfind('/');
  const size_t dot = path.rfind('.');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return "";
  return path.substr(dot + 1);
}

// The format asked for, by --format, by the extension of the output file or by --json.
int32_t ChooseFormat(const Context& context, const RunUse& use) {
  int32_t format = context.json ? FOOTFALL_FORMAT_JSON : FOOTFALL_FORMAT_TABLE;
  if (!use.format.empty()) {
    format = Formats().at(use.format);
  } else if (!use.output.empty()) {
    const auto known = Formats().find(Extension(use.output));
    if (known == Formats().end() || known->second == FOOTFALL_FORMAT_TABLE) {
      RefuseUse("-o " + use.output +
                ": the extension is none of .csv .json .ndjson .arrow; give --format");
    }
    format = known->second;
  }
  if (format == FOOTFALL_FORMAT_ARROW && use.output.empty() && StdoutIsTerminal()) {
    RefuseUse("arrow is binary and stdout is a terminal; give -o FILE or redirect it");
  }
  return format;
}

// --parameters, or the --param pairs as one JSON object; nothing without either.
std::optional<std::string> Parameters(const RunUse& use) {
  if (!use.parameters_json.empty()) {
    if (!use.parameters.empty()) RefuseUse("give --param or --parameters, not both");
    return use.parameters_json;
  }
  if (use.parameters.empty()) return std::nullopt;
  std::string json = "{";
  for (const std::string& pair : use.parameters) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      RefuseUse("--param " + pair + ": expected KEY=VALUE");
    }
    if (json.size() > 1) json += ",";
    json += Quote(pair.substr(0, equals)) + ":" + Quote(pair.substr(equals + 1));
  }
  return json + "}";
}

std::optional<std::string> NonEmpty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// Statistics of the last run with the elapsed time of each.
Status PrintStats(const std::vector<std::string>& runs) {
  std::string elapsed = "[";
  for (const std::string& run : runs) {
    if (elapsed.size() > 1) elapsed += ",";
    elapsed += MemberAt(run, "elapsed_ms");
  }
  std::fprintf(stderr, "%s\n",
               WithMember(runs.back(), "elapsed_ms", elapsed + "]").c_str());
  return {};
}

Status PrintTable(const RunUse& use, int32_t format, const Table& table) {
  auto bytes = table.Format(format);
  if (!bytes.ok()) return bytes.error();
  if (format == FOOTFALL_FORMAT_ARROW && Extension(use.output) == "arrow") {
    auto file = ArrowFileFromStream(bytes->view());
    if (!file.ok()) return file.error();
    return WriteOutput(use.output, *file);
  }
  std::string_view text = bytes->view();
  const bool add_newline =
      format == FOOTFALL_FORMAT_JSON && !text.empty() && text.back() != '\n';
  return WriteOutput(use.output,
                     add_newline ? std::string(text) + "\n" : std::string(text));
}

Status RunOn(const Store& store, const RunUse& use, const std::string& definition,
             const ReportOptions& options, int32_t format) {
  std::vector<std::string> stats;
  for (int i = 0; i < use.repeat; ++i) {
    auto table = use.definition.empty() ? store.RunReport(use.name, options)
                                        : store.RunDefinition(definition, options);
    if (!table.ok()) return table.error();
    auto run = table->Stats();
    if (!run.ok()) return run.error();
    stats.push_back(run->str());
    if (i + 1 < use.repeat) continue;
    if (use.total) table = table->Total();
    if (!table.ok()) return table.error();
    if (Status status = PrintTable(use, format, *table); !status.ok()) return status;
  }
  return use.stats ? PrintStats(stats) : Status();
}

// An error of the library about --from, --to or --tz is one of the command line. Those
// of a definition, which the options replace, are not.
void RefuseWrongRange(const RunUse& use, const Error& error) {
  const std::tuple<const char*, const char*, const std::string&> options[] = {
      {"$.from", "--from", use.from},
      {"$.to", "--to", use.to},
      {"$.timezone", "--tz", use.timezone}};
  for (const auto& [path, option, value] : options) {
    if (error.code != FOOTFALL_INVALID_ARGUMENT || error.path != path || value.empty()) {
      continue;
    }
    std::string message = error.message;
    if (message.rfind(path, 0) == 0) message.erase(0, error.path.size());
    RefuseUse(option + message);
  }
}

Status RunReport(const Context& context, const RunUse& use) {
  if (use.name.empty() == use.definition.empty()) {
    RefuseUse("give the name of a report or --definition FILE");
  }
  const int32_t format = ChooseFormat(context, use);
  ReportOptions options;
  options.from = NonEmpty(use.from);
  options.to = NonEmpty(use.to);
  options.timezone = NonEmpty(use.timezone);
  options.parameters_json = Parameters(use);
  options.now_ms = NowOrClock(use.now);
  options.cancel = &context.cancel;
  std::string definition;
  if (!use.definition.empty()) {
    auto text = ReadAll(use.definition);
    if (!text.ok()) return text.error();
    definition = std::move(*text);
  }
  Status status = WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) {
    return RunOn(store, use, definition, options, format);
  });
  if (!status.ok()) RefuseWrongRange(use, status.error());
  return status;
}

// What `report run` and `person list` have in common.
void AddRunOptions(CLI::App* command, Context& context, RunUse& use) {
  AddStoreOptions(command, context);
  command
      ->add_option("--from", use.from,
                   "First instant of the range: RFC 3339, or a date in the report's time "
                   "zone. Default: the definition's, else all that is stored.")
      ->type_name("TIME");
  command->add_option("--to", use.to, "End of the range, itself excluded; as --from.")
      ->type_name("TIME");
  command
      ->add_option("--tz", use.timezone,
                   "Time zone, an IANA name such as Europe/Paris. Default: the "
                   "definition's, else UTC.")
      ->type_name("ZONE");
  AddNowOption(command, use.now);
  command
      ->add_option("--param", use.parameters,
                   "A parameter of a built-in report, a string; may be repeated.")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--parameters", use.parameters_json,
                   "All parameters of a built-in report as one JSON object.")
      ->type_name("JSON");
  command
      ->add_option(
          "--format", use.format,
          "table, csv (RFC 4180), json, ndjson (one object a row) or arrow (IPC "
          "stream). Default: by the extension of -o; else json with --json; else "
          "table. Times are UTC except in tables, durations milliseconds.")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "csv", "json", "ndjson", "arrow"}).description(""));
  command
      ->add_option("-o,--output", use.output,
                   "Write to FILE instead of stdout; it appears when it is complete. "
                   "A name that ends in .arrow gets the Arrow IPC file format.")
      ->type_name("FILE");
  command->add_flag(
      "--total", use.total,
      "Print the total row instead of the rows, for reports that have one.");
  command
      ->add_option("--repeat", use.repeat,
                   "Run the report N times, default 1; the last is printed.")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  command->add_flag("--stats", use.stats,
                    "Write statistics to stderr as JSON: elapsed_ms of each run (opening "
                    "the store not counted), rows, and what was read.");
}

void AddRun(CLI::App* report, Context& context) {
  auto use = std::make_shared<RunUse>();
  CLI::App* command = report->add_subcommand(
      "run",
      "Run a report and print its rows.\n"
      "\n"
      "Runs a built-in or saved report by name, or a definition from a file without "
      "saving\n"
      "it. The store is opened for reading, also beside a process that writes to it.");
  command->add_option("NAME", use->name, "Name of a built-in or saved report.")
      ->type_name("");
  command
      ->add_option("--definition", use->definition,
                   "Report definition (JSON); - is stdin.")
      ->type_name("FILE");
  AddRunOptions(command, context, *use);
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

void AddList(CLI::App* report, Context& context) {
  CLI::App* command =
      report->add_subcommand("list", "List the built-in and the saved reports.");
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall report list --db shop.footfall");
  OnRun(command, context, [&context] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto list = store.ListReports();
      if (!list.ok()) return list.error();
      if (context.json) return PrintDocument(context, list->view());
      return WriteOutput("", ReadableTable(list->view(), "reports",
                                           {"name", "title", "kind", "builtin", "tags"}));
    });
  });
}

void AddShow(CLI::App* report, Context& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = report->add_subcommand(
      "show", "Print the definition of a report as JSON, for `report save`.");
  command->add_option("NAME", *name, "Name of a report.")->type_name("")->required();
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall report show weekly --db shop.footfall > weekly.json");
  OnRun(command, context, [&context, name] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto definition = store.ShowReport(*name);
      if (!definition.ok()) return definition.error();
      return WriteOutput("", definition->str() + "\n");
    });
  });
}

void AddSave(CLI::App* report, Context& context) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = report->add_subcommand(
      "save",
      "Save a report definition under its name.\n"
      "\n"
      "Replaces a saved report of that name; a built-in report's name is refused.");
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
  AddList(report, context);
  AddShow(report, context);
  AddSave(report, context);
  AddDelete(report, context);
  AddRun(report, context);
}

void AddPersonList(CLI::App* person, Context& context) {
  auto use = std::make_shared<RunUse>();
  use->name = "users";
  CLI::App* command = person->add_subcommand(
      "list", "List people with their computed attributes: the report users.");
  AddRunOptions(command, context, *use);
  SetExamples(command, "  footfall person list --db shop.footfall -o people.csv");
  OnRun(command, context, [&context, use] { return RunReport(context, *use); });
}

}  // namespace footfall::cli
