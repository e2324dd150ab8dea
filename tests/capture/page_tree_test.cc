#include "capture/page_tree.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/policy.h"

namespace footfall::capture {
namespace {

using Ref = PageTree::Ref;
using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// A page with a document (1) and a body (2).
class Page {
 public:
  explicit Page(std::string_view policy = "{}") : policy_(Parse(policy)) { Start(); }

  static Policy Parse(std::string_view json) {
    Policy policy;
    PolicyError error;
    EXPECT_TRUE(Policy::Parse(json, policy, error)) << error.message;
    return policy;
  }

  void Start() {
    tree.Insert(1, NodeKind::kDocument, PageTree::kNone, PageTree::kNone, false);
    Add(2, 1, "body");
    next_id = 3;
  }

  Ref Add(int32_t id, int32_t parent, std::string_view tag, Attributes attributes = {},
          bool shadow = false) {
    const Ref ref =
        tree.Insert(id, NodeKind::kElement, tree.Find(parent), PageTree::kNone, shadow);
    tree.SetTag(ref, tag);
    for (const auto& [name, value] : attributes) tree.SetAttribute(ref, name, value);
    tree.Judge(ref);
    return ref;
  }
  // In the body, or inside `parent`; the new node's id.
  int32_t Put(std::string_view tag, Attributes attributes = {}, int32_t parent = 2) {
    Add(next_id, parent, tag, attributes);
    return next_id++;
  }
  int32_t Text(int32_t parent) {
    tree.Insert(next_id, NodeKind::kText, tree.Find(parent), PageTree::kNone, false);
    return next_id++;
  }
  uint32_t Set(int32_t id, std::string_view name, std::string_view value) {
    tree.SetAttribute(tree.Find(id), name, value);
    return tree.Judge(tree.Find(id));
  }
  uint32_t Unset(int32_t id, std::string_view name) {
    tree.RemoveAttribute(tree.Find(id), name);
    return tree.Judge(tree.Find(id));
  }
  void Remove(int32_t id) { tree.Remove(tree.Find(id)); }
  bool Is(int32_t id, uint32_t flags) const {
    return (tree.flags(tree.Find(id)) & flags) == flags;
  }
  bool Sensitive(std::string_view tag, Attributes attributes) {
    return Is(Put(tag, attributes), kNodeSensitive);
  }

 private:
  Policy policy_;

