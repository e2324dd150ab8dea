#include "store/id_index.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "store/coding.h"
#include "store/meta.h"

namespace footfall::store {
namespace {

constexpr size_t kHashBytes = 16;
constexpr size_t kBlockHashes = 512;
constexpr size_t kFilterBitsPerHash = 16;
constexpr int kFilterProbes = 8;
constexpr size_t kLineWords = 8;  // A filter's probes for one hash share a cache line.
constexpr const char* kRecentKey = "m";
constexpr size_t kDayRunsMax = 8;
constexpr size_t kMergeWriteBytes = 1 << 20;

__extension__ using Uint128 = unsigned __int128;

std::string RunKey(char prefix, int64_t day, uint32_t number) {
  std::string key(1, prefix);
  PutFixed32(key, static_cast<uint32_t>(day));
  PutFixed32(key, number);
  return key;
}
std::string BlockKey(int64_t day, uint32_t number, size_t block) {
  std::string key = RunKey('b', day, number);
  PutFixed32(key, static_cast<uint32_t>(block));
  return key;
}
uint64_t FilterBytes(uint64_t hashes) {
  const uint64_t line_bits = 64 * kLineWords;
  const uint64_t lines = (hashes * kFilterBitsPerHash + line_bits - 1) / line_bits;
  return std::max<uint64_t>(lines, 1) * kLineWords * 8;
}
void PutHash(std::string& out, const Hash128& hash) {
  PutFixed64(out, hash.high);
  PutFixed64(out, hash.low);
}
Hash128 ReadHash(Reader& reader) {
  Hash128 hash;
  hash.high = reader.Fixed64();
  hash.low = reader.Fixed64();
  return hash;
}

size_t LineOf(const std::vector<uint64_t>& filter, const Hash128& hash) {
  const uint64_t lines = filter.size() / kLineWords;
  return static_cast<size_t>((static_cast<Uint128>(hash.low) * lines) >> 64) * kLineWords;
}
// Nine bits of the high half choose a bit of the line; seven probes use it up, and the
// eighth takes bits of the low half, whose high bits chose the line.
uint32_t ProbeOf(const Hash128& hash, int probe) {
  return static_cast<uint32_t>(probe < 7 ? hash.high >> (9 * probe) : hash.low) & 511;
}
void AddToFilter(std::vector<uint64_t>& filter, const Hash128& hash) {
  uint64_t* const line = filter.data() + LineOf(filter, hash);
  for (int i = 0; i < kFilterProbes; ++i) {
    const uint32_t bit = ProbeOf(hash, i);
    line[bit / 64] |= uint64_t{1} << (bit % 64);
  }
}
bool MayContain(const std::vector<uint64_t>& filter, const Hash128& hash) {
  if (filter.empty()) return true;
  const uint64_t* const line = filter.data() + LineOf(filter, hash);
  for (int i = 0; i < kFilterProbes; ++i) {
    const uint32_t bit = ProbeOf(hash, i);
    if (!(line[bit / 64] >> (bit % 64) & 1)) return false;
  }
  return true;
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(base::Cat("the index of event ids is damaged: ", what));
}

}  // namespace

IdIndex::IdIndex(std::shared_ptr<Rocks> rocks, size_t bytes_max)
    : rocks_(std::move(rocks)),
      bytes_max_(bytes_max),
      // A hash in memory takes 16 bytes and two slots; filters get more than half.
      recent_max_(std::max<size_t>(bytes_max * 2 / 5 / 24, 4096)) {
  size_t slots = 64;
  while (slots < recent_max_ * 3 / 2) slots *= 2;
  slots_.assign(slots, 0);
}

size_t IdIndex::bytes() const {
  return filter_bytes_ + recent_.capacity() * sizeof(Hash128) +
         slots_.capacity() * sizeof(uint32_t);
}

size_t IdIndex::Slot(const Hash128& hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash.low & mask;
  while (slots_[slot] != 0 && recent_[slots_[slot] - 1] != hash) slot = (slot + 1) & mask;
  return slot;
}

bool IdIndex::Insert(const Hash128& hash) {
  const size_t slot = Slot(hash);
  if (slots_[slot] != 0) return false;
  if ((recent_.size() + 1) * 4 > slots_.size() * 3) {
    // Only a batch larger than the bound comes here.
    std::vector<uint32_t> slots(slots_.size() * 2, 0);
    const size_t mask = slots.size() - 1;
    for (size_t i = 0; i < recent_.size(); ++i) {
      size_t at = recent_[i].low & mask;
      while (slots[at] != 0) at = (at + 1) & mask;
      slots[at] = static_cast<uint32_t>(i + 1);
    }
    slots_ = std::move(slots);
    recent_.push_back(hash);
    slots_[Slot(hash)] = static_cast<uint32_t>(recent_.size());
  } else {
    recent_.push_back(hash);
    slots_[slot] = static_cast<uint32_t>(recent_.size());
  }
  changed_ = true;
  return true;
}

void IdIndex::Truncate(size_t size) {
  while (recent_.size() > size) {
    slots_[Slot(recent_.back())] = 0;
    recent_.pop_back();
  }
}

absl::Status IdIndex::Load() {
  auto rows = rocks_->Iterate(kIds);
  for (rows->Seek("r"); rows->Valid() && rows->key()[0] == 'r'; rows->Next()) {
    Reader key(ToView(rows->key()).substr(1));
    Run run;
    run.day = static_cast<int32_t>(key.Fixed32());
    run.number = key.Fixed32();
    Reader value(ToView(rows->value()));
    run.count = value.Varint();
    run.first.resize(value.Count());
    for (uint64_t& first : run.first) first = value.Fixed64();
    if (!key.ok() || !value.ok() || !value.done()) return Damaged("a run cannot be read");
    runs_.push_back(std::move(run));
  }
  if (!rows->status().ok()) return FromRocks(rows->status());
  // Newest first: they are the ones worth the memory.
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    if (filter_bytes_ + FilterBytes(run->count) > FilterRoom()) continue;
    auto row = rocks_->Get(kIds, RunKey('f', run->day, run->number));
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;  // There was no room when the run was made.
    if ((*row)->empty() || (*row)->size() % (kLineWords * 8) != 0) {
      return Damaged("a filter is cut short");
    }
    Reader reader(**row);
    run->filter.resize((*row)->size() / 8);
    for (uint64_t& word : run->filter) word = reader.Fixed64();
    filter_bytes_ += (*row)->size();
  }
  if (!runs_.empty()) day_ = runs_.back().day;
  auto recent = rocks_->Get(kIds, kRecentKey);
  if (!recent.ok()) return recent.status();
  if (recent->has_value()) {
    Reader reader(**recent);
    day_ = static_cast<int32_t>(reader.Fixed32());
    if (reader.left() % kHashBytes != 0) return Damaged("its newest part is cut short");
    while (!reader.done()) Insert(ReadHash(reader));
  }
  changed_ = false;
  return absl::OkStatus();
}

