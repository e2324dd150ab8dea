#include "query/block_view.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "query/block_columns.h"
#include "query/block_people.h"
#include "query/block_sessions.h"
#include "query/kernels.h"
#include "query/needs.h"
#include "query/predicate.h"

namespace footfall::query {
namespace {

using Form = store::BlockColumn::Form;
using Clock = std::chrono::steady_clock;

// What the view spends time on; calls nest, and only the innermost one counts.
enum Stage { kOther, kRead, kRules, kSessions, kPeople, kStages };

class StageClock {
 public:
  Stage Enter(Stage stage) {
    const Clock::time_point now = Clock::now();
    ms_[stage_] += std::chrono::duration<double, std::milli>(now - since_).count();
    since_ = now;
    return std::exchange(stage_, stage);
  }
  double ms(Stage stage) const { return ms_[stage]; }

 private:
  Clock::time_point since_ = Clock::now();
  Stage stage_ = kOther;
  double ms_[kStages] = {};
};

class Timed {
 public:
  Timed(StageClock& clock, Stage stage) : clock_(clock), before_(clock.Enter(stage)) {}
  ~Timed() { clock_.Enter(before_); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  StageClock& clock_;
  Stage before_;
};

model::SessionRule SessionRuleOf(const Plan& plan, const store::Snapshot& snapshot) {
  model::SessionRule rule = snapshot.settings().session;
  rule.gap_ms = plan.sessions.gap_ms.value_or(rule.gap_ms);
  rule.max_ms = plan.sessions.max_ms.value_or(rule.max_ms);
  return rule;
}

// A mask of a block, once it is made.
struct OptionalMask {
  bool made = false;
  std::vector<uint64_t> words;

  uint64_t* Make(size_t bits) {
    made = true;
    words.resize(std::max<size_t>(MaskWords(bits), 1));
    return words.data();
  }
};

}  // namespace

struct BlockView::Rep : RuleSource {
  // A field's column and its codes, once they are made.
  struct FieldColumn {
    const store::BlockColumn* column = nullptr;
    const store::BlockColumn* codes = nullptr;
    MadeColumn made;
    MadeColumn made_codes;
  };

  Rep(BlockView& owner, const Needs::Rep& needed, const Plan& of,
      const store::Snapshot& from, int64_t now)
      : view(owner),
        needs(needed),
        plan(of),
        snapshot(from),
        now_ms(now),
        predicates(needed, of.zone, now),
        people(needed, from, of.zone, now),
        cutter(SessionRuleOf(of, from)),
        fields(needed.fields.size()) {}

  void StartBlock() {
    predicates.StartBlock();
    people_loaded = false;
    spans_cut = false;
    rows_cut = false;
    in_range.made = false;
    in_segment.made = false;
    existing.clear();
    session_names.clear();
    session_arena.Clear();
    for (FieldColumn& field : fields) field.column = field.codes = nullptr;
  }

  size_t rows() const override { return view.rows(); }
  std::span<const uint32_t> begins() const override { return view.begins(); }
  absl::StatusOr<const int64_t*> Times() override { return view.Times(); }
  absl::StatusOr<const store::BlockColumn*> Column(FieldRef field) override {
    return view.Column(field);
  }
  absl::StatusOr<const BlockSessions*> Sessions() override { return view.Sessions(); }
  absl::StatusOr<std::string_view> SessionId(size_t session) override {
    return view.SessionId(session);
  }
  absl::StatusOr<const store::BlockColumn*> BlockColumnAt(size_t column) override {
    const Timed timed(clock, kRead);
    return view.block_->Column(column);
  }
  absl::StatusOr<std::optional<store::RowsInRanges>> BlockRowsIn(
      size_t column, const store::NumberRanges& ranges) override {
    const Timed timed(clock, kRead);
    return view.block_->RowsIn(column, ranges);
  }
  absl::StatusOr<const uint64_t*> PersonHolds(size_t person_condition) override {
    FOOTFALL_RETURN_IF_ERROR(LoadPeople());
    return people.Holds(person_condition);
  }

