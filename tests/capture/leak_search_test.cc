// Canaries planted in each encoding are found under that encoding's name, and what merely
// looks alike is not.
#include "capture/leak_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "base/strings.h"
#include "capture/leak_text.h"

namespace footfall::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kCanary = "Kestrel-42 Moor";

// Lists what a search finds, as "#canary form path".
class Finder : public LeakSink {
 public:
  explicit Finder(std::vector<std::string> texts) : patterns_(Canaries(texts)) {}

  std::vector<std::string> Find(const std::string& event) {
    found_.clear();
    search_.Search(event);
    return found_;
  }
  std::vector<std::string> FindIn(const std::string& value) {
    base::Json event = base::Json::MakeObject();
    event.Set("text", value);
    return Find(event.Dump());
  }

 private:
  static std::vector<Canary> Canaries(const std::vector<std::string>& texts) {
    std::vector<Canary> canaries;
    for (const std::string& text : texts) canaries.push_back({"", text});
    return canaries;
  }
  void OnLeak(uint32_t canary, LeakForm form, std::string_view path) override {
    found_.push_back(base::Cat("#", canary, " ", LeakFormName(form), " ", path));
  }

  LeakPatterns patterns_;
  LeakSearch search_{patterns_, *this};
  std::vector<std::string> found_;
};

std::string Escaped(std::string_view text, const char* format) {
  std::string out;
  for (const char c : text) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, format, static_cast<unsigned>(c));
    out += buffer;
  }
  return out;
}

std::string Base64(std::string bytes) {
  const size_t padding = (3 - bytes.size() % 3) % 3;
  return Base64Core(bytes + std::string(padding, '\0'), 0, false);
}

struct Planted {
  const char* form;
  std::string text;
};

TEST(LeakSearchTest, FindsEachEncodingInsideOtherText) {
  const Planted cases[] = {
      {"plain", kCanary},
      {"case_folded", "KESTREL-42 moor"},
      {"separators_removed", "kestrel42moor"},
      {"separators_removed", "K.e.s.t.r.e.l.4.2.M.o.o.r"},
      {"separators_removed", "Kestrel\u00a042\u200bMoor"},
      {"reversed", "rooM 24-lertseK"},
      {"hex", "4b65737472656c2d3432204d6f6f72"},
      {"hex", "4B65737472656C2D3432204D6F6F72"},
      {"hex", "4b:65:73:74:72:65:6c:2d:34:32:20:4d:6f:6f:72"},
      {"base64", Base64(kCanary)},
      {"base64", Base64("x" + kCanary)},
      {"base64", Base64("xy" + kCanary + "end")},
      {"utf16le", Utf16AsCharacters(kCanary, false)},
      {"utf16be", Utf16AsCharacters(kCanary, true)},
      {"percent", "Kestrel-42%20Moor"},
      {"percent", "Kestrel-42+Moor"},
      {"percent", Escaped(kCanary, "%%%02X")},
      {"percent", Escaped(kCanary, "%%u%04x")},
      {"percent_twice", "Kestrel-42%2520Moor"},
      {"percent_twice", Escaped(kCanary, "%%25%02x")},
      {"html", Escaped(kCanary, "&#%u;")},
      {"html", Escaped(kCanary, "&#x%04X;")},
      {"html", "Kestrel&hyphen;42 Moor"},
      {"html", Escaped(kCanary, "&amp;#%u;")},
      {"unicode_escape", Escaped(kCanary, "\\u%04x")},
      {"unicode_escape", Escaped(kCanary, "\\u{%x}")},
      {"unicode_escape", Escaped(kCanary, "\\x%02x")},
      {"unicode_escape", Escaped(kCanary, "\\%06x")},
      {"mixed", "Kestrel%2d42&#32;Moor"},
  };
  for (const Planted& planted : cases) {
    Finder finder({"other canary", kCanary});
    const std::string wanted = base::Cat("#1 ", planted.form, " text");
    EXPECT_THAT(finder.FindIn(planted.text), ElementsAre(wanted)) << planted.text;
    EXPECT_THAT(finder.FindIn(base::Cat("before ", planted.text, " after")),
                ElementsAre(wanted))
        << planted.text;
  }
}

