#include "runtime/time_lists.h"

#include <algorithm>
#include <utility>

namespace footfall::runtime {
namespace {

// What a list costs beside its times: the object, and what the allocator adds to both.
constexpr size_t kListBytes = 64;

}  // namespace

TimeLists::~TimeLists() {
  for (const std::unique_ptr<Page>& page : pages_) {
    if (page == nullptr) continue;
    for (const Slot slot : *page) Release(slot);
  }
}

TimeLists::TimeLists(TimeLists&& other) noexcept
    : most_(other.most_),
      pages_(std::move(other.pages_)),
      bytes_(std::exchange(other.bytes_, 0)) {}

TimeLists& TimeLists::operator=(TimeLists&& other) noexcept {
  std::swap(most_, other.most_);
  std::swap(pages_, other.pages_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

void TimeLists::Add(uint64_t person, int64_t time_ms, int64_t now_ms) {
  Slot& slot = SlotAt(person);
  List list = ListOf(slot);
  const auto at = std::upper_bound(list.times.begin(), list.times.end(), time_ms);
  if (list.more && at == list.times.begin()) return;
  list.times.insert(at, time_ms);
  const size_t past =
      std::upper_bound(list.times.begin(), list.times.end(), now_ms) - list.times.begin();
  if (past > most_) {
    list.times.erase(list.times.begin(), list.times.begin() + (past - most_));
    list.more = true;
  }
  Put(slot, std::move(list));
}

void TimeLists::Set(uint64_t person, std::span<const int64_t> times, bool more) {
  Put(SlotAt(person), {.times = {times.begin(), times.end()}, .more = more});
}

void TimeLists::Merge(uint64_t from, uint64_t to) {
  if (from == to || Find(from) == 0) return;
  Slot& source = SlotAt(from);
  List moved = ListOf(source);
  Put(source, {});
  Slot& slot = SlotAt(to);
  List list = ListOf(slot);
  // Before the first time of a list that was cut there may be others.
  int64_t complete_from_ms = INT64_MIN;
  for (const List* part : {&list, &moved}) {
    if (part->more) complete_from_ms = std::max(complete_from_ms, part->times.front());
  }
  list.more = list.more || moved.more;
  list.times.insert(list.times.end(), moved.times.begin(), moved.times.end());
  std::sort(list.times.begin(), list.times.end());
  std::erase_if(list.times,
                [complete_from_ms](int64_t time) { return time < complete_from_ms; });
  Put(slot, std::move(list));
}

std::optional<uint64_t> TimeLists::Count(uint64_t person, int64_t from_ms,
                                         int64_t to_ms) const {
  const Slot slot = Find(person);
  if (slot == 0) return 0;
  const auto single_ms = static_cast<int64_t>(slot) >> 2;
  const bool is_single = (slot & kSingle) != 0;
  const List* list = is_single ? nullptr : reinterpret_cast<const List*>(slot);
  const std::span<const int64_t> times =
      is_single ? std::span(&single_ms, 1) : std::span(list->times);
  const bool more = is_single ? (slot & kMore) != 0 : list->more;
  const auto begin = std::lower_bound(times.begin(), times.end(), from_ms);
  const auto end = std::upper_bound(begin, times.end(), to_ms);
  const uint64_t count = end - begin;
  const bool whole = !more || from_ms > times.front();
  if (whole || count >= most_) return count;
  return std::nullopt;
}

TimeLists::List TimeLists::ListOf(Slot slot) {
  if (slot == 0) return {};
  if ((slot & kSingle) != 0) {
    return {.times = {static_cast<int64_t>(slot) >> 2}, .more = (slot & kMore) != 0};
  }
  return *reinterpret_cast<const List*>(slot);
}

TimeLists::Slot& TimeLists::SlotAt(uint64_t person) {
  const size_t page = person / kPageSlots;
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (pages_[page] == nullptr) {
    pages_[page] = std::make_unique<Page>();
    bytes_ += sizeof(Page);
  }
  return (*pages_[page])[person % kPageSlots];
}

TimeLists::Slot TimeLists::Find(uint64_t person) const {
  const size_t page = person / kPageSlots;
  if (page >= pages_.size() || pages_[page] == nullptr) return 0;
  return (*pages_[page])[person % kPageSlots];
}

void TimeLists::Put(Slot& slot, List list) {
  Release(std::exchange(slot, 0));
  if (list.times.empty()) return;
  if (list.times.size() == 1) {
    slot = static_cast<Slot>(list.times[0]) << 2 | kSingle | (list.more ? kMore : 0);
    return;
  }
  list.times.shrink_to_fit();
  bytes_ += kListBytes + list.times.capacity() * sizeof(int64_t);
  slot = reinterpret_cast<Slot>(new List(std::move(list)));
}

void TimeLists::Release(Slot slot) {
  if (slot == 0 || (slot & kSingle) != 0) return;
  const List* list = reinterpret_cast<const List*>(slot);
  bytes_ -= kListBytes + list->times.capacity() * sizeof(int64_t);
  delete list;
}

}  // namespace footfall::runtime
