#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/buckets.h"
#include "query/operators/operators.h"
#include "query/row_search.h"
#include "query/sort_table.h"

namespace footfall::query {
namespace {

constexpr size_t kPeriodsMax = 100;

struct Spec {
  const Plan& plan;
  const RetentionPlan& body;
  std::optional<RuleRef> where;
  std::optional<RuleRef> start;
  std::optional<RuleRef> returning;
  // The active weeks of people say all, if blocks know them.
  bool by_weeks = false;
};

// Of each byte its bits as numbers, so that eight counters are added to at once.
using BitNumbers = std::array<std::array<uint64_t, 8>, 256>;
constexpr BitNumbers MakeBitNumbers() {
  BitNumbers numbers{};
  for (size_t byte = 0; byte < 256; ++byte) {
    for (size_t k = 0; k < 8; ++k) numbers[byte][k] = byte >> k & 1;
  }
  return numbers;
}
constexpr BitNumbers kBitNumbers = MakeBitNumbers();

// People by their cohort: the index of its bucket.
class Cohorts {
 public:
  explicit Cohorts(size_t periods) : periods_((periods + 7) / 8 * 8) {}

  // The number of a cohort, which it keeps.
  size_t Find(int64_t bucket) {
    const auto [found, added] = numbers_.try_emplace(bucket, people_.size());
    if (added) {
      people_.push_back(0);
      returned_.resize(returned_.size() + periods_);
    }
    return found->second;
  }
  // Adds a person of cohort `number`; bit k of `returned` says that they came in the k-th
  // bucket after.
  void Add(size_t number, std::span<const uint64_t> returned) {
    ++people_[number];
    uint64_t* counts = returned_.data() + number * periods_;
    for (size_t first = 0; first < periods_; first += 8) {
      const std::array<uint64_t, 8>& bits =
          kBitNumbers[returned[first / 64] >> (first % 64) & 0xff];
      for (size_t k = 0; k < 8; ++k) counts[first + k] += bits[k];
    }
  }
  void Merge(const Cohorts& other) {
    for (const auto& [bucket, theirs] : other.numbers_) {
      const size_t ours = Find(bucket);
      people_[ours] += other.people_[theirs];
      for (size_t k = 0; k < periods_; ++k) {
        returned_[ours * periods_ + k] += other.returned_[theirs * periods_ + k];
      }
    }
  }
  uint64_t bytes() const {
    return HashBytes(numbers_) +
           (people_.capacity() + returned_.capacity()) * sizeof(uint64_t);
  }

  // Buckets and cohort numbers, by rising bucket.
  std::vector<std::pair<int64_t, size_t>> Sorted() const {
    std::vector<std::pair<int64_t, size_t>> sorted(numbers_.begin(), numbers_.end());
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }
  uint64_t people(size_t number) const { return people_[number]; }
  uint64_t returned(size_t number, size_t k) const {
    return returned_[number * periods_ + k];
  }

 private:
  size_t periods_;  // Rounded up to whole bytes.
  absl::flat_hash_map<int64_t, size_t> numbers_;
  std::vector<uint64_t> people_;
  std::vector<uint64_t> returned_;  // By cohort and k.
};

// The people of all cohorts, with the buckets in which they returned.
class Members {
 public:
  void Add(uint64_t person, int64_t bucket, const std::array<uint64_t, 2>& returned) {
    list_.push_back({.person = person, .bucket = bucket, .returned = returned});
  }
  void Merge(Members& other) {
    list_.insert(list_.end(), other.list_.begin(), other.list_.end());
    other.list_ = {};
  }
  uint64_t bytes() const { return list_.capacity() * sizeof(Member); }

