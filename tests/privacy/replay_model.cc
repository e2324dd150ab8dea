#include "tests/privacy/replay_model.h"

#include <algorithm>

namespace footfall::capture {
namespace {

using base::Json;

constexpr int64_t kMissing = -2;

int64_t IntegerOf(const Json& json, const char* key) {
  const Json* value = json.Find(key);
  return value != nullptr && value->is_int() ? value->as_int() : kMissing;
}

bool IsString(const Json& json, const char* key) {
  const Json* value = json.Find(key);
  return value != nullptr && value->is_string();
}

}  // namespace

void ReplayModel::Problem(const std::string& text) {
  problem_ += (problem_.empty() ? "" : "; ") + text;
}

const ReplayModel::Node* ReplayModel::Find(int64_t id) const {
  const auto it = nodes_.find(id);
  return it == nodes_.end() ? nullptr : &it->second;
}

void ReplayModel::CheckId(const Json& json, const char* key) {
  const int64_t id = IntegerOf(json, key);
  if (Find(id) == nullptr) {
    Problem(std::string(key) + " " + std::to_string(id) + " is not in the tree");
  }
}

Json::Array ReplayModel::List(const Json& json, const char* key) {
  const Json* list = json.Find(key);
  if (list != nullptr && list->is_array()) return list->as_array();
  Problem(std::string(key) + " is no array");
  return {};
}

std::string ReplayModel::Apply(const Json& event) {
  problem_.clear();
  const int64_t type = IntegerOf(event, "type");
  const Json* data = event.Find("data");
  if (IntegerOf(event, "timestamp") == kMissing) Problem("no timestamp");
  for (const auto& [key, value] : event.as_object()) {
    if (key != "type" && key != "data" && key != "timestamp" && key != "delay") {
      Problem("unknown key in the envelope");
    }
  }
  if (type < 0 || type > 5) Problem("type " + std::to_string(type));
  if (type >= 2 && (data == nullptr || !data->is_object())) {
    Problem("no data");
  } else if (type == 2) {
    ApplySnapshot(*data);
  } else if (type == 3) {
    ApplyIncremental(*data);
  } else if (type == 4 && !IsString(*data, "href")) {
    Problem("Meta without href");
  } else if (type == 5 && !IsString(*data, "tag")) {
    Problem("Custom without tag");
  }
  return problem_;
}

void ReplayModel::ApplySnapshot(const Json& data) {
  nodes_.clear();
  const Json* node = data.Find("node");
  if (node == nullptr || !node->is_object()) return Problem("no node");
  if (IntegerOf(*node, "type") != 0) Problem("the root is no Document");
  Build(*node, 0, 0);
}

void ReplayModel::CheckAttributes(const Json* attributes, bool may_remove) {
  if (attributes == nullptr || !attributes->is_object()) {
    return Problem("attributes are no object");
  }
  for (const auto& [name, value] : attributes->as_object()) {
    const bool allowed = value.is_string() || value.is_number() ||
                         (value.is_bool() && value.as_bool()) ||
                         (may_remove && (value.is_null() || value.is_object()));
    if (!allowed) Problem("attribute " + name + " is " + value.Dump());
  }
}

void ReplayModel::CheckNode(const Json& json) {
  const int64_t type = IntegerOf(json, "type");
  const std::string place = "node " + std::to_string(IntegerOf(json, "id"));
  if (IntegerOf(json, "id") <= 0) Problem(place + ": no valid id");
  if (type < 0 || type > 5) Problem(place + ": type " + std::to_string(type));
  if (type == 0 || type == 2) {
    const Json* children = json.Find("childNodes");
    if (children == nullptr || !children->is_array()) Problem(place + ": no childNodes");
  }
  if (type == 2) {
    if (!IsString(json, "tagName")) Problem(place + ": no tagName");
    CheckAttributes(json.Find("attributes"), false);
  }
  if (type >= 3 && !IsString(json, "textContent")) Problem(place + ": no textContent");
  if (type == 1 && !IsString(json, "name")) Problem(place + ": no name");
}

void ReplayModel::Build(const Json& json, int64_t parent, int64_t next) {
  CheckNode(json);
  const int64_t id = IntegerOf(json, "id");
  Drop(id);
  Node& node = nodes_[id];
  node.parent = parent;
  node.type = IntegerOf(json, "type");
  if (IsString(json, "tagName")) node.tag = json.Find("tagName")->as_string();
  if (IsString(json, "textContent")) node.text = json.Find("textContent")->as_string();
  if (const Json* attributes = json.Find("attributes")) node.attributes = *attributes;
  if (const auto it = nodes_.find(parent); it != nodes_.end()) {
    std::vector<int64_t>& siblings = it->second.children;
    siblings.insert(std::find(siblings.begin(), siblings.end(), next), id);
  }
  const Json* children = json.Find("childNodes");
  if (children == nullptr || !children->is_array()) return;
  for (const Json& child : children->as_array()) {
    if (Find(IntegerOf(child, "id")) != nullptr) {
      Problem("id " + std::to_string(IntegerOf(child, "id")) + " stands twice");
    }
    Build(child, id, 0);
  }
}

void ReplayModel::Drop(int64_t id) {
  const auto it = nodes_.find(id);
  if (it == nodes_.end()) return;
  const Node node = it->second;
  nodes_.erase(it);
  for (const int64_t child : node.children) Drop(child);
  if (const auto above = nodes_.find(node.parent); above != nodes_.end()) {
    std::vector<int64_t>& siblings = above->second.children;
    siblings.erase(std::remove(siblings.begin(), siblings.end(), id), siblings.end());
  }
}

void ReplayModel::ApplyRemoves(const Json::Array& removes) {
  // The replayer looks for all of them before it takes out the first.
  for (const Json& remove : removes) CheckId(remove, "id");
  for (const Json& remove : removes) {
    const int64_t id = IntegerOf(remove, "id");
    if (Find(id) == nullptr) continue;
    CheckId(remove, "parentId");
    Drop(id);
  }
}

// Returns false when the parent or the next sibling is still to come.
bool ReplayModel::Add(const Json& add) {
  const int64_t parent = IntegerOf(add, "parentId");
  const Json* next = add.Find("nextId");
  const bool last = next == nullptr || next->is_null();
  const int64_t next_id = last ? 0 : IntegerOf(add, "nextId");
  if (Find(parent) == nullptr || (!last && Find(next_id) == nullptr)) return false;
  if (!last && Find(next_id)->parent != parent) {
    Problem("nextId " + std::to_string(next_id) + " is not in parentId " +
            std::to_string(parent));
  }
  Build(*add.Find("node"), parent, next_id);
  return true;
}

void ReplayModel::ApplyAdds(const Json::Array& adds) {
  std::vector<Json> waiting;
  for (const Json& add : adds) {
    const Json* node = add.Find("node");
    if (node == nullptr || !node->is_object()) {
      Problem("add without a node");
      continue;
    }
    if (const Json* children = node->Find("childNodes");
        children != nullptr && children->is_array() && !children->as_array().empty()) {
      Problem("add with children");
    }
    if (!Add(add)) waiting.push_back(add);
  }
  for (size_t before = waiting.size() + 1; waiting.size() < before;) {
    before = waiting.size();
    waiting.erase(std::remove_if(waiting.begin(), waiting.end(),
                                 [this](const Json& add) { return Add(add); }),
                  waiting.end());
  }
  for (const Json& add : waiting) {
    Problem("parentId " + std::to_string(IntegerOf(add, "parentId")) + " or nextId " +
            std::to_string(IntegerOf(add, "nextId")) + " never came");
  }
}

void ReplayModel::ApplyAttributes(const Json& change) {
  CheckId(change, "id");
  const Json* attributes = change.Find("attributes");
  CheckAttributes(attributes, true);
  const auto it = nodes_.find(IntegerOf(change, "id"));
  if (it == nodes_.end() || attributes == nullptr || !attributes->is_object()) return;
  for (const auto& [name, value] : attributes->as_object()) {
    Json& target = it->second.attributes;
    if (!value.is_null()) {
      target.Set(name, value);
      continue;
    }
    Json::Object& members = target.as_object();
    const std::string& removed = name;
    members.erase(std::remove_if(
                      members.begin(), members.end(),
                      [&removed](const auto& member) { return member.first == removed; }),
                  members.end());
  }
}

void ReplayModel::ApplyMutation(const Json& data) {
  ApplyRemoves(List(data, "removes"));
  ApplyAdds(List(data, "adds"));
  for (const Json& text : List(data, "texts")) {
    CheckId(text, "id");
    const auto it = nodes_.find(IntegerOf(text, "id"));
    if (it != nodes_.end() && IsString(text, "value")) {
      it->second.text = text.Find("value")->as_string();
    }
  }
  for (const Json& change : List(data, "attributes")) ApplyAttributes(change);
}

void ReplayModel::CheckRanges(const Json& data) {
  for (const Json& range : List(data, "ranges")) {
    CheckId(range, "start");
    CheckId(range, "end");
  }
}

void ReplayModel::ApplyIncremental(const Json& data) {
  const int64_t source = IntegerOf(data, "source");
  switch (source) {
    case 0:
      return ApplyMutation(data);
    case 1:
    case 6:
    case 12:
      for (const Json& position : List(data, "positions")) CheckId(position, "id");
      return;
    case 2:
    case 3:
    case 5:
    case 7:
    case 15:
      return CheckId(data, "id");
    case 8:
    case 13:
      // A sheet is found by its element or, when it is adopted, by a number of its own.
      if (data.Find("id") != nullptr) return CheckId(data, "id");
      if (data.Find("styleId") == nullptr) Problem("neither id nor styleId");
      return;
    case 14:
      return CheckRanges(data);
    case 4:
    case 16:
      return;
    default:
      Problem("source " + std::to_string(source));
  }
}

}  // namespace footfall::capture
