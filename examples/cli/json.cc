#include "json.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdio>

namespace footfall::cli {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kErrorsMax = 100;
constexpr size_t kErrorsShown = 5;
constexpr const char* kCountNames[] = {"accepted", "duplicates", "dropped_level",
                                       "dropped_policy", "rejected"};
constexpr const char* kCountLabels[] = {"accepted", "duplicates", "dropped by level",
                                        "dropped by policy", "rejected"};

// A scalar for people: strings without quotes, null as a dash.
std::string Scalar(const element& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (value.is_null()) return "-";
  return simdjson::minify(value);
}

// A value on one line.
std::string Inline(const element& value) {
  array items;
  object members;
  std::string line;
  if (value.get(items) == simdjson::SUCCESS) {
    for (const element& item : items) {
      if (!line.empty()) line += ", ";
      line += Inline(item);
    }
    return line.empty() ? "-" : line;
  }
  if (value.get(members) == simdjson::SUCCESS) {
    for (const auto& member : members) {
      if (!line.empty()) line += "  ";
      line += std::string(member.key) + "=" + Inline(member.value);
    }
    return line.empty() ? "-" : line;
  }
  return Scalar(value);
}

bool HoldsObjects(const element& value) {
  array items;
  return value.get(items) == simdjson::SUCCESS && items.size() > 0 &&
         items.at(0).is_object();
}

void AppendReadable(std::string& out, const object& members, size_t indent) {
  size_t width = 0;
  for (const auto& member : members) width = std::max(width, member.key.size());
  for (const auto& member : members) {
    out.append(indent, ' ').append(member.key);
    object nested;
    array items;
    if (member.value.get(nested) == simdjson::SUCCESS && nested.size() > 0) {
      out += '\n';
      AppendReadable(out, nested, indent + 2);
    } else if (HoldsObjects(member.value) &&
               member.value.get(items) == simdjson::SUCCESS) {
      out += '\n';
      for (const element& item : items) {
        out.append(indent + 2, ' ').append(Inline(item)) += '\n';
      }
    } else {
      out.append(width - member.key.size() + 2, ' ').append(Inline(member.value)) += '\n';
    }
  }
}

bool ParseObject(simdjson::dom::parser& parser, std::string_view json, object& out) {
  return parser.parse(json.data(), json.size()).get(out) == simdjson::SUCCESS;
}

uint64_t NumberAt(const object& members, std::string_view key) {
  uint64_t number = 0;
  if (members.at_key(key).get(number) != simdjson::SUCCESS) return 0;
  return number;
}

std::string RejectedLine(const element& entry) {
  object members;
  if (entry.get(members) != simdjson::SUCCESS) return "";
  std::string line;
  std::string_view text;
  if (members.at_key("file").get(text) == simdjson::SUCCESS) {
    line += std::string(text == "-" ? "standard input" : text) + ", ";
  }
  line += "line " + std::to_string(NumberAt(members, "line")) + ", byte " +
          std::to_string(NumberAt(members, "byte")) + ": ";
  if (members.at_key("path").get(text) == simdjson::SUCCESS && !text.empty()) {
    line += std::string(text) + ": ";
  }
  if (members.at_key("reason").get(text) == simdjson::SUCCESS) line += text;
  return line;
}

std::string Padded(std::string_view label, size_t width, uint64_t value) {
  char line[160];
  std::snprintf(line, sizeof line, "%-*.*s  %12llu\n", static_cast<int>(width),
                static_cast<int>(label.size()), label.data(),
                static_cast<unsigned long long>(value));
  return line;
}

}  // namespace

std::string Quote(std::string_view text) {
  const bool utf8 = simdjson::validate_utf8(text.data(), text.size());
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
      out += escape;
    } else if (!utf8 && static_cast<unsigned char>(c) >= 0x80) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out + "\"";
}

