// completion bash: a script made from the commands and options themselves.
#include "cli.h"
#include "io.h"

namespace footfall::cli {
namespace {

constexpr const char* kHead = R"(# Completion of footfall for bash; load it with
#   source <(footfall completion bash)
_footfall() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local path=footfall commands= options= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${COMP_WORDS[i]}" in
)";

constexpr const char* kMiddle = R"(        path="$path ${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $previous" in
    'footfall filter --format' | 'footfall leak-test --format')
      commands='auto events rrweb' ;;
    *' --format') commands='table csv json ndjson arrow' ;;
    *' --order') commands='sequential strict any' ;;
    *' --attribution') commands='first best last' ;;
    *' --bucket') commands='day week month' ;;
    *' --direction') commands='after before' ;;
    *' --level' | 'footfall settings set level')
      commands='content interactions playback' ;;
    *' --db' | *' --policy' | *' --canaries' | *' --definition' | *' -o' | *' --output') return ;;
  esac
  if [[ -n $commands ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
    return
  fi
  case "$path" in
)";

// Where nothing is offered, `-o default` completes file names.
constexpr const char* kTail = R"(  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  fi
}
complete -o default -F _footfall footfall
)";

// What stands in the place of a command name where the command takes one of few words.
std::string FixedWords(const std::string& path) {
  if (path == "footfall report run" || path == "footfall report explain" ||
      path == "footfall report show") {
    return "active-users logins page-views sessions users";
  }
  if (path == "footfall settings set") {
    return "level retention_days dedup_window_days session_gap session_max "
           "event_bytes_max account_property memory_budget seal_events seal_after "
           "group_size_min imported_attributes_max run_log_days";
  }
  return "";
}

void Walk(const CLI::App* command, const std::string& path, std::string& paths,
          std::string& cases) {
  std::string names = FixedWords(path);
  for (const CLI::App* sub : command->get_subcommands({})) {
    if (!names.empty()) names += " ";
    names += sub->get_name();
    const std::string sub_path = path + " " + sub->get_name();
    if (!paths.empty()) paths += " | \\\n";
    paths += "      '" + sub_path + "'";
    Walk(sub, sub_path, paths, cases);
  }
  std::string options;
  for (const CLI::Option* option : command->get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (!options.empty()) options += " ";
      options += "--" + name;
    }
  }
  cases += "    '" + path + "')\n      commands='" + names + "'\n      options='" +
           options + "' ;;\n";
}

}  // namespace

void AddCompletion(CLI::App& program, Context& context) {
  CLI::App* completion =
      program.add_subcommand("completion", "Print a completion script for a shell.");
  completion->require_subcommand(1);
  CLI::App* bash = completion->add_subcommand("bash", "Print the script for bash.");
  SetExamples(bash, "  source <(footfall completion bash)");
  OnRun(bash, context, [&program] {
    std::string paths;
    std::string cases;
    Walk(&program, "footfall", paths, cases);
    return WriteOutput("", kHead + paths + ")\n" + kMiddle + cases + kTail);
  });
}

}  // namespace footfall::cli
