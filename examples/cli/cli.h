// What the commands of `footfall` share: the context of a call, errors, the store.
#ifndef FOOTFALL_EXAMPLES_CLI_CLI_H_
#define FOOTFALL_EXAMPLES_CLI_CLI_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <footfall/footfall.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace footfall::cli {

// Exit codes.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUse = 2;

// One call of the program. Commands take it by reference; it outlives the parse.
struct Context {
  std::string db;  // --db or FOOTFALL_DB.
  bool json = false;
  Cancel cancel;  // Requested by SIGINT and SIGTERM.
  int exit_code = kDone;
};

// Prints `error` to stderr: {"error": {...}} with --json, else one line.
void PrintError(bool json, const Error& error);

// An error of the program's own, such as a file that cannot be opened.
Error MakeError(footfall_status code, std::string message);

// Refuses the command line as a whole: exit code 2. Only called from a command's
// callback.
[[noreturn]] void RefuseUse(const std::string& message);

// Registers `run` as what `command` does; its error becomes the exit code.
void OnRun(CLI::App* command, Context& context, std::function<Status()> run);

// Adds --json, and --db when the command needs a store.
void AddJsonOption(CLI::App* command, Context& context);
void AddStoreOptions(CLI::App* command, Context& context);
// Adds --now, checked; `now` stays as given.
void AddNowOption(CLI::App* command, std::string& now);

// Sets the sections that follow the options in a command's help.
void SetExamples(CLI::App* command, const std::string& examples);

// Milliseconds since 1970 UTC from digits, a date or RFC 3339; nothing if it is neither.
std::optional<int64_t> ParseTime(std::string_view text);
// The same for --now, which was checked; 0, the system clock, when it is empty.
int64_t NowOrClock(const std::string& now);

// The folder that --db or FOOTFALL_DB names; without one the use is refused.
const std::string& RequireDb(const Context& context);

// Opens the store in mode FOOTFALL_OPEN_*, runs `work` and closes; the first error wins.
// What the store logs as an error goes to stderr.
Status WithStore(const Context& context, int32_t mode,
                 const std::function<Status(Store&)>& work);

// The policy in file `path`, or the DEFAULT one when `path` is empty.
Result<Policy> LoadPolicy(const std::string& path);

// Prints JSON text from the library: as it is with --json, else as indented lines.
Status PrintDocument(const Context& context, std::string_view json);

// A level by its name; only called with names that LevelNames() lists.
int32_t LevelByName(const std::string& name);
const std::vector<std::string>& LevelNames();

// Adds --format of what is filtered, and reads it as FOOTFALL_INPUT_*.
void AddInputFormatOption(CLI::App* command, std::string& format);
int32_t InputByName(const std::string& name);

// The command groups; each adds its commands to the program.
void AddCapture(CLI::App& program, Context& context);    // filter, ingest
void AddPrivacy(CLI::App& program, Context& context);    // policy, leak-test
void AddReports(CLI::App& program, Context& context);    // report
void AddReportLibrary(CLI::App* report, Context& context);  // report list, show, clone...
void AddReportLists(CLI::App* report, Context& context);  // report drill, prove, explain-person
void AddBehaviour(CLI::App& program, Context& context);  // funnel, retention, paths
void AddPeople(CLI::App& program, Context& context);     // person, events
void AddAttributes(CLI::App& program, Context& context);  // attributes
void AddCatalogue(CLI::App& program, Context& context);  // catalogue, tracked-event
void AddSegments(CLI::App& program, Context& context);   // segment
void AddStore(CLI::App& program, Context& context);      // settings ... restore
void AddRedact(CLI::App& program, Context& context);     // redact
// subscription, mail, run-due, runs
void AddSubscriptions(CLI::App& program, Context& context);
void AddCompletion(CLI::App& program, Context& context);

void AddPersonList(CLI::App* person, Context& context);

}  // namespace footfall::cli

#endif  // FOOTFALL_EXAMPLES_CLI_CLI_H_
