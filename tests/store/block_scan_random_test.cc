// Scans of runs against plain loops over a sorted vector of all events, for random runs
// and requests. FOOTFALL_BLOCK_SCAN_ROUNDS asks for more rounds than usual.
#include <cstdlib>
#include <random>
#include <set>
#include <tuple>

#include "tests/store/run_test_util.h"

namespace footfall::store {
namespace {

constexpr int64_t kDayMs = int64_t{24} * 60 * 60 * 1000;
constexpr int64_t kStartMs = 1'763'712'000'000;
constexpr int64_t kFirstWeekMs = -3 * kDayMs;

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Everything that one round is about.
struct World {
  std::shared_ptr<Dictionaries> dictionaries =
      std::make_shared<Dictionaries>(size_t{1} << 24);
  std::vector<std::shared_ptr<const Run>> runs;
  absl::flat_hash_map<uint64_t, uint64_t> moved;
  std::vector<ModelEvent> events;  // That count, in event order.
  int64_t span_ms = 0;
  uint64_t people = 0;
};

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  int64_t Between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool OneIn(int64_t n) { return Between(1, n) == 1; }

  World Make() {
    World world;
    world.people = static_cast<uint64_t>(Between(1, 30));
    world.span_ms = OneIn(3) ? Between(1, 50) : Between(1, 200) * kDayMs;
    tick_ms_ = OneIn(2) ? 1 : std::max<int64_t>(1, world.span_ms / Between(1, 40));
    overlap_ = Between(0, 2);
    const int64_t runs = OneIn(3) ? 1 : Between(2, 6);
    std::vector<std::vector<ModelEvent>> of_runs(static_cast<size_t>(runs));
    for (size_t r = 0; r < of_runs.size(); ++r) {
      const int64_t count = OneIn(4) ? Between(0, 5) : Between(0, 400);
      // A run may be of some people only.
      const uint64_t first = OneIn(4) ? static_cast<uint64_t>(Between(1, 20)) : 1;
      for (int64_t i = 0; i < count; ++i) {
        of_runs[r].push_back(Event(world, r, of_runs.size(), first));
      }
    }
    if (runs > 1 && OneIn(2)) Move(&world, &of_runs);
    std::vector<std::tuple<size_t, size_t>> order;
    for (size_t r = 0; r < of_runs.size(); ++r) AddRun(&world, of_runs[r], r);
    SortEvents(&world, of_runs);
    return world;
  }

  BlockRequest Request(const World& world) {
    BlockRequest request;
    const auto time = [&] {
      const int64_t at = kStartMs + Between(-world.span_ms / 4, world.span_ms * 5 / 4);
      if (OneIn(3)) return FloorDiv(at, kDayMs) * kDayMs;
      if (OneIn(3)) {
        return FloorDiv(at - kFirstWeekMs, 7 * kDayMs) * 7 * kDayMs + kFirstWeekMs;
      }
      return at;
    };
    if (OneIn(2)) request.from_ms = time();
    if (OneIn(2)) request.to_ms = time();
    if (OneIn(4)) request.first_person = static_cast<uint64_t>(Between(0, 1100));
    if (OneIn(4)) request.end_person = static_cast<uint64_t>(Between(0, 1100));
    for (int kind = 0; kind < static_cast<int>(ColumnKind::kProperty); ++kind) {
      if (!OneIn(3)) request.columns.push_back({static_cast<ColumnKind>(kind), ""});
    }
    for (const char* key : {"plan", "price", "count", "mixed", "flag", "rare", "none"}) {
      if (!OneIn(3)) request.columns.push_back({ColumnKind::kProperty, key});
    }
    std::shuffle(request.columns.begin(), request.columns.end(), random_);
    return request;
  }

  std::mt19937_64& random() { return random_; }

 private:
  std::string Text(const char* prefix, int64_t different) {
    std::string text = prefix + std::to_string(Between(1, different));
    if (OneIn(50)) text += std::string(300, 'x');  // Too long for a dictionary.
    return text;
  }

