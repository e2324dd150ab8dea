#include "store/id_pages.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "store/people.h"

namespace footfall::store {
namespace {

constexpr uint64_t kPlaceBits = 10;
constexpr uint64_t kPlaces = uint64_t{1} << kPlaceBits;

}  // namespace

uint64_t IdPages::Page::bytes() const {
  return sizeof(Page) + entries.capacity() * sizeof(Entry) + ids.capacity();
}

IdPages::~IdPages() { rocks_->HoldForQueries(-static_cast<int64_t>(bytes_)); }

std::shared_ptr<const IdPages::Page> IdPages::Find(uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(number);
  return found == pages_.end() ? nullptr : found->second;
}

void IdPages::Remember(uint64_t number, const std::shared_ptr<const Page>& page) {
  const std::lock_guard lock(mutex_);
  const uint64_t bytes = page->bytes();
  if (bytes_ + bytes > bytes_max_ || !pages_.emplace(number, page).second) return;
  bytes_ += bytes;
  rocks_->HoldForQueries(static_cast<int64_t>(bytes));
}

absl::StatusOr<std::shared_ptr<const IdPages::Page>> IdPages::Read(
    rocksdb::Iterator& rows, uint64_t number) {
  auto page = std::make_shared<Page>();
  for (; rows.Valid() && rows.key()[0] == kCodePrefix; rows.Next()) {
    const uint64_t code = CodeOfKey(ToView(rows.key()));
    if (code >> kPlaceBits != number) {
      page->next = code >> kPlaceBits;
      break;
    }
    const auto [kind, id] = DecodeIdRow(ToView(rows.value()));
    page->ids += id;
    page->entries.push_back({.place = static_cast<uint16_t>(code % kPlaces),
                             .identified = kind == kPersonId,
                             .end = static_cast<uint32_t>(page->ids.size())});
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows.status()));
  page->ids.shrink_to_fit();
  page->entries.shrink_to_fit();
  return page;
}

absl::Status IdPages::Visit(
    uint64_t first, uint64_t end,
    absl::FunctionRef<absl::Status(uint64_t code, bool identified, std::string_view id)>
        visit) {
  std::unique_ptr<rocksdb::Iterator> rows;
  uint64_t at = UINT64_MAX;  // The page on which the rows stand.
  for (uint64_t number = first >> kPlaceBits; number <= end >> kPlaceBits;) {
    std::shared_ptr<const Page> page = Find(number);
    if (page == nullptr) {
      if (rows == nullptr) rows = rocks_->Iterate(kPeople, snapshot_);
      if (at != number) rows->Seek(CodeKey(number << kPlaceBits));
      FOOTFALL_ASSIGN_OR_RETURN(page, Read(*rows, number));
      at = page->next;
      Remember(number, page);
    }
    size_t begin = 0;
    for (const Page::Entry& entry : page->entries) {
      const uint64_t code = number << kPlaceBits | entry.place;
      const std::string_view id(page->ids.data() + begin, entry.end - begin);
      begin = entry.end;
      if (code < first) continue;
      if (code >= end) return absl::OkStatus();
      FOOTFALL_RETURN_IF_ERROR(visit(code, entry.identified, id));
    }
    if (page->next == UINT64_MAX) break;
    number = page->next;
  }
  return absl::OkStatus();
}

}  // namespace footfall::store