 public:
  PageTree tree{policy_.compiled()};
  int32_t next_id = 3;
};

TEST(PageTreeTest, TagsAreReadInAnyCase) {
  EXPECT_EQ(TagOf("INPUT"), Tag::kInput);
  EXPECT_EQ(TagOf("input"), Tag::kInput);
  EXPECT_EQ(TagOf("noscript"), Tag::kNoscript);
  EXPECT_EQ(TagOf("x-input"), Tag::kCustom);
  EXPECT_EQ(TagOf("h1"), Tag::kPlain);
  EXPECT_EQ(TagOf("div"), Tag::kOther);
  EXPECT_EQ(TagOf(""), Tag::kOther);
}

TEST(PageTreeTest, KeepsTheStructure) {
  Page page;
  const int32_t a = page.Put("div");
  const int32_t b = page.Put("div");
  const int32_t inner = page.Put("p", {}, a);
  PageTree& tree = page.tree;
  tree.Insert(50, NodeKind::kText, tree.Find(2), tree.Find(b), false);
  EXPECT_EQ(tree.node_count(), 6u);
  EXPECT_EQ(tree.first_child(tree.Find(2)), tree.Find(a));
  EXPECT_EQ(tree.next(tree.Find(a)), tree.Find(50));
  EXPECT_EQ(tree.next(tree.Find(50)), tree.Find(b));
  EXPECT_EQ(tree.next(tree.Find(b)), PageTree::kNone);
  EXPECT_EQ(tree.parent(tree.Find(inner)), tree.Find(a));
  EXPECT_EQ(tree.kind(tree.Find(50)), NodeKind::kText);
  tree.Remove(tree.Find(a));
  EXPECT_EQ(tree.Find(a), PageTree::kNone);
  EXPECT_EQ(tree.Find(inner), PageTree::kNone);
  EXPECT_EQ(tree.first_child(tree.Find(2)), tree.Find(50));
  EXPECT_EQ(tree.node_count(), 4u);
}

TEST(PageTreeTest, RefusesWhatHasNoPlace) {
  Page page;
  PageTree& tree = page.tree;
  const auto insert = [&tree](int32_t id, NodeKind kind, Ref parent) {
    return tree.Insert(id, kind, parent, PageTree::kNone, false);
  };
  EXPECT_EQ(insert(0, NodeKind::kText, tree.Find(2)), PageTree::kNone);
  EXPECT_EQ(insert(-1, NodeKind::kText, tree.Find(2)), PageTree::kNone);
  EXPECT_EQ(insert(9, NodeKind::kElement, PageTree::kNone), PageTree::kNone);
  EXPECT_EQ(insert(9, NodeKind::kElement, 4000), PageTree::kNone);
  EXPECT_EQ(tree.Find(-1), PageTree::kNone);
  EXPECT_EQ(tree.node_count(), 2u);
  // A node cannot stand inside itself.
  const int32_t div = page.Put("div");
  const int32_t inner = page.Put("p", {}, div);
  EXPECT_EQ(insert(div, NodeKind::kElement, tree.Find(inner)), PageTree::kNone);
  EXPECT_EQ(tree.node_count(), 2u);
  // An id that stands already is taken over.
  const int32_t old = page.Put("div");
  EXPECT_NE(insert(old, NodeKind::kText, tree.Find(2)), PageTree::kNone);
  EXPECT_EQ(tree.node_count(), 3u);
  EXPECT_EQ(tree.kind(tree.Find(old)), NodeKind::kText);
}

TEST(PageTreeTest, StopsAtItsBound) {
  Page page;
  PageTree& tree = page.tree;
  Ref ref = tree.Find(2);
  int32_t id = 3;
  // As deep as it gets, which nothing may recurse into.
  for (; tree.node_count() < PageTree::kNodesMax; ++id) {
    ref = tree.Insert(id, NodeKind::kElement, ref, PageTree::kNone, false);
    ASSERT_NE(ref, PageTree::kNone);
  }
  EXPECT_EQ(tree.Insert(id, NodeKind::kElement, ref, PageTree::kNone, false),
            PageTree::kNone);
  page.Set(2, "class", "rr-block");
  EXPECT_EQ(tree.flags(ref) & kNodeHidden, kNodeHidden);
  page.Remove(3);
  EXPECT_EQ(tree.node_count(), 2u);
}

TEST(PageTreeTest, SensitiveByWhatItIs) {
  Page page;
  EXPECT_TRUE(page.Sensitive("input", {{"type", "PassWord "}}));
  EXPECT_TRUE(page.Sensitive("input", {{"data-rr-is-password", "true"}}));
  for (const char* token : {"current-password", "new-password", "one-time-code",
                            "shipping cc-number", "CC-CSC"}) {
    EXPECT_TRUE(page.Sensitive("input", {{"autocomplete", token}})) << token;
  }
  EXPECT_TRUE(page.Sensitive("input", {{"name", "userPin"}}));
  EXPECT_TRUE(page.Sensitive("textarea", {{"id", "iban-2"}}));
  EXPECT_TRUE(page.Sensitive("span", {{"id", "csrf-token"}}));
  EXPECT_TRUE(page.Sensitive("h1", {{"id", "otp"}, {"contenteditable", ""}}));
  EXPECT_FALSE(page.Sensitive("input", {{"type", "email"}, {"name", "email"}}));
  EXPECT_FALSE(page.Sensitive("input", {{"name", "shipping"}}));
  EXPECT_FALSE(page.Sensitive("input", {{"autocomplete", "username"}}));
  EXPECT_FALSE(page.Sensitive("a", {{"id", "reset-password"}}));
  EXPECT_FALSE(page.Sensitive("button", {{"name", "password"}}));
  EXPECT_FALSE(page.Sensitive("input", {{"type", "submit"}, {"name", "password"}}));
  EXPECT_FALSE(page.Sensitive("input", {{"aria-label", "password"}}));
}

TEST(PageTreeTest, ANameOfNoFieldSaysNothingOfTheElementsInside) {
  Page page;
  for (const char* tag : {"div", "td", "iframe", "ul", "style"}) {
    const int32_t list = page.Put(tag, {{"id", "token-list"}});
    EXPECT_TRUE(page.Is(list, kNodeSensitive)) << tag;
    EXPECT_TRUE(page.Is(page.Text(list), kNodeSensitive)) << tag;
    const int32_t item = page.Put("li", {}, list);
    EXPECT_FALSE(page.Is(item, kNodeSensitive)) << tag;
    EXPECT_FALSE(page.Is(page.Text(item), kNodeSensitive)) << tag;
  }
  const int32_t frame = page.Put("iframe", {{"name", "password"}});
  page.tree.Insert(100, NodeKind::kDocument, page.tree.Find(frame), PageTree::kNone,
                   false);
  EXPECT_FALSE(page.Is(100, kNodeSensitive));
}

TEST(PageTreeTest, SecretsOfFieldsReachEverythingInside) {
  Page page;
  for (const int32_t id :
       {page.Put("div", {{"id", "pin"}, {"role", "textbox"}}),
        page.Put("div", {{"id", "pin"}, {"contenteditable", ""}}),
        page.Put("select", {{"name", "pin"}}), page.Put("x-pin", {{"name", "pin"}}),
        page.Put("div", {{"style", "-webkit-text-security: disc"}}),
        page.Put("div", {{"autocomplete", "cc-number"}})}) {
    const int32_t inner = page.Put("span", {}, id);
    EXPECT_TRUE(page.Is(inner, kNodeSensitive)) << id;
    EXPECT_TRUE(page.Is(page.Text(inner), kNodeSensitive)) << id;
  }
  // Part of a field, and an element that becomes one.
  const int32_t editor = page.Put("div", {{"contenteditable", ""}});
  const int32_t part = page.Put("p", {{"id", "pin"}}, editor);
  EXPECT_TRUE(page.Is(page.Put("b", {}, part), kNodeSensitive));
  const int32_t late = page.Put("div", {{"id", "pin"}});
  const int32_t inner = page.Put("b", {}, late);
  EXPECT_FALSE(page.Is(inner, kNodeSensitive));
  page.Set(late, "contenteditable", "");
  EXPECT_TRUE(page.Is(inner, kNodeSensitive));
  // How far it reaches is kept with it.
  const int32_t box = page.Put("div");
  page.tree.Taint(page.tree.Find(box));
  page.tree.BeginSnapshot();
  page.Start();
  page.Add(box, 2, "div");
  EXPECT_TRUE(page.Is(page.Put("b", {}, box), kNodeSensitive));
}

TEST(PageTreeTest, SensitiveByStyle) {
  Page page;
  for (const char* style :
       {"-webkit-text-security: disc", "color:red;-WEBKIT-TEXT-SECURITY:circle",
        "-Webkit-tExT-sEcUrItY:disc", "-webkit-text-securit\\79 : disc",
        "-webkit-text-/**/security/* */: /**/disc",
        "-webkit-text-security: none; -webkit-text-security: var(--x)",
        R"({"-webkit-text-security":"square"})"}) {
    EXPECT_TRUE(page.Sensitive("div", {{"style", style}})) << style;
  }
  for (const char* style : {"", "color: red", "-webkit-text-security: none",
                            "-webkit-text-security:/* */NONE", "text-align: left"}) {
    EXPECT_FALSE(page.Sensitive("div", {{"style", style}})) << style;
  }
}

TEST(PageTreeTest, SensitiveStaysThroughChangeAndMove) {
  Page page;
  const int32_t field = page.Put("input", {{"type", "password"}});
  page.Set(field, "type", "text");
  EXPECT_TRUE(page.Is(field, kNodeSensitive));
  page.Remove(field);
  page.tree.BeginMutation();
  const int32_t form = page.Put("form");
  page.Add(field, form, "input", {{"type", "text"}});
  EXPECT_TRUE(page.Is(field, kNodeSensitive));
  // A checkout keeps ids.
  page.tree.BeginSnapshot();
  EXPECT_EQ(page.tree.node_count(), 0u);
  page.Start();
  page.Add(field, 2, "input");
  EXPECT_TRUE(page.Is(field, kNodeSensitive));
  // Another page does not.
  page.tree.BeginPage();
  page.Start();
  page.Add(field, 2, "input");
  EXPECT_FALSE(page.Is(field, kNodeSensitive));
}

TEST(PageTreeTest, TaintReachesWhatIsInside) {
  Page page;
  const int32_t box = page.Put("div");
  const int32_t text = page.Text(box);
  const int32_t beside = page.Put("div");
  page.tree.Taint(page.tree.Find(box));
  EXPECT_TRUE(page.Is(text, kNodeSensitive));
  EXPECT_FALSE(page.Is(beside, kNodeSensitive));
}

TEST(PageTreeTest, AFieldTakesOverFromTheOneItReplaces) {
  Page page;
  const int32_t form = page.Put("form");
  const int32_t other_form = page.Put("form");
  const int32_t city = page.Put("input", {{"name", "city"}}, form);
  const int32_t secret = page.Put("input", {{"type", "password"}}, form);
  page.tree.BeginMutation();
  page.Remove(secret);
  page.Remove(city);
  const int32_t swapped = page.Put("input", {{"type", "text"}}, form);
  const int32_t elsewhere = page.Put("input", {{"type", "text"}}, other_form);
  const int32_t words = page.Put("p", {}, form);
  page.Add(city, form, "input", {{"name", "city"}});
  EXPECT_TRUE(page.Is(swapped, kNodeSensitive));
  EXPECT_FALSE(page.Is(elsewhere, kNodeSensitive));
  EXPECT_FALSE(page.Is(words, kNodeSensitive));
  EXPECT_FALSE(page.Is(city, kNodeSensitive)) << "it was only moved";
  page.tree.BeginMutation();
  EXPECT_FALSE(page.Is(page.Put("input", {}, form), kNodeSensitive));
}

TEST(PageTreeTest, AFieldTakesOverInAReplacedWrapper) {
  Page page;
  const int32_t wrapper = page.Put("div");
  page.Put("input", {{"type", "password"}}, wrapper);
  page.tree.BeginMutation();
  page.Remove(wrapper);
  const int32_t next = page.Put("div");
  EXPECT_TRUE(page.Is(page.Put("input", {}, next), kNodeSensitive));
  const int32_t deeper = page.Put("div", {}, next);
  EXPECT_FALSE(page.Is(page.Put("input", {}, deeper), kNodeSensitive));
}

TEST(PageTreeTest, AFieldTakesOverByItsNames) {
  Page page;
  page.Put("input", {{"type", "password"}, {"id", "f1"}, {"name", "k"}});
  EXPECT_TRUE(page.Sensitive("input", {{"id", "f1"}}));
  EXPECT_TRUE(page.Sensitive("input", {{"name", "k"}}));
  EXPECT_TRUE(page.Sensitive("x-field", {{"name", "k"}}));
  EXPECT_FALSE(page.Sensitive("input", {{"id", "k"}}));
  EXPECT_FALSE(page.Sensitive("input", {{"name", "other"}}));
  EXPECT_FALSE(page.Sensitive("div", {{"id", "f1"}}));
  // The name may come to a sensitive field later, and outlives it.
  const int32_t late = page.Put("input", {{"type", "password"}});
  page.Set(late, "name", "late");
  page.Remove(late);
  page.tree.BeginSnapshot();
  page.Start();
  EXPECT_TRUE(page.Sensitive("input", {{"name", "late"}}));
}

TEST(PageTreeTest, BoxesOfOneCharacterInARow) {
  Page page;
  const auto box = [&page](int32_t parent, std::string_view type) {
    return page.Put("input", {{"maxlength", "1"}, {"type", type}}, parent);
  };
  const int32_t row = page.Put("div");
  const int32_t first = box(row, "text");
  EXPECT_FALSE(page.Is(first, kNodeSensitive)) << "one alone";
  page.Put("span", {}, row);
  const int32_t second = box(row, "tel");
  EXPECT_TRUE(page.Is(first, kNodeSensitive));
  EXPECT_TRUE(page.Is(second, kNodeSensitive));
  // Each in a wrapper of its own.
  const int32_t cells = page.Put("div");
  const int32_t one = box(page.Put("div", {}, cells), "number");
  page.Put("hr", {}, cells);
  const int32_t two = box(page.Put("div", {}, cells), "number");
  EXPECT_TRUE(page.Is(one, kNodeSensitive));
  EXPECT_TRUE(page.Is(two, kNodeSensitive));
}

TEST(PageTreeTest, OtherBoxesAreNoRow) {
  Page page;
  const int32_t alone = page.Put("input", {{"maxlength", "1"}, {"inputmode", "numeric"}});
  page.Put("input", {{"maxlength", "2"}});
  page.Put("input", {{"maxlength", "1"}, {"type", "checkbox"}});
  page.Put("input", {{"maxlength", "1"}, {"list", "l"}});
  page.Put("input", {{"maxlength", "1"}}, page.Put("p"));
  EXPECT_FALSE(page.Is(alone, kNodeSensitive));
}

TEST(PageTreeTest, StyleRulesThatHideWhatIsTyped) {
  Page page;
  const int32_t field = page.Put("input", {{"class", "masked big"}});
  const int32_t other = page.Put("input", {{"class", "big"}});
  page.tree.AddSensitiveSelectors("form > .masked:not(:focus), x-code::before");
  EXPECT_TRUE(page.Is(field, kNodeSensitive));
  EXPECT_FALSE(page.Is(other, kNodeSensitive));
  EXPECT_TRUE(page.Sensitive("x-code", {}));
  page.tree.AddSensitiveSelectors("[data-kind^='a,b' i]");
  EXPECT_TRUE(page.Sensitive("input", {{"data-kind", "zzz"}}));
  page.tree.AddSensitiveSelectors("input[type=tel]");
  EXPECT_TRUE(page.Sensitive("input", {{"type", "TEL"}}));
  EXPECT_FALSE(page.Sensitive("input", {{"type", "text"}}));
  EXPECT_FALSE(page.Is(other, kNodeSensitive));
  // One that may be any element.
  page.tree.AddSensitiveSelectors("form *");
  EXPECT_TRUE(page.Is(other, kNodeSensitive));
  EXPECT_FALSE(page.Sensitive("div", {}));
}

TEST(PageTreeTest, UnreadableStyleRulesMakeEveryFieldSensitive) {
  for (const char* list : {"", "a,", "[x", "a:is(.b", "&", ".a\\", "%%", ":focus"}) {
    Page page;
    const int32_t field = page.Put("textarea");
    page.tree.AddSensitiveSelectors(list);
    EXPECT_TRUE(page.Is(field, kNodeSensitive)) << list;
  }
}

TEST(PageTreeTest, WhatTakesText) {
  Page page;
  const auto takes = [&page](std::string_view tag, Attributes attributes = {}) {
    return page.Is(page.Put(tag, attributes), kNodeTakesText);
  };
  for (const char* tag :
       {"input", "TEXTAREA", "select", "option", "optgroup", "datalist", "output"}) {
    EXPECT_TRUE(takes(tag)) << tag;
  }
  for (const char* role : {"textbox", "searchbox", "combobox", "none spinbutton"}) {
    EXPECT_TRUE(takes("div", {{"role", role}})) << role;
  }
  for (const char* value : {"", "true", "plaintext-only"}) {
    EXPECT_TRUE(takes("div", {{"contenteditable", value}})) << value;
  }
  EXPECT_TRUE(takes("input", {{"type", "checkbox"}}));
  EXPECT_FALSE(takes("input", {{"type", "submit"}}));
  EXPECT_FALSE(takes("div", {{"role", "button"}}));
  EXPECT_FALSE(takes("div", {{"contenteditable", "false"}}));
  EXPECT_FALSE(takes("button"));
  EXPECT_FALSE(takes("x-field"));
}

TEST(PageTreeTest, AnIslandIsPartOfItsEditableRegion) {
  Page page;
  const int32_t region = page.Put("div", {{"contenteditable", "true"}});
  const int32_t text = page.Text(page.Put("p", {}, region));
  const int32_t island = page.Put("span", {{"contenteditable", "false"}}, region);
  EXPECT_TRUE(page.Is(text, kNodeTakesText | kNodeTakesKeys));
  EXPECT_TRUE(page.Is(island, kNodeTakesText));
  EXPECT_TRUE(page.Is(page.Text(island), kNodeTakesText));
  // What was typed stays what it is when the region is closed.
  page.Set(region, "contenteditable", "false");
  EXPECT_TRUE(page.Is(text, kNodeTakesText));
}

TEST(PageTreeTest, WhatTakesKeys) {
  Page page;
  for (const char* tag : {"input", "textarea", "iframe", "object", "embed", "x-field"}) {
    EXPECT_TRUE(page.Is(page.Put(tag), kNodeTakesKeys)) << tag;
  }
  EXPECT_TRUE(page.Is(page.Put("input", {{"type", "button"}}), kNodeTakesKeys));
  EXPECT_FALSE(page.Is(page.Put("div"), kNodeTakesKeys));
  EXPECT_FALSE(page.Is(page.Put("p", {}, page.Put("x-list")), kNodeTakesKeys));
}

TEST(PageTreeTest, ClassesOfTheRecorder) {
  Page page;
  const int32_t blocked = page.Put("div", {{"class", "x rr-block"}});
  const int32_t masked = page.Put("div", {{"class", "rr-mask"}});
  const int32_t ignored = page.Put("input", {{"class", "rr-ignore"}});
  const int32_t other = page.Put("div", {{"class", "rr-blocked xrr-mask"}});
  EXPECT_TRUE(page.Is(blocked, kNodeCensored));
  EXPECT_FALSE(page.Is(blocked, kNodeHidden));
  const int32_t inner = page.Put("p", {}, blocked);
  EXPECT_TRUE(page.Is(inner, kNodeHidden));
  EXPECT_FALSE(page.Is(inner, kNodeCensored));
  EXPECT_TRUE(page.Is(page.Text(inner), kNodeHidden));
  EXPECT_TRUE(page.Is(page.Text(masked), kNodeMasked));
  EXPECT_TRUE(page.Is(ignored, kNodeIgnored));
  EXPECT_EQ(page.tree.flags(page.tree.Find(other)), 0u);
}

TEST(PageTreeTest, NothingInsideAScriptIsShown) {
  Page page;
  EXPECT_TRUE(page.Is(page.Text(page.Put("script")), kNodeHidden));
  EXPECT_TRUE(page.Is(page.Text(page.Put("NoScript")), kNodeHidden));
  EXPECT_FALSE(page.Is(page.Text(page.Put("style")), kNodeHidden));
}

TEST(PageTreeTest, CensorshipCrossesShadowRootsAndDocuments) {
  Page page(R"({"censor":[{"selector":".a p"}],"mask":[{"class":"m"}]})");
  const int32_t host = page.Put("x-card", {{"class", "a m"}});
  page.Add(100, host, "p", {}, true);
  EXPECT_FALSE(page.Is(100, kNodeCensored)) << "combinators stop at the shadow root";
  EXPECT_TRUE(page.Is(100, kNodeMasked));
  page.Add(101, host, "p");
  EXPECT_TRUE(page.Is(101, kNodeCensored));
  const int32_t frame = page.Put("iframe", {{"class", "rr-block a"}});
  page.tree.Insert(102, NodeKind::kDocument, page.tree.Find(frame), PageTree::kNone,
                   false);
  page.Add(103, 102, "p");
  EXPECT_TRUE(page.Is(102, kNodeHidden));
  EXPECT_TRUE(page.Is(103, kNodeHidden));
  EXPECT_FALSE(page.Is(103, kNodeCensored));
}

TEST(PageTreeTest, SelectorsLookAtAncestorsAsTheyChange) {
  Page page(R"({"censor":[{"selector":".card > div [data-private]"}]})");
  const int32_t card = page.Put("section");
  const int32_t div = page.Put("div", {}, card);
  const int32_t private_part = page.Put("p", {{"data-private", ""}}, div);
  const int32_t text = page.Text(private_part);
  EXPECT_FALSE(page.Is(private_part, kNodeCensored));
  EXPECT_EQ(page.Set(card, "class", "card"), 0u);
  EXPECT_TRUE(page.Is(private_part, kNodeCensored));
  EXPECT_TRUE(page.Is(text, kNodeHidden));
  page.Unset(card, "class");
  EXPECT_TRUE(page.Is(private_part, kNodeCensored)) << "it was recorded as censored";
  EXPECT_FALSE(page.Is(page.Put("p", {{"data-private", ""}}, div), kNodeCensored));
}

TEST(PageTreeTest, CensorshipHoldsThroughMovesAndSnapshots) {
  Page page;
  const int32_t box = page.Put("div", {{"class", "rr-block"}});
  const int32_t inner = page.Put("p", {}, box);
  page.Remove(box);
  page.Add(box, 2, "div");
  page.Add(inner, 2, "p");
  const int32_t unmasked = page.Put("div", {{"class", "rr-mask"}});
  page.Unset(unmasked, "class");
  const int32_t unignored = page.Put("input", {{"class", "rr-ignore"}});
  page.Unset(unignored, "class");
  for (int snapshots = 0; snapshots < 3; ++snapshots) {
    EXPECT_TRUE(page.Is(box, kNodeCensored));
    EXPECT_TRUE(page.Is(inner, kNodeHidden));
    EXPECT_TRUE(page.Is(unmasked, kNodeMasked));
    EXPECT_TRUE(page.Is(unignored, kNodeIgnored));
    page.tree.BeginSnapshot();
    page.Start();
    page.next_id = 50;
    page.Add(box, 2, "div");
    page.Add(inner, 2, "p");
    page.Add(unmasked, 2, "div");
    page.Add(unignored, 2, "input");
    EXPECT_TRUE(page.Is(page.Put("b", {}, inner), kNodeHidden));
    EXPECT_TRUE(page.Is(page.Put("b", {}, unmasked), kNodeMasked));
  }
  // Gone when the last snapshot was taken, and back after it.
  page.Remove(inner);
  page.tree.BeginSnapshot();
  page.Start();
  page.Add(inner, 2, "p");
  EXPECT_TRUE(page.Is(inner, kNodeHidden));
  page.tree.BeginPage();
  page.Start();
  page.Add(inner, 2, "p");
  EXPECT_FALSE(page.Is(inner, kNodeHidden));
}

TEST(PageTreeTest, ASnapshotJudgesAnewWhatThePageStillExplains) {
  Page page(R"({"mask":[{"class":"m"}]})");
  const int32_t box = page.Put("div", {{"class", "rr-block"}});
  const int32_t inner = page.Put("p", {}, box);
  const int32_t text = page.Text(inner);
  const int32_t masked = page.Put("p", {{"class", "m"}});
  const int32_t removed = page.Put("p", {{"class", "rr-block m"}});
  page.Remove(removed);
  // After a reload other nodes have these ids.
  page.tree.BeginSnapshot();
  page.Start();
  for (const int32_t id : {box, inner, text, masked, removed}) {
    page.Add(id, 2, "div");
    EXPECT_EQ(page.tree.flags(page.tree.Find(id)), 0u) << id;
  }
}

TEST(PageTreeTest, WhatAPolicyHidStaysHiddenUntilTheNextSnapshot) {
  Page page(R"({"mask":[{"class":"m"}],"censor":[{"class":"c"}]})");
  const int32_t masked = page.Put("p", {{"class", "m"}});
  const int32_t censored = page.Put("p", {{"class", "c"}});
  const int32_t moved = page.Put("p", {}, censored);
  const int32_t later = page.Put("p", {{"class", "c"}});
  const Policy open;
  page.tree.SetPolicy(open.compiled());
  page.Remove(moved);
  page.Add(moved, 2, "p");
  page.Set(later, "class", "rr-block");
  page.Set(later, "class", "");
  EXPECT_TRUE(page.Is(masked, kNodeMasked));
  EXPECT_TRUE(page.Is(censored, kNodeCensored));
  page.tree.BeginSnapshot();
  page.Start();
  for (const int32_t id : {masked, censored, moved, later}) page.Add(id, 2, "p");
  EXPECT_FALSE(page.Is(masked, kNodeMasked));
  EXPECT_FALSE(page.Is(censored, kNodeCensored));
  EXPECT_TRUE(page.Is(moved, kNodeHidden));
  EXPECT_TRUE(page.Is(later, kNodeCensored)) << "a class had hidden it too";
}

TEST(PageTreeTest, TellsWhatIsInAShadowRoot) {
  Page page;
  const int32_t host = page.Put("x-card");
  page.Add(100, host, "p", {}, true);
  page.Add(101, 100, "b");
  page.Add(102, host, "p");
  EXPECT_TRUE(page.tree.in_shadow(page.tree.Find(100)));
  EXPECT_FALSE(page.tree.in_shadow(page.tree.Find(101))) << "its parent is the child";
  EXPECT_FALSE(page.tree.in_shadow(page.tree.Find(102)));
  page.Remove(100);
  page.Add(100, host, "p");
  EXPECT_FALSE(page.tree.in_shadow(page.tree.Find(100)));
}

TEST(PageTreeTest, TellsWhatWasCensoredSinceTheMutationBegan) {
  Page page(R"({"censor":[{"selector":".open p"}]})");
  PageTree& tree = page.tree;
  const int32_t card = page.Put("div");
  const int32_t words = page.Put("p", {}, card);
  const int32_t other = page.Put("div");
  page.Put("p", {{"class", "rr-block"}});
  EXPECT_TRUE(tree.newly_censored().empty()) << "censored from the start";
  page.Set(card, "class", "open");
  page.Set(other, "class", "rr-block");
  EXPECT_EQ(tree.newly_censored(),
            (std::vector<Ref>{tree.Find(words), tree.Find(other)}));
  page.Set(card, "class", "");
  page.Set(card, "class", "open");
  EXPECT_EQ(tree.newly_censored().size(), 2u) << "once for each";
  page.Remove(words);
  page.Put("i");
  EXPECT_EQ(tree.newly_censored(), std::vector<Ref>{tree.Find(other)});
  tree.BeginMutation();
  EXPECT_TRUE(tree.newly_censored().empty());
  // One that was censored before comes back as that.
  page.Add(words, 2, "p");
  EXPECT_TRUE(page.Is(words, kNodeCensored));
  EXPECT_TRUE(tree.newly_censored().empty());
}

TEST(PageTreeTest, Allowances) {
  Page page(R"({"allow_values":[{"selector":"#s"}],
                "allow_keystrokes":[{"class":"keys"}],"mask":[{"class":"m"}]})");
  const int32_t field = page.Put("textarea", {{"id", "s"}});
  EXPECT_TRUE(page.Is(field, kNodeValueAllowed));
  EXPECT_FALSE(page.Is(field, kNodeKeysAllowed));
  EXPECT_TRUE(page.Is(page.Text(field), kNodeValueAllowed));
  EXPECT_FALSE(page.Is(page.Put("input", {{"id", "t"}}), kNodeValueAllowed));
  EXPECT_TRUE(page.Is(page.Put("div", {{"class", "keys"}}), kNodeKeysAllowed));
  const int32_t box = page.Put("div", {{"id", "s"}});
  EXPECT_FALSE(page.Is(page.Put("input", {}, box), kNodeValueAllowed));
  // What restricts wins, then and later.
  for (const Attributes attributes : {Attributes{{"id", "s"}, {"type", "password"}},
                                      Attributes{{"id", "s"}, {"class", "m"}},
                                      Attributes{{"id", "s"}, {"class", "rr-block"}},
                                      Attributes{{"id", "s"}, {"type", "hidden"}}}) {
    Page other(R"({"allow_values":[{"all":true}],"mask":[{"class":"m"}]})");
    EXPECT_FALSE(other.Is(other.Put("input", attributes), kNodeValueAllowed));
  }
  page.tree.Taint(page.tree.Find(field));
  EXPECT_FALSE(page.Is(field, kNodeValueAllowed));
  EXPECT_TRUE(page.Is(page.Put("input", {{"type", "Hidden"}}), kNodeHiddenInput));
}

TEST(PageTreeTest, AnotherPolicyJudgesAnew) {
  Page page;
  const int32_t a = page.Put("div", {{"class", "a"}, {"data-x", "1"}});
  const int32_t field = page.Put("input", {{"data-x", "1"}}, a);
  const Policy allows = Page::Parse(R"({"allow_values":[{"selector":"[data-x='1']"}]})");
  page.tree.SetPolicy(allows.compiled());
  EXPECT_FALSE(page.Is(field, kNodeValueAllowed)) << "the value was not kept";
  page.Set(field, "data-x", "1");
  EXPECT_TRUE(page.Is(field, kNodeValueAllowed));
  const Policy masks = Page::Parse(
      R"({"mask":[{"class":"a"}],"censor":[{"selector":"div[data-x='2']"}]})");
  page.tree.SetPolicy(masks.compiled());
  EXPECT_TRUE(page.Is(field, kNodeMasked));
  EXPECT_FALSE(page.Is(field, kNodeValueAllowed));
  EXPECT_TRUE(page.Is(a, kNodeCensored)) << "a value that was not kept may be any";
  const Policy open;
  page.tree.SetPolicy(open.compiled());
  EXPECT_TRUE(page.Is(field, kNodeMasked)) << "restrictions stay";
}

TEST(PageTreeTest, ValuesAreNotKeptAndMayBeAny) {
  Page page(R"({"censor":[{"selector":"div[value='secret']"}],
                "allow_values":[{"selector":"input[placeholder='x']"}]})");
  EXPECT_TRUE(page.Is(page.Put("div", {{"value", "else"}}), kNodeCensored));
  EXPECT_FALSE(page.Is(page.Put("div"), kNodeCensored));
  EXPECT_FALSE(page.Is(page.Put("input", {{"placeholder", "x"}}), kNodeValueAllowed));
}

