#include "capture/cleaner.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "capture/text_scan.h"
#include "capture/url.h"
#include "tests/capture/support.h"

namespace footfall::capture {
namespace {

std::string Scanned(const std::string& text) {
  const Policy policy;
  Cleaner cleaner(policy.compiled());
  return std::string(cleaner.Scan(text));
}

// Pieces of what the scanners look for, and of ordinary words.
std::string RandomText(std::mt19937& random, size_t size) {
  static const std::vector<std::string> kPieces = {
      "AKIA",     "ABCDEFGH", "eyJ",   ".",         "-",      "_",
      "sk_live_", "ghp_",     "xoxb-", "b",         "Basic ", "QWxhZGRpbjpvcGVu",
      "bearer ",  "a1b2c3",   " ",     "0",         "7",      "42",
      "+33",      "tel ",     "@",     "a.example", "%40",    ":",
      "https://", "?q",       "/",     "ana",       "save",   "x9",
      "\xC3\xA9", "SSN ",     "\t"};
  std::string text;
  while (text.size() < size) text += kPieces[random() % kPieces.size()];
  text.resize(size);
  return text;
}

TEST(CleanerTest, WhatIsPlainHasNothingToFind) {
  std::mt19937 random(11);
  int plain = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = RandomText(random, random() % 26);
    if (!Cleaner::IsPlain(text)) continue;
    ++plain;
    ASSERT_EQ(Scanned(text), text);
  }
  EXPECT_GT(plain, 20'000);
}

TEST(CleanerTest, OrdinaryTextsArePlain) {
  for (const std::string_view text : {"", "Save", "Settings 1085", "link-brandt-401",
                                      "button-lindqvist-12", "page_view", "starter"}) {
    EXPECT_TRUE(Cleaner::IsPlain(text)) << text;
  }
  for (const std::string_view text :
       {"a@b.example", "+33 6 12 34", "123456", "Basic QWxhZGRpbg",
        "AKIAABCDEFGHIJKLMNOP", "see https://x", "/path?q=1", "ana%40b.example",
        "a text of many words"
        " and more"}) {
    EXPECT_FALSE(Cleaner::IsPlain(text)) << text;
  }
}

// A URL that is passed on without a scan has nothing in it that a scan would find.
TEST(CleanerTest, AFilteredUrlHasNothingToFind) {
  std::mt19937 random(12);
  Arena arena;
  RuleCounts counts;
  int same = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string url = "https://a.example/" + RandomText(random, random() % 50);
    arena.Reset();
    const std::string once(FilterUrl(url, {}, arena, counts));
    same += once == url ? 1 : 0;
    ASSERT_EQ(std::string(ScanText(once, arena, counts)), once) << url;
  }
  EXPECT_GT(same, 2'000);
}

// Long texts are looked at many bytes at a time.
TEST(CleanerTest, WritesEscapesWhereverTheyStand) {
  for (const size_t size : {1, 7, 8, 15, 16, 40, 255, 256, 300}) {
    for (const auto& [c, escape] :
         std::vector<std::pair<char, std::string>>{{'"', "\\\""},
                                                   {'\\', "\\\\"},
                                                   {'\n', "\\n"},
                                                   {'\0', "\\u0000"},
                                                   {'\x1f', "\\u001f"},
                                                   {' ', " "},
                                                   {'\x7f', "\x7f"}}) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, 'x');
        text[at] = c;
        std::string out;
        AppendJsonText(out, text);
        std::string want("\"");
        want.append(at, 'x').append(escape).append(size - at - 1, 'x').append("\"");
        EXPECT_EQ(out, want) << size << " " << at;
      }
    }
  }
  std::string out;
  AppendJsonText(out, std::string(300, '"'));
  EXPECT_EQ(out.size(), 602u);
  out.clear();
  std::string letters;
  for (int i = 0; i < 200; ++i) letters += "\u00e9";
  AppendJsonText(out, letters);
  EXPECT_EQ(out, std::string("\"").append(letters).append("\""));
}

TEST(CleanerTest, NamesThePlaceOfAProperty) {
  struct Trace : RuleTrace {
    std::vector<std::string> places;
    void OnRule(Rule, std::string_view place) override { places.emplace_back(place); }
  };
  const Policy policy;
  Cleaner cleaner(policy.compiled());
  Trace trace;
  cleaner.SetTrace(&trace);
  for (const std::string_view key : {"card", "my key", "ana@b.example"}) {
    cleaner.AtProperty(key);
    EXPECT_EQ(cleaner.Text("ana@b.example"), "***");
  }
  EXPECT_EQ(trace.places,
            (std::vector<std::string>{"properties.card", "properties", "properties"}));
  EXPECT_TRUE(cleaner.changed());
  cleaner.BeginEvent();
  EXPECT_FALSE(cleaner.changed());
}

}  // namespace
}  // namespace footfall::capture
