// What tests of runs share: events as a plain model has them, and runs made of them in
// any cut.
#ifndef FOOTFALL_TESTS_STORE_RUN_TEST_UTIL_H_
#define FOOTFALL_TESTS_STORE_RUN_TEST_UTIL_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "store/batch.h"
#include "store/block.h"
#include "store/chunk/chunk.h"
#include "store/dictionary.h"
#include "store/log_record.h"
#include "store/rows.h"
#include "store/run.h"

namespace footfall::store {

// A model::Value that owns its text.
struct Cell {
  model::Value::Kind kind = model::Value::Kind::kMissing;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;
  std::string text;

  static Cell Of(const model::Value& v) {
    return {v.kind, v.boolean, v.integer, v.number, std::string(v.text)};
  }
  static Cell Text(std::string text) {
    Cell cell;
    cell.kind = model::Value::Kind::kString;
    cell.text = std::move(text);
    return cell;
  }
  static Cell Int(int64_t integer) { return Of(model::Value::Int(integer)); }
  model::Value value() const { return {kind, boolean, integer, number, text}; }
  bool operator==(const Cell&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Cell& cell) {
  return out << static_cast<int>(cell.kind) << ":" << cell.boolean << ":" << cell.integer
             << ":" << cell.number << ":" << cell.text;
}

// An event and what orders it. Codes of people are at the same time their ids.
struct ModelEvent {
  model::EventType type = model::EventType::kTrack;
  int64_t time_ms = 0;
  int64_t seq = 0;
  uint64_t person = 0;     // 0: it names none.
  uint64_t anonymous = 0;  // 0: it names none.
  uint64_t owner = 0;
  std::optional<std::string> session;
  // Name, url, title, app, environment, key, value.
  std::array<std::optional<std::string>, kTextFields> texts;
  std::array<std::string, kElementFields> element;
  std::array<std::string, kContextFields> context;
  std::optional<bool> https;
  std::vector<std::pair<std::string, Cell>> properties;

  uint64_t stream() const { return person != 0 ? person : anonymous; }
  // By which events of one person, time and seq go.
  uint64_t stream_rank() const { return stream() == owner ? UINT64_MAX : stream(); }
  bool activity() const {
    return type != model::EventType::kIdentify && type != model::EventType::kAlias;
  }
};

inline ModelEvent EventOf(uint64_t person, int64_t time_ms, std::string name) {
  ModelEvent event;
  event.person = person;
  event.owner = person;
  event.time_ms = time_ms;
  event.texts[0] = std::move(name);
  return event;
}

// What a column has to show for the event.
inline Cell CellOf(const ModelEvent& event, const ColumnId& id) {
  const auto optional = [](const std::optional<std::string>& text) {
    return text.has_value() ? Cell::Text(*text) : Cell();
  };
  const auto unless_empty = [](const std::string& text) {
    return text.empty() ? Cell() : Cell::Text(text);
  };
  const auto from = [&id](ColumnKind first) {
    return static_cast<size_t>(id.kind) - static_cast<size_t>(first);
  };
  if (id.kind == ColumnKind::kType) {
    return Cell::Text(std::string(model::EventTypeName(event.type)));
  }
  if (id.kind <= ColumnKind::kValue) {
    return optional(event.texts[from(ColumnKind::kName)]);
  }
  if (id.kind <= ColumnKind::kElementAutocomplete) {
    return unless_empty(event.element[from(ColumnKind::kElementTag)]);
  }
  if (id.kind <= ColumnKind::kContextDevice) {
    return unless_empty(event.context[from(ColumnKind::kContextCountry)]);
  }
  if (id.kind == ColumnKind::kContextHttps) {
    return event.https.has_value() ? Cell::Of(model::Value::Bool(*event.https)) : Cell();
  }
  if (id.kind == ColumnKind::kProperty) {
    for (const auto& [key, cell] : event.properties) {
      if (key == id.key) return cell;
    }
    return Cell();
  }
  return optional(event.session);
}

// Which strings a run's dictionaries take.
using TakesString = std::function<bool(uint32_t dictionary, std::string_view text)>;

// The events as rows, through log records.
inline Rows RowsOf(const std::vector<ModelEvent>& events, Dictionaries& dictionaries,
                   const TakesString& takes = nullptr) {
  constexpr size_t kEventsPerRecord = 3000;
  Rows rows;
  for (size_t begin = 0; begin < events.size(); begin += kEventsPerRecord) {
    Batch::Rep batch;
    std::vector<uint32_t> kept;
    std::map<uint64_t, uint64_t> owners;
    for (size_t i = begin; i < std::min(events.size(), begin + kEventsPerRecord); ++i) {
      const ModelEvent& source = events[i];
      const auto view = [](const std::optional<std::string>& text) {
        return text.has_value() ? std::string_view(*text) : std::string_view();
      };
      const std::string person = std::to_string(source.person);
      const std::string anonymous = std::to_string(source.anonymous);
      model::Event event;
      event.type = source.type;
      event.time_ms = source.time_ms;
      event.seq = source.seq;
      if (source.person != 0) event.person = person;
      if (source.anonymous != 0) event.anonymous = anonymous;
      event.session = view(source.session);
      const auto texts = TextFields(event);
      for (size_t k = 0; k < texts.size(); ++k) *texts[k] = view(source.texts[k]);
      const auto element = ElementFields(event.element);
      for (size_t k = 0; k < element.size(); ++k) {
        *element[k] = source.element[k];
        event.has_element = event.has_element || !source.element[k].empty();
      }
      const auto context = ContextFields(event.context);
      for (size_t k = 0; k < context.size(); ++k) *context[k] = source.context[k];
      event.context.https = source.https;
      std::vector<model::Property> properties;
      for (const auto& [key, cell] : source.properties) {
        properties.push_back({key, cell.value()});
      }
      event.properties = properties;
      batch.Add(event);
      kept.push_back(static_cast<uint32_t>(kept.size()));
      owners[source.stream()] = source.owner;
    }
    std::vector<uint64_t> people;
    for (size_t i = 0; i < batch.people.size(); ++i) {
      people.push_back(std::stoull(std::string(batch.people[i].text())));
    }
    const std::vector<uint32_t> codes =
        CodeStrings(batch.strings, [&](uint32_t dictionary, std::string_view text) {
          return takes == nullptr || takes(dictionary, text)
                     ? dictionaries.CodeOf(dictionary, text)
                     : Dictionaries::kNone;
        });
    const std::string encoded = EncodeRecord({.batch = batch,
                                              .codes = codes,
                                              .people = people,
                                              .kept = kept,
                                              .first_arrival = begin + 1});
    LogRecord record;
    EXPECT_TRUE(record.Parse(encoded).ok());
    const absl::Status status =
        rows.Append(record, INT64_MIN, INT64_MAX,
                    [&owners](uint64_t stream) -> absl::StatusOr<uint64_t> {
                      return owners.at(stream);
                    });
    EXPECT_TRUE(status.ok()) << status;
  }
  return rows;
}

// A run whose chunks end with the first person that takes them to `chunk_rows`.
class TestRun : public Run {
 public:
  TestRun(Rows rows, size_t chunk_rows, std::string name = "run 1") : name_(name) {
    rows.Sort();
    for (size_t begin = 0; begin < rows.size();) {
      size_t end = begin + 1;
      const bool activity = rows.key(begin).activity();
      while (
          end < rows.size() && rows.key(end).activity() == activity &&
          (end - begin < chunk_rows || rows.key(end).owner == rows.key(end - 1).owner)) {
        ++end;
      }
      if (activity) Add(EncodeChunk(rows, begin, end));
      begin = end;
    }
  }

