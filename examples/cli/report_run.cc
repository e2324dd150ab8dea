#include "report_run.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>

#include "compress.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

const std::map<std::string, int32_t>& Formats() {
  static const std::map<std::string, int32_t> formats = {
      {"table", FOOTFALL_FORMAT_TABLE}, {"csv", FOOTFALL_FORMAT_CSV},
      {"json", FOOTFALL_FORMAT_JSON},   {"ndjson", FOOTFALL_FORMAT_NDJSON},
      {"arrow", FOOTFALL_FORMAT_ARROW}, {"html", FOOTFALL_FORMAT_HTML},
      {"svg", FOOTFALL_FORMAT_SVG},     {"chart", FOOTFALL_FORMAT_CHART}};
  return formats;
}

// Without the dot; that of x.csv.gz is csv.
std::string Extension(const std::string& path) {
  const std::string_view name = WithoutCompression(path);
  const size_t slash = name.rfind('/');
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) {
    return "";
  }
  return std::string(name.substr(dot + 1));
}

// The format asked for, by --format, by the extension of the output file or by --json.
int32_t ChooseFormat(const Context& context, const RunUse& use) {
  int32_t format = context.json ? FOOTFALL_FORMAT_JSON : FOOTFALL_FORMAT_TABLE;
  if (!use.format.empty()) {
    format = Formats().at(use.format);
  } else if (!use.output.empty()) {
    const auto known = Formats().find(Extension(use.output));
    if (known == Formats().end() || known->second == FOOTFALL_FORMAT_TABLE ||
        known->second == FOOTFALL_FORMAT_CHART) {
      RefuseUse("-o " + use.output +
                ": the extension is none of .csv .json .ndjson .arrow .html .svg; give "
                "--format");
    }
    format = known->second;
  }
  if (format == FOOTFALL_FORMAT_ARROW && Extension(use.output) == "arrow") {
    return FOOTFALL_FORMAT_ARROW_FILE;
  }
  if (format == FOOTFALL_FORMAT_ARROW && use.output.empty() && StdoutIsTerminal()) {
    RefuseUse("arrow is binary and stdout is a terminal; give -o FILE or redirect it");
  }
  return format;
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
  FormatOptions options;
  options.width = use.width;
  if (use.width == 0 && use.output.empty()) options.width = TerminalWidth();
  options.ascii = use.ascii || !LocaleIsUtf8();
  auto bytes = table.Format(format, options);
  if (!bytes.ok()) return bytes.error();
  std::string_view text = bytes->view();
  const bool add_newline =
      format == FOOTFALL_FORMAT_JSON && !text.empty() && text.back() != '\n';
  return WriteOutput(use.output,
                     add_newline ? std::string(text) + "\n" : std::string(text));
}

Status RunOn(const Store& store, const RunUse& use, const Source& source,
             int32_t format) {
  std::vector<std::string> stats;
  for (int i = 0; i < use.repeat; ++i) {
    auto table = source.name.empty()
                     ? store.RunDefinition(source.definition, source.options)
                     : store.RunReport(source.name, source.options);
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

}  // namespace

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

Result<Source> MakeSource(const Context& context, const RunUse& use) {
  Source source;
  source.name = use.name;
  source.definition = use.definition;
  if (use.definition.empty() && use.name.empty() == use.definition_file.empty()) {
    RefuseUse("give the name of a report or --definition FILE");
  }
  source.options.from = NonEmpty(use.from);
  source.options.to = NonEmpty(use.to);
  source.options.timezone = NonEmpty(use.timezone);
  source.options.segment = NonEmpty(use.segment);
  source.options.where_json = NonEmpty(use.where);
  source.options.compare = use.compare;
  source.options.parameters_json = Parameters(use);
  source.options.now_ms = NowOrClock(use.now);
  source.options.cancel = &context.cancel;
  source.options.threads = use.threads;
  if (use.definition_file.empty()) return source;
  auto text = ReadAll(use.definition_file);
  if (!text.ok()) return text.error();
  source.definition = std::move(*text);
  return source;
}

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

void AddSource(CLI::App* command, RunUse& use) {
  command->add_option("NAME", use.name, "Name of a built-in or saved report.")
      ->type_name("");
  command
      ->add_option("--definition", use.definition_file,
                   "Report definition (JSON); - is stdin.")
      ->type_name("FILE");
}

Status RunReport(const Context& context, const RunUse& use) {
  const int32_t format = ChooseFormat(context, use);
  auto source = MakeSource(context, use);
  if (!source.ok()) return source.error();
  Status status = WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) {
    return RunOn(store, use, *source, format);
  });
  if (!status.ok()) RefuseWrongRange(use, status.error());
  return status;
}

Status PrintResult(const Context& context, const RunUse& use, const Table& table) {
  return PrintTable(use, ChooseFormat(context, use), table);
}

Status ExplainReport(const Context& context, const RunUse& use) {
  auto source = MakeSource(context, use);
  if (!source.ok()) return source.error();
  Status status = WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) {
    auto explained = source->name.empty()
                         ? store.ExplainDefinition(source->definition, source->options)
                         : store.ExplainReport(source->name, source->options);
    if (!explained.ok()) return Status(explained.error());
    return PrintDocument(context, explained->view());
  });
  if (!status.ok()) RefuseWrongRange(use, status.error());
  return status;
}

void AddRangeOptions(CLI::App* command, Context& context, RunUse& use) {
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
  command
      ->add_option("--segment", use.segment,
                   "Only people in this saved segment, beside the definition's own.")
      ->type_name("NAME");
  command
      ->add_option("--where", use.where,
                   "Only events that satisfy this rule (JSON), beside the definition's "
                   "own filter.")
      ->type_name("RULE");
  AddNowOption(command, use.now);
  command
      ->add_option("--threads", use.threads,
                   "How many threads may compute, 1 to 256. Default: 1.")
      ->type_name("N")
      ->check(CLI::Range(1, 256).description(""));
}

void AddParameterOptions(CLI::App* command, RunUse& use) {
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
}

void AddOutputOptions(CLI::App* command, RunUse& use) {
  command
      ->add_option(
          "--format", use.format,
          "table, csv (RFC 4180), json, ndjson (one object a row), arrow (IPC stream), "
          "html (a page), svg (a picture) or chart (for terminals). Default: by the "
          "extension of -o; else json with --json; else table. Times are UTC except in "
          "table, html, svg and chart; durations are milliseconds.")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(
                  {"table", "csv", "json", "ndjson", "arrow", "html", "svg", "chart"})
                  .description(""));
  command
      ->add_option("-o,--output", use.output,
                   "Write to FILE instead of stdout; it appears when it is complete. "
                   "A name that ends in .arrow gets the Arrow IPC file format; .gz or "
                   ".zst after the extension compresses.")
      ->type_name("FILE");
  command
      ->add_option("--width", use.width,
                   "Cells that a line of a chart may take, 40 to 10000. Default: the "
                   "terminal's width, else 80.")
      ->type_name("N")
      ->check(CLI::Range(40, 10'000).description(""));
  command->add_flag("--ascii", use.ascii,
                    "Draw charts with ASCII alone, as in locales that are not UTF-8.");
  command->add_flag(
      "--compare", use.compare,
      "Add for each column X of numbers what it was in the period of equal length before "
      "the range, previous_X, and by how much it has grown, change_X.");
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

}  // namespace footfall::cli
