// Random operations on a PageTree against a slow and obvious copy of its rules.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/page_tree.h"
#include "capture/policy.h"
#include "capture/vocabulary.h"

namespace footfall::capture {
namespace {

struct Value {
  std::string text;
  bool known = false;  // The policy asked for it when it was set.
};

struct Model {
  struct Node {
    int32_t id = 0;
    NodeKind kind = NodeKind::kElement;
    Node* parent = nullptr;
    std::vector<std::unique_ptr<Node>> children;
    bool shadow = false;
    bool judged = false;
    bool srcdoc = false;      // Ever.
    bool uncensored = false;  // By another policy.
    bool unmasked = false;
    std::string tag;
    std::map<std::string, Value> attributes;
    uint32_t flags = 0;

    bool Has(const std::string& name) const { return attributes.count(name) != 0; }
    std::string Get(const std::string& name) const {
      const auto it = attributes.find(name);
      return it == attributes.end() ? std::string() : it->second.text;
    }
  };

  static constexpr uint32_t kAllowances = kNodeValueAllowed | kNodeKeysAllowed;
  static constexpr uint32_t kSensitivity = kNodeSensitive | kNodeSensitiveInside;
  static constexpr uint32_t kRestrictions =
      kSensitivity | kNodeCensored | kNodeHidden | kNodeMasked | kNodeIgnored;

  const CompiledPolicy* policy = nullptr;
  std::unique_ptr<Node> root;
  std::map<int32_t, Node*> by_id;
  std::map<int32_t, uint32_t> gone;
  std::map<int32_t, uint32_t> lasting;  // Of it, what outlives snapshots.
  std::set<int32_t> newly_censored;
  std::set<std::string> secret_names;
  std::set<std::pair<int32_t, int>> swapped;
  std::set<int32_t> removed_fields;
  std::vector<Selector> security;
  bool all_fields = false;

  // An attribute's value that was not kept counts as `unknown`.
  static bool MatchesNode(const Selector::Compound& c, const Node& node, bool unknown) {
    if (!c.tag.empty() && c.tag != node.tag) return false;
    for (const std::string& id : c.ids) {
      if (!node.Has("id") || node.Get("id") != id) return false;
    }
    for (const std::string& name : c.classes) {
      if (!HasClass(node.Get("class"), name)) return false;
    }
    for (const Selector::Attribute& a : c.attributes) {
      if (!node.Has(a.name)) return false;
      if (!a.has_value) continue;
      const Value& value = node.attributes.at(a.name);
      if (!value.known) {
        if (!unknown) return false;
      } else if (value.text != a.value) {
        return false;
      }
    }
    return true;
  }

  // Tries every way in which compounds 0..k may stand with k at `node`.
  static bool MatchesFrom(const std::vector<Selector::Compound>& cs, size_t k,
                          const Node* node, bool unknown) {
    if (node == nullptr || node->kind != NodeKind::kElement) return false;
    if (!MatchesNode(cs[k], *node, unknown)) return false;
    if (k == 0) return true;
    const Node* at = node;
    while (!at->shadow) {
      at = at->parent;
      if (at == nullptr || at->kind != NodeKind::kElement) return false;
      if (MatchesFrom(cs, k - 1, at, unknown)) return true;
      if (cs[k].child) return false;
    }
    return false;
  }

  static bool Any(const std::vector<ElementRule>& rules, const Node& node, bool unknown) {
    return std::any_of(rules.begin(), rules.end(), [&](const ElementRule& rule) {
      if (rule.all) return true;
      const auto& cs = rule.selector.compounds();
      return MatchesFrom(cs, cs.size() - 1, &node, unknown);
    });
  }

  static bool TakesTextItself(const Node& node) {
    if (node.kind != NodeKind::kElement || !node.judged) return false;
    if (node.Has("contenteditable") && node.Get("contenteditable") != "false")
      return true;
    if (node.Get("role") == "textbox") return true;
    if (node.tag == "input") {
      const std::string type = node.Get("type");
      return type != "button" && type != "submit";
    }
    return node.tag == "textarea" || node.tag == "select" || node.tag == "option";
  }

  static bool IsField(const Node& node) {
    return node.judged && (TakesTextItself(node) || node.tag == "x-field");
  }

