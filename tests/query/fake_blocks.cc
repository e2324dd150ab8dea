#include "tests/query/fake_blocks.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/strings.h"

namespace footfall::query {
namespace {

using model::Value;
using store::BlockColumn;
using store::ColumnKind;
using store::StoredEvent;

Value Text(std::string_view text) {
  return text.data() == nullptr ? Value::Missing() : Value::String(text);
}
Value NonEmpty(std::string_view text) {
  return text.empty() ? Value::Missing() : Value::String(text);
}

Value ReadColumn(const store::ColumnId& id, const model::Event& event) {
  const model::Element& element = event.element;
  const model::Context& context = event.context;
  switch (id.kind) {
    case ColumnKind::kType:
      return Value::String(model::EventTypeName(event.type));
    case ColumnKind::kName:
      return Text(event.name);
    case ColumnKind::kUrl:
      return Text(event.url);
    case ColumnKind::kTitle:
      return Text(event.title);
    case ColumnKind::kApp:
      return Text(event.app);
    case ColumnKind::kEnvironment:
      return Text(event.environment);
    case ColumnKind::kKey:
      return Text(event.key);
    case ColumnKind::kValue:
      return Text(event.value);
    case ColumnKind::kElementTag:
      return NonEmpty(element.tag);
    case ColumnKind::kElementId:
      return NonEmpty(element.id);
    case ColumnKind::kElementClass:
      return NonEmpty(element.css_class);
    case ColumnKind::kElementType:
      return NonEmpty(element.type);
    case ColumnKind::kElementName:
      return NonEmpty(element.name);
    case ColumnKind::kElementText:
      return NonEmpty(element.text);
    case ColumnKind::kElementLabel:
      return NonEmpty(element.label);
    case ColumnKind::kElementValue:
      return NonEmpty(element.value);
    case ColumnKind::kElementAutocomplete:
      return NonEmpty(element.autocomplete);
    case ColumnKind::kContextCountry:
      return NonEmpty(context.country);
    case ColumnKind::kContextRegion:
      return NonEmpty(context.region);
    case ColumnKind::kContextCity:
      return NonEmpty(context.city);
    case ColumnKind::kContextBrowser:
      return NonEmpty(context.browser);
    case ColumnKind::kContextBrowserVersion:
      return NonEmpty(context.browser_version);
    case ColumnKind::kContextOs:
      return NonEmpty(context.os);
    case ColumnKind::kContextOsVersion:
      return NonEmpty(context.os_version);
    case ColumnKind::kContextDevice:
      return NonEmpty(context.device);
    case ColumnKind::kContextHttps:
      return context.https.has_value() ? Value::Bool(*context.https) : Value::Missing();
    case ColumnKind::kSession:
    case ColumnKind::kSessionCode:
      return NonEmpty(event.session);
    case ColumnKind::kProperty:
      break;
  }
  for (const model::Property& property : event.properties) {
    if (property.key == id.key) return property.value;
  }
  return Value::Missing();
}

// Equal for equal values only.
std::string KeyOf(const Value& value) {
  return base::Cat(static_cast<int>(value.kind), " ", value.boolean ? 1 : 0, " ",
                   value.integer, " ", base::FormatDouble(value.number), " ", value.text);
}

struct Person {
  uint64_t code = 0;
  std::vector<const StoredEvent*> events;
};
using Part = std::vector<Person>;

// Ids that equal values of a column share over the whole store.
using ValueIds = std::map<std::string, uint32_t>;

class FakeScan;

class FakeBlock : public store::Block {
 public:
  explicit FakeBlock(const FakeScan& scan) : scan_(scan) {}
  size_t rows() const override { return begins_.back(); }
  std::span<const uint64_t> people() const override { return people_; }
  std::span<const uint32_t> begins() const override { return begins_; }
  absl::StatusOr<const int64_t*> Times() override { return times_.data(); }
  absl::StatusOr<const int64_t*> TimesWhere(const uint64_t* rows) override;
  absl::StatusOr<const BlockColumn*> Column(size_t index) override;
  absl::StatusOr<std::optional<Weeks>> ActiveWeeks() override { return std::nullopt; }
  void Take(const Part& part);

 private:
  struct Made {
    bool made = false;
    BlockColumn column;
    std::vector<uint8_t> codes8;
    std::vector<uint32_t> codes32;
    std::vector<Value> values;
    std::vector<uint32_t> ids;
    std::vector<int64_t> integers;
    std::vector<double> doubles;
    std::vector<uint64_t> present;
  };

  bool MakeNumbers(const store::ColumnId& id, Made* made);
  void MakeCodes(const store::ColumnId& id, const ValueIds& ids, Made* made);

