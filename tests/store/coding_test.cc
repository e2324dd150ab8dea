// Encodings and tables: bytes as FORMAT.md states them, bounds, damage.
#include "store/coding.h"

#include <cmath>
#include <limits>

#include "store/batch.h"
#include "store/dictionary.h"
#include "store/event_coding.h"
#include "store/string_table.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;

TEST(CodingTest, VarintsComeBackAndAreLeb128) {
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{16383}, uint64_t{16384},
        uint64_t{1} << 35, uint64_t{1} << 63, UINT64_MAX}) {
    std::string out;
    PutVarint(out, value);
    Reader reader(out);
    EXPECT_EQ(reader.Varint(), value);
    EXPECT_TRUE(reader.ok() && reader.done()) << value;
  }
  std::string out;
  PutVarint(out, 300);
  EXPECT_EQ(out, "\xac\x02");
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, int64_t{1}, INT64_MIN, INT64_MAX}) {
    out.clear();
    PutZigZag(out, value);
    EXPECT_EQ(Reader(out).SignedVarint(), value);
  }
  out.clear();
  PutZigZag(out, -2);
  EXPECT_EQ(out, "\x03");
}

TEST(CodingTest, FixedNumbersAreBigEndian) {
  std::string out;
  PutFixed32(out, 0x01020304);
  PutFixed64(out, 0x0102030405060708);
  PutDouble(out, -0.0);
  EXPECT_EQ(out.substr(0, 12), "\x01\x02\x03\x04\x01\x02\x03\x04\x05\x06\x07\x08");
  Reader reader(out);
  EXPECT_EQ(reader.Fixed32(), 0x01020304u);
  EXPECT_EQ(reader.Fixed64(), 0x0102030405060708u);
  EXPECT_TRUE(std::signbit(reader.Double()));
  EXPECT_TRUE(reader.ok() && reader.done());
}

