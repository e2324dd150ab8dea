// subscription, mail, runs and run-due: reports by e-mail on a schedule.
#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

constexpr size_t kKeyBytes = 32;

using Call = std::function<Status(Store&)>;

// Named by a positional word of the command.
std::shared_ptr<std::string> AddWord(CLI::App* command, const std::string& name,
                                     const std::string& help) {
  auto word = std::make_shared<std::string>();
  command->add_option(name, *word, help)->type_name("")->required();
  return word;
}

std::shared_ptr<std::string> AddName(CLI::App* command) {
  return AddWord(command, "NAME", "The subscription.");
}

// Options of what sends mail.
struct Use {
  std::string now;
  std::string key_file;
};

void AddKeyOption(CLI::App* command, Use& use) {
  command
      ->add_option("--key-file", use.key_file,
                   "The key for secrets: a file of 32 bytes, such as `head -c 32 "
                   "/dev/urandom` makes.")
      ->envname("FOOTFALL_KEY_FILE")
      ->type_name("FILE");
}

Status GiveKey(const Use& use, Store& store) {
  if (use.key_file.empty()) return {};
  auto key = ReadAll(use.key_file);
  if (!key.ok()) return key.error();
  if (key->size() != kKeyBytes) {
    return MakeError(FOOTFALL_INVALID_ARGUMENT, use.key_file + ": a key has 32 bytes");
  }
  return store.SetSecretsKey(*key);
}

// Registers what `command` does with an existing store, and with one that another
// process may be writing.
void OnStore(CLI::App* command, Context& context, const Call& call,
             int32_t mode = FOOTFALL_OPEN_EXISTING) {
  AddStoreOptions(command, context);
  OnRun(command, context,
        [&context, call, mode] { return WithStore(context, mode, call); });
}

void OnReadStore(CLI::App* command, Context& context, const Call& call) {
  OnStore(command, context, call, FOOTFALL_OPEN_READ_ONLY);
}

Status Print(const Context& context, const Result<Buffer>& document) {
  if (!document.ok()) return document.error();
  return PrintDocument(context, document->view());
}

Status PrintTable(const Context& context, const Result<Buffer>& document,
                  const std::string& key, const std::vector<std::string>& columns) {
  if (!document.ok()) return document.error();
  if (context.json) return PrintDocument(context, document->view());
  return WriteOutput("", ReadableTable(document->view(), key, columns));
}

Error RunFailed(const std::string& id, const std::string& why) {
  return MakeError(FOOTFALL_UNAVAILABLE, "run " + id + " failed: " + why);
}

void AddSave(CLI::App* group, Context& context) {
  auto use = std::make_shared<Use>();
  CLI::App* command = group->add_subcommand(
      "save",
      "Save a subscription under its name.\n"
      "\n"
      "FILE holds {\"version\": 1, \"name\", \"report\", \"schedule\", \"recipients\"};\n"
      "- is stdin. It is in force at once.");
  auto file = AddWord(command, "FILE", "The subscription.");
  AddNowOption(command, use->now);
  SetExamples(command, "  footfall subscription save weekly.json --db shop.footfall");
  OnStore(command, context, [file, use](Store& store) -> Status {
    auto text = ReadAll(*file);
    if (!text.ok()) return text.error();
    return store.SaveSubscription(*text, NowOrClock(use->now));
  });
}

void AddList(CLI::App* group, Context& context) {
  CLI::App* command = group->add_subcommand("list", "List the subscriptions.");
  SetExamples(command, "  footfall subscription list --db shop.footfall");
  OnReadStore(command, context, [&context](Store& store) {
    return PrintTable(context, store.ListSubscriptions(), "subscriptions",
                      {"name", "report", "recipients", "state", "next_due"});
  });
}

void AddShow(CLI::App* group, Context& context) {
  CLI::App* command = group->add_subcommand(
      "show", "Show a subscription, when it is due and who gets nothing.");
  auto name = AddName(command);
  SetExamples(command, "  footfall subscription show weekly --db shop.footfall");
  OnReadStore(command, context, [&context, name](Store& store) {
    return Print(context, store.ShowSubscription(*name));
  });
}

