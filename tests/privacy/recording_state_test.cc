// The filter for recordings over the life of a page: random changes, swapped policies,
// restarts, and its bounds.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "capture/policy.h"
#include "capture/recording_filter.h"
#include "tests/privacy/random_page.h"
#include "tests/privacy/recording_notation.h"
#include "tests/privacy/recording_run.h"
#include "tests/privacy/replay_model.h"

namespace footfall::capture {
namespace {

using base::Json;

// Pages that change at random: what is censored never shows, everything else does, and
// the replay has each node where the page has it.
TEST(RecordingStateTest, RandomPages) {
  const Policy policy;
  size_t secrets = 0;
  size_t benign = 0;
  for (uint32_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    RandomPage page(seed);
    Collected result;
    RecordingFilter filter(policy, RecordingOptions(), result);
    ReplayModel model;
    for (int i = 0; i < 40 && !HasFailure(); ++i) {
      const std::string line = i % 15 == 0 ? page.Snapshot() : page.Mutate();
      const size_t before = result.events.size();
      filter.Write(line + "\n");
      for (size_t k = before; k < result.events.size(); ++k) {
        const auto json = Json::Parse(result.events[k].json);
        ASSERT_TRUE(json.ok());
        EXPECT_EQ(model.Apply(*json), "") << line << "\n" << result.events[k].json;
      }
      for (const auto& [id, children] : page.Shown()) {
        const ReplayModel::Node* node = model.Find(id);
        ASSERT_NE(node, nullptr) << id << " after " << line;
        EXPECT_EQ(node->children, children) << id << " after " << line << "\n"
                                            << result.events.back().json;
      }
    }
    const std::string text = result.Text();
    for (const std::string& word : page.Secrets()) {
      EXPECT_EQ(text.find("\"" + word + "\""), std::string::npos) << word;
    }
    for (const std::string& word : page.benign()) {
      EXPECT_NE(text.find("\"" + word + "\""), std::string::npos) << word;
    }
    secrets += page.Secrets().size();
    benign += page.benign().size();
  }
  EXPECT_GT(secrets, 1000u);
  EXPECT_GT(benign, 1000u);
}

const char kSwapPage[] = R"([
  {"page": [["div", {"@id": 20, "class": "x"}, ["#text", {"@id": 21}, "Old"]],
            ["input", {"@id": 22, "type": "text"}], ["p", {"@id": 23}, "Kept"]]},
  {"input": 22, "text": "Zoe Meier"},
  {"texts": [[21, "Q7zz9"]]},
  {"inc": 2, "type": 6, "id": 22}])";

// The output of kSwapPage when the second policy takes the place of the first after
// `count` events.
std::string SwapPolicies(const char* first, const char* second, size_t count) {
  const std::vector<std::string> lines = ExpandEvents(*Json::Parse(kSwapPage));
  const Policy before = PolicyOf(*Json::Parse(first));
  const Policy after = PolicyOf(*Json::Parse(second));
  Collected result;
  RecordingFilter filter(before, RecordingOptions(), result);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == count) filter.SetPolicy(after);
    filter.Write(lines[i] + "\n");
  }
  filter.Finish();
  EXPECT_EQ(result.counters.rejected, 0u);
  EXPECT_NE(result.Text().find("Kept"), std::string::npos);
  return result.Text();
}

TEST(RecordingStateTest, SwappedPolicies) {
  const char kCensor[] = R"({"censor": [{"class": "x"}]})";
  const char kMaskText[] = R"({"text": "mask"})";
  const char kAllow[] = R"({"allow_values": [{"all": true}]})";
  const auto holds = [](const std::string& text, const char* what) {
    return text.find(what) != std::string::npos;
  };
  EXPECT_TRUE(holds(SwapPolicies("{}", "{}", 2), "Q7zz9"));
  EXPECT_TRUE(holds(SwapPolicies(kAllow, kAllow, 2), "Zoe Meier"));
  // What was hidden stays hidden.
  EXPECT_FALSE(holds(SwapPolicies(kCensor, "{}", 2), "Q7zz9"));
  EXPECT_FALSE(holds(SwapPolicies(kCensor, "{}", 3), "Q7zz9"));
  // A stricter policy holds from the next event on.
  EXPECT_FALSE(holds(SwapPolicies("{}", kCensor, 2), "Q7zz9"));
  EXPECT_FALSE(holds(SwapPolicies("{}", kMaskText, 3), "Q7zz9"));
  EXPECT_FALSE(holds(SwapPolicies(kAllow, "{}", 2), "Meier"));
  // Also for a value that has not been let out yet.
  EXPECT_FALSE(holds(SwapPolicies(kAllow, "{}", 3), "Meier"));
  EXPECT_FALSE(
      holds(SwapPolicies(kAllow, R"({"censor": [{"selector": "input"}]})", 4), "Meier"));
}