absl::Status IdIndex::Save(uint64_t through) {
  if (!changed_) return Mark(through);
  std::string row;
  row.reserve(recent_.size() * kHashBytes + 4);
  PutFixed32(row, static_cast<uint32_t>(day_));
  for (const Hash128& hash : recent_) PutHash(row, hash);
  std::string marker;
  PutVarint(marker, through);
  rocksdb::WriteBatch batch;
  batch.Put(rocks_->family(kIds), kRecentKey, ToSlice(row));
  batch.Put(rocks_->family(kMeta), kIdsThroughKey, ToSlice(marker));
  absl::Status status = rocks_->Write(&batch, false);
  changed_ = !status.ok();
  return status;
}

absl::Status IdIndex::Mark(uint64_t through) {
  std::string row;
  PutVarint(row, through);
  rocksdb::WriteBatch batch;
  batch.Put(rocks_->family(kMeta), kIdsThroughKey, ToSlice(row));
  return rocks_->Write(&batch, false);
}

absl::Status IdIndex::Prepare(size_t more, int64_t day, uint64_t through) {
  const bool full = recent_.size() + more > recent_max_;
  if (full || day > day_) {
    if (absl::Status status = Spill(through); !status.ok()) return status;
    if (const std::vector<uint32_t> runs = RunsToMerge(day > day_); !runs.empty()) {
      if (absl::Status status = Merge(day_, runs); !status.ok()) return status;
    }
  }
  // A clock that goes back does not bring an earlier day back.
  day_ = std::max(day_, day);
  if (recent_.capacity() < recent_max_ && more > 1) recent_.reserve(recent_max_);
  return absl::OkStatus();
}