void AddPause(CLI::App* group, Context& context, bool paused) {
  auto use = std::make_shared<Use>();
  const std::string verb = paused ? "pause" : "resume";
  CLI::App* command = group->add_subcommand(
      verb, paused ? "Pause a subscription: what is due meanwhile is skipped."
                   : "Resume a paused subscription.");
  auto name = AddName(command);
  AddNowOption(command, use->now);
  SetExamples(command, "  footfall subscription " + verb + " weekly --db shop.footfall");
  OnStore(command, context, [name, use, paused](Store& store) {
    return store.PauseSubscription(*name, paused, NowOrClock(use->now));
  });
}

void AddDelete(CLI::App* group, Context& context) {
  CLI::App* command =
      group->add_subcommand("delete", "Delete a subscription with its log.");
  auto name = AddName(command);
  SetExamples(command, "  footfall subscription delete weekly --db shop.footfall");
  OnStore(command, context,
          [name](Store& store) { return store.DeleteSubscription(*name); });
}

void AddRun(CLI::App* group, Context& context) {
  auto use = std::make_shared<Use>();
  CLI::App* command = group->add_subcommand(
      "run",
      "Send a report now, whatever its schedule.\n"
      "\n"
      "Prints the run with what became of it for each recipient. Exit status 1 when it\n"
      "failed.");
  auto name = AddName(command);
  AddNowOption(command, use->now);
  AddKeyOption(command, *use);
  SetExamples(
      command,
      "  footfall subscription run weekly --key-file shop.key --db shop.footfall");
  OnStore(command, context, [&context, name, use](Store& store) -> Status {
    if (Status key = GiveKey(*use, store); !key.ok()) return key;
    auto run = store.RunSubscription(*name, NowOrClock(use->now), &context.cancel);
    if (Status printed = Print(context, run); !printed.ok()) return printed;
    if (StringAt(run->view(), "status") != "failed") return {};
    return RunFailed(StringAt(run->view(), "id"), StringAt(run->view(), "error"));
  });
}

void AddRestore(CLI::App* group, Context& context) {
  auto use = std::make_shared<Use>();
  CLI::App* command = group->add_subcommand(
      "restore", "Send again to a recipient who unsubscribed or was refused.");
  auto name = AddName(command);
  auto address = AddWord(command, "ADDRESS", "The recipient.");
  AddNowOption(command, use->now);
  SetExamples(
      command,
      "  footfall subscription restore weekly ana@example.com --db shop.footfall");
  OnStore(command, context, [name, address, use](Store& store) {
    return store.RestoreRecipient(*name, *address, NowOrClock(use->now));
  });
}

void AddUnsubscribe(CLI::App* group, Context& context) {
  auto use = std::make_shared<Use>();
  auto confirm = std::make_shared<bool>(false);
  CLI::App* command = group->add_subcommand(
      "unsubscribe", "Show whom the token of a mail's link belongs to.");
  auto token = AddWord(command, "TOKEN", "The token.");
  command->add_flag("--confirm", *confirm, "Unsubscribe the recipient.");
  AddNowOption(command, use->now);
  SetExamples(command,
              "  footfall subscription unsubscribe TOKEN --confirm --db shop.footfall");
  OnStore(command, context, [&context, token, confirm, use](Store& store) {
    return Print(context, store.Unsubscribe(*token, *confirm, NowOrClock(use->now)));
  });
}

void AddSubscription(CLI::App& program, Context& context) {
  CLI::App* group =
      program.add_subcommand("subscription", "Reports by e-mail on a schedule.");
  group->require_subcommand(1);
  AddSave(group, context);
  AddList(group, context);
  AddShow(group, context);
  AddPause(group, context, true);
  AddPause(group, context, false);
  AddDelete(group, context);
  AddRun(group, context);
  AddRestore(group, context);
  AddUnsubscribe(group, context);
}

// A password is never a word of the command line, which others can see.
Result<std::string> ReadPassword(const std::string& path) {
  auto text = ReadAll(path);
  if (!text.ok()) return text;
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) {
    text->pop_back();
  }
  return text;
}

