// The property columns of a chunk.
#include <algorithm>
#include <bit>

#include "store/chunk/chunk_encoder.h"
#include "store/chunk/number_array.h"

namespace footfall::store {
namespace {

// With fewer different values than this, numbers are easier to work with as codes.
constexpr size_t kNumbersMin = 256;
constexpr size_t kRepeatsMin = 8;
// When so many have mostly different ones, the others will as well.
constexpr size_t kSample = 1024;

// Distinct property values in 64 bits and a tag.
using ValueKey = std::pair<ValueTag, uint64_t>;

ValueKey KeyOf(const Rows::Rep& rep, uint32_t cell) {
  const ValueTag tag = TagOf(cell);
  const uint32_t payload = PayloadOf(cell);
  switch (tag) {
    case kTagSmall:
      return {kTagInteger, static_cast<uint64_t>(UnZigZag(payload))};
    case kTagInteger:
    case kTagDouble:
      return {tag, rep.wide[payload]};
    case kTagText:
    case kTagJson:
      return {tag, TextKey(rep.texts, payload)};
    default:
      return {tag, payload};
  }
}

}  // namespace

ValueRef ChunkEncoder::RefOfValue(uint32_t cell) const {
  const uint32_t payload = PayloadOf(cell);
  switch (TagOf(cell)) {
    case kTagConstant:
      return {.value = payload == kNullValue ? model::Value::Missing()
                                             : model::Value::Bool(payload == kTrue)};
    case kTagSmall:
      return {.value = model::Value::Int(UnZigZag(payload))};
    case kTagInteger:
      return {.value = model::Value::Int(static_cast<int64_t>(rep_.wide[payload]))};
    case kTagDouble:
      return {.value = model::Value::Double(std::bit_cast<double>(rep_.wide[payload]))};
    case kTagText:
      return {.value = model::Value::String({}), .text = RefOf(rep_.texts, payload)};
    case kTagJson:
      return {.value = model::Value::Json({}), .text = RefOf(rep_.texts, payload)};
  }
  return {};
}

std::string ChunkEncoder::PropertyNumbers(
    const std::vector<std::pair<uint32_t, uint32_t>>& cells, ValueTag tag,
    FormMemory* memory) {
  std::string out;
  Codes present(rows_.size(), 0);
  for (const auto& [row, cell] : cells) present[row] = 1;
  const auto form = tag == kTagDouble ? ValueForm::kDoubles : ValueForm::kIntegers;
  out.push_back(static_cast<char>(form));
  EncodeCodes(present, 2, hints_, false, memory, packer_, out);
  if (form == ValueForm::kDoubles) {
    std::vector<double> values;
    for (const auto& [row, cell] : cells) {
      values.push_back(std::bit_cast<double>(KeyOf(rep_, cell).second));
    }
    EncodeDoubles(values, packer_, out);
  } else {
    std::vector<int64_t> values;
    for (const auto& [row, cell] : cells) {
      values.push_back(static_cast<int64_t>(KeyOf(rep_, cell).second));
    }
    EncodeIntegers(values, /*hot=*/false, packer_, out);
  }
  return out;
}

// Rows, rising, and the cells that they have.
std::string ChunkEncoder::Property(
    const std::vector<std::pair<uint32_t, uint32_t>>& cells, FormMemory* memory) {
  const ValueTag tag = KeyOf(rep_, cells[0].second).first;
  absl::flat_hash_map<ValueKey, uint32_t> distinct;
  const size_t enough = std::max(kNumbersMin, cells.size() / kRepeatsMin);
  bool numbers = tag == kTagInteger || tag == kTagDouble;
  Codes counts;
  Codes first_cells;
  Codes indexes(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    const uint32_t cell = cells[i].second;
    if (i > 0 && cell == cells[i - 1].second) {
      indexes[i] = indexes[i - 1];
      ++counts[indexes[i]];
      continue;
    }
    const ValueKey key = KeyOf(rep_, cell);
    numbers = numbers && key.first == tag;
    const auto [found, added] =
        distinct.try_emplace(key, static_cast<uint32_t>(counts.size()));
    if (added) {
      counts.push_back(0);
      first_cells.push_back(cell);
    }
    indexes[i] = found->second;
    ++counts[indexes[i]];
    const bool many =
        distinct.size() > enough || (i == kSample && distinct.size() > kSample / 2 &&
                                     cells.size() >= kSample * kRepeatsMin);
    if (!numbers || !many) continue;
    const bool all = std::all_of(cells.begin(), cells.end(), [&](const auto& other) {
      return KeyOf(rep_, other.second).first == tag;
    });
    if (all) return PropertyNumbers(cells, tag, memory);
    numbers = false;
  }
  Codes order(counts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(i);
  OrderCells(
      order,
      [&](uint32_t a, uint32_t b) {
        return KeyOf(rep_, first_cells[a]) < KeyOf(rep_, first_cells[b]);
      },
      counts);
  std::string entries;
  TextRefWriter texts;
  Codes code_of(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    PutValueRef(RefOfValue(first_cells[order[i]]), texts, entries);
    code_of[order[i]] = static_cast<uint32_t>(i + 1);
  }
  Codes codes(rows_.size(), 0);
  for (size_t i = 0; i < cells.size(); ++i) codes[cells[i].first] = code_of[indexes[i]];
  std::string out(1, static_cast<char>(ValueForm::kDictionary));
  PutVarint(out, order.size());
  packer_.Put(entries, out);
  EncodeCodes(codes, static_cast<uint32_t>(order.size() + 1), hints_, false, memory,
              packer_, out);
  return out;
}

void ChunkEncoder::Properties() {
  if (rep_.row_shapes.empty()) return;
  absl::flat_hash_map<uint32_t, uint32_t> list_of;  // By text id of the key.
  Codes keys;
  std::vector<std::vector<std::pair<uint32_t, uint32_t>>> lists;
  std::vector<Codes> shape_lists(rep_.shapes.end());  // Per shape, in `lists`.
  for (size_t i = 0; i < rows_.size(); ++i) {
    const uint32_t shape = rep_.row_shapes[rows_[i]];
    if (shape == 0) continue;
    Codes& in_order = shape_lists[shape];
    if (in_order.empty()) {
      for (const uint32_t key : rep_.shapes.Keys(shape)) {
        const auto [found, added] =
            list_of.try_emplace(key, static_cast<uint32_t>(lists.size()));
        if (added) {
          lists.emplace_back();
          keys.push_back(key);
        }
        in_order.push_back(found->second);
      }
    }
    const uint32_t* values = &rep_.values[rep_.first_values[rows_[i]]];
    const auto row = static_cast<uint32_t>(i);
    for (const uint32_t list : in_order) {
      // Keys of an event are distinct; of others the first counts.
      if (lists[list].empty() || lists[list].back().first != row) {
        lists[list].emplace_back(row, *values);
      }
      ++values;
    }
  }
  Codes order(lists.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(i);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return TextKey(rep_.texts, keys[a]) < TextKey(rep_.texts, keys[b]);
  });
  absl::flat_hash_map<uint32_t, uint32_t> places;
  std::string others;
  size_t other_count = 0;
  EncodedChunk columns;
  for (const uint32_t list : order) {
    places[keys[list]] = static_cast<uint32_t>(places.size());
    const TextRef key = RefOf(rep_.texts, keys[list]);
    FormMemory* const memory =
        key.code == Dictionaries::kNone ? nullptr : MemoryOf(kChunkProperty + key.code);
    std::string column = Property(lists[list], memory);
    if (key.code != Dictionaries::kNone) {
      columns.emplace_back(kChunkProperty + key.code, std::move(column));
      continue;
    }
    ++other_count;
    PutBytes(others, key.text);
    PutBytes(others, column);
  }
  Order(places);
  if (other_count > 0) {
    std::string out;
    PutVarint(out, other_count);
    Add(kChunkOtherProperties, out + others);
  }
  for (auto& column : columns) columns_.push_back(std::move(column));
}

// Where some event has its properties in another order than that of the columns, the
// orders that there are, and which one each event has.
void ChunkEncoder::Order(const absl::flat_hash_map<uint32_t, uint32_t>& places) {
  bool needed = false;
  Codes code_of(rep_.shapes.end(), 0);
  Codes codes(rows_.size(), 0);
  uint32_t orders = 0;
  std::string entries;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const uint32_t shape = rep_.row_shapes[rows_[i]];
    if (shape == 0) continue;
    if (code_of[shape] == 0) {
      code_of[shape] = ++orders;
      const Codes keys = rep_.shapes.Keys(shape);
      PutVarint(entries, keys.size());
      for (size_t k = 0; k < keys.size(); ++k) {
        PutVarint(entries, places.at(keys[k]));
        needed = needed || (k > 0 && places.at(keys[k - 1]) >= places.at(keys[k]));
      }
    }
    codes[i] = code_of[shape];
  }
  if (!needed) return;
  std::string out;
  PutVarint(out, orders);
  packer_.Put(entries, out);
  EncodeCodes(codes, orders + 1, hints_, false, MemoryOf(kChunkOrder), packer_, out);
  Add(kChunkOrder, std::move(out));
}

}  // namespace footfall::store
