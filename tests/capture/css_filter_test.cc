#include "capture/css_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "capture/css_scan.h"
#include "capture/css_tokenizer.h"

namespace footfall::capture {
namespace {

using Type = CssTokenType;
using Tokens = std::vector<std::pair<Type, std::string>>;

Tokens Tokenize(std::string_view css) {
  Tokens tokens;
  CssTokenizer tokenizer(css);
  for (;;) {
    const CssToken token = tokenizer.Next();
    if (token.type == Type::kEnd) return tokens;
    tokens.emplace_back(token.type, css.substr(token.begin, token.end - token.begin));
  }
}

TEST(CssTokenizerTest, Names) {
  EXPECT_EQ(Tokenize("a --b -c _d \\31 x #1e @m f("), (Tokens{{Type::kIdent, "a"},
                                                              {Type::kSpace, " "},
                                                              {Type::kIdent, "--b"},
                                                              {Type::kSpace, " "},
                                                              {Type::kIdent, "-c"},
                                                              {Type::kSpace, " "},
                                                              {Type::kIdent, "_d"},
                                                              {Type::kSpace, " "},
                                                              {Type::kIdent, "\\31 x"},
                                                              {Type::kSpace, " "},
                                                              {Type::kHash, "#1e"},
                                                              {Type::kSpace, " "},
                                                              {Type::kAtKeyword, "@m"},
                                                              {Type::kSpace, " "},
                                                              {Type::kFunction, "f("}}));
  EXPECT_EQ(Tokenize("#{@1\\\n"), (Tokens{{Type::kDelim, "#"},
                                          {Type::kDelim, "{"},
                                          {Type::kDelim, "@"},
                                          {Type::kNumber, "1"},
                                          {Type::kDelim, "\\"},
                                          {Type::kSpace, "\n"}}));
}

TEST(CssTokenizerTest, Numbers) {
  EXPECT_EQ(Tokenize("1+.5-2e3px%4%"), (Tokens{{Type::kNumber, "1"},
                                               {Type::kNumber, "+.5"},
                                               {Type::kDimension, "-2e3px"},
                                               {Type::kDelim, "%"},
                                               {Type::kPercentage, "4%"}}));
  EXPECT_EQ(Tokenize("1.a"),
            (Tokens{{Type::kNumber, "1"}, {Type::kDelim, "."}, {Type::kIdent, "a"}}));
}

TEST(CssTokenizerTest, StringsAndComments) {
  EXPECT_EQ(Tokenize("'a\\'b'\"c\n/*d*/<!---->"), (Tokens{{Type::kString, "'a\\'b'"},
                                                          {Type::kBadString, "\"c"},
                                                          {Type::kSpace, "\n"},
                                                          {Type::kComment, "/*d*/"},
                                                          {Type::kCdo, "<!--"},
                                                          {Type::kCdc, "-->"}}));
  for (const std::string_view open : {"'a", "\"a\\", "/*a", "/*/", "url(a", "url("}) {
    EXPECT_FALSE(CssTokenizer(open).Next().closed) << open;
  }
}

TEST(CssTokenizerTest, Urls) {
  const std::string_view css = "URL( a\\)b )";
  const CssToken token = CssTokenizer(css).Next();
  EXPECT_EQ(token.type, Type::kUrl);
  EXPECT_EQ(token.text, "a\\)b");
  EXPECT_TRUE(token.escaped);
  EXPECT_TRUE(token.closed);
  EXPECT_EQ(token.end, css.size());
  EXPECT_EQ(CssTokenizer("u\\72 l(a)").Next().type, Type::kUrl);
  EXPECT_EQ(CssTokenizer("\\000075\\000072\\00006c(a)").Next().type, Type::kUrl);
  EXPECT_EQ(CssTokenizer("url('a')").Next().type, Type::kFunction);
  EXPECT_EQ(CssTokenizer("urls(a)").Next().type, Type::kFunction);
  for (const std::string_view bad :
       {"url(a b)c", "url(a\"b)c", "url(a(b)c", "url(\x01)c", "url(a\\\nb)c"}) {
    const CssToken bad_token = CssTokenizer(bad).Next();
    EXPECT_EQ(bad_token.type, Type::kBadUrl) << bad;
    EXPECT_EQ(bad_token.end, bad.size() - 1) << bad;
  }
}

TEST(CssTokenizerTest, SkipsBlocks) {
  const std::string_view css = "(a[)]\")\"/*)*/url()})b";
  CssTokenizer tokenizer(css, 1);
  EXPECT_FALSE(tokenizer.SkipBlock(')'));
  EXPECT_EQ(css.substr(tokenizer.pos()), "b");
  CssTokenizer simple("(a(b)),c", 1);
  EXPECT_TRUE(simple.SkipBlock(')'));
  EXPECT_EQ(simple.pos(), 6u);
  const std::string nested = std::string(1000, '(') + std::string(1000, ')') + "a";
  CssTokenizer deep(nested, 1);
  EXPECT_FALSE(deep.SkipBlock(')'));
  EXPECT_EQ(deep.pos(), nested.size());
  EXPECT_FALSE(CssTokenizer("(a", 1).SkipBlock(')'));
}

TEST(CssTokenizerTest, Unescapes) {
  Arena arena;
  EXPECT_EQ(CssUnescape("plain", arena), "plain");
  EXPECT_EQ(CssUnescape("\\61 b\\c9x\\g\\\nh", arena), "ab\u00c9xgh");
  EXPECT_EQ(CssUnescape("\\1F600\\", arena), "\U0001F600\uFFFD");
  EXPECT_EQ(CssUnescape("\\0 \\d800 \\110000", arena), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(CssUnescape("\\\u00e9", arena), "\u00e9");
}

TEST(CssScannerTest, FindsWhatMatters) {
  // At every place relative to the blocks that it reads.
  for (size_t front = 0; front < 140; ++front) {
    for (const std::string_view what : {"{", "}", "[", "(", ";", "\"", "'", "\\", "/",
                                        "\xC3", "abcdefghij01", "4-1-1-1-1-1-"}) {
      const std::string css = std::string(front, ' ') + std::string(what) + " ";
      const size_t found = CssScanner(css).Find(0);
      // A stretch over two blocks is seen where the second begins.
      EXPECT_GE(found, front) << what;
      EXPECT_LT(found, front + what.size()) << what;
    }
    const std::string css = std::string(front, ' ') + "abcdefghijk.x-y,12:)]*@<> ";
    EXPECT_EQ(CssScanner(css).Find(0), css.size());
  }
}

class CssFilterTest : public testing::Test {
 protected:
  std::string Filter(std::string_view css) {
    counts_.Clear();
    selectors_.clear();
    const CssOptions options{"https://app.example/", nullptr, nullptr};
    return std::string(
        FilterCss(css, CssKind::kSheet, options, arena_, counts_, &selectors_));
  }
  uint32_t Count(Rule rule) const { return counts_.counts()[static_cast<size_t>(rule)]; }

  Arena arena_;
  RuleCounts counts_;
  std::vector<std::string_view> selectors_;
};

TEST_F(CssFilterTest, ReturnsWhatDoesNotChange) {
  const std::string_view css = ".a{color:red;background:url(a.png)}";
  Arena arena;
  RuleCounts counts;
  const CssOptions options{"https://app.example/", nullptr, nullptr};
  const std::string_view output = FilterCss(css, CssKind::kSheet, options, arena, counts);
  EXPECT_EQ(output.data(), css.data());
  EXPECT_EQ(output.size(), css.size());
  EXPECT_FALSE(counts.dirty());
}

TEST_F(CssFilterTest, CountsByRule) {
  Filter("a{content:'x y'}/*c*/");
  EXPECT_EQ(Count(Rule::kCss), 1u);
  EXPECT_EQ(Count(Rule::kComment), 1u);
  Filter("a{b:url(data:image/png,x)}b{c:url(//other.example/x)}");
  EXPECT_EQ(Count(Rule::kPixels), 1u);
  EXPECT_EQ(Count(Rule::kAsset), 1u);
  Filter("a{b:url(x.png?y)}.abcdefghij0123456789{}");
  EXPECT_EQ(Count(Rule::kUrlQuery), 1u);
  EXPECT_EQ(Count(Rule::kRandomToken), 1u);
}

TEST_F(CssFilterTest, DropsAddressesWherePolicyDropsUrls) {
  UrlPolicy policy;
  policy.drop = true;
  const CssOptions options{"https://app.example/", nullptr, &policy};
  EXPECT_EQ(FilterCss("a{b:url(a.png)}", CssKind::kSheet, options, arena_, counts_),
            "a{b:url(\"\")}");
  EXPECT_EQ(Count(Rule::kUrl), 1u);
}

TEST_F(CssFilterTest, ReportsSelectorsOfHiddenText) {
  using Selectors = std::vector<std::string_view>;
  Filter(".a{-webkit-text-security:disc}.b{-webkit-text-security: none}");
  EXPECT_EQ(selectors_, Selectors{".a"});
  Filter("/*x*/ .a , .b { color:red; -WEBKIT-text-security : circle !important }");
  EXPECT_EQ(selectors_, Selectors{".a , .b"});
  Filter("@media x{.a{-webkit-text-\\73 ecurity:var(--x)}}");
  EXPECT_EQ(selectors_, Selectors{".a"});
  Filter(".a{@media x{-webkit-text-security:disc}}");
  EXPECT_EQ(selectors_, Selectors{".a"});
  Filter(".a{.b{color:red}-webkit-text-security:disc}");
  EXPECT_EQ(selectors_, Selectors{".a"});
  Filter("-webkit-text-security:disc");
  EXPECT_EQ(selectors_, Selectors{""});
}

TEST_F(CssFilterTest, TakesLinearTime) {
  // A quadratic pass over these would not end within the test's time.
  for (const std::string_view part :
       {"(--a:", "[a=b", "url(", "\"", "a(", "/*", "image-set(", "{", "--a:{", "\\61",
        "font:\"", "abcdefghijklmnop", "-webkit-text-security:a", "attr(", "\n"}) {
    std::string css;
    while (css.size() < 1'000'000) css += part;
    const std::string once = Filter(css);
    EXPECT_EQ(Filter(once), once) << part;
  }
}

}  // namespace
}  // namespace footfall::capture
