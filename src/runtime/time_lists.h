// The latest times of many people, compactly.
#ifndef FOOTFALL_RUNTIME_TIME_LISTS_H_
#define FOOTFALL_RUNTIME_TIME_LISTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace footfall::runtime {

// Per person, by code, the latest times of something, at least `most` of them where there
// were so many; and whether there were more before those. Not thread-safe.
class TimeLists {
 public:
  explicit TimeLists(size_t most) : most_(most) {}
  TimeLists() : TimeLists(1) {}
  ~TimeLists();
  TimeLists(TimeLists&& other) noexcept;
  TimeLists& operator=(TimeLists&& other) noexcept;

  // Adds a time. Those beyond the latest `most` that are not after `now_ms` are let go:
  // times in the future must not displace what counts now.
  void Add(uint64_t person, int64_t time_ms, int64_t now_ms);
  // Sets the times of somebody, which rise; `more` tells of earlier ones.
  void Set(uint64_t person, std::span<const int64_t> times, bool more);
  // Makes the times of `from` those of `to`.
  void Merge(uint64_t from, uint64_t to);

  // How many times lie in [from_ms, to_ms]; `most` and above stand for any number from
  // `most` on. Absent when times that were let go might matter.
  std::optional<uint64_t> Count(uint64_t person, int64_t from_ms, int64_t to_ms) const;

  size_t bytes() const { return bytes_; }

 private:
  struct List {
    std::vector<int64_t> times;  // Rising; at least one.
    bool more = false;           // There were others, none after the first.
  };
  // One time is in the slot itself, shifted above two bits; more are a List, which the
  // slot points to and owns; 0 is none.
  using Slot = uint64_t;
  static constexpr Slot kSingle = 1;
  static constexpr Slot kMore = 2;
  static constexpr size_t kPageSlots = 1024;
  using Page = std::array<Slot, kPageSlots>;

  static List ListOf(Slot slot);
  Slot& SlotAt(uint64_t person);
  Slot Find(uint64_t person) const;
  void Put(Slot& slot, List list);
  void Release(Slot slot);

  size_t most_;
  std::vector<std::unique_ptr<Page>> pages_;
  size_t bytes_ = 0;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_TIME_LISTS_H_