void IdIndex::PutRun(rocksdb::ColumnFamilyHandle* family, const Run& run,
                     rocksdb::WriteBatch& batch) {
  std::string row;
  PutVarint(row, run.count);
  PutVarint(row, run.first.size());
  for (const uint64_t first : run.first) PutFixed64(row, first);
  batch.Put(family, ToSlice(RunKey('r', run.day, run.number)), ToSlice(row));
  if (run.filter.empty()) return;
  row.clear();
  for (const uint64_t word : run.filter) PutFixed64(row, word);
  batch.Put(family, ToSlice(RunKey('f', run.day, run.number)), ToSlice(row));
}

void IdIndex::DeleteRun(rocksdb::ColumnFamilyHandle* family, const Run& run,
                        rocksdb::WriteBatch& batch) {
  batch.DeleteRange(family, ToSlice(BlockKey(run.day, run.number, 0)),
                    ToSlice(RunKey('b', run.day, run.number + 1)));
  batch.Delete(family, ToSlice(RunKey('r', run.day, run.number)));
  batch.Delete(family, ToSlice(RunKey('f', run.day, run.number)));
}

absl::Status IdIndex::Spill(uint64_t through) {
  if (recent_.empty()) return absl::OkStatus();
  std::vector<Hash128> sorted = recent_;
  std::sort(sorted.begin(), sorted.end());
  Run run;
  run.day = day_;
  for (const Run& other : runs_) {
    if (other.day == day_) run.number = std::max(run.number, other.number + 1);
  }
  run.count = sorted.size();
  run.filter.assign(FilterBytes(run.count) / 8, 0);

  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kIds);
  std::string block;
  for (size_t i = 0; i < sorted.size(); i += kBlockHashes) {
    block.clear();
    run.first.push_back(sorted[i].high);
    for (size_t j = i; j < std::min(i + kBlockHashes, sorted.size()); ++j) {
      PutHash(block, sorted[j]);
      AddToFilter(run.filter, sorted[j]);
    }
    batch.Put(family, ToSlice(BlockKey(run.day, run.number, i / kBlockHashes)),
              ToSlice(block));
  }
  PutRun(family, run, batch);
  batch.Delete(family, kRecentKey);
  std::string row;
  PutVarint(row, through);
  batch.Put(rocks_->family(kMeta), kIdsThroughKey, ToSlice(row));
  if (absl::Status status = rocks_->Write(&batch, false); !status.ok()) return status;

  filter_bytes_ += run.filter.size() * 8;
  runs_.push_back(std::move(run));
  TrimFilters();
  recent_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
  changed_ = false;
  return absl::OkStatus();
}

// Reads the hashes of a run in order.
class IdIndex::Cursor {
 public:
  explicit Cursor(const Run& run) : run_(&run) {}
  const Hash128& hash() const { return hash_; }

  // Goes to the next hash; false behind the last.
  absl::StatusOr<bool> Next(const Rocks& rocks) {
    if (at_ == block_.size()) {
      if (next_block_ == run_->first.size()) return false;
      auto row = rocks.Get(kIds, BlockKey(run_->day, run_->number, next_block_));
      if (!row.ok()) return row.status();
      if (!row->has_value() || (*row)->empty() || (*row)->size() % kHashBytes != 0) {
        return Damaged("a block is missing");
      }
      block_ = std::move(**row);
      ++next_block_;
      at_ = 0;
    }
    Reader reader(std::string_view(block_).substr(at_, kHashBytes));
    hash_ = ReadHash(reader);
    at_ += kHashBytes;
    return true;
  }

