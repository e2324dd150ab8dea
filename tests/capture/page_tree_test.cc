#include "capture/page_tree.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/capture/page_tree_test_util.h"

namespace footfall::capture {
namespace {

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

}  // namespace
}  // namespace footfall::capture
