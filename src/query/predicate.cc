#include "query/predicate.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/status.h"
#include "query/kernels.h"
#include "query/number_range.h"

namespace footfall::query {
namespace {

using model::RuleNode;
using model::RuleOp;
using model::Value;
using Form = store::BlockColumn::Form;

// Verdicts on values with higher ids are not remembered.
constexpr uint32_t kRememberedMax = uint32_t{1} << 24;

// The bits of a mask's last word that stand for rows.
uint64_t TailBits(size_t rows) {
  return rows % 64 == 0 ? ~uint64_t{0} : (uint64_t{1} << (rows % 64)) - 1;
}

void Flip(uint64_t* mask, size_t rows) {
  const size_t words = MaskWords(rows);
  for (size_t i = 0; i < words; ++i) mask[i] = ~mask[i];
  if (words > 0) mask[words - 1] &= TailBits(rows);
}

bool None(const std::vector<uint64_t>& mask) {
  return std::all_of(mask.begin(), mask.end(), [](uint64_t word) { return word == 0; });
}

}  // namespace

void FillMask(uint64_t* mask, size_t rows, bool set) {
  const size_t words = MaskWords(rows);
  std::fill_n(mask, words, set ? ~uint64_t{0} : 0);
  if (words > 0) mask[words - 1] &= TailBits(rows);
}

void FillRows(uint64_t* mask, size_t begin, size_t end, bool set) {
  if (begin >= end) return;
  const size_t first = begin / 64;
  const size_t last = (end - 1) / 64;
  for (size_t word = first; word <= last; ++word) {
    uint64_t bits = ~uint64_t{0};
    if (word == first) bits &= ~uint64_t{0} << (begin % 64);
    if (word == last) bits &= TailBits(end);
    mask[word] = set ? mask[word] | bits : mask[word] & ~bits;
  }
}

uint64_t CountRows(const uint64_t* mask, size_t begin, size_t end) {
  if (begin >= end) return 0;
  const size_t first = begin / 64;
  const size_t last = (end - 1) / 64;
  uint64_t count = 0;
  for (size_t word = first; word <= last; ++word) {
    uint64_t bits = mask[word];
    if (word == first) bits &= ~uint64_t{0} << (begin % 64);
    if (word == last) bits &= TailBits(end);
    count += std::popcount(bits);
  }
  return count;
}

void SpreadPeople(const uint64_t* people, std::span<const uint32_t> begins,
                  uint64_t* mask) {
  const size_t count = begins.size() - 1;
  FillMask(mask, begins.back(), false);
  // People next to each other are set at once.
  for (size_t i = 0; i < count;) {
    if (!TestBit(people, i)) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    while (end < count && TestBit(people, end)) ++end;
    FillRows(mask, begins[i], begins[end], true);
    i = end;
  }
}

Predicates::Predicates(const Needs::Rep& needs, absl::TimeZone zone, int64_t now_ms)
    : needs_(needs),
      zone_(zone),
      now_ms_(now_ms),
      state_(needs.nodes),
      done_(needs.rules.size()) {}

void Predicates::StartBlock() { done_.assign(done_.size(), false); }

absl::StatusOr<const uint64_t*> Predicates::Matches(RuleRef rule, RuleSource& source) {
  const NeededNode& root = needs_.compiled[rule];
  if (!done_[rule]) {
    FOOTFALL_RETURN_IF_ERROR(Evaluate(root, source));
    done_[rule] = true;
  }
  return MaskOf(root).data();
}

absl::Status Predicates::Evaluate(const NeededNode& node, RuleSource& source) {
  // An empty mask still has an address.
  MaskOf(node).resize(std::max<size_t>(MaskWords(source.rows()), 1));
  switch (node.node->kind) {
    case RuleNode::Kind::kAll:
    case RuleNode::Kind::kAny:
    case RuleNode::Kind::kNot:
      return Combine(node, source);
    case RuleNode::Kind::kDid:
      return Did(node, source);
    case RuleNode::Kind::kCondition:
      break;
  }
  switch (node.origin) {
    case FieldOrigin::kEvent:
      return OnEvents(node, source);
    case FieldOrigin::kSession:
      return OnSessions(node, source);
    case FieldOrigin::kPerson:
      break;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* people,
                            source.PersonHolds(node.person_condition));
  if (source.rows() > 0) SpreadPeople(people, source.begins(), MaskOf(node).data());
  return absl::OkStatus();
}

absl::Status Predicates::Combine(const NeededNode& node, RuleSource& source) {
  std::vector<uint64_t>& mask = MaskOf(node);
  const RuleNode::Kind kind = node.node->kind;
  FillMask(mask.data(), source.rows(), kind == RuleNode::Kind::kAll);
  for (const NeededNode& child : node.children) {
    FOOTFALL_RETURN_IF_ERROR(Evaluate(child, source));
    const uint64_t* other = MaskOf(child).data();
    const size_t words = MaskWords(source.rows());
    if (kind == RuleNode::Kind::kAll) {
      for (size_t i = 0; i < words; ++i) mask[i] &= other[i];
      if (None(mask)) return absl::OkStatus();
    } else {
      for (size_t i = 0; i < words; ++i) mask[i] |= other[i];
    }
  }
  if (kind == RuleNode::Kind::kNot) Flip(mask.data(), source.rows());
  return absl::OkStatus();
}

absl::Status Predicates::Did(const NeededNode& node, RuleSource& source) {
  const size_t rows = source.rows();
  std::vector<uint64_t>& mask = MaskOf(node);
  if (node.children.empty()) {
    FillMask(mask.data(), rows, true);
  } else {
    FOOTFALL_RETURN_IF_ERROR(Evaluate(node.children[0], source));
    mask = MaskOf(node.children[0]);
  }
  if (node.node->within_ms > 0) {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, source.Times());
    extra_.resize(mask.size());
    ActiveKernels().integers_between(times, rows, now_ms_ - node.node->within_ms, now_ms_,
                                     extra_.data());
    for (size_t i = 0; i < MaskWords(rows); ++i) mask[i] &= extra_[i];
  }
  const std::span<const uint32_t> begins = source.begins();
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    const uint64_t count = CountRows(mask.data(), begins[i], begins[i + 1]);
    FillRows(mask.data(), begins[i], begins[i + 1], model::DidHolds(*node.node, count));
  }
  return absl::OkStatus();
}