TEST(CodingTest, DamageYieldsZerosAndStays) {
  const std::string too_long(11, '\xff');
  EXPECT_EQ(Reader(too_long).Varint(), 0u);
  const std::string cut("\x80", 1);
  Reader reader(cut);
  EXPECT_EQ(reader.Varint(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.Byte(), 0);
  EXPECT_EQ(reader.Fixed64(), 0u);
  EXPECT_FALSE(reader.ok());
  std::string count;
  PutVarint(count, 1'000'000);
  Reader counted(count);
  EXPECT_EQ(counted.Count(), 0u);
  EXPECT_FALSE(counted.ok());
  std::string bytes;
  PutVarint(bytes, 5);
  bytes += "four";
  Reader text(bytes);
  EXPECT_EQ(text.Bytes(), "");
  EXPECT_FALSE(text.ok());
}

// Decodes the events of a batch as a record would hold them.
class BatchReader {
 public:
  explicit BatchReader(const Batch::Rep& batch) : batch_(batch) {
    for (size_t i = 0; i < batch.strings.size(); ++i) {
      strings_.push_back(batch.strings[i].text());
    }
    for (size_t i = 0; i < batch.people.size(); ++i) {
      people_.push_back(batch.people[i].text());
    }
  }
  EventDecoder::Tables tables() const {
    return {
        .base_time_ms = batch_.base_time_ms, .strings = &strings_, .people = &people_};
  }

 private:
  const Batch::Rep& batch_;
  std::vector<std::string_view> strings_;
  std::vector<std::string_view> people_;
};

TEST(EventCodingTest, EveryFieldAloneComesBackAndNoOther) {
  for (int field = 0; field < kTextFields; ++field) {
    for (const std::string_view text : {std::string_view(""), std::string_view("x")}) {
      Batch::Rep batch;
      model::Event event;
      *TextFields(event)[static_cast<size_t>(field)] = text;
      batch.Add(event);
      const BatchReader tables(batch);
      EventDecoder decoder(tables.tables());
      EventDecoder::Decoded decoded;
      Reader reader(batch.encoded(batch.facts[0]));
      ASSERT_TRUE(decoder.Next(reader, decoded));
      EXPECT_TRUE(reader.done());
      const auto texts = TextFields(decoded.event);
      for (int other = 0; other < kTextFields; ++other) {
        const std::string_view read = *texts[static_cast<size_t>(other)];
        // Absent and empty are told apart.
        EXPECT_EQ(read.data() != nullptr, other == field) << field << " " << other;
        EXPECT_EQ(read, other == field ? text : "") << field << " " << other;
      }
      EXPECT_EQ(decoded.event.id.data(), nullptr);
      EXPECT_EQ(decoded.event.session.data(), nullptr);
      EXPECT_EQ(decoded.person, UINT32_MAX);
      EXPECT_FALSE(decoded.event.context.https.has_value());
    }
  }
}

TEST(EventCodingTest, ContextAndElementFieldsComeBack) {
  for (int field = 0; field < kContextFields; ++field) {
    Batch::Rep batch;
    model::Event event;
    *ContextFields(event.context)[static_cast<size_t>(field)] = "c";
    event.context.https = field % 2 == 0;
    batch.Add(event);
    const BatchReader tables(batch);
    EventDecoder decoder(tables.tables());
    EventDecoder::Decoded decoded;
    Reader reader(batch.encoded(batch.facts[0]));
    ASSERT_TRUE(decoder.Next(reader, decoded));
    const auto read = ContextFields(decoded.event.context);
    for (int other = 0; other < kContextFields; ++other) {
      EXPECT_EQ(*read[static_cast<size_t>(other)], other == field ? "c" : "");
    }
    EXPECT_EQ(decoded.event.context.https, std::optional<bool>(field % 2 == 0));
    EXPECT_FALSE(decoded.event.has_element);
  }
  for (int field = 0; field <= kElementFields; ++field) {
    Batch::Rep batch;
    model::Event event;
    event.has_element = true;
    if (field < kElementFields) {
      *ElementFields(event.element)[static_cast<size_t>(field)] = "e";
    }
    const std::vector<model::PathEntry> path = {{"a", "", "c"}, {"", "b", ""}, {}};
    if (field % 2 == 0) event.element.path = path;
    batch.Add(event);
    const BatchReader tables(batch);
    EventDecoder decoder(tables.tables());
    EventDecoder::Decoded decoded;
    Reader reader(batch.encoded(batch.facts[0]));
    ASSERT_TRUE(decoder.Next(reader, decoded));
    EXPECT_TRUE(reader.done());
    EXPECT_TRUE(decoded.event.has_element);
    const auto read = ElementFields(decoded.event.element);
    for (int other = 0; other < kElementFields; ++other) {
      EXPECT_EQ(*read[static_cast<size_t>(other)], other == field ? "e" : "");
    }
    ASSERT_EQ(decoded.event.element.path.size(), field % 2 == 0 ? 3u : 0u);
    if (field % 2 == 0) {
      EXPECT_EQ(decoded.event.element.path[0].tag, "a");
      EXPECT_EQ(decoded.event.element.path[0].id, "");
      EXPECT_EQ(decoded.event.element.path[0].css_class, "c");
      EXPECT_EQ(decoded.event.element.path[1].id, "b");
      EXPECT_EQ(decoded.event.element.path[2].tag, "");
    }
  }
}

TEST(EventCodingTest, TypesTimesIdsAndValuesComeBack) {
  Batch::Rep batch;
  const int64_t times[] = {kNow, kNow - 1, 0, INT64_MAX, INT64_MIN};
  for (int type = 0; type < model::kEventTypeCount; ++type) {
    model::Event event;
    event.type = static_cast<model::EventType>(type);
    event.time_ms = times[type % 5];
    event.seq = type % 2 == 0 ? INT64_MIN + type : 0;
    const std::string id = "id" + std::to_string(type);
    if (type != 3) event.id = id;
    event.person = "p";
    if (type == 5) event.anonymous = "p";
    const std::vector<model::Property> properties = {
        {"nan", model::Value::Double(std::numeric_limits<double>::quiet_NaN())},
        {"max", model::Value::Int(INT64_MAX - type)},
        {"no", model::Value::Bool(false)},
        {"nested", model::Value::Json("{\"a\":[]}")},
        {"", model::Value::String("")}};
    event.properties = properties;
    batch.Add(event);
  }
  const BatchReader tables(batch);
  EventDecoder decoder(tables.tables());
  EventDecoder::Decoded decoded;
  for (int type = 0; type < model::kEventTypeCount; ++type) {
    Reader reader(batch.encoded(batch.facts[static_cast<size_t>(type)]));
    ASSERT_TRUE(decoder.Next(reader, decoded)) << type;
    EXPECT_TRUE(reader.done());
    const model::Event& event = decoded.event;
    EXPECT_EQ(event.type, static_cast<model::EventType>(type));
    EXPECT_EQ(event.time_ms, times[type % 5]);
    EXPECT_EQ(event.seq, type % 2 == 0 ? INT64_MIN + type : 0);
    EXPECT_EQ(event.id, type == 3 ? "" : "id" + std::to_string(type));
    EXPECT_EQ(event.id.data() == nullptr, type == 3);
    EXPECT_EQ(event.person, "p");
    EXPECT_EQ(event.anonymous.data() != nullptr, type == 5);
    // A person and an anonymous one of the same text are two.
    if (type == 5) {
      EXPECT_NE(decoded.person, decoded.anonymous);
    }
    ASSERT_EQ(event.properties.size(), 5u);
    EXPECT_TRUE(std::isnan(event.properties[0].value.number));
    EXPECT_EQ(event.properties[1].value.integer, INT64_MAX - type);
    EXPECT_EQ(event.properties[2].value.kind, model::Value::Kind::kBool);
    EXPECT_FALSE(event.properties[2].value.boolean);
    EXPECT_EQ(event.properties[3].value.kind, model::Value::Kind::kJson);
    EXPECT_EQ(event.properties[3].value.text, "{\"a\":[]}");
    EXPECT_TRUE(event.properties[4].value.is_string());
    EXPECT_EQ(event.properties[4].key, "");
  }
}

TEST(EventCodingTest, CutAndWrongBytesAreRefused) {
  Batch::Rep batch;
  model::Event event;
  event.id = "id";
  event.person = "p";
  event.name = "name";
  event.context.country = "FR";
  const std::vector<model::Property> properties = {{"k", model::Value::Double(1)}};
  event.properties = properties;
  batch.Add(event);
  const BatchReader tables(batch);
  const std::string whole(batch.encoded(batch.facts[0]));
  EventDecoder decoder(tables.tables());
  EventDecoder::Decoded decoded;
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    Reader reader(cut);
    EXPECT_FALSE(decoder.Next(reader, decoded)) << size;
  }
  std::string wrong = whole;
  wrong[0] = static_cast<char>(model::kEventTypeCount);
  Reader reader(wrong);
  EXPECT_FALSE(decoder.Next(reader, decoded));
  // An index past the end of its table.
  const std::vector<std::string_view> none;
  EventDecoder empty({.base_time_ms = 0, .strings = &none, .people = &none});
  Reader whole_reader(whole);
  EXPECT_FALSE(empty.Next(whole_reader, decoded));
}