  absl::Status LoadPeople() {
    if (people_loaded) return absl::OkStatus();
    const Timed timed(clock, kPeople);
    FOOTFALL_RETURN_IF_ERROR(people.Load(view.codes_));
    people_loaded = true;
    return absl::OkStatus();
  }

  absl::Status CutSessions(bool rows_too) {
    if (rows_too ? rows_cut : spans_cut) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.Times());
    const store::BlockColumn* ids = nullptr;
    if (plan.sessions.use_host_ids) {
      const size_t column =
          needs.session_ids.has_value() ? *needs.session_ids : *needs.session_codes;
      FOOTFALL_ASSIGN_OR_RETURN(ids, BlockColumnAt(column));
      session_ids = ids;
    }
    const Timed timed(clock, kSessions);
    cutter.Cut(view.begins_, times, ids, rows_too, &sessions);
    spans_cut = true;
    rows_cut = rows_too;
    return absl::OkStatus();
  }

  absl::StatusOr<const store::BlockColumn*> EventColumn(const NeededField& field,
                                                        MadeColumn* made) {
    std::vector<const store::BlockColumn*> sources;
    size_t only = 0;
    size_t found = 0;
    for (size_t i = 0; i < field.sources.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* column,
                                BlockColumnAt(field.sources[i].column));
      sources.push_back(column);
      if (column->form == Form::kMissing) continue;
      only = i;
      ++found;
    }
    if (found == 0) return sources[0];
    if (found > 1) {
      made->Merge(field, sources, rows());
    } else if (field.sources[only].derived) {
      made->Derive(field, field.sources[only], *sources[only], rows());
    } else {
      return sources[only];
    }
    return &made->column();
  }

  absl::Status PersonColumn(const NeededField& field, MadeColumn* made) {
    FOOTFALL_RETURN_IF_ERROR(LoadPeople());
    if (rows() > 0) {
      made->Repeat(people.Codes(field.person_field), view.begins_,
                   people.DictionaryOf(field.person_field));
    }
    return absl::OkStatus();
  }

  absl::Status SessionColumn(const NeededField& field, MadeColumn* made) {
    FOOTFALL_RETURN_IF_ERROR(CutSessions(true));
    const std::vector<BlockSessions::Span>& spans = sessions.spans;
    if (field.field.kind() == model::FieldKind::kSessionId) {
      made->dictionary().Clear();
      std::vector<uint32_t> codes(spans.size());
      for (size_t i = 0; i < spans.size(); ++i) {
        FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(i));
        codes[i] = made->dictionary().CodeOf(model::Value::String(id));
      }
      made->Spread(codes, sessions.of_row);
      return absl::OkStatus();
    }
    std::vector<int64_t> values(spans.size());
    for (size_t i = 0; i < spans.size(); ++i) {
      const BlockSessions::Span& span = spans[i];
      values[i] = field.field.kind() == model::FieldKind::kSessionStart ? span.start_ms
                  : field.field.kind() == model::FieldKind::kSessionDuration
                      ? span.end_ms - span.start_ms
                      : int64_t{span.events};
    }
    made->SpreadIntegers(values, sessions.of_row);
    return absl::OkStatus();
  }

  BlockView& view;
  const Needs::Rep& needs;
  const Plan& plan;
  const store::Snapshot& snapshot;
  int64_t now_ms;
  StageClock clock;
  Predicates predicates;
  BlockPeople people;
  SessionCutter cutter;
  BlockSessions sessions;
  const store::BlockColumn* session_ids = nullptr;
  std::vector<FieldColumn> fields;
  bool people_loaded = false;
  bool spans_cut = false;
  bool rows_cut = false;
  OptionalMask in_range;
  OptionalMask in_segment;
  // By rule; few are asked for.
  std::vector<std::pair<RuleRef, std::vector<uint64_t>>> existing;
  // Ids of sessions that were asked for.
  std::vector<std::string_view> session_names;
  TextArena session_arena;
};

