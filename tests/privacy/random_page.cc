#include "tests/privacy/random_page.h"

#include <algorithm>
#include <iterator>

namespace footfall::capture {

using base::Json;

RandomPage::RandomPage(uint32_t seed) : random_(seed) {
  nodes_[next_id_++] = Node();  // The Document.
  Attach(Create(0, 0), 1);
  for (int i = 0; i < 4; ++i) Attach(Create(0, 3), 2);
}

std::string RandomPage::NewWord() {
  std::string word = std::to_string(++words_);
  word.insert(word.begin(), 'w');
  word.push_back('q');
  return word;
}

// Of the nodes that are attached, but for the Document.
int64_t RandomPage::Pick(bool text) {
  std::vector<int64_t> ids;
  for (const auto& [id, node] : nodes_) {
    if (id > 1 && node.text == text) ids.push_back(id);
  }
  return ids.empty() ? 0 : ids[Below(ids.size())];
}

// A node with up to `depth` levels inside it; not attached yet.
int64_t RandomPage::Create(int64_t parent, int depth) {
  const int64_t id = next_id_++;
  nodes_[id].text = parent != 0 && Below(3) == 0;
  if (nodes_[id].text) {
    nodes_[id].word = NewWord();
    return id;
  }
  nodes_[id].blocked = depth > 0 && Below(6) == 0;
  for (size_t i = depth > 0 ? Below(4) : 0; i > 0; --i) {
    const int64_t child = Create(id, depth - 1);
    nodes_[child].parent = id;
    nodes_[id].children.push_back(child);
  }
  return id;
}

void RandomPage::Attach(int64_t id, int64_t parent) {
  std::vector<int64_t>& siblings = nodes_[parent].children;
  siblings.insert(siblings.begin() + static_cast<ptrdiff_t>(Below(siblings.size() + 1)),
                  id);
  nodes_[id].parent = parent;
}

void RandomPage::Detach(int64_t id) {
  std::vector<int64_t>& siblings = nodes_[nodes_[id].parent].children;
  siblings.erase(std::find(siblings.begin(), siblings.end(), id));
  nodes_[id].parent = 0;
}

bool RandomPage::IsInside(int64_t id, int64_t top) const {
  while (id != 0 && id != top) {
    const auto it = nodes_.find(id);
    id = it == nodes_.end() ? 0 : it->second.parent;
  }
  return id == top;
}

void RandomPage::Erase(int64_t id) {
  const std::vector<int64_t> children = nodes_[id].children;
  for (const int64_t child : children) Erase(child);
  nodes_.erase(id);
}

void RandomPage::Change(Changes& changes) {
  const int64_t id = Pick(false);
  const int64_t other = Pick(false);
  switch (Below(6)) {
    case 0: {
      const int64_t created = Create(id, 2);
      Attach(created, id);
      changes.added.insert(created);
      return;
    }
    case 1:
      if (id == 2 || nodes_.size() < 12) return;
      if (changes.added.count(id) == 0) changes.removed[id] = nodes_[id].parent;
      // What was taken out of it in this mutation is somewhere else by now, and what was
      // put into it was never recorded.
      Detach(id);
      for (auto it = changes.added.begin(); it != changes.added.end();) {
        it = IsInside(*it, id) ? changes.added.erase(it) : std::next(it);
      }
      Erase(id);
      return;
    case 2:
      if (id == 2 || IsInside(other, id)) return;
      // One that the mutation has moved or added already just goes to its new place.
      if (changes.added.count(id) == 0) changes.removed[id] = nodes_[id].parent;
      Detach(id);
      Attach(id, other);
      changes.added.insert(id);
      return;
    case 3:
      if (id == 2) return;
      nodes_[id].blocked = !nodes_[id].blocked;
      changes.classes.insert(id);
      return;
    default:
      if (const int64_t text = Pick(true); text != 0) {
        nodes_[text].word = NewWord();
        changes.texts.insert(text);
      }
  }
}

// Works out what is censored and hidden once a mutation is over.
void RandomPage::Settle(int64_t id, bool inside) {
  Node& node = nodes_[id];
  node.hidden = node.hidden || inside;
  node.censored = node.censored || node.blocked;
  for (const int64_t child : node.children) Settle(child, node.hidden || node.censored);
}

void RandomPage::Record(const Node& node) {
  if (node.text) (node.hidden ? hidden_ : benign_).insert(node.word);
}

Json RandomPage::ToJson(int64_t id, bool with_children) {
  const Node& node = nodes_[id];
  Record(node);
  Json json = Json::MakeObject();
  json.Set("type", node.text ? 3 : id == 1 ? 0 : 2);
  if (node.text) {
    json.Set("textContent", node.word);
    return json.Set("id", id);
  }
  if (id > 1) {
    json.Set("tagName", "div");
    json.Set("attributes", Json::MakeObject());
    if (node.blocked) json.Set("attributes", Json(Json::Object{{"class", "rr-block"}}));
  }
  Json children = Json::MakeArray();
  for (const int64_t child : node.children) {
    if (with_children) children.Push(ToJson(child, true));
  }
  json.Set("childNodes", std::move(children));
  return json.Set("id", id);
}

std::string RandomPage::Event(int type, Json data) {
  Json event = Json::MakeObject();
  event.Set("type", type);
  event.Set("data", std::move(data));
  event.Set("timestamp", time_++);
  return event.Dump();
}

// A snapshot shows anew what was hidden by what is around it only. What lost its class,
// or was moved out, stays as it is.
void RandomPage::Forget(int64_t id, bool inside) {
  Node& node = nodes_[id];
  const bool hides = node.censored || node.hidden;
  node.censored = node.censored && !node.blocked;
  node.hidden = node.hidden && !inside;
  for (const int64_t child : node.children) Forget(child, hides);
}

std::string RandomPage::Snapshot() {
  Forget(1, false);
  Settle(1, false);
  Json data = Json::MakeObject();
  data.Set("node", ToJson(1, true));
  data.Set("initialOffset", Json(Json::Object{{"left", 0}, {"top", 0}}));
  return Event(2, std::move(data));
}

// Parents first, and each behind the sibling that follows it.
void RandomPage::PushAdds(int64_t id, std::set<int64_t>& done, Json& adds) {
  if (!done.insert(id).second) return;
  const std::vector<int64_t>& siblings = nodes_[nodes_[id].parent].children;
  const auto at = std::find(siblings.begin(), siblings.end(), id) + 1;
  Json add = Json::MakeObject();
  add.Set("parentId", nodes_[id].parent);
  add.Set("nextId", at == siblings.end() ? Json() : Json(*at));
  add.Set("node", ToJson(id, false));
  adds.Push(std::move(add));
  const std::vector<int64_t>& children = nodes_[id].children;
  for (auto it = children.rbegin(); it != children.rend(); ++it) {
    PushAdds(*it, done, adds);
  }
}

std::string RandomPage::Mutate() {
  Changes changes;
  for (size_t i = Below(4) + 1; i > 0; --i) Change(changes);
  Settle(1, false);
  Json removes = Json::MakeArray();
  for (const auto& [id, parent] : changes.removed) {
    removes.Push(Json(Json::Object{{"parentId", parent}, {"id", id}}));
  }
  Json adds = Json::MakeArray();
  std::set<int64_t> done;
  for (const int64_t id : changes.added) PushAdds(id, done, adds);
  Json texts = Json::MakeArray();
  for (const int64_t id : changes.texts) {
    if (nodes_.count(id) == 0) continue;
    Record(nodes_[id]);
    texts.Push(Json(Json::Object{{"id", id}, {"value", nodes_[id].word}}));
  }
  Json attributes = Json::MakeArray();
  for (const int64_t id : changes.classes) {
    if (nodes_.count(id) == 0) continue;
    const Json value = nodes_[id].blocked ? Json("rr-block") : Json("open");
    attributes.Push(Json(
        Json::Object{{"id", id}, {"attributes", Json(Json::Object{{"class", value}})}}));
  }
  Json data = Json::MakeObject();
  data.Set("source", 0);
  data.Set("texts", std::move(texts));
  data.Set("attributes", std::move(attributes));
  data.Set("removes", std::move(removes));
  data.Set("adds", std::move(adds));
  return Event(3, std::move(data));
}

std::set<std::string> RandomPage::Secrets() const {
  std::set<std::string> secrets;
  std::set_difference(hidden_.begin(), hidden_.end(), benign_.begin(), benign_.end(),
                      std::inserter(secrets, secrets.end()));
  return secrets;
}

std::map<int64_t, std::vector<int64_t>> RandomPage::Shown() const {
  std::map<int64_t, std::vector<int64_t>> shown;
  for (const auto& [id, node] : nodes_) {
    if (node.hidden || node.text) continue;
    std::vector<int64_t>& children = shown[id];
    for (const int64_t child : node.children) {
      if (!nodes_.at(child).hidden) children.push_back(child);
    }
  }
  return shown;
}

}  // namespace footfall::capture
