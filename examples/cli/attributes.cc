// attributes import and list.
#include <cstdio>

#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

struct ImportUse {
  std::string file;
  std::string integration;
  std::string id;
  std::vector<std::string> maps;
  std::string delimiter = ",";
  std::string now;
  bool dry_run = false;
};

// "Tier=tier:string", where the attribute's name and the type may be left out, as JSON.
std::string ColumnOf(const std::string& map) {
  std::string column = map;
  std::string type = "string";
  if (const size_t colon = column.rfind(':'); colon != std::string::npos) {
    const std::string end = column.substr(colon + 1);
    if (end == "string" || end == "number" || end == "date") {
      type = end;
      column.resize(colon);
    }
  }
  std::string attribute = column;
  if (const size_t equals = column.rfind('='); equals != std::string::npos) {
    attribute = column.substr(equals + 1);
    column.resize(equals);
  }
  return "{\"column\":" + Quote(column) + ",\"attribute\":" + Quote(attribute) +
         ",\"type\":" + Quote(type) + "}";
}

std::string OptionsOf(const ImportUse& use) {
  std::string json = "{\"integration\":" + Quote(use.integration) +
                     ",\"id\":" + Quote(use.id) +
                     ",\"delimiter\":" + Quote(use.delimiter) +
                     ",\"dry_run\":" + (use.dry_run ? "true" : "false");
  for (size_t i = 0; i < use.maps.size(); ++i) {
    json += (i == 0 ? ",\"columns\":[" : ",") + ColumnOf(use.maps[i]);
  }
  return json + (use.maps.empty() ? "}" : "]}");
}

// Names the rows and values that were not imported.
void PrintErrors(std::string_view result) {
  for (const std::string& error : Elements(result, "errors")) {
    const std::string column = StringAt(error, "column");
    std::fprintf(stderr, "line %s: %s%s\n", MemberAt(error, "line").c_str(),
                 column.empty() ? "" : (column + ": ").c_str(),
                 StringAt(error, "reason").c_str());
  }
  if (const std::string omitted = MemberAt(result, "errors_omitted"); omitted != "0") {
    std::fprintf(stderr, "and %s more\n", omitted.c_str());
  }
}

Status ImportFile(const Context& context, Store& store, const ImportUse& use,
                  uint64_t total_bytes, Buffer& result) {
  auto input = Input::Open(use.file);
  if (!input.ok()) return input.error();
  auto import =
      store.NewAttributesImport(OptionsOf(use), NowOrClock(use.now), &context.cancel);
  if (!import.ok()) return import.error();
  Progress progress(total_bytes);
  Status status;
  while (status.ok()) {
    auto piece = input->Read();
    if (!piece.ok()) {
      status = piece.error();
    } else if (piece->empty()) {
      return import->Finish(&result);
    } else {
      status = import->Write(*piece);
      progress.Update(input->bytes_taken(), 0);
    }
  }
  // What was stored before the failure.
  Status finished = import->Finish(&result);
  return finished.ok() ? status : finished;
}

Status RunImport(const Context& context, const ImportUse& use) {
  auto total_bytes = TotalSize({use.file});
  if (!total_bytes.ok()) return total_bytes.error();
  return WithStore(context, FOOTFALL_OPEN_READ_WRITE, [&](Store& store) -> Status {
    Buffer result;
    Status status = ImportFile(context, store, use, *total_bytes, result);
    if (!status.ok()) return status;
    if (!context.json) PrintErrors(result.view());
    return PrintDocument(
        context, context.json ? result.str() : WithMember(result.view(), "errors", "[]"));
  });
}

void AddImport(CLI::App* attributes, Context& context) {
  auto use = std::make_shared<ImportUse>();
  CLI::App* command = attributes->add_subcommand(
      "import",
      "Import attributes of people from a CSV file (RFC 4180).\n"
      "\n"
      "The file has a header row; one column holds the ids of people, others the values\n"
      "that an integration knows of them. Who was never seen becomes a person without\n"
      "events. An empty cell leaves what is stored as it is, and importing a file again\n"
      "changes nothing. Rows and values that cannot be imported are named on stderr "
      "with\n"
      "line, column and reason, and do not change the exit status.");
  AddStoreOptions(command, context);
  command
      ->add_option("--integration", use->integration,
                   "Whose attributes they are: rules and reports name them "
                   "person.INTEGRATION/ATTRIBUTE.")
      ->type_name("NAME")
      ->required();
  command->add_option("--id", use->id, "The column of the ids, as in the header.")
      ->type_name("COLUMN")
      ->required();
  command
      ->add_option(
          "--map", use->maps,
          "Import this column, under this name, as string, number or date "
          "(YYYY-MM-DD); may be repeated. Default: all columns, as strings under "
          "their own names.")
      ->type_name("COLUMN[=ATTRIBUTE][:TYPE]")
      ->allow_extra_args(false);
  command
      ->add_option("--delimiter", use->delimiter,
                   "Between cells: a comma (the default), semicolon, tab or bar.")
      ->type_name("CHAR");
  command->add_flag("--dry-run", use->dry_run, "Count, and store nothing.");
  AddNowOption(command, use->now);
  command
      ->add_option(
          "FILE", use->file,
          "CSV file, decompressed when its name ends in .gz or .zst; - is stdin.")
      ->type_name("")
      ->required();
  SetExamples(
      command,
      "  footfall attributes import people.csv --db shop.footfall \\\n"
      "    --integration crm --id Email --map Tier=tier --map Seats=seats:number");
  OnRun(command, context, [&context, use] { return RunImport(context, *use); });
}

void AddList(CLI::App* attributes, Context& context) {
  CLI::App* command = attributes->add_subcommand(
      "list", "List the attributes that integrations have imported, with their types.");
  AddStoreOptions(command, context);
  SetExamples(command, "  footfall attributes list --db shop.footfall");
  OnRun(command, context, [&context] {
    return WithStore(context, FOOTFALL_OPEN_READ_ONLY, [&](Store& store) -> Status {
      auto list = store.ListAttributes();
      if (!list.ok()) return list.error();
      if (context.json) return PrintDocument(context, list->view());
      return WriteOutput(
          "", ReadableTable(list->view(), "attributes",
                            {"integration", "attribute", "type", "imported_at"}));
    });
  });
}

}  // namespace

void AddAttributes(CLI::App& program, Context& context) {
  CLI::App* attributes = program.add_subcommand(
      "attributes", "Import and list attributes of people that integrations know.");
  attributes->require_subcommand(1);
  AddImport(attributes, context);
  AddList(attributes, context);
}

}  // namespace footfall::cli
