#include "tests/wasm/corpus.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/json.h"
#include "tests/privacy/random_page.h"
#include "tests/privacy/recording_notation.h"

namespace footfall::capture {
namespace {

using base::Json;
using std::filesystem::path;

constexpr uint32_t kRandomPages = 60;
constexpr int kRandomPageEvents = 40;

constexpr char kOpenPolicy[] =
    R"({"allow_values":[{"all":true}],"allow_keystrokes":[{"all":true}],"text":"allow",)"
    R"("url":{"keep_query":["q"]},"attributes":{"allow":["value","title"]},)"
    R"("custom":{"allow":[{"tag":"t","keys":["k"]}]}})";
constexpr char kStrictPolicy[] =
    R"({"censor":[{"selector":"div > [class]"},{"class":"c"}],"text":"mask",)"
    R"("mask":[{"selector":"p"}],"url":{"drop":true},"censored_identity":true})";

// In front of the seeds for recordings, so that what they refer to is there.
constexpr char kBeginning[] =
    R"([{"page":[["div",{"@id":3,"class":"x"},"Hello"],)"
    R"(["input",{"@id":5,"type":"password"}],["input",{"@id":6,"type":"text"}],)"
    R"(["section",{"@id":7,"class":"c"},"Closed"]]},{"input":5,"text":"vq8-Marker-kz3"}])";

std::string ReadText(const path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    std::fprintf(stderr, "cannot read %s\n", file.c_str());
    std::abort();
  }
  return std::string((std::istreambuf_iterator<char>(stream)), {});
}

Json ParseJson(const std::string& text) {
  auto json = Json::Parse(text);
  if (!json.ok()) std::abort();
  return *std::move(json);
}

std::vector<path> FilesIn(const path& folder) {
  std::vector<path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string Quoted(const std::string& text) {
  std::string quoted;
  base::AppendJsonString(quoted, text);
  return quoted;
}

std::string ReplaceAll(std::string text, const std::string& from, const std::string& to) {
  for (size_t pos = text.find(from); pos != std::string::npos;
       pos = text.find(from, pos + to.size())) {
    text.replace(pos, from.size(), to);
  }
  return text;
}

std::string LinesOf(const Json& input) {
  if (!input.is_array()) return input.Dump() + "\n";
  std::string lines;
  for (const Json& event : input.as_array()) lines += event.Dump() + "\n";
  return lines;
}

std::string RecordingOf(const Json& events) {
  std::string lines;
  for (const std::string& line : ExpandEvents(events)) lines += line + "\n";
  return lines;
}

// A page that holds `text` where people put it, and one event of each other kind with it.
std::string RecordingWith(const std::string& text) {
  const std::string quoted = Quoted(text);
  return RecordingOf(ParseJson(R"([{"page":[["p",{"@id":20},["#text",{"@id":21},)" +
                               quoted + R"(]],["a",{"@id":22,"href":"/x","class":)" +
                               quoted + R"(}]]},)" + R"({"texts":[[21,)" + quoted +
                               R"(]]}])"));
}

std::string EventWith(const std::string& text) {
  const std::string quoted = Quoted(text);
  return R"({"time":1763712000000,"person":"p","type":"track","name":"n","title":)" +
         quoted + R"(,"properties":{"note":)" + quoted + "}}\n";
}

// A page whose style sheet, style attribute and rules hold `css`.
std::string RecordingWithCss(const std::string& css, const std::string& base_url) {
  const std::string quoted = Quoted(css);
  const std::string href = base_url.empty() ? "about:blank" : base_url;
  return RecordingOf(ParseJson(
      R"([{"href":)" + Quoted(href) + R"(,"head":[["style",{"@id":20,"_cssText":)" +
      quoted + R"(}]],"page":[["div",{"@id":21,"style":)" + quoted + R"(}]]},)" +
      R"({"inc":8,"id":20,"adds":[{"rule":)" + quoted + R"(,"index":0}]},)" +
      R"({"inc":13,"id":20,"index":[0],"set":{"property":"background","value":)" +
      quoted + R"(}},{"inc":15,"id":4,"styleIds":[1],"styles":[{"styleId":1,"rules":)" +
      R"([{"rule":)" + quoted + R"(,"index":0}]}]}])"));
}

class Reader {
 public:
  explicit Reader(path tests) : tests_(std::move(tests)) {}

  std::vector<CorpusCase> Run() {
    Cases("cases", false, "input", LinesOf);
    Cases("recordings", true, "events", RecordingOf);
    Differential("differential.json", false, "input", LinesOf);
    Differential("recording_differential.json", true, "events", RecordingOf);
    RandomPages();
    Policies();
    Scan();
    Css();
    Seeds();
    return std::move(cases_);
  }

 private:
  using Expand = std::string (*)(const Json&);

  Json Read(const path& file) const { return ParseJson(ReadText(tests_ / file)); }

  void Add(std::string group, std::string name, bool recording, std::string policy,
           std::string input) {
    cases_.push_back({std::move(group),
                      std::move(name),
                      recording,
                      std::move(policy),
                      std::move(input),
                      0,
                      {}});
  }

  // Each also with a policy that is replaced by a stricter one half-way, and the other
  // way round.
  void Cases(const std::string& folder, bool recording, const char* key, Expand expand) {
    for (const path& file : FilesIn(tests_ / "privacy" / folder)) {
      const Json tests = Read(file);
      for (const Json& test : tests.as_array()) {
        const std::string name = test.Find("name")->as_string();
        const std::string policy = test.Find("policy")->Dump();
        const std::string input = expand(*test.Find(key));
        Add(folder, name, recording, policy, input);
        const size_t half = input.find('\n', input.size() / 2) + 1;
        cases_.push_back({"swaps", name, recording, policy, input, half, kStrictPolicy});
        cases_.push_back({"swaps", name, recording, kOpenPolicy, input, half, policy});
      }
    }
  }

  void Differential(const std::string& file, bool recording, const char* key,
                    Expand expand) {
    const Json tests = Read(path("privacy") / file);
    for (const Json& test : tests.as_array()) {
      const std::string name = test.Find("name")->as_string();
      const std::string policy = test.Find("policy")->Dump();
      const auto add = [&](const Json& events) {
        Add("differential", name, recording, policy, expand(events));
      };
      if (const Json* variants = test.Find("variants")) {
        for (const Json& events : variants->as_array()) add(events);
        continue;
      }
      const std::string events = test.Find(key)->Dump();
      for (const Json& secret : test.Find("secrets")->as_array()) {
        const std::string quoted = Quoted(secret.as_string());
        add(ParseJson(ReplaceAll(events, "{{S}}", quoted.substr(1, quoted.size() - 2))));
      }
    }
  }

  void RandomPages() {
    for (uint32_t seed = 1; seed <= kRandomPages; ++seed) {
      RandomPage page(seed);
      std::string lines;
      for (int i = 0; i < kRandomPageEvents; ++i) {
        lines += (i % 15 == 0 ? page.Snapshot() : page.Mutate()) + "\n";
      }
      Add("random_pages", std::to_string(seed), true, "{}", lines);
    }
  }

  void Policies() {
    const auto add = [this](const std::string& name, const std::string& policy) {
      Add("policies", name, false, policy, EventWith("Ana EMP-123456 R 12"));
    };
    for (const char* file : {"accepted.json", "refused.json"}) {
      const Json tests = Read(path("privacy/policies") / file);
      for (const Json& test : tests.as_array()) {
        add(test.Find("name")->as_string(), test.Find("policy")->Dump());
      }
    }
    for (const path& file : FilesIn(tests_ / "fuzz/corpus/policy")) {
      add(file.filename(), ReadText(file));
    }
    for (const path& file : FilesIn(tests_ / "fuzz/corpus/selector")) {
      add(file.filename(), R"({"censor":[{"selector":)" + Quoted(ReadText(file)) + "}]}");
    }
    for (const path& file : FilesIn(tests_ / "fuzz/corpus/pattern")) {
      const std::string text = ReadText(file);
      const size_t line_end = std::min(text.find('\n'), text.size());
      const std::string policy = R"({"patterns":[{"name":"p","pattern":)" +
                                 Quoted(text.substr(0, line_end)) + "}]}";
      Add("policies", file.filename(), false, policy,
          EventWith(text.substr(std::min(line_end + 1, text.size()))));
    }
  }

  void AddText(const std::string& group, const std::string& name,
               const std::string& text) {
    Add(group, name, false, "{}", EventWith(text));
    Add(group, name, true, "{}", RecordingWith(text));
  }

  void Scan() {
    for (const path& file : FilesIn(tests_ / "privacy/scan")) {
      const Json group = Read(file);
      for (const char* key : {"positive", "negative"}) {
        for (const Json& item : group.Find(key)->as_array()) {
          std::string text = item.as_string();
          for (const char* mark : {"⟦", "⟧", "¦"}) text = ReplaceAll(text, mark, "");
          AddText("scan", file.filename(), text);
        }
      }
    }
  }

  void Css() {
    for (const path& file : FilesIn(tests_ / "privacy/css")) {
      const Json tests = Read(file);
      for (const Json& test : tests.as_array()) {
        const Json* base_url = test.Find("base_url");
        Json policy = Json::MakeObject();
        if (const Json* origins = test.Find("origins")) {
          policy.Set("assets", Json(Json::Object{{"allow_origins", *origins}}));
        }
        Add("css", test.Find("name")->as_string(), true, policy.Dump(),
            RecordingWithCss(
                test.Find("css")->as_string(),
                base_url ? base_url->as_string() : "https://app.example/a/b.html"));
      }
    }
  }

  void Seeds() {
    const std::string beginning = RecordingOf(ParseJson(kBeginning));
    for (const char* policy : {"{}", kOpenPolicy, kStrictPolicy}) {
      for (const path& file : FilesIn(tests_ / "fuzz/corpus/capture")) {
        Add("seeds", file.filename(), false, policy, ReadText(file));
      }
      for (const path& file : FilesIn(tests_ / "fuzz/corpus/recording")) {
        Add("seeds", file.filename(), true, policy, ReadText(file));
        Add("seeds", file.filename(), true, policy, beginning + ReadText(file));
      }
    }
    for (const path& file : FilesIn(tests_ / "fuzz/corpus/text_scan")) {
      AddText("seeds", file.filename(), ReadText(file));
    }
    for (const path& file : FilesIn(tests_ / "fuzz/corpus/css")) {
      Add("seeds", file.filename(), true, "{}",
          RecordingWithCss(ReadText(file), "https://app.example/a/b.html"));
    }
  }

  const path tests_;
  std::vector<CorpusCase> cases_;
};

}  // namespace

std::vector<CorpusCase> ReadCorpus(const std::filesystem::path& tests) {
  return Reader(tests).Run();
}

}  // namespace footfall::capture