TEST(PageTreeTest, MoreMarksThanAreKeptHideMore) {
  Page page(R"({"mask":[{"class":"z"}],"allow_values":[{"class":"z"}]})");
  std::string classes;
  for (int i = 0; i < 64; ++i) classes.append("c").append(std::to_string(i)).append(" ");
  EXPECT_FALSE(page.Is(page.Put("div", {{"class", classes}}), kNodeMasked));
  classes += "c64";
  EXPECT_TRUE(page.Is(page.Put("div", {{"class", classes}}), kNodeMasked));
}

TEST(PageTreeTest, Keypads) {
  Page page;
  PageTree& tree = page.tree;
  const int32_t outer = page.Put("div");
  const int32_t field = page.Put("input", {{"type", "password"}}, outer);
  const int32_t pad = page.Put("div", {}, outer);
  const int32_t okay = page.Put("p", {}, outer);
  const int32_t beside = page.Put("p");
  int32_t key = 0;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(tree.InKeypad(tree.Find(pad))) << i;
    key = page.Put("b", {}, pad);
    tree.SetOneDigit(tree.Find(key), true);
    tree.SetOneDigit(tree.Find(page.Text(key)), true);
  }
  for (const int32_t id : {pad, key, field, okay, outer}) {
    EXPECT_TRUE(tree.InKeypad(tree.Find(id))) << id;
  }
  EXPECT_FALSE(tree.InKeypad(tree.Find(beside)));
  tree.SetOneDigit(tree.Find(key), false);
  page.Remove(key);
  EXPECT_FALSE(tree.InKeypad(tree.Find(pad)));
}

