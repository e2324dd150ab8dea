#include "query/operators/table_groups.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/status.h"
#include "base/strings.h"
#include "query/kernels.h"
#include "query/predicate.h"

namespace footfall::query {
namespace {

constexpr uint32_t kUnknown = UINT32_MAX;

// Blocks with at most this many combinations of codes per row look groups up in a table,
// the others in a hash map.
constexpr uint64_t kSlotsPerRow = 4;

// Adds up how often each code is among the rows of a mask.
template <typename Code>
void CountCodes(const Code* codes, const uint64_t* mask, size_t rows, uint32_t* counts) {
  for (size_t base = 0; base < rows; base += 64) {
    uint64_t word = mask[base / 64];
    if (word == ~uint64_t{0}) {
      for (size_t i = 0; i < 64; ++i) ++counts[codes[base + i]];
    } else {
      for (; word != 0; word &= word - 1) ++counts[codes[base + std::countr_zero(word)]];
    }
  }
}

}  // namespace

std::vector<FieldRef> NeedsOf(const std::vector<RowKey>& keys, Needs& needs) {
  std::vector<FieldRef> fields(keys.size(), 0);
  for (size_t i = 0; i < keys.size(); ++i) {
    switch (keys[i].kind) {
      case RowKey::Kind::kField:
        fields[i] = needs.AddField(keys[i].field);
        break;
      case RowKey::Kind::kAccount:
        needs.AddAccounts();
        break;
      case RowKey::Kind::kSession:
        needs.AddSessionIds();
        break;
      case RowKey::Kind::kPerson:
      case RowKey::Kind::kTime:
        break;
    }
  }
  return fields;
}

TableGroups::TableGroups(const Plan& plan, const std::vector<RowKey>& keys,
                         const std::vector<FieldRef>& fields, ValuePool& pool)
    : keys_(keys), fields_(fields), pool_(pool) {
  for (const RowKey& key : keys) {
    parts_.emplace_back(key.bucket, plan.zone, pool);
    by_session_ |= key.kind == RowKey::Kind::kSession;
  }
  if (keys.empty()) GroupOf({});
}

absl::StatusOr<const uint64_t*> TableGroups::Group(BlockView& view,
                                                   const uint64_t* rows) {
  row_count_ = view.rows();
  begins_ = view.begins();
  row_groups_made_ = false;
  slots8_ = nullptr;
  slots32_ = nullptr;
  if (by_session_) {
    FOOTFALL_ASSIGN_OR_RETURN(rows, RowsOfSessions(view, rows));
  }
  rows_ = rows;
  if (keys_.empty()) return rows;
  people_.clear();
  uint64_t slots = 1;
  bool fits = true;  // Whether the combinations can be numbered at all.
  for (size_t i = 0; i < parts_.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(StartPart(i, view, rows));
    fits &= !__builtin_mul_overflow(slots, parts_[i].size, &slots);
  }
  if (!fits) {
    return base::MakeError(absl::StatusCode::kResourceExhausted,
                           "the table has too many keys with too many values each");
  }
  FOOTFALL_RETURN_IF_ERROR(slots <= std::max<uint64_t>(row_count_ * kSlotsPerRow, 256)
                               ? GroupByTable(view, rows, slots)
                               : GroupByHash(view, rows));
  return rows;
}

absl::Status TableGroups::GroupByTable(BlockView& view, const uint64_t* rows,
                                       uint64_t slots) {
  MakeSlots(view.rows());
  slot_counts_.assign(slots, 0);
  CountSlots(rows, &slot_counts_);
  group_of_slot_.assign(slots, 0);
  key_codes_.resize(parts_.size());
  for (uint64_t slot = 0; slot < slots; ++slot) {
    if (slot_counts_[slot] == 0) continue;
    uint64_t rest = slot;
    for (size_t i = parts_.size(); i-- > 0; rest /= parts_[i].size) {
      key_codes_[i] = static_cast<uint32_t>(rest % parts_[i].size);
    }
    FOOTFALL_ASSIGN_OR_RETURN(group_of_slot_[slot], Resolve(view));
  }
  return absl::OkStatus();
}

void TableGroups::MakeSlots(size_t rows) {
  const auto is_codes8 = [](const Part& part) {
    return part.rows == nullptr && part.column->form == store::BlockColumn::Form::kCodes8;
  };
  const auto codes32_of = [](const Part& part) {
    return part.rows != nullptr ? part.rows : part.column->codes32;
  };
  if (parts_.size() == 1 && is_codes8(parts_[0])) {
    slots8_ = parts_[0].column->codes8;
    return;
  }
  if (parts_.size() == 1 && codes32_of(parts_[0]) != nullptr) {
    slots32_ = codes32_of(parts_[0]);
    return;
  }
  own_slots_.assign(rows, 0);
  slots32_ = own_slots_.data();
  for (const Part& part : parts_) {
    const uint32_t size = static_cast<uint32_t>(part.size);
    if (is_codes8(part)) {
      const uint8_t* codes = part.column->codes8;
      for (size_t i = 0; i < rows; ++i) own_slots_[i] = own_slots_[i] * size + codes[i];
    } else if (const uint32_t* codes = codes32_of(part); codes != nullptr) {
      for (size_t i = 0; i < rows; ++i) own_slots_[i] = own_slots_[i] * size + codes[i];
    }
    // A part that is missing in all rows has one code, 0.
  }
}

void TableGroups::CountSlots(const uint64_t* mask, std::vector<uint32_t>* counts) const {
  if (slots8_ != nullptr) {
    ActiveKernels().count8(slots8_, mask, row_count_, counts->size(), counts->data());
  } else {
    CountCodes(slots32_, mask, row_count_, counts->data());
  }
}

absl::Status TableGroups::GroupByHash(BlockView& view, const uint64_t* rows) {
  group_of_hash_.clear();
  row_groups_.resize(row_count_);
  row_groups_made_ = true;
  key_codes_.resize(parts_.size());
  absl::Status status;
  ForEachRow(rows, 0, row_count_, [&](size_t row) {
    uint64_t slot = 0;
    for (const Part& part : parts_) slot = slot * part.size + part.CodeOf(row);
    const auto [it, added] = group_of_hash_.try_emplace(slot, kUnknown);
    if (added) {
      for (size_t i = 0; i < parts_.size(); ++i) key_codes_[i] = parts_[i].CodeOf(row);
      const absl::StatusOr<uint32_t> group = Resolve(view);
      if (!group.ok()) {
        status = group.status();
        return;
      }
      it->second = *group;
    }
    row_groups_[row] = it->second;
  });
  return status;
}

const uint32_t* TableGroups::RowGroups() {
  if (keys_.empty()) return nullptr;
  if (row_groups_made_) return row_groups_.data();
  row_groups_made_ = true;
  row_groups_.resize(row_count_);
  const auto fill = [this](const auto* slots) {
    ForEachRow(rows_, 0, row_count_,
               [&](size_t row) { row_groups_[row] = group_of_slot_[slots[row]]; });
  };
  if (slots8_ != nullptr) {
    fill(slots8_);
  } else {
    fill(slots32_);
  }
  return row_groups_.data();
}

void TableGroups::Count(const uint64_t* mask, std::vector<int64_t>* counts) {
  if (counts->size() < groups_.size()) counts->resize(groups_.size());
  if (keys_.empty()) {
    (*counts)[0] += static_cast<int64_t>(CountRows(mask, 0, row_count_));
    return;
  }
  if (slots8_ == nullptr && slots32_ == nullptr) {
    ForEachRow(mask, 0, row_count_, [&](size_t row) { ++(*counts)[row_groups_[row]]; });
    return;
  }
  const std::vector<uint32_t>* by_slot = &slot_counts_;
  if (mask != rows_) {
    other_counts_.assign(slot_counts_.size(), 0);
    CountSlots(mask, &other_counts_);
    by_slot = &other_counts_;
  }
  for (size_t slot = 0; slot < by_slot->size(); ++slot) {
    if ((*by_slot)[slot] != 0) (*counts)[group_of_slot_[slot]] += (*by_slot)[slot];
  }
}

const uint64_t* TableGroups::RunStarts(const uint64_t* mask) {
  const size_t words = MaskWords(row_count_);
  run_starts_.resize(std::max<size_t>(words, 1));
  const uint32_t* groups = RowGroups();
  if (groups == nullptr) {
    std::fill(run_starts_.begin(), run_starts_.end(), 0);
  } else {
    ActiveKernels().changed32(groups, row_count_, run_starts_.data());
  }
  for (const uint32_t begin : begins_) {
    if (begin < row_count_) SetBit(run_starts_.data(), begin);
  }
  uint64_t before = 0;  // The bit of the row before, as the lowest one.
  for (size_t i = 0; i < words; ++i) {
    const uint64_t previous = mask[i] << 1 | before;
    before = mask[i] >> 63;
    run_starts_[i] = mask[i] & (run_starts_[i] | ~previous);
  }
  return run_starts_.data();
}

absl::StatusOr<const uint64_t*> TableGroups::RowsOfSessions(BlockView& view,
                                                            const uint64_t* rows) {
  FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
  mask_.assign(std::max<size_t>(MaskWords(view.rows()), 1), 0);
  ForEachRow(rows, 0, view.rows(), [&](size_t row) {
    const BlockSessions::Span& span = sessions->spans[sessions->of_row[row]];
    if (view.plan().range.Contains(span.start_ms)) SetBit(mask_.data(), row);
  });
  return mask_.data();
}

absl::Status TableGroups::StartPart(size_t at, BlockView& view, const uint64_t* rows) {
  Part& part = parts_[at];
  part.rows = nullptr;
  switch (keys_[at].kind) {
    case RowKey::Kind::kPerson:
    case RowKey::Kind::kAccount:
      if (people_.empty()) {
        people_.resize(view.rows());
        for (uint32_t i = 0; i < view.people(); ++i) {
          std::fill(people_.begin() + view.begins()[i],
                    people_.begin() + view.begins()[i + 1], i);
        }
      }
      part.rows = people_.data();
      part.size = view.people();
      return absl::OkStatus();
    case RowKey::Kind::kSession: {
      FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
      part.rows = sessions->of_row.data();
      part.size = sessions->spans.size();
      session_numbers_.assign(part.size, kUnknown);
      return absl::OkStatus();
    }
    case RowKey::Kind::kField: {
      FOOTFALL_ASSIGN_OR_RETURN(part.column, view.Codes(fields_[at]));
      part.ids.StartBlock(*part.column);
      part.size = std::max<size_t>(part.column->values.size(), 1);
      return absl::OkStatus();
    }
    case RowKey::Kind::kTime:
      break;
  }
  return BucketRows(part, view, rows);
}

absl::Status TableGroups::BucketRows(Part& part, BlockView& view, const uint64_t* rows) {
  part.size = 1;
  part.first_bucket = 0;
  // Rows that are not wanted keep what they had: nobody looks at them.
  part.own.resize(view.rows());
  part.rows = part.own.data();
  const uint64_t wanted = CountRows(rows, 0, view.rows());
  if (wanted == 0) return absl::OkStatus();
  // Few rows are quicker one by one.
  if (wanted > view.rows() / 8) {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.Times());
    if (BucketAllRows(part, view, times)) return absl::OkStatus();
  }
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(rows));
  int64_t first = INT64_MAX;
  int64_t last = INT64_MIN;
  // Indexes wrap round in 32 bits; their differences, which is what is kept, do not.
  ForEachRow(rows, 0, view.rows(), [&](size_t row) {
    const int64_t index = part.bucketer.IndexOf(times[row]);
    first = std::min(first, index);
    last = std::max(last, index);
    part.own[row] = static_cast<uint32_t>(index);
  });
  if (last - first >= INT64_C(0xffffffff)) {
    return base::MakeError(absl::StatusCode::kOutOfRange,
                           "the times of events are too far from each other");
  }
  const uint32_t base = static_cast<uint32_t>(first);
  ForEachRow(rows, 0, view.rows(), [&](size_t row) { part.own[row] -= base; });
  part.first_bucket = first;
  part.size = static_cast<uint64_t>(last - first) + 1;
  return absl::OkStatus();
}

