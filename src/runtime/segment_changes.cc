// The log of who entered or left a segment. SEGMENTS.md describes its documents.
#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "query/context.h"
#include "report/group_size.h"
#include "runtime/segments.h"
#include "store/coding.h"

namespace footfall::runtime {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;
using store::Reader;

constexpr std::string_view kFeedKind = "segment-feed";
constexpr std::string_view kMembersKind = "segment-members";
constexpr std::string_view kChangesKind = "segment-changes";
constexpr uint8_t kVersion = 1;

constexpr uint64_t kGroupPeople = 65'536;  // Of one document of members.
constexpr size_t kBatchMax = 10'000;       // Changes of one document.
constexpr uint64_t kKeptMax = 1'000'000;
constexpr int64_t kKeptMs = int64_t{30} * 24 * 60 * 60 * 1000;

absl::Status Damaged(std::string_view name) {
  return base::MakeError(absl::StatusCode::kDataLoss,
                         Cat("the store is damaged: the changes of the segment '", name,
                             "' cannot be read"));
}

std::string PartName(std::string_view name, uint64_t number) {
  std::string digits(16, '0');
  for (size_t i = digits.size(); i-- > 0; number >>= 4) {
    digits[i] = "0123456789abcdef"[number & 15];
  }
  return Cat(name, "/", digits);
}
bool ReadPartName(std::string_view part, uint64_t* number) {
  const std::string_view digits = part.substr(part.find('/') + 1);
  const char* const end = digits.data() + digits.size();
  return std::from_chars(digits.data(), end, *number, 16).ptr == end;
}

// Members by groups of codes: a bit per person, without zero bytes at the end.
using Groups = std::map<uint64_t, std::string>;

void SetMember(uint64_t code, Groups* groups) {
  std::string& bits = (*groups)[code / kGroupPeople];
  const uint64_t bit = code % kGroupPeople;
  if (bits.size() <= bit / 8) bits.resize(bit / 8 + 1);
  bits[bit / 8] = static_cast<char>(static_cast<uint8_t>(bits[bit / 8]) | 1 << bit % 8);
}
uint8_t ByteAt(const std::string& bits, size_t index) {
  return index < bits.size() ? static_cast<uint8_t>(bits[index]) : 0;
}

struct Change {
  uint64_t person = 0;  // Code.
  bool entered = false;
};

// Those of one group, by code.
void Compare(uint64_t group, const std::string& before, const std::string& after,
             std::vector<Change>* changes) {
  for (size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
    const uint8_t now = ByteAt(after, i);
    const uint8_t changed = ByteAt(before, i) ^ now;
    for (int bit = 0; bit < 8; ++bit) {
      if ((changed >> bit & 1) == 0) continue;
      changes->push_back({.person = group * kGroupPeople + i * 8 + bit,
                          .entered = (now >> bit & 1) != 0});
    }
  }
}

// Changes found at one time, at most kBatchMax, by rising code.
struct Batch {
  uint64_t first = 0;  // Number of the first change.
  int64_t at_ms = 0;
  std::vector<Change> changes;

  std::string Encode() const {
    std::string out(1, static_cast<char>(kVersion));
    store::PutZigZag(out, at_ms);
    store::PutVarint(out, changes.size());
    uint64_t last = 0;
    for (const Change& change : changes) {
      store::PutVarint(out, (change.person - last) << 1 | (change.entered ? 1 : 0));
      last = change.person;
    }
    return out;
  }
  bool Decode(std::string_view part, std::string_view row) {
    Reader reader(row);
    if (!ReadPartName(part, &first) || reader.Byte() != kVersion) return false;
    at_ms = reader.SignedVarint();
    changes.resize(reader.Count());
    uint64_t last = 0;
    for (Change& change : changes) {
      const uint64_t word = reader.Varint();
      change = {.person = last += word >> 1, .entered = (word & 1) != 0};
    }
    return reader.ok() && reader.done();
  }
};

// The ids of people by code; those who were forgotten are not among them.
absl::StatusOr<std::map<uint64_t, std::string>> IdsOf(const store::Snapshot& snapshot,
                                                      std::vector<uint64_t> codes) {
  std::map<uint64_t, std::string> ids;
  if (codes.empty()) return ids;
  std::sort(codes.begin(), codes.end());
  FOOTFALL_RETURN_IF_ERROR(query::VisitNames(
      snapshot, codes.front(), codes.back() + 1, [&](uint64_t code, std::string_view id) {
        if (std::binary_search(codes.begin(), codes.end(), code)) ids.emplace(code, id);
        return absl::OkStatus();
      }));
  return ids;
}

}  // namespace

