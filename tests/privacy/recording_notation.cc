#include "tests/privacy/recording_notation.h"

#include <cstdint>

namespace footfall::capture {
namespace {

using base::Json;

constexpr int64_t kFirstTime = 1763712000000;
constexpr int64_t kFirstPageId = 5;
constexpr int64_t kFirstAddedId = 1000;

class Expander {
 public:
  std::vector<std::string> Run(const Json& events) {
    for (const Json& event : events.as_array()) Expand(event);
    return std::move(lines_);
  }

 private:
  // Members come in the order in which rrweb writes them, the id behind the others.
  static Json NodeOf(int type) { return Json(Json::Object{{"type", type}}); }

  // `next_id` numbers what has no id of its own.
  static Json Node(const Json& notation, int64_t& next_id) {
    if (notation.is_object()) return notation;
    if (notation.is_string()) {
      Json text = NodeOf(3);
      text.Set("textContent", notation);
      return text.Set("id", next_id++);
    }
    const Json::Array& parts = notation.as_array();
    const std::string& tag = parts[0].as_string();
    size_t first_child = 1;
    Json attributes = Json::MakeObject();
    if (parts.size() > 1 && parts[1].is_object()) {
      attributes = parts[1];
      first_child = 2;
    }
    const Json* explicit_id = attributes.Find("@id");
    const int64_t id = explicit_id != nullptr ? explicit_id->as_int() : next_id++;
    Json node = Leaf(tag, parts.size() > first_child ? parts[first_child] : Json(""));
    if (tag[0] != '!' && tag != "#text") {
      if (tag[0] != '#') {
        node.Set("tagName", tag);
        node.Set("attributes", PlainAttributes(attributes));
      }
      Json children = Json::MakeArray();
      for (size_t i = first_child; i < parts.size(); ++i) {
        children.Push(Node(parts[i], next_id));
      }
      node.Set("childNodes", children);
    }
    node.Set("id", id);
    if (const Json* more = attributes.Find("@")) {
      for (const auto& [key, value] : more->as_object()) node.Set(key, value);
    }
    return node;
  }

  // Without its id.
  static Json Leaf(const std::string& tag, const Json& text) {
    if (tag == "#text") return NodeOf(3).Set("textContent", text);
    if (tag == "!cdata") return NodeOf(4).Set("textContent", text);
    if (tag == "!comment") return NodeOf(5).Set("textContent", text);
    if (tag == "!doctype") {
      Json node = NodeOf(1);
      node.Set("name", text);
      node.Set("publicId", "");
      return node.Set("systemId", "");
    }
    return NodeOf(tag == "#document" ? 0 : 2);
  }

  static Json PlainAttributes(const Json& attributes) {
    Json plain = Json::MakeObject();
    for (const auto& [name, value] : attributes.as_object()) {
      if (name[0] != '@') plain.Set(name, value);
    }
    return plain;
  }

  static Json Element(const char* tag, int64_t id, Json children) {
    Json node = NodeOf(2);
    node.Set("tagName", tag);
    node.Set("attributes", Json::MakeObject());
    node.Set("childNodes", std::move(children));
    return node.Set("id", id);
  }

  static Json Children(const Json* notations, int64_t& next_id) {
    Json children = Json::MakeArray();
    if (notations == nullptr) return children;
    for (const Json& notation : notations->as_array()) {
      children.Push(Node(notation, next_id));
    }
    return children;
  }

  void Emit(int type, Json data, const Json& event) {
    Json out = Json::MakeObject();
    out.Set("type", type);
    out.Set("data", std::move(data));
    EmitTimed(std::move(out), event);
  }

  void EmitTimed(Json out, const Json& event) {
    const Json* time = event.Find("timestamp");
    out.Set("timestamp",
            time != nullptr
                ? *time
                : Json(kFirstTime + 100 * static_cast<int64_t>(lines_.size())));
    lines_.push_back(out.Dump());
  }

  void EmitMeta(const Json& href, const Json& event) {
    Json data = Json::MakeObject();
    data.Set("href", href);
    data.Set("width", 1280);
    data.Set("height", 800);
    Emit(4, std::move(data), event);
  }

