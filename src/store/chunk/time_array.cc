// Times relative to the least one count modulo a power of two that is beyond the
// greatest, so that the step back from one person's last event to another's first is
// positive too. The lowest bits of the steps of a group are packed; steps that need more
// are exceptions, whose higher bits follow.
#include "store/chunk/time_array.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "store/chunk/bit_packing.h"
#include "store/coding.h"

namespace footfall::store {
namespace {

// More exceptions than this are marked by a bit per row, fewer are listed.
constexpr size_t kListMax = kTimeGroup / 8;
// The sizes of an exception's bytes, by its two bits.
constexpr size_t kSizes[4] = {1, 2, 3, 8};

constexpr uint64_t kSizeMasks[4] = {0xff, 0xffff, 0xffffff, ~uint64_t{0}};

absl::Status OutOfRange() { return absl::DataLossError("an exception is out of range"); }

uint64_t LowBits(int width) {
  return width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
}

size_t SizeClass(uint64_t high) {
  if (high < 1u << 8) return 0;
  if (high < 1u << 16) return 1;
  return high < 1u << 24 ? 2 : 3;
}

// Of `exceptions` exceptions: where they are and how large.
size_t MarkBytes(size_t exceptions) {
  return std::min(exceptions, kListMax) + (exceptions + 3) / 4;
}

// The number of packed bits that makes the group smallest.
int ChooseWidth(std::span<const uint64_t> steps) {
  size_t of_bits[65] = {};
  for (const uint64_t step : steps) ++of_bits[BitsFor(step)];
  int widest = 64;
  while (widest > 0 && of_bits[widest] == 0) --widest;
  int best = widest;
  size_t best_bytes = SIZE_MAX;
  for (int width = widest; width >= 0; --width) {
    size_t exceptions = 0;
    size_t bytes = PackedBytes(steps.size(), width);
    for (int bits = width + 1; bits <= widest; ++bits) {
      const int high = bits - width;
      exceptions += of_bits[bits];
      bytes += of_bits[bits] * (high <= 24 ? static_cast<size_t>(high + 7) / 8 : 8);
    }
    bytes += MarkBytes(exceptions);
    if (bytes < best_bytes) {
      best_bytes = bytes;
      best = width;
    }
    if (PackedBytes(exceptions, 8) > best_bytes) break;
  }
  return best;
}

void PutExceptions(std::span<const uint64_t> steps, int width, size_t exceptions,
                   std::string& out) {
  const bool list = exceptions <= kListMax;
  std::string marks(list ? 0 : kListMax, '\0');
  std::string sizes((exceptions + 3) / 4, '\0');
  std::string highs;
  size_t seen = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (BitsFor(steps[i]) <= width) continue;
    if (list) {
      marks.push_back(static_cast<char>(i));
    } else {
      marks[i / 8] = static_cast<char>(marks[i / 8] | 1 << i % 8);
    }
    const uint64_t high = steps[i] >> width;
    const size_t size = SizeClass(high);
    sizes[seen / 4] = static_cast<char>(sizes[seen / 4] | size << (seen % 4 * 2));
    highs.append(reinterpret_cast<const char*>(&high), kSizes[size]);
    ++seen;
  }
  out += marks;
  out += sizes;
  out += highs;
}

// Which steps are exceptions. False when there are others than so many below `steps`.
bool ReadPlaces(const char* marks, size_t exceptions, size_t steps, uint8_t* places) {
  uint8_t greatest = 0;
  if (exceptions <= kListMax) {
    for (size_t k = 0; k < exceptions; ++k) {
      places[k] = static_cast<uint8_t>(marks[k]);
      greatest = std::max(greatest, places[k]);
    }
    return greatest < steps;
  }
  uint64_t words[2];
  std::memcpy(words, marks, sizeof words);
  size_t found = 0;
  for (size_t half = 0; half < 2; ++half) {
    for (uint64_t word = words[half]; word != 0; word &= word - 1) {
      places[found++] =
          static_cast<uint8_t>(64 * half + static_cast<size_t>(std::countr_zero(word)));
    }
  }
  return found == exceptions && places[found - 1] < steps;
}

}  // namespace