TEST(StringTableTest, InternsBySpaceAndTakesBack) {
  StringTable table;
  EXPECT_EQ(table.Find(1, "a"), StringTable::kNone);
  EXPECT_EQ(table.Intern(1, "a"), 0u);
  EXPECT_EQ(table.Intern(2, "a"), 1u);
  EXPECT_EQ(table.Intern(1, ""), 2u);
  EXPECT_EQ(table.Intern(1, "a"), 0u);
  EXPECT_EQ(table[2].text(), "");
  EXPECT_EQ(table[1].space, 2u);
  const std::string long_text(300'000, 'x');
  EXPECT_EQ(table.Intern(3, long_text), 3u);
  const char* const first = table[0].data;
  for (int i = 0; i < 10'000; ++i) table.Intern(7, std::to_string(i));
  ASSERT_EQ(table.size(), 10'004u);
  EXPECT_EQ(table[0].data, first);
  EXPECT_EQ(table[3].text(), long_text);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(table.Find(7, std::to_string(i)), static_cast<uint32_t>(4 + i));
  }
  EXPECT_GT(table.bytes(), 300'000u);
  table.Truncate(54);
  EXPECT_EQ(table.size(), 54u);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(table.Find(7, std::to_string(i)),
              i < 50 ? static_cast<uint32_t>(4 + i) : StringTable::kNone);
  }
  EXPECT_EQ(table.Intern(7, "9999"), 54u);
  table.Clear();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.Find(1, "a"), StringTable::kNone);
  EXPECT_EQ(table.Intern(1, "a"), 0u);
}

TEST(StringTableTest, LooksAtTheGuessFirst) {
  StringTable table;
  uint32_t guess = 7;  // Of nothing yet.
  EXPECT_EQ(table.Intern(1, "one", guess), 0u);
  EXPECT_EQ(guess, 0u);
  EXPECT_EQ(table.Intern(1, "one", guess), 0u);
  // The same text elsewhere, and others as long.
  EXPECT_EQ(table.Intern(2, "one", guess), 1u);
  EXPECT_EQ(table.Intern(2, "two", guess), 2u);
  EXPECT_EQ(table.Intern(1, "one", guess), 0u);
  EXPECT_EQ(table.Intern(1, "", guess), 3u);
  EXPECT_EQ(table.Intern(1, "", guess), 3u);
  table.Clear();
  guess = 2;
  EXPECT_EQ(table.Intern(2, "two", guess), 0u);
  EXPECT_EQ(table.size(), 1u);
}

TEST(StringTableTest, TellsTextsOfEveryLengthApart) {
  StringTable table;
  std::string text;
  uint32_t index = 0;
  for (size_t size = 0; size <= 40; ++size) {
    // Each byte counts.
    for (size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = 'y';
      EXPECT_EQ(table.Intern(5, other), index++);
      EXPECT_EQ(table.Find(5, other), index - 1);
    }
    EXPECT_EQ(table.Intern(5, text), index++);
    text.push_back('x');
  }
  EXPECT_EQ(table.Find(5, std::string(39, 'x') + 'z'), StringTable::kNone);
}

TEST(DictionariesTest, HoldTheirBounds) {
  Dictionaries dictionaries(64 << 20);
  EXPECT_EQ(dictionaries.CodeOf(2, std::string(Dictionaries::kTextBytesMax, 'x')), 0u);
  EXPECT_EQ(dictionaries.CodeOf(2, std::string(Dictionaries::kTextBytesMax + 1, 'x')),
            Dictionaries::kNone);
  for (uint32_t i = 1; i < Dictionaries::kStringsMax; ++i) {
    ASSERT_EQ(dictionaries.CodeOf(2, std::to_string(i)), i);
  }
  EXPECT_EQ(dictionaries.CodeOf(2, "one too many"), Dictionaries::kNone);
  EXPECT_EQ(dictionaries.CodeOf(2, "7"), 7u);
  EXPECT_EQ(dictionaries.CodeOf(3, "another"), Dictionaries::kStringsMax);
  EXPECT_EQ(dictionaries.size(), Dictionaries::kStringsMax + 1);

  Dictionaries small(4 << 10);
  uint32_t taken = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint32_t code = small.CodeOf(1, "a text of some length " + std::to_string(i));
    taken += code != Dictionaries::kNone ? 1 : 0;
  }
  EXPECT_GT(taken, 10u);
  EXPECT_LT(taken, 200u);
  EXPECT_LT(small.bytes(), 16u << 10);
}