  ModelEvent Event(const World& world, size_t run, size_t runs, uint64_t first) {
    ModelEvent event;
    event.owner = std::min(world.people,
                           first + static_cast<uint64_t>(Between(0, OneIn(2) ? 2 : 30)));
    // Three streams to a person: their own, a lesser and a greater code.
    event.owner *= 30;
    const int64_t stream = OneIn(2) ? 0 : Between(0, 2);
    if (stream == 0) {
      event.person = event.owner;
      if (OneIn(4)) event.anonymous = event.owner + 1;
    } else {
      event.anonymous = stream == 1 ? event.owner + 1 : event.owner - 5;
    }
    const auto n = static_cast<int64_t>(runs);
    const auto r = static_cast<int64_t>(run);
    int64_t low = 0;
    int64_t high = world.span_ms;
    if (overlap_ == 0 || (overlap_ == 1 && !OneIn(10))) {
      low = world.span_ms * r / n;
      high = std::max(low, world.span_ms * (r + 1) / n - 1);
    }
    event.time_ms = kStartMs + Between(low, high) / tick_ms_ * tick_ms_;
    event.seq = OneIn(2) ? 0 : Between(-2, 2);
    event.type = static_cast<model::EventType>(Between(0, 7));
    if (OneIn(20)) event.type = model::EventType::kIdentify;
    Fill(&event);
    return event;
  }

  void Fill(ModelEvent* event) {
    if (!OneIn(3)) {
      event->session = Text("s", 5) + "-" + std::to_string(event->owner / 60);
    }
    for (auto& text : event->texts) {
      if (OneIn(2)) text = Text("text", OneIn(2) ? 3 : 400);
      if (OneIn(30)) text = "";
    }
    for (std::string& text : event->element) {
      if (OneIn(3)) text = Text("e", 5);
    }
    for (std::string& text : event->context) {
      if (OneIn(3)) text = Text("c", 5);
    }
    if (OneIn(2)) event->https = OneIn(2);
    const auto add = [event](const char* key, const model::Value& value) {
      event->properties.emplace_back(key, Cell::Of(value));
    };
    if (!OneIn(3)) add("plan", model::Value::String(Text("plan", 4)));
    if (OneIn(2))
      add("price", model::Value::Double(static_cast<double>(Between(0, 1 << 20)) / 8));
    if (OneIn(2))
      add("count",
          model::Value::Int(OneIn(2) ? Between(0, 3) : Between(-1000000, 1 << 30)));
    if (OneIn(4)) add("flag", model::Value::Bool(OneIn(2)));
    if (OneIn(40))
      add("rare", model::Value::Json("[" + std::to_string(Between(1, 3)) + "]"));
    if (OneIn(2)) {
      const std::string text = Text("m", 4);
      const model::Value values[] = {
          model::Value::Int(Between(0, 3)), model::Value::Double(1.5),
          model::Value::String(text), model::Value::Json("{}"), model::Value::Bool(true)};
      add("mixed", values[Between(0, 4)]);
    }
  }

  // Some anonymous ids of early runs are people of their own there, and were linked
  // later.
  void Move(World* world, std::vector<std::vector<ModelEvent>>* of_runs) {
    std::vector<ModelEvent>& last = of_runs->back();
    for (size_t r = 0; r + 1 < of_runs->size(); ++r) {
      const size_t count = (*of_runs)[r].size();
      for (size_t i = 0; i < count; ++i) {
        ModelEvent& event = (*of_runs)[r][i];
        if (event.person != 0 || event.owner % 60 != 0) continue;
        last.push_back(event);
        world->moved[event.anonymous] = event.owner;
        event.owner = event.anonymous;
      }
    }
  }

  void AddRun(World* world, const std::vector<ModelEvent>& events, size_t r) {
    // Some strings are in no dictionary, or were not when the run was made.
    const int64_t without = Between(0, 3);
    const size_t salt = OneIn(2) ? r : 0;
    Rows rows = RowsOf(events, *world->dictionaries,
                       [without, salt](uint32_t dictionary, std::string_view text) {
                         const size_t hash =
                             std::hash<std::string_view>()(text) + dictionary + salt;
                         return without == 0 || hash % 7 >= static_cast<size_t>(without);
                       });
    if (OneIn(6)) {
      world->runs.push_back(MakeMemoryRun(std::move(rows)));
    } else {
      const auto chunk_rows = static_cast<size_t>(OneIn(3) ? 1 : Between(1, 200));
      world->runs.push_back(std::make_shared<TestRun>(std::move(rows), chunk_rows));
    }
  }

