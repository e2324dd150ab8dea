// filter and ingest: what happens to events before and while they are stored.
#include <cstdio>

#include "cli.h"
#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

void PrintRejected(const Context& context, const Counts& counts) {
  // With --json they stand in the result.
  if (!context.json) std::fputs(counts.RejectedText().c_str(), stderr);
}

struct FilterUse {
  std::string policy;
  std::string level = "playback";
  std::string format = "auto";
  std::string file = "-";
};

Status FilterFile(Filter& filter, Input& input, Output& output) {
  while (true) {
    auto piece = input.Read();
    if (!piece.ok()) return piece.error();
    auto filtered = piece->empty() ? filter.Finish() : filter.Write(*piece);
    if (!filtered.ok()) return filtered.error();
    if (Status status = output.Write(filtered->view()); !status.ok()) return status;
    if (piece->empty()) return output.Commit();
  }
}

Status RunFilter(const Context& context, const FilterUse& use) {
  auto policy = LoadPolicy(use.policy);
  if (!policy.ok()) return policy.error();
  auto filter = Filter::Make(
      *policy, {.level = LevelByName(use.level), .format = InputByName(use.format)});
  if (!filter.ok()) return filter.error();
  auto input = Input::Open(use.file);
  if (!input.ok()) return input.error();
  auto output = Output::Open("");
  if (!output.ok()) return output.error();
  if (Status status = FilterFile(*filter, *input, *output); !status.ok()) return status;
  auto counters = filter->Counters();
  if (!counters.ok()) return counters.error();
  Counts counts;
  counts.Add(counters->view());
  std::fputs(context.json ? counts.Json().c_str() : counts.Text().c_str(), stderr);
  PrintRejected(context, counts);
  return {};
}

void AddFilter(CLI::App& program, Context& context) {
  auto use = std::make_shared<FilterUse>();
  CLI::App* command = program.add_subcommand(
      "filter",
      "Filter events without storing them.\n"
      "\n"
      "Reads interaction events, or the rrweb events of a recording, as NDJSON or one\n"
      "JSON array of any size, applies the privacy policy and writes what remains to\n"
      "stdout as NDJSON, in input order. What was removed, by rule, and the events that\n"
      "were rejected go to stderr. A rejected event never costs its neighbours, and "
      "does\n"
      "not change the exit status.");
  command
      ->add_option("--policy", use->policy,
                   "Policy file (JSON). Default: the DEFAULT policy.")
      ->type_name("FILE");
  command
      ->add_option("--level", use->level,
                   "Collection level; events above it are dropped. One of content, "
                   "interactions (alias dxa), playback. Default: playback.")
      ->type_name("LEVEL")
      ->check(CLI::IsMember(LevelNames()).description(""));
  AddInputFormatOption(command, use->format);
  command
      ->add_option(
          "FILE", use->file,
          "Input file, decompressed when its name ends in .zst; - is stdin, the default.")
      ->type_name("");
  AddJsonOption(command, context);
  SetExamples(command,
              "  footfall filter events.ndjson > filtered.ndjson\n"
              "  zstd -dc events.ndjson.zst | footfall filter --level interactions -\n"
              "  footfall filter --policy policy.json --json events.ndjson.zst\n"
              "  footfall filter --format rrweb < recording.ndjson");
  OnRun(command, context, [&context, use] { return RunFilter(context, *use); });
}

struct IngestUse {
  std::string policy;
  std::string now;
  std::vector<std::string> files;
};

// Streams one file into the store; `result` also tells what a failed one stored.
Status IngestFile(Store& store, const IngestOptions& options, const std::string& file,
                  Progress& progress, uint64_t& bytes, uint64_t& events, Buffer& result) {
  auto input = Input::Open(file);
  if (!input.ok()) return input.error();
  auto ingest = store.NewIngest(options);
  if (!ingest.ok()) return ingest.error();
  Status status;
  while (status.ok()) {
    auto piece = input->Read();
    if (!piece.ok()) {
      status = piece.error();
    } else if (piece->empty()) {
      break;
    } else {
      status = ingest->Write(*piece);
      progress.Update(bytes + input->bytes_taken(), events + ingest->acknowledged());
    }
  }
  Status finished = ingest->Finish(&result);
  bytes += input->bytes_taken();
  events += ingest->acknowledged();
  return status.ok() ? finished : status;
}

Status IngestFiles(const Context& context, Store& store, const Policy& policy,
                   const IngestUse& use, uint64_t total_bytes) {
  IngestOptions options;
  options.policy = &policy;
  options.now_ms = NowOrClock(use.now);
  options.cancel = &context.cancel;
  Counts counts;
  Status status;
  {
    Progress progress(total_bytes);
    uint64_t bytes = 0;
    uint64_t events = 0;
    for (const std::string& file : use.files) {
      options.source = file;
      Buffer result;
      status = IngestFile(store, options, file, progress, bytes, events, result);
      counts.Add(result.view());
      if (!status.ok()) break;
    }
  }
  const std::string text = context.json ? counts.Json() : counts.Text();
  if (Status printed = WriteOutput("", text); !printed.ok() && status.ok()) {
    status = printed;
  }
  PrintRejected(context, counts);
  if (!context.json && counts.dropped_level() > 0) {
    std::fputs(
        "Events above the store's level were dropped; `footfall settings set level "
        "interactions` raises it.\n",
        stderr);
  }
  if (!status.ok() && status.error().code == FOOTFALL_CANCELLED) {
    return MakeError(FOOTFALL_CANCELLED,
                     "interrupted; the events counted as accepted are stored");
  }
  return status;
}

Status RunIngest(const Context& context, const IngestUse& use) {
  auto policy = LoadPolicy(use.policy);
  if (!policy.ok()) return policy.error();
  auto total_bytes = TotalSize(use.files);
  if (!total_bytes.ok()) return total_bytes.error();
  return WithStore(context, FOOTFALL_OPEN_READ_WRITE, [&](Store& store) {
    return IngestFiles(context, store, *policy, use, *total_bytes);
  });
}

void AddIngest(CLI::App& program, Context& context) {
  auto use = std::make_shared<IngestUse>();
  CLI::App* command = program.add_subcommand(
      "ingest",
      "Filter events and store them.\n"
      "\n"
      "Reads events, NDJSON or one JSON array of any size, from the files in order, "
      "filters\n"
      "them and stores them in durable batches. Creates the store if it is absent. "
      "Events\n"
      "with an id are stored once however often they are given, so an interrupted run "
      "can\n"
      "be repeated. The counts go to stdout; rejected events are named on stderr, with\n"
      "file, line, byte, path and reason, and do not change the exit status.");
  AddStoreOptions(command, context);
  command
      ->add_option("--policy", use->policy,
                   "Policy file (JSON). Default: the DEFAULT policy.")
      ->type_name("FILE");
  AddNowOption(command, use->now);
  command
      ->add_option("FILE", use->files,
                   "Input files, decompressed when the name ends in .zst; - is stdin.")
      ->type_name("")
      ->required();
  SetExamples(
      command,
      "  footfall ingest --db shop.footfall monday.ndjson tuesday.ndjson.zst\n"
      "  tail -n 1000 events.ndjson | footfall ingest --db shop.footfall --json -");
  OnRun(command, context, [&context, use] { return RunIngest(context, *use); });
}

}  // namespace

void AddCapture(CLI::App& program, Context& context) {
  AddFilter(program, context);
  AddIngest(program, context);
}

}  // namespace footfall::cli
