// Writing chunks.
#include <algorithm>
#include <bit>
#include <functional>
#include <map>

#include "store/chunk/chunk.h"
#include "store/chunk/chunk_encoder.h"
#include "store/chunk/number_array.h"
#include "store/chunk/time_array.h"

namespace footfall::store {
namespace {

// Weeks stand as they are where this many times their bytes are not more than the times'.
constexpr size_t kPlainWeeksShare = 16;

}  // namespace

void ChunkEncoder::People() {
  std::vector<int64_t> steps;
  std::vector<int64_t> counts;
  uint64_t last = 0;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const uint64_t owner = IdentityOf(i).owner;
    if (i == 0 || owner != last) {
      steps.push_back(static_cast<int64_t>(i == 0 ? 0 : owner - last));
      counts.push_back(0);
      people_.push_back(owner);
      begins_.push_back(static_cast<uint32_t>(i));
    }
    ++counts.back();
    last = owner;
  }
  begins_.push_back(static_cast<uint32_t>(rows_.size()));
  std::string out;
  EncodeIntegers(steps, /*hot=*/true, packer_, out);
  EncodeIntegers(counts, /*hot=*/true, packer_, out);
  Add(kChunkPeople, std::move(out));
}

void ChunkEncoder::Times() {
  times_.resize(rows_.size());
  pauses_.resize(rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) {
    times_[i] = rep_.times[rows_[i]];
    // Times of one person rise: no overflow matters.
    pauses_[i] = i > 0 && static_cast<uint64_t>(times_[i]) -
                                  static_cast<uint64_t>(times_[i - 1]) >=
                              static_cast<uint64_t>(kPauseMs);
  }
  for (size_t p = 0; p < people_.size(); ++p) pauses_[begins_[p]] = 1;
  SetHint(Hint::kPause, pauses_, 2);
  std::string out;
  EncodeTimes(times_, out);
  Add(kChunkTime, std::move(out));
}

// After Times.
void ChunkEncoder::Weeks() {
  const auto [min, max] = std::minmax_element(times_.begin(), times_.end());
  const int64_t first = WeekOf(*min);
  const int64_t weeks = WeekOf(*max) - first + 1;
  if (!activity_ || weeks > kWeeksMax) return;
  std::vector<uint64_t> masks(people_.size(), 0);
  for (size_t p = 0; p < people_.size(); ++p) {
    for (uint32_t i = begins_[p]; i < begins_[p + 1]; ++i) {
      masks[p] |= uint64_t{1} << (WeekOf(times_[i]) - first);
    }
  }
  std::string out;
  PutZigZag(out, first);
  const int64_t planes = (weeks + 7) / 8;
  out.push_back(static_cast<char>(planes));
  // Most of the time of reading small compressed blocks goes into their beginnings.
  const bool plain = masks.size() * static_cast<size_t>(planes) * kPlainWeeksShare <=
                     columns_.back().second.size();
  std::string plane(masks.size(), '\0');
  for (int64_t k = 0; k < planes; ++k) {
    for (size_t p = 0; p < masks.size(); ++p) {
      plane[p] = static_cast<char>(masks[p] >> (8 * k));
    }
    plain ? BlockPacker::PutPlain(plane, out) : packer_.Put(plane, out);
  }
  Add(kChunkWeeks, std::move(out));
}

void ChunkEncoder::Types() {
  CellCodes local = Localize(
      [&] {
        Codes cells = Gather(rep_.types);
        for (uint32_t& cell : cells) ++cell;
        return cells;
      }(),
      model::kEventTypeCount + 1, std::less<uint32_t>());
  std::string out;
  PutVarint(out, local.cells.size());
  for (const uint32_t cell : local.cells) out.push_back(static_cast<char>(cell - 1));
  EncodeCodes(local.codes, local.end(), hints_, true, MemoryOf(kChunkType), packer_, out);
  Add(kChunkType, std::move(out));
}

void ChunkEncoder::Field(size_t field) {
  if (rep_.fields[field].empty()) return;
  CellCodes local =
      Localize(Gather(rep_.fields[field]), rep_.texts.end(), [&](uint32_t a, uint32_t b) {
        return TextKey(rep_.texts, a) < TextKey(rep_.texts, b);
      });
  if (!local.cells.empty()) {
    std::string entries;
    TextRefWriter texts;
    for (const uint32_t id : local.cells) texts.Put(RefOf(rep_.texts, id), 0, entries);
    std::string out;
    PutVarint(out, local.cells.size());
    packer_.Put(entries, out);
    const auto column = static_cast<uint32_t>(kChunkName + field);
    EncodeCodes(local.codes, local.end(), hints_, column == kChunkName, MemoryOf(column),
                packer_, out);
    Add(column, std::move(out));
  }
  if (field + kChunkName == kChunkName) {
    names_ = std::move(local);
    if (!names_.cells.empty()) SetHint(Hint::kName, names_.codes, names_.end());
  } else if (field + kChunkName == kChunkUrl) {
    urls_ = std::move(local);
    if (!urls_.cells.empty()) SetHint(Hint::kUrl, urls_.codes, urls_.end());
  }
}

