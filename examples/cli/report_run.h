// Running a report from the command line, as `report run` and its short forms do.
#ifndef FOOTFALL_EXAMPLES_CLI_REPORT_RUN_H_
#define FOOTFALL_EXAMPLES_CLI_REPORT_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli.h"

namespace footfall::cli {

struct RunUse {
  std::string name;
  std::string definition_file;
  std::string definition;  // JSON of a short form.
  std::string from;
  std::string to;
  std::string timezone;
  std::string now;
  std::vector<std::string> parameters;  // key=value.
  std::string parameters_json;
  uint32_t threads = 0;
  std::string format;
  std::string output;
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

Status RunReport(const Context& context, const RunUse& use);
Status ExplainReport(const Context& context, const RunUse& use);

}  // namespace footfall::cli

#endif  // FOOTFALL_EXAMPLES_CLI_REPORT_RUN_H_
