// Redaction against the filter: what was stored under a loose policy and redacted is what
// a store holds that was filled under the strict one.
#include "runtime/redact.h"

#include <zstd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "gtest/gtest.h"
#include "report/export.h"
#include "runtime/ingest.h"
#include "runtime/people.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

constexpr int64_t kNow = 1'795'176'000'000;  // 2026-11-20T12:00:00Z, that of the sample.
constexpr int64_t kHour = 3'600'000;

// Releases what a policy may release.
constexpr char kLoose[] =
    R"({"allow_values":[{"all":true}],"allow_keystrokes":[{"all":true}],"text":"allow",)"
    R"("properties":{"allow":["token","pin"]},"url":{"keep_query":["tab","q"]}})";

// Keeps what a policy that keeps identities cannot bring back.
constexpr char kLooseIdentity[] =
    R"({"allow_values":[{"all":true}],"allow_keystrokes":[{"all":true}],"text":"allow",)"
    R"("censored_identity":true})";

// Releases no values: a field of the sample turns into a password field while a value is
// held back, which is then never stored.
constexpr char kLooseTexts[] =
    R"({"allow_keystrokes":[{"all":true}],"text":"allow",)"
    R"("properties":{"allow":["token","pin"]},"url":{"keep_query":["tab","q"]}})";

capture::Policy ParsePolicy(std::string_view json) {
  capture::Policy policy;
  capture::PolicyError error;
  EXPECT_TRUE(capture::Policy::Parse(json, policy, error)) << error.path << error.message;
  return policy;
}

void Fill(Instance& instance, std::string_view events, std::string_view policy) {
  ASSERT_TRUE(instance.store().SetSetting("level", "playback").ok());
  IngestOptions options;
  options.now_ms = kNow;
  options.batch_events_max = 700;
  options.policy = ParsePolicy(policy);
  const std::shared_ptr<Instance> shared(&instance, [](Instance*) {});
  const auto ingest = Ingest::New(shared, options).value();
  ASSERT_TRUE(ingest->Write(events).ok());
  ASSERT_TRUE(ingest->Finish().ok());
  ASSERT_EQ(ingest->Result().Find("rejected")->as_int(), 0) << ingest->Result().Dump();
}

base::Json RedactWith(Instance& instance, std::string_view policy, bool dry_run = false) {
  RedactOptions options;
  options.policy = ParsePolicy(policy);
  options.policy_text = policy;
  options.dry_run = dry_run;
  const absl::StatusOr<base::Json> result = Redact(instance, options);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *result : base::Json::MakeObject();
}

int64_t Count(const base::Json& result, std::string_view key) {
  const base::Json* found = result.Find(key);
  return found == nullptr ? 0 : found->as_int();
}