  void SortEvents(World* world, const std::vector<std::vector<ModelEvent>>& of_runs) {
    for (const auto& events : of_runs) {
      for (const ModelEvent& event : events) {
        if (event.activity() && !world->moved.contains(event.owner)) {
          world->events.push_back(event);
        }
      }
    }
    std::stable_sort(world->events.begin(), world->events.end(),
                     [](const ModelEvent& a, const ModelEvent& b) {
                       return std::tuple(a.owner, a.time_ms, a.seq, a.stream_rank()) <
                              std::tuple(b.owner, b.time_ms, b.seq, b.stream_rank());
                     });
  }

  std::mt19937_64 random_;
  int64_t tick_ms_ = 1;
  int64_t overlap_ = 0;
};

// What a request has to answer.
class Expected {
 public:
  Expected(const World& world, const BlockRequest& request, int64_t expired_before_ms)
      : request_(request), from_ms_(std::max(request.from_ms, expired_before_ms)) {
    for (const ModelEvent& event : world.events) {
      if (event.owner < request.first_person || event.owner >= request.end_person ||
          event.time_ms < expired_before_ms) {
        continue;
      }
      people_[event.owner].push_back(&event);
    }
  }

  bool InRange(const ModelEvent& event) const {
    return event.time_ms >= from_ms_ && event.time_ms < request_.to_ms;
  }
  const std::map<uint64_t, std::vector<const ModelEvent*>>& people() const {
    return people_;
  }
  std::set<uint64_t> PeopleInRange() const {
    std::set<uint64_t> codes;
    for (const auto& [code, events] : people_) {
      for (const ModelEvent* event : events) {
        if (InRange(*event)) codes.insert(code);
      }
    }
    return codes;
  }

 private:
  const BlockRequest& request_;
  const int64_t from_ms_;
  std::map<uint64_t, std::vector<const ModelEvent*>> people_;
};

Cell CellAt(const BlockColumn& column, size_t row) {
  const bool present =
      column.present == nullptr || (column.present[row / 64] >> (row % 64) & 1) != 0;
  switch (column.form) {
    case BlockColumn::Form::kMissing:
      return Cell();
    case BlockColumn::Form::kCodes8:
      return Cell::Of(column.values[column.codes8[row]]);
    case BlockColumn::Form::kCodes32:
      return Cell::Of(column.values[column.codes32[row]]);
    case BlockColumn::Form::kIntegers:
      return present ? Cell::Of(model::Value::Int(column.integers[row])) : Cell();
    case BlockColumn::Form::kDoubles:
      return present ? Cell::Of(model::Value::Double(column.doubles[row])) : Cell();
  }
  return Cell();
}

// Reads parts and compares all that blocks say.
class Comparison {
 public:
  Comparison(const BlockScan& scan, const BlockRequest& request, const Expected& expected,
             std::mt19937_64& random)
      : scan_(scan), request_(request), expected_(expected), random_(random) {}

  void ReadAll() {
    std::vector<size_t> order(scan_.parts());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (random_() % 3 == 0) std::shuffle(order.begin(), order.end(), random_);
    std::unique_ptr<Block> block = scan_.NewBlock();
    std::map<size_t, std::vector<uint64_t>> people;
    for (const size_t part : order) {
      if (random_() % 8 == 0) block = scan_.NewBlock();
      BlockStats stats;
      const absl::Status status = scan_.Read(part, block.get(), &stats);
      ASSERT_TRUE(status.ok()) << status;
      EXPECT_EQ(stats.rows_read, block->rows());
      Compare(*block);
      if (::testing::Test::HasFatalFailure()) return;
      people[part].assign(block->people().begin(), block->people().end());
    }
    std::vector<uint64_t> all;
    for (const auto& [part, codes] : people)
      all.insert(all.end(), codes.begin(), codes.end());
    for (size_t i = 1; i < all.size(); ++i) ASSERT_LT(all[i - 1], all[i]);
    const std::set<uint64_t> seen(all.begin(), all.end());
    for (const uint64_t code : expected_.PeopleInRange()) {
      EXPECT_TRUE(seen.contains(code)) << "person " << code << " is missing";
    }
  }