// Answers are remembered while nothing changes that they depend on.
TEST(PageTreeTest, AnswersAboutKeypadsFollowTheTree) {
  Page page;
  PageTree& tree = page.tree;
  page.Put("div", {{"id", "token"}});
  const int32_t outer = page.Put("div");
  const int32_t pad = page.Put("div", {}, outer);
  const int32_t field = page.Put("input", {}, pad);
  const int32_t words = page.Put("p", {}, outer);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(tree.InKeypad(tree.Find(words))) << i;
    tree.SetOneDigit(tree.Find(page.Put("b", {}, pad)), true);
  }
  EXPECT_TRUE(tree.InKeypad(tree.Find(words))) << "the field may be anywhere";
  tree.Taint(tree.Find(field));
  EXPECT_FALSE(tree.InKeypad(tree.Find(words))) << "the keypad has its field";
  page.Set(field, "type", "button");
  EXPECT_TRUE(tree.InKeypad(tree.Find(words)));
  page.Remove(pad);
  EXPECT_FALSE(tree.InKeypad(tree.Find(words)));
  page.Set(outer, "class", "keypad");
  tree.SetOneDigit(tree.Find(words), true);
  EXPECT_TRUE(tree.InKeypad(tree.Find(words)));
  page.Set(outer, "class", "");
  EXPECT_FALSE(tree.InKeypad(tree.Find(words)));
}