namespace {

// Codes in order of first appearance.
CellCodes LocalizeFresh(Codes cells, size_t cells_end) {
  CellCodes local;
  Codes code_of(cells_end, 0);
  for (uint32_t& cell : cells) {
    if (cell == 0) continue;
    if (code_of[cell] == 0) {
      local.cells.push_back(cell);
      code_of[cell] = static_cast<uint32_t>(local.cells.size());
    }
    cell = code_of[cell];
  }
  local.codes = std::move(cells);
  return local;
}

}  // namespace

void ChunkEncoder::Sessions() {
  if (rep_.row_sessions.empty()) return;
  const CellCodes local = LocalizeFresh(Gather(rep_.row_sessions), rep_.sessions.end());
  if (local.cells.empty()) return;
  std::string out;
  PutVarint(out, local.cells.size());
  EncodeFreshCodes(local.codes, 1, local.end(), hints_, MemoryOf(kChunkSession), packer_,
                   out);
  TextList texts;
  for (const uint32_t id : local.cells) texts.Add(rep_.sessions.text(id));
  texts.Encode(packer_, out);
  Add(kChunkSession, std::move(out));
}

void ChunkEncoder::Ids() {
  if (rep_.row_ids.empty()) return;
  TextList ids;
  bool any = false;
  for (const uint32_t row : rows_) {
    std::string_view bytes;
    const TextKind kind = rep_.PackedId(row, &bytes);
    ids.AddPacked(kind, bytes);
    any = any || kind != TextKind::kAbsent;
  }
  if (!any) return;
  std::string out;
  ids.Encode(packer_, out);
  Add(kChunkId, std::move(out));
}

void ChunkEncoder::Seqs() {
  if (rep_.seqs.empty()) return;
  std::vector<int64_t> seqs(rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) seqs[i] = rep_.seqs[rows_[i]];
  if (std::all_of(seqs.begin(), seqs.end(), [](int64_t seq) { return seq == 0; })) return;
  std::string out;
  EncodeIntegers(seqs, /*hot=*/false, packer_, out);
  Add(kChunkSeq, std::move(out));
}

void ChunkEncoder::Identities() {
  absl::flat_hash_map<uint32_t, uint32_t> code_of;
  Codes codes(rows_.size());
  std::vector<int64_t> people;
  std::vector<int64_t> anonymous;
  Rows::Rep::Identity last;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const Rows::Rep::Identity& identity = IdentityOf(i);
    if (identity.anonymous == 0 && identity.person == identity.owner) {
      codes[i] = kOwnerAsPerson;
    } else if (identity.person == 0 && identity.anonymous == identity.owner) {
      codes[i] = kOwnerAsAnonymous;
    } else {
      const auto [found, added] =
          code_of.try_emplace(rep_.row_identities[rows_[i]],
                              static_cast<uint32_t>(kFirstIdentity + people.size()));
      if (added) {
        people.push_back(static_cast<int64_t>(identity.person - last.person));
        anonymous.push_back(static_cast<int64_t>(identity.anonymous - last.anonymous));
        last = identity;
      }
      codes[i] = found->second;
    }
  }
  if (std::all_of(codes.begin(), codes.end(),
                  [](uint32_t code) { return code == kOwnerAsPerson; })) {
    return;
  }
  std::string out;
  PutVarint(out, people.size());
  EncodeIntegers(people, /*hot=*/false, packer_, out);
  EncodeIntegers(anonymous, /*hot=*/false, packer_, out);
  EncodeFreshCodes(codes, kFirstIdentity,
                   static_cast<uint32_t>(kFirstIdentity + people.size()), hints_,
                   MemoryOf(kChunkIdentity), packer_, out);
  Add(kChunkIdentity, std::move(out));
}

void ChunkEncoder::Tuples(uint32_t column, const TupleIds& ids,
                          const SparseColumn<uint32_t>& cells, int fields) {
  if (cells.empty()) return;
  const CellCodes local = Localize(Gather(cells), ids.end(), [&](uint32_t a, uint32_t b) {
    return TupleBefore(rep_.texts, ids, fields, a, b);
  });
  if (local.cells.empty()) return;
  const bool is_element = column == kChunkElement;
  std::string entries;
  TextRefWriter texts;
  for (const uint32_t id : local.cells) {
    const uint32_t* at = ids.begin_of(id);
    TupleRef tuple{.mask = *at++};
    for (size_t i = 0; i < static_cast<size_t>(fields); ++i) {
      if (tuple.mask & 1u << i) tuple.texts[i] = RefOf(rep_.texts, *at++);
    }
    if (is_element && (tuple.mask & 1u << fields)) {
      tuple.path.resize(*at++);
      for (TupleRef::PathEntry& entry : tuple.path) {
        entry.mask = *at++;
        for (size_t k = 0; k < 3; ++k) {
          if (entry.mask & 1u << k) entry.texts[k] = RefOf(rep_.texts, *at++);
        }
      }
    }
    PutTupleRef(tuple, fields, is_element, texts, entries);
  }
  std::string out;
  PutVarint(out, local.cells.size());
  packer_.Put(entries, out);
  EncodeCodes(local.codes, local.end(), hints_, false, MemoryOf(column), packer_, out);
  Add(column, std::move(out));
}

