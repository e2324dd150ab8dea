#include "query/context.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/strings.h"

namespace footfall::query {
namespace {

uint64_t TextBytes(const std::string& text) {
  // Short strings live inside the object.
  return text.capacity() > 15 ? text.capacity() + 1 : 0;
}

}  // namespace

absl::Status VisitNames(
    const store::Snapshot& snapshot, uint64_t first, uint64_t end,
    absl::FunctionRef<absl::Status(uint64_t code, std::string_view name)> visit) {
  std::string anonymous(model::kAnonymousPrefix);
  return snapshot.VisitIds(first, end,
                           [&](uint64_t code, bool identified, std::string_view id) {
                             if (identified) return visit(code, id);
                             anonymous.resize(model::kAnonymousPrefix.size());
                             anonymous += id;
                             return visit(code, anonymous);
                           });
}

absl::StatusOr<std::vector<Text>> Execution::NamesOf(std::span<const uint64_t> codes) {
  std::vector<Text> names(codes.size(), Text());
  if (codes.empty()) return names;
  uint64_t bytes = names.size() * sizeof(Text);
  TextWriter texts;
  size_t at = 0;
  const uint64_t end = codes.back() == UINT64_MAX ? UINT64_MAX : codes.back() + 1;
  FOOTFALL_RETURN_IF_ERROR(VisitNames(snapshot_, codes.front(), end,
                                      [&](uint64_t code, std::string_view name) {
                                        while (at < codes.size() && codes[at] < code)
                                          ++at;
                                        if (at == codes.size() || codes[at] != code)
                                          return absl::OkStatus();
                                        names[at] = texts.Make(name);
                                        bytes += TextWriter::HeapBytes(name.size());
                                        return absl::OkStatus();
                                      }));
  FOOTFALL_RETURN_IF_ERROR(Hold(bytes));
  return names;
}

absl::Status Execution::Check(uint64_t bytes) const {
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(context_.cancel));
  const uint64_t limit = snapshot_.settings().report_memory_bytes;
  const uint64_t used = bytes + held_bytes_;
  if (limit == 0 || used <= limit) {
    const auto now = static_cast<int64_t>(used);
    snapshot_.HoldMemory(now - counted_bytes_.exchange(now));
    return absl::OkStatus();
  }
  return base::MakeError(
      absl::StatusCode::kResourceExhausted,
      base::Cat(
          "the report needs more than the ", limit,
          " bytes that the memory budget leaves for it; narrow its range or open the "
          "store with a larger memory budget"));
}

absl::Status Execution::Hold(uint64_t bytes) {
  held_bytes_ += bytes;
  return Check(0);
}

uint64_t PersonBytes(const model::Person& person) {
  uint64_t bytes = sizeof(person) + TextBytes(person.id);
  for (const std::string& id : person.anonymous_ids) bytes += sizeof(id) + TextBytes(id);
  for (const std::string* text : {&person.country, &person.region, &person.city,
                                  &person.browser, &person.browser_version, &person.os}) {
    bytes += TextBytes(*text);
  }
  for (const auto& [name, value] : person.attributes) {
    bytes += sizeof(name) + sizeof(value) + TextBytes(name);
    if (const auto* text = std::get_if<std::string>(&value)) bytes += TextBytes(*text);
  }
  for (const model::ImportedAttribute& imported : person.imported) {
    bytes +=
        sizeof(imported) + TextBytes(imported.integration) + TextBytes(imported.name);
    if (const auto* text = std::get_if<std::string>(&imported.value)) {
      bytes += TextBytes(*text);
    }
  }
  return bytes;
}

}  // namespace footfall::query