  static bool IsBox(const Node& node) {
    const std::string type = node.Get("type");
    return node.tag == "input" && node.Get("maxlength") == "1" && type != "button" &&
           type != "submit" && type != "hidden" && type != "checkbox";
  }

  bool IsSecret(const Node& node) const {
    if (node.Get("type") == "password" || node.Has("data-rr-is-password")) return true;
    if (node.Get("autocomplete") == "cc-number") return true;
    if (node.Get("style") == "-webkit-text-security: disc") return true;
    for (const Selector& selector : security) {
      if (MatchesNode(selector.compounds().back(), node, true)) return true;
    }
    return all_fields && IsField(node);
  }

  static bool IsNamedLikeASecret(const Node& node) {
    const bool button = node.tag == "input" && !TakesTextItself(node);
    const bool editable =
        node.Get("role") == "textbox" ||
        (node.Has("contenteditable") && node.Get("contenteditable") != "false");
    const bool plain = node.tag == "a" || node.tag == "form" || button;
    if (plain && !editable) return false;
    return IsSecretName(node.Get("name")) || IsSecretName(node.Get("id")) ||
           IsSecretName(node.Get("autocomplete"));
  }

  bool CensoredItself(const Node& node) const {
    return node.kind == NodeKind::kElement && node.judged &&
           (HasClass(node.Get("class"), "rr-block") || Any(policy->censor, node, true));
  }

  bool MaskedItself(const Node& node) const {
    return node.kind == NodeKind::kElement && node.judged &&
           (HasClass(node.Get("class"), "rr-mask") || Any(policy->mask, node, true));
  }

  // What the node's attributes and the node around it say of it.
  uint32_t Now(const Node& node) const {
    uint32_t flags = 0;
    if (node.kind == NodeKind::kElement && node.judged) {
      if (TakesTextItself(node)) flags |= kNodeTakesText | kNodeTakesKeys;
      if (node.tag == "input" || node.tag == "iframe" || node.tag == "x-field") {
        flags |= kNodeTakesKeys;
      }
      if (node.tag == "input" && node.Get("type") == "hidden") flags |= kNodeHiddenInput;
      if (HasClass(node.Get("class"), "rr-ignore")) flags |= kNodeIgnored;
      if (CensoredItself(node)) flags |= kNodeCensored;
      if (MaskedItself(node)) flags |= kNodeMasked;
      if (IsNamedLikeASecret(node)) {
        flags |= kNodeSensitive;
        if (IsField(node)) flags |= kNodeSensitiveInside;
      }
      if (IsSecret(node)) flags |= kSensitivity;
      if (Any(policy->allow_values, node, false)) flags |= kNodeValueAllowed;
      if (Any(policy->allow_keystrokes, node, false)) flags |= kNodeKeysAllowed;
    }
    if (node.parent == nullptr) return flags;
    const uint32_t outer = node.parent->flags;
    flags |= outer & kNodeMasked;
    if ((outer & kNodeSensitiveInside) != 0) flags |= kSensitivity;
    if (node.kind == NodeKind::kText) flags |= outer & kNodeSensitive;
    if ((outer & (kNodeCensored | kNodeHidden)) != 0 || node.parent->tag == "script" ||
        (node.parent->tag == "iframe" && node.parent->srcdoc)) {
      flags |= kNodeHidden;
    }
    if ((outer & kNodeTakesText) != 0) {
      flags |= outer & (kNodeTakesText | kNodeTakesKeys | kAllowances);
    }
    return flags;
  }

  // What its id keeps. A text of a field is a value wherever it goes, unless the value
  // may be seen.
  static uint32_t Kept(const Node& node) {
    const bool allowed = (node.flags & kNodeValueAllowed) != 0;
    const bool value = node.kind == NodeKind::kText && !allowed;
    return node.flags & (value ? kRestrictions | kNodeTakesText : kRestrictions);
  }

  uint32_t Lasting(const Node& node) const {
    uint32_t lasting = Kept(node) & ~Now(node);
    if (node.uncensored) lasting &= ~uint32_t{kNodeCensored};
    if (node.unmasked) lasting &= ~uint32_t{kNodeMasked};
    return lasting | (node.flags & kSensitivity);
  }