  std::span<const ChunkSummary> chunks() const override { return summaries_; }
  absl::StatusOr<std::unique_ptr<ChunkReader>> Open(size_t index) const override {
    if (index == lost_chunk_ && lost_column_ == kChunkHeader) {
      return absl::DataLossError("the chunk is lost");
    }
    return std::unique_ptr<ChunkReader>(std::make_unique<Reader>(this, index));
  }
  std::string NameOf(size_t index) const override {
    return base::Cat(name_, " chunk ", index);
  }

  // Reading the column fails from now on; that of the header: opening the chunk.
  void Lose(size_t chunk, uint32_t column) {
    lost_chunk_ = chunk;
    lost_column_ = column;
  }
  // How often columns of the chunk were read.
  size_t reads(size_t chunk, uint32_t column) const {
    const auto found = reads_.find({chunk, column});
    return found == reads_.end() ? 0 : found->second;
  }
  // Counting is not thread-safe.
  void CountReads() { counts_reads_ = true; }

 private:
  class Reader : public ChunkReader {
   public:
    Reader(const TestRun* run, size_t chunk) : run_(run), chunk_(chunk) {}
    absl::StatusOr<std::string_view> Read(uint32_t column) override {
      if (run_->counts_reads_) ++run_->reads_[{chunk_, column}];
      if (chunk_ == run_->lost_chunk_ && column == run_->lost_column_) {
        return absl::DataLossError(base::Cat("column ", column, " is lost"));
      }
      for (const auto& [number, value] : run_->chunks_[chunk_]) {
        if (number == column) return std::string_view(value);
      }
      return absl::DataLossError(base::Cat("there is no column ", column));
    }

   private:
    const TestRun* run_;
    size_t chunk_;
  };

  void Add(EncodedChunk chunk) {
    auto summary = ParseChunkHeader(chunk.front().second);
    ASSERT_TRUE(summary.ok()) << summary.status();
    summaries_.push_back(*std::move(summary));
    chunks_.push_back(std::move(chunk));
  }

  std::string name_;
  std::vector<ChunkSummary> summaries_;
  std::vector<EncodedChunk> chunks_;
  size_t lost_chunk_ = SIZE_MAX;
  uint32_t lost_column_ = 0;
  bool counts_reads_ = false;
  mutable std::map<std::pair<size_t, uint32_t>, size_t> reads_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_TESTS_STORE_RUN_TEST_UTIL_H_
