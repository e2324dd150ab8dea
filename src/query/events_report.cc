// Listing events.
#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/operators.h"
#include "query/pool_ids.h"
#include "query/sort_table.h"

namespace footfall::query {
namespace {

constexpr std::array kFields = {"event.type", "event.name", "event.url"};

struct Spec {
  std::optional<RuleRef> where;
  std::array<FieldRef, kFields.size()> fields{};
};

// Places of the columns.
enum : size_t { kTime, kPerson, kSession, kFirstField };

Table EmptyTable() {
  return {.columns = {{"time", ColumnType::kTimestamp, {}},
                      {"person", ColumnType::kString, {}},
                      {"session", ColumnType::kString, {}},
                      {"type", ColumnType::kString, {}},
                      {"name", ColumnType::kString, {}},
                      {"url", ColumnType::kString, {}}}};
}

class EventsPartial : public Partial {
 public:
  explicit EventsPartial(const Spec& spec)
      : spec_(spec),
        table_(EmptyTable()),
        ids_{PoolIds(pool_), PoolIds(pool_), PoolIds(pool_)} {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* existing, view.Existing(spec_.where));
    if (FirstBit(existing, view.rows()) == view.rows()) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(existing));
    FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
    std::array<const store::BlockColumn*, kFields.size()> columns{};
    for (size_t i = 0; i < kFields.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(columns[i], view.Codes(spec_.fields[i]));
      ids_[i].StartBlock(*columns[i]);
    }
    for (size_t person = 0; person < view.people(); ++person) {
      const size_t begin = view.begins()[person];
      const size_t end = view.begins()[person + 1];
      absl::Status status;
      std::optional<Text> name;
      ForEachRow(existing, begin, end, [&](size_t row) {
        if (status.ok() && !name.has_value()) status = NameOf(view, person, &name);
        if (!status.ok()) return;
        if (name->view().empty()) return;  // Nobody that the store knows.
        table_.columns[kTime].cells.emplace_back(times[row]);
        table_.columns[kPerson].cells.emplace_back(*name);
        status = PutSession(view, sessions->of_row[row]);
        for (size_t i = 0; i < kFields.size(); ++i) {
          table_.columns[kFirstField + i].cells.push_back(
              pool_.ToCell(ids_[i].Of(CodeAt(*columns[i], row)), ColumnType::kString));
        }
      });
      FOOTFALL_RETURN_IF_ERROR(status);
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<EventsPartial&>(other);
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      std::vector<Cell>& cells = from.table_.columns[i].cells;
      std::move(cells.begin(), cells.end(), std::back_inserter(table_.columns[i].cells));
      cells = {};
    }
    text_bytes_ += std::exchange(from.text_bytes_, 0) + from.pool_.bytes();
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return table_.columns[0].cells.capacity() * table_.columns.size() * sizeof(Cell) +
           text_bytes_ + pool_.bytes();
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    // Beside the table a copy of one column, while the rows are sorted.
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(bytes() + table_.row_count() * sizeof(Cell)));
    SortTable(table_, {{.column = kTime}, {.column = kPerson}});
    return std::move(table_);
  }

 private:
  static size_t FirstBit(const uint64_t* mask, size_t rows) {
    for (size_t word = 0; word < MaskWords(rows); ++word) {
      if (mask[word] != 0) return word * 64 + std::countr_zero(mask[word]);
    }
    return rows;
  }

  absl::Status NameOf(BlockView& view, size_t person, std::optional<Text>* name) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::string_view text, view.PersonName(person));
    *name = Text(text);
    text_bytes_ += Text::HeapBytes(text.size());
    return absl::OkStatus();
  }

  absl::Status PutSession(BlockView& view, uint32_t session) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(session));
    table_.columns[kSession].cells.emplace_back(Text(id));
    text_bytes_ += Text::HeapBytes(id.size());
    return absl::OkStatus();
  }

  const Spec& spec_;
  Table table_;
  ValuePool pool_;
  std::array<PoolIds, kFields.size()> ids_;
  uint64_t text_bytes_ = 0;
};

class EventsOperator : public Operator {
 public:
  EventsOperator(const EventsPlan& body, Needs& needs) {
    if (body.where.has_value()) spec_.where = needs.AddRule(*body.where);
    for (size_t i = 0; i < kFields.size(); ++i) {
      spec_.fields[i] = needs.AddField(model::Field::Parse(kFields[i]).value());
    }
    needs.AddSessions();
    needs.AddSessionIds();
    needs.AddPersonNames();
  }
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<EventsPartial>(spec_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    QueryResult result;
    FOOTFALL_ASSIGN_OR_RETURN(result.rows,
                              static_cast<EventsPartial&>(all).ToTable(execution));
    return result;
  }

 private:
  Spec spec_;
};

}  // namespace

std::unique_ptr<Operator> MakeEvents(const EventsPlan& body, Needs& needs) {
  return std::make_unique<EventsOperator>(body, needs);
}

}  // namespace footfall::query