  // `fresh` is judged for the first time.
  void Refresh(Node& node, const Node* fresh) {
    const uint32_t now = Now(node);
    uint32_t flags = (node.flags | now) & ~kAllowances;
    uint32_t allowed = now & kAllowances;
    if (node.judged && &node != fresh && (flags & ~node.flags & kNodeCensored) != 0) {
      newly_censored.insert(node.id);
    }
    if (CensoredItself(node)) node.uncensored = false;
    if (MaskedItself(node)) node.unmasked = false;
    if ((flags & kNodeSensitive) != 0 && (flags & kNodeTakesText) != 0) {
      flags |= kNodeSensitiveInside;
    }
    if ((flags & (kNodeSensitive | kNodeCensored | kNodeHidden | kNodeMasked)) != 0) {
      allowed = 0;
    }
    if ((flags & kNodeHiddenInput) != 0) allowed &= ~uint32_t{kNodeValueAllowed};
    node.flags = flags | allowed;
    if ((flags & kNodeSensitive) != 0 && IsField(node)) {
      for (const char* name : {"id", "name"}) {
        if (!node.Get(name).empty()) {
          secret_names.insert(std::string(name) + "=" + node.Get(name));
        }
      }
    }
    for (const auto& child : node.children) Refresh(*child, fresh);
  }
  void RefreshAll(const Node* fresh = nullptr) {
    if (root != nullptr) Refresh(*root, fresh);
  }

  void Judge(Node& node) {
    const bool first = !node.judged;
    node.judged = true;
    if (IsField(node)) {
      for (const char* name : {"id", "name"}) {
        if (secret_names.count(std::string(name) + "=" + node.Get(name)) != 0) {
          node.flags |= kSensitivity;
        }
      }
      const Node* at = node.parent;
      for (int depth = 1; depth <= 3 && at != nullptr && first; ++depth) {
        if (swapped.count({at->id, depth}) != 0 && removed_fields.count(node.id) == 0) {
          node.flags |= kSensitivity;
        }
        at = at->parent;
      }
    }
    if (IsBox(node) && node.parent != nullptr) TaintBoxes(node);
    RefreshAll(first ? &node : nullptr);
  }

  static void TaintBoxes(Node& node) {
    std::vector<Node*> boxes;
    const auto gather = [&boxes](Node& around) {
      for (const auto& child : around.children) {
        if (IsBox(*child) && child->judged) boxes.push_back(child.get());
      }
    };
    gather(*node.parent);
    if (node.parent->parent != nullptr) {
      for (const auto& uncle : node.parent->parent->children) {
        if (uncle.get() != node.parent) gather(*uncle);
      }
    }
    if (boxes.size() < 2) return;
    for (Node* box : boxes) box->flags |= kSensitivity;
  }

  Node* Insert(int32_t id, NodeKind kind, Node* parent, Node* next, bool shadow) {
    auto node = std::make_unique<Node>();
    Node* result = node.get();
    node->id = id;
    node->kind = kind;
    node->parent = parent;
    node->shadow = shadow;
    node->judged = kind != NodeKind::kElement;
    node->flags = gone.count(id) != 0 ? gone[id] : 0;
    by_id[id] = result;
    if (parent == nullptr) {
      root = std::move(node);
    } else {
      auto& list = parent->children;
      auto at = std::find_if(list.begin(), list.end(),
                             [next](const auto& child) { return child.get() == next; });
      list.insert(at, std::move(node));
    }
    // Its own Judge follows for an element.
    if (kind != NodeKind::kElement) RefreshAll();
    return result;
  }

  void Bury(Node& node, const Node& top) {
    for (const auto& child : node.children) Bury(*child, top);
    gone[node.id] |= Kept(node);
    lasting[node.id] |= Lasting(node);
    newly_censored.erase(node.id);
    if (IsField(node)) {
      int depth = 1;
      for (const Node* at = &node; at != &top; at = at->parent) ++depth;
      if ((node.flags & kNodeSensitive) == 0) {
        removed_fields.insert(node.id);
      } else if (depth <= 3 && top.parent != nullptr) {
        swapped.insert({top.parent->id, depth});
      }
    }
    by_id.erase(node.id);
  }

  void Remove(Node& node) {
    Bury(node, node);
    if (node.parent == nullptr) {
      root.reset();
      return;
    }
    auto& list = node.parent->children;
    list.erase(std::find_if(list.begin(), list.end(),
                            [&node](const auto& child) { return child.get() == &node; }));
  }

