// The order of rows. They come in about the order of time, so people are told apart by
// counting, and the few events of each that are late are moved into place.
#include <algorithm>
#include <numeric>
#include <tuple>

#include "store/rows.h"
#include "store/rows_rep.h"

namespace footfall::store {
namespace {

struct Item {
  int64_t time_ms;
  uint32_t row;
};

// Of rows of one owner.
class Before {
 public:
  explicit Before(const Rows::Rep& rep) : rep_(rep) {}
  bool operator()(const Item& a, const Item& b) const {
    if (a.time_ms != b.time_ms) return a.time_ms < b.time_ms;
    return Order(a.row) < Order(b.row);
  }

 private:
  std::tuple<int64_t, bool, uint64_t, uint64_t, uint32_t> Order(uint32_t row) const {
    const Rows::Rep::Identity& identity = rep_.identities[rep_.row_identities[row]];
    const uint64_t stream = identity.stream();
    return {rep_.seqs[row], stream == identity.owner, stream, rep_.arrivals[row], row};
  }
  const Rows::Rep& rep_;
};

// Sorts what is nearly sorted; after too many moves otherwise.
void SortNearly(Item* begin, Item* end, const Before& before) {
  size_t moves_left = 8 * static_cast<size_t>(end - begin);
  for (Item* at = begin + 1; at < end; ++at) {
    if (!before(*at, at[-1])) continue;
    const Item item = *at;
    Item* to = at;
    do {
      *to = to[-1];
      --to;
      --moves_left;
    } while (to > begin && moves_left > 0 && before(item, to[-1]));
    *to = item;
    if (moves_left == 0) {
      std::sort(begin, end, before);
      return;
    }
  }
}

// For each identity the place of its owner among all owners.
std::vector<uint32_t> RankOwners(const Rows::Rep& rep, size_t* owners) {
  std::vector<uint64_t> codes(rep.identities.size());
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = rep.identities[i].owner;
  std::vector<uint64_t> sorted = codes;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<uint32_t> ranks(codes.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    ranks[i] = static_cast<uint32_t>(
        std::lower_bound(sorted.begin(), sorted.end(), codes[i]) - sorted.begin());
  }
  *owners = sorted.size();
  return ranks;
}

}  // namespace

void Rows::Sort() {
  Rep& rep = *rep_;
  const size_t rows = rep.size();
  size_t owners = 0;
  const std::vector<uint32_t> ranks = RankOwners(rep, &owners);
  const auto bucket = [&](size_t row) {
    const auto type = static_cast<model::EventType>(rep.types[row]);
    const bool activity =
        type != model::EventType::kIdentify && type != model::EventType::kAlias;
    return ranks[rep.row_identities[row]] + (activity ? 0 : owners);
  };
  std::vector<uint32_t> begins(2 * owners + 1, 0);
  for (size_t row = 0; row < rows; ++row) ++begins[bucket(row) + 1];
  for (size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
  std::vector<Item> items(rows);
  for (size_t row = 0; row < rows; ++row) {
    items[begins[bucket(row)]++] = {rep.times[row], static_cast<uint32_t>(row)};
  }
  // Each begin has become the end.
  const Before before(rep);
  uint32_t begin = 0;
  for (const uint32_t end : begins) {
    if (end - begin > 1) SortNearly(&items[begin], items.data() + end, before);
    begin = std::max(begin, end);
  }
  rep.order.resize(rows);
  for (size_t i = 0; i < rows; ++i) rep.order[i] = items[i].row;
}

}  // namespace footfall::store