std::vector<std::string> ExportedEvents(Instance& instance) {
  std::string all;
  const absl::Status status = instance.ExportEvents({.now_ms = kNow}, [&](auto piece) {
    all += piece;
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  std::vector<std::string> lines;
  for (size_t at = 0; at < all.size();) {
    const size_t end = all.find('\n', at);
    lines.push_back(all.substr(at, end - at));
    at = end + 1;
  }
  // Between people the order of arrival is not the same.
  std::sort(lines.begin(), lines.end());
  return lines;
}

// All people and all reports.
std::vector<std::string> Answers(Instance& instance) {
  std::vector<std::string> answers;
  const auto snapshot = instance.store().TakeSnapshot().value();
  const absl::Status status = snapshot->VisitPeople([&](const model::Person& person) {
    const std::string id =
        person.identified ? person.id : base::Cat("anonymous:", person.id);
    const auto shown = ShowPerson(instance, id, /*now_ms=*/0);
    answers.push_back(shown.ok() ? shown->Dump()
                                 : base::Cat(id, " ", base::MessageOf(shown.status())));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  std::sort(answers.begin(), answers.end());
  for (const report::BuiltIn& built_in : report::BuiltIns()) {
    report::RunOptions options;
    options.now_ms = kNow;
    const auto result = instance.RunReport(built_in.name, options);
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) continue;
    answers.push_back(
        base::Cat(built_in.name, "\n", report::Export(*result, report::Format::kNdjson)));
  }
  return answers;
}

void ExpectClean(Instance& instance) {
  const auto report = instance.store().Check(nullptr);
  ASSERT_TRUE(report.ok()) << report.status();
  for (const auto& problem : report->problems) {
    ADD_FAILURE() << problem.where << ": " << problem.what;
  }
}

// The first difference, to keep failures readable.
void ExpectSame(const std::vector<std::string>& got,
                const std::vector<std::string>& want) {
  EXPECT_EQ(got.size(), want.size());
  for (size_t i = 0; i < std::min(got.size(), want.size()); ++i) {
    ASSERT_EQ(got[i], want[i]) << "at " << i;
  }
}

std::string Sample() {
  std::ifstream file(FOOTFALL_SAMPLE, std::ios::binary);
  const std::string packed((std::istreambuf_iterator<char>(file)), {});
  std::string text(size_t{32} << 20, '\0');
  const size_t size =
      ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
  EXPECT_FALSE(ZSTD_isError(size)) << FOOTFALL_SAMPLE;
  text.resize(ZSTD_isError(size) ? 0 : size);
  return text;
}

// Events of everything that the filter knows, made up.
std::string MakeEvents(uint32_t seed, int count) {
  std::mt19937 random(seed);
  const auto below = [&](uint32_t n) { return random() % n; };
  const auto one = [&](std::initializer_list<const char*> of) {
    return std::string(of.begin()[below(static_cast<uint32_t>(of.size()))]);
  };
  const auto member = [](const char* key, const std::string& value) {
    return base::Cat(",\"", key, "\":\"", value, "\"");
  };
  const auto number = [](int64_t n) { return std::to_string(n); };
  std::string out;
  int64_t time = kNow - 300 * kHour;
  for (int i = 0; i < count; ++i) {
    time += below(600'000);
    const uint32_t who = below(12);
    const std::string person = base::Cat("person", number(who), "@acme.example");
    const std::string device = base::Cat("device-", number(who));
    const std::string type =
        one({"click", "page_view", "input", "keystroke", "submit", "select", "content",
             "track", "track", "identify", "alias"});
    std::string event = base::Cat("{\"time\":", number(time), member("type", type),
                                  member("id", base::Cat("e", number(i))));
    const bool link = type == "identify" || type == "alias";
    const bool known = link || below(3) > 0;
    if (known) event += member("person", person);
    if (!known || type == "alias" || below(4) == 0) event += member("anonymous", device);
    if (below(3) > 0)
      event += member("session",
                      base::Cat("s", number(who), "-", number(time / (20 * kHour))));
    // A page for each event, so that none repeats the field of the one before.
    if (type == "input" || type == "keystroke" || below(4) > 0) {
      event += member(
          "url",
          base::Cat(one({"https://app.example", "https://staff.internal"}), "/page-",
                    number(i),
                    one({"/home?tab=a&q=shoes", "/internal/payroll",
                         "/invoice/98127398?utm=1#top", "/people/ana.silva@acme.example",
                         "/reset/a8f7d6e5c4b3a291807f6e5d4c3b2a19"})));
    }
    if (below(3) == 0) {
      event +=
          member("title", one({"Home", "Invoice of Ana Silva", "mail ben@acme.example"}));
    }
    if (type == "track")
      event += member("name", one({"saved", "opened", "mail to ben@acme.example"}));
    if (type == "keystroke") event += member("key", one({"a", "Tab", "Enter", "7"}));
    if (type == "input" || type == "select") {
      event += member("value", one({"blue suede", "4111 1111 1111 1111", "x", "Paris"}));
    }
    if (type != "identify" && type != "alias" && below(4) > 0) {
      event += base::Cat(",\"element\":{\"tag\":\"",
                         one({"input", "div", "button", "select"}), "\"");
      if (below(2)) event += member("id", one({"salary", "q", "city", "notes"}));
      if (below(2)) event += member("class", one({"private", "soft", "plain", "a b"}));
      if (below(3) == 0) event += member("name", one({"comment", "city", "iban"}));
      if (below(2))
        event += member("text", one({"Save", "Ana owes 30", "call +33 6 12 34 56 78"}));
      if (below(3) == 0) event += member("label", one({"Search", "Salary of Ana"}));
      if (below(3) == 0) event += member("value", one({"blue suede", "on"}));
      if (below(2)) {
        event += R"(,"path":[{"tag":"body"},{"tag":"div","class":")" +
                 one({"card", "private", "soft"}) + "\"}]";
      }
      event += "}";
    }
    if (type == "identify" || below(3) == 0) {
      event += R"(,"properties":{"plan":")" + one({"pro", "free"}) + R"(","amount":)" +
               number(below(100)) + R"(,"rate":)" + number(below(9)) + R"(.5,"token":")" +
               one({"t-1", "t-2"}) + R"(","email":")" + person +
               R"(","list":[1,"two",{"pin":"1234"}],"beta":)" +
               one({"true", "false", "null"}) + "}";
    }
    if (below(2)) {
      event += R"(,"context":{"country":")" + one({"FR", "DE"}) + R"(","city":")" +
               one({"Paris", "Bonn"}) + R"(","browser":"Firefox","os":"Linux",)" +
               R"("os_version":"6.1","https":true})";
    }
    out += event + "}\n";
  }
  return out;
}