BlockView::BlockView(const Needs& needs, const Plan& plan,
                     const store::Snapshot& snapshot, int64_t now_ms)
    : rep_(std::make_unique<Rep>(*this, needs.rep(), plan, snapshot, now_ms)) {}
BlockView::~BlockView() = default;

void BlockView::Reset(store::Block* block) {
  block_ = block;
  codes_ = block->people();
  begins_ = block->begins();
  rep_->StartBlock();
}

const Plan& BlockView::plan() const { return rep_->plan; }
int64_t BlockView::now_ms() const { return rep_->now_ms; }

absl::StatusOr<const int64_t*> BlockView::Times() {
  const Timed timed(rep_->clock, kRead);
  return block_->Times();
}

absl::StatusOr<const int64_t*> BlockView::TimesWhere(const uint64_t* rows) {
  const Timed timed(rep_->clock, kRead);
  return block_->TimesWhere(rows);
}

absl::StatusOr<const uint64_t*> BlockView::InRange() {
  OptionalMask& mask = rep_->in_range;
  if (mask.made) return mask.words.data();
  const Range& range = rep_->plan.range;
  const bool bounded = range.from_ms != INT64_MIN || range.to_ms != INT64_MAX;
  const int64_t* times = nullptr;
  if (bounded) {
    FOOTFALL_ASSIGN_OR_RETURN(times, Times());
  }
  const uint64_t* segment = nullptr;
  if (rep_->needs.segment.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(segment, Matches(*rep_->needs.segment));
  }
  const Timed timed(rep_->clock, kRules);
  uint64_t* const words = mask.Make(rows());
  if (range.from_ms >= range.to_ms) {
    FillMask(words, rows(), false);
  } else if (bounded) {
    const int64_t last = range.to_ms == INT64_MAX ? INT64_MAX : range.to_ms - 1;
    ActiveKernels().integers_between(times, rows(), range.from_ms, last, words);
  } else {
    FillMask(words, rows(), true);
  }
  if (segment != nullptr) {
    for (size_t i = 0; i < MaskWords(rows()); ++i) words[i] &= segment[i];
  }
  return words;
}

absl::StatusOr<const uint64_t*> BlockView::Matches(RuleRef rule) {
  const Timed timed(rep_->clock, kRules);
  return rep_->predicates.Matches(rule, *rep_);
}

absl::StatusOr<const uint64_t*> BlockView::Existing(std::optional<RuleRef> where) {
  if (!where.has_value()) return InRange();
  for (const auto& [rule, mask] : rep_->existing) {
    if (rule == *where) return mask.data();
  }
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* in_range, InRange());
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* matches, Matches(*where));
  const Timed timed(rep_->clock, kRules);
  std::vector<uint64_t> mask(std::max<size_t>(MaskWords(rows()), 1));
  for (size_t i = 0; i < MaskWords(rows()); ++i) mask[i] = in_range[i] & matches[i];
  rep_->existing.emplace_back(*where, std::move(mask));
  return rep_->existing.back().second.data();
}

absl::StatusOr<const uint64_t*> BlockView::InSegment() {
  OptionalMask& mask = rep_->in_segment;
  if (mask.made) return mask.words.data();
  const uint64_t* segment = nullptr;
  if (rep_->needs.segment.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(segment, Matches(*rep_->needs.segment));
  }
  uint64_t* const words = mask.Make(people());
  FillMask(words, people(), segment == nullptr);
  if (segment == nullptr) return words;
  // The rule says the same of all rows of a person.
  for (size_t i = 0; i < people(); ++i) {
    if (begins_[i] < begins_[i + 1] && TestBit(segment, begins_[i])) SetBit(words, i);
  }
  return words;
}