void EncodeTimes(std::span<const int64_t> times, std::string& out) {
  int64_t least = 0;
  int range_bits = 0;
  if (!times.empty()) {
    const auto [min, max] = std::minmax_element(times.begin(), times.end());
    least = *min;
    range_bits = BitsFor(static_cast<uint64_t>(*max) - static_cast<uint64_t>(*min));
  }
  const uint64_t mask = LowBits(range_bits);
  PutZigZag(out, least);
  out.push_back(static_cast<char>(range_bits));
  std::string directory;
  std::string groups;
  std::vector<uint64_t> steps;
  for (size_t begin = 0; begin < times.size(); begin += kTimeGroup) {
    const size_t end = std::min(begin + kTimeGroup, times.size());
    steps.clear();
    for (size_t i = begin + 1; i < end; ++i) {
      steps.push_back(
          (static_cast<uint64_t>(times[i]) - static_cast<uint64_t>(times[i - 1])) & mask);
    }
    const int width = ChooseWidth(steps);
    size_t exceptions = 0;
    for (const uint64_t step : steps) exceptions += BitsFor(step) > width;
    const size_t before = groups.size();
    const uint64_t first =
        static_cast<uint64_t>(times[begin]) - static_cast<uint64_t>(least);
    groups.append(reinterpret_cast<const char*>(&first), PackedBytes(1, range_bits));
    PackBits(steps.data(), steps.size(), width, groups);
    PutExceptions(steps, width, exceptions, groups);
    directory.push_back(static_cast<char>(width));
    directory.push_back(static_cast<char>(exceptions));
    const auto size = static_cast<uint16_t>(groups.size() - before);
    directory.append(reinterpret_cast<const char*>(&size), 2);
  }
  out += directory;
  out += groups;
}

absl::Status TimeReader::Open(std::string_view bytes, size_t count) {
  Reader reader(bytes);
  least_ = reader.SignedVarint();
  range_bits_ = reader.Byte();
  count_ = count;
  groups_.clear();
  const size_t groups = (count + kTimeGroup - 1) / kTimeGroup;
  const std::string_view directory =
      groups > reader.left() ? std::string_view() : reader.Raw(groups * kTimeGroupBytes);
  if (!reader.ok() || range_bits_ > 64 || directory.size() != groups * kTimeGroupBytes) {
    return absl::DataLossError("its directory is cut short");
  }
  bytes_ = reader.rest();
  groups_.resize(groups);
  size_t begin = 0;
  for (size_t k = 0; k < groups; ++k) {
    const char* const entry = &directory[k * kTimeGroupBytes];
    uint16_t size = 0;
    std::memcpy(&size, entry + 2, 2);
    groups_[k] = {static_cast<uint8_t>(entry[0]), static_cast<uint8_t>(entry[1]),
                  static_cast<uint32_t>(begin), size};
    begin += size;
  }
  if (begin > bytes_.size() || begin > UINT32_MAX) {
    return absl::DataLossError("its groups are cut short");
  }
  return absl::OkStatus();
}

absl::Status TimeReader::ReadGroup(size_t number, int64_t* out) const {
  const Group& group = groups_[number];
  const size_t row = number * kTimeGroup;
  const size_t steps = std::min(kTimeGroup, count_ - row) - 1;
  const size_t exceptions = group.exceptions;
  const size_t head = PackedBytes(1, range_bits_);
  const size_t packed = PackedBytes(steps, group.width);
  const size_t marks = head + packed;
  const size_t sizes = marks + std::min(exceptions, kListMax);
  const size_t highs = sizes + (exceptions + 3) / 4;
  if (group.width > 64 || exceptions > steps || highs > group.size) {
    return absl::DataLossError("a group is cut short");
  }
  const char* const at = bytes_.data() + group.begin;
  uint64_t first = 0;
  std::memcpy(&first, at, head);
  uint64_t buffer[kTimeGroup];
  buffer[0] = 0;
  // What follows the group may be read, but is not used.
  UnpackBits({at + head, bytes_.size() - group.begin - head}, steps, group.width,
             buffer + 1);
  if (exceptions > 0) {
    uint8_t places[kTimeGroup + 64];
    if (!ReadPlaces(at + marks, exceptions, steps, places)) return OutOfRange();
    const char* high = at + highs;
    const char* const end = at + group.size;
    // None takes more than 8 bytes, so that mostly only the last ones need care.
    const auto left = static_cast<size_t>(bytes_.data() + bytes_.size() - high);
    const bool room = left >= 8 * exceptions;
    const int width = group.width % 64;
    for (size_t k = 0; k < exceptions; ++k) {
      const auto size_class =
          static_cast<size_t>(static_cast<uint8_t>(at[sizes + k / 4]) >> (k % 4 * 2) & 3);
      const size_t size = kSizes[size_class];
      uint64_t bits = 0;
      if (room) {
        std::memcpy(&bits, high, 8);
        bits &= kSizeMasks[size_class];
      } else {
        if (size > static_cast<size_t>(end - high)) return OutOfRange();
        std::memcpy(&bits, high, size);
      }
      high += size;
      buffer[places[k] + 1] += bits << width;
    }
    if (high > end) return OutOfRange();
  }
  SumSteps(buffer, steps + 1, first, LowBits(range_bits_), least_, out + row);
  return absl::OkStatus();
}

}  // namespace footfall::store