  absl::StatusOr<Table> ToTable(const Bucketer& buckets, size_t periods,
                                Execution& execution) {
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + list_.size() * (periods + 2) * sizeof(Cell)));
    std::sort(list_.begin(), list_.end(),
              [](const Member& a, const Member& b) { return a.person < b.person; });
    std::vector<uint64_t> codes;
    for (const Member& member : list_) codes.push_back(member.person);
    FOOTFALL_ASSIGN_OR_RETURN(std::vector<Text> names, execution.NamesOf(codes));
    Table table{.columns = {{"person", ColumnType::kString, {}},
                            {"cohort", ColumnType::kDate, {}}}};
    for (size_t k = 0; k < periods; ++k) {
      table.columns.push_back({base::Cat("k_", k), ColumnType::kBool, {}});
    }
    for (size_t i = 0; i < list_.size(); ++i) {
      if (names[i].view().empty()) continue;  // Nobody that the store knows.
      table.columns[0].cells.emplace_back(std::move(names[i]));
      table.columns[1].cells.emplace_back(buckets.ValueOf(list_[i].bucket));
      for (size_t k = 0; k < periods; ++k) {
        const bool came = list_[i].returned[k / 64] >> (k % 64) & 1;
        table.columns[2 + k].cells.emplace_back(came);
      }
    }
    SortTable(table, {{.column = 0}});
    return table;
  }

 private:
  struct Member {
    uint64_t person = 0;
    int64_t bucket = 0;
    std::array<uint64_t, 2> returned{};
  };

  std::vector<Member> list_;
};

class RetentionPartial : public Partial {
 public:
  explicit RetentionPartial(const Spec& spec)
      : spec_(spec),
        periods_(spec.body.periods),
        buckets_(spec.body.bucket, spec.plan.zone),
        cohorts_(periods_) {}