const std::vector<const char*>& Policies() {
  static const auto& policies = *new std::vector<const char*>{
      "{}",
      kLoose,
      R"({"text":"mask"})",
      R"({"text":"mask","allow_values":[{"all":true}]})",
      R"({"censor":[{"id":"salary"},{"class":"private"},{"selector":".card div"}]})",
      R"({"censor":[{"class":"private"}],"censored_identity":true})",
      R"({"mask":[{"class":"soft"},{"selector":"[aria-label=\"Search\"]"}]})",
      R"({"url":{"drop":true},"context":{"drop":["city","os_version","https"]}})",
      R"({"exclude":{"urls":["https://*.internal/*","*/internal/*"]}})",
      R"({"allow_values":[{"id":"q"}],"censor":[{"selector":"[data-private]"}]})"};
  return policies;
}

TEST(RedactTest, ThePolicyOfIngestFindsNothingMore) {
  for (const std::string& events : {Sample(), MakeEvents(7, 3000)}) {
    for (const char* const policy : Policies()) {
      SCOPED_TRACE(policy);
      TempStore temp;
      Fill(*temp.instance, events, policy);
      const auto before = ExportedEvents(*temp.instance);
      const auto answers = Answers(*temp.instance);
      ASSERT_GT(before.size(), 300u);
      const base::Json result = RedactWith(*temp.instance, policy);
      EXPECT_EQ(Count(result, "examined"), static_cast<int64_t>(before.size()));
      EXPECT_EQ(Count(result, "changed"), 0);
      EXPECT_EQ(Count(result, "dropped"), 0);
      EXPECT_EQ(result.Find("rules")->Dump(), "{}");
      EXPECT_TRUE(result.Find("done")->as_bool());
      ExpectSame(ExportedEvents(*temp.instance), before);
      ExpectSame(Answers(*temp.instance), answers);
    }
  }
}

TEST(RedactTest, EqualsAStoreFilledUnderTheStrictPolicy) {
  const std::vector<std::pair<std::string, const char*>> inputs = {
      {Sample(), kLooseTexts},
      {MakeEvents(1, 2500), kLoose},
      {MakeEvents(2, 2500), kLoose},
      {MakeEvents(3, 1500), kLooseIdentity}};
  for (const auto& [events, loose_policy] : inputs) {
    for (const std::string policy : Policies()) {
      SCOPED_TRACE(policy);
      if ((loose_policy == kLooseIdentity) != (policy.find("identity") != policy.npos)) {
        continue;
      }
      // Values, and input events of censored elements, that were not stored stay away.
      if (loose_policy == kLooseTexts && (policy.find("allow_values") != policy.npos ||
                                          policy.find(".card") != policy.npos)) {
        continue;
      }
      TempStore loose, strict;
      Fill(*loose.instance, events, loose_policy);
      Fill(*strict.instance, events, policy);
      const base::Json planned = RedactWith(*loose.instance, policy, /*dry_run=*/true);
      const base::Json result = RedactWith(*loose.instance, policy);
      EXPECT_EQ(planned.Dump(), result.Dump());
      ExpectSame(ExportedEvents(*loose.instance), ExportedEvents(*strict.instance));
      ExpectSame(Answers(*loose.instance), Answers(*strict.instance));
      ExpectClean(*loose.instance);
      const base::Json again = RedactWith(*loose.instance, policy);
      EXPECT_EQ(Count(again, "changed") + Count(again, "dropped"), 0) << again.Dump();
      EXPECT_EQ(again.Find("rules")->Dump(), "{}");
    }
  }
}

}  // namespace
}  // namespace footfall::runtime