  const FakeScan& scan_;
  std::vector<uint64_t> people_;
  std::vector<uint32_t> begins_{0};
  std::vector<int64_t> times_;
  std::vector<int64_t> some_times_;
  std::vector<const StoredEvent*> events_;
  std::vector<Made> made_;
};

class FakeScan : public store::BlockScan {
 public:
  FakeScan(const std::vector<StoredEvent>& events, store::BlockRequest request,
           FakeSnapshot::BlockStyle style, absl::Status last)
      : request_(std::move(request)), style_(std::move(style)), last_(std::move(last)) {
    std::map<uint64_t, Person> people;
    for (const StoredEvent& stored : events) {
      const model::EventType type = stored.event.type;
      if (type == model::EventType::kIdentify || type == model::EventType::kAlias) {
        continue;
      }
      if (stored.person < request_.first_person || stored.person >= request_.end_person) {
        continue;
      }
      people[stored.person].code = stored.person;
      people[stored.person].events.push_back(&stored);
    }
    size_t rows = 0;
    for (auto& [code, person] : people) {
      std::sort(person.events.begin(), person.events.end(), InEventOrder);
      // Some people without an event in range stay nevertheless.
      if (!InRange(person) && code % 2 == 0) continue;
      if (rows == 0) parts_.emplace_back();
      rows += person.events.size();
      if (rows >= style_.part_rows) rows = 0;
      parts_.back().push_back(std::move(person));
    }
    ids_.resize(request_.columns.size());
    // Many values have no ids, as in a store.
    for (size_t i = 0; events.size() < 5000 && i < ids_.size(); ++i) {
      for (const StoredEvent& stored : events) {
        const std::string key = KeyOf(ReadColumn(request_.columns[i], stored.event));
        ids_[i].try_emplace(key, static_cast<uint32_t>(ids_[i].size() * 3 + 1));
      }
    }
  }

