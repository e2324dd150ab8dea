#include "store/rows_gather.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "store/dictionary.h"
#include "store/rows_rep.h"

namespace footfall::store {
namespace {

// Tables that have grown to more are made anew.
constexpr size_t kTableBytes = size_t{8} << 20;
constexpr uint32_t kUnknown = UINT32_MAX;

uint32_t MapText(const TextIds& from, uint32_t id, std::vector<uint32_t>& known,
                 TextIds& to) {
  if (id == 0 || known[id] != 0) return known[id];
  const uint32_t code = from.code(id);
  return known[id] =
             code == Dictionaries::kNone ? to.OfText(from.text(id)) : to.OfCode(code);
}

}  // namespace

// The columns of one call of Append.
class RowsGather::Columns {
 public:
  Columns(std::span<const RowRange> ranges, std::vector<Source>& sources, Rows::Rep& to)
      : ranges_(ranges), sources_(sources), to_(to), first_(to.size()) {
    for (const RowRange& range : ranges) rows_ += range.rows;
  }

  void Copy();

 private:
  const Rows::Rep& Of(const RowRange& range) const {
    return sources_[range.source].rows->rep();
  }
  template <typename T>
  void CopyPlain(std::vector<T> Rows::Rep::*column) {
    std::vector<T>& to = to_.*column;
    to.resize(first_ + rows_);
    T* out = to.data() + first_;
    for (const RowRange& range : ranges_) {
      const T* const from = (Of(range).*column).data() + range.first;
      std::copy(from, from + range.rows, out);
      out += range.rows;
    }
  }
  // `map` makes a cell of `to` of one that is not zero.
  template <typename T, typename ColumnOf, typename Map>
  void CopySparse(const ColumnOf& column_of, SparseColumn<T>& to, const Map& map) {
    const bool empty = to.empty() && std::all_of(ranges_.begin(), ranges_.end(),
                                                 [&](const RowRange& range) {
                                                   return column_of(Of(range)).empty();
                                                 });
    if (empty) return;
    T* out = to.Grow(first_, rows_);
    for (const RowRange& range : ranges_) {
      const SparseColumn<T>& from = column_of(Of(range));
      if (!from.empty()) {
        Source& source = sources_[range.source];
        for (uint32_t i = 0; i < range.rows; ++i) {
          const T cell = from[range.first + i];
          if (cell != T{}) out[i] = map(source, range.first + i, cell);
        }
      }
      out += range.rows;
    }
  }
  uint32_t Text(Source& source, uint32_t id) {
    return MapText(source.rows->rep().texts, id, source.texts, to_.texts);
  }
  uint32_t Tuple(Source& source, const TupleIds& from, uint32_t id, int fields,
                 std::vector<uint32_t>& known, TupleIds& to);
  uint32_t Shape(Source& source, uint32_t shape);
  uint32_t Value(Source& source, uint32_t cell);
  uint32_t Values(Source& source, size_t row);
  void Identities();

