#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators/operators.h"
#include "query/pool_ids.h"

namespace footfall::query {
namespace {

struct Spec {
  std::optional<RuleRef> where;
  RuleRef is_view = 0;
  FieldRef url = 0;
  FieldRef title = 0;
};

struct Page {
  int64_t views = 0;
  int64_t people = 0;
  int64_t sessions = 0;
  int64_t entries = 0;
  int64_t exits = 0;
  int64_t first_ms = INT64_MAX;
  int64_t last_ms = INT64_MIN;
  // The latest title, with its place: time, person and row of that person's block.
  std::optional<Text> title;
  std::tuple<int64_t, uint64_t, size_t> title_place;
  // Of the block at hand: the code of its latest title, if it is later than `title`.
  uint32_t title_code = 0;
  // The last person and session that were counted, from 1 on.
  uint64_t person = 0;
  uint64_t session = 0;

  void OfferTitle(uint32_t code, int64_t time_ms, uint64_t person_code, size_t row) {
    const std::tuple place(time_ms, person_code, row);
    if ((title.has_value() || title_code != 0) && place < title_place) return;
    title_code = code;
    title_place = place;
  }
};

// The rows of a block in an order that has those of each session together, sessions by
// number.
class SessionOrder {
 public:
  void Use(const BlockSessions& sessions) {
    const std::vector<uint32_t>& of_row = sessions.of_row;
    in_order_ = std::is_sorted(of_row.begin(), of_row.end());
    if (in_order_) return;
    next_.resize(sessions.spans.size());
    uint32_t begin = 0;
    for (size_t i = 0; i < next_.size(); ++i) {
      next_[i] = begin;
      begin += sessions.spans[i].events;
    }
    rows_.resize(of_row.size());
    for (uint32_t row = 0; row < rows_.size(); ++row) rows_[next_[of_row[row]]++] = row;
  }
  // Calls `visit` with the rows of `mask`.
  template <typename Visit>
  void ForEach(const uint64_t* mask, size_t rows, Visit visit) const {
    if (in_order_) return ForEachRow(mask, 0, rows, visit);
    for (const uint32_t row : rows_) {
      if (TestBit(mask, row)) visit(row);
    }
  }
  uint64_t bytes() const {
    return (next_.capacity() + rows_.capacity()) * sizeof(uint32_t);
  }

