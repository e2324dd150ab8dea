#include "capture/url.h"

#include <gtest/gtest.h>

#include <string>

namespace footfall::capture {
namespace {

std::string Filtered(std::string_view url, const UrlPolicy& policy = {}) {
  Arena arena;
  RuleCounts counts;
  return std::string(FilterUrl(url, policy, arena, counts));
}

TEST(UrlTest, StripsWhatMayHoldSecrets) {
  EXPECT_EQ(Filtered("https://a.example/b/c"), "https://a.example/b/c");
  EXPECT_EQ(Filtered("https://a.example?x=1#y"), "https://a.example");
  EXPECT_EQ(Filtered("https://u:p@a.example:8080/b"), "https://a.example:8080/b");
  EXPECT_EQ(Filtered("//u@a.example/b"), "//a.example/b");
  EXPECT_EQ(Filtered("https:\\\\u:p@a.example\\b"), "https:\\\\a.example\\b");
  EXPECT_EQ(Filtered("/a@b/c?d"), "/a@b/c");
  EXPECT_EQ(Filtered("mailto:a@b.example?subject=x"), "mailto:***");
  EXPECT_EQ(Filtered("DATA:text/html,x"), "");
  EXPECT_EQ(Filtered("\x01javascript:x"), "");
  EXPECT_EQ(Filtered("java\tscript:x"), "");
  EXPECT_EQ(Filtered("view-source:https://a.example"), "");
  EXPECT_EQ(Filtered(""), "");
}

TEST(UrlTest, StripsUserInfoOfUrlsInsideThePath) {
  EXPECT_EQ(Filtered("https://a.example/https://user:pw@b.example/c"),
            "https://a.example/https://b.example/c");
  EXPECT_EQ(Filtered("https://a.example/https:/user:pw@b.example/c"),
            "https://a.example/https:/b.example/c");
  EXPECT_EQ(Filtered("https://a.example//user@b.example/c"),
            "https://a.example//b.example/c");
  EXPECT_EQ(Filtered("/proxy/user:pw@b.example/c"), "/proxy/b.example/c");
  EXPECT_EQ(Filtered("https://a.example/https%3A%2F%2Fuser:pw%40b.example"),
            "https://a.example/***");
  EXPECT_EQ(Filtered("https://a.example/user%3Apw%40b.example/c"),
            "https://a.example/***/c");
  // No user info.
  for (const std::string_view url :
       {"https://a.example/@ana/1", "https://a.example/maps/@48.85,2.35,15z",
        "https://a.example/https://b.example/c", "https://a.example/a%20b/12:30"}) {
    EXPECT_EQ(Filtered(url), url);
  }
}

// Short URLs are told to be harmless in one pass; longer ones take the long way.
TEST(UrlTest, ShortAndLongUrlsAreTreatedAlike) {
  std::string pad;
  for (int i = 0; i < 16; ++i) pad += "/abc";
  for (const std::string segment :
       {"abcdefghij0123456789", "abcdefghi0123456789", "abcdefghijklmnopqrstuvwx",
        "eyJhbGciOi.x", "eyjhbgcioi.x", "a;b=c", "u:p@b", "%40:%3A", "a\\b", "?q",
        "#h"}) {
    const std::string url = "https://a.example/" + segment;
    const std::string filtered = Filtered(url);
    const std::string longer = Filtered("https://a.example" + pad + "/" + segment);
    constexpr size_t kOrigin = 17;
    EXPECT_EQ(longer.substr(kOrigin + pad.size()), filtered.substr(kOrigin)) << segment;
  }
}

TEST(UrlTest, MasksTokens) {
  EXPECT_EQ(Filtered("https://a.example/abcdefghij0123456789"), "https://a.example/***");
  EXPECT_EQ(Filtered("https://a.example/abcdefghi0123456789"),
            "https://a.example/abcdefghi0123456789");
  EXPECT_EQ(Filtered("https://a.example/01234567890123456789012345678901/x"),
            "https://a.example/***/x");
  EXPECT_EQ(Filtered("https://a.example/my%20long%20document%20name"),
            "https://a.example/my%20long%20document%20name");
  EXPECT_EQ(Filtered("https://a.example/123E4567-e89b-12d3-a456-426614174000"),
            "https://a.example/123E4567-e89b-12d3-a456-426614174000");
}

TEST(UrlTest, KeepsNamedParameters) {
  UrlPolicy policy;
  policy.keep_query = {"tab", "page size", "token"};
  EXPECT_EQ(Filtered("/a?x=1&tab=2&y&page%20size=3&token=4#z", policy),
            "/a?tab=2&page%20size=3");
  EXPECT_EQ(Filtered("/a?tab", policy), "/a?tab");
  EXPECT_EQ(Filtered("/a?tab=abcdefghij0123456789", policy), "/a?tab=***");
  policy.drop = true;
  EXPECT_EQ(Filtered("/a?tab=2", policy), "");
}

TEST(UrlTest, RecognisesUrls) {
  for (const std::string_view url : {"https://a.example", "ftp://x/y", "//a.example/x",
                                     "/a?b", "data:,x", "javascript:x y", " blob:x"}) {
    EXPECT_TRUE(LooksLikeUrl(url)) << url;
  }
  for (const std::string_view text :
       {"", "Save", "Note: call", "a/b?c", "/path", "12:30", "see https://a.example",
        "https://a.example and more"}) {
    EXPECT_FALSE(LooksLikeUrl(text)) << text;
  }
}

TEST(UrlTest, Globs) {
  EXPECT_TRUE(GlobMatches("https://*.internal/*", "https://hr.INTERNAL/a/b"));
  EXPECT_FALSE(GlobMatches("https://*.internal/*", "https://hr.internal"));
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(GlobMatches("a*b", "abc"));
  EXPECT_FALSE(GlobMatches("", "a"));
}

}  // namespace
}  // namespace footfall::capture
