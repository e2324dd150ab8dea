// The dictionaries of a chunk's columns: what its codes stand for.
#ifndef FOOTFALL_STORE_CHUNK_CHUNK_ENTRIES_H_
#define FOOTFALL_STORE_CHUNK_CHUNK_ENTRIES_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "store/batch.h"
#include "store/coding.h"
#include "store/dictionary.h"

namespace footfall::store {

// A string by its dictionary code, or in full.
struct TextRef {
  uint32_t code = Dictionaries::kNone;
  std::string_view text;
};

// Writes strings; codes relative to the one before, of which there is one per slot.
class TextRefWriter {
 public:
  void Put(const TextRef& text, size_t slot, std::string& out);

 private:
  std::array<int64_t, 16> last_ = {};
};

class TextRefReader {
 public:
  // What it reads in full holds as long as the reader's bytes. A bad one leaves the
  // reader not ok().
  TextRef Get(Reader& reader, size_t slot);
  // False after a code that is none.
  bool ok() const { return ok_; }

 private:
  std::array<int64_t, 16> last_ = {};
  bool ok_ = true;
};

// The value of a property, whose text may be in a dictionary.
struct ValueRef {
  model::Value value;  // Without text.
  TextRef text;        // Of kString and kJson.
};
void PutValueRef(const ValueRef& value, TextRefWriter& texts, std::string& out);
// False for a damaged one.
bool GetValueRef(Reader& reader, TextRefReader& texts, ValueRef* value);

// An element or the context of an event.
struct TupleRef {
  uint32_t mask = 0;  // As in the log: FORMAT.md.
  struct PathEntry {
    uint32_t mask = 0;
    std::array<TextRef, 3> texts;
  };
  // Of the bits of the mask that are fields.
  std::array<TextRef, kElementFields> texts;
  std::vector<PathEntry> path;
};
// `fields` is how many of the mask's bits are. The one after the last field of an element
// stands for a path.
void PutTupleRef(const TupleRef& tuple, int fields, bool is_element, TextRefWriter& texts,
                 std::string& out);
bool GetTupleRef(Reader& reader, int fields, bool is_element, TextRefReader& texts,
                 TupleRef* tuple);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CHUNK_ENTRIES_H_
