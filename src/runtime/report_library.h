// The saved reports of a store: definitions and views by name, with what they were
// before.
#ifndef FOOTFALL_RUNTIME_REPORT_LIBRARY_H_
#define FOOTFALL_RUNTIME_REPORT_LIBRARY_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "report/report.h"
#include "store/event_store.h"

namespace footfall::runtime {

// So many revisions of a report are kept, the latest.
inline constexpr size_t kRevisionsMax = 100;

// Which reports to list; absent parts do not matter.
struct ReportFilter {
  std::optional<std::string> tag;  // "integration_x" is "integrations_x".
  std::optional<bool> favourite;
  std::optional<std::string> base;  // Views that rest on it directly.
};

// {"tag", "favourite", "base"}, all optional. INVALID_ARGUMENT with a path.
absl::StatusOr<ReportFilter> ParseReportFilter(const base::Json& json);

// Thread-safe. Each change is one durable atom.
class ReportLibrary {
 public:
  // `store` must outlive it.
  explicit ReportLibrary(store::EventStore& store) : store_(store) {}

  // Checks a definition or view and saves it under its name; what was there before stays
  // as a revision. Saving the same again changes nothing. INVALID_ARGUMENT with a path,
  // NOT_FOUND at "$.base".
  absl::Status Save(const base::Json& definition, int64_t now_ms);

  // Deletes a report, its revisions and its mark as a favourite. NOT_FOUND;
  // INVALID_ARGUMENT for a built-in one; FAILED_PRECONDITION while views rest on it.
  absl::Status Delete(std::string_view name);

  // The definition of a built-in or saved report, as of `revision` if given. NOT_FOUND.
  absl::StatusOr<base::Json> Show(std::string_view name) const;
  absl::StatusOr<base::Json> ShowRevision(std::string_view name, int64_t revision) const;

  // {"report", "revisions": [{"revision", "saved_at", "title", "current"}]}, the latest
  // first. "saved_at" is null where it was not kept. NOT_FOUND.
  absl::StatusOr<base::Json> History(std::string_view name) const;

  // Saves a former revision anew, as the latest. NOT_FOUND.
  absl::Status Restore(std::string_view name, int64_t revision, int64_t now_ms);

  // Saves a copy of a report as `new_name` and answers it. A built-in one becomes a view
  // of it, with `parameters` (an object), which are put over those of a view too.
  // ALREADY_EXISTS; NOT_FOUND; INVALID_ARGUMENT with a path.
  absl::StatusOr<base::Json> Clone(std::string_view name, std::string_view new_name,
                                   const base::Json& parameters, int64_t now_ms);

  // Marks a built-in or saved report as a favourite, or not. NOT_FOUND.
  absl::Status SetFavourite(std::string_view name, bool favourite);

  // {"reports": [{"name", "title", "kind", "tags", "builtin", "base", "favourite"}]},
  // sorted by name. "base" is null unless it is a view, whose kind is that of its base.
  absl::StatusOr<base::Json> List(const ReportFilter& filter = {}) const;

  // Compiles the built-in or saved report `name`, or a definition or view. NOT_FOUND.
  absl::StatusOr<report::Compiled> Compile(std::string_view name,
                                           const report::RunOptions& options) const;
  absl::StatusOr<report::Compiled> CompileDefinition(
      const base::Json& definition, const report::RunOptions& options) const;

 private:
  struct Revision {
    int64_t number = 0;
    base::Json saved_at;
    base::Json definition;
  };

  absl::StatusOr<base::Json> Load(std::string_view name) const;
  // Rising; a report without any has one that was saved before revisions were kept.
  absl::StatusOr<std::vector<Revision>> Revisions(std::string_view name) const;
  absl::Status Check(const base::Json& definition) const;
  // Requires mutex_.
  absl::Status Write(const base::Json& definition, int64_t now_ms);
  absl::StatusOr<report::Compiled> CompileAt(const base::Json& definition,
                                             const report::RunOptions& options,
                                             int depth) const;
  absl::StatusOr<report::Compiled> CompileNamed(std::string_view name,
                                                const report::RunOptions& options,
                                                int depth) const;
  // The kind of a definition, for a view that of what it rests on; null when that is
  // gone.
  base::Json KindOf(const base::Json& definition) const;

  store::EventStore& store_;
  std::mutex mutex_;  // Held by changes, which read before they write.
};

// Whether `name` is that of a built-in report.
bool IsBuiltIn(std::string_view name);

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_REPORT_LIBRARY_H_