  size_t parts() const override { return parts_.size(); }
  std::unique_ptr<store::Block> NewBlock() const override {
    return std::make_unique<FakeBlock>(*this);
  }
  absl::Status Read(size_t part, store::Block* block,
                    store::BlockStats* stats) const override {
    if (style_.on_read) style_.on_read(part);
    if (part + 1 == parts_.size() && !last_.ok()) return last_;
    static_cast<FakeBlock*>(block)->Take(parts_[part]);
    ++stats->chunks_read;
    stats->rows_read += block->rows();
    stats->bytes_read += block->rows() * 8;
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<std::vector<std::pair<uint32_t, uint64_t>>>> CountsByName()
      const override {
    if (!style_.counts || Bounded()) return std::nullopt;
    std::map<std::string, uint64_t> counts;
    for (const Part& part : parts_) {
      for (const Person& person : part) {
        for (const StoredEvent* stored : person.events) {
          ++counts[stored->event.name.data() == nullptr
                       ? "-"
                       : base::Cat("+", stored->event.name)];
        }
      }
    }
    std::vector<std::pair<uint32_t, uint64_t>> answer;
    for (const auto& [name, count] : counts) {
      const uint32_t id = static_cast<uint32_t>(names_.size());
      if (name != "-") names_.push_back(name.substr(1));
      answer.emplace_back(name == "-" ? store::kNoValueId : id, count);
    }
    return answer;
  }
  absl::StatusOr<std::optional<std::vector<std::pair<int64_t, uint64_t>>>> PeopleByDay()
      const override {
    if (!style_.counts || Bounded()) return std::nullopt;
    std::map<int64_t, uint64_t> counts;
    for (const Part& part : parts_) {
      for (const Person& person : part) {
        std::set<int64_t> days;
        for (const StoredEvent* stored : person.events) {
          days.insert(base::LocalDay(stored->event.time_ms, absl::UTCTimeZone()));
        }
        for (const int64_t day : days) ++counts[day];
      }
    }
    return std::vector<std::pair<int64_t, uint64_t>>(counts.begin(), counts.end());
  }
  std::string_view TextOf(uint32_t value_id) const override {
    return value_id < names_.size() ? std::string_view(names_[value_id])
                                    : std::string_view();
  }

  const store::BlockRequest& request() const { return request_; }
  const FakeSnapshot::BlockStyle& style() const { return style_; }
  const ValueIds& ids(size_t column) const { return ids_[column]; }

 private:
  static bool InEventOrder(const StoredEvent* a, const StoredEvent* b) {
    return std::tuple(a->event.time_ms, a->event.seq, a->arrival) <
           std::tuple(b->event.time_ms, b->event.seq, b->arrival);
  }
  bool InRange(const Person& person) const {
    return std::any_of(person.events.begin(), person.events.end(),
                       [&](const StoredEvent* stored) {
                         return stored->event.time_ms >= request_.from_ms &&
                                stored->event.time_ms < request_.to_ms;
                       });
  }
  bool Bounded() const {
    return request_.from_ms != INT64_MIN || request_.to_ms != INT64_MAX;
  }

  store::BlockRequest request_;
  FakeSnapshot::BlockStyle style_;
  absl::Status last_;
  std::vector<Part> parts_;
  std::vector<ValueIds> ids_;
  mutable std::vector<std::string> names_;
};

void FakeBlock::Take(const Part& part) {
  people_.clear();
  begins_.assign(1, 0);
  times_.clear();
  events_.clear();
  for (const Person& person : part) {
    people_.push_back(person.code);
    for (const StoredEvent* stored : person.events) {
      events_.push_back(stored);
      times_.push_back(stored->event.time_ms);
    }
    begins_.push_back(static_cast<uint32_t>(events_.size()));
  }
  made_.clear();
  made_.resize(scan_.request().columns.size());
}

absl::StatusOr<const int64_t*> FakeBlock::TimesWhere(const uint64_t* rows) {
  // The others hold what must not be looked at.
  some_times_.assign(times_.size(), -1);
  for (size_t i = 0; i < times_.size(); ++i) {
    if (rows[i / 64] >> (i % 64) & 1) some_times_[i] = times_[i];
  }
  return some_times_.data();
}

absl::StatusOr<const BlockColumn*> FakeBlock::Column(size_t index) {
  Made& made = made_[index];
  if (made.made) return &made.column;
  made.made = true;
  const store::ColumnId& id = scan_.request().columns[index];
  if (!scan_.style().numbers || !MakeNumbers(id, &made)) {
    MakeCodes(id, scan_.ids(index), &made);
  }
  return &made.column;
}

bool FakeBlock::MakeNumbers(const store::ColumnId& id, Made* made) {
  bool doubles = true;
  bool integers = true;
  bool any = false;
  made->present.resize((events_.size() + 63) / 64);
  for (size_t i = 0; i < events_.size(); ++i) {
    const Value value = ReadColumn(id, events_[i]->event);
    made->integers.push_back(value.integer);
    made->doubles.push_back(value.number);
    if (value.is_missing()) continue;
    any = true;
    made->present[i / 64] |= uint64_t{1} << (i % 64);
    doubles &= value.kind == Value::Kind::kDouble;
    integers &= value.kind == Value::Kind::kInt;
  }
  if (!any || (!doubles && !integers)) return false;
  made->column.form =
      doubles ? BlockColumn::Form::kDoubles : BlockColumn::Form::kIntegers;
  made->column.integers = made->integers.data();
  made->column.doubles = made->doubles.data();
  made->column.present = made->present.data();
  return true;
}

void FakeBlock::MakeCodes(const store::ColumnId& id, const ValueIds& ids, Made* made) {
  // A value that does not occur, unless it does, stands in for those of other blocks.
  made->values = {Value::Missing()};
  made->ids = {store::kNoValueId};
  std::map<std::string, uint32_t> codes;
  const auto code_of = [&](const Value& value) {
    if (value.is_missing()) return uint32_t{0};
    const auto [it, added] =
        codes.try_emplace(KeyOf(value), static_cast<uint32_t>(made->values.size()));
    if (added) {
      made->values.push_back(value);
      const auto known = ids.find(KeyOf(value));
      // Some values have no id.
      const bool without = known == ids.end() || known->second % 4 == 0;
      made->ids.push_back(without ? store::kNoValueId : known->second);
    }
    return it->second;
  };
  if (id.kind != ColumnKind::kSessionCode) code_of(Value::String("nobody has this"));
  bool any = false;
  for (const StoredEvent* stored : events_) {
    const uint32_t code = code_of(ReadColumn(id, stored->event));
    any |= code != 0;
    made->codes32.push_back(code);
    made->codes8.push_back(static_cast<uint8_t>(code));
  }
  if (!any) return;
  if (id.kind == ColumnKind::kSessionCode) {
    std::fill(made->values.begin(), made->values.end(), Value::Missing());
  }
  const bool wide = scan_.style().wide_codes || made->values.size() > 256;
  made->column.form = wide ? BlockColumn::Form::kCodes32 : BlockColumn::Form::kCodes8;
  made->column.codes8 = made->codes8.data();
  made->column.codes32 = made->codes32.data();
  made->column.values = made->values;
  made->column.value_ids = made->ids;
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::BlockScan>> MakeFakeScan(
    const std::vector<StoredEvent>& events, const store::BlockRequest& request,
    const FakeSnapshot::BlockStyle& style, const absl::Status& last) {
  auto scan = std::make_unique<FakeScan>(events, request, style, last);
  if (scan->parts() == 0 && !last.ok()) return last;
  return scan;
}

}  // namespace footfall::query
