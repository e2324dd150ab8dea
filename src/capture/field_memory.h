// Which fields were ever sensitive. See filter.h.
#ifndef FOOTFALL_CAPTURE_FIELD_MEMORY_H_
#define FOOTFALL_CAPTURE_FIELD_MEMORY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace footfall::capture {

// A set of hashes in two generations: when the young one is full, the old one is emptied
// and becomes the young one. A field that is asked about moves to the young generation,
// so only fields that nobody touched for a long time are forgotten. Lookups take no lock.
class FieldMemory {
 public:
  // Adds `field`; returns true when it was not there.
  bool Insert(uint64_t field);
  bool Contains(uint64_t field);

  // Fields that one generation holds.
  static constexpr size_t kGenerationMax = size_t{1} << 16;

 private:
  static constexpr size_t kSlots = kGenerationMax * 2;
  struct Table {
    std::array<std::atomic<uint64_t>, kSlots> slots{};
  };

  static bool Find(const Table& table, uint64_t field);

  std::mutex mutex_;  // Guards inserting and the change of generations.
  size_t young_count_ = 0;
  std::array<std::unique_ptr<Table>, 2> owned_;
  std::atomic<Table*> young_{nullptr};
  std::atomic<Table*> old_{nullptr};
};

// Which two identities a field was seen with at once, so that what is known of one of
// them holds of the other. Holds the latest pair of each; one that falls on the same
// place as a later one is forgotten. Thread-safe, without locks but for the first pair.
class FieldLinks {
 public:
  // Neither is 0.
  void Link(uint64_t one, uint64_t other);
  // The identity that `field` was last seen with, or 0.
  uint64_t Other(uint64_t field) const;

 private:
  static constexpr size_t kSlots = size_t{1} << 16;
  // A pair that two threads wrote at once fails the check.
  struct Slot {
    std::atomic<uint64_t> other{0};
    std::atomic<uint64_t> check{0};  // field ^ other
  };
  using Table = std::array<Slot, kSlots>;

  static void Put(Table& table, uint64_t field, uint64_t other);

  std::mutex mutex_;  // Guards the making of the table.
  std::unique_ptr<Table> owned_;
  std::atomic<Table*> table_{nullptr};
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_FIELD_MEMORY_H_
