#include "store/dictionary.h"

#include "base/strings.h"
#include "store/coding.h"

namespace footfall::store {
namespace {
// The dictionary of an erased string, which is also the space of a skipped entry.
constexpr uint32_t kErased = 0;
}  // namespace

uint32_t Dictionaries::CodeOf(uint32_t dictionary, std::string_view text) {
  // Only the adding thread changes the table, so its look-up needs no lock.
  const uint32_t found = table_.Find(dictionary, text);
  if (found != StringTable::kNone) return found;
  if (text.size() > kTextBytesMax) return kNone;
  uint32_t& count = counts_[dictionary];
  if (count >= kStringsMax || table_.bytes() >= bytes_max_) return kNone;
  ++count;
  const std::unique_lock lock(mutex_);
  return table_.Intern(dictionary, text);
}

uint32_t Dictionaries::Find(uint32_t dictionary, std::string_view text) const {
  const std::shared_lock lock(mutex_);
  return table_.Find(dictionary, text);
}

absl::Status Dictionaries::Load(uint32_t code, std::string_view row) {
  Reader reader(row);
  const auto dictionary = static_cast<uint32_t>(reader.Varint());
  const std::string_view text = reader.rest();
  const std::unique_lock lock(mutex_);
  if (!reader.ok() || code != table_.size() ||
      (dictionary == kErased ? !text.empty()
                             : table_.Find(dictionary, text) != StringTable::kNone)) {
    return absl::DataLossError(base::Cat("the dictionary is damaged at code ", code));
  }
  if (dictionary == kErased) {
    table_.Skip();
    ++erased_;
    return absl::OkStatus();
  }
  ++counts_[dictionary];
  table_.Intern(dictionary, text);
  return absl::OkStatus();
}

std::string Dictionaries::Row(uint32_t code) const {
  const std::shared_lock lock(mutex_);
  std::string row;
  PutVarint(row, table_[code].space);
  row += table_[code].text();
  return row;
}

std::string Dictionaries::ErasedRow() {
  std::string row;
  PutVarint(row, kErased);
  return row;
}

std::shared_ptr<Dictionaries> Dictionaries::Without(const std::vector<bool>& kept) const {
  auto without = std::make_shared<Dictionaries>(bytes_max_);
  const std::shared_lock lock(mutex_);
  for (size_t code = 0; code < table_.size(); ++code) {
    const StringTable::Entry& entry = table_[code];
    if (kept[code] && !entry.skipped()) {
      ++without->counts_[entry.space];
      without->table_.Intern(entry.space, entry.text());
    } else {
      without->table_.Skip();
      ++without->erased_;
    }
  }
  return without;
}

void Dictionaries::Truncate(size_t size) {
  const std::unique_lock lock(mutex_);
  for (size_t code = size; code < table_.size(); ++code) --counts_[table_[code].space];
  table_.Truncate(size);
}

std::string_view Dictionaries::Text(uint32_t code) const {
  const std::shared_lock lock(mutex_);
  return code < table_.size() ? table_[code].text() : std::string_view();
}

bool Dictionaries::Resolve(const std::vector<uint32_t>& codes,
                           std::vector<std::string_view>* texts) const {
  const std::shared_lock lock(mutex_);
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == kNone) continue;
    if (codes[i] >= table_.size() || table_[codes[i]].skipped()) return false;
    (*texts)[i] = table_[codes[i]].text();
  }
  return true;
}

size_t Dictionaries::size() const {
  const std::shared_lock lock(mutex_);
  return table_.size();
}

size_t Dictionaries::strings() const {
  const std::shared_lock lock(mutex_);
  return table_.size() - erased_;
}

bool Dictionaries::erased(uint32_t code) const {
  const std::shared_lock lock(mutex_);
  return code < table_.size() && table_[code].skipped();
}

size_t Dictionaries::bytes() const {
  const std::shared_lock lock(mutex_);
  return table_.bytes() + counts_.size() * 16;
}

}  // namespace footfall::store
