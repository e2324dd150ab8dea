// The people of a block, visited once beside its events.
#ifndef FOOTFALL_QUERY_BLOCK_PEOPLE_H_
#define FOOTFALL_QUERY_BLOCK_PEOPLE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "query/dictionary.h"
#include "query/needs.h"
#include "store/event_store.h"

namespace footfall::query {

// Answers what the needs ask about people, by their index in the block. Not thread-safe.
class BlockPeople {
 public:
  BlockPeople(const Needs::Rep& needs, const store::Snapshot& snapshot,
              absl::TimeZone zone, int64_t now_ms);

  // Visits the people with these codes, which rise. Unknown ones have no values.
  absl::Status Load(std::span<const uint64_t> codes);

  // A bit per person: those for whom a condition holds.
  const uint64_t* Holds(size_t person_condition) const {
    return holds_[person_condition].data();
  }
  // Codes by person of a field's dictionary.
  std::span<const uint32_t> Codes(size_t person_field) const {
    return fields_[person_field].codes;
  }
  const Dictionary& DictionaryOf(size_t person_field) const {
    return fields_[person_field].dictionary;
  }
  const model::Person* At(size_t person) const {
    return people_[person].has_value() ? &*people_[person] : nullptr;
  }
  std::string_view Name(size_t person) const { return names_[person]; }
  std::string_view Account(size_t person) const { return accounts_[person]; }
  uint64_t bytes() const;

 private:
  struct FieldCodes {
    std::vector<uint32_t> codes;
    Dictionary dictionary;
  };

  void Clear(size_t people);
  void Take(size_t index, const model::Person& person);

  const Needs::Rep& needs_;
  const store::Snapshot& snapshot_;
  absl::TimeZone zone_;
  int64_t now_ms_;
  bool wants_accounts_ = false;
  std::vector<std::vector<uint64_t>> holds_;
  std::vector<bool> holds_of_unknown_;
  std::vector<FieldCodes> fields_;
  std::vector<std::optional<model::Person>> people_;
  std::vector<std::string_view> names_;
  std::vector<std::string_view> accounts_;
  TextArena arena_;
  uint64_t people_bytes_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_BLOCK_PEOPLE_H_