  void BeginMutation() {
    swapped.clear();
    removed_fields.clear();
    newly_censored.clear();
  }
  void SetPolicy(const CompiledPolicy& next) {
    std::map<Node*, uint32_t> before;
    for (const auto& [id, node] : by_id) {
      before[node] = (CensoredItself(*node) ? kNodeCensored : 0u) |
                     (MaskedItself(*node) ? kNodeMasked : 0u);
    }
    policy = &next;
    RefreshAll();
    for (const auto& [node, flags] : before) {
      if ((flags & kNodeCensored) != 0 && !CensoredItself(*node)) node->uncensored = true;
      if ((flags & kNodeMasked) != 0 && !MaskedItself(*node)) node->unmasked = true;
    }
  }
  void BeginSnapshot() {
    for (const auto& [id, node] : by_id) lasting[id] |= Lasting(*node);
    gone = lasting;
    root.reset();
    by_id.clear();
    BeginMutation();
  }
  void BeginPage() {
    BeginSnapshot();
    gone.clear();
    lasting.clear();
    secret_names.clear();
    security.clear();
    all_fields = false;
  }
};

constexpr std::string_view kPolicies[] = {
    "{}",
    R"({"censor":[{"class":"a"}],"mask":[{"selector":"div > .b"}],
        "allow_values":[{"all":true}],"allow_keystrokes":[{"selector":"form input"}]})",
    R"({"censor":[{"selector":".a .b > span"},{"selector":"[data-x=one] .c"}],
        "mask":[{"selector":"[data-x]"},{"id":"q"}],
        "allow_values":[{"selector":"div [data-x=two]"},{"class":"c"}],
        "allow_keystrokes":[{"all":true}]})",
    R"({"censor":[{"selector":"div div #q.c"}],"mask":[{"selector":"form > div .a"}],
        "allow_values":[{"id":"q"},{"selector":".b input"}]})"};

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint32_t>(n)); }
  bool OneIn(int n) { return Below(n) == 0; }
  template <size_t N>
  std::string Pick(const char* const (&list)[N]) {
    return list[Below(static_cast<int>(N))];
  }

 private:
  std::mt19937 engine_;
};

class Driver {
 public:
  explicit Driver(uint32_t seed) : random_(seed), tree_(Choose()) {
    model_.policy = &policy_.compiled();
    NewRoot();
  }

  void Step() {
    const int choice = random_.Below(100);
    if (choice < 40) {
      Add(next_id_++);
    } else if (choice < 65) {
      Change();
    } else if (choice < 82) {
      Move();
    } else if (choice < 90) {
      tree_.BeginMutation();
      model_.BeginMutation();
    } else if (choice < 92) {
      ChangePolicy();
    } else if (choice < 94) {
      SaveAndRestore();
    } else if (choice < 95) {
      TaintOne();
    } else if (choice < 98) {
      tree_.SetOneDigit(tree_.Find(Some().id), !random_.OneIn(5));
    } else if (random_.OneIn(20)) {
      Security();
    } else if (random_.OneIn(6)) {
      StartOver();
    }
    if (model_.by_id.size() > 60) RemoveOne();
  }

  int in_keypad() const { return in_keypad_; }

  void Check() {
    ASSERT_EQ(tree_.node_count(), model_.by_id.size());
    for (const auto& [id, node] : model_.by_id) {
      const PageTree::Ref ref = tree_.Find(id);
      ASSERT_NE(ref, PageTree::kNone) << id;
      ASSERT_EQ(tree_.flags(ref), node->flags) << id << " " << node->tag;
      ASSERT_EQ(tree_.id(ref), id);
      ASSERT_EQ(tree_.kind(ref), node->kind);
      ASSERT_EQ(tree_.id(tree_.parent(ref)), node->parent ? node->parent->id : 0);
      PageTree::Ref child = tree_.first_child(ref);
      for (const auto& expected : node->children) {
        ASSERT_EQ(tree_.id(child), expected->id);
        child = tree_.next(child);
      }
      ASSERT_EQ(child, PageTree::kNone);
      ASSERT_EQ(tree_.in_shadow(ref), node->shadow);
      tree_.InKeypad(ref);
    }
    std::set<int32_t> newly_censored;
    for (const PageTree::Ref ref : tree_.newly_censored()) {
      ASSERT_TRUE(newly_censored.insert(tree_.id(ref)).second);
    }
    ASSERT_EQ(newly_censored, model_.newly_censored);
  }