TEST(DictionariesTest, TakeBackWhatWasNotWritten) {
  Dictionaries dictionaries(1 << 20);
  EXPECT_EQ(dictionaries.CodeOf(1, "kept"), 0u);
  EXPECT_EQ(dictionaries.CodeOf(1, "lost"), 1u);
  EXPECT_EQ(dictionaries.CodeOf(2, "lost"), 2u);
  dictionaries.Truncate(1);
  EXPECT_EQ(dictionaries.size(), 1u);
  EXPECT_EQ(dictionaries.Find(1, "lost"), Dictionaries::kNone);
  EXPECT_EQ(dictionaries.Text(1).data(), nullptr);
  EXPECT_EQ(dictionaries.CodeOf(2, "other"), 1u);
  EXPECT_EQ(dictionaries.CodeOf(1, "kept"), 0u);
  std::vector<std::string_view> texts(3);
  EXPECT_TRUE(dictionaries.Resolve({1, Dictionaries::kNone, 0}, &texts));
  EXPECT_THAT(texts, ElementsAre("other", "", "kept"));
  EXPECT_FALSE(dictionaries.Resolve({2, 0, 0}, &texts));
}

TEST(DictionariesTest, RowsComeBackInOrderOnly) {
  Dictionaries dictionaries(1 << 20);
  dictionaries.CodeOf(70'000, "value");
  dictionaries.CodeOf(1, "");
  Dictionaries loaded(1 << 20);
  EXPECT_EQ(loaded.Load(1, dictionaries.Row(1)).code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(loaded.Load(0, dictionaries.Row(0)).ok());
  EXPECT_EQ(loaded.Load(1, dictionaries.Row(0)).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(loaded.Load(1, "").code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(loaded.Load(1, dictionaries.Row(1)).ok());
  EXPECT_EQ(loaded.Find(70'000, "value"), 0u);
  EXPECT_EQ(loaded.Find(1, ""), 1u);
}

}  // namespace
}  // namespace footfall::store
