// report drill, explain-person and prove: looking behind the numbers of a report.
#include "cli.h"
#include "io.h"
#include "json.h"
#include "report_run.h"

namespace footfall::cli {
namespace {

struct ListsUse {
  RunUse run;
  std::string person;
  std::string row;
  std::string column;
  std::string list;
  uint64_t memory_mib = 0;
};

// Runs `body` with the store and the source of a use, as `report run` does.
template <typename Body>
Status WithSource(const Context& context, const RunUse& use, Body body) {
  auto source = MakeSource(context, use);
  if (!source.ok()) return source.error();
  Status status = WithStore(context, FOOTFALL_OPEN_READ_ONLY,
                            [&](Store& store) { return body(store, *source); });
  if (!status.ok()) RefuseWrongRange(use, status.error());
  return status;
}

std::string Request(const ListsUse& use) {
  std::string json = R"({"column":)" + Quote(use.column);
  if (!use.row.empty()) json += R"(,"row":)" + use.row;
  if (!use.list.empty()) json += R"(,"list":)" + Quote(use.list);
  return json + "}";
}

void AddDrill(CLI::App* report, Context& context) {
  auto use = std::make_shared<ListsUse>();
  CLI::App* command =
      report->add_subcommand("drill",
                             "List who or what is behind one number of a report.\n"
                             "\n"
                             "Names the number by the key of its row and its column; the "
                             "list is exactly as long\n"
                             "as the number says. Of funnels the columns `dropped` and "
                             "`converted` list who went\n"
                             "no further than a step, and who reached the last.");
  AddSource(command, use->run);
  command
      ->add_option("--row", use->row,
                   "The row's key as a JSON object; without it the only row.")
      ->type_name("JSON");
  command->add_option("--column", use->column, "The column.")
      ->type_name("NAME")
      ->required();
  command
      ->add_option("--list", use->list,
                   "people, sessions or moments. Default: what the column counts.")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"people", "sessions", "moments"}).description(""));
  AddRangeOptions(command, context, use->run);
  AddParameterOptions(command, use->run);
  AddOutputOptions(command, use->run);
  SetExamples(command,
              "  footfall report drill page-views --db shop.footfall --column people \\\n"
              "    --row '{\"page\":\"https://shop.example/cart\"}'\n"
              "  footfall report drill checkout --db shop.footfall --column dropped \\\n"
              "    --row '{\"step\":2}' --list sessions");
  OnRun(command, context, [&context, use] {
    if (!use->row.empty() && !IsJsonObject(use->row)) {
      RefuseUse("--row must be a JSON object");
    }
    return WithSource(
        context, use->run, [&](Store& store, const Source& source) -> Status {
          auto table = store.Drill(source.report(), Request(*use), source.options);
          if (!table.ok()) return table.error();
          return PrintResult(context, use->run, *table);
        });
  });
}

// One event as "TIME name".
std::string EventLine(std::string_view event) {
  std::string name = StringAt(event, "name");
  if (name.empty()) name = StringAt(event, "type");
  return StringAt(event, "time") + " " + name;
}

std::string ExplanationText(std::string_view json) {
  std::string text = StringAt(json, "person") + " reached step " +
                     MemberAt(json, "reached") + " of " +
                     std::to_string(ArraySize(json, "steps")) + "\n";
  for (const std::string& step : Elements(json, "steps")) {
    text += MemberAt(step, "step") + ". " + StringAt(step, "name") + "\n";
    const std::string taken = MemberAt(step, "taken");
    text += taken == "null" ? "   no event taken\n"
                            : "   taken    " + EventLine(taken) + "\n";
    for (const std::string& refused : Elements(step, "refused")) {
      text +=
          "   refused  " + EventLine(refused) + ": " + StringAt(refused, "reason") + "\n";
    }
  }
  return text;
}

void AddExplainPerson(CLI::App* report, Context& context) {
  auto use = std::make_shared<ListsUse>();
  CLI::App* command = report->add_subcommand(
      "explain-person",
      "Tell how a funnel took the events of one person.\n"
      "\n"
      "For each step the event that was taken, and why the others that satisfy its rule\n"
      "were not.");
  command->add_option("PERSON", use->person, "Id of the person.")
      ->type_name("")
      ->required();
  AddSource(command, use->run);
  AddRangeOptions(command, context, use->run);
  SetExamples(command,
              "  footfall report explain-person ana@example.com checkout --db "
              "shop.footfall");
  OnRun(command, context, [&context, use] {
    return WithSource(
        context, use->run, [&](Store& store, const Source& source) -> Status {
          auto json = store.ExplainPerson(source.report(), use->person, source.options);
          if (!json.ok()) return json.error();
          if (context.json) return PrintDocument(context, json->view());
          return WriteOutput("", ExplanationText(json->view()));
        });
  });
}

void AddProve(CLI::App* report, Context& context) {
  auto use = std::make_shared<ListsUse>();
  CLI::App* command = report->add_subcommand(
      "prove",
      "Compute a report once more by brute force and compare.\n"
      "\n"
      "Reads all raw events and computes the report by plain loops, without the engine.\n"
      "Prints what differs, and fails if anything does.");
  AddSource(command, use->run);
  AddRangeOptions(command, context, use->run);
  AddParameterOptions(command, use->run);
  command
      ->add_option("--memory", use->memory_mib,
                   "Mebibytes that the events may take. Default: 1024.")
      ->type_name("MIB")
      ->check(CLI::Range(1, 1'048'576).description(""));
  SetExamples(command, "  footfall report prove logins --db shop.footfall");
  OnRun(command, context, [&context, use] {
    return WithSource(
        context, use->run, [&](Store& store, const Source& source) -> Status {
          auto proof =
              store.Prove(source.report(), source.options, use->memory_mib << 20);
          if (!proof.ok()) return proof.error();
          Status printed = PrintDocument(context, proof->view());
          if (!printed.ok()) return printed;
          if (MemberAt(proof->view(), "equal") == "true") return {};
          return Error{FOOTFALL_DATA_LOSS, "the report differs from its proof in " +
                                               MemberAt(proof->view(), "mismatch_count") +
                                               " places"};
        });
  });
}

}  // namespace

void AddReportLists(CLI::App* report, Context& context) {
  AddDrill(report, context);
  AddExplainPerson(report, context);
  AddProve(report, context);
}

}  // namespace footfall::cli
