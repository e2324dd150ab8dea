// Runs the leak vectors of cases/*.json, the differential property of differential.json
// and the policies of policies/*.json.
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
#include "capture/filter.h"
#include "capture/policy.h"

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

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// What became of a stream.
struct Result : EventSink {
  std::string output;
  std::map<uint64_t, std::string> outcomes;  // By index; what is missing was dropped.
  FilterCounters counters;

  void OnEvent(const model::Event& event, const InputPosition& position) override {
    AppendEventJson(output, event);
    EXPECT_TRUE(outcomes.emplace(position.index, "passed").second);
  }

  // The output and whatever else the filter says about the input.
  std::string Everything() const {
    std::string text = output;
    for (const Rejection& error : counters.errors) text += error.path + error.reason;
    for (const auto& [rule, count] : counters.rules) text += rule;
    return text;
  }
};

void FilterStream(const Json& policy_json, const std::string& stream, Result& result) {
  Policy policy;
  PolicyError error;
  ASSERT_TRUE(Policy::Parse(policy_json.Dump(), policy, error))
      << error.path << error.message;
  Filter filter(policy, FilterOptions(), result);
  filter.Write(stream);
  filter.Finish();
  result.counters = filter.counters();
  for (const Rejection& rejection : result.counters.errors) {
    EXPECT_TRUE(result.outcomes.emplace(rejection.index, "rejected").second);
  }
}

Json::Array InputsOf(const Json& input) {
  return input.is_array() ? input.as_array() : Json::Array{input};
}

std::string StreamOf(const Json& input) {
  std::string stream;
  for (const Json& event : InputsOf(input)) stream += event.Dump() + "\n";
  return stream;
}

void RunCase(const Json& test) {
  const Json& input = *test.Find("input");
  const Json& expect = *test.Find("expect");
  const std::string stream = StreamOf(input);
  Result result;
  FilterStream(*test.Find("policy"), stream, result);

  const Json& outcome = *expect.Find("outcome");
  const Json::Array inputs = InputsOf(input);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string want =
        outcome.is_array() ? outcome.as_array()[i].as_string() : outcome.as_string();
    const auto it = result.outcomes.find(i);
    EXPECT_EQ(it == result.outcomes.end() ? "dropped_policy" : it->second, want)
        << "event " << i;
  }
  const FilterCounters& counters = result.counters;
  EXPECT_EQ(counters.passed + counters.dropped_policy + counters.dropped_level +
                counters.rejected,
            inputs.size());
  const std::string lower_stream = LowerCase(stream);
  const std::string everything = LowerCase(result.Everything());
  for (const Json& secret : expect.Find("secrets_absent")->as_array()) {
    const std::string text = LowerCase(secret.as_string());
    EXPECT_NE(lower_stream.find(text), std::string::npos)
        << "void: not in the input: " << text;
    EXPECT_EQ(everything.find(text), std::string::npos)
        << text << " in " << result.output;
  }
  for (const Json& benign : expect.Find("benign_present")->as_array()) {
    EXPECT_NE(result.output.find(benign.as_string()), std::string::npos)
        << benign.as_string() << " not in " << result.output;
  }
  if (const Json* path = expect.Find("path")) {
    ASSERT_EQ(counters.errors.size(), 1u);
    EXPECT_EQ(counters.errors[0].path, path->as_string()) << counters.errors[0].reason;
    EXPECT_FALSE(counters.errors[0].reason.empty());
  }
}

TEST(PrivacyTest, EveryCase) {
  size_t cases = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(FOOTFALL_PRIVACY_DIR "/cases")) {
    const Json file = ReadJson(entry.path());
    for (const Json& test : file.as_array()) {
      SCOPED_TRACE(test.Find("category")->as_string() + ": " +
                   test.Find("name")->as_string());
      RunCase(test);
      ++cases;
    }
  }
  EXPECT_GE(cases, 150u);
}

std::string ReplaceAll(std::string text, const std::string& from, const std::string& to) {
  for (size_t pos = text.find(from); pos != std::string::npos;
       pos = text.find(from, pos + to.size())) {
    text.replace(pos, from.size(), to);
  }
  return text;
}

// Inputs that differ only in a secret or in its length give the same output and the same
// counts.
TEST(PrivacyTest, DifferentialProperty) {
  const Json file = ReadJson(FOOTFALL_PRIVACY_DIR "/differential.json");
  for (const Json& test : file.as_array()) {
    SCOPED_TRACE(test.Find("name")->as_string());
    const std::string stream = StreamOf(*test.Find("input"));
    ASSERT_NE(stream.find("{{S}}"), std::string::npos);
    std::vector<std::string> outputs;
    std::vector<std::map<std::string, uint64_t>> rules;
    for (const Json& secret : test.Find("secrets")->as_array()) {
      std::string quoted;
      base::AppendJsonString(quoted, secret.as_string());
      Result result;
      FilterStream(*test.Find("policy"),
                   ReplaceAll(stream, "{{S}}", quoted.substr(1, quoted.size() - 2)),
                   result);
      EXPECT_EQ(result.counters.rejected, 0u);
      outputs.push_back(result.output);
      rules.push_back(result.counters.rules);
    }
    ASSERT_GE(outputs.size(), 2u);
    for (size_t i = 1; i < outputs.size(); ++i) {
      EXPECT_EQ(outputs[i], outputs[0]);
      EXPECT_EQ(rules[i].count("password"), rules[0].count("password"));
    }
  }
}

TEST(PrivacyTest, AcceptedPolicies) {
  const Json file = ReadJson(FOOTFALL_PRIVACY_DIR "/policies/accepted.json");
  for (const Json& test : file.as_array()) {
    Policy policy;
    PolicyError error;
    EXPECT_TRUE(Policy::Parse(test.Find("policy")->Dump(), policy, error))
        << test.Find("name")->as_string() << ": " << error.path << ": " << error.message;
  }
}

TEST(PrivacyTest, RefusedPolicies) {
  const Json file = ReadJson(FOOTFALL_PRIVACY_DIR "/policies/refused.json");
  for (const Json& test : file.as_array()) {
    SCOPED_TRACE(test.Find("name")->as_string());
    Policy policy;
    PolicyError error;
    EXPECT_FALSE(Policy::Parse(test.Find("policy")->Dump(), policy, error));
    EXPECT_EQ(error.path, test.Find("path")->as_string()) << error.message;
    EXPECT_FALSE(error.message.empty());
  }
}

}  // namespace
}  // namespace footfall::capture