 private:
  void Compare(Block& block) {
    rows_.clear();
    ASSERT_EQ(block.begins().size(), block.people().size() + 1);
    ASSERT_EQ(block.begins().back(), block.rows());
    for (size_t i = 0; i < block.people().size(); ++i) {
      const auto found = expected_.people().find(block.people()[i]);
      ASSERT_NE(found, expected_.people().end()) << "person " << block.people()[i];
      ASSERT_EQ(block.begins()[i], rows_.size());
      rows_.insert(rows_.end(), found->second.begin(), found->second.end());
      ASSERT_EQ(block.begins()[i + 1], rows_.size()) << "person " << block.people()[i];
    }
    std::vector<int> steps = {0, 1, 2};
    for (size_t i = 0; i < request_.columns.size(); ++i) steps.push_back(3);
    std::shuffle(steps.begin(), steps.end(), random_);
    size_t column = 0;
    for (const int step : steps) {
      if (step == 0) CompareTimes(block);
      if (step == 1) CompareTimesWhere(block);
      if (step == 2) CompareWeeks(block);
      if (step == 3) CompareColumn(block, column++);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  void CompareTimes(Block& block) {
    const auto times = block.Times();
    ASSERT_TRUE(times.ok()) << times.status();
    for (size_t row = 0; row < rows_.size(); ++row) {
      ASSERT_EQ((*times)[row], rows_[row]->time_ms) << "row " << row;
    }
  }

  void CompareTimesWhere(Block& block) {
    for (int round = 0; round < 2; ++round) {
      std::vector<uint64_t> mask((rows_.size() + 63) / 64, 0);
      const uint64_t one_in = 1 + random_() % 100;
      for (size_t row = 0; row < rows_.size(); ++row) {
        if (random_() % one_in == 0) mask[row / 64] |= uint64_t{1} << (row % 64);
      }
      const auto times = block.TimesWhere(mask.data());
      ASSERT_TRUE(times.ok()) << times.status();
      for (size_t row = 0; row < rows_.size(); ++row) {
        if ((mask[row / 64] >> (row % 64) & 1) == 0) continue;
        ASSERT_EQ((*times)[row], rows_[row]->time_ms) << "row " << row;
      }
    }
  }

  void CompareWeeks(Block& block) {
    const auto weeks = block.ActiveWeeks();
    ASSERT_TRUE(weeks.ok()) << weeks.status();
    if (!weeks->has_value()) return;
    for (size_t i = 0; i < block.people().size(); ++i) {
      std::set<int64_t> expected;
      for (uint32_t row = block.begins()[i]; row < block.begins()[i + 1]; ++row) {
        if (!expected_.InRange(*rows_[row])) continue;
        expected.insert(FloorDiv(rows_[row]->time_ms - kFirstWeekMs, 7 * kDayMs));
      }
      std::set<int64_t> seen;
      for (int64_t k = 0; k < 64; ++k) {
        if ((*weeks)->masks[i] >> k & 1) seen.insert((*weeks)->first_week + k);
      }
      ASSERT_EQ(seen, expected) << "person " << block.people()[i];
    }
  }

  void CompareColumn(Block& block, size_t index) {
    const ColumnId& id = request_.columns[index];
    const auto read = block.Column(index);
    ASSERT_TRUE(read.ok()) << read.status();
    const BlockColumn& column = **read;
    SCOPED_TRACE(testing::Message()
                 << "column " << static_cast<int>(id.kind) << " " << id.key << " form "
                 << static_cast<int>(column.form));
    if (id.kind == ColumnKind::kSessionCode) return CompareSessionCodes(column);
    CompareValues(column);
    for (size_t row = 0; row < rows_.size(); ++row) {
      ASSERT_EQ(CellAt(column, row), CellOf(*rows_[row], id)) << "row " << row;
    }
    ASSERT_EQ(*block.Column(index), &column);
  }

  void CompareValues(const BlockColumn& column) {
    if (column.values.empty()) return;
    ASSERT_EQ(column.values.size(), column.value_ids.size());
    ASSERT_TRUE(column.values[0].is_missing());
    std::set<std::tuple<int, bool, int64_t, double, std::string_view>> distinct;
    for (size_t i = 0; i < column.values.size(); ++i) {
      const model::Value& v = column.values[i];
      ASSERT_TRUE(
          distinct
              .emplace(static_cast<int>(v.kind), v.boolean, v.integer, v.number, v.text)
              .second)
          << Cell::Of(v);
      if (column.value_ids[i] == kNoValueId) continue;
      ASSERT_EQ(scan_.TextOf(column.value_ids[i]), v.text);
    }
  }

  void CompareSessionCodes(const BlockColumn& column) {
    std::map<std::string, uint32_t> codes;
    std::set<uint32_t> distinct;
    for (size_t row = 0; row < rows_.size(); ++row) {
      const uint32_t code = column.form == BlockColumn::Form::kMissing ? 0
                            : column.form == BlockColumn::Form::kCodes8
                                ? column.codes8[row]
                                : column.codes32[row];
      ASSERT_EQ(code == 0, !rows_[row]->session.has_value()) << "row " << row;
      if (code == 0) continue;
      ASSERT_LT(code, column.values.size());
      ASSERT_TRUE(column.values[code].is_missing());
      const auto [known, is_new] = codes.emplace(*rows_[row]->session, code);
      ASSERT_EQ(known->second, code) << "row " << row;
      ASSERT_EQ(distinct.insert(code).second, is_new) << "row " << row;
    }
  }

  const BlockScan& scan_;
  const BlockRequest& request_;
  const Expected& expected_;
  std::mt19937_64& random_;
  std::vector<const ModelEvent*> rows_;  // Of the block.
};

// Whether the headers' answers, where there are any, are right.
void CompareCounts(const BlockScan& scan, const Expected& expected) {
  const auto names = scan.CountsByName();
  ASSERT_TRUE(names.ok()) << names.status();
  if (names->has_value()) {
    std::map<std::string, uint64_t> seen;
    for (const auto& [id, events] : **names) {
      const std::string name(id == kNoValueId ? "(none)" : scan.TextOf(id));
      EXPECT_TRUE(seen.emplace(name, events).second) << name;
    }
    std::map<std::string, uint64_t> counted;
    for (const auto& [code, events] : expected.people()) {
      for (const ModelEvent* event : events) {
        if (expected.InRange(*event)) ++counted[event->texts[0].value_or("(none)")];
      }
    }
    EXPECT_EQ(seen, counted);
  }
  const auto days = scan.PeopleByDay();
  ASSERT_TRUE(days.ok()) << days.status();
  if (days->has_value()) {
    std::map<int64_t, std::set<uint64_t>> counted;
    for (const auto& [code, events] : expected.people()) {
      for (const ModelEvent* event : events) {
        if (expected.InRange(*event))
          counted[FloorDiv(event->time_ms, kDayMs)].insert(code);
      }
    }
    std::vector<std::pair<int64_t, uint64_t>> sizes;
    for (const auto& [day, codes] : counted) sizes.emplace_back(day, codes.size());
    EXPECT_EQ(**days, sizes);
  }
}

uint64_t Rounds() {
  const char* const asked = std::getenv("FOOTFALL_BLOCK_SCAN_ROUNDS");
  return asked == nullptr ? 150 : std::strtoull(asked, nullptr, 10);
}

TEST(BlockScanRandomTest, EqualsPlainLoops) {
  for (uint64_t seed = 1; seed <= Rounds(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Maker maker(seed);
    const World world = maker.Make();
    for (int k = 0; k < 4; ++k) {
      SCOPED_TRACE(testing::Message() << "request " << k);
      const BlockRequest request = maker.Request(world);
      RunScanParts parts;
      parts.runs = world.runs;
      parts.dictionaries = world.dictionaries;
      parts.moved =
          std::make_shared<absl::flat_hash_map<uint64_t, uint64_t>>(world.moved);
      if (maker.OneIn(3)) {
        parts.expired_before_ms = kStartMs + maker.Between(0, world.span_ms);
      }
      const Expected expected(world, request, parts.expired_before_ms);
      const auto scan = ScanRuns(parts, request);
      ASSERT_TRUE(scan.ok()) << scan.status();
      Comparison(**scan, request, expected, maker.random()).ReadAll();
      CompareCounts(**scan, expected);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace footfall::store