void AddMail(CLI::App& program, Context& context) {
  CLI::App* group = program.add_subcommand("mail", "How mail leaves.");
  group->require_subcommand(1);

  auto use = std::make_shared<Use>();
  auto password_file = std::make_shared<std::string>();
  CLI::App* set = group->add_subcommand(
      "set",
      "Replace the mail settings.\n"
      "\n"
      "FILE holds {\"version\": 1, \"from\", \"host\", \"port\", \"security\", "
      "\"user\",\n"
      "...}; - is stdin. Without --password-file the password stays as it is.");
  auto file = AddWord(set, "FILE", "The settings.");
  set->add_option("--password-file", *password_file, "A file with the user's password.")
      ->type_name("FILE");
  AddKeyOption(set, *use);
  SetExamples(set,
              "  footfall mail set smtp.json --password-file smtp.password \\\n"
              "    --key-file shop.key --db shop.footfall");
  OnStore(set, context, [file, password_file, use](Store& store) -> Status {
    auto text = ReadAll(*file);
    if (!text.ok()) return text.error();
    if (Status key = GiveKey(*use, store); !key.ok()) return key;
    if (password_file->empty()) return store.SetMail(*text);
    auto password = ReadPassword(*password_file);
    if (!password.ok()) return password.error();
    return store.SetMail(*text, password->c_str());
  });

  CLI::App* show = group->add_subcommand("show", "Show the mail settings.");
  SetExamples(show, "  footfall mail show --db shop.footfall");
  OnReadStore(show, context,
              [&context](Store& store) { return Print(context, store.ShowMail()); });
}

void AddRuns(CLI::App& program, Context& context) {
  CLI::App* group = program.add_subcommand("runs", "The log of what ran by itself.");
  group->require_subcommand(1);

  auto job = std::make_shared<std::string>();
  auto limit = std::make_shared<uint32_t>(100);
  CLI::App* list = group->add_subcommand("list", "List runs, the latest first.");
  list->add_option("--job", *job, "Only of this job, such as subscription:weekly.")
      ->type_name("KIND:NAME");
  list->add_option("--limit", *limit, "At most so many. Default: 100.")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000).description(""));
  SetExamples(list, "  footfall runs list --job subscription:weekly --db shop.footfall");
  OnReadStore(list, context, [&context, job, limit](Store& store) {
    std::optional<std::string> only;
    if (!job->empty()) only = *job;
    return PrintTable(context, store.ListRuns(only, *limit), "runs",
                      {"id", "status", "run_time_ms", "error"});
  });

  CLI::App* show = group->add_subcommand("show", "Show one run with its detail.");
  auto id = AddWord(show, "ID", "The run, as `runs list` names it.");
  SetExamples(show,
              "  footfall runs show subscription:weekly/2025-11-24T08:00:00.000Z \\\n"
              "    --db shop.footfall");
  OnReadStore(show, context, [&context, id](Store& store) {
    return Print(context, store.ShowRun(*id));
  });
}

void AddRunDue(CLI::App& program, Context& context) {
  auto use = std::make_shared<Use>();
  CLI::App* command =
      program.add_subcommand("run-due",
                             "Run what is due, such as subscriptions.\n"
                             "\n"
                             "To be called now and then, such as every minute by cron. "
                             "Prints what ran and when\n"
                             "something is due next. Exit status 1 when a run failed.");
  AddNowOption(command, use->now);
  AddKeyOption(command, *use);
  SetExamples(command, "  footfall run-due --key-file shop.key --db shop.footfall");
  OnStore(command, context, [&context, use](Store& store) -> Status {
    if (Status key = GiveKey(*use, store); !key.ok()) return key;
    auto ran = store.RunDue(NowOrClock(use->now), &context.cancel);
    if (Status printed = Print(context, ran); !printed.ok()) return printed;
    for (const std::string& run : Elements(ran->view(), "runs")) {
      if (StringAt(run, "status") == "failed") {
        return RunFailed(StringAt(run, "id"), StringAt(run, "error"));
      }
    }
    return {};
  });
}

}  // namespace

void AddSubscriptions(CLI::App& program, Context& context) {
  AddSubscription(program, context);
  AddMail(program, context);
  AddRunDue(program, context);
  AddRuns(program, context);
}

}  // namespace footfall::cli