bool IsJsonObject(std::string_view text) {
  simdjson::dom::parser parser;
  object members;
  return ParseObject(parser, text, members);
}

std::string Readable(std::string_view json) {
  simdjson::dom::parser parser;
  object members;
  if (!ParseObject(parser, json, members)) return std::string(json) + "\n";
  std::string out;
  AppendReadable(out, members, 0);
  return out;
}

std::string ReadableTable(std::string_view json, std::string_view key,
                          const std::vector<std::string>& columns) {
  simdjson::dom::parser parser;
  object members;
  array items;
  if (!ParseObject(parser, json, members) ||
      members.at_key(key).get(items) != simdjson::SUCCESS) {
    return std::string(json) + "\n";
  }
  std::vector<std::vector<std::string>> lines = {columns};
  for (const element& item : items) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& column : columns) {
      element value;
      line.push_back(item.at_key(column).get(value) == simdjson::SUCCESS ? Inline(value)
                                                                         : "-");
    }
  }
  return AlignedTable(lines);
}

std::string AlignedTable(const std::vector<std::vector<std::string>>& lines) {
  std::vector<size_t> widths(lines.empty() ? 0 : lines[0].size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], line[i].size());
    }
  }
  std::string out;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      out += line[i];
      if (i + 1 < line.size()) out.append(widths[i] - line[i].size() + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::vector<std::string> Elements(std::string_view json, std::string_view key) {
  simdjson::dom::parser parser;
  object members;
  array items;
  std::vector<std::string> elements;
  if (!ParseObject(parser, json, members) ||
      members.at_key(key).get(items) != simdjson::SUCCESS) {
    return elements;
  }
  for (const element& item : items) elements.push_back(simdjson::minify(item));
  return elements;
}

size_t ArraySize(std::string_view json, std::string_view key) {
  simdjson::dom::parser parser;
  object members;
  array items;
  if (!ParseObject(parser, json, members) ||
      members.at_key(key).get(items) != simdjson::SUCCESS) {
    return 0;
  }
  return items.size();
}

std::string StringAt(std::string_view json, std::string_view key) {
  simdjson::dom::parser parser;
  object members;
  std::string_view text;
  if (!ParseObject(parser, json, members) ||
      members.at_key(key).get(text) != simdjson::SUCCESS) {
    return "";
  }
  return std::string(text);
}

std::string MemberAt(std::string_view json, std::string_view key) {
  simdjson::dom::parser parser;
  object members;
  element value;
  if (!ParseObject(parser, json, members) ||
      members.at_key(key).get(value) != simdjson::SUCCESS) {
    return "";
  }
  return simdjson::minify(value);
}

std::string Indented(std::string_view minified) {
  std::string out;
  size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append("\n").append(2 * depth, ' '); };
  for (size_t i = 0; i < minified.size(); ++i) {
    const char c = minified[i];
    const bool closes = !in_string && (c == '}' || c == ']');
    const bool opens = !in_string && (c == '{' || c == '[');
    const bool is_empty = opens && i + 1 < minified.size() && minified[i + 1] == c + 2;
    if (closes) {
      --depth;
      new_line();
    }
    out += c;
    if (in_string && c == '\\' && i + 1 < minified.size()) {
      out += minified[++i];
    } else if (c == '"') {
      in_string = !in_string;
    } else if (is_empty) {
      out += minified[++i];
    } else if (opens) {
      ++depth;
      new_line();
    } else if (!in_string && c == ',') {
      new_line();
    } else if (!in_string && c == ':') {
      out += ' ';
    }
  }
  return out;
}

std::string WithMember(std::string_view json, std::string_view key,
                       std::string_view value) {
  simdjson::dom::parser parser;
  object members;
  std::string out = "{";
  out.append(Quote(key)).append(":").append(value);
  if (ParseObject(parser, json, members)) {
    for (const auto& member : members) {
      if (member.key == key) continue;
      out.append(",").append(Quote(member.key)).append(":");
      out += simdjson::minify(member.value);
    }
  }
  return out + "}";
}

