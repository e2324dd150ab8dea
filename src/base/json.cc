#include "base/json.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/status.h"
#include "base/strings.h"
#include "simdjson.h"

namespace footfall::base {
namespace {

constexpr int kDepthMax = 64;

absl::StatusOr<Json> Convert(simdjson::dom::element element, const std::string& path,
                             int depth) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::NULL_VALUE:
      return Json();
    case element_type::BOOL:
      return Json(element.get_bool().value_unsafe());
    case element_type::INT64:
      return Json(element.get_int64().value_unsafe());
    case element_type::UINT64:
      return InvalidAt(path, "integer does not fit 64 bits");
    case element_type::DOUBLE:
      return Json(element.get_double().value_unsafe());
    case element_type::STRING:
      return Json(std::string_view(element.get_string().value_unsafe()));
    case element_type::ARRAY: {
      if (depth >= kDepthMax) return InvalidAt(path, "nesting is deeper than 64");
      Json::Array array;
      const simdjson::dom::array children = element.get_array().value_unsafe();
      for (simdjson::dom::element child : children) {
        FOOTFALL_ASSIGN_OR_RETURN(
            Json value, Convert(child, Cat(path, "[", array.size(), "]"), depth + 1));
        array.push_back(std::move(value));
      }
      return Json(std::move(array));
    }
    case element_type::OBJECT: {
      if (depth >= kDepthMax) return InvalidAt(path, "nesting is deeper than 64");
      Json::Object object;
      const simdjson::dom::object members = element.get_object().value_unsafe();
      for (const auto& [key, child] : members) {
        const std::string child_path = Cat(path, ".", std::string_view(key));
        for (const auto& [seen, unused] : object) {
          if (seen == key) return InvalidAt(child_path, "duplicate key");
        }
        FOOTFALL_ASSIGN_OR_RETURN(Json value, Convert(child, child_path, depth + 1));
        object.emplace_back(std::string(key), std::move(value));
      }
      return Json(std::move(object));
    }
  }
  return InvalidAt(path, "unknown JSON type");
}

// The DOM parser does not say where it failed; On-Demand, walked again, does.
int64_t FindErrorByte(const simdjson::padded_string& text) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS) return -1;
  simdjson::ondemand::value value;
  const auto walk = [&](auto& self, simdjson::ondemand::value v, int depth) -> bool {
    // What is nested too deep is refused for that, wherever else it is malformed.
    if (depth > kDepthMax) return false;
    simdjson::ondemand::json_type type;
    if (v.type().get(type) != simdjson::SUCCESS) return false;
    switch (type) {
      case simdjson::ondemand::json_type::array: {
        simdjson::ondemand::array array;
        if (v.get_array().get(array) != simdjson::SUCCESS) return false;
        for (auto child : array) {
          simdjson::ondemand::value next;
          if (child.get(next) != simdjson::SUCCESS || !self(self, next, depth + 1))
            return false;
        }
        return true;
      }
      case simdjson::ondemand::json_type::object: {
        simdjson::ondemand::object object;
        if (v.get_object().get(object) != simdjson::SUCCESS) return false;
        for (auto field : object) {
          simdjson::ondemand::value next;
          if (field.error() != simdjson::SUCCESS) return false;
          if (field.value().get(next) != simdjson::SUCCESS ||
              !self(self, next, depth + 1)) {
            return false;
          }
        }
        return true;
      }
      case simdjson::ondemand::json_type::string: {
        std::string_view string;
        return v.get_string().get(string) == simdjson::SUCCESS;
      }
      case simdjson::ondemand::json_type::number: {
        double number = 0;
        return v.get_double().get(number) == simdjson::SUCCESS;
      }
      case simdjson::ondemand::json_type::boolean: {
        bool boolean = false;
        return v.get_bool().get(boolean) == simdjson::SUCCESS;
      }
      case simdjson::ondemand::json_type::null:
        return v.is_null();
    }
    return false;
  };
  if (document.get_value().get(value) != simdjson::SUCCESS) return -1;
  walk(walk, value, 0);
  const char* location = nullptr;
  if (document.current_location().get(location) != simdjson::SUCCESS) return -1;
  return std::clamp<int64_t>(location - text.data(), 0,
                             static_cast<int64_t>(text.size()));
}

}  // namespace

absl::StatusOr<Json> Json::Parse(std::string_view text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::dom::element element;
  if (const auto error = parser.parse(padded).get(element); error != simdjson::SUCCESS) {
    std::string_view reason = simdjson::error_message(error);
    absl::Status status =
        MakeError(absl::StatusCode::kInvalidArgument, Cat("malformed JSON: ", reason));
    const int64_t byte = text.empty() ? 0 : FindErrorByte(padded);
    return byte < 0 ? status : WithByte(std::move(status), byte);
  }
  return Convert(element, "$", 0);
}

std::string_view Json::TypeName() const {
  constexpr std::string_view kNames[] = {"null",   "bool",  "number", "number",
                                         "string", "array", "object"};
  return kNames[value_.index()];
}

const Json* Json::Find(std::string_view key) const {
  if (!is_object()) return nullptr;
  for (const auto& [name, value] : as_object()) {
    if (name == key) return &value;
  }
  return nullptr;
}

Json& Json::Set(std::string_view key, Json value) {
  for (auto& [name, old] : as_object()) {
    if (name == key) {
      old = std::move(value);
      return *this;
    }
  }
  as_object().emplace_back(std::string(key), std::move(value));
  return *this;
}

Json& Json::Push(Json value) {
  as_array().push_back(std::move(value));
  return *this;
}

std::string Json::Dump(int indent) const {
  std::string out;
  DumpTo(out, indent, 0);
  return out;
}

void Json::DumpTo(std::string& out, int indent, int depth) const {
  const auto newline = [&](int level) {
    if (indent == 0) return;
    out += '\n';
    out.append(static_cast<size_t>(indent) * level, ' ');
  };
  if (is_null()) {
    out += "null";
  } else if (is_bool()) {
    out += as_bool() ? "true" : "false";
  } else if (is_int()) {
    out += std::to_string(as_int());
  } else if (is_double()) {
    const double number = std::get<double>(value_);
    out += std::isfinite(number) ? FormatDouble(number) : "null";
  } else if (is_string()) {
    AppendJsonString(out, as_string());
  } else if (is_array()) {
    out += '[';
    bool first = true;
    for (const Json& child : as_array()) {
      if (!first) out += ',';
      first = false;
      newline(depth + 1);
      child.DumpTo(out, indent, depth + 1);
    }
    if (!first) newline(depth);
    out += ']';
  } else {
    out += '{';
    bool first = true;
    for (const auto& [key, child] : as_object()) {
      if (!first) out += ',';
      first = false;
      newline(depth + 1);
      AppendJsonString(out, key);
      out += indent == 0 ? ":" : ": ";
      child.DumpTo(out, indent, depth + 1);
    }
    if (!first) newline(depth);
    out += '}';
  }
}

void AppendJsonString(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  size_t done = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<uint8_t>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, done, i - done);
    done = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
    }
  }
  out.append(text, done);
  out += '"';
}

absl::Status CheckKeys(const Json& object, std::string_view path,
                       std::initializer_list<std::string_view> allowed) {
  for (const auto& [key, unused] : object.as_object()) {
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      return InvalidAt(Cat(path, ".", key), "unknown key");
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::base