 private:
  const CompiledPolicy& Choose() {
    PolicyError error;
    const std::string_view json = kPolicies[random_.Below(4)];
    EXPECT_TRUE(Policy::Parse(json, policy_, error)) << error.message;
    return policy_.compiled();
  }

  void NewRoot() {
    root_id_ = next_id_++;
    tree_.Insert(root_id_, NodeKind::kDocument, PageTree::kNone, PageTree::kNone, false);
    model_.Insert(root_id_, NodeKind::kDocument, nullptr, nullptr, false);
  }

  Model::Node& Some() {
    auto it = model_.by_id.begin();
    std::advance(it, random_.Below(static_cast<int>(model_.by_id.size())));
    return *it->second;
  }

  void Add(int32_t id) {
    Model::Node& parent = Some();
    if (parent.kind == NodeKind::kText) return;
    const bool element_parent = parent.kind == NodeKind::kElement;
    NodeKind kind = NodeKind::kElement;
    if (random_.OneIn(5)) kind = NodeKind::kText;
    if (parent.tag == "iframe") kind = NodeKind::kDocument;
    const bool shadow = element_parent && kind != NodeKind::kDocument && random_.OneIn(8);
    Model::Node* next = nullptr;
    if (!parent.children.empty() && random_.OneIn(3)) {
      next = parent
                 .children[static_cast<size_t>(
                     random_.Below(static_cast<int>(parent.children.size())))]
                 .get();
    }
    const PageTree::Ref ref =
        tree_.Insert(id, kind, tree_.Find(parent.id),
                     next == nullptr ? PageTree::kNone : tree_.Find(next->id), shadow);
    ASSERT_NE(ref, PageTree::kNone);
    Model::Node& node = *model_.Insert(id, kind, &parent, next, shadow);
    if (kind != NodeKind::kElement) return;
    node.tag = random_.Pick({"div", "div", "span", "form", "a", "input", "input",
                             "textarea", "x-field", "script", "iframe"});
    tree_.SetTag(ref, random_.OneIn(2) && node.tag == "div" ? "DIV" : node.tag);
    const int count = random_.Below(4);
    for (int i = 0; i < count; ++i) Set(node);
    Judge(node);
  }

  void Judge(Model::Node& node) {
    const PageTree::Ref ref = tree_.Find(node.id);
    const uint32_t before = tree_.flags(ref);
    const uint32_t got = tree_.Judge(ref);
    EXPECT_EQ(got, tree_.flags(ref) & ~before);
    model_.Judge(node);
  }

  void Set(Model::Node& node) {
    std::string name;
    std::string value;
    switch (random_.Below(12)) {
      case 0:
        name = "type";
        value = random_.Pick({"text", "hidden", "button", "checkbox", "text", "tel"});
        if (random_.OneIn(8)) value = "password";
        break;
      case 1:
        name = "name";
        value = random_.Pick({"n1", "n2", "n3", "city", ""});
        if (random_.OneIn(10)) value = "user-pin";
        break;
      case 2:
        name = "id";
        value = random_.Pick({"q", "i1", "i2", "i3"});
        if (random_.OneIn(10)) value = "otp";
        break;
      case 3:
      case 4:
      case 5:
        name = "class";
        value = random_.Pick({"a", "b", "c", "a b", "b c", "d", "", "x\ty c"});
        if (random_.OneIn(12))
          value += random_.Pick({" rr-block", " rr-mask", " rr-ignore"});
        if (random_.OneIn(8)) value += " keypad";
        break;
      case 6:
        name = "contenteditable";
        value = random_.Pick({"true", "false", ""});
        break;
      case 7:
        name = "data-x";
        value = random_.Pick({"one", "two", "three"});
        break;
      case 8:
        name = "maxlength";
        value = random_.Pick({"1", "2"});
        break;
      case 9:
        name = "role";
        value = random_.Pick({"textbox", "button"});
        break;
      case 10:
        name = "style";
        value = random_.OneIn(6) ? "-webkit-text-security: disc" : "color: red";
        break;
      default:
        name = "autocomplete";
        value = random_.OneIn(8) ? "cc-number" : "off";
        break;
    }
    if (node.tag == "iframe" && random_.OneIn(3)) {
      name = "srcdoc";
      value = "<p>";
      node.srcdoc = true;
    }
    tree_.SetAttribute(tree_.Find(node.id), name, value);
    bool known = name != "data-x";
    for (const auto* rules :
         {&model_.policy->censor, &model_.policy->mask, &model_.policy->allow_values}) {
      for (const ElementRule& rule : *rules) {
        for (const auto& compound : rule.selector.compounds()) {
          for (const auto& attribute : compound.attributes) {
            known |= attribute.has_value && attribute.name == name;
          }
        }
      }
    }
    node.attributes[name] = {value, known};
  }