absl::StatusOr<const store::BlockColumn*> BlockView::Column(FieldRef ref) {
  Rep::FieldColumn& field = rep_->fields[ref];
  if (field.column != nullptr) return field.column;
  const NeededField& needed = rep_->needs.fields[ref];
  if (needed.origin == FieldOrigin::kEvent) {
    const Timed timed(rep_->clock, kRead);
    FOOTFALL_ASSIGN_OR_RETURN(field.column, rep_->EventColumn(needed, &field.made));
    return field.column;
  }
  FOOTFALL_RETURN_IF_ERROR(needed.origin == FieldOrigin::kPerson
                               ? rep_->PersonColumn(needed, &field.made)
                               : rep_->SessionColumn(needed, &field.made));
  field.column = &field.made.column();
  return field.column;
}

absl::StatusOr<const store::BlockColumn*> BlockView::Codes(FieldRef ref) {
  Rep::FieldColumn& field = rep_->fields[ref];
  if (field.codes != nullptr) return field.codes;
  FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* column, Column(ref));
  field.codes = column;
  if (column->form == Form::kIntegers || column->form == Form::kDoubles) {
    field.made_codes.Code(*column, rows());
    field.codes = &field.made_codes.column();
  }
  return field.codes;
}

model::Value BlockView::ValueAt(const store::BlockColumn& column, size_t row) {
  return ColumnValue(column, row);
}

absl::StatusOr<const BlockSessions*> BlockView::Sessions() {
  FOOTFALL_RETURN_IF_ERROR(rep_->CutSessions(true));
  return &rep_->sessions;
}

absl::StatusOr<const BlockSessions*> BlockView::SessionSpans() {
  FOOTFALL_RETURN_IF_ERROR(rep_->CutSessions(false));
  return &rep_->sessions;
}

absl::StatusOr<std::string_view> BlockView::SessionId(size_t session) {
  const BlockSessions::Span& span = rep_->sessions.spans[session];
  if (span.host_code != 0) {
    return std::string_view(rep_->session_ids->values[span.host_code].text);
  }
  std::vector<std::string_view>& names = rep_->session_names;
  if (names.empty()) names.resize(rep_->sessions.spans.size());
  if (names[session].data() == nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::string_view person, PersonName(span.person));
    names[session] =
        rep_->session_arena.Keep(base::Cat(person, "/", base::FormatTime(span.start_ms)));
  }
  return names[session];
}

absl::StatusOr<const model::Person*> BlockView::PersonAt(size_t person) {
  FOOTFALL_RETURN_IF_ERROR(rep_->LoadPeople());
  return rep_->people.At(person);
}

absl::StatusOr<std::string_view> BlockView::PersonName(size_t person) {
  FOOTFALL_RETURN_IF_ERROR(rep_->LoadPeople());
  return rep_->people.Name(person);
}

absl::StatusOr<std::string_view> BlockView::AccountAt(size_t person) {
  FOOTFALL_RETURN_IF_ERROR(rep_->LoadPeople());
  return rep_->people.Account(person);
}

uint64_t BlockView::bytes() const {
  uint64_t bytes = rep_->predicates.bytes() + rep_->people.bytes() +
                   rep_->cutter.bytes() + rep_->session_arena.bytes() +
                   rep_->sessions.spans.capacity() * sizeof(BlockSessions::Span) +
                   rep_->sessions.of_row.capacity() * sizeof(uint32_t) +
                   rep_->session_names.capacity() * sizeof(std::string_view);
  for (const Rep::FieldColumn& field : rep_->fields) {
    bytes += field.made.bytes() + field.made_codes.bytes();
  }
  return bytes;
}

void BlockView::AddTimes(QueryStats* stats) const {
  stats->read_ms += rep_->clock.ms(kRead);
  stats->rules_ms += rep_->clock.ms(kRules);
  stats->sessions_ms += rep_->clock.ms(kSessions);
  stats->people_ms += rep_->clock.ms(kPeople);
}

}  // namespace footfall::query
