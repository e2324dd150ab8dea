// What became of an element's tag and attributes is remembered for those that begin
// alike. What may change since then must still be seen.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "capture/head_cache.h"
#include "capture/recording_filter.h"

namespace footfall::capture {
namespace {

std::string Element(int id, std::string_view attributes, std::string_view children = "",
                    std::string_view tag = "div") {
  std::string json = R"({"type":2,"tagName":")";
  json.append(tag).append(R"(","attributes":{)").append(attributes);
  json.append(R"(},"childNodes":[)").append(children).append(R"(],"id":)");
  return json.append(std::to_string(id)).append("}");
}

std::string Words(int id, std::string_view words) {
  return R"({"type":3,"textContent":")" + std::string(words) + R"(","id":)" +
         std::to_string(id) + "}";
}

std::string Meta(std::string_view url) {
  return R"({"type":4,"data":{"href":")" + std::string(url) +
         "\",\"width\":9,\"height\":8},\"timestamp\":1}\n";
}

std::string Snapshot(const std::vector<std::string>& body) {
  std::string nodes;
  for (const std::string& node : body)
    nodes.append(nodes.empty() ? "" : ",").append(node);
  return R"({"type":2,"data":{"node":{"type":0,"childNodes":[)" +
         Element(2, "", Element(3, "", nodes, "body"), "html") +
         "],\"id\":1},\"initialOffset\":{\"left\":0,\"top\":0}},\"timestamp\":2}\n";
}

std::string Input(int id, std::string_view text) {
  return R"({"type":3,"data":{"source":5,"text":")" + std::string(text) +
         "\",\"isChecked\":false,\"id\":" + std::to_string(id) + "},\"timestamp\":3}\n";
}

struct Output : RecordingSink {
  std::vector<std::string> events;
  void OnRecordingEvent(std::string_view json, const InputPosition&) override {
    events.emplace_back(json);
  }
};

Policy PolicyOf(std::string_view json) {
  Policy policy;
  PolicyError error;
  EXPECT_TRUE(Policy::Parse(json, policy, error)) << error.path << error.message;
  return policy;
}

bool Holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr std::string_view kPage = "https://a.example/p";
constexpr std::string_view kPassword = R"("type":"password")";

TEST(RecordingHeadsTest, HidesWhatWasTypedSince) {
  const std::string page = Snapshot({Element(4, kPassword, "", "input"),
                                     Element(5, R"("class":"goatstapler99")"),
                                     Element(6, R"("class":"card")")});
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(Meta(kPage) + page + page + Input(4, "goatstapler99") + page + page);
  filter.Finish();
  ASSERT_EQ(output.events.size(), 5u);
  EXPECT_EQ(output.events[1] + "\n", page);
  EXPECT_EQ(output.events[2] + "\n", page);
  for (const size_t after : {3, 4}) {
    EXPECT_FALSE(Holds(output.events[after], "goatstapler99"));
    EXPECT_TRUE(Holds(output.events[after], R"("class":"***")"));
    EXPECT_TRUE(Holds(output.events[after], R"("class":"card")"));
  }
  EXPECT_EQ(filter.counters().rules.at("raw_copy"), 2u);
}

// A string that left as it was may not leave once it repeats what was typed, nor where
// another rule holds for it.
TEST(RecordingHeadsTest, StringsThatLeftBeforeAreHiddenOnceTheyAreTyped) {
  const std::string attributes =
      R"("title":"goatstapler99","class":"goatstapler99","value":"x")";
  const std::string page =
      Snapshot({Element(4, kPassword, "", "input"), Element(5, attributes, "", "p"),
                Words(6, "goatstapler99"), Words(7, "cows are kind")});
  Output output;
  RecordingFilter filter(PolicyOf(R"({"attributes":{"allow":["title"]}})"), {}, output);
  filter.Write(Meta(kPage) + page + Input(4, "cowzebra7") + page +
               Input(4, "goatstapler99") + page + page);
  filter.Finish();
  ASSERT_EQ(output.events.size(), 5u);
  for (const size_t before : {1, 2}) {
    EXPECT_TRUE(Holds(output.events[before], R"("title":"goatstapler99")"));
    EXPECT_TRUE(Holds(output.events[before], R"("class":"goatstapler99")"));
    EXPECT_TRUE(Holds(output.events[before], R"("textContent":"goatstapler99")"));
  }
  for (const size_t after : {3, 4}) {
    EXPECT_FALSE(Holds(output.events[after], "goatstapler99"));
    EXPECT_TRUE(Holds(output.events[after], "cows are kind"));
  }
}

