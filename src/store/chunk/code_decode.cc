// Reading arrays of codes. Every code is checked to be below its end, so that what is
// looked up by it needs no check.
#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

#include "base/status.h"
#include "store/chunk/bit_packing.h"
#include "store/chunk/code_array.h"
#include "store/chunk/code_forms.h"

namespace footfall::store {
namespace {

absl::Status Damaged(const char* what) { return absl::DataLossError(what); }
absl::Status CutShort() { return Damaged("its codes are cut short"); }
absl::Status OutOfRange() { return Damaged("a code is out of range"); }

template <typename T>
bool AllBelow(const T* codes, size_t count, uint32_t end) {
  T greatest = 0;
  for (size_t i = 0; i < count; ++i) greatest = std::max(greatest, codes[i]);
  return count == 0 || greatest < end;
}

// Calls `visit` with the array that a hint has.
template <typename Visit>
void WithCodes(const HintColumn& hint, const Visit& visit) {
  if (hint.bytes != nullptr) {
    visit(hint.bytes);
  } else {
    visit(hint.codes);
  }
}

// out[i] = table[code of row i], for tables of up to 256 entries.
void MapHint(const HintColumn& hint, size_t count, const uint8_t* table, uint8_t* out) {
  if (hint.bytes != nullptr) {
    uint8_t padded[256] = {};
    std::copy(table, table + hint.end, padded);
    MapBytes(hint.bytes, count, padded, out);
  } else {
    for (size_t i = 0; i < count; ++i) out[i] = table[hint.codes[i]];
  }
}

// Hints of the rows that have a value.
class SelectedHints : public HintSource {
 public:
  SelectedHints(HintSource& all, const uint32_t* rows, size_t count)
      : all_(all), rows_(rows), count_(count) {}

  absl::Status Load(Hint hint, HintColumn* column) override {
    FOOTFALL_RETURN_IF_ERROR(all_.Load(hint, column));
    const auto which = static_cast<size_t>(hint);
    if (column->bytes != nullptr) {
      column->bytes = Select(column->bytes, bytes_[which]);
    } else {
      column->codes = Select(column->codes, codes_[which]);
    }
    return absl::OkStatus();
  }

 private:
  template <typename T>
  const T* Select(const T* from, std::vector<T>& to) const {
    to.resize(count_ + 1);
    for (size_t i = 0; i < count_; ++i) to[i] = from[rows_[i]];
    return to.data();
  }

  HintSource& all_;
  const uint32_t* const rows_;
  const size_t count_;
  std::vector<uint32_t> codes_[kHints];
  std::vector<uint8_t> bytes_[kHints];
};

class Decoder {
 public:
  Decoder(Reader& reader, BlockUnpacker& unpacker)
      : reader_(reader), unpacker_(unpacker) {}

  template <typename T>
  absl::Status Decode(size_t count, uint32_t end, HintSource& hints, T* out, int depth);

 private:
  template <typename T>
  absl::Status Packed(size_t count, uint32_t end, T* out);
  template <typename T>
  absl::Status Planes(size_t count, uint32_t end, T* out);
  template <typename T>
  absl::Status Runs(size_t count, uint32_t end, HintSource& hints, T* out, int depth);
  absl::Status PredictedStarts(size_t count, HintSource& hints, size_t* runs,
                               std::vector<uint8_t>* starts);
  template <typename T>
  absl::Status Sparse(size_t count, uint32_t end, T* out, int depth);
  template <typename T>
  absl::Status ByName(size_t count, uint32_t end, HintSource& hints, T* out, int depth);
  template <typename T>
  absl::Status Ranked(size_t count, uint32_t end, HintSource& hints, T* out, int depth);
  template <typename T>
  absl::Status Fresh(size_t count, uint32_t end, T* out, int depth);
  absl::Status SkipZeros();
  // A block of one bit per flag.
  absl::Status Flags(size_t count, std::vector<uint8_t>* flags);

