// footfall: the command line of the library.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cli.h"
#include "io.h"

namespace footfall::cli {
namespace {

constexpr size_t kNameColumn = 30;
constexpr size_t kLineWidth = 86;

// Help in the manner of a manual page: descriptions wrap beside the names, and a list of
// commands shows the first line of each.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(kNameColumn); }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::istringstream words(option->get_description());
    std::string text;
    std::string word;
    size_t width = 0;
    while (words >> word) {
      if (width > 0 && width + 1 + word.size() > kLineWidth - kNameColumn) {
        text += '\n';
        width = 0;
      }
      if (width > 0) {
        text += ' ';
        ++width;
      }
      text += word;
      width += word.size();
    }
    return text;
  }

  std::string make_description(const CLI::App* command) const override {
    return command->get_description() + "\n\n";
  }

  std::string make_subcommand(const CLI::App* command) const override {
    const std::string description = command->get_description();
    std::ostringstream out;
    CLI::detail::format_help(out, command->get_name(),
                             description.substr(0, description.find('\n')), kNameColumn);
    return out.str();
  }
};

void AddVersion(CLI::App& program, Context& context) {
  CLI::App* command = program.add_subcommand(
      "version", "Print the version of the program and of the library it loaded.");
  AddJsonOption(command, context);
  SetExamples(command, "  footfall version --json");
  OnRun(command, context, [&context] {
    const std::string library(VersionString());
    if (context.json) {
      return WriteOutput("", "{\"version\":\"" FOOTFALL_VERSION_STRING
                             "\",\"library\":\"" +
                                 library + "\"}\n");
    }
    return WriteOutput(
        "", "footfall " FOOTFALL_VERSION_STRING " (library " + library + ")\n");
  });
}

// Heads the lists of commands in the help of `command` and below.
void NameGroups(CLI::App* command) {
  for (CLI::App* sub : command->get_subcommands({})) {
    sub->group("Commands");
    NameGroups(sub);
  }
}

// The command that the words of the line name, for the hint of an error.
std::string NamedCommand(const CLI::App& program) {
  std::string name = "footfall";
  const CLI::App* at = &program;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    name += " " + at->get_name();
  }
  return name;
}

// CLI11 calls a command that it does not know a missing one.
std::string Explain(const CLI::App& program, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = program.remaining(/*recurse=*/true);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty() &&
      unknown.front()[0] != '-') {
    return "there is no command '" + unknown.front() + "'";
  }
  return error.what();
}

int Refuse(const CLI::App& program, bool json, const CLI::ParseError& error) {
  const std::string message = Explain(program, error);
  if (json) {
    PrintError(true, MakeError(FOOTFALL_INVALID_ARGUMENT, message));
  } else {
    std::fprintf(stderr, "footfall: %s\nTry: %s --help\n", message.c_str(),
                 NamedCommand(program).c_str());
  }
  return kWrongUse;
}

int PrintText(bool json, const std::string& text) {
  const Status status = WriteOutput("", text);
  if (status.ok()) return kDone;
  PrintError(json, status.error());
  return kFailed;
}

int Main(int argc, char** argv) {
  Context context;
  auto cancel = Cancel::Make();
  if (!cancel.ok()) {
    PrintError(false, cancel.error());
    return kFailed;
  }
  context.cancel = std::move(*cancel);
  InstallInterruptHandler(context.cancel);

  CLI::App program(
      "footfall: filter, store and report how people use software.\n"
      "\n"
      "Everything stays in one folder, the store, named by --db or the environment\n"
      "variable FOOTFALL_DB. Results go to stdout, all else to stderr.",
      "footfall");
  program.formatter(std::make_shared<HelpFormatter>());
  program.get_formatter()->label("SUBCOMMAND", "COMMAND");
  program.set_version_flag("--version", "footfall " FOOTFALL_VERSION_STRING);
  program.require_subcommand(1);
  AddCapture(program, context);
  AddPrivacy(program, context);
  AddReports(program, context);
  AddBehaviour(program, context);
  AddPeople(program, context);
  AddAttributes(program, context);
  AddSegments(program, context);
  AddCatalogue(program, context);
  AddStore(program, context);
  AddRedact(program, context);
  AddSubscriptions(program, context);
  AddVersion(program, context);
  AddCompletion(program, context);
  AddJsonOption(&program, context);
  SetExamples(&program,
              "  footfall settings set level interactions --db shop.footfall\n"
              "  footfall ingest --db shop.footfall events.ndjson.zst\n"
              "  footfall report run logins --db shop.footfall");

  NameGroups(&program);

  // An error of the command line itself is found before --json is stored anywhere.
  const bool json = std::any_of(argv + 1, argv + argc, [](const char* word) {
    return std::string_view(word) == "--json";
  });
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return PrintText(json, program.help());
  } catch (const CLI::CallForVersion& version) {
    return PrintText(json, std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return Refuse(program, json, error);
  }
  return context.exit_code;
}

}  // namespace
}  // namespace footfall::cli

int main(int argc, char** argv) {
  try {
    return footfall::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    // Nothing of the project throws; this is for what the standard library may.
    std::fprintf(stderr, "footfall: %s\n", error.what());
    return footfall::cli::kFailed;
  }
}
