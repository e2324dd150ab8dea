#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators/operators.h"
#include "query/pool_ids.h"
#include "query/session_totals.h"

namespace footfall::query {
namespace {

struct Spec {
  std::optional<RuleRef> where;
  RuleRef is_view = 0;
  FieldRef url = 0;
};

struct PageStay {
  int64_t views = 0;
  int64_t people = 0;
  NumberBag stays_ms;
  uint64_t person = 0;  // The last one who was counted, from 1 on.
};

class PageTimesPartial : public Partial {
 public:
  explicit PageTimesPartial(const Spec& spec) : spec_(spec), urls_(pool_), pages_(1) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* counted,
                              ExistingBoth(view, spec_.is_view, spec_.where, &mask_));
    if (!AnyRow(counted, 0, view.rows())) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* views, view.Matches(spec_.is_view));
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(views));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* url, view.Codes(spec_.url));
    FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
    urls_.StartBlock(*url);
    open_.assign(sessions->spans.size(), std::nullopt);
    ForEachRow(views, 0, view.rows(), [&](size_t row) {
      const uint32_t session = sessions->of_row[row];
      Close(open_[session], times[row]);
      if (!TestBit(counted, row)) return;
      const uint32_t page = urls_.Of(CodeAt(*url, row));
      open_[session] = OpenView{.page = page, .time_ms = times[row]};
      CountView(page, people_before_ + sessions->spans[session].person + 1);
    });
    for (size_t session = 0; session < open_.size(); ++session) {
      Close(open_[session], sessions->spans[session].end_ms);
    }
    people_before_ += view.people();
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<PageTimesPartial&>(other);
    const std::vector<uint32_t> here = pool_.Absorb(from.pool_);
    for (size_t i = 0; i < from.pages_.size(); ++i) {
      if (here[i] >= pages_.size()) pages_.resize(here[i] + 1);
      PageStay& into = pages_[here[i]];
      into.views += from.pages_[i].views;
      into.people += from.pages_[i].people;
      into.stays_ms.Append(from.pages_[i].stays_ms);
    }
    from.pages_ = std::vector<PageStay>(1);
    stay_count_ += std::exchange(from.stay_count_, 0);
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    // A bag may be twice as large as what it holds.
    return pool_.bytes() + urls_.bytes() + pages_.capacity() * sizeof(PageStay) +
           stay_count_ * 2 * sizeof(uint32_t) +
           open_.capacity() * sizeof(std::optional<OpenView>);
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(bytes() + pages_.size() * 5 * sizeof(Cell)));
    Table table{.columns = {{"page", ColumnType::kString, {}},
                            {"views", ColumnType::kInt64, {}},
                            {"people", ColumnType::kInt64, {}},
                            {"median_ms", ColumnType::kInt64, {}},
                            {"p90_ms", ColumnType::kInt64, {}}}};
    for (size_t i = 0; i < pages_.size(); ++i) {
      PageStay& page = pages_[i];
      if (page.views == 0) continue;
      // By nearest rank, the ceil(n * p / 100)-th.
      const auto percentile = [&page](size_t percent) {
        return page.stays_ms.At((page.stays_ms.size() * percent + 99) / 100 - 1);
      };
      table.columns[0].cells.push_back(
          pool_.ToCell(static_cast<uint32_t>(i), ColumnType::kString));
      table.columns[1].cells.emplace_back(page.views);
      table.columns[2].cells.emplace_back(page.people);
      table.columns[3].cells.emplace_back(percentile(50));
      table.columns[4].cells.emplace_back(percentile(90));
    }
    SortTable(table, {{.column = 1, .descending = true}, {.column = 0}});
    return table;
  }

 private:
  // A view that is over when the next one, or the end of its session, comes.
  struct OpenView {
    uint32_t page = 0;
    int64_t time_ms = 0;
  };

  void CountView(uint32_t number, uint64_t person) {
    if (number >= pages_.size()) pages_.resize(number + 1);
    PageStay& page = pages_[number];
    ++page.views;
    page.people += page.person != person;
    page.person = person;
  }

  void Close(std::optional<OpenView>& view, int64_t time_ms) {
    if (!view.has_value()) return;
    pages_[view->page].stays_ms.Add(time_ms - view->time_ms);
    ++stay_count_;
    view.reset();
  }

  const Spec& spec_;
  ValuePool pool_;
  PoolIds urls_;
  std::vector<PageStay> pages_;  // By the url's number in the pool; 0 is no url.
  uint64_t stay_count_ = 0;
  uint64_t people_before_ = 0;
  std::vector<uint64_t> mask_;
  std::vector<std::optional<OpenView>> open_;  // By session of the block at hand.
};

class PageTimesOperator : public SpecOperator<Spec, PageTimesPartial> {
 public:
  PageTimesOperator(const PageTimesPlan& plan, Needs& needs) {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.is_view = needs.AddRule(IsRule("event.type", "page_view"));
    spec_.url = needs.AddField(model::Field::Parse("event.url").value());
    needs.AddSessions();
  }
};

}  // namespace

std::unique_ptr<Operator> MakePageTimes(const PageTimesPlan& body, Needs& needs) {
  return std::make_unique<PageTimesOperator>(body, needs);
}

}  // namespace footfall::query