  Reader& reader_;
  BlockUnpacker& unpacker_;
};

template <typename T>
absl::Status Decoder::Packed(size_t count, uint32_t end, T* out) {
  const int width = BitsFor(end - 1);
  const size_t bytes = PackedBytes(count, width);
  const std::string_view rest = reader_.rest();
  if (bytes > rest.size()) return CutShort();
  UnpackBits(rest, count, width, out);
  reader_.Raw(bytes);
  const bool exact = (uint64_t{1} << width) == end;
  return exact || AllBelow(out, count, end) ? absl::OkStatus() : OutOfRange();
}

template <typename T>
absl::Status Decoder::Planes(size_t count, uint32_t end, T* out) {
  if constexpr (sizeof(T) == 1) {
    if (!unpacker_.GetInto(reader_, reinterpret_cast<char*>(out), count)) {
      return CutShort();
    }
  } else {
    std::string plane(count, '\0');
    std::fill(out, out + count, T{0});
    for (int k = 0; k < PlanesFor(end); ++k) {
      if (!unpacker_.GetInto(reader_, plane.data(), count)) return CutShort();
      for (size_t i = 0; i < count; ++i) {
        out[i] |= static_cast<T>(static_cast<uint8_t>(plane[i])) << (8 * k);
      }
    }
  }
  return AllBelow(out, count, end) ? absl::OkStatus() : OutOfRange();
}

absl::Status Decoder::Flags(size_t count, std::vector<uint8_t>* flags) {
  std::string bits(PackedBytes(count, 1), '\0');
  if (!unpacker_.GetInto(reader_, bits.data(), bits.size())) return CutShort();
  flags->resize(count);
  UnpackBits(bits, count, 1, flags->data());
  return absl::OkStatus();
}

// Reads which rows begin a run: those that were expected to, but for the exceptions.
absl::Status Decoder::PredictedStarts(size_t count, HintSource& hints, size_t* runs,
                                      std::vector<uint8_t>* starts) {
  const bool pauses = (reader_.Byte() & 1) != 0;
  const size_t names_end = reader_.Count();
  const std::string_view bits = reader_.Raw(PackedBytes(names_end, 1));
  if (!reader_.ok()) return CutShort();
  FOOTFALL_RETURN_IF_ERROR(Flags(count, starts));
  HintColumn pause;
  HintColumn name;
  if (pauses) FOOTFALL_RETURN_IF_ERROR(hints.Load(Hint::kPause, &pause));
  if (names_end > 0) FOOTFALL_RETURN_IF_ERROR(hints.Load(Hint::kName, &name));
  if (name.end != names_end) return Damaged("it speaks of other names");
  std::vector<uint8_t> expected(count, 0);
  if (names_end > 0) {
    std::vector<uint8_t> of_name(names_end);
    UnpackBits(bits, names_end, 1, of_name.data());
    MapHint(name, count, of_name.data(), expected.data());
  }
  if (pauses) {
    for (size_t i = 0; i < count; ++i) expected[i] |= pause.bytes[i];
  }
  for (size_t i = 0; i < count; ++i) (*starts)[i] ^= expected[i];
  (*starts)[0] = 1;
  *runs = 0;
  for (const uint8_t start : *starts) *runs += start;
  return absl::OkStatus();
}

template <typename T>
absl::Status Decoder::Runs(size_t count, uint32_t end, HintSource& hints, T* out,
                           int depth) {
  const auto kind = static_cast<RunStarts>(reader_.Byte());
  NoHints no_hints;
  if (kind == RunStarts::kPredicted) {
    size_t runs = 0;
    std::vector<uint8_t> starts;
    FOOTFALL_RETURN_IF_ERROR(PredictedStarts(count, hints, &runs, &starts));
    std::vector<T> values(runs);
    FOOTFALL_RETURN_IF_ERROR(Decode(runs, end, no_hints, values.data(), depth + 1));
    const T* next = values.data() - 1;
    for (size_t i = 0; i < count; ++i) {
      next += starts[i];
      out[i] = *next;
    }
    return absl::OkStatus();
  }
  const uint64_t runs = reader_.Varint();
  std::string buffer;
  std::string_view lengths;
  if (!unpacker_.Get(reader_, &buffer, &lengths) || runs > count) return CutShort();
  std::vector<T> values(static_cast<size_t>(runs));
  FOOTFALL_RETURN_IF_ERROR(
      Decode(values.size(), end, no_hints, values.data(), depth + 1));
  Reader length_reader(lengths);
  size_t row = 0;
  for (const T value : values) {
    const uint64_t more = length_reader.Varint();
    if (more >= count - row) return Damaged("its runs are too long");
    std::fill_n(out + row, more + 1, value);
    row += static_cast<size_t>(more) + 1;
  }
  return row == count && length_reader.ok() ? absl::OkStatus() : CutShort();
}

template <typename T>
absl::Status Decoder::Sparse(size_t count, uint32_t end, T* out, int depth) {
  const uint64_t present = reader_.Varint();
  std::string buffer;
  std::string_view gaps;
  if (!unpacker_.Get(reader_, &buffer, &gaps) || present > count) return CutShort();
  std::vector<T> values(static_cast<size_t>(present));
  NoHints no_hints;
  FOOTFALL_RETURN_IF_ERROR(
      Decode(values.size(), end - 1, no_hints, values.data(), depth + 1));
  std::fill(out, out + count, T{0});
  Reader gap_reader(gaps);
  size_t row = 0;
  for (const T value : values) {
    const uint64_t gap = gap_reader.Varint();
    if (gap >= count - row) return Damaged("its rows are out of range");
    row += static_cast<size_t>(gap);
    out[row++] = static_cast<T>(value + 1);
  }
  return gap_reader.ok() ? absl::OkStatus() : CutShort();
}

template <typename T>
absl::Status Decoder::ByName(size_t count, uint32_t end, HintSource& hints, T* out,
                             int depth) {
  HintColumn names;
  FOOTFALL_RETURN_IF_ERROR(hints.Load(Hint::kName, &names));
  std::string classes(names.end, '\0');
  if (!unpacker_.GetInto(reader_, classes.data(), classes.size())) return CutShort();
  const uint64_t mixed_count = reader_.Varint();
  if (!reader_.ok() || mixed_count > count) return CutShort();
  std::vector<uint8_t> mixed;
  FOOTFALL_RETURN_IF_ERROR(Flags(static_cast<size_t>(mixed_count), &mixed));
  std::vector<uint8_t> present(count);
  MapHint(names, count, reinterpret_cast<const uint8_t*>(classes.data()), present.data());
  if (!mixed.empty()) {
    mixed.push_back(0);
    size_t next = 0;
    for (size_t i = 0; i < count; ++i) {
      const bool is_mixed = present[i] > 1;
      present[i] = is_mixed ? mixed[next] : present[i];
      next = std::min(next + is_mixed, mixed.size() - 1);
    }
  }
  // One more than there can be, which a row without a value may write.
  const auto rows = std::make_unique_for_overwrite<uint32_t[]>(count + 1);
  size_t values_count = 0;
  for (size_t i = 0; i < count; ++i) {
    rows[values_count] = static_cast<uint32_t>(i);
    values_count += present[i] & 1;
  }
  std::vector<T> values(values_count);
  SelectedHints selected(hints, rows.get(), values_count);
  FOOTFALL_RETURN_IF_ERROR(
      Decode(values_count, end - 1, selected, values.data(), depth + 1));
  std::fill(out, out + count, T{0});
  for (size_t i = 0; i < values_count; ++i) {
    out[rows[i]] = static_cast<T>(values[i] + 1);
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status Decoder::Ranked(size_t count, uint32_t end, HintSource& hints, T* out,
                             int depth) {
  const uint8_t which = reader_.Byte();
  if (which != static_cast<uint8_t>(Hint::kName) &&
      which != static_cast<uint8_t>(Hint::kUrl)) {
    return Damaged("it follows an unknown column");
  }
  HintColumn hint;
  FOOTFALL_RETURN_IF_ERROR(hints.Load(static_cast<Hint>(which), &hint));
  const uint64_t longest = reader_.Varint();
  const uint64_t total = reader_.Varint();
  if (!reader_.ok() || longest > end || longest == 0 || total > count) return CutShort();
  NoHints no_hints;
  std::vector<uint32_t> lengths(hint.end);
  FOOTFALL_RETURN_IF_ERROR(Decode(lengths.size(), static_cast<uint32_t>(longest) + 1,
                                  no_hints, lengths.data(), depth + 1));
  std::vector<T> values(static_cast<size_t>(total));
  FOOTFALL_RETURN_IF_ERROR(
      Decode(values.size(), end, no_hints, values.data(), depth + 1));
  // Ranks index into a list that goes on with zeros after its end, as the last one does.
  std::vector<uint32_t> begins(hint.end);
  size_t sum = 0;
  for (uint32_t k = 0; k < hint.end; ++k) {
    begins[k] = static_cast<uint32_t>(sum);
    sum += lengths[k];
    if (sum > total) return Damaged("its lists are too long");
  }
  if (sum != total) return CutShort();
  values.resize(values.size() + static_cast<size_t>(longest), T{0});
  if (longest == 1) {
    std::vector<T> table(hint.end);
    for (uint32_t k = 0; k < hint.end; ++k) {
      table[k] = lengths[k] == 0 ? T{0} : values[begins[k]];
    }
    if constexpr (sizeof(T) == 1) {
      MapHint(hint, count, table.data(), out);
    } else {
      WithCodes(hint, [&](const auto* codes) {
        for (size_t i = 0; i < count; ++i) out[i] = table[codes[i]];
      });
    }
    return SkipZeros();
  }
  const auto spread = [&](const auto* ranks) {
    WithCodes(hint, [&](const auto* codes) {
      for (size_t i = 0; i < count; ++i) out[i] = values[begins[codes[i]] + ranks[i]];
    });
  };
  const auto ranks_end = static_cast<uint32_t>(longest);
  if (longest <= 256) {
    const auto ranks = std::make_unique_for_overwrite<uint8_t[]>(count);
    FOOTFALL_RETURN_IF_ERROR(Decode(count, ranks_end, no_hints, ranks.get(), depth + 1));
    spread(ranks.get());
  } else {
    const auto ranks = std::make_unique_for_overwrite<uint32_t[]>(count);
    FOOTFALL_RETURN_IF_ERROR(Decode(count, ranks_end, no_hints, ranks.get(), depth + 1));
    spread(ranks.get());
  }
  return absl::OkStatus();
}

// An array that can only be of zeros.
absl::Status Decoder::SkipZeros() {
  const bool zeros = reader_.Byte() == static_cast<uint8_t>(CodeForm::kConstant) &&
                     reader_.Varint() == 0;
  return zeros && reader_.ok() ? absl::OkStatus() : OutOfRange();
}

template <typename T>
absl::Status Decoder::Fresh(size_t count, uint32_t end, T* out, int depth) {
  const uint64_t first = reader_.Varint();
  if (!reader_.ok() || first > end) return CutShort();
  std::vector<uint32_t> ages(count);
  NoHints no_hints;
  FOOTFALL_RETURN_IF_ERROR(Decode(count, end + 1, no_hints, ages.data(), depth + 1));
  auto next = static_cast<uint32_t>(first);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t code = next - ages[i];
    if (ages[i] > next || code >= end) return OutOfRange();
    out[i] = static_cast<T>(code);
    next = std::max(next, code + 1);
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status Decoder::Decode(size_t count, uint32_t end, HintSource& hints, T* out,
                             int depth) {
  const auto form = static_cast<CodeForm>(reader_.Byte());
  if (!reader_.ok()) return CutShort();
  if (form == CodeForm::kConstant) {
    const uint64_t value = reader_.Varint();
    if (!reader_.ok()) return CutShort();
    if (count > 0 && value >= end) return OutOfRange();
    std::fill(out, out + count, static_cast<T>(value));
    return absl::OkStatus();
  }
  if (depth > kCodeDepthMax) return Damaged("its codes are nested too deep");
  if (count == 0 || end == 0) return Damaged("there is nothing that its codes could be");
  switch (form) {
    case CodeForm::kPacked:
      return Packed(count, end, out);
    case CodeForm::kRuns:
      return Runs(count, end, hints, out, depth);
    case CodeForm::kPlanes:
      return Planes(count, end, out);
    case CodeForm::kSparse:
      return Sparse(count, end, out, depth);
    case CodeForm::kByName:
      return ByName(count, end, hints, out, depth);
    case CodeForm::kRanked:
      return Ranked(count, end, hints, out, depth);
    case CodeForm::kFresh:
      return Fresh(count, end, out, depth);
    default:
      return Damaged("its form is unknown");
  }
}

}  // namespace

absl::Status NoHints::Load(Hint, HintColumn*) {
  return Damaged("it leans on a column that it must not");
}

template <typename T>
absl::Status DecodeCodes(Reader& reader, size_t count, uint32_t end, HintSource& hints,
                         BlockUnpacker& unpacker, T* out) {
  return Decoder(reader, unpacker).Decode(count, end, hints, out, 0);
}

template absl::Status DecodeCodes<uint8_t>(Reader&, size_t, uint32_t, HintSource&,
                                           BlockUnpacker&, uint8_t*);
template absl::Status DecodeCodes<uint32_t>(Reader&, size_t, uint32_t, HintSource&,
                                            BlockUnpacker&, uint32_t*);

}  // namespace footfall::store