  void Change() {
    Model::Node& node = Some();
    if (node.kind != NodeKind::kElement) return;
    if (!node.attributes.empty() && random_.OneIn(3)) {
      auto it = node.attributes.begin();
      std::advance(it, random_.Below(static_cast<int>(node.attributes.size())));
      tree_.RemoveAttribute(tree_.Find(node.id), it->first);
      node.attributes.erase(it);
    } else {
      Set(node);
    }
    Judge(node);
  }

  void RemoveOne() {
    Model::Node& node = Some();
    if (node.parent == nullptr) return;
    tree_.Remove(tree_.Find(node.id));
    model_.Remove(node);
  }

  // Out and in again under the same id, or another one in its place.
  void Move() {
    Model::Node& node = Some();
    if (node.parent == nullptr) return;
    const int32_t id = node.id;
    tree_.Remove(tree_.Find(id));
    model_.Remove(node);
    if (!random_.OneIn(3)) Add(random_.OneIn(2) ? id : next_id_++);
  }

  void ChangePolicy() {
    const Policy old = policy_;
    tree_.SetPolicy(Choose());
    model_.SetPolicy(policy_.compiled());
  }

  void SaveAndRestore() {
    tree_.BeginMutation();
    model_.BeginMutation();
    std::string bytes;
    tree_.Save(bytes);
    bytes += "rest";
    std::string_view view = bytes;
    PageTree other(policy_.compiled());
    ASSERT_TRUE(other.Restore(view));
    ASSERT_EQ(view, "rest");
    // The new one has no answers that it could remember.
    for (const auto& [id, node] : model_.by_id) {
      const bool inside = other.InKeypad(other.Find(id));
      ASSERT_EQ(tree_.InKeypad(tree_.Find(id)), inside) << id;
      in_keypad_ += inside ? 1 : 0;
    }
    tree_ = std::move(other);
  }

  void TaintOne() {
    Model::Node& node = Some();
    tree_.Taint(tree_.Find(node.id));
    node.flags |= Model::kSensitivity;
    model_.RefreshAll();
  }

  void Security() {
    const std::string list = random_.Pick({"div > input.d", ".k, x-field:focus"});
    tree_.AddSensitiveSelectors(list);
    for (const std::string_view text :
         list[0] == 'd' ? std::vector<std::string_view>{"input.d"}
                        : std::vector<std::string_view>{".k", "x-field"}) {
      EXPECT_EQ(Selector::Parse(text, model_.security.emplace_back()), "");
    }
    model_.RefreshAll();
  }

  void StartOver() {
    if (random_.OneIn(2)) {
      tree_.BeginPage();
      model_.BeginPage();
      next_id_ = 1;
    } else {
      tree_.BeginSnapshot();
      model_.BeginSnapshot();
      next_id_ = std::max(1, next_id_ - 40);
    }
    NewRoot();
  }

  Random random_;
  Policy policy_;
  Model model_;
  int32_t next_id_ = 1;
  int32_t root_id_ = 0;
  int in_keypad_ = 0;
  PageTree tree_;
};

TEST(PageTreeRandomTest, AgreesWithTheModel) {
  int in_keypad = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    Driver driver(seed);
    for (int i = 0; i < 500; ++i) {
      driver.Step();
      driver.Check();
      ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << " step " << i;
    }
    in_keypad += driver.in_keypad();
  }
  EXPECT_GT(in_keypad, 20);
}

}  // namespace
}  // namespace footfall::capture