TEST(PageTreeTest, KeypadsByName) {
  Page page;
  PageTree& tree = page.tree;
  const int32_t pad = page.Put("div", {{"class", "bank-keypad"}});
  const int32_t key = page.Put("p", {}, pad);
  EXPECT_FALSE(tree.InKeypad(tree.Find(key)));
  tree.SetOneDigit(tree.Find(key), true);
  EXPECT_TRUE(tree.InKeypad(tree.Find(key)));
  EXPECT_FALSE(tree.InKeypad(tree.Find(page.Put("p"))));
}

TEST(PageTreeTest, TenDigitsWithoutASecretAreNoKeypad) {
  Page page;
  const int32_t list = page.Put("nav");
  for (int i = 0; i < 12; ++i) {
    page.tree.SetOneDigit(page.tree.Find(page.Put("p", {}, list)), true);
  }
  EXPECT_FALSE(page.tree.InKeypad(page.tree.Find(list)));
}

TEST(PageTreeTest, ForgetsOnlyWhatIsSafeToForget) {
  Page page;
  const int32_t secret = page.Put("input", {{"type", "password"}});
  page.Remove(secret);
  const int32_t box = page.Put("div", {{"class", "rr-block"}});
  page.Remove(box);
  for (int i = 0; i < (1 << 16); ++i) page.Remove(page.Put("i", {{"class", "rr-mask"}}));
  page.tree.BeginMutation();
  page.Add(secret, 2, "input");
  EXPECT_TRUE(page.Is(secret, kNodeSensitive));
  page.Add(box, 2, "div");
  EXPECT_TRUE(page.Is(box, kNodeHidden)) << "forgotten, so anything may hold of it";
  EXPECT_EQ(page.tree.flags(page.tree.Find(page.Put("div"))), 0u);
}