struct Segments::Feed {
  int64_t begun_ms = 0;
  uint64_t next = 1;  // Number of the next change; the first one is 1.
  std::vector<Batch> batches;

  uint64_t oldest() const { return batches.empty() ? next : batches.front().first; }
  std::string Cursor(uint64_t number) const { return Cat(begun_ms, "-", number); }
  std::string Encode() const {
    std::string out(1, static_cast<char>(kVersion));
    store::PutZigZag(out, begun_ms);
    store::PutVarint(out, next);
    return out;
  }
  // The number of the change that `cursor` names.
  absl::StatusOr<uint64_t> Find(const std::string& cursor) const {
    const absl::Status bad = InvalidAt("$.after", "is not a cursor of this segment");
    const size_t dash = cursor.rfind('-');
    if (dash == std::string::npos || dash == 0) return bad;
    int64_t begun = 0;
    uint64_t number = 0;
    const char* const middle = cursor.data() + dash;
    const char* const end = cursor.data() + cursor.size();
    if (std::from_chars(cursor.data(), middle, begun).ptr != middle ||
        std::from_chars(middle + 1, end, number).ptr != end || middle + 1 == end) {
      return bad;
    }
    if (begun == begun_ms && number >= next) return bad;
    if (begun == begun_ms && number + 1 >= oldest()) return number;
    absl::Status gone = base::MakeError(
        absl::StatusCode::kOutOfRange,
        "the changes after this cursor are no longer kept: ask for a new cursor and for "
        "the people in the segment");
    return base::WithPathPrefix("$.after", gone);
  }
};

absl::StatusOr<std::optional<Segments::Feed>> Segments::LoadFeed(
    std::string_view name) const {
  const absl::StatusOr<std::string> row = store_.GetDocument(kFeedKind, name);
  if (absl::IsNotFound(row.status())) return std::optional<Feed>();
  FOOTFALL_RETURN_IF_ERROR(row.status());
  Feed feed;
  Reader reader(*row);
  const bool known = reader.Byte() == kVersion;
  feed.begun_ms = reader.SignedVarint();
  feed.next = reader.Varint();
  if (!known || !reader.ok() || !reader.done()) return Damaged(name);
  const std::string prefix = Cat(name, "/");
  FOOTFALL_ASSIGN_OR_RETURN(const auto parts,
                            store_.ListDocuments(kChangesKind, {.prefix = prefix}));
  for (const auto& [part, text] : parts) {
    feed.batches.emplace_back();
    if (!feed.batches.back().Decode(part, text)) return Damaged(name);
  }
  return std::optional<Feed>(std::move(feed));
}