std::string ChunkEncoder::Header() const {
  std::string out;
  out.push_back(static_cast<char>(kChunkVersion));
  out.push_back(static_cast<char>((activity_ ? kChunkActivity : 0) |
                                  (packing_ == Packing::kQuick ? kChunkQuick : 0)));
  PutVarint(out, rows_.size());
  PutVarint(out, people_.size());
  PutVarint(out, people_.front());
  PutVarint(out, people_.back() - people_.front());
  const auto [min, max] = std::minmax_element(times_.begin(), times_.end());
  PutZigZag(out, *min);
  PutVarint(out, static_cast<uint64_t>(*max) - static_cast<uint64_t>(*min));
  // By dictionary code; names in no dictionary count as none.
  std::map<uint32_t, uint32_t> names;
  Codes counts(names_.end(), 0);
  for (const uint32_t code : names_.codes) ++counts[code];
  if (names_.codes.empty()) counts[0] = static_cast<uint32_t>(rows_.size());
  for (size_t code = 0; code < counts.size(); ++code) {
    if (counts[code] == 0) continue;
    names[code == 0 ? Dictionaries::kNone : rep_.texts.code(names_.cells[code - 1])] +=
        counts[code];
  }
  PutVarint(out, names.size());
  for (const auto& [code, count] : names) {
    PutVarint(out, code == Dictionaries::kNone ? 0 : uint64_t{code} + 1);
    PutVarint(out, count);
  }
  std::map<int64_t, uint32_t> days;
  if (activity_) {
    for (size_t p = 0; p < people_.size(); ++p) {
      int64_t last = INT64_MIN;
      for (uint32_t i = begins_[p]; i < begins_[p + 1]; ++i) {
        const int64_t day = base::DayOf(times_[i]);
        if (day != last) ++days[day];
        last = day;
      }
    }
  }
  PutVarint(out, days.size());
  int64_t last_day = 0;
  for (const auto& [day, count] : days) {
    PutZigZag(out, day - last_day);
    PutVarint(out, count);
    last_day = day;
  }
  PutVarint(out, columns_.size());
  uint32_t last_column = 0;
  for (const auto& [column, value] : columns_) {
    PutVarint(out, column - last_column);
    PutVarint(out, value.size());
    last_column = column;
  }
  return out;
}

EncodedChunk ChunkEncoder::Run() {
  const auto type = static_cast<model::EventType>(rep_.types[rows_[0]]);
  activity_ = type != model::EventType::kIdentify && type != model::EventType::kAlias;
  People();
  Times();
  Weeks();
  for (size_t field = 0; field < kTextFields; ++field) Field(field);
  Types();
  Tuples(kChunkElement, rep_.elements, rep_.row_elements, kElementFields);
  Tuples(kChunkContext, rep_.contexts, rep_.row_contexts, kContextFields);
  Sessions();
  Ids();
  Seqs();
  Identities();
  Properties();
  std::sort(columns_.begin(), columns_.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  columns_.insert(columns_.begin(), {kChunkHeader, Header()});
  return std::move(columns_);
}

ChunkMemory::ChunkMemory() : rep_(std::make_unique<Rep>()) {}
ChunkMemory::~ChunkMemory() = default;

EncodedChunk EncodeChunk(const Rows& rows, size_t begin, size_t end, Packing packing,
                         ChunkMemory* memory) {
  if (begin == end) return {};
  return ChunkEncoder(rows.rep(), begin, end, packing, memory).Run();
}

std::vector<size_t> CutIntoChunks(const Rows& rows, Packing packing) {
  const size_t enough = ChunkRowsFor(packing);
  std::vector<size_t> ends;
  const Rows::Rep& rep = rows.rep();
  const auto is_activity = [&rep](uint32_t row) {
    const auto type = static_cast<model::EventType>(rep.types[row]);
    return type != model::EventType::kIdentify && type != model::EventType::kAlias;
  };
  const auto owner = [&rep](uint32_t row) {
    return rep.identities[rep.row_identities[row]].owner;
  };
  size_t begin = 0;
  for (size_t i = 1; i < rows.size(); ++i) {
    const uint32_t before = rep.at(i - 1);
    const uint32_t row = rep.at(i);
    const bool full = i - begin >= enough && owner(before) != owner(row);
    if (!full && is_activity(before) == is_activity(row)) continue;
    ends.push_back(i);
    begin = i;
  }
  if (rows.size() > 0) ends.push_back(rows.size());
  return ends;
}

}  // namespace footfall::store