TEST(PageTreeTest, TooManySecretNamesMakeEveryFieldSensitive) {
  Page page;
  const int32_t other = page.Put("textarea");
  for (int i = 0; i <= (1 << 14); ++i) {
    std::string name = "n";
    name.append(std::to_string(i));
    page.Remove(page.Put("input", {{"type", "password"}, {"name", name}}));
  }
  EXPECT_TRUE(page.Is(other, kNodeSensitive));
}

std::string Saved(const PageTree& tree) {
  std::string bytes;
  tree.Save(bytes);
  return bytes;
}

TEST(PageTreeTest, RestoreRefusesWhatIsMalformed) {
  Page page(R"({"mask":[{"class":"m"}]})");
  const int32_t form = page.Put("form", {{"class", "m wide"}});
  page.Put("input", {{"type", "password"}, {"name", "n"}}, form);
  page.Remove(page.Put("div", {{"class", "rr-block"}}));
  page.tree.AddSensitiveSelectors(".dots[type=tel]");
  const std::string whole = Saved(page.tree);
  const Policy policy;
  for (size_t size = 0; size < whole.size(); ++size) {
    PageTree tree(policy.compiled());
    std::string_view bytes = std::string_view(whole).substr(0, size);
    ASSERT_FALSE(tree.Restore(bytes)) << size;
    ASSERT_EQ(tree.node_count(), 0u);
  }
  std::mt19937 random(7);
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string changed = whole;
    for (uint32_t n = 0; n <= random() % 3; ++n) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    PageTree tree(policy.compiled());
    std::string_view bytes = changed;
    if (!tree.Restore(bytes)) {
      ++refused;
      ASSERT_EQ(tree.node_count(), 0u);
      continue;
    }
    // Whatever it holds now can be worked with.
    const Ref ref = tree.Insert(900, NodeKind::kElement, 1, PageTree::kNone, false);
    tree.SetAttribute(ref, "class", "m");
    tree.Judge(ref);
    tree.InKeypad(ref);
    tree.Remove(1);
    Saved(tree);
  }
  EXPECT_GT(refused, 1000);
  PageTree tree(policy.compiled());
  std::string_view bytes = whole;
  EXPECT_TRUE(tree.Restore(bytes));
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(Saved(tree).size(), whole.size());
}

