// What PageTree keeps over moves, snapshots, policies, processes and its bounds.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/page_tree.h"
#include "tests/capture/page_tree_test_util.h"

namespace footfall::capture {
namespace {

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

TEST(PageTreeTest, HidesWhatASrcdocHandedOver) {
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