  absl::Status Add(BlockView& view) override {
    if (spec_.by_weeks) {
      FOOTFALL_ASSIGN_OR_RETURN(const std::optional<store::Block::Weeks> weeks,
                                view.block().ActiveWeeks());
      if (weeks.has_value()) {
        AddWeeks(*weeks, view.people());
        return absl::OkStatus();
      }
    }
    return AddEvents(view);
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<RetentionPartial&>(other);
    cohorts_.Merge(from.cohorts_);
    from.cohorts_ = Cohorts(periods_);
    members_.Merge(from.members_);
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return cohorts_.bytes() + members_.bytes() +
           (starts_.capacity() + returns_.capacity() + both_.capacity()) *
               sizeof(uint64_t);
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    if (spec_.body.members) return members_.ToTable(buckets_, periods_, execution);
    const std::vector<std::pair<int64_t, size_t>> cohorts = cohorts_.Sorted();
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + cohorts.size() * periods_ * 6 * sizeof(Cell)));
    Column cohort{"cohort", ColumnType::kDate, {}};
    Column people{"people", ColumnType::kInt64, {}};
    Column period{"k", ColumnType::kInt64, {}};
    Column returned{"returned", ColumnType::kInt64, {}};
    Column share{"share", ColumnType::kDouble, {}};
    Column complete{"complete", ColumnType::kBool, {}};
    for (const auto& [bucket, number] : cohorts) {
      const uint64_t all = cohorts_.people(number);
      for (size_t k = 0; k < periods_; ++k) {
        const uint64_t came = cohorts_.returned(number, k);
        cohort.cells.emplace_back(buckets_.ValueOf(bucket));
        people.cells.emplace_back(static_cast<int64_t>(all));
        period.cells.emplace_back(static_cast<int64_t>(k));
        returned.cells.emplace_back(static_cast<int64_t>(came));
        share.cells.emplace_back(static_cast<double>(came) / static_cast<double>(all));
        complete.cells.emplace_back(
            IsComplete(bucket + static_cast<int64_t>(k), execution.now_ms()));
      }
    }
    Table table;
    for (Column* column : {&cohort, &people, &period, &returned, &share, &complete}) {
      table.columns.push_back(std::move(*column));
    }
    return table;
  }

 private:
  void AddWeeks(const store::Block::Weeks& weeks, size_t people) {
    std::array<size_t, 64> numbers;  // Of the cohorts by first week.
    uint64_t known = 0;
    for (size_t person = 0; person < people; ++person) {
      const uint64_t mask = weeks.masks[person];
      if (mask == 0) continue;
      const int first = std::countr_zero(mask);
      if ((known >> first & 1) == 0) {
        known |= uint64_t{1} << first;
        numbers[first] = cohorts_.Find(weeks.first_week + first);
      }
      cohorts_.Add(numbers[first], std::array<uint64_t, 2>{mask >> first, 0});
    }
  }

  absl::Status AddEvents(BlockView& view) {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* existing, view.Existing(spec_.where));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* starts,
                              Restrict(spec_.start, existing, view, &starts_));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* returns,
                              Restrict(spec_.returning, existing, view, &returns_));
    const size_t words = MaskWords(view.rows());
    both_.resize(words);
    for (size_t i = 0; i < words; ++i) both_[i] = starts[i] | returns[i];
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(both_.data()));
    const std::span<const uint32_t> begins = view.begins();
    for (size_t person = 0; person < view.people(); ++person) {
      const size_t end = begins[person + 1];
      const size_t start = FirstRow(starts, begins[person], end);
      if (start == end) continue;
      const int64_t bucket = buckets_.IndexOf(times[start]);
      const std::array<uint64_t, 2> returned =
          Returned(returns, times, start, end, bucket);
      if (spec_.body.members) {
        members_.Add(view.codes()[person], bucket, returned);
      } else {
        cohorts_.Add(cohorts_.Find(bucket), returned);
      }
    }
    return absl::OkStatus();
  }

  // Those of `existing` that match `rule`, if any.
  static absl::StatusOr<const uint64_t*> Restrict(std::optional<RuleRef> rule,
                                                  const uint64_t* existing,
                                                  BlockView& view,
                                                  std::vector<uint64_t>* scratch) {
    if (!rule.has_value()) return existing;
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* matches, view.Matches(*rule));
    scratch->resize(MaskWords(view.rows()));
    for (size_t i = 0; i < scratch->size(); ++i) {
      (*scratch)[i] = matches[i] & existing[i];
    }
    return scratch->data();
  }

  // In which buckets from `bucket` on there are returning events, from row `start` on.
  std::array<uint64_t, 2> Returned(const uint64_t* returns, const int64_t* times,
                                   size_t start, size_t end, int64_t bucket) {
    std::array<uint64_t, 2> returned{};
    int64_t until_ms = INT64_MIN;
    ForEachRow(returns, start, end, [&](size_t row) {
      // Most events are in the bucket of the one before.
      if (times[row] < until_ms) return;
      const int64_t k = buckets_.IndexUntil(times[row], &until_ms) - bucket;
      // Clocks that are set back may make it the day before once more.
      if (k < 0) return;
      if (k > static_cast<int64_t>(periods_)) {
        until_ms = INT64_MAX;
        return;
      }
      returned[k / 64] |= uint64_t{1} << (k % 64);
    });
    return returned;
  }

  // Whether a bucket lies in the range, as far as it has come.
  bool IsComplete(int64_t bucket, int64_t now_ms) {
    const Range& range = spec_.plan.range;
    const int64_t end_ms = range.to_ms == INT64_MAX ? now_ms : range.to_ms;
    const absl::TimeZone zone = spec_.plan.zone;
    return base::DayStart(buckets_.ValueOf(bucket), zone) >= range.from_ms &&
           base::DayStart(buckets_.ValueOf(bucket + 1), zone) <= end_ms;
  }

  const Spec& spec_;
  const size_t periods_;
  Bucketer buckets_;
  Cohorts cohorts_;
  Members members_;
  std::vector<uint64_t> starts_;
  std::vector<uint64_t> returns_;
  std::vector<uint64_t> both_;
};

static_assert(kPeriodsMax <= 127, "two words hold one bucket more than there are");

class RetentionOperator : public SpecOperator<Spec, RetentionPartial> {
 public:
  RetentionOperator(const Plan& plan, const RetentionPlan& body, Needs& needs)
      : SpecOperator({.plan = plan, .body = body}) {
    if (body.where.has_value()) spec_.where = needs.AddRule(*body.where);
    if (body.start.has_value()) spec_.start = needs.AddRule(*body.start);
    if (body.returning.has_value()) spec_.returning = needs.AddRule(*body.returning);
    spec_.by_weeks = !body.members && !body.where.has_value() &&
                     !body.start.has_value() && !body.returning.has_value() &&
                     !plan.segment.has_value() && body.bucket == base::Bucket::kWeek &&
                     plan.zone == absl::UTCTimeZone();
  }
};

}  // namespace

std::unique_ptr<Operator> MakeRetention(const Plan& plan, const RetentionPlan& body,
                                        Needs& needs) {
  return std::make_unique<RetentionOperator>(plan, body, needs);
}

}  // namespace footfall::query
