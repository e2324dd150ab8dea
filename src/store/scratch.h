// Memory that is filled again and again, such as the columns of a block.
#ifndef FOOTFALL_STORE_SCRATCH_H_
#define FOOTFALL_STORE_SCRATCH_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace footfall::store {

// Elements without initial values. Not thread-safe.
template <typename T>
requires std::is_trivially_copyable_v<T>
class Scratch {
 public:
  // Room for `size` elements and kSlack more, whose contents are whatever was there.
  // What was handed out before is gone.
  T* Make(size_t size) {
    const bool wasteful = capacity_ > kLarge && size < capacity_ / 8;
    if (size > capacity_ || capacity_ == 0 || wasteful) {
      data_.reset();
      capacity_ = size > kLarge ? size : std::max<size_t>(size + size / 4, 64);
      data_ = std::make_unique_for_overwrite<T[]>(capacity_ + kSlack);
    }
    return data_.get();
  }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }

  // Copying in steps may write this many elements beyond the end.
  static constexpr size_t kSlack = 8;

 private:
  // A rare person with millions of events must not hold memory for good.
  static constexpr size_t kLarge = size_t{1} << 20;

  std::unique_ptr<T[]> data_;
  size_t capacity_ = 0;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_SCRATCH_H_