  const std::span<const RowRange> ranges_;
  std::vector<Source>& sources_;
  Rows::Rep& to_;
  const size_t first_;
  size_t rows_ = 0;
  std::vector<uint32_t> tuple_;
};

uint32_t RowsGather::Columns::Tuple(Source& source, const TupleIds& from, uint32_t id,
                                    int fields, std::vector<uint32_t>& known,
                                    TupleIds& to) {
  if (known[id] != 0) return known[id];
  tuple_.assign(from.begin_of(id), from.end_of(id));
  size_t at = 1;
  for (int i = 0; i < fields; ++i) {
    if (!(tuple_[0] & 1u << i)) continue;
    tuple_[at] = Text(source, tuple_[at]);
    ++at;
  }
  // A path follows, if anything does.
  for (++at; at < tuple_.size();) {
    const uint32_t present = tuple_[at++];
    for (int k = 0; k < 3; ++k) {
      if (!(present & 1u << k)) continue;
      tuple_[at] = Text(source, tuple_[at]);
      ++at;
    }
  }
  return known[id] = to.Of(tuple_);
}

uint32_t RowsGather::Columns::Shape(Source& source, uint32_t shape) {
  if (source.shapes[shape] != 0) return source.shapes[shape];
  uint32_t mapped = 0;
  for (const uint32_t key : source.rows->rep().shapes.Keys(shape)) {
    mapped = to_.shapes.With(mapped, Text(source, key));
  }
  return source.shapes[shape] = mapped;
}

uint32_t RowsGather::Columns::Value(Source& source, uint32_t cell) {
  const uint32_t payload = PayloadOf(cell);
  switch (TagOf(cell)) {
    case kTagText:
    case kTagJson:
      return MakeCell(TagOf(cell), Text(source, payload));
    case kTagInteger:
    case kTagDouble:
      to_.wide.push_back(source.rows->rep().wide[payload]);
      return MakeCell(TagOf(cell), static_cast<uint32_t>(to_.wide.size() - 1));
    default:
      return cell;
  }
}

// Copies the values of a row with properties; answers where they begin.
uint32_t RowsGather::Columns::Values(Source& source, size_t row) {
  const Rows::Rep& from = source.rows->rep();
  const auto begin = static_cast<uint32_t>(to_.values.size());
  const uint32_t* const values = &from.values[from.first_values[row]];
  const uint32_t count = from.shapes.length(from.row_shapes[row]);
  for (uint32_t i = 0; i < count; ++i) to_.values.push_back(Value(source, values[i]));
  return begin;
}

void RowsGather::Columns::Identities() {
  to_.row_identities.resize(first_ + rows_);
  uint32_t* out = to_.row_identities.data() + first_;
  for (const RowRange& range : ranges_) {
    Source& source = sources_[range.source];
    const Rows::Rep& from = source.rows->rep();
    for (uint32_t i = 0; i < range.rows; ++i) {
      const uint32_t id = from.row_identities[range.first + i];
      uint32_t& known = source.identities[id];
      if (known == kUnknown) known = to_.IdentityOf(from.identities[id]);
      *out++ = known;
    }
  }
}

void RowsGather::Columns::Copy() {
  using Rep = Rows::Rep;
  if (!to_.order.empty()) {
    to_.order.resize(first_ + rows_);
    std::iota(to_.order.begin() + static_cast<ptrdiff_t>(first_), to_.order.end(),
              static_cast<uint32_t>(first_));
  }
  CopyPlain(&Rep::times);
  CopyPlain(&Rep::arrivals);
  CopyPlain(&Rep::types);
  Identities();
  for (size_t i = 0; i < kTextFields; ++i) {
    CopySparse(
        [i](const Rep& rep) -> const auto& { return rep.fields[i]; }, to_.fields[i],
        [this](Source& source, size_t, uint32_t id) { return Text(source, id); });
  }
  CopySparse(
      [](const Rep& rep) -> const auto& { return rep.row_elements; }, to_.row_elements,
      [this](Source& source, size_t, uint32_t id) {
        return Tuple(source, source.rows->rep().elements, id, kElementFields,
                     source.elements, to_.elements);
      });
  CopySparse(
      [](const Rep& rep) -> const auto& { return rep.row_contexts; }, to_.row_contexts,
      [this](Source& source, size_t, uint32_t id) {
        return Tuple(source, source.rows->rep().contexts, id, kContextFields,
                     source.contexts, to_.contexts);
      });
  CopySparse(
      [](const Rep& rep) -> const auto& { return rep.row_sessions; }, to_.row_sessions,
      [this](Source& source, size_t, uint32_t id) {
        return MapText(source.rows->rep().sessions, id, source.sessions, to_.sessions);
      });
  CopySparse(
      [](const Rep& rep) -> const auto& { return rep.row_shapes; }, to_.row_shapes,
      [this](Source& source, size_t, uint32_t id) { return Shape(source, id); });
  // The first one is at 0: rows are told by their shapes.
  CopySparse(
      [](const Rep& rep) -> const auto& { return rep.row_shapes; }, to_.first_values,
      [this](Source& source, size_t row, uint32_t) { return Values(source, row); });
  CopySparse(
      [](const Rep& rep) -> const auto& { return rep.row_ids; }, to_.row_ids,
      [this](Source& source, size_t row, uint32_t) {
        std::string_view bytes;
        const TextKind kind = source.rows->rep().PackedId(row, &bytes);
        return to_.AddPackedId(kind, bytes);
      });
  CopySparse(
      [](const Rep& rep) -> const auto& { return rep.seqs; }, to_.seqs,
      [](Source&, size_t, int64_t seq) { return seq; });
}

void RowsGather::SetSource(size_t index, const Rows& rows) {
  if (sources_.size() <= index) sources_.resize(index + 1);
  Source& source = sources_[index];
  const Rows::Rep& rep = rows.rep();
  source.rows = &rows;
  source.texts.assign(rep.texts.end(), 0);
  source.sessions.assign(rep.sessions.end(), 0);
  source.elements.assign(rep.elements.end(), 0);
  source.contexts.assign(rep.contexts.end(), 0);
  source.shapes.assign(rep.shapes.end(), 0);
  source.identities.assign(rep.identities.size(), kUnknown);
}

void RowsGather::Append(std::span<const RowRange> ranges) {
  Columns(ranges, sources_, out_.rep()).Copy();
}

void RowsGather::Clear() {
  Rows::Rep& rep = out_.rep();
  const size_t table_bytes = rep.texts.bytes() + rep.elements.bytes() +
                             rep.contexts.bytes() + rep.shapes.bytes();
  const bool anew = table_bytes > kTableBytes;
  anew ? rep.Clear() : rep.ClearRows();
  for (Source& source : sources_) {
    std::fill(source.sessions.begin(), source.sessions.end(), 0);
    std::fill(source.identities.begin(), source.identities.end(), kUnknown);
    if (!anew) continue;
    for (auto* known :
         {&source.texts, &source.elements, &source.contexts, &source.shapes}) {
      std::fill(known->begin(), known->end(), 0);
    }
  }
}

void Rows::Append(const Rows& other, size_t begin, size_t end) {
  std::vector<RowRange> ranges;
  for (size_t i = begin; i < end; ++i) {
    const uint32_t row = other.rep_->at(i);
    if (!ranges.empty() && ranges.back().first + ranges.back().rows == row) {
      ++ranges.back().rows;
    } else {
      ranges.push_back({.first = row, .rows = 1});
    }
  }
  RowsGather gather(this);
  gather.SetSource(0, other);
  gather.Append(ranges);
}

}  // namespace footfall::store
