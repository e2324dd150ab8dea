// Rows taken over from others.
#include <vector>

#include "store/dictionary.h"
#include "store/rows.h"
#include "store/rows_rep.h"

namespace footfall::store {
namespace {

// Takes over rows of others, whose tables have other numbers.
class RowCopier {
 public:
  RowCopier(const Rows::Rep& from, Rows::Rep& to)
      : from_(from),
        to_(to),
        texts_(from.texts.end(), 0),
        sessions_(from.sessions.end(), 0),
        elements_(from.elements.end(), 0),
        contexts_(from.contexts.end(), 0),
        shapes_(from.shapes.end(), 0),
        identities_(from.identities.size(), UINT32_MAX) {}

  void Copy(size_t row);

 private:
  uint32_t Text(uint32_t id) { return Map(from_.texts, id, texts_, to_.texts); }
  static uint32_t Map(const TextIds& from, uint32_t id, std::vector<uint32_t>& known,
                      TextIds& to) {
    if (id == 0 || known[id] != 0) return known[id];
    const uint32_t code = from.code(id);
    return known[id] =
               code == Dictionaries::kNone ? to.OfText(from.text(id)) : to.OfCode(code);
  }
  uint32_t Tuple(const TupleIds& from, uint32_t id, int fields,
                 std::vector<uint32_t>& known, TupleIds& to);
  uint32_t Shape(uint32_t shape);
  uint32_t Value(uint32_t cell);

  const Rows::Rep& from_;
  Rows::Rep& to_;
  std::vector<uint32_t> texts_, sessions_, elements_, contexts_, shapes_, identities_;
  Rows::Rep::Cells cells_;
};

uint32_t RowCopier::Tuple(const TupleIds& from, uint32_t id, int fields,
                          std::vector<uint32_t>& known, TupleIds& to) {
  if (id == 0 || known[id] != 0) return known[id];
  std::vector<uint32_t> tuple(from.begin_of(id), from.end_of(id));
  size_t at = 1;
  for (int i = 0; i < fields; ++i) {
    if (!(tuple[0] & 1u << i)) continue;
    tuple[at] = Text(tuple[at]);
    ++at;
  }
  // A path follows, if anything does.
  for (++at; at < tuple.size();) {
    const uint32_t present = tuple[at++];
    for (int k = 0; k < 3; ++k) {
      if (!(present & 1u << k)) continue;
      tuple[at] = Text(tuple[at]);
      ++at;
    }
  }
  return known[id] = to.Of(tuple);
}

uint32_t RowCopier::Shape(uint32_t shape) {
  if (shape == 0 || shapes_[shape] != 0) return shapes_[shape];
  uint32_t mapped = 0;
  for (const uint32_t key : from_.shapes.Keys(shape)) {
    mapped = to_.shapes.With(mapped, Text(key));
  }
  return shapes_[shape] = mapped;
}

uint32_t RowCopier::Value(uint32_t cell) {
  const uint32_t payload = PayloadOf(cell);
  switch (TagOf(cell)) {
    case kTagText:
    case kTagJson:
      return MakeCell(TagOf(cell), Text(payload));
    case kTagInteger:
    case kTagDouble:
      to_.wide.push_back(from_.wide[payload]);
      return MakeCell(TagOf(cell), static_cast<uint32_t>(to_.wide.size() - 1));
    default:
      return cell;
  }
}

void RowCopier::Copy(size_t row) {
  cells_.time_ms = from_.times[row];
  cells_.seq = from_.seqs[row];
  cells_.arrival = from_.arrivals[row];
  cells_.type = static_cast<model::EventType>(from_.types[row]);
  uint32_t& identity = identities_[from_.row_identities[row]];
  if (identity == UINT32_MAX) {
    identity = to_.IdentityOf(from_.identities[from_.row_identities[row]]);
  }
  cells_.identity = identity;
  cells_.session = Map(from_.sessions, from_.row_sessions[row], sessions_, to_.sessions);
  for (size_t i = 0; i < kTextFields; ++i) cells_.fields[i] = Text(from_.fields[i][row]);
  cells_.element = Tuple(from_.elements, from_.row_elements[row], kElementFields,
                         elements_, to_.elements);
  cells_.context = Tuple(from_.contexts, from_.row_contexts[row], kContextFields,
                         contexts_, to_.contexts);
  const uint32_t shape = from_.row_shapes[row];
  cells_.shape = Shape(shape);
  cells_.values.clear();
  for (uint32_t i = 0; i < from_.shapes.length(shape); ++i) {
    cells_.values.push_back(Value(from_.values[from_.first_values[row] + i]));
  }
  char scratch[kUuidChars];
  cells_.id = to_.AddId(from_.Id(row, scratch));
  to_.Add(cells_);
}

}  // namespace

void Rows::Append(const Rows& other, size_t begin, size_t end) {
  RowCopier copier(*other.rep_, *rep_);
  for (size_t i = begin; i < end; ++i) copier.Copy(other.rep_->at(i));
}

}  // namespace footfall::store
