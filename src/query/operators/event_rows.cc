#include "query/operators/event_rows.h"

#include <iterator>
#include <utility>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/sort_table.h"

namespace footfall::query {
namespace {

constexpr std::array kFields = {"event.type", "event.name", "event.url"};

// Places of the columns.
enum : size_t { kTime, kPerson, kSession, kFirstField, kStart = 6 };

}  // namespace

EventNeeds::EventNeeds(Needs& needs) {
  for (size_t i = 0; i < kFields.size(); ++i) {
    fields[i] = needs.AddField(model::Field::Parse(kFields[i]).value());
  }
  needs.AddSessions();
  needs.AddSessionIds();
  needs.AddPersonNames();
}

EventRows::EventRows(const EventNeeds& needs, bool with_starts)
    : needs_(needs),
      table_{.columns = {{"time", ColumnType::kTimestamp, {}},
                         {"person", ColumnType::kString, {}},
                         {"session", ColumnType::kString, {}},
                         {"type", ColumnType::kString, {}},
                         {"name", ColumnType::kString, {}},
                         {"url", ColumnType::kString, {}}}},
      ids_{PoolIds(pool_), PoolIds(pool_), PoolIds(pool_)} {
  if (with_starts) table_.columns.push_back({"start", ColumnType::kTimestamp, {}});
}

absl::Status EventRows::Add(BlockView& view, const uint64_t* mask) {
  if (!AnyRow(mask, 0, view.rows())) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(times_, view.TimesWhere(mask));
  FOOTFALL_ASSIGN_OR_RETURN(sessions_, view.Sessions());
  for (size_t i = 0; i < kFields.size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(columns_[i], view.Codes(needs_.fields[i]));
    ids_[i].StartBlock(*columns_[i]);
  }
  for (size_t person = 0; person < view.people(); ++person) {
    absl::Status status;
    std::optional<Text> name;
    ForEachRow(mask, view.begins()[person], view.begins()[person + 1], [&](size_t row) {
      if (status.ok() && !name.has_value()) status = PutName(view, person, &name);
      // An empty name is nobody that the store knows.
      if (status.ok() && !name->view().empty()) status = PutRow(view, row, *name);
    });
    FOOTFALL_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status EventRows::PutName(BlockView& view, size_t person,
                                std::optional<Text>* name) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view text, view.PersonName(person));
  *name = Text(text);
  text_bytes_ += Text::HeapBytes(text.size());
  return absl::OkStatus();
}

absl::Status EventRows::PutRow(BlockView& view, size_t row, const Text& person) {
  const uint32_t session = sessions_->of_row[row];
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(session));
  text_bytes_ += Text::HeapBytes(id.size());
  std::vector<Column>& columns = table_.columns;
  columns[kTime].cells.emplace_back(times_[row]);
  columns[kPerson].cells.emplace_back(person);
  columns[kSession].cells.emplace_back(Text(id));
  for (size_t i = 0; i < kFields.size(); ++i) {
    columns[kFirstField + i].cells.push_back(
        pool_.ToCell(ids_[i].Of(CodeAt(*columns_[i], row)), ColumnType::kString));
  }
  if (columns.size() > kStart) {
    columns[kStart].cells.emplace_back(sessions_->spans[session].start_ms);
  }
  return absl::OkStatus();
}

void EventRows::Append(EventRows& other) {
  for (size_t i = 0; i < table_.columns.size(); ++i) {
    std::vector<Cell>& cells = other.table_.columns[i].cells;
    std::move(cells.begin(), cells.end(), std::back_inserter(table_.columns[i].cells));
    cells = {};
  }
  text_bytes_ += std::exchange(other.text_bytes_, 0) + other.pool_.bytes();
}

uint64_t EventRows::bytes() const {
  return table_.columns[0].cells.capacity() * table_.columns.size() * sizeof(Cell) +
         text_bytes_ + pool_.bytes();
}

absl::StatusOr<Table> EventRows::ToTable(Execution& execution) {
  // Beside the table a copy of one column, while the rows are sorted.
  FOOTFALL_RETURN_IF_ERROR(execution.Hold(bytes() + table_.row_count() * sizeof(Cell)));
  SortTable(table_, {{.column = kTime}, {.column = kPerson}});
  return std::move(table_);
}

}  // namespace footfall::query
