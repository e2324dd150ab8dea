#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <utility>

#include "capture/policy.h"
#include "capture/policy_internal.h"
#include "capture/policy_json.h"

namespace footfall::capture {
namespace {

using Type = PolicyNode::Type;

constexpr size_t kRulesMax = 1000;
constexpr size_t kPatternsMax = 100;
constexpr size_t kTextBytesMax = 1024;

// Turns the tree into a compiled policy; the first mistake stops it.
class Compiler {
 public:
  Compiler(CompiledPolicy& out, PolicyError& error) : out_(out), error_(error) {}

  bool Run(const PolicyNode& root) {
    if (root.type != Type::kObject) return Refuse("$", "expected an object");
    for (const auto& [key, node] : root.members) {
      if (!Member(key, node, "$." + key)) return false;
    }
    return true;
  }

 private:
  bool Member(const std::string& key, const PolicyNode& node, const std::string& path) {
    if (key == "version") return Version(node, path);
    if (key == "censor") return Rules(node, path, false, out_.censor);
    if (key == "mask") return Rules(node, path, false, out_.mask);
    if (key == "allow_values") return Rules(node, path, true, out_.allow_values);
    if (key == "allow_keystrokes") return Rules(node, path, true, out_.allow_keystrokes);
    if (key == "text") return Text(node, path);
    if (key == "patterns") return Patterns(node, path);
    if (key == "attributes") {
      return NameList(node, path, "allow", out_.attributes_allow, CheckAttribute);
    }
    if (key == "properties") {
      return NameList(node, path, "allow", out_.properties_allow,
                      [](const std::string&) { return std::string_view(); });
    }
    if (key == "url") return Url(node, path);
    if (key == "custom") return Custom(node, path);
    if (key == "assets") return Assets(node, path);
    if (key == "context") return Context(node, path);
    if (key == "exclude") return Exclude(node, path);
    if (key == "censored_identity") return Bool(node, path, out_.censored_identity);
    return Refuse(path, "unknown key");
  }

  bool Refuse(std::string path, std::string message) {
    error_ = {std::move(path), std::move(message), -1};
    return false;
  }

  bool Version(const PolicyNode& node, const std::string& path) {
    if (node.type != Type::kInteger) return Refuse(path, "expected an integer");
    if (node.integer != 1) return Refuse(path, "unknown version; this library knows 1");
    return true;
  }

  bool Bool(const PolicyNode& node, const std::string& path, bool& out) {
    if (node.type != Type::kBool) return Refuse(path, "expected true or false");
    out = node.boolean;
    return true;
  }

  // A non-empty string of bounded length.
  bool Name(const PolicyNode& node, const std::string& path, std::string& out) {
    if (node.type != Type::kString) return Refuse(path, "expected a string");
    if (node.string.empty()) return Refuse(path, "the string is empty");
    if (node.string.size() > kTextBytesMax) {
      return Refuse(path, "the string is longer than 1,024 bytes");
    }
    out = node.string;
    return true;
  }

  bool CheckObject(const PolicyNode& node, const std::string& path,
                   std::initializer_list<std::string_view> keys) {
    if (node.type != Type::kObject) return Refuse(path, "expected an object");
    for (const auto& [key, unused] : node.members) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        return Refuse(path + "." + key, "unknown key");
      }
    }
    return true;
  }

  bool CheckArray(const PolicyNode& node, const std::string& path) {
    if (node.type != Type::kArray) return Refuse(path, "expected an array");
    if (node.items.size() > kRulesMax) return Refuse(path, "more than 1,000 entries");
    return true;
  }

