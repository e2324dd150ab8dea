// What the tests of rows and chunks share: random events with everything that an event
// can have, and a form in which two events are told apart.
#ifndef FOOTFALL_TESTS_STORE_CHUNK_TEST_UTIL_H_
#define FOOTFALL_TESTS_STORE_CHUNK_TEST_UTIL_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "store/batch.h"
#include "store/chunk/chunk.h"
#include "store/dictionary.h"
#include "store/event_coding.h"
#include "store/log_record.h"
#include "store/rows.h"

namespace footfall::store {

// Everything that is known of an event, in words.
inline std::string Describe(const model::Event& event, uint64_t person,
                            uint64_t anonymous) {
  std::string out = base::Cat(model::EventTypeName(event.type), " ", event.time_ms, " ",
                              event.seq, " ", person, " ", anonymous);
  const auto put = [&out](std::string_view name, std::string_view text) {
    if (text.data() != nullptr) out += base::Cat(" ", name, "=", text);
  };
  put("id", event.id);
  put("session", event.session);
  int field = 0;
  for (const std::string_view* text : TextFields(event)) {
    put(std::to_string(field++), *text);
  }
  if (event.has_element) out += " element";
  for (const std::string_view* text : ElementFields(event.element)) {
    if (!text->empty()) put(std::to_string(field), *text);
    ++field;
  }
  for (const model::PathEntry& entry : event.element.path) {
    out += base::Cat(" <", entry.tag, " ", entry.id, " ", entry.css_class, ">");
  }
  for (const std::string_view* text : ContextFields(event.context)) {
    if (!text->empty()) put(std::to_string(field), *text);
    ++field;
  }
  if (event.context.https.has_value()) out += *event.context.https ? " https" : " http";
  for (const model::Property& property : event.properties) {
    const model::Value& value = property.value;
    out += base::Cat(" ", property.key, ":", static_cast<int>(value.kind), ":",
                     value.boolean ? "true" : "", value.integer, ":",
                     base::FormatDouble(value.number), ":", value.text);
  }
  return out;
}

// Rows and the dictionaries that they are coded by. Ids of people are their codes in
// decimal digits.
class ChunkFixture {
 public:
  Dictionaries dictionaries{size_t{1} << 20};
  Rows rows;
  std::map<uint64_t, uint64_t> links;  // Anonymous codes to people.
  uint64_t arrivals = 1;

  std::string Record(const Batch::Rep& batch) {
    std::vector<uint32_t> kept(batch.facts.size());
    for (size_t i = 0; i < kept.size(); ++i) kept[i] = static_cast<uint32_t>(i);
    std::vector<uint64_t> people;
    for (size_t i = 0; i < batch.people.size(); ++i) {
      people.push_back(
          std::strtoull(std::string(batch.people[i].text()).c_str(), nullptr, 10));
      if (people.back() == 0) people.back() = 999;
    }
    const std::vector<uint32_t> codes =
        CodeStrings(batch.strings, [this](uint32_t dictionary, std::string_view text) {
          // Some are in no dictionary.
          if (text.find("inline") != std::string_view::npos) return Dictionaries::kNone;
          return dictionaries.CodeOf(dictionary, text);
        });
    std::string value = EncodeRecord({.batch = batch,
                                      .codes = codes,
                                      .people = people,
                                      .kept = kept,
                                      .first_arrival = arrivals});
    arrivals += batch.facts.size();
    return value;
  }
  absl::Status AppendValue(std::string_view value, int64_t from_ms = INT64_MIN,
                           int64_t to_ms = INT64_MAX) {
    LogRecord record;
    FOOTFALL_RETURN_IF_ERROR(record.Parse(value));
    return rows.Append(record, from_ms, to_ms,
                       [this](uint64_t stream) -> absl::StatusOr<uint64_t> {
                         const auto link = links.find(stream);
                         return link == links.end() ? stream : link->second;
                       });
  }
  void Append(const Batch::Rep& batch, int64_t from_ms = INT64_MIN,
              int64_t to_ms = INT64_MAX) {
    ASSERT_TRUE(AppendValue(Record(batch), from_ms, to_ms).ok());
  }

  // What the rows say, in their order.
  std::vector<std::string> Describe(const Rows& of) { return Decode(of, nullptr); }
  std::vector<std::string> Names(const Rows& of) {
    std::vector<std::string> names;
    Decode(of, &names);
    return names;
  }

  // Appends events that have each thing sometimes, and answers what they say.
  std::vector<std::string> AddRandom(size_t count, uint64_t seed);