bool TableGroups::BucketAllRows(Part& part, BlockView& view, const int64_t* times) {
  // Times rise within a person.
  int64_t first_ms = INT64_MAX;
  int64_t last_ms = INT64_MIN;
  const std::span<const uint32_t> begins = view.begins();
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    if (begins[i] == begins[i + 1]) continue;
    first_ms = std::min(first_ms, times[begins[i]]);
    last_ms = std::max(last_ms, times[begins[i + 1] - 1]);
  }
  const std::optional<int64_t> first =
      part.bucketer.IndexesAbove(times, view.rows(), first_ms, last_ms, part.own.data());
  if (!first.has_value()) return false;
  part.first_bucket = *first;
  part.size = static_cast<uint64_t>(part.bucketer.IndexOf(last_ms) - *first) + 2;
  return true;
}

absl::StatusOr<int64_t> TableGroups::KeyOf(size_t at, BlockView& view, uint32_t code) {
  Part& part = parts_[at];
  switch (keys_[at].kind) {
    case RowKey::Kind::kPerson:
      return static_cast<int64_t>(view.codes()[code]);
    case RowKey::Kind::kAccount: {
      FOOTFALL_ASSIGN_OR_RETURN(const std::string_view account, view.AccountAt(code));
      return account.empty() ? 0 : int64_t{pool_.Intern(account)};
    }
    case RowKey::Kind::kSession: {
      uint32_t& number = session_numbers_[code];
      if (number == kUnknown) {
        FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(code));
        number = static_cast<uint32_t>(session_names_.size());
        session_names_.push_back(pool_.Intern(id));
      }
      return int64_t{number};
    }
    case RowKey::Kind::kField:
      return part.ids.Of(code);
    case RowKey::Kind::kTime:
      break;
  }
  return part.bucketer.ValueOf(part.first_bucket + code);
}

