#include "capture/leak_test.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "capture/counters_json.h"
#include "capture/splitter.h"

namespace footfall::capture {
namespace {

constexpr size_t kCharactersMin = 4;
constexpr size_t kCanaryBytesMax = size_t{8} << 10;
constexpr size_t kPlacesMax = 1000;

size_t Characters(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

absl::StatusOr<Canary> ReadCanary(const base::Json& entry, const std::string& path,
                                  size_t number) {
  Canary canary;
  canary.id = base::Cat("#", number);
  std::string text_path = path;
  const base::Json* text = &entry;
  if (entry.is_object()) {
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(entry, path, {"id", "text"}));
    text = entry.Find("text");
    text_path += ".text";
    if (text == nullptr) return base::InvalidAt(text_path, "is missing");
    if (const base::Json* id = entry.Find("id")) {
      if (!id->is_string() || id->as_string().empty()) {
        return base::InvalidAt(path + ".id", "must be a string that is not empty");
      }
      canary.id = id->as_string();
    }
  }
  if (!text->is_string()) return base::InvalidAt(text_path, "must be a string");
  canary.text = text->as_string();
  if (Characters(canary.text) < kCharactersMin) {
    return base::InvalidAt(text_path, "a canary needs at least 4 characters");
  }
  if (canary.text.size() > kCanaryBytesMax) {
    return base::InvalidAt(text_path, "a canary is over 8 KiB");
  }
  return canary;
}

// Notes that a canary is there at all.
class Presence : public LeakSink {
 public:
  explicit Presence(size_t canaries) : seen_(canaries) {}

  void OnLeak(uint32_t canary, LeakForm, std::string_view) override {
    if (!seen_[canary]) ++count_;
    seen_[canary] = true;
  }
  bool seen(size_t canary) const { return seen_[canary]; }
  size_t count() const { return count_; }

 private:
  std::vector<bool> seen_;
  size_t count_ = 0;
};

bool HoldsAny(const LeakPatterns& patterns, std::string_view text) {
  Presence presence(patterns.canaries());
  LeakSearch search(patterns, presence);
  search.Search(base::Json(text).Dump());
  return presence.count() > 0;
}

}  // namespace

absl::StatusOr<std::vector<Canary>> ParseCanaries(std::string_view json) {
  FOOTFALL_ASSIGN_OR_RETURN(const base::Json list, base::Json::Parse(json));
  if (!list.is_array()) {
    return base::InvalidAt("$", "must be an array of strings or of {\"id\",\"text\"}");
  }
  if (list.as_array().empty()) return base::InvalidAt("$", "there are no canaries");
  std::vector<Canary> canaries;
  std::set<std::string> ids;
  const auto path = [](size_t i) { return base::Cat("$[", i, "]"); };
  for (size_t i = 0; i < list.as_array().size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(Canary canary,
                              ReadCanary(list.as_array()[i], path(i), i + 1));
    if (!ids.insert(canary.id).second) {
      return base::InvalidAt(path(i) + ".id", "is the id of an earlier canary");
    }
    canaries.push_back(std::move(canary));
  }
  const LeakPatterns patterns(canaries);
  for (size_t i = 0; i < canaries.size(); ++i) {
    if (HoldsAny(patterns, canaries[i].id)) {
      return base::InvalidAt(path(i) + ".id",
                             "holds a canary; it would stand in the report");
    }
  }
  return canaries;
}

class LeakTest::Impl : private RecordingSink, private SplitterSink, private LeakSink {
 public:
  Impl(const Policy& policy, const StreamOptions& options,
       const std::vector<Canary>& canaries)
      : canaries_(canaries),
        patterns_(canaries),
        present_(canaries.size()),
        survived_(canaries.size()),
        raw_search_(patterns_, present_),
        search_(patterns_, *this),
        raw_splitter_(std::max(kEventBytesLimit, options.event_bytes_max), *this),
        filter_(policy, options, *this) {}

  void Write(std::string_view bytes) {
    if (present_.count() < canaries_.size()) raw_splitter_.Write(bytes);
    filter_.Write(bytes);
  }

  void Finish() {
    if (present_.count() < canaries_.size()) raw_splitter_.Finish();
    filter_.Finish();
  }

  base::Json Report() const {
    base::Json out = base::Json::MakeObject();
    out.Set("canaries", static_cast<uint64_t>(canaries_.size()));
    out.Set("survived", Ids(survived_, true));
    out.Set("places", base::Json(places_));
    out.Set("places_omitted", places_omitted_);
    out.Set("void", Ids(present_, false));
    out.Set("counters", CountersToJson(filter_.counters(), {}));
    return out;
  }

 private:
  void OnEventText(std::string_view text, size_t, const EventPosition&) override {
    raw_search_.Search(text);
  }
  void OnBadText(std::string_view, const EventPosition&) override {}

  void OnRecordingEvent(std::string_view json, const InputPosition& position) override {
    position_ = position;
    search_.Search(json);
  }

  void OnLeak(uint32_t canary, LeakForm form, std::string_view path) override {
    survived_.OnLeak(canary, form, path);
    if (places_.size() == kPlacesMax) {
      ++places_omitted_;
      return;
    }
    base::Json place = base::Json::MakeObject();
    place.Set("canary", canaries_[canary].id);
    place.Set("encoding", LeakFormName(form));
    place.Set("event", position_.index);
    place.Set("line", position_.line);
    place.Set("path", path);
    places_.push_back(std::move(place));
  }

  // The ids of the canaries that `presence` saw, or did not see.
  base::Json Ids(const Presence& presence, bool seen) const {
    base::Json ids = base::Json::MakeArray();
    for (size_t i = 0; i < canaries_.size(); ++i) {
      if (presence.seen(i) == seen) ids.Push(canaries_[i].id);
    }
    return ids;
  }

  const std::vector<Canary> canaries_;
  const LeakPatterns patterns_;
  Presence present_;
  Presence survived_;
  LeakSearch raw_search_;
  LeakSearch search_;
  Splitter raw_splitter_;
  StreamFilter filter_;
  InputPosition position_;  // Of the event that is searched.
  base::Json::Array places_;
  uint64_t places_omitted_ = 0;
};

LeakTest::LeakTest(const Policy& policy, const StreamOptions& options,
                   const std::vector<Canary>& canaries)
    : impl_(std::make_unique<Impl>(policy, options, canaries)) {}

LeakTest::~LeakTest() = default;

void LeakTest::Write(std::string_view bytes) { impl_->Write(bytes); }

void LeakTest::Finish() { impl_->Finish(); }

base::Json LeakTest::Report() const { return impl_->Report(); }

}  // namespace footfall::capture