TEST(RecordingHeadsTest, StringsThatLeftBeforeAreHiddenWhereAnotherRuleHolds) {
  // The same words as a text, as a title, in a field, as a style and as a word of a
  // closed list.
  const std::string page =
      Snapshot({Element(4, "", Words(5, "some words here")),
                Element(6, R"("class":"rr-mask")", Words(7, "some words here")),
                Element(8, "", Words(9, "some words here"), "textarea"),
                Element(10, R"("class":"content: \"words\"","value":"x")"),
                Element(11, R"("style":"content: \"words\"","value":"x")"),
                Element(12, R"("rel":"somewords","value":"x")"),
                Element(13, R"("data-theme":"somewords","value":"x")")});
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(Meta(kPage) + page);
  filter.Finish();
  ASSERT_EQ(output.events.size(), 2u);
  const std::string& out = output.events[1];
  EXPECT_TRUE(Holds(out, R"("textContent":"some words here","id":5)"));
  EXPECT_TRUE(Holds(out, R"("textContent":"***","id":7)"));
  EXPECT_TRUE(Holds(out, R"("textContent":"***","id":9)"));
  EXPECT_TRUE(Holds(out, R"("class":"content: \"words\"")"));
  EXPECT_FALSE(Holds(out, R"("style":"content: \"words\"")"));
  EXPECT_TRUE(Holds(out, R"("rel":"somewords")"));
  EXPECT_FALSE(Holds(out, R"("data-theme")"));
}

// What was typed may stand in what is left of an address only.
TEST(RecordingHeadsTest, HidesWhatStandsTogetherWhenTheRestIsGone) {
  const std::string page = Snapshot(
      {Element(4, kPassword, "", "input"),
       Element(5, R"("href":"https://a.example/p?goat=1&stapler=zebra")", "", "a")});
  Output output;
  RecordingFilter filter(PolicyOf(R"({"url":{"keep_query":["stapler"]}})"), {}, output);
  filter.Write(Meta(kPage) + page + Input(4, "/p?stapler=zebra") + page);
  filter.Finish();
  ASSERT_EQ(output.events.size(), 3u);
  EXPECT_TRUE(Holds(output.events[1], "https://a.example/p?stapler=zebra"));
  EXPECT_FALSE(Holds(output.events[2], "zebra"));
  EXPECT_TRUE(Holds(output.events[2], "https://a.example/"));
}

TEST(RecordingHeadsTest, RemembersValuesOfSensitiveFields) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(
      Meta(kPage) +
      Snapshot({Element(4, std::string(kPassword) + R"(,"value":"goatstapler99")", "",
                        "input"),
                Words(5, "it is goatstapler99"), Words(6, "hello")}));
  filter.Finish();
  ASSERT_EQ(output.events.size(), 2u);
  EXPECT_FALSE(Holds(output.events[1], "goat"));
  EXPECT_TRUE(Holds(output.events[1], "hello"));
}

TEST(RecordingHeadsTest, JudgesAddressesByThePage) {
  const std::string page =
      Snapshot({Element(4, R"x("style":"background:url(https://a.example/x.png)")x")});
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(Meta(kPage) + page + Meta("https://b.example/p") + page + Meta(kPage) +
               page);
  filter.Finish();
  ASSERT_EQ(output.events.size(), 6u);
  EXPECT_TRUE(Holds(output.events[1], "a.example/x.png"));
  EXPECT_FALSE(Holds(output.events[3], "a.example/x.png"));
  EXPECT_TRUE(Holds(output.events[5], "a.example/x.png"));
}

TEST(RecordingHeadsTest, JudgesByThePolicyOfTheEvent) {
  const std::string page =
      Snapshot({Element(4, R"("class":"card","data-x":"one")", Words(5, "inside"))});
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(page);
  filter.SetPolicy(PolicyOf(R"({"attributes":{"allow":["data-x"]}})"));
  filter.Write(page);
  filter.SetPolicy(PolicyOf(R"({"censor":[{"class":"card"}]})"));
  filter.Write(page);
  filter.SetPolicy(PolicyOf(R"({"mask":[{"selector":"[data-x=one]"}]})"));
  filter.Write(page);
  filter.Finish();
  ASSERT_EQ(output.events.size(), 4u);
  EXPECT_FALSE(Holds(output.events[0], "data-x"));
  EXPECT_TRUE(Holds(output.events[1], R"("data-x":"one")"));
  EXPECT_TRUE(Holds(output.events[1], "inside"));
  EXPECT_FALSE(Holds(output.events[2], "inside"));
  EXPECT_FALSE(Holds(output.events[2], "card"));
  EXPECT_TRUE(Holds(output.events[3], "card"));
  EXPECT_FALSE(Holds(output.events[3], "inside"));
}

// The same head inside and outside of what is masked.
TEST(RecordingHeadsTest, JudgesRestrictedElementsApart) {
  const std::string attributes = R"("class":"row","data-x":"one")";
  Output output;
  RecordingFilter filter(
      PolicyOf(R"({"attributes":{"allow":["data-x"]},"mask":[{"class":"soft"}]})"), {},
      output);
  const std::string inside = Element(6, R"("class":"soft")", Element(7, attributes));
  const std::string snapshot =
      Snapshot({Element(4, attributes), inside, Element(8, attributes)});
  filter.Write(snapshot);
  filter.Finish();
  ASSERT_EQ(output.events.size(), 1u);
  std::string expected = snapshot.substr(0, snapshot.size() - 1);
  const size_t masked = expected.find("one", expected.find("soft"));
  EXPECT_EQ(output.events[0], expected.replace(masked, 3, "***"));
}

TEST(RecordingHeadsTest, CountsEachElement) {
  const std::string attributes = R"x("title":"t","onclick":"f()","class":"row")x";
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(
      Snapshot({Element(4, attributes), Element(5, attributes), Element(6, attributes)}));
  filter.Finish();
  ASSERT_EQ(output.events.size(), 1u);
  EXPECT_EQ(output.events[0] + "\n",
            Snapshot({Element(4, R"("class":"row")"), Element(5, R"("class":"row")"),
                      Element(6, R"("class":"row")")}));
  EXPECT_EQ(filter.counters().rules.at("attribute"), 3u);
  EXPECT_EQ(filter.counters().rules.at("script"), 3u);
}

// Names that differ in nothing but case taint an element each time.
TEST(RecordingHeadsTest, TaintsWhatNamesAnAttributeTwice) {
  const std::string attributes = R"("data-q":"a","DATA-Q":"b")";
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  filter.Write(Snapshot({Element(4, attributes, Words(5, "zebra")),
                         Element(6, attributes, Words(7, "zebra")), Words(8, "hello")}));
  filter.Finish();
  ASSERT_EQ(output.events.size(), 1u);
  EXPECT_FALSE(Holds(output.events[0], "zebra"));
  EXPECT_TRUE(Holds(output.events[0], "hello"));
}

// More heads than are kept change nothing, and memory stays bounded.
TEST(RecordingHeadsTest, GoesOnWhenThereAreTooMany) {
  Output output;
  RecordingFilter filter(Policy(), {}, output);
  for (int page = 0; page < 3; ++page) {
    std::vector<std::string> body;
    for (int i = 0; i < 6000; ++i) {
      body.push_back(Element(
          10 + i, R"("class":"c)" + std::to_string(i * 3 + page) + R"(","title":"t")"));
    }
    filter.Write(Snapshot(body));
    ASSERT_EQ(output.events.size(), static_cast<size_t>(page + 1));
    for (std::string& node : body) node.erase(node.find(R"(,"title":"t")"), 12);
    EXPECT_EQ(output.events.back() + "\n", Snapshot(body));
  }
  EXPECT_EQ(filter.counters().rules.at("attribute"), 18000u);
  EXPECT_LT(filter.memory_bytes(), size_t{2} << 20);
}

TEST(HeadCacheTest, FindsTheSameBytesOnly) {
  HeadCache heads;
  const std::string one = "sixteen bytes and more";
  const std::string other = "sixteen bytes or more.";
  const HeadCache::Number number = heads.Add(one, HeadCache::HashOf(one));
  EXPECT_NE(number, HeadCache::kNone);
  EXPECT_EQ(heads.Find(one, HeadCache::HashOf(one)), number);
  // Also when the hashes are the same.
  EXPECT_EQ(heads.Find(other, HeadCache::HashOf(one)), HeadCache::kNone);
  EXPECT_EQ(heads.bytes(number), one);
  EXPECT_FALSE(heads.FindElement(number).has_value());
  EXPECT_FALSE(heads.FindVerdict(number).has_value());
  HeadCache::Verdict verdict;
  verdict.changed = true;
  verdict.json = "{}";
  const HeadCache::RuleCount counts[] = {{Rule::kScript, 2}};
  verdict.counts = counts;
  heads.SetVerdict(number, verdict);
  ASSERT_TRUE(heads.FindVerdict(number).has_value());
  EXPECT_EQ(heads.FindVerdict(number)->json, "{}");
  EXPECT_EQ(heads.FindVerdict(number)->counts.size(), 1u);
  heads.Clear();
  EXPECT_EQ(heads.Find(one, HeadCache::HashOf(one)), HeadCache::kNone);
}

}  // namespace
}  // namespace footfall::capture