  // An array of strings; `accept` returns what is wrong with one, or nothing.
  template <typename Accept>
  bool Names(const PolicyNode& node, const std::string& path,
             std::vector<std::string>& out, Accept accept) {
    if (!CheckArray(node, path)) return false;
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string item_path = path + "[" + std::to_string(i) + "]";
      std::string name;
      if (!Name(node.items[i], item_path, name)) return false;
      std::string_view problem = accept(name);
      if (!problem.empty()) return Refuse(item_path, std::string(problem));
      out.push_back(std::move(name));
    }
    return true;
  }

  bool Names(const PolicyNode& node, const std::string& path,
             std::vector<std::string>& out) {
    return Names(node, path, out, [](const std::string&) { return std::string_view(); });
  }

  template <typename Check>
  bool NameList(const PolicyNode& node, const std::string& path, std::string_view key,
                std::vector<std::string>& out, Check check) {
    if (!CheckObject(node, path, {key})) return false;
    for (const auto& [name, member] : node.members) {
      if (!Names(member, path + "." + name, out, check)) return false;
    }
    return true;
  }

  bool Rules(const PolicyNode& node, const std::string& path, bool allows,
             std::vector<ElementRule>& out) {
    if (!CheckArray(node, path)) return false;
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string item_path = path + "[" + std::to_string(i) + "]";
      if (!ReadRule(node.items[i], item_path, allows, out.emplace_back())) return false;
    }
    return true;
  }

  bool ReadRule(const PolicyNode& node, const std::string& path, bool allows,
                ElementRule& out) {
    if (node.type != Type::kObject) return Refuse(path, "expected an object");
    const std::string_view choice =
        allows ? "one of id, class, selector and all" : "one of id, class and selector";
    if (node.members.size() != 1) {
      if (!allows && !CheckObject(node, path, {"id", "class", "selector"})) return false;
      if (allows && !CheckObject(node, path, {"id", "class", "selector", "all"}))
        return false;
      return Refuse(path, "expected exactly " + std::string(choice));
    }
    const auto& [key, value] = node.members.front();
    const std::string value_path = path + "." + key;
    if (allows && key == "all") {
      if (!Bool(value, value_path, out.all)) return false;
      return out.all || Refuse(value_path, "expected true; leave the rule out instead");
    }
    std::string text;
    if (key != "id" && key != "class" && key != "selector") {
      return Refuse(value_path, "unknown key");
    }
    if (!Name(value, value_path, text)) return false;
    if (key == "selector") {
      std::string problem = Selector::Parse(text, out.selector);
      return problem.empty() || Refuse(value_path, std::move(problem));
    }
    if (text.find_first_of(" \t\r\n\f") != std::string::npos) {
      return Refuse(value_path, "white space cannot stand in an id or a class");
    }
    out.selector = key == "id" ? Selector::ById(text) : Selector::ByClass(text);
    return true;
  }

  bool Text(const PolicyNode& node, const std::string& path) {
    if (node.type != Type::kString) return Refuse(path, "expected a string");
    if (node.string == "mask") {
      out_.text = TextMode::kMask;
    } else if (node.string == "scan") {
      out_.text = TextMode::kScan;
    } else if (node.string == "allow") {
      out_.text = TextMode::kAllow;
    } else {
      return Refuse(path, "expected mask, scan or allow");
    }
    return true;
  }

  bool Patterns(const PolicyNode& node, const std::string& path) {
    if (node.type != Type::kArray) return Refuse(path, "expected an array");
    if (node.items.size() > kPatternsMax) return Refuse(path, "more than 100 entries");
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string item_path = path + "[" + std::to_string(i) + "]";
      if (!PatternEntry(node.items[i], item_path)) return false;
    }
    return true;
  }

  bool PatternEntry(const PolicyNode& node, const std::string& path) {
    if (!CheckObject(node, path, {"name", "pattern"})) return false;
    std::string name;
    for (const auto& [key, value] : node.members) {
      const std::string value_path = path + "." + key;
      std::string text;
      if (!Name(value, value_path, key == "name" ? name : text)) return false;
      if (key == "name") continue;
      std::string problem = Pattern::Parse(text, out_.patterns.emplace_back());
      if (!problem.empty()) return Refuse(value_path, std::move(problem));
    }
    return node.members.size() == 2 || Refuse(path, "name and pattern are required");
  }

  bool Url(const PolicyNode& node, const std::string& path) {
    if (!CheckObject(node, path, {"keep_query", "drop"})) return false;
    for (const auto& [key, value] : node.members) {
      const std::string value_path = path + "." + key;
      if (key == "drop" ? !Bool(value, value_path, out_.url.drop)
                        : !Names(value, value_path, out_.url.keep_query)) {
        return false;
      }
    }
    return true;
  }

  bool Custom(const PolicyNode& node, const std::string& path) {
    if (!CheckObject(node, path, {"allow"})) return false;
    for (const auto& [key, list] : node.members) {
      const std::string list_path = path + "." + key;
      if (!CheckArray(list, list_path)) return false;
      for (size_t i = 0; i < list.items.size(); ++i) {
        const std::string item_path = list_path + "[" + std::to_string(i) + "]";
        if (!CustomEntry(list.items[i], item_path)) return false;
      }
    }
    return true;
  }

  bool CustomEntry(const PolicyNode& node, const std::string& path) {
    if (!CheckObject(node, path, {"tag", "keys"})) return false;
    CustomRule rule;
    for (const auto& [key, value] : node.members) {
      const std::string value_path = path + "." + key;
      if (key == "tag" ? !Name(value, value_path, rule.tag)
                       : !Names(value, value_path, rule.keys)) {
        return false;
      }
    }
    if (node.members.size() != 2) return Refuse(path, "tag and keys are required");
    out_.custom_allow.push_back(std::move(rule));
    return true;
  }

  // `https://host` or `http://host`, with a port or without, and nothing after it.
  static std::string_view CheckOrigin(const std::string& origin) {
    const std::string_view text = origin;
    const size_t start = text.substr(0, 8) == "https://"  ? 8
                         : text.substr(0, 7) == "http://" ? 7
                                                          : 0;
    const bool valid = start > 0 && text.size() > start &&
                       text.find_first_of("/?#@* \\", start) == std::string_view::npos;
    return valid ? "" : "expected an origin such as https://cdn.example";
  }

  bool Assets(const PolicyNode& node, const std::string& path) {
    if (!CheckObject(node, path, {"allow_origins"})) return false;
    for (const auto& [key, value] : node.members) {
      if (!Names(value, path + "." + key, out_.asset_origins, CheckOrigin)) return false;
    }
    return true;
  }

  bool Context(const PolicyNode& node, const std::string& path) {
    if (!CheckObject(node, path, {"drop"})) return false;
    const auto drop = [this](const std::string& name) -> std::string_view {
      const auto* it =
          std::find(std::begin(kContextFieldNames), std::end(kContextFieldNames), name);
      if (it == std::end(kContextFieldNames)) return "unknown context field";
      out_.context_drop |=
          static_cast<uint16_t>(1 << (it - std::begin(kContextFieldNames)));
      return "";
    };
    std::vector<std::string> names;
    for (const auto& [key, value] : node.members) {
      if (!Names(value, path + "." + key, names, drop)) return false;
    }
    return true;
  }

  // Attributes that run code are stripped under every policy.
  static std::string_view CheckAttribute(const std::string& name) {
    std::string lower = name;
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    const bool runs_code =
        (lower.size() > 2 && lower.substr(0, 2) == "on") || lower == "srcdoc";
    return runs_code ? "an attribute that runs code cannot be allowed" : "";
  }

  static std::string_view CheckIp(const std::string& pattern) {
    const bool valid =
        pattern.find_first_not_of("0123456789abcdefABCDEF.:*") == std::string::npos;
    return valid ? "" : "expected an address in which * stands for any characters";
  }

  bool Exclude(const PolicyNode& node, const std::string& path) {
    if (!CheckObject(node, path, {"urls", "ip"})) return false;
    for (const auto& [key, value] : node.members) {
      const std::string value_path = path + "." + key;
      if (key == "urls" ? !Names(value, value_path, out_.exclude_urls)
                        : !Names(value, value_path, out_.exclude_ips, CheckIp)) {
        return false;
      }
    }
    return true;
  }

  CompiledPolicy& out_;
  PolicyError& error_;
};

}  // namespace

bool Policy::Parse(std::string_view json, Policy& policy, PolicyError& error) {
  PolicyNode root;
  if (!ParsePolicyJson(json, root, error)) return false;
  auto compiled = std::make_shared<CompiledPolicy>();
  if (!Compiler(*compiled, error).Run(root)) return false;
  policy.compiled_ = std::move(compiled);
  return true;
}

}  // namespace footfall::capture