TEST(LeakSearchTest, TellsTheUrlAlphabetOfBase64) {
  // Its base64 has characters in which the alphabets differ.
  Finder finder({"?>>?>>?>"});
  EXPECT_THAT(finder.FindIn(Base64Core("?>>?>>?>", 0, false)),
              ElementsAre("#0 base64 text"));
  EXPECT_THAT(finder.FindIn(Base64Core("?>>?>>?>", 0, true)),
              ElementsAre("#0 base64url text"));
}

TEST(LeakSearchTest, FindsEscapesOfTheJsonItself) {
  Finder finder({kCanary, "caf\u00e9 noir", "\U0001F511key\U0001F511"});
  EXPECT_THAT(finder.Find(R"({"a":"\u004bestrel-42 M\u006fo\u0072"})"),
              ElementsAre("#0 plain a"));
  EXPECT_THAT(finder.Find(R"({"a":"caf\u00e9 noir"})"), ElementsAre("#1 plain a"));
  EXPECT_THAT(finder.Find(R"({"a":"\ud83d\udd11key\ud83d\udd11"})"),
              ElementsAre("#2 plain a"));
  // JSON text inside of a JSON string.
  EXPECT_THAT(finder.Find(R"({"a":"{\"b\":\"caf\\u00e9 noir\"}"})"),
              ElementsAre("#1 unicode_escape a"));
}

TEST(LeakSearchTest, FindsCanariesBeyondAscii) {
  Finder finder({"Ångström Ünit"});
  EXPECT_THAT(finder.FindIn("ÅNGSTRÖM ÜNIT"), ElementsAre("#0 case_folded text"));
  EXPECT_THAT(finder.FindIn("tinÜ mörtsgnÅ"), ElementsAre("#0 reversed text"));
  EXPECT_THAT(finder.FindIn("&Aring;ngstr&ouml;m &#xDC;nit"),
              ElementsAre("#0 html text"));
  EXPECT_THAT(finder.FindIn("%C3%85ngstr%C3%B6m %C3%9Cnit"),
              ElementsAre("#0 percent text"));
  EXPECT_THAT(finder.FindIn(Utf16AsCharacters("Ångström Ünit", false)),
              ElementsAre("#0 utf16le text"));
}

TEST(LeakSearchTest, LeavesWhatOnlyLooksAlike) {
  for (const char* text :
       {"", "***", "Kestrel-43 Moor", "Kestrel", "42 Moor", "rooM", "Kestrel-42 Moo",
        // Short canaries are not looked for across separators.
        "1, 2, 3, 4", "12 34", "a b c d", "M 1,2 L 3,4 z", "a.b-c_d",
        // The letter case of base64 means something.
        "s2vzDhjlBc00MIbnb29Y", "%zz%4", "&;&#;&#x;&unknown;", "\\u00g1\\", "100%"}) {
    Finder finder({kCanary, "1234", "abcd"});
    EXPECT_THAT(finder.FindIn(text), IsEmpty()) << text;
  }
}

TEST(LeakSearchTest, NumbersAreNotJoined) {
  Finder finder({"123456", "12/3/456"});
  EXPECT_THAT(finder.Find(R"({"x":[{"y":123,"id":4},{"y":456,"id":4}],"z":77123456})"),
              ElementsAre("#0 plain z"));
  EXPECT_THAT(finder.Find(R"({"id":5,"source":123})"), IsEmpty());
  EXPECT_THAT(finder.Find(R"({"id":5,"source":456})"), IsEmpty());
}

TEST(LeakSearchTest, FindsKeysNumbersAndNestedStrings) {
  Finder finder({kCanary, "4111111111111111"});
  EXPECT_THAT(finder.Find(R"({"data":{"adds":[{"node":{"id":5}},
                              {"node":{"attributes":{"title":"a Kestrel-42 Moor"}}}]}})"),
              ElementsAre("#0 plain data.adds[1].node.attributes.title"));
  EXPECT_THAT(finder.Find(R"({"data":[[1],[2,4111111111111111]]})"),
              ElementsAre("#1 plain data[1][1]"));
  EXPECT_THAT(finder.Find(R"({"x":"4111 1111 1111 1111"})"),
              ElementsAre("#1 separators_removed x"));
  EXPECT_THAT(finder.Find(R"(["Kestrel-42 Moor"])"), ElementsAre("#0 plain [0]"));
}