TEST(RecordingStateTest, MalformedStatesAreRefused) {
  const Policy policy = PolicyOf(*Json::Parse(R"({"allow_values": [{"all": true}]})"));
  const std::vector<std::string> lines = ExpandEvents(*Json::Parse(kSwapPage));
  const std::string fresh = FilterStream(policy, Joined(lines)).Text();
  Collected unused;
  RecordingFilter saved(policy, RecordingOptions(), unused);
  for (size_t i = 0; i < 4; ++i) saved.Write(lines[i] + "\n");
  std::string state;
  saved.Save(state);
  for (size_t size = 0; size < state.size(); ++size) {
    Collected result;
    RecordingFilter filter(policy, RecordingOptions(), result);
    ASSERT_FALSE(filter.Restore(std::string_view(state).substr(0, size))) << size;
    if (size % 7 != 0) continue;
    filter.Write(Joined(lines));
    filter.Finish();
    ASSERT_EQ(result.Text(), fresh) << "after " << size << " bytes of a state";
  }
  Collected result;
  RecordingFilter filter(policy, RecordingOptions(), result);
  EXPECT_FALSE(filter.Restore(state + "x"));
  EXPECT_TRUE(RecordingFilter(policy, RecordingOptions(), result).Restore(state));
}

// However the stream is laid out, an event is one line, without a line end in it.
TEST(RecordingStateTest, LayoutsOfTheStream) {
  const Policy policy;
  const std::vector<std::string> lines = ExpandEvents(*Json::Parse(kSwapPage));
  const std::string want = FilterStream(policy, Joined(lines)).Text();
  std::string windows = "\xEF\xBB\xBF";
  Json events = Json::MakeArray();
  for (const std::string& line : lines) {
    windows.append(line).append("\r\n\r\n");
    events.Push(*Json::Parse(line));
  }
  EXPECT_EQ(FilterStream(policy, windows).Text(), want);
  const Collected result = FilterStream(policy, events.Dump(2));
  EXPECT_EQ(result.counters.rejected, 0u);
  std::string compact;
  for (const OutputEvent& event : result.events) {
    EXPECT_EQ(event.json.find_first_of("\r\n"), std::string::npos);
    compact.append(Json::Parse(event.json)->Dump()).append("\n");
  }
  EXPECT_EQ(compact, want);
}

// `depth` elements inside each other around a password, which is shown there too.
std::string DeepPage(int depth) {
  std::string front;
  std::string back;
  for (int i = 0; i < depth; ++i) {
    front += R"({"type":2,"tagName":"div","attributes":{},"id":)" +
             std::to_string(i + 10) + R"(,"childNodes":[)";
    back += "]}";
  }
  return R"({"type":2,"timestamp":1,"data":{"node":{"type":0,"id":1,"childNodes":[)" +
         front +
         R"({"type":2,"tagName":"input","id":2,"childNodes":[],"attributes":)"
         R"({"type":"password","value":"hunter2-Zebra"}},)"
         R"({"type":3,"id":3,"textContent":"It is hunter2-Zebra"},)"
         R"({"type":3,"id":4,"textContent":"Kept"})" +
         back + R"(]},"initialOffset":{"left":0,"top":0}}})" + "\n";
}

TEST(RecordingStateTest, DeepPages) {
  for (const int depth : {1, 50, 500, 511, 520, 5000, 100000}) {
    SCOPED_TRACE(depth);
    const Collected result = FilterStream(Policy(), DeepPage(depth) + kSwapPage);
    const bool passes = depth <= 500;
    EXPECT_EQ(result.Text().find("hunter2"), std::string::npos);
    if (passes) {
      EXPECT_NE(result.Text().find("Kept"), std::string::npos);
    }
    if (depth > 1000) {
      ASSERT_FALSE(result.counters.errors.empty());
      EXPECT_FALSE(result.counters.errors[0].reason.empty());
    }
  }
}

TEST(RecordingStateTest, LongEventsAreRejected) {
  RecordingOptions options;
  options.event_bytes_max = 2000;
  Collected result;
  const Policy policy;
  RecordingFilter filter(policy, options, result);
  filter.Write(DeepPage(100));
  filter.Write(DeepPage(2));
  filter.Finish();
  EXPECT_EQ(filter.counters().rejected, 1u);
  EXPECT_EQ(filter.counters().passed, 1u);
  EXPECT_NE(result.Text().find("Kept"), std::string::npos);
}

}  // namespace
}  // namespace footfall::capture