absl::StatusOr<uint32_t> TableGroups::Resolve(BlockView& view) {
  key_.clear();
  for (size_t i = 0; i < parts_.size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t part, KeyOf(i, view, key_codes_[i]));
    key_.push_back(part);
  }
  return GroupOf(key_);
}

std::vector<uint32_t> TableGroups::Merge(const TableGroups& other,
                                         const std::vector<uint32_t>& id_of) {
  const int64_t sessions = static_cast<int64_t>(session_names_.size());
  for (const uint32_t name : other.session_names_) session_names_.push_back(id_of[name]);
  for (size_t i = 0; i < parts_.size(); ++i) kinds(i).Add(other.kinds(i));
  std::vector<uint32_t> group_of(other.size());
  for (const auto& [theirs, group] : other.groups_) {
    key_ = theirs;
    for (size_t i = 0; i < keys_.size(); ++i) {
      switch (keys_[i].kind) {
        case RowKey::Kind::kAccount:
        case RowKey::Kind::kField:
          key_[i] = id_of[key_[i]];
          break;
        case RowKey::Kind::kSession:
          key_[i] += sessions;
          break;
        case RowKey::Kind::kPerson:
        case RowKey::Kind::kTime:
          break;
      }
    }
    group_of[group] = GroupOf(key_);
  }
  return group_of;
}

uint64_t TableGroups::bytes() const {
  uint64_t bytes =
      HashBytes(groups_) + HashBytes(group_of_hash_) +
      (mask_.capacity() + run_starts_.capacity()) * sizeof(uint64_t) +
      (session_names_.capacity() + row_groups_.capacity() + group_of_slot_.capacity() +
       people_.capacity() + session_numbers_.capacity() + own_slots_.capacity() +
       slot_counts_.capacity() + other_counts_.capacity()) *
          sizeof(uint32_t);
  if (keys_.size() > 3) bytes += groups_.size() * keys_.size() * sizeof(int64_t);
  for (const Part& part : parts_) {
    bytes += part.ids.bytes() + part.own.capacity() * sizeof(uint32_t);
  }
  return bytes;
}

}  // namespace footfall::query