bool Predicates::Holds(const NeededNode& node, const Value& value) const {
  return model::ConditionHolds(*node.node, value, zone_, now_ms_);
}

absl::Status Predicates::OnEvents(const NeededNode& node, RuleSource& source) {
  const NeededField& field = needs_.fields[node.field];
  const size_t rows = source.rows();
  FOOTFALL_ASSIGN_OR_RETURN(const bool done, OnStoredNumbers(node, field, source));
  if (done) return absl::OkStatus();
  const store::BlockColumn* only = nullptr;
  size_t only_at = 0;
  size_t found = 0;
  for (size_t i = 0; i < field.sources.size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* column,
                              source.BlockColumnAt(field.sources[i].column));
    if (column->form == Form::kMissing) continue;
    only = column;
    only_at = i;
    ++found;
  }
  FieldSourceColumn from;
  if (found == 1) {
    from = field.sources[only_at];
  } else if (found > 1) {
    FOOTFALL_ASSIGN_OR_RETURN(only, source.Column(node.field));
    only_at = field.sources.size();
  }
  const bool numbers =
      found > 0 && only->form != Form::kCodes8 && only->form != Form::kCodes32;
  if (found == 0 || (numbers && from.derived)) {
    FillMask(MaskOf(node).data(), rows, Holds(node, Value::Missing()));
  } else if (numbers) {
    OnNumbers(node, *only, rows);
  } else {
    OnCodes(node, only_at, from, *only, rows);
  }
  return absl::OkStatus();
}

bool Predicates::Verdict(const NeededNode& node, const FieldSourceColumn& from,
                         const store::BlockColumn& column, size_t code,
                         std::vector<uint8_t>* verdicts) {
  const auto evaluate = [&] {
    return Holds(node,
                 DeriveValue(node.node->field, from, column.values[code], scratch_));
  };
  const uint32_t id =
      code < column.value_ids.size() ? column.value_ids[code] : store::kNoValueId;
  if (code == 0 || id >= kRememberedMax) return evaluate();
  if (id >= verdicts->size()) {
    verdicts->resize(std::max<size_t>(id + 1, verdicts->size() * 2), 0);
  }
  uint8_t& verdict = (*verdicts)[id];
  if (verdict == 0) verdict = evaluate() ? 2 : 1;
  return verdict == 2;
}

