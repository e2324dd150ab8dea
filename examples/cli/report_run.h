// Running a report from the command line, as `report run` and its short forms do.
#ifndef FOOTFALL_EXAMPLES_CLI_REPORT_RUN_H_
#define FOOTFALL_EXAMPLES_CLI_REPORT_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli.h"

namespace footfall::cli {

// What to run: the report of a name, or a definition.
struct Source {
  std::string name;
  std::string definition;
  ReportOptions options;

  // The one of them that there is.
  const std::string& report() const { return name.empty() ? definition : name; }
};

struct RunUse {
  std::string name;
  std::string definition_file;
  std::string definition;  // JSON of a short form.
  std::string from;
  std::string to;
  std::string timezone;
  std::string segment;
  std::string where;
  bool compare = false;
  std::string now;
  std::vector<std::string> parameters;  // key=value.
  std::string parameters_json;
  uint32_t threads = 0;
  std::string format;
  std::string output;
  uint32_t width = 0;
  bool ascii = false;
  bool total = false;
  int repeat = 1;
  bool stats = false;
};

// The store, range, zone, present and threads.
void AddRangeOptions(CLI::App* command, Context& context, RunUse& use);
// Parameters of built-in reports.
void AddParameterOptions(CLI::App* command, RunUse& use);
// What becomes of the rows.
void AddOutputOptions(CLI::App* command, RunUse& use);

// --parameters, or the --param pairs as one JSON object; nothing without either.
std::optional<std::string> Parameters(const RunUse& use);
// Reads what a use asks for; a use that contradicts itself ends the program.
Result<Source> MakeSource(const Context& context, const RunUse& use);
// An error of the library about --from, --to or --tz is one of the command line. Those
// of a definition, which the options replace, are not.
void RefuseWrongRange(const RunUse& use, const Error& error);
// The name of a report or --definition FILE.
void AddSource(CLI::App* command, RunUse& use);

Status RunReport(const Context& context, const RunUse& use);
// Prints `table` in the format that the use asks for.
Status PrintResult(const Context& context, const RunUse& use, const Table& table);
Status ExplainReport(const Context& context, const RunUse& use);

}  // namespace footfall::cli

#endif  // FOOTFALL_EXAMPLES_CLI_REPORT_RUN_H_
