#include "leaks.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdio>

namespace footfall::cli {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kPlacesMax = 10'000;
const std::vector<std::string> kColumns = {"canary", "encoding", "event", "line", "path"};

std::set<std::string> Strings(const object& members, std::string_view key) {
  std::set<std::string> strings;
  array items;
  if (members.at_key(key).get(items) != simdjson::SUCCESS) return strings;
  for (const element& item : items) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS) strings.emplace(text);
  }
  return strings;
}

uint64_t Number(const object& members, std::string_view key) {
  uint64_t number = 0;
  if (members.at_key(key).get(number) != simdjson::SUCCESS) return 0;
  return number;
}

std::string Scalar(const element& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  return simdjson::minify(value);
}

std::string List(const std::set<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ",";
    out += Quote(text);
  }
  return out + "]";
}

std::string Count(uint64_t number, const std::string& noun) {
  const bool one = number == 1;
  const std::string plural =
      noun.back() == 'y' ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s";
  return std::to_string(number) + " " + (one ? noun : plural);
}

}  // namespace

Canaries Canaries::FromText(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || text[first] == '[') return {text, {}};
  Canaries canaries;
  canaries.json = "[";
  size_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    if (!canaries.lines.empty()) canaries.json += ",";
    canaries.lines.push_back(number);
    canaries.json +=
        "{\"id\":\"line " + std::to_string(number) + "\",\"text\":" + Quote(line) + "}";
  }
  canaries.json += "]";
  return canaries;
}

Error Canaries::Locate(Error error) const {
  size_t index = 0;
  if (std::sscanf(error.path.c_str(), "$[%zu]", &index) != 1 || index >= lines.size()) {
    return error;
  }
  if (error.message.rfind(error.path + ": ", 0) == 0) {
    error.message.erase(0, error.path.size() + 2);
  }
  error.path = "line " + std::to_string(lines[index]);
  return error;
}

void Leaks::Add(const std::string& recording, std::string_view json) {
  simdjson::dom::parser parser;
  object result;
  if (parser.parse(json.data(), json.size()).get(result) != simdjson::SUCCESS) return;
  canaries_ = Number(result, "canaries");
  places_omitted_ += Number(result, "places_omitted");
  survived_.merge(Strings(result, "survived"));
  const std::set<std::string> absent = Strings(result, "void");
  if (recordings_++ == 0) void_ = absent;
  std::erase_if(void_, [&](const std::string& id) { return absent.count(id) == 0; });
  element counters;
  if (result.at_key("counters").get(counters) == simdjson::SUCCESS) {
    counts_.Add(simdjson::minify(counters));
  }
  array places;
  if (result.at_key("places").get(places) != simdjson::SUCCESS) return;
  for (const element& item : places) {
    if (places_.size() == kPlacesMax) {
      ++places_omitted_;
      continue;
    }
    Place& place = places_.emplace_back();
    place.cells.push_back(recording);
    for (const std::string& column : kColumns) {
      element value;
      const bool there = item.at_key(column).get(value) == simdjson::SUCCESS;
      place.cells.push_back(there ? Scalar(value) : "-");
    }
    place.json = WithMember(simdjson::minify(item), "recording", Quote(recording));
  }
}

std::string Leaks::Json() const {
  std::string out = "{\"recordings\":" + std::to_string(recordings_) +
                    ",\"canaries\":" + std::to_string(canaries_) +
                    ",\"survived\":" + List(survived_) + ",\"places\":[";
  for (const Place& place : places_) {
    if (out.back() != '[') out += ",";
    out += place.json;
  }
  out += "],\"places_omitted\":" + std::to_string(places_omitted_) +
         ",\"void\":" + List(void_) + ",\"counters\":" + counts_.Json();
  out.back() = '}';  // In place of the newline of the counts.
  return out + "\n";
}

std::string Leaks::Text() const {
  std::string out;
  if (!places_.empty()) {
    std::vector<std::vector<std::string>> lines = {{"recording"}};
    lines[0].insert(lines[0].end(), kColumns.begin(), kColumns.end());
    for (const Place& place : places_) lines.push_back(place.cells);
    out += AlignedTable(lines);
  }
  if (places_omitted_ > 0) {
    out += "and " + Count(places_omitted_, "more place") + "\n";
  }
  if (!out.empty()) out += "\n";
  for (const std::string& id : void_) {
    out += "void: " + id + " stands in no recording, so nothing is shown for it\n";
  }
  return out + Count(survived_.size(), "canary") + " of " + std::to_string(canaries_) +
         " survived in " + Count(recordings_, "recording") + "; " +
         Count(counts_.accepted(), "event") + " passed the filter, " +
         std::to_string(counts_.rejected()) + " rejected\n";
}

}  // namespace footfall::cli