  void EmitSnapshot(const Json& body, const Json& event) {
    int64_t next_id = kFirstPageId;
    Json root = NodeOf(0);
    Json parts = Json::MakeArray();
    parts.Push(Element("head", 3, Children(event.Find("head"), next_id)));
    parts.Push(Element("body", 4, Children(&body, next_id)));
    Json documents = Json::MakeArray();
    documents.Push(Element("html", 2, std::move(parts)));
    root.Set("childNodes", std::move(documents));
    root.Set("id", 1);
    Json data = Json::MakeObject();
    data.Set("node", std::move(root));
    data.Set("initialOffset", Json(Json::Object{{"left", 0}, {"top", 0}}));
    Emit(2, std::move(data), event);
  }

  // `node` and what is in it, parents first and the last child first, as rrweb does.
  static void PushAdds(int64_t parent, const Json& next, Json node, Json& adds) {
    Json::Array children;
    if (const Json* found = node.Find("childNodes")) {
      children = found->as_array();
      node.Set("childNodes", Json::MakeArray());
    }
    const int64_t id = node.Find("id")->as_int();
    Json add = Json::MakeObject();
    add.Set("parentId", parent);
    add.Set("nextId", next);
    add.Set("node", std::move(node));
    adds.Push(std::move(add));
    Json after;
    for (auto it = children.rbegin(); it != children.rend(); ++it) {
      PushAdds(id, after, *it, adds);
      after = *it->Find("id");
    }
  }

  void EmitMutation(const Json& event) {
    Json data = Json::MakeObject();
    data.Set("source", 0);
    data.Set("texts", Pairs(event.Find("texts"), "id", "value"));
    data.Set("attributes", Pairs(event.Find("attr"), "id", "attributes"));
    data.Set("removes", Pairs(event.Find("remove"), "parentId", "id"));
    Json adds = Json::MakeArray();
    if (const Json* list = event.Find("add")) {
      for (const Json& add : list->as_array()) {
        const Json::Array& parts = add.as_array();
        PushAdds(parts[0].as_int(), parts[1], Node(parts[2], next_added_id_), adds);
      }
    }
    data.Set("adds", std::move(adds));
    if (event.Find("isAttachIframe") != nullptr) data.Set("isAttachIframe", true);
    Emit(3, std::move(data), event);
  }

  static Json Pairs(const Json* list, const char* first, const char* second) {
    Json pairs = Json::MakeArray();
    if (list == nullptr) return pairs;
    for (const Json& pair : list->as_array()) {
      Json entry = Json::MakeObject();
      entry.Set(first, pair.as_array()[0]);
      entry.Set(second, pair.as_array()[1]);
      pairs.Push(std::move(entry));
    }
    return pairs;
  }

  void EmitInput(const Json& id, const std::string& text, const Json& event) {
    Json data = Json::MakeObject();
    data.Set("source", 5);
    data.Set("text", text);
    const Json* checked = event.Find("checked");
    data.Set("isChecked", checked != nullptr ? *checked : Json(false));
    data.Set("id", id);
    Emit(3, std::move(data), event);
  }

  void EmitKeys(const Json& id, const std::string& text, const Json& event) {
    for (size_t end = 1; end <= text.size(); ++end) {
      if (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        continue;  // In the middle of a character.
      }
      EmitInput(id, text.substr(0, end), event);
    }
  }

  void Expand(const Json& event) {
    if (const Json* line = event.Find("raw")) {
      lines_.push_back(line->as_string());
    } else if (const Json* body = event.Find("page")) {
      const Json* href = event.Find("href");
      EmitMeta(href != nullptr ? *href : Json("https://app.example/orders/7"), event);
      EmitSnapshot(*body, event);
    } else if (const Json* again = event.Find("snapshot")) {
      EmitSnapshot(*again, event);
    } else if (const Json* url = event.Find("meta")) {
      EmitMeta(*url, event);
    } else if (const Json* input = event.Find("input")) {
      EmitInput(*input, event.Find("text")->as_string(), event);
    } else if (const Json* field = event.Find("keys")) {
      EmitKeys(*field, event.Find("text")->as_string(), event);
    } else if (const Json* source = event.Find("inc")) {
      Json data = Json::MakeObject();
      data.Set("source", *source);
      for (const auto& [key, value] : event.as_object()) {
        if (key != "inc" && key != "timestamp") data.Set(key, value);
      }
      Emit(3, std::move(data), event);
    } else if (event.Find("type") != nullptr) {
      EmitTimed(event, event);
    } else {
      EmitMutation(event);
    }
  }

  std::vector<std::string> lines_;
  int64_t next_added_id_ = kFirstAddedId;
};

}  // namespace

std::vector<std::string> ExpandEvents(const Json& events) {
  return Expander().Run(events);
}

}  // namespace footfall::capture
