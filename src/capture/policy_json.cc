#include "capture/policy_json.h"

#include <simdjson.h>

#include <cstddef>
#include <utility>

namespace footfall::capture {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr size_t kPolicyBytesMax = size_t{1} << 20;
constexpr int kPolicyDepthMax = 16;

class Reader {
 public:
  Reader(std::string_view text, PolicyError& error)
      : text_(text), padded_(text), error_(error) {}

  bool Run(PolicyNode& node) {
    if (text_.size() > kPolicyBytesMax) {
      error_ = {"", "the policy is larger than 1 MiB", -1};
      return false;
    }
    auto result = parser_.iterate(padded_).get(document_);
    if (result != simdjson::SUCCESS) {
      error_ = {"", Describe(result), result == simdjson::EMPTY ? 0 : -1};
      return false;
    }
    // The root must be an object, so a scalar document needs no reading.
    ondemand::value root;
    ondemand::json_type type;
    if (document_.type().get(type) != simdjson::SUCCESS) return Malformed();
    if (type != ondemand::json_type::object && type != ondemand::json_type::array) {
      error_ = {"$", "expected an object", -1};
      return false;
    }
    if (document_.get_value().get(root) != simdjson::SUCCESS) return Malformed();
    if (!Read(root, node, "$", 1)) return false;
    if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      error_ = {"", "bytes follow the JSON document", Offset()};
      return false;
    }
    return true;
  }

 private:
  static std::string Describe(simdjson::error_code code) {
    switch (code) {
      case simdjson::UTF8_ERROR:
        return "the text is not valid UTF-8";
      case simdjson::UNCLOSED_STRING:
        return "malformed JSON: a string is not closed";
      case simdjson::UNESCAPED_CHARS:
        return "malformed JSON: a control character in a string";
      case simdjson::EMPTY:
        return "malformed JSON: the text is empty";
      default:
        return "malformed JSON";
    }
  }

  int64_t Offset() {
    const char* location;
    if (document_.current_location().get(location) != simdjson::SUCCESS) {
      return static_cast<int64_t>(text_.size());
    }
    const auto offset = location - padded_.data();
    const auto size = static_cast<int64_t>(text_.size());
    return offset < 0 || offset > size ? size : offset;
  }

  bool Malformed() {
    error_ = {"", "malformed JSON", Offset()};
    return false;
  }

  bool Read(ondemand::value value, PolicyNode& node, const std::string& path, int depth) {
    if (depth > kPolicyDepthMax) {
      error_ = {path, "nested too deeply", -1};
      return false;
    }
    ondemand::json_type type;
    if (value.type().get(type) != simdjson::SUCCESS) return Malformed();
    switch (type) {
      case ondemand::json_type::object:
        return ReadObject(value, node, path, depth);
      case ondemand::json_type::array:
        return ReadArray(value, node, path, depth);
      case ondemand::json_type::string: {
        node.type = PolicyNode::Type::kString;
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS) return Malformed();
        node.string = text;
        return true;
      }
      case ondemand::json_type::number: {
        ondemand::number number;
        if (value.get_number().get(number) != simdjson::SUCCESS) return Malformed();
        node.type =
            number.is_int64() ? PolicyNode::Type::kInteger : PolicyNode::Type::kNumber;
        if (number.is_int64()) node.integer = number.get_int64();
        return true;
      }
      case ondemand::json_type::boolean:
        node.type = PolicyNode::Type::kBool;
        return value.get_bool().get(node.boolean) == simdjson::SUCCESS || Malformed();
      case ondemand::json_type::null: {
        bool null = false;
        if (value.is_null().get(null) != simdjson::SUCCESS || !null) return Malformed();
        return true;
      }
    }
    return Malformed();
  }

  bool ReadObject(ondemand::value value, PolicyNode& node, const std::string& path,
                  int depth) {
    node.type = PolicyNode::Type::kObject;
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return Malformed();
    for (auto field : object) {
      std::string_view key;
      ondemand::value member;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return Malformed();
      const std::string name(key);
      const std::string member_path = path + "." + name;
      for (const PolicyMember& other : node.members) {
        if (other.key != name) continue;
        error_ = {member_path, "the key stands twice", -1};
        return false;
      }
      if (field.value().get(member) != simdjson::SUCCESS) return Malformed();
      PolicyNode child;
      if (!Read(member, child, member_path, depth + 1)) return false;
      node.members.push_back({name, std::move(child)});
    }
    return true;
  }

  bool ReadArray(ondemand::value value, PolicyNode& node, const std::string& path,
                 int depth) {
    node.type = PolicyNode::Type::kArray;
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return Malformed();
    for (auto item : array) {
      ondemand::value element;
      if (item.get(element) != simdjson::SUCCESS) return Malformed();
      const std::string item_path = path + "[" + std::to_string(node.items.size()) + "]";
      if (!Read(element, node.items.emplace_back(), item_path, depth + 1)) return false;
    }
    return true;
  }

  std::string_view text_;
  simdjson::padded_string padded_;
  PolicyError& error_;
  ondemand::parser parser_;
  ondemand::document document_;
};

}  // namespace

bool ParsePolicyJson(std::string_view text, PolicyNode& node, PolicyError& error) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    // Offsets still count from the beginning of the text.
    const bool parsed = ParsePolicyJson(text.substr(3), node, error);
    if (!parsed && error.byte >= 0) error.byte += 3;
    return parsed;
  }
  return Reader(text, error).Run(node);
}

}  // namespace footfall::capture