 private:
  bool in_order_ = true;
  std::vector<uint32_t> next_;
  std::vector<uint32_t> rows_;
};

class PageViewsPartial : public Partial {
 public:
  explicit PageViewsPartial(const Spec& spec) : spec_(spec), urls_(pool_), pages_(1) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows,
                              ExistingBoth(view, spec_.is_view, spec_.where, &mask_));
    if (!AnyRow(rows, 0, view.rows())) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(in_range_, view.InRange());
    FOOTFALL_ASSIGN_OR_RETURN(times_, view.TimesWhere(rows));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* url, view.Codes(spec_.url));
    FOOTFALL_ASSIGN_OR_RETURN(titles_, view.Codes(spec_.title));
    FOOTFALL_ASSIGN_OR_RETURN(sessions_, view.Sessions());
    urls_.StartBlock(*url);
    order_.Use(*sessions_);
    order_.ForEach(rows, view.rows(), [&](size_t row) {
      const uint32_t page = urls_.Of(CodeAt(*url, row));
      if (page >= pages_.size()) pages_.resize(page + 1);
      AddView(view, row, page);
    });
    EndVisit();
    people_before_ += view.people();
    sessions_before_ += sessions_->spans.size();
    KeepTitles();
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<PageViewsPartial&>(other);
    const std::vector<uint32_t> here = pool_.Absorb(from.pool_);
    for (size_t i = 0; i < from.pages_.size(); ++i) {
      if (here[i] >= pages_.size()) pages_.resize(here[i] + 1);
      MergePage(from.pages_[i], pages_[here[i]]);
    }
    from.pages_ = std::vector<Page>(1);
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return pool_.bytes() + urls_.bytes() + order_.bytes() + title_bytes_ +
           pages_.capacity() * sizeof(Page) + with_title_.capacity() * sizeof(uint32_t);
  }

  absl::StatusOr<Table> ToTable(Execution& execution) const {
    Table table{.columns = {{"page", ColumnType::kString, {}},
                            {"title", ColumnType::kString, {}},
                            {"views", ColumnType::kInt64, {}},
                            {"people", ColumnType::kInt64, {}},
                            {"sessions", ColumnType::kInt64, {}},
                            {"entries", ColumnType::kInt64, {}},
                            {"exits", ColumnType::kInt64, {}},
                            {"first_time", ColumnType::kTimestamp, {}},
                            {"last_time", ColumnType::kTimestamp, {}}}};
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + pages_.size() * table.columns.size() * sizeof(Cell)));
    for (size_t i = 0; i < pages_.size(); ++i) {
      const Page& page = pages_[i];
      if (page.views == 0) continue;
      size_t at = 0;
      const auto put = [&](Cell cell) {
        table.columns[at++].cells.push_back(std::move(cell));
      };
      put(pool_.ToCell(static_cast<uint32_t>(i), ColumnType::kString));
      put(page.title.has_value() ? Cell(*page.title) : Cell());
      put(page.views);
      put(page.people);
      put(page.sessions);
      put(page.entries);
      put(page.exits);
      put(page.first_ms);
      put(page.last_ms);
    }
    SortTable(table, {{.column = 2, .descending = true}, {.column = 0}});
    return table;
  }

 private:
  void AddView(BlockView& view, size_t row, uint32_t number) {
    const uint32_t session = sessions_->of_row[row];
    const BlockSessions::Span& span = sessions_->spans[session];
    Page& page = pages_[number];
    ++page.views;
    page.first_ms = std::min(page.first_ms, times_[row]);
    page.last_ms = std::max(page.last_ms, times_[row]);
    if (const uint32_t title = CodeAt(*titles_, row); title != 0) {
      const bool first = page.title_code == 0;
      page.OfferTitle(title, times_[row], view.codes()[span.person], row);
      if (first && page.title_code != 0) with_title_.push_back(number);
    }
    const uint64_t person_stamp = people_before_ + span.person + 1;
    page.people += page.person != person_stamp;
    page.person = person_stamp;
    // The first event's place is that of the session's start.
    if (!TestBit(in_range_, span.first_row)) return;
    const uint64_t session_stamp = sessions_before_ + session + 1;
    page.sessions += page.session != session_stamp;
    page.session = session_stamp;
    // A view without an address is no place that a visit enters or leaves by.
    if (number == 0) return;
    if (visit_ != session_stamp) {
      EndVisit();
      visit_ = session_stamp;
      ++page.entries;
    }
    exit_ = number;
  }

  // Counts the exit of the visit at hand.
  void EndVisit() {
    if (visit_ != 0) ++pages_[exit_].exits;
    visit_ = 0;
  }

  // Copies the titles of a block that is over.
  void KeepTitles() {
    for (const uint32_t number : with_title_) {
      Page& page = pages_[number];
      const std::string_view text = titles_->values[page.title_code].text;
      if (!page.title.has_value() || page.title->view() != text) {
        if (page.title.has_value()) {
          title_bytes_ -= Text::HeapBytes(page.title->view().size());
        }
        page.title = Text(text);
        title_bytes_ += Text::HeapBytes(text.size());
      }
      page.title_code = 0;
    }
    with_title_.clear();
  }

  static void MergePage(const Page& from, Page& into) {
    into.views += from.views;
    into.people += from.people;
    into.sessions += from.sessions;
    into.entries += from.entries;
    into.exits += from.exits;
    into.first_ms = std::min(into.first_ms, from.first_ms);
    into.last_ms = std::max(into.last_ms, from.last_ms);
    if (from.title.has_value() &&
        (!into.title.has_value() || into.title_place < from.title_place)) {
      into.title = from.title;
      into.title_place = from.title_place;
    }
  }

  const Spec& spec_;
  ValuePool pool_;
  PoolIds urls_;
  std::vector<Page> pages_;  // By the url's number in the pool; 0 is no url.
  uint64_t title_bytes_ = 0;
  uint64_t people_before_ = 0;
  uint64_t sessions_before_ = 0;

  // Of the block at hand.
  std::vector<uint64_t> mask_;
  SessionOrder order_;
  const uint64_t* in_range_ = nullptr;
  const int64_t* times_ = nullptr;
  const store::BlockColumn* titles_ = nullptr;
  const BlockSessions* sessions_ = nullptr;
  std::vector<uint32_t> with_title_;
  // The stamp of the visit at hand and the page it was last on.
  uint64_t visit_ = 0;
  uint32_t exit_ = 0;
};

class PageViewsOperator : public SpecOperator<Spec, PageViewsPartial> {
 public:
  PageViewsOperator(const PageViewsPlan& plan, Needs& needs) {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.is_view = needs.AddRule(IsRule("event.type", "page_view"));
    spec_.url = needs.AddField(model::Field::Parse("event.url").value());
    spec_.title = needs.AddField(model::Field::Parse("event.title").value());
    needs.AddSessions();
  }
};

}  // namespace

std::unique_ptr<Operator> MakePageViews(const PageViewsPlan& body, Needs& needs) {
  return std::make_unique<PageViewsOperator>(body, needs);
}

}  // namespace footfall::query
