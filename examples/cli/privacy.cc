// policy and leak-test: what a policy does, and whether it does enough.
#include <cstdio>

#include "cli.h"
#include "io.h"
#include "json.h"
#include "leaks.h"

namespace footfall::cli {
namespace {

Status RunLint(const Context& context, const std::string& file) {
  auto policy = LoadPolicy(file);
  if (!policy.ok()) return policy.error();
  auto findings = policy->Lint();
  if (!findings.ok()) return findings.error();
  if (!context.json && ArraySize(findings->view(), "findings") == 0) {
    return WriteOutput("", "Nothing is allowed beyond the DEFAULT policy.\n");
  }
  if (context.json) return PrintDocument(context, findings->view());
  return WriteOutput(
      "", ReadableTable(findings->view(), "findings", {"severity", "path", "message"}));
}

void AddLint(CLI::App* policy, Context& context) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = policy->add_subcommand(
      "lint",
      "Say what a policy allows.\n"
      "\n"
      "Names each thing that the policy allows beyond the DEFAULT one and why that is\n"
      "discouraged. A policy that does not parse fails with the path of the offending "
      "key.");
  command->add_option("FILE", *file, "Policy file (JSON); - is stdin.")
      ->type_name("")
      ->required();
  AddJsonOption(command, context);
  SetExamples(command, "  footfall policy lint policy.json");
  OnRun(command, context, [&context, file] { return RunLint(context, *file); });
}

struct ExplainUse {
  std::string policy;
  std::string file = "-";
};

// What became of an event, for people.
std::string ExplainText(size_t number, std::string_view json) {
  std::string out = "event " + std::to_string(number) + ": " + StringAt(json, "outcome");
  const std::string reason = StringAt(json, "reason");
  if (!reason.empty()) {
    const std::string path = StringAt(json, "path");
    out += ": " + (path.empty() ? "" : path + ": ") + reason;
  }
  out += '\n';
  if (ArraySize(json, "removed") == 0) return out;
  return out + ReadableTable(json, "removed", {"rule", "effect", "path", "policy_path"});
}

Status RunExplain(const Context& context, const ExplainUse& use) {
  auto policy = LoadPolicy(use.policy);
  if (!policy.ok()) return policy.error();
  auto text = ReadAll(use.file);
  if (!text.ok()) return text.error();
  auto explained = policy->Explain(OneEventPerLine(*text));
  if (!explained.ok()) return explained.error();
  const std::vector<std::string> events = Elements(explained->view(), "events");
  if (events.empty()) return MakeError(FOOTFALL_INVALID_ARGUMENT, "there is no event");
  if (context.json) return PrintDocument(context, explained->view());
  std::string out;
  for (size_t i = 0; i < events.size(); ++i) out += ExplainText(i + 1, events[i]);
  return WriteOutput("", out);
}

void AddExplain(CLI::App* policy, Context& context) {
  auto use = std::make_shared<ExplainUse>();
  CLI::App* command = policy->add_subcommand(
      "explain",
      "Say which rule removes what in an event.\n"
      "\n"
      "Reads one event, or several as NDJSON, of interactions or of rrweb, and names "
      "for\n"
      "each what the policy removes or masks: the place, the rule that does it and what\n"
      "in the policy is behind it. No value is shown. The events are one stream: what "
      "an\n"
      "earlier one says of a page or a field holds for the later ones.");
  command
      ->add_option("--policy", use->policy,
                   "Policy file (JSON). Default: the DEFAULT policy.")
      ->type_name("FILE");
  command->add_option("FILE", use->file, "The events; - is stdin, the default.")
      ->type_name("");
  AddJsonOption(command, context);
  SetExamples(command,
              "  footfall policy explain event.json\n"
              "  head -n 3 events.ndjson | footfall policy explain --policy p.json -");
  OnRun(command, context, [&context, use] { return RunExplain(context, *use); });
}

struct LeakUse {
  std::string policy;
  std::string canaries;
  std::string format = "auto";
  bool allow_void = false;
  std::vector<std::string> files;
};

Status TestFile(const LeakUse& use, const Policy& policy, const Canaries& canaries,
                const std::string& file, Leaks& leaks) {
  auto input = Input::Open(file);
  if (!input.ok()) return input.error();
  auto search =
      LeakSearch::Make(canaries.json, policy, {.format = InputByName(use.format)});
  if (!search.ok()) {
    Error error = canaries.Locate(search.error());
    error.message = "canaries " + use.canaries + ": " + error.message;
    return error;
  }
  while (true) {
    auto piece = input->Read();
    if (!piece.ok()) return piece.error();
    if (piece->empty()) break;
    if (Status status = search->Write(*piece); !status.ok()) return status;
  }
  auto result = search->Finish();
  if (!result.ok()) return result.error();
  leaks.Add(file, result->view());
  return {};
}

Status RunLeakTest(Context& context, const LeakUse& use) {
  auto policy = LoadPolicy(use.policy);
  if (!policy.ok()) return policy.error();
  auto text = ReadAll(use.canaries);
  if (!text.ok()) return text.error();
  const Canaries canaries = Canaries::FromText(*text);
  Leaks leaks;
  for (const std::string& file : use.files) {
    if (Status status = TestFile(use, *policy, canaries, file, leaks); !status.ok()) {
      return status;
    }
  }
  if (leaks.survived() || (leaks.any_void() && !use.allow_void)) {
    context.exit_code = kFailed;
  }
  return WriteOutput("", context.json ? leaks.Json() : leaks.Text());
}

void AddLeakTest(CLI::App& program, Context& context) {
  auto use = std::make_shared<LeakUse>();
  CLI::App* command = program.add_subcommand(
      "leak-test",
      "Look for planted secrets in what the filter lets through.\n"
      "\n"
      "Filters each recording, or file of interaction events, and looks for every "
      "canary\n"
      "in what remains: as it is, in other letter case, without separators, reversed, "
      "in\n"
      "UTF-16, \\uXXXX, HTML entities, percent encoding (also twice), base64 at any\n"
      "alignment and hexadecimal, and in pieces over consecutive strings of one node.\n"
      "Prints each place where one survives, by the canary's id and never its text, and\n"
      "fails when there is one. A canary that stands in none of the files proves "
      "nothing:\n"
      "it is void, and makes the test fail too.");
  command
      ->add_option("--policy", use->policy,
                   "Policy file (JSON). Default: the DEFAULT policy.")
      ->type_name("FILE");
  command
      ->add_option("--canaries", use->canaries,
                   "The planted secrets: a JSON array of strings or of "
                   "{\"id\",\"text\"}, or a text file with one a line. At least 4 "
                   "characters each, better 8.")
      ->type_name("FILE")
      ->required();
  AddInputFormatOption(command, use->format);
  command->add_flag("--allow-void", use->allow_void,
                    "Do not fail for canaries that stand in none of the files.");
  command
      ->add_option(
          "FILE", use->files,
          "Recordings, NDJSON or one JSON array each, decompressed when the name "
          "ends in .zst; - is stdin.")
      ->type_name("")
      ->required();
  AddJsonOption(command, context);
  SetExamples(
      command,
      "  footfall leak-test --canaries planted.txt checkout.ndjson login.ndjson.zst\n"
      "  footfall leak-test --policy p.json --canaries planted.json --json rec.json");
  OnRun(command, context, [&context, use] { return RunLeakTest(context, *use); });
}

}  // namespace

void AddPrivacy(CLI::App& program, Context& context) {
  CLI::App* policy =
      program.add_subcommand("policy", "Check privacy policies and say what they do.");
  policy->require_subcommand(1);
  AddLint(policy, context);
  AddExplain(policy, context);
  AddLeakTest(program, context);
}

}  // namespace footfall::cli
