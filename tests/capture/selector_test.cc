#include "capture/selector.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace footfall::capture {
namespace {

using Unseen = Selector::Unseen;

// The nodes html > div#box.wide.a:b > form > input, the last with attributes.
bool Matches(std::string_view text, Unseen unseen = Unseen::kDoesNotMatch,
             bool or_ancestor = false) {
  Selector selector;
  EXPECT_EQ(Selector::Parse(text, selector), "") << text;
  model::Element element;
  element.type = "Email";
  element.name = "mail to";
  const std::vector<SelectorNode> nodes = {{"html", "", "", nullptr},
                                           {"DIV", "box", "wide a:b", nullptr},
                                           {"form", "1a", "", nullptr},
                                           {"input", "m", "x\ty", &element}};
  return selector.Matches(nodes, unseen, or_ancestor);
}

TEST(SelectorTest, Matches) {
  for (const std::string_view text : {"input",
                                      "INPUT",
                                      "#m",
                                      ".x",
                                      ".y",
                                      "input#m.x.y",
                                      "[type]",
                                      "[type=email]",
                                      "[TYPE='EMAIL']",
                                      "[name=\"mail to\"]",
                                      "[id=m]",
                                      "form input",
                                      "form > input",
                                      "div input",
                                      "html div > form > #m",
                                      "#box .x",
                                      ".a\\:b input",
                                      "#\\31 a > input",
                                      "html input",
                                      "div > form input"}) {
    EXPECT_TRUE(Matches(text)) << text;
  }
  for (const std::string_view text :
       {"div", "#M", ".X", "div > input", "html > form > input", "input input",
        "[name=mail]", "[name='MAIL TO']", "[autocomplete]", "[data-x]",
        "form[type] input", "#box > .x"}) {
    EXPECT_FALSE(Matches(text)) << text;
  }
}

TEST(SelectorTest, UnseenAttributesAndAncestors) {
  EXPECT_TRUE(Matches("[data-x]", Unseen::kMatches));
  EXPECT_TRUE(Matches("div[data-x] input", Unseen::kMatches));
  EXPECT_FALSE(Matches(".nope[data-x]", Unseen::kMatches));
  EXPECT_FALSE(Matches("[autocomplete=on]", Unseen::kMatches));
  EXPECT_TRUE(Matches("div", Unseen::kDoesNotMatch, true));
  EXPECT_FALSE(Matches("p", Unseen::kDoesNotMatch, true));
}

TEST(SelectorTest, SaysWhatIsWrong) {
  const auto problem = [](std::string_view text) {
    Selector selector;
    return Selector::Parse(text, selector);
  };
  EXPECT_EQ(problem(""), "the selector is empty");
  EXPECT_EQ(problem("a,b"), "selector lists are not supported; write one rule for each");
  EXPECT_EQ(problem("a + b"), "sibling combinators are not supported");
  EXPECT_EQ(problem("a:hover"), "pseudo-classes are not supported");
  EXPECT_EQ(problem("*"), "the universal selector is not supported");
  EXPECT_EQ(problem("a >"), "the selector ends with `>`");
  EXPECT_EQ(problem("[a"), "an attribute selector is not closed");
  EXPECT_EQ(problem("[a=\"x]"), "a quoted value is not closed");
  EXPECT_EQ(problem("[a^=b]"), "only [attr] and [attr=value] are supported");
  EXPECT_EQ(problem("a\\"), "an escape is not complete");
  EXPECT_EQ(problem("#1"), "unexpected character at offset 1 of the selector");
  std::string many = "a";
  for (int i = 0; i < 32; ++i) many += " a";
  EXPECT_EQ(problem(many), "more than 32 compound selectors");
}

}  // namespace
}  // namespace footfall::capture