TEST(LeakSearchTest, NoPathShowsACanary) {
  Finder finder({kCanary});
  EXPECT_THAT(finder.Find(R"({"a":{"Kestrel-42 Moor":1}})"),
              ElementsAre("#0 plain a.***"));
  EXPECT_THAT(finder.Find(R"({"a":{"kestrel42moor":{"b":"Kestrel-42 Moor"}}})"),
              ElementsAre("#0 separators_removed a.***", "#0 plain a.***.b"));
  EXPECT_THAT(finder.Find(R"({"Kestrel-42":{"Moor":"Kestrel-42 Moor"}})"),
              ElementsAre("#0 plain ***"));
}

TEST(LeakSearchTest, ReportsEachCanaryOfAString) {
  Finder finder({"first secret", "second secret", "secret"});
  EXPECT_THAT(
      finder.FindIn("a second secret, first secret"),
      testing::UnorderedElementsAre("#0 plain text", "#1 plain text", "#2 plain text"));
}

TEST(LeakSearchTest, JoinsTheStringsOfANode) {
  Finder finder({"Tr0ubador"});
  const std::string text = "Tr0ubador";
  for (size_t i = 0; i < text.size(); ++i) {
    // The id stands after the value, and another node speaks in between.
    const std::string one = R"({"data":{"texts":[{"value":")" + text.substr(i, 1) +
                            R"(","id":7},{"value":"other","id":8}]}})";
    if (i + 1 < text.size()) {
      EXPECT_THAT(finder.Find(one), IsEmpty()) << i;
    } else {
      EXPECT_THAT(finder.Find(one), ElementsAre("#0 pieces data.texts[0].value"));
    }
  }
}

TEST(LeakSearchTest, JoinsTextNodesThatAreAddedToOneParent) {
  Finder finder({"Tr0ubador"});
  int id = 100;
  std::vector<std::string> found;
  for (const char c : std::string("Tr0ubador")) {
    found = finder.Find(R"({"adds":[{"parentId":5,"node":{"textContent":")" +
                        std::string(1, c) + R"(","id":)" + std::to_string(++id) +
                        R"(}},{"parentId":6,"node":{"textContent":"9 left","id":1}}]})");
  }
  EXPECT_THAT(found, ElementsAre("#0 pieces adds[0].node.textContent"));
}

TEST(LeakSearchTest, JoinsKeysOfASessionAndNotOfAnother) {
  Finder same({"Tr0ubador"});
  Finder mixed({"Tr0ubador"});
  std::vector<std::string> found;
  int turn = 0;
  for (const char c : std::string("Tr0ubador")) {
    const auto key = [&](const char* session) {
      return R"({"type":"key","session":")" + std::string(session) + R"(","key":")" +
             std::string(1, c) + R"("})";
    };
    found = same.Find(key("a"));
    EXPECT_THAT(mixed.Find(key(++turn % 2 == 0 ? "a" : "b")), IsEmpty());
  }
  EXPECT_THAT(found, ElementsAre("#0 pieces key"));
}

TEST(LeakSearchTest, SearchesWhatIsNoJson) {
  Finder finder({kCanary});
  EXPECT_THAT(finder.Find(R"({"a":"Kestrel-42 Moor)"), ElementsAre("#0 plain a"));
  EXPECT_THAT(finder.Find(R"(}]"Kestrel-42 Moor",)"), ElementsAre("#0 plain "));
  const std::string deep =
      std::string(20'000, '[') + "\"Kestrel-42 Moor\"" + std::string(20'000, ']');
  EXPECT_EQ(finder.Find(deep).size(), 1u);
  EXPECT_THAT(finder.Find(R"({"a":1}{"b":"\)"), IsEmpty());
  EXPECT_THAT(finder.Find(""), IsEmpty());
}

TEST(LeakSearchTest, ManyCanariesInOneText) {
  std::vector<std::string> texts;
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    texts.push_back("canary-" + std::to_string(10'000 + i));
    text += texts.back() + " and ";
  }
  Finder finder(texts);
  EXPECT_EQ(finder.FindIn(text).size(), 1000u);
  EXPECT_THAT(finder.FindIn("canary-20000 canary-1"), IsEmpty());
}

}  // namespace
}  // namespace footfall::capture