TEST(PageTreeTest, NoTextOfThePageIsSaved) {
  Page page(R"({"mask":[{"selector":"[data-x=hunter2]"}]})");
  page.Put("input", {{"type", "password"},
                     {"value", "hunter2"},
                     {"id", "hunter2"},
                     {"data-x", "hunter2"},
                     {"class", "hunter2"}});
  EXPECT_EQ(Saved(page.tree).find("hunter2"), std::string::npos);
}

TEST(PageTreeTest, StaysSmall) {
  Page page;
  for (int i = 0; i < 5000; ++i) {
    const int32_t id = page.Put("div", {{"class", "row wide"}, {"href", "/a"}});
    page.Text(id);
  }
  EXPECT_LT(page.tree.memory_bytes(), size_t{800'000});
  // Attributes that change again and again leave nothing behind.
  for (int i = 0; i < 100'000; ++i) page.Set(3 + i % 100, "class", "a b c d e f");
  EXPECT_LT(page.tree.memory_bytes(), size_t{1'000'000});
}

TEST(PageTree, HidesWhatASrcdocHandedOver) {
  Page page;
  const int32_t frame = page.Put("iframe", {{"SRCDOC", "<p>x</p>"}});
  const int32_t inside = page.Put("p", {}, frame);
  const int32_t text = page.Text(inside);
  const auto hidden = [&page](int32_t id) {
    return (page.tree.flags(page.tree.Find(id)) & kNodeHidden) != 0;
  };
  EXPECT_FALSE(hidden(frame));
  EXPECT_TRUE(hidden(inside));
  EXPECT_TRUE(hidden(text));
  page.Unset(frame, "srcdoc");
  EXPECT_TRUE(hidden(page.Put("p", {}, frame)));

  const int32_t later = page.Put("iframe");
  const int32_t before = page.Put("p", {}, later);
  EXPECT_FALSE(hidden(before));
  page.Set(later, "srcdoc", "");
  EXPECT_TRUE(hidden(before));
  const int32_t other = page.Put("div", {{"srcdoc", "<p>x</p>"}});
  EXPECT_FALSE(hidden(page.Put("p", {}, other)));
}

}  // namespace
}  // namespace footfall::capture
