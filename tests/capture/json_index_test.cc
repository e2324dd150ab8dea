#include "capture/json_index.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <string_view>

#include "capture/arena.h"
#include "capture/json_edit.h"
#include "capture/recording_event.h"

namespace footfall::capture {
namespace {

// Keeps the text with room for simdjson.
class Text {
 public:
  explicit Text(std::string text) : size_(text.size()), padded_(std::move(text)) {
    padded_.append(simdjson::SIMDJSON_PADDING, ' ');
  }
  std::string_view view() const { return std::string_view(padded_).substr(0, size_); }

 private:
  size_t size_;
  std::string padded_;
};

struct Refusal {
  const char* json;
  const char* reason;
  size_t byte;
};

TEST(JsonIndexTest, RefusesWhatIsNoJson) {
  constexpr Refusal kRefusals[] = {
      {"", "malformed JSON", 0},
      {"{", "ends too early", 1},
      {"[1,]", "expected a value", 3},
      {R"({"a":1,})", "expected a key", 7},
      {"[1 2]", "expected a comma or a closing bracket", 3},
      {R"({"a" 1})", "expected a colon", 5},
      {"tru", "malformed value", 0},
      {"[01]", "malformed value", 1},
      {"[1.]", "malformed value", 1},
      {"[-]", "malformed value", 1},
      {"[1e]", "malformed value", 1},
      {"[1,1e100]", "a number that not every parser holds", 3},
      {"[1234567890123456789]", "a number that not every parser holds", 1},
      {R"("a"x)", "something follows the value", 3},
      {R"(["a"b])", "expected a comma or a closing bracket", 4},
      {"[]]", "something follows the value", 2},
      {R"({"a":})", "expected a value", 5},
      {"{1:2}", "expected a key", 1},
      {"[,1]", "expected a value", 1},
      {"[1}", "expected a comma or a closing bracket", 2},
      {"[\"a\n\"]", "a control character in a string", 0},
      {"[\"a]", "a string is not closed", 0},
      {"[\"\xff\"]", "not valid UTF-8", 0},
      {"[[[[1]]]]", "nested too deeply", 3},
  };
  JsonIndex index;
  for (const Refusal& refusal : kRefusals) {
    SCOPED_TRACE(refusal.json);
    const Text text(refusal.json);
    JsonIndex::Defect defect;
    EXPECT_FALSE(index.Build(text.view(), 3, defect));
    EXPECT_STREQ(defect.reason, refusal.reason);
    EXPECT_EQ(defect.byte, refusal.byte);
  }
}

TEST(JsonIndexTest, NamesTheKeyThatStandsTwice) {
  JsonIndex index;
  JsonIndex::Defect defect;
  const Text text(R"({"a":[1,{"b":{"c":1,"d":2,"c":3}}]})");
  EXPECT_FALSE(index.Build(text.view(), 8, defect));
  EXPECT_EQ(defect.path, "a[1].b.c");
  EXPECT_EQ(defect.byte, 26u);
  const Text apart(R"([{"a":1},{"a":2,"b":{"a":3}}])");
  EXPECT_TRUE(index.Build(apart.view(), 8, defect));
}

TEST(JsonIndexTest, LimitsTheKeysOfAnObject) {
  const auto object = [](int keys) {
    std::string json = "{";
    for (int i = 0; i < keys; ++i) {
      json.append(i == 0 ? "\"k" : ",\"k").append(std::to_string(i)).append("\":0");
    }
    return json.append("}");
  };
  JsonIndex index;
  JsonIndex::Defect defect;
  const Text most(object(JsonIndex::kKeysMax));
  EXPECT_TRUE(index.Build(most.view(), 2, defect));
  const Text more(object(JsonIndex::kKeysMax + 1));
  EXPECT_FALSE(index.Build(more.view(), 2, defect));
  EXPECT_STREQ(defect.reason, "an object has more than 1,000 keys");
}

TEST(JsonIndexTest, FindsValuesAndTheirEnds) {
  const Text text(" { \"a\" : [ 1.5 , \"x\\\"y\" , null ] , \"b\" : { } , \"c\" : -7 } ");
  JsonIndex index;
  JsonIndex::Defect defect;
  ASSERT_TRUE(index.Build(text.view(), 8, defect)) << defect.reason;
  std::string seen;
  for (Members m(index, index.root()); m.Next();) {
    seen.append(m.key()).append("=").append(index.raw(m.value())).append(";");
  }
  EXPECT_EQ(seen, "a=[ 1.5 , \"x\\\"y\" , null ];b={ };c=-7;");
  seen.clear();
  for (Elements e(index, FindMember(index, index.root(), "a")); e.Next();) {
    seen.append(index.raw(e.value())).append(";");
  }
  EXPECT_EQ(seen, "1.5;\"x\\\"y\";null;");
  EXPECT_EQ(FindMember(index, index.root(), "d"), kAbsent);
  int32_t id;
  EXPECT_TRUE(FindId(index, index.root(), "c", id));
  EXPECT_EQ(id, -7);
  EXPECT_FALSE(FindId(index, index.root(), "a", id));
  EXPECT_EQ(PathOf(index, FindMember(index, index.root(), "a") + 3), "a[1]");
}

TEST(JsonIndexTest, ReadsOnlyPlainIntegers) {
  const Text text("[0,-0,12,999999999999999,1000000000000000,1.0,1e3,true]");
  JsonIndex index;
  JsonIndex::Defect defect;
  ASSERT_TRUE(index.Build(text.view(), 2, defect));
  std::string seen;
  for (Elements e(index, index.root()); e.Next();) {
    int64_t number;
    seen.append(index.ReadInteger(e.value(), number) ? std::to_string(number) : "no");
    seen.append(";");
  }
  EXPECT_EQ(seen, "0;0;12;999999999999999;no;no;no;no;");
}

std::string InArray(std::string_view value) {
  return std::string("[").append(value).append("]");
}

TEST(JsonIndexTest, TakesNumbersThatEveryParserHolds) {
  JsonIndex index;
  JsonIndex::Defect defect;
  const std::string zeros(40, '0');
  for (const char* number :
       {"-999999999999999999", "1e99", "-1.5E+20", "5e-324", "-1.7763568394002505e-15",
        "100000000000000000000.25", "0.123456789012345678901234567890"}) {
    const Text text(InArray(number));
    EXPECT_TRUE(index.Build(text.view(), 1, defect)) << number;
  }
  for (const std::string& number :
       {std::string("1e100"), std::string("1e+308"), std::string("1e-1000"),
        std::string("-1234567890123456789"), "0." + zeros, "1" + zeros, std::string("1e"),
        std::string("1."), std::string("-"), std::string("01"), std::string(".5")}) {
    const Text text(InArray(number));
    EXPECT_FALSE(index.Build(text.view(), 1, defect)) << number;
  }
}

TEST(JsonIndexTest, ReadsIntegersOfEveryLength) {
  JsonIndex index;
  JsonIndex::Defect defect;
  for (size_t size = 1; size <= 20; ++size) {
    const std::string digits = std::string("12345678901234567890").substr(0, size);
    const Text whole(InArray(digits));
    ASSERT_EQ(index.Build(whole.view(), 1, defect), size <= 18) << digits;
    int64_t number = -1;
    if (size <= 18) {
      EXPECT_EQ(index.ReadInteger(1, number), size <= 15) << digits;
    }
    if (size <= 15) {
      EXPECT_EQ(std::to_string(number), digits);
    }
    for (const char* tail : {".5", "e2", "E2"}) {
      const Text other(InArray(digits + tail));
      ASSERT_TRUE(index.Build(other.view(), 1, defect)) << digits << tail;
      EXPECT_FALSE(index.ReadInteger(1, number)) << digits << tail;
    }
    for (size_t at = 0; at < size; ++at) {
      std::string broken = digits;
      broken[at] = at == 0 ? '+' : '-';
      const Text text(InArray(broken));
      EXPECT_FALSE(index.Build(text.view(), 1, defect)) << broken;
    }
    const Text zero(InArray(std::string("0").append(digits)));
    EXPECT_FALSE(index.Build(zero.view(), 1, defect)) << digits;
  }
}

TEST(JsonIndexTest, TellsKeysOfEveryLengthApart) {
  // More than there are bits to tell their hashes apart by.
  constexpr size_t kKeys = 80;
  JsonIndex index;
  JsonIndex::Defect defect;
  for (size_t size = 2; size <= 20; ++size) {
    std::string members;
    std::string last;
    for (size_t i = 0; i < kKeys; ++i) {
      last = std::string(size, 'k');
      last[0] = static_cast<char>('a' + i % 10);
      last[size - 1] = static_cast<char>('a' + i / 10);
      members.append(i == 0 ? "\"" : ",\"").append(last).append("\":0");
    }
    const Text apart(std::string("{").append(members).append("}"));
    EXPECT_TRUE(index.Build(apart.view(), 1, defect)) << size;
    const Text twice(
        std::string("{").append(members).append(",\"").append(last).append("\":0}"));
    EXPECT_FALSE(index.Build(twice.view(), 1, defect)) << size;
    EXPECT_EQ(defect.byte, members.size() + 2) << size;
  }
}

TEST(JsonIndexTest, DecodesEscapes) {
  Arena arena;
  std::string_view out;
  const std::string_view plain = "no escapes";
  ASSERT_TRUE(DecodeJsonString(plain, arena, out));
  EXPECT_EQ(out.data(), plain.data());
  ASSERT_TRUE(DecodeJsonString(R"(a\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac)", arena, out));
  EXPECT_EQ(out, "a\"\\/\b\f\n\r\tA\u00e9\u20ac");
  ASSERT_TRUE(DecodeJsonString(R"(\ud83d\ude00 \ud83d \ude00 \ud83dx)", arena, out));
  EXPECT_EQ(out, "\U0001F600 \uFFFD \uFFFD \uFFFDx");
  for (const char* broken : {R"(\x)", R"(\u12)", R"(\u12g4)", "\\"}) {
    EXPECT_FALSE(DecodeJsonString(broken, arena, out)) << broken;
  }
}

// Every way of dropping members leaves a well-formed object with the others in order.
TEST(JsonEditTest, DropsAnyMembers) {
  const Text text(R"({ "a":1, "b":[2,3] ,"c":"x","d":{} })");
  JsonIndex index;
  JsonIndex::Defect defect;
  ASSERT_TRUE(index.Build(text.view(), 4, defect));
  for (int kept = 0; kept < 16; ++kept) {
    for (const bool after_all : {false, true}) {
      JsonEdit edit;
      edit.Start(text.view());
      ListEdit list(edit, index.begin(index.root()) + 1);
      int i = 0;
      std::string expected;
      for (Members m(index, index.root()); m.Next(); ++i) {
        if ((kept >> i & 1) != 0) {
          list.Keep(m.begin(), m.end());
          expected.append(m.key()).append(index.raw(m.value()));
        } else if (after_all) {
          list.Keep(m.begin(), m.end());
          edit.KeepTo(m.end());
          edit.out().append("garbage");
          list.DropKept();
        } else {
          list.Drop();
        }
      }
      list.Add().append(R"("new":0)");
      list.End(index.end(index.root()) - 1);
      edit.KeepTo(text.view().size());
      JsonIndex again;
      const Text result(edit.out());
      ASSERT_TRUE(again.Build(result.view(), 4, defect)) << edit.out();
      std::string seen;
      for (Members m(again, again.root()); m.Next();) {
        seen.append(m.key()).append(again.raw(m.value()));
      }
      EXPECT_EQ(seen, expected + "new0") << edit.out();
    }
  }
}

}  // namespace
}  // namespace footfall::capture
