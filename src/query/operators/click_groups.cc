#include "query/operators/click_groups.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"

namespace footfall::query {
namespace {

constexpr std::array kElementFields = {"element.tag", "element.id", "element.class",
                                       "element.text", "element.label"};
enum : size_t { kTag, kId, kClass, kText, kLabel };

// "button#save", else "button.btn.primary "Save"".
std::string DescribeElement(const std::array<std::string_view, 5>& parts) {
  std::string out(parts[kTag]);
  if (!parts[kId].empty()) {
    out += '#';
    out += parts[kId];
    return out;
  }
  constexpr std::string_view kSpace = " \t\n\f\r";
  for (size_t at = 0; at < parts[kClass].size();) {
    const size_t begin = parts[kClass].find_first_not_of(kSpace, at);
    if (begin == std::string_view::npos) break;
    at = std::min(parts[kClass].find_first_of(kSpace, begin), parts[kClass].size());
    out += '.';
    out += parts[kClass].substr(begin, at - begin);
  }
  const std::string_view text = parts[kText].empty() ? parts[kLabel] : parts[kText];
  if (text.empty()) return out;
  if (!out.empty()) out += ' ';
  out += '"';
  out += text;
  out += '"';
  return out;
}

}  // namespace

ClickNeeds::ClickNeeds(const std::optional<model::Rule>& rule,
                       const std::optional<ClickList>& list, Needs& needs)
    : members(list),
      is_click(needs.AddRule(IsRule("event.type", "click"))),
      url(needs.AddField(model::Field::Parse("event.url").value())) {
  for (size_t i = 0; i < element.size(); ++i) {
    element[i] = needs.AddField(model::Field::Parse(kElementFields[i]).value());
  }
  if (rule.has_value()) where = needs.AddRule(*rule);
  if (members.has_value()) events.emplace(needs);
  needs.AddSessions();
}

ClickGroups::ClickGroups(const ClickNeeds& needs)
    : needs_(needs), pages_(pool_), listed_(needs.events) {
  if (!needs.members.has_value()) return;
  const ClickList& list = *needs.members;
  listed_key_ = {list.page.has_value() ? pool_.Intern(*list.page) : 0,
                 pool_.Intern(list.element)};
}

absl::Status ClickGroups::StartBlock(BlockView& view, const uint64_t* clicks) {
  people_before_ += people_;
  sessions_before_ += session_count_;
  people_ = view.people();
  FOOTFALL_ASSIGN_OR_RETURN(in_range_, view.InRange());
  FOOTFALL_ASSIGN_OR_RETURN(times_, view.TimesWhere(clicks));
  FOOTFALL_ASSIGN_OR_RETURN(sessions_, view.Sessions());
  session_count_ = sessions_->spans.size();
  FOOTFALL_ASSIGN_OR_RETURN(url_, view.Codes(needs_.url));
  pages_.StartBlock(*url_);
  for (size_t i = 0; i < parts_.size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(parts_[i], view.Codes(needs_.element[i]));
  }
  elements_.clear();
  listed_.StartBlock(view);
  return absl::OkStatus();
}

Click ClickGroups::At(size_t row) {
  return {.page = pages_.Of(CodeAt(*url_, row)),
          .element = ElementAt(row),
          .session = sessions_->of_row[row],
          .row = static_cast<uint32_t>(row)};
}

uint32_t ClickGroups::ElementAt(size_t row) {
  ElementCodes codes;
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = CodeAt(*parts_[i], row);
  const auto [known, is_new] = elements_.try_emplace(codes, 0);
  if (!is_new) return known->second;
  std::array<std::string_view, 5> parts;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] != 0) parts[i] = parts_[i]->values[codes[i]].text;
  }
  const std::string element = DescribeElement(parts);
  if (!element.empty()) known->second = pool_.Intern(element);
  return known->second;
}

void ClickGroups::List(const Click& click, bool is_burst) {
  if (listed_.is_wanted() && needs_.members->bursts == is_burst &&
      Key(click.page, click.element) == listed_key_) {
    listed_.Add(click.row);
  }
}

void ClickGroups::AddBurst(const Click& click) {
  List(click, /*is_burst=*/true);
  ++groups_[{click.page, click.element}].bursts;
}

void ClickGroups::Add(const Click& click) {
  List(click, /*is_burst=*/false);
  const BlockSessions::Span& span = sessions_->spans[click.session];
  Group& group = groups_[{click.page, click.element}];
  ++group.clicks;
  group.first_ms = std::min(group.first_ms, TimeOf(click));
  group.last_ms = std::max(group.last_ms, TimeOf(click));
  const uint64_t person = people_before_ + span.person + 1;
  group.people += group.person != person;
  group.person = person;
  // The first event's place is that of the session's start.
  if (!TestBit(in_range_, span.first_row)) return;
  const uint64_t session = sessions_before_ + click.session + 1;
  group.sessions += group.session != session;
  group.session = session;
}

void ClickGroups::Merge(ClickGroups& other) {
  const std::vector<uint32_t> here = pool_.Absorb(other.pool_);
  for (const auto& [key, from] : other.groups_) {
    Group& into = groups_[{here[key.first], here[key.second]}];
    into.bursts += from.bursts;
    into.clicks += from.clicks;
    into.people += from.people;
    into.sessions += from.sessions;
    into.first_ms = std::min(into.first_ms, from.first_ms);
    into.last_ms = std::max(into.last_ms, from.last_ms);
  }
  other.groups_.clear();
  listed_.Append(other.listed_);
}

uint64_t ClickGroups::bytes() const {
  return pool_.bytes() + pages_.bytes() + HashBytes(groups_) + HashBytes(elements_) +
         listed_.bytes();
}

absl::StatusOr<Table> ClickGroups::ToTable(Execution& execution, bool with_bursts) {
  if (listed_.is_wanted()) return listed_.ToTable(execution);
  FOOTFALL_RETURN_IF_ERROR(execution.Hold(bytes() + groups_.size() * 8 * sizeof(Cell)));
  Table table{.columns = {{"page", ColumnType::kString, {}},
                          {"element", ColumnType::kString, {}}}};
  if (with_bursts) table.columns.push_back({"bursts", ColumnType::kInt64, {}});
  for (const char* name : {"clicks", "people", "sessions"}) {
    table.columns.push_back({name, ColumnType::kInt64, {}});
  }
  for (const char* name : {"first_time", "last_time"}) {
    table.columns.push_back({name, ColumnType::kTimestamp, {}});
  }
  for (const auto& [key, group] : groups_) {
    size_t at = 0;
    const auto put = [&](Cell cell) {
      table.columns[at++].cells.push_back(std::move(cell));
    };
    put(pool_.ToCell(key.first, ColumnType::kString));
    put(pool_.ToCell(key.second, ColumnType::kString));
    if (with_bursts) put(group.bursts);
    put(group.clicks);
    put(group.people);
    put(group.sessions);
    put(group.first_ms);
    put(group.last_ms);
  }
  SortTable(table, {{.column = 2, .descending = true}, {.column = 0}, {.column = 1}});
  return table;
}

}  // namespace footfall::query