void Predicates::OnCodes(const NeededNode& node, size_t source_index,
                         const FieldSourceColumn& from, const store::BlockColumn& column,
                         size_t rows) {
  std::vector<std::vector<uint8_t>>& verdicts = state_[node.number].verdicts;
  if (verdicts.size() <= source_index) verdicts.resize(source_index + 1);
  table_.assign(std::max<size_t>(column.values.size(), 256), 0);
  size_t yes = 0;
  size_t last_yes = 0;
  for (size_t code = 0; code < column.values.size(); ++code) {
    if (!Verdict(node, from, column, code, &verdicts[source_index])) continue;
    table_[code] = 1;
    last_yes = code;
    ++yes;
  }
  uint64_t* const mask = MaskOf(node).data();
  if (yes == 0 || yes == column.values.size()) {
    FillMask(mask, rows, yes != 0);
  } else if (column.form == Form::kCodes8) {
    ActiveKernels().codes8_in(column.codes8, rows, table_.data(), mask);
  } else if (yes == 1) {
    ActiveKernels().codes32_is(column.codes32, rows, static_cast<uint32_t>(last_yes),
                               mask);
  } else {
    ActiveKernels().codes32_in(column.codes32, rows, table_.data(), mask);
  }
}

void Predicates::OnNumbers(const NeededNode& node, const store::BlockColumn& column,
                           size_t rows) {
  uint64_t* const mask = MaskOf(node).data();
  const size_t words = MaskWords(rows);
  const std::optional<NumberRanges> ranges = RangesOf(*node.node);
  if (!ranges.has_value()) {
    // It looks only at whether there is a value.
    FillMask(mask, rows, Holds(node, Value::Int(0)));
  } else {
    FillMask(mask, rows, false);
    extra_.resize(words);
    const auto add = [&] {
      for (size_t i = 0; i < words; ++i) mask[i] |= extra_[i];
    };
    if (column.form == Form::kIntegers) {
      for (const auto& [low, high] : ranges->integers) {
        ActiveKernels().integers_between(column.integers, rows, low, high, extra_.data());
        add();
      }
    } else {
      for (const auto& [low, high] : ranges->doubles) {
        ActiveKernels().doubles_between(column.doubles, rows, low, high, extra_.data());
        add();
      }
    }
  }
  SettleNumbers(node, ranges.has_value() && ranges->outside, column.present, rows);
}

// The same without reading the numbers, where the store can tell.
absl::StatusOr<bool> Predicates::OnStoredNumbers(const NeededNode& node,
                                                 const NeededField& field,
                                                 RuleSource& source) {
  if (field.sources.size() != 1 || field.sources[0].derived) return false;
  const std::optional<NumberRanges> ranges = RangesOf(*node.node);
  if (!ranges.has_value()) return false;
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<store::RowsInRanges> found,
                            source.BlockRowsIn(field.sources[0].column, *ranges));
  if (!found.has_value()) return false;
  std::copy_n(found->rows, MaskWords(source.rows()), MaskOf(node).data());
  SettleNumbers(node, ranges->outside, found->present, source.rows());
  return true;
}

// Makes of the rows with a number in the ranges those for which the condition holds.
void Predicates::SettleNumbers(const NeededNode& node, bool outside,
                               const uint64_t* present, size_t rows) {
  uint64_t* const mask = MaskOf(node).data();
  if (outside) Flip(mask, rows);
  if (present == nullptr) return;
  const size_t words = MaskWords(rows);
  const bool missing = Holds(node, Value::Missing());
  for (size_t i = 0; i < words; ++i) {
    mask[i] = missing ? mask[i] | ~present[i] : mask[i] & present[i];
  }
  if (words > 0) mask[words - 1] &= TailBits(rows);
}

absl::Status Predicates::OnSessions(const NeededNode& node, RuleSource& source) {
  FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, source.Sessions());
  std::vector<uint8_t> holds(sessions->spans.size());
  for (size_t i = 0; i < holds.size(); ++i) {
    const BlockSessions::Span& span = sessions->spans[i];
    model::SessionFields fields{.id = {},
                                .start_ms = span.start_ms,
                                .duration_ms = span.end_ms - span.start_ms,
                                .events = span.events};
    if (node.node->field.kind() == model::FieldKind::kSessionId) {
      FOOTFALL_ASSIGN_OR_RETURN(fields.id, source.SessionId(i));
    }
    model::FieldSource from;
    from.session = &fields;
    holds[i] = Holds(node, model::ReadField(node.node->field, from));
  }
  ActiveKernels().codes32_in(sessions->of_row.data(), source.rows(), holds.data(),
                             MaskOf(node).data());
  return absl::OkStatus();
}

uint64_t Predicates::bytes() const {
  uint64_t bytes = table_.capacity() + extra_.capacity() * sizeof(uint64_t);
  for (const NodeState& state : state_) {
    bytes += state.mask.capacity() * sizeof(uint64_t);
    for (const auto& verdicts : state.verdicts) bytes += verdicts.capacity();
  }
  return bytes;
}

}  // namespace footfall::query