std::string OneEventPerLine(const std::string& text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::dom::document_stream stream;
  if (parser.parse_many(padded, std::max(padded.size(), size_t{64})).get(stream) !=
      simdjson::SUCCESS) {
    return text;
  }
  std::string lines;
  for (auto at = stream.begin(); at != stream.end(); ++at) {
    if ((*at).error() != simdjson::SUCCESS || !(*at).is_object()) return text;
    lines.append(at.source()) += '\n';
    // Line ends stand between tokens only, where a space means the same.
    std::replace(lines.end() - static_cast<ptrdiff_t>(at.source().size()) - 1,
                 lines.end() - 1, '\n', ' ');
  }
  return stream.truncated_bytes() > 0 ? text : lines;
}

void Counts::Add(std::string_view json) {
  simdjson::dom::parser parser;
  object members;
  if (!ParseObject(parser, json, members)) return;
  for (const char* name : kCountNames) {
    uint64_t number = 0;
    if (members.at_key(name).get(number) == simdjson::SUCCESS) counts_[name] += number;
  }
  object rules;
  if (members.at_key("rules").get(rules) == simdjson::SUCCESS) {
    for (const auto& rule : rules) {
      rules_[std::string(rule.key)] += NumberAt(rules, rule.key);
    }
  }
  array errors;
  if (members.at_key("errors").get(errors) == simdjson::SUCCESS) {
    for (const element& entry : errors) {
      if (errors_.size() < kErrorsMax) {
        errors_.push_back({simdjson::minify(entry), RejectedLine(entry)});
      } else {
        ++errors_omitted_;
      }
    }
  }
  errors_omitted_ += NumberAt(members, "errors_omitted");
}

uint64_t Counts::At(const std::string& name) const {
  const auto found = counts_.find(name);
  return found == counts_.end() ? 0 : found->second;
}

std::string Counts::Json() const {
  std::string out = "{";
  for (const char* name : kCountNames) {
    if (counts_.count(name) == 0) continue;
    out += Quote(name) + ":" + std::to_string(At(name)) + ",";
  }
  out += "\"rules\":{";
  for (const auto& [rule, number] : rules_) {
    if (out.back() != '{') out += ",";
    out += Quote(rule) + ":" + std::to_string(number);
  }
  out += "},\"errors\":[";
  for (const Rejected& rejected : errors_) {
    if (out.back() != '[') out += ",";
    out += rejected.json;
  }
  return out + "],\"errors_omitted\":" + std::to_string(errors_omitted_) + "}\n";
}

std::string Counts::Text() const {
  size_t width = 0;
  for (const char* label : kCountLabels)
    width = std::max(width, std::string(label).size());
  for (const auto& [rule, number] : rules_) width = std::max(width, rule.size() + 2);
  std::string out;
  for (size_t i = 0; i < std::size(kCountNames); ++i) {
    if (counts_.count(kCountNames[i]) == 0) continue;
    out += Padded(kCountLabels[i], width, At(kCountNames[i]));
  }
  if (!rules_.empty()) out += "removed or masked, by rule\n";
  for (const auto& [rule, number] : rules_) out += Padded("  " + rule, width, number);
  return out;
}

std::string Counts::RejectedText() const {
  const uint64_t rejected = At("rejected");
  if (rejected == 0) return "";
  std::string out =
      std::to_string(rejected) +
      (rejected == 1 ? " event was rejected:\n" : " events were rejected:\n");
  const size_t shown = std::min(errors_.size(), kErrorsShown);
  for (size_t i = 0; i < shown; ++i) out += "  " + errors_[i].text + "\n";
  if (rejected > shown) {
    out +=
        "  and " + std::to_string(rejected - shown) + " more (--json lists up to 100)\n";
  }
  return out;
}

}  // namespace footfall::cli