 private:
  std::vector<std::string> Decode(const Rows& of, std::vector<std::string>* names) {
    const std::string value = of.ToRecord(0, of.size(), 1);
    std::vector<std::string> all;
    LogRecord record;
    EXPECT_TRUE(record.Parse(value).ok());
    EXPECT_TRUE(record.Resolve(dictionaries).ok());
    const std::vector<uint64_t>& people = record.people();
    EXPECT_TRUE(
        record
            .Visit([&](const EventDecoder::Decoded& decoded, uint64_t) {
              all.push_back(store::Describe(
                  decoded.event,
                  decoded.person == UINT32_MAX ? 0 : people[decoded.person],
                  decoded.anonymous == UINT32_MAX ? 0 : people[decoded.anonymous]));
              if (names != nullptr) names->emplace_back(decoded.event.name);
              return absl::OkStatus();
            })
            .ok());
    return all;
  }
};

inline std::vector<std::string> ChunkFixture::AddRandom(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&random](uint64_t end) { return random() % end; };
  const auto one_in = [&](uint64_t n) { return below(n) == 0; };
  std::vector<std::string> all;
  Batch::Rep batch;
  int64_t time_ms = 1'700'000'000'000;
  for (size_t i = 0; i < count; ++i) {
    // Storage for what the event views.
    std::vector<std::string> texts;
    texts.reserve(64);
    const auto text = [&](std::string_view stem, uint64_t kinds) -> std::string_view {
      return texts.emplace_back(
          base::Cat(one_in(40) ? "inline " : "", stem, " ", below(kinds)));
    };
    model::Event event;
    time_ms += static_cast<int64_t>(below(one_in(10) ? 40'000'000 : 20'000));
    event.type = one_in(12) ? model::EventType::kIdentify
                            : static_cast<model::EventType>(below(8));
    event.time_ms = one_in(20) ? time_ms - 5'000'000 : time_ms;
    if (one_in(6)) event.seq = static_cast<int64_t>(below(1000)) - 500;
    switch (below(5)) {
      case 0:
        break;
      case 1:
        event.id = text("event", 1'000'000);
        break;
      case 2:
        event.id = texts.emplace_back("0123456789abcdef");
        break;
      case 3:
        event.id = texts.emplace_back("123e4567-e89b-12d3-a456-426614174000");
        break;
      default:
        event.id = texts.emplace_back("");
    }
    const std::string person = std::to_string(1 + below(20));
    const std::string anonymous = std::to_string(100 + below(30));
    if (!one_in(4)) event.person = person;
    if (event.person.data() == nullptr || one_in(3)) event.anonymous = anonymous;
    if (!one_in(5)) {
      event.session = one_in(3) ? text("visit", 50)
                                : std::string_view(texts.emplace_back(
                                      base::Cat("00000000000000", 10 + below(50))));
    }
    for (std::string_view* field : TextFields(event)) {
      if (!one_in(3)) *field = one_in(30) ? std::string_view("") : text("field", 30);
    }
    std::vector<model::PathEntry> path;
    if (one_in(2)) {
      event.has_element = true;
      for (std::string_view* field : ElementFields(event.element)) {
        if (one_in(3)) *field = text("part", 5);
      }
      for (uint64_t k = below(3); k > 0; --k) {
        path.push_back({text("tag", 3), one_in(2) ? text("id", 3) : std::string_view(),
                        one_in(2) ? text("class", 3) : std::string_view()});
      }
      event.element.path = path;
    }
    for (std::string_view* field : ContextFields(event.context)) {
      if (one_in(3)) *field = text("place", 4);
    }
    if (one_in(3)) event.context.https = one_in(2);
    std::vector<model::Property> properties;
    const auto add = [&](std::string_view key, const model::Value& value) {
      properties.push_back({key, value});
    };
    if (one_in(2)) add("plan", model::Value::String(text("plan", 4)));
    if (one_in(2)) add("amount", model::Value::Int(static_cast<int64_t>(random())));
    if (one_in(3)) add("count", model::Value::Int(static_cast<int64_t>(below(5))));
    if (one_in(3))
      add("price", model::Value::Double(static_cast<double>(below(9999)) / 100));
    if (one_in(9))
      add("odd", model::Value::Double(1.0 / static_cast<double>(below(50) + 3)));
    if (one_in(4)) add("flag", model::Value::Bool(one_in(2)));
    if (one_in(5)) add("nothing", model::Value::Missing());
    if (one_in(6)) add("inline key", model::Value::String(text("value", 9)));
    if (one_in(7)) add("json", model::Value::Json(texts.emplace_back("[1,2]")));
    if (one_in(4)) {
      add("mixed",
          one_in(2) ? model::Value::Int(3) : model::Value::String(text("three", 3)));
    }
    if (properties.size() > 1 && one_in(8)) std::swap(properties[0], properties[1]);
    event.properties = properties;
    batch.Add(event);
    const uint64_t person_code =
        event.person.data() == nullptr ? 0 : std::strtoull(person.c_str(), nullptr, 10);
    all.push_back(store::Describe(event, person_code,
                                  event.anonymous.data() == nullptr
                                      ? 0
                                      : std::strtoull(anonymous.c_str(), nullptr, 10)));
  }
  for (uint64_t code = 100; code < 110; ++code) links[code] = code - 99;
  Append(batch);
  return all;
}

class MapReader : public ChunkReader {
 public:
  explicit MapReader(const EncodedChunk& chunk) : chunk_(chunk) {}
  absl::StatusOr<std::string_view> Read(uint32_t column) override {
    for (const auto& [number, value] : chunk_) {
      if (number == column) return std::string_view(value);
    }
    return absl::DataLossError("no such column");
  }

 private:
  const EncodedChunk& chunk_;
};

inline std::vector<EncodedChunk> EncodeAll(const Rows& rows,
                                           Packing packing = Packing::kSmall) {
  std::vector<EncodedChunk> chunks;
  size_t begin = 0;
  for (const size_t end : CutIntoChunks(rows)) {
    chunks.push_back(EncodeChunk(rows, begin, end, packing));
    begin = end;
  }
  return chunks;
}

inline ChunkSummary SummaryOf(const EncodedChunk& chunk) {
  EXPECT_EQ(chunk[0].first, uint32_t{kChunkHeader});
  const auto summary = ParseChunkHeader(chunk[0].second);
  EXPECT_TRUE(summary.ok()) << summary.status();
  return *summary;
}

}  // namespace footfall::store

#endif  // FOOTFALL_TESTS_STORE_CHUNK_TEST_UTIL_H_
