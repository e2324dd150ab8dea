// Runs the leak vectors of recordings/*.json, in the notation of recording_notation.h,
// and the differential property of recording_differential.json. A case is
//   {"name", "category", "policy", "events",
//    "absent": [...],   strings of the input that must be in no way in the output,
//    "present": [...],  strings that must be in it,
//    "outcome": "passed" or one for each event; "passed" when left out. Null: any,
//    "path": where the only rejection is,
//    "rules": [...],    counters that must have counted,
//    "output": {"/2/data/text": "***"}, by number of the input event and JSON pointer,
//    "gone": ["/2/data/x"],  pointers that must lead to nothing,
//    "broken": true,    for input that the recorder never writes, whose output need not
//                       be fit for a replay; what it holds is looked at as in all others,
//    "final": {"7": {"tag", "text", "attributes", "children"}}  nodes of the tree that
//    the
//                       replayer has at the end, null for one that it must not have}
// Everything but name, category, policy and events may be left out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "capture/policy.h"
#include "capture/recording_filter.h"
#include "tests/privacy/recording_notation.h"
#include "tests/privacy/recording_run.h"
#include "tests/privacy/replay_model.h"

namespace footfall::capture {
namespace {

using base::Json;

Json ReadJson(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto json = Json::Parse(text);
  EXPECT_TRUE(json.ok()) << path << ": " << json.status();
  return json.ok() ? *json : Json::MakeArray();
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != text.npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Each event by a filter of its own that takes up what the one before saved.
std::string FilterWithRestarts(const Policy& policy,
                               const std::vector<std::string>& lines) {
  Collected result;
  std::string state;
  for (size_t i = 0; i < lines.size(); ++i) {
    RecordingFilter filter(policy, RecordingOptions(), result);
    if (i > 0) {
      EXPECT_TRUE(filter.Restore(state)) << "in front of event " << i;
    }
    filter.Write(lines[i] + "\n");
    if (i + 1 == lines.size()) filter.Finish();
    state.clear();
    filter.Save(state);
  }
  return result.Text();
}

// Appends every string of `json`, keys too, with escapes resolved.
void AppendStrings(const Json& json, std::string& out) {
  if (json.is_string()) out += json.as_string() + "\n";
  if (json.is_array()) {
    for (const Json& item : json.as_array()) AppendStrings(item, out);
  }
  if (json.is_object()) {
    for (const auto& [key, value] : json.as_object()) {
      out += key + "\n";
      AppendStrings(value, out);
    }
  }
}

// Appends the strings that say something of a node to `by_node`, so that what is told in
// pieces is seen as a whole.
void CollectByNode(const Json& json, int64_t id,
                   std::map<int64_t, std::string>& by_node) {
  if (json.is_string()) by_node[id] += json.as_string();
  if (json.is_array()) {
    for (const Json& item : json.as_array()) CollectByNode(item, id, by_node);
  }
  if (json.is_object()) {
    if (const Json* own = json.Find("id"); own != nullptr && own->is_int()) {
      id = own->as_int();
    }
    for (const auto& [key, value] : json.as_object()) CollectByNode(value, id, by_node);
  }
}

// The lines as they are, their strings, and their strings by node; in lower case.
std::string Everything(const std::vector<std::string>& lines) {
  std::string text = Joined(lines);
  std::string strings;
  std::map<int64_t, std::string> by_node;
  for (const std::string& line : lines) {
    auto json = Json::Parse(line);
    if (!json.ok()) continue;
    AppendStrings(*json, strings);
    CollectByNode(*json, 0, by_node);
  }
  text += strings;
  for (const auto& [id, pieces] : by_node) text += pieces + "\n";
  return LowerCase(text);
}

// Follows a JSON pointer without escapes.
const Json* Follow(const Json* json, std::string_view pointer) {
  while (json != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string key(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(key.size());
    if (json->is_array()) {
      const size_t index = std::stoul(key);
      json = index < json->as_array().size() ? &json->as_array()[index] : nullptr;
    } else {
      json = json->Find(key);
    }
  }
  return json;
}

class CaseRun {
 public:
  explicit CaseRun(const Json& test)
      : test_(test),
        policy_(PolicyOf(*test.Find("policy"))),
        lines_(ExpandEvents(*test.Find("events"))),
        result_(FilterStream(policy_, Joined(lines_))) {
    for (const OutputEvent& event : result_.events) {
      EXPECT_EQ(event.json.find_first_of("\n\r"), std::string::npos);
      auto json = Json::Parse(event.json);
      EXPECT_TRUE(json.ok() || broken()) << json.status() << ": " << event.json;
      EXPECT_TRUE(outputs_.emplace(event.index, json.ok() ? *json : Json()).second);
    }
  }

  void CheckAll() {
    CheckOutcomes();
    CheckStrings();
    CheckEnvelopes();
    CheckPointers();
    if (!broken()) CheckReplay();
    CheckOtherWays();
  }

 private:
  bool broken() const { return test_.Find("broken") != nullptr; }

  const Json::Array& List(const char* key) const {
    static const Json::Array empty;
    const Json* list = test_.Find(key);
    return list == nullptr ? empty : list->as_array();
  }

  void CheckOutcomes() {
    std::vector<std::string> outcomes(lines_.size(), "dropped");
    for (const OutputEvent& event : result_.events) {
      ASSERT_LT(event.index, lines_.size());
      outcomes[event.index] = "passed";
    }
    for (const Rejection& error : result_.counters.errors) {
      ASSERT_LT(error.index, lines_.size());
      EXPECT_EQ(outcomes[error.index], "dropped");
      outcomes[error.index] = "rejected";
      EXPECT_FALSE(error.reason.empty());
    }
    const Json* want = test_.Find("outcome");
    for (size_t i = 0; i < lines_.size(); ++i) {
      Json expected = want == nullptr ? Json("passed") : *want;
      if (expected.is_array()) {
        ASSERT_EQ(expected.as_array().size(), lines_.size());
        expected = Json(want->as_array()[i]);
      }
      if (expected.is_null()) continue;
      EXPECT_EQ(outcomes[i], expected.as_string()) << "event " << i << ": " << lines_[i];
    }
    const FilterCounters& counters = result_.counters;
    EXPECT_EQ(counters.passed + counters.dropped_policy + counters.rejected,
              lines_.size());
    EXPECT_EQ(counters.passed, result_.events.size());
    if (const Json* path = test_.Find("path")) {
      ASSERT_EQ(counters.errors.size(), 1u);
      EXPECT_EQ(counters.errors[0].path, path->as_string()) << counters.errors[0].reason;
    }
    for (const Json& rule : List("rules")) {
      EXPECT_GT(counters.rules.count(rule.as_string()), 0u) << rule.as_string();
    }
  }

  void CheckStrings() {
    const std::string input = Everything(lines_);
    std::vector<std::string> output_lines;
    for (const OutputEvent& event : result_.events) output_lines.push_back(event.json);
    std::string output = Everything(output_lines);
    for (const Rejection& error : result_.counters.errors) {
      output += LowerCase(error.path + " " + error.reason);
    }
    for (const Json& secret : List("absent")) {
      const std::string text = LowerCase(secret.as_string());
      EXPECT_NE(input.find(text), std::string::npos)
          << "void: not in the input: " << text;
      EXPECT_EQ(output.find(text), std::string::npos) << text << " in " << result_.Text();
    }
    for (const Json& benign : List("present")) {
      EXPECT_NE(output.find(LowerCase(benign.as_string())), std::string::npos)
          << benign.as_string() << " not in " << result_.Text();
    }
  }

  // What passes keeps its type, its source, its time and its place.
  void CheckEnvelopes() {
    uint64_t last = 0;
    for (const auto& event : result_.events) {
      const auto it = outputs_.find(event.index);
      auto input = Json::Parse(lines_[event.index]);
      if (it == outputs_.end() || !input.ok()) continue;
      const Json* source = Follow(&it->second, "/data/source");
      const bool held = source != nullptr && *source == Json(5);
      for (const char* pointer : {"/type", "/timestamp", "/delay", "/data/source"}) {
        const Json* want = Follow(&*input, pointer);
        const Json* got = Follow(&it->second, pointer);
        if (want == nullptr || !want->is_number()) {
          EXPECT_EQ(got, nullptr) << pointer << " " << event.json;
          continue;
        }
        ASSERT_NE(got, nullptr) << pointer << " " << event.json;
        // An allowed value comes when its field is left, and at that time.
        if (held && std::string_view(pointer) == "/timestamp") {
          EXPECT_GE(got->as_double(), want->as_double()) << event.json;
        } else {
          EXPECT_EQ(got->Dump(), want->Dump()) << pointer << " " << event.json;
        }
      }
      if (held) continue;
      EXPECT_GE(event.index, last) << result_.Text();
      last = event.index;
    }
  }

  const Json* FollowOutput(const std::string& pointer) const {
    const size_t end = pointer.find('/', 1);
    const auto it = outputs_.find(std::stoul(pointer.substr(1, end - 1)));
    if (it == outputs_.end()) return nullptr;
    return Follow(&it->second, end == std::string::npos ? "" : pointer.substr(end));
  }

  void CheckPointers() {
    if (const Json* output = test_.Find("output")) {
      for (const auto& [pointer, want] : output->as_object()) {
        const Json* got = FollowOutput(pointer);
        ASSERT_NE(got, nullptr) << pointer << " is not in " << result_.Text();
        EXPECT_EQ(got->Dump(), want.Dump()) << pointer << " in " << result_.Text();
      }
    }
    for (const Json& pointer : List("gone")) {
      EXPECT_EQ(FollowOutput(pointer.as_string()), nullptr)
          << pointer.as_string() << " in " << result_.Text();
    }
  }

  void CheckReplay() {
    ReplayModel model;
    for (const auto& event : result_.events) {
      const auto json = Json::Parse(event.json);
      if (json.ok()) {
        EXPECT_EQ(model.Apply(*json), "") << event.json << " of " << lines_[event.index];
      }
    }
    const Json* want = test_.Find("final");
    if (want == nullptr) return;
    for (const auto& [id, node] : want->as_object()) {
      CheckFinal(node, model.Find(std::stol(id)), "node " + id);
    }
  }

  void CheckFinal(const Json& want, const ReplayModel::Node* node,
                  const std::string& name) {
    EXPECT_EQ(node != nullptr, !want.is_null()) << name << " in " << result_.Text();
    if (node == nullptr || want.is_null()) return;
    Json children = Json::MakeArray();
    for (const int64_t child : node->children) children.Push(child);
    for (const auto& [key, value] : want.as_object()) {
      const Json got = key == "tag"          ? Json(node->tag)
                       : key == "text"       ? Json(node->text)
                       : key == "attributes" ? node->attributes
                                             : children;
      EXPECT_EQ(got.Dump(), value.Dump())
          << name << "." << key << " in " << result_.Text();
    }
  }

  // Neither pieces nor restarts nor the form of the stream make a difference, nor how its
  // JSON is spelled, which decides how nodes are read. What has passed passes again.
  void CheckOtherWays() {
    const std::string text = result_.Text();
    EXPECT_EQ(FilterStream(policy_, Joined(lines_), 7).Text(), text);
    EXPECT_EQ(FilterWithRestarts(policy_, lines_), text);
    const std::string spaced = Replaced(Joined(lines_), "\"type\":", "\"type\": ");
    EXPECT_EQ(Replaced(FilterStream(policy_, spaced).Text(), "\"type\": ", "\"type\":"),
              text);
    std::string array = "[";
    for (const std::string& line : lines_) array += (array.size() > 1 ? "," : "") + line;
    if (result_.counters.rejected == 0) {
      EXPECT_EQ(FilterStream(policy_, array + "]").Text(), text);
    }
    const Collected again = FilterStream(policy_, text);
    EXPECT_EQ(again.counters.rejected, 0u);
    EXPECT_EQ(again.Text(), text);
  }

  const Json& test_;
  const Policy policy_;
  const std::vector<std::string> lines_;
  const Collected result_;
  std::map<uint64_t, Json> outputs_;
};

std::vector<std::filesystem::path> CaseFiles() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(FOOTFALL_PRIVACY_DIR "/recordings")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(RecordingTest, EveryCase) {
  size_t cases = 0;
  for (const std::filesystem::path& path : CaseFiles()) {
    const Json file = ReadJson(path);
    for (const Json& test : file.as_array()) {
      SCOPED_TRACE(test.Find("category")->as_string() + ": " +
                   test.Find("name")->as_string());
      CaseRun(test).CheckAll();
      ++cases;
    }
  }
  EXPECT_GE(cases, 300u);
}

// A cut at every byte of the first case of each category.
TEST(RecordingTest, CutAtEveryByte) {
  for (const std::filesystem::path& path : CaseFiles()) {
    const Json file = ReadJson(path);
    const Json& test = file.as_array().at(0);
    SCOPED_TRACE(test.Find("name")->as_string());
    const Policy policy = PolicyOf(*test.Find("policy"));
    const std::string stream = Joined(ExpandEvents(*test.Find("events")));
    const std::string whole = FilterStream(policy, stream).Text();
    for (size_t cut = 1; cut < stream.size(); ++cut) {
      Collected result;
      RecordingFilter filter(policy, RecordingOptions(), result);
      filter.Write(std::string(stream, 0, cut));
      filter.Write(std::string(stream, cut));
      filter.Finish();
      ASSERT_EQ(result.Text(), whole) << "cut at byte " << cut;
    }
  }
}

std::string ReplaceAll(std::string text, const std::string& from, const std::string& to) {
  for (size_t pos = text.find(from); pos != std::string::npos;
       pos = text.find(from, pos + to.size())) {
    text.replace(pos, from.size(), to);
  }
  return text;
}

// Without times, which tell how many keys came before.
std::string WithoutTimes(const Collected& result) {
  std::string text;
  for (const OutputEvent& event : result.events) {
    auto json = Json::Parse(event.json);
    EXPECT_TRUE(json.ok()) << event.json;
    if (json.ok()) text += json->Set("timestamp", 0).Dump() + "\n";
  }
  return text;
}

// The variants of a differential test's events: as they stand in `variants`, or `events`
// with each of `secrets` for {{S}}.
std::vector<Json> VariantsOf(const Json& test) {
  if (const Json* variants = test.Find("variants")) return variants->as_array();
  std::vector<Json> variants;
  const std::string events = test.Find("events")->Dump();
  EXPECT_NE(events.find("{{S}}"), std::string::npos);
  for (const Json& secret : test.Find("secrets")->as_array()) {
    std::string quoted;
    base::AppendJsonString(quoted, secret.as_string());
    auto json =
        Json::Parse(ReplaceAll(events, "{{S}}", quoted.substr(1, quoted.size() - 2)));
    EXPECT_TRUE(json.ok()) << json.status();
    if (json.ok()) variants.push_back(*json);
  }
  return variants;
}

// Recordings that differ only in a secret or in its length come out the same.
TEST(RecordingTest, DifferentialProperty) {
  const Json file = ReadJson(FOOTFALL_PRIVACY_DIR "/recording_differential.json");
  EXPECT_GE(file.as_array().size(), 30u);
  for (const Json& test : file.as_array()) {
    SCOPED_TRACE(test.Find("name")->as_string());
    const Policy policy = PolicyOf(*test.Find("policy"));
    std::vector<std::string> outputs;
    std::vector<FilterCounters> counters;
    for (const Json& events : VariantsOf(test)) {
      const Collected result = FilterStream(policy, Joined(ExpandEvents(events)));
      EXPECT_EQ(result.counters.rejected, 0u);
      EXPECT_FALSE(result.events.empty());
      outputs.push_back(WithoutTimes(result));
      counters.push_back(result.counters);
    }
    ASSERT_GE(outputs.size(), 2u);
    for (size_t i = 1; i < outputs.size(); ++i) {
      EXPECT_EQ(outputs[i], outputs[0]);
      EXPECT_EQ(counters[i].rules["password"], counters[0].rules["password"]);
    }
    if (const Json* present = test.Find("present")) {
      for (const Json& benign : present->as_array()) {
        EXPECT_NE(outputs[0].find(benign.as_string()), std::string::npos)
            << benign.as_string() << " not in " << outputs[0];
      }
    }
  }
}

}  // namespace
}  // namespace footfall::capture