 private:
  const Run* run_;
  size_t next_block_ = 0;
  std::string block_;
  size_t at_ = 0;
  Hash128 hash_;
};

std::vector<uint32_t> IdIndex::RunsToMerge(bool day_ended) const {
  std::vector<uint32_t> all;
  std::vector<uint32_t> unfiltered;
  uint64_t count = 0;
  for (const Run& run : runs_) {
    if (run.day != day_) continue;
    all.push_back(run.number);
    if (run.filter.empty()) unfiltered.push_back(run.number);
    count += run.count;
  }
  if (day_ended) return all.size() > 1 ? all : std::vector<uint32_t>();
  // While the day goes on, its ids are worth filters more than others are.
  if (all.size() >= kDayRunsMax && FilterBytes(count) <= FilterRoom() / 2) return all;
  if (unfiltered.size() >= kDayRunsMax) return unfiltered;
  return {};
}

absl::Status IdIndex::Merge(int64_t day, const std::vector<uint32_t>& numbers) {
  const auto is_part = [&](const Run& run) {
    return run.day == day &&
           std::find(numbers.begin(), numbers.end(), run.number) != numbers.end();
  };
  Run merged;
  merged.day = day;
  std::vector<Cursor> cursors;
  for (Run& run : runs_) {
    if (run.day == day) merged.number = std::max(merged.number, run.number + 1);
    if (!is_part(run)) continue;
    merged.count += run.count;
    // The filter of the whole takes their place.
    filter_bytes_ -= run.filter.size() * 8;
    run.filter = {};
    Cursor cursor(run);
    auto some = cursor.Next(*rocks_);
    if (!some.ok()) return some.status();
    if (*some) cursors.push_back(std::move(cursor));
  }
  if (FilterBytes(merged.count) <= FilterRoom()) {
    merged.filter.assign(FilterBytes(merged.count) / 8, 0);
  }
  merged.count = 0;
  // Blocks that no run names mean nothing, so they are written in several atoms, and one
  // at the end puts the run in the place of the others.
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kIds);
  std::string block;
  const auto end_block = [&]() -> absl::Status {
    batch.Put(family, ToSlice(BlockKey(day, merged.number, merged.first.size() - 1)),
              ToSlice(block));
    block.clear();
    if (batch.GetDataSize() < kMergeWriteBytes) return absl::OkStatus();
    absl::Status status = rocks_->Write(&batch, false);
    batch.Clear();
    return status;
  };
  Hash128 last;
  while (!cursors.empty()) {
    const auto least = std::min_element(
        cursors.begin(), cursors.end(),
        [](const Cursor& a, const Cursor& b) { return a.hash() < b.hash(); });
    const Hash128 hash = least->hash();
    auto more = least->Next(*rocks_);
    if (!more.ok()) return more.status();
    if (!*more) cursors.erase(least);
    if (merged.count > 0 && hash == last) continue;
    last = hash;
    if (block.empty()) merged.first.push_back(hash.high);
    PutHash(block, hash);
    if (!merged.filter.empty()) AddToFilter(merged.filter, hash);
    ++merged.count;
    if (block.size() < kBlockHashes * kHashBytes) continue;
    if (absl::Status status = end_block(); !status.ok()) return status;
  }
  if (!block.empty()) {
    if (absl::Status status = end_block(); !status.ok()) return status;
  }
  for (const Run& run : runs_) {
    if (is_part(run)) DeleteRun(family, run, batch);
  }
  PutRun(family, merged, batch);
  if (absl::Status status = rocks_->Write(&batch, false); !status.ok()) return status;
  std::erase_if(runs_, is_part);
  filter_bytes_ += merged.filter.size() * 8;
  runs_.push_back(std::move(merged));
  TrimFilters();
  return absl::OkStatus();
}

// The oldest filters make room: their runs are looked up least often with success.
void IdIndex::TrimFilters() {
  for (Run& old : runs_) {
    if (filter_bytes_ <= FilterRoom()) break;
    filter_bytes_ -= old.filter.size() * 8;
    old.filter = {};
  }
}