absl::StatusOr<Segments::Feed> Segments::Advance(std::string_view name,
                                                 const store::Snapshot& snapshot,
                                                 const SegmentRunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<Feed> known, LoadFeed(name));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<uint64_t> members,
                            Members(name, snapshot, options));
  const bool begins = !known.has_value();
  Feed feed = begins ? Feed{.begun_ms = options.now_ms} : *std::move(known);

  Groups before;
  Groups after;
  for (const uint64_t code : members) SetMember(code, &after);
  const std::string prefix = Cat(name, "/");
  FOOTFALL_ASSIGN_OR_RETURN(const auto stored,
                            store_.ListDocuments(kMembersKind, {.prefix = prefix}));
  for (const auto& [part, bits] : stored) {
    uint64_t group = 0;
    if (!ReadPartName(part, &group)) return Damaged(name);
    before[group] = bits;
    after.try_emplace(group);
  }
  std::vector<store::DocumentChange> writes;
  std::vector<Change> changes;
  for (const auto& [group, bits] : after) {
    if (bits == before[group]) continue;
    Compare(group, before[group], bits, &changes);
    writes.push_back({std::string(kMembersKind), PartName(name, group),
                      bits.empty() ? std::nullopt : std::optional(bits)});
  }
  if (begins) changes.clear();
  // Whoever was forgotten has not left.
  std::vector<uint64_t> left;
  for (const Change& change : changes) {
    if (!change.entered) left.push_back(change.person);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const auto ids, IdsOf(snapshot, std::move(left)));
  std::erase_if(changes, [&ids](const Change& change) {
    return !change.entered && !ids.contains(change.person);
  });
  for (size_t i = 0; i < changes.size(); i += kBatchMax) {
    const size_t end = std::min(changes.size(), i + kBatchMax);
    Batch batch{.first = feed.next, .at_ms = options.now_ms};
    batch.changes.assign(changes.begin() + i, changes.begin() + end);
    feed.next += batch.changes.size();
    writes.push_back(
        {std::string(kChangesKind), PartName(name, batch.first), batch.Encode()});
    feed.batches.push_back(std::move(batch));
  }
  const auto kept =
      std::find_if(feed.batches.begin(), feed.batches.end(), [&](const Batch& batch) {
        const uint64_t end = batch.first + batch.changes.size();
        return end + kKeptMax > feed.next && batch.at_ms >= options.now_ms - kKeptMs;
      });
  for (auto batch = feed.batches.begin(); batch != kept; ++batch) {
    writes.push_back(
        {std::string(kChangesKind), PartName(name, batch->first), std::nullopt});
  }
  feed.batches.erase(feed.batches.begin(), kept);
  if (begins || !changes.empty()) {
    writes.push_back({std::string(kFeedKind), std::string(name), feed.Encode()});
  }
  FOOTFALL_RETURN_IF_ERROR(store_.WriteDocuments(writes));
  return feed;
}

absl::StatusOr<Json> Segments::Changes(std::string_view name,
                                       const SegmentRunOptions& options) {
  const std::lock_guard alone(change_mutex_);
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const store::Snapshot> snapshot,
                            store_.TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(
      report::RefusePeople(snapshot->settings(), "the changes of a segment"));
  FOOTFALL_ASSIGN_OR_RETURN(const Feed feed, Advance(name, *snapshot, options));
  uint64_t cursor = feed.next - 1;
  if (options.after.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(cursor, feed.Find(*options.after));
  }
  struct Numbered {
    uint64_t number = 0;
    int64_t at_ms = 0;
    Change change;
  };
  std::vector<Numbered> found;
  bool more = false;
  std::vector<uint64_t> codes;
  for (const Batch& batch : feed.batches) {
    for (size_t i = 0; i < batch.changes.size() && !more; ++i) {
      const uint64_t number = batch.first + i;
      if (number <= cursor) continue;
      more = found.size() == options.limit;
      if (more) break;
      found.push_back({number, batch.at_ms, batch.changes[i]});
      codes.push_back(batch.changes[i].person);
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(const auto ids, IdsOf(*snapshot, std::move(codes)));
  Json list = Json::MakeArray();
  for (const Numbered& row : found) {
    cursor = row.number;
    const auto id = ids.find(row.change.person);
    if (id == ids.end()) continue;
    Json change = Json::MakeObject();
    change.Set("cursor", feed.Cursor(row.number));
    change.Set("person", id->second);
    change.Set("change", row.change.entered ? "entered" : "left");
    change.Set("at", base::FormatTime(row.at_ms));
    list.Push(std::move(change));
  }
  Json out = Json::MakeObject();
  out.Set("segment", name);
  out.Set("now", base::FormatTime(options.now_ms));
  out.Set("changes", std::move(list));
  out.Set("cursor", feed.Cursor(cursor));
  out.Set("more", more);
  return out;
}

absl::Status Segments::DeleteFeed(std::string_view name,
                                  std::vector<store::DocumentChange>* changes) const {
  changes->push_back({std::string(kFeedKind), std::string(name), std::nullopt});
  const std::string prefix = Cat(name, "/");
  for (const std::string_view kind : {kMembersKind, kChangesKind}) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto parts,
                              store_.ListDocuments(kind, {.prefix = prefix}));
    for (const auto& [part, text] : parts) {
      changes->push_back({std::string(kind), part, std::nullopt});
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::runtime