absl::Status IdIndex::Drop(int64_t first_day) {
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kIds);
  for (const Run& run : runs_) {
    if (run.day < first_day) DeleteRun(family, run, batch);
  }
  if (batch.Count() == 0) return absl::OkStatus();
  if (absl::Status status = rocks_->Write(&batch, false); !status.ok()) return status;
  for (const Run& run : runs_) {
    if (run.day < first_day) filter_bytes_ -= run.filter.size() * 8;
  }
  std::erase_if(runs_, [first_day](const Run& run) { return run.day < first_day; });
  return absl::OkStatus();
}

absl::StatusOr<bool> IdIndex::InBlock(const Run& run, const Hash128& hash,
                                      size_t* block_number, std::string* block) const {
  // Equal high halves may begin several blocks; the first candidate is the one before.
  auto at = std::lower_bound(run.first.begin(), run.first.end(), hash.high);
  size_t number = static_cast<size_t>(at - run.first.begin());
  if (number > 0) --number;
  for (; number < run.first.size() && run.first[number] <= hash.high; ++number) {
    if (number != *block_number) {
      auto row = rocks_->Get(kIds, BlockKey(run.day, run.number, number));
      if (!row.ok()) return row.status();
      if (!row->has_value() || (*row)->size() % kHashBytes != 0) {
        return Damaged("a block is missing");
      }
      *block = std::move(**row);
      *block_number = number;
    }
    size_t low = 0;
    size_t high = block->size() / kHashBytes;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      Reader reader(std::string_view(*block).substr(middle * kHashBytes, kHashBytes));
      const Hash128 stored = ReadHash(reader);
      if (stored == hash) return true;
      (stored < hash ? low : high) = stored < hash ? middle + 1 : middle;
    }
  }
  return false;
}

absl::Status IdIndex::FindInRuns(const std::vector<Hash128>& hashes, int64_t first_day,
                                 std::vector<bool>* found) const {
  found->assign(hashes.size(), false);
  std::vector<std::pair<Hash128, size_t>> wanted;
  std::string block;
  for (const Run& run : runs_) {
    if (run.day < first_day) continue;
    wanted.clear();
    constexpr size_t kAhead = 16;
    for (size_t i = 0; i < hashes.size(); ++i) {
      if (!run.filter.empty() && i + kAhead < hashes.size()) {
        __builtin_prefetch(run.filter.data() + LineOf(run.filter, hashes[i + kAhead]));
      }
      if (!(*found)[i] && MayContain(run.filter, hashes[i])) {
        wanted.emplace_back(hashes[i], i);
      }
    }
    // In order of the hashes every block is read at most once.
    std::sort(wanted.begin(), wanted.end());
    size_t block_number = SIZE_MAX;
    for (const auto& [hash, i] : wanted) {
      auto in_block = InBlock(run, hash, &block_number, &block);
      if (!in_block.ok()) return in_block.status();
      if (*in_block) (*found)[i] = true;
    }
  }
  return absl::OkStatus();
}

absl::Status IdIndex::CheckRuns(std::vector<std::string>* problems) const {
  for (const Run& run : runs_) {
    const std::string where = base::Cat("run ", run.day, "/", run.number);
    uint64_t count = 0;
    Hash128 last;
    for (size_t i = 0; i < run.first.size(); ++i) {
      auto row = rocks_->Get(kIds, BlockKey(run.day, run.number, i));
      if (!row.ok() || !row->has_value()) {
        problems->push_back(base::Cat(where, ": block ", i, " cannot be read"));
        continue;
      }
      Reader reader(**row);
      while (!reader.done() && reader.ok()) {
        const Hash128 hash = ReadHash(reader);
        if (count > 0 && hash <= last) {
          problems->push_back(base::Cat(where, ": block ", i, " is out of order"));
        }
        last = hash;
        ++count;
      }
    }
    if (count != run.count) problems->push_back(where + ": its count is wrong");
  }
  return absl::OkStatus();
}

}  // namespace footfall::store
