/// \file
/// A thin C++20 layer over the C ABI: handles that free themselves, results instead of
/// out parameters. Header only; needs nothing but the standard library and libfootfall.
///
/// Nothing here throws. A call that can fail answers a Result<T>; look at ok() first.
///
///     auto store = footfall::Store::Open("shop.footfall");
///     if (!store.ok()) return Report(store.error());
///     auto table = store->RunReport("logins");
///     if (!table.ok()) return Report(table.error());
///     auto csv = table->Format(FOOTFALL_FORMAT_CSV);
///     if (csv.ok()) std::cout << csv->view();
///
/// Threads and ownership are those of the C functions, which each comment names.
#ifndef FOOTFALL_FOOTFALL_HPP_
#define FOOTFALL_FOOTFALL_HPP_

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "footfall/footfall.h"

namespace footfall {

/// Why a call failed: footfall_error as a value.
struct Error {
  /// FOOTFALL_INVALID_ARGUMENT and so on; never FOOTFALL_OK.
  footfall_status code = FOOTFALL_UNKNOWN;
  /// Human-readable; never holds a secret.
  std::string message;
  /// For input errors the place in the document, such as "$.rows[0]"; empty if unknown.
  std::string path;
  /// For input errors the 0-based byte offset into the input; -1 if unknown.
  int64_t byte = -1;

  /// Name of the code, such as "INVALID_ARGUMENT".
  const char* code_name() const { return footfall_status_name(code); }
};

/// A value, or the error that explains why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The error; a process that asks for it when ok() is aborted.
  const Error& error() const { return Get<1>(state_); }
  /// The value; a process that asks for it when not ok() is aborted.
  T& value() & { return Get<0>(state_); }
  const T& value() const& { return Get<0>(state_); }
  T&& value() && { return std::move(Get<0>(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

 private:
  template <size_t kIndex, typename State>
  static auto& Get(State& state) {
    auto* held = std::get_if<kIndex>(&state);
    if (held == nullptr) std::abort();
    return *held;
  }

  std::variant<T, Error> state_;
};

/// The outcome of a call that has no value.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  /// The error; a process that asks for it when ok() is aborted.
  const Error& error() const {
    if (ok()) std::abort();
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

namespace internal {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};

template <typename T, auto kFree>
using Handle = std::unique_ptr<T, Free<kFree>>;

/// Turns the status and the error of a C call into an Error.
inline Error TakeError(footfall_status status, footfall_error* raw) {
  const Handle<footfall_error, footfall_error_free> error(raw);
  Error out;
  out.code = status;
  if (error == nullptr) {
    out.message = footfall_status_name(status);
    return out;
  }
  if (const char* message = footfall_error_message(raw)) out.message = message;
  if (const char* path = footfall_error_path(raw)) out.path = path;
  out.byte = footfall_error_byte(raw);
  return out;
}

/// Calls `call(footfall_error**)`.
template <typename Call>
Status Invoke(Call call) {
  footfall_error* error = nullptr;
  const footfall_status status = call(&error);
  if (status != FOOTFALL_OK) return TakeError(status, error);
  return {};
}

/// Calls `call(Raw** out, footfall_error**)` and wraps what it hands out.
template <typename Wrapper, typename Raw, typename Call>
Result<Wrapper> Make(Call call) {
  Raw* raw = nullptr;
  footfall_error* error = nullptr;
  const footfall_status status = call(&raw, &error);
  if (status != FOOTFALL_OK) return TakeError(status, error);
  return Wrapper(raw);
}

inline const char* OrNull(const std::optional<std::string>& text) {
  return text.has_value() ? text->c_str() : nullptr;
}

}  // namespace internal

/// Version of the loaded library, "major.minor.patch" (footfall_version_string).
inline std::string_view VersionString() { return footfall_version_string(); }
/// Version of the loaded library as FOOTFALL_VERSION_NUMBER (footfall_version_number).
inline int32_t VersionNumber() { return footfall_version_number(); }

/// Bytes owned by the library (footfall_buffer). Text is UTF-8.
class Buffer {
 public:
  Buffer() = default;
  /// Takes ownership.
  explicit Buffer(footfall_buffer* raw) : handle_(raw) {}

  /// The bytes, valid as long as this object; a NUL follows them.
  std::string_view view() const {
    if (handle_ == nullptr) return "";
    return {footfall_buffer_data(get()), footfall_buffer_size(get())};
  }
  std::string str() const { return std::string(view()); }
  footfall_buffer* get() const { return handle_.get(); }

 private:
  internal::Handle<footfall_buffer, footfall_buffer_free> handle_;
};

namespace internal {

/// Calls `call(footfall_buffer** out, footfall_error**)`.
template <typename Call>
Result<Buffer> MakeBuffer(Call call) {
  return Make<Buffer, footfall_buffer>(std::move(call));
}

}  // namespace internal

/// Cancellation, with an optional deadline, of long calls (footfall_cancel). Thread-safe.
class Cancel {
 public:
  /// An empty token: passed to a call, it means that the call cannot be cancelled.
  Cancel() = default;
  /// Takes ownership.
  explicit Cancel(footfall_cancel* raw) : handle_(raw) {}

  /// `timeout_ms` counts from now; 0 means no deadline (footfall_cancel_new).
  static Result<Cancel> Make(int64_t timeout_ms = 0) {
    return internal::Make<Cancel, footfall_cancel>([&](auto** out, auto** error) {
      return footfall_cancel_new(timeout_ms, out, error);
    });
  }
  /// May be called from any thread and from a signal handler (footfall_cancel_request).
  void Request() const { footfall_cancel_request(get()); }
  footfall_cancel* get() const { return handle_.get(); }

 private:
  internal::Handle<footfall_cancel, footfall_cancel_free> handle_;
};

/// A compiled privacy policy (footfall_policy). Immutable and thread-safe.
class Policy {
 public:
  /// An empty handle: the DEFAULT policy wherever a policy is asked for.
  Policy() = default;
  /// Takes ownership.
  explicit Policy(footfall_policy* raw) : handle_(raw) {}

  /// Compiles a policy file (footfall_policy_parse).
  static Result<Policy> Parse(std::string_view json) {
    return internal::Make<Policy, footfall_policy>([&](auto** out, auto** error) {
      return footfall_policy_parse(json.data(), json.size(), out, error);
    });
  }
  /// {"findings":[{"path","severity","message"}]} (footfall_policy_lint). Needs a parsed
  /// policy.
  Result<Buffer> Lint() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_policy_lint(get(), out, error);
    });
  }
  /// What the policy does to events, by rule and without their values
  /// (footfall_policy_explain).
  Result<Buffer> Explain(std::string_view events) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_policy_explain(get(), events.data(), events.size(), out, error);
    });
  }
  footfall_policy* get() const { return handle_.get(); }

 private:
  internal::Handle<footfall_policy, footfall_policy_free> handle_;
};

struct FilterOptions {
  /// FOOTFALL_LEVEL_*; 0 means FOOTFALL_LEVEL_PLAYBACK.
  int32_t level = 0;
  /// FOOTFALL_INPUT_*.
  int32_t format = FOOTFALL_INPUT_EVENTS;
  /// Largest event in bytes; 0 means 1 MiB, for recordings 64 MiB.
  uint64_t event_bytes_max = 0;
};

namespace internal {

inline footfall_filter_options ToRaw(const FilterOptions& options) {
  footfall_filter_options raw = FOOTFALL_FILTER_OPTIONS_INIT;
  raw.level = options.level;
  raw.format = options.format;
  raw.event_bytes_max = options.event_bytes_max;
  return raw;
}

inline const uint8_t* KeyBytes(std::string_view key) {
  return reinterpret_cast<const uint8_t*>(key.data());
}

}  // namespace internal

/// The streaming privacy filter (footfall_filter). Not thread-safe.
class Filter {
 public:
  /// Takes ownership.
  explicit Filter(footfall_filter* raw) : handle_(raw) {}

  /// An empty `policy` is the DEFAULT policy (footfall_filter_new).
  static Result<Filter> Make(const Policy& policy = {},
                             const FilterOptions& options = {}) {
    const footfall_filter_options raw = internal::ToRaw(options);
    return internal::Make<Filter, footfall_filter>([&](auto** out, auto** error) {
      return footfall_filter_new(policy.get(), &raw, out, error);
    });
  }
  /// A filter of a recording that goes on where Save was called
  /// (footfall_filter_restore). `key` has FOOTFALL_STATE_KEY_BYTES bytes.
  static Result<Filter> Restore(std::string_view key, std::string_view state,
                                const Policy& policy = {},
                                const FilterOptions& options = {
                                    .format = FOOTFALL_INPUT_RRWEB}) {
    const footfall_filter_options raw = internal::ToRaw(options);
    return internal::Make<Filter, footfall_filter>([&](auto** out, auto** error) {
      return footfall_filter_restore(policy.get(), &raw, internal::KeyBytes(key),
                                     key.size(), state.data(), state.size(), out, error);
    });
  }
  /// Uses `policy` from the next event on; an empty one is the DEFAULT policy
  /// (footfall_filter_set_policy).
  Status SetPolicy(const Policy& policy) {
    return internal::Invoke([&](auto** error) {
      return footfall_filter_set_policy(get(), policy.get(), error);
    });
  }
  /// What the filter of a recording knows of its page, sealed under `key`
  /// (footfall_filter_save).
  Result<Buffer> Save(std::string_view key) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_filter_save(get(), internal::KeyBytes(key), key.size(), out, error);
    });
  }
  /// Takes the next bytes, cut anywhere; answers the filtered events that became
  /// complete, as NDJSON (footfall_filter_write).
  Result<Buffer> Write(std::string_view bytes) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_filter_write(get(), bytes.data(), bytes.size(), out, error);
    });
  }
  /// Ends the stream and answers what was held back (footfall_filter_finish).
  Result<Buffer> Finish() {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_filter_finish(get(), out, error);
    });
  }
  /// Counts so far, in the shape of an ingest result (footfall_filter_counters).
  Result<Buffer> Counters() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_filter_counters(get(), out, error);
    });
  }
  footfall_filter* get() const { return handle_.get(); }

 private:
  internal::Handle<footfall_filter, footfall_filter_free> handle_;
};

/// The leak test of one recording or stream of events (footfall_leak_search). Not
/// thread-safe.
class LeakSearch {
 public:
  /// Takes ownership.
  explicit LeakSearch(footfall_leak_search* raw) : handle_(raw) {}

  /// `canaries_json` is an array of strings or of {"id","text"}; an empty `policy` is the
  /// DEFAULT one (footfall_leak_search_new).
  static Result<LeakSearch> Make(std::string_view canaries_json,
                                 const Policy& policy = {},
                                 const FilterOptions& options = {}) {
    const footfall_filter_options raw = internal::ToRaw(options);
    return internal::Make<LeakSearch, footfall_leak_search>(
        [&](auto** out, auto** error) {
          return footfall_leak_search_new(policy.get(), &raw, canaries_json.data(),
                                          canaries_json.size(), out, error);
        });
  }
  /// Takes the next bytes of the recording, cut anywhere (footfall_leak_search_write).
  Status Write(std::string_view bytes) {
    return internal::Invoke([&](auto** error) {
      return footfall_leak_search_write(get(), bytes.data(), bytes.size(), error);
    });
  }
  /// Ends the recording and answers what survived, as JSON
  /// (footfall_leak_search_finish).
  Result<Buffer> Finish() {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_leak_search_finish(get(), out, error);
    });
  }
  footfall_leak_search* get() const { return handle_.get(); }

 private:
  internal::Handle<footfall_leak_search, footfall_leak_search_free> handle_;
};

/// The leak test of a recording in memory (footfall_leak_test).
inline Result<Buffer> RunLeakTest(std::string_view recording,
                                  std::string_view canaries_json,
                                  const Policy& policy = {},
                                  const FilterOptions& options = {}) {
  const footfall_filter_options raw = internal::ToRaw(options);
  return internal::MakeBuffer([&](auto** out, auto** error) {
    return footfall_leak_test(policy.get(), &raw, canaries_json.data(),
                              canaries_json.size(), recording.data(), recording.size(),
                              out, error);
  });
}

struct StoreOptions {
  /// FOOTFALL_OPEN_*; the default creates an absent store.
  int32_t mode = FOOTFALL_OPEN_READ_WRITE;
  /// Bound on memory; 0 means 256 MiB, the least is 16 MiB.
  uint64_t memory_budget_bytes = 0;
  /// Seals in a thread of the store's own instead of in calls that ingest.
  bool background_sealing = false;
  /// Receives (FOOTFALL_LOG_*, line) from any thread that uses the store and from its
  /// own. Must not throw nor call back into the store.
  std::function<void(int32_t, std::string_view)> log = {};
};

struct IngestOptions {
  /// Empty is the DEFAULT policy.
  const Policy* policy = nullptr;
  /// The present in milliseconds since 1970 UTC; 0 means the system clock.
  int64_t now_ms = 0;
  /// Outlives the call, for a stream the stream; may be null.
  const Cancel* cancel = nullptr;
  /// Name of the source for error entries.
  std::string source = {};
};

struct ReportOptions {
  /// Bounds of the range, RFC 3339 or a date; absent keeps the definition's.
  std::optional<std::string> from = {};
  std::optional<std::string> to = {};
  /// IANA name; absent keeps the definition's, else UTC.
  std::optional<std::string> timezone = {};
  /// JSON object of parameters of a built-in report.
  std::optional<std::string> parameters_json = {};
  /// The present in milliseconds since 1970 UTC; 0 means the system clock.
  int64_t now_ms = 0;
  /// May be null.
  const Cancel* cancel = nullptr;
  /// How many threads may compute, the calling one included; 0 and 1 start none.
  uint32_t threads = 0;
  /// A saved segment; absent means all people.
  std::optional<std::string> segment = {};
  /// JSON of a rule: only events that satisfy it.
  std::optional<std::string> where_json = {};
  /// Adds what there was in the period before, as previous_X and change_X.
  bool compare = false;
};

/// What asking for the people or changes of a segment takes; see
/// footfall_segment_people.
struct SegmentOptions {
  /// JSON object of after, limit and threads.
  std::optional<std::string> options_json = {};
  /// The present in milliseconds since 1970 UTC; 0 means the system clock.
  int64_t now_ms = 0;
  /// May be null.
  const Cancel* cancel = nullptr;
};

struct ExportOptions {
  /// A rule over single events; absent means all events.
  std::optional<std::string> rule_json = {};
  /// Bounds of the events' time, RFC 3339 or a date; absent means none.
  std::optional<std::string> from = {};
  std::optional<std::string> to = {};
  /// IANA name; absent means UTC.
  std::optional<std::string> timezone = {};
  /// The present in milliseconds since 1970 UTC; 0 means the system clock.
  int64_t now_ms = 0;
  /// May be null.
  const Cancel* cancel = nullptr;
};

/// How FOOTFALL_FORMAT_CHART is drawn.
struct FormatOptions {
  /// Cells of the terminal that a line may take, at least 40; 0 means 80.
  uint32_t width = 0;
  /// With ASCII alone.
  bool ascii = false;
};

/// A computed table (footfall_result). Immutable, thread-safe, outlives its store.
class Table {
 public:
  /// Takes ownership.
  explicit Table(footfall_result* raw) : handle_(raw) {}

  /// One of FOOTFALL_FORMAT_* (footfall_result_format).
  Result<Buffer> Format(int32_t format) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_result_format(get(), format, out, error);
    });
  }
  /// The same with options (footfall_result_format_with).
  Result<Buffer> Format(int32_t format, const FormatOptions& options) const {
    footfall_format_options raw = FOOTFALL_FORMAT_OPTIONS_INIT;
    raw.width = options.width;
    raw.ascii = options.ascii ? 1 : 0;
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_result_format_with(get(), format, &raw, out, error);
    });
  }
  /// Fills `out` with an Arrow C stream that may outlive this object
  /// (footfall_result_stream). The caller calls out->release.
  Status Stream(ArrowArrayStream* out) const {
    return internal::Invoke(
        [&](auto** error) { return footfall_result_stream(get(), out, error); });
  }
  /// The total row as a table of one row; FOOTFALL_NOT_FOUND without one
  /// (footfall_result_total).
  Result<Table> Total() const {
    return internal::Make<Table, footfall_result>([&](auto** out, auto** error) {
      return footfall_result_total(get(), out, error);
    });
  }
  /// Number of rows (footfall_result_row_count).
  uint64_t row_count() const { return footfall_result_row_count(get()); }
  /// Execution statistics as JSON (footfall_result_stats).
  Result<Buffer> Stats() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_result_stats(get(), out, error);
    });
  }
  footfall_result* get() const { return handle_.get(); }

 private:
  internal::Handle<footfall_result, footfall_result_free> handle_;
};

/// A stream of events of any size into a store (footfall_ingest). Not thread-safe.
class Ingest {
 public:
  /// Takes ownership.
  explicit Ingest(footfall_ingest* raw) : handle_(raw) {}

  /// Takes the next bytes, cut anywhere (footfall_ingest_write).
  Status Write(std::string_view bytes) {
    return internal::Invoke([&](auto** error) {
      return footfall_ingest_write(get(), bytes.data(), bytes.size(), error);
    });
  }
  /// Events stored so far and durable (footfall_ingest_acknowledged).
  uint64_t acknowledged() const { return footfall_ingest_acknowledged(get()); }
  /// Stores what remains (footfall_ingest_finish). `result`, if not null, is filled also
  /// when the call fails, with what was stored until then.
  Status Finish(Buffer* result) {
    footfall_buffer* raw = nullptr;
    Status status = internal::Invoke(
        [&](auto** error) { return footfall_ingest_finish(get(), &raw, error); });
    Buffer buffer(raw);
    if (result != nullptr) *result = std::move(buffer);
    return status;
  }
  footfall_ingest* get() const { return handle_.get(); }

 private:
  internal::Handle<footfall_ingest, footfall_ingest_free> handle_;
};

/// A CSV file of attributes into a store (footfall_attributes_import). Not thread-safe.
class AttributesImport {
 public:
  /// Takes ownership.
  explicit AttributesImport(footfall_attributes_import* raw) : handle_(raw) {}

  /// Takes the next bytes, cut anywhere (footfall_attributes_import_write).
  Status Write(std::string_view bytes) {
    return internal::Invoke([&](auto** error) {
      return footfall_attributes_import_write(get(), bytes.data(), bytes.size(), error);
    });
  }
  /// Stores what remains (footfall_attributes_import_finish). `result`, if not null, is
  /// filled also when the call fails, with what was stored until then.
  Status Finish(Buffer* result) {
    footfall_buffer* raw = nullptr;
    Status status = internal::Invoke([&](auto** error) {
      return footfall_attributes_import_finish(get(), &raw, error);
    });
    Buffer buffer(raw);
    if (result != nullptr) *result = std::move(buffer);
    return status;
  }
  footfall_attributes_import* get() const { return handle_.get(); }

 private:
  internal::Handle<footfall_attributes_import, footfall_attributes_import_free> handle_;
};

/// Carries a message (from, to, bytes) and answers an SMTP reply code.
using MailTransport =
    std::function<int32_t(std::string_view, std::string_view, std::string_view)>;

/// One folder that holds events, people and settings (footfall_store). Thread-safe.
class Store {
 public:
  /// Takes ownership.
  explicit Store(footfall_store* raw) : handle_(raw) {}

  /// Opens the store in directory `path` (footfall_store_open).
  static Result<Store> Open(const std::string& path, const StoreOptions& options = {}) {
    using Log = std::function<void(int32_t, std::string_view)>;
    footfall_store_options raw = FOOTFALL_STORE_OPTIONS_INIT;
    raw.mode = options.mode;
    raw.memory_budget_bytes = options.memory_budget_bytes;
    raw.background_sealing = options.background_sealing ? 1 : 0;
    if (options.log) {
      raw.log = [](int32_t severity, const char* message, void* payload) noexcept {
        (*static_cast<Log*>(payload))(severity, message);
      };
      raw.log_payload = new Log(options.log);
      raw.log_payload_free = [](void* payload) noexcept {
        delete static_cast<Log*>(payload);
      };
    }
    return internal::Make<Store, footfall_store>([&](auto** out, auto** error) {
      return footfall_store_open(path.c_str(), &raw, out, error);
    });
  }
  /// Closes and says what went wrong (footfall_store_close); the destructor closes too,
  /// silently.
  Status Close() {
    return internal::Invoke(
        [&](auto** error) { return footfall_store_close(get(), error); });
  }

  /// (footfall_settings_set)
  Status SetSetting(const std::string& key, const std::string& value) {
    return internal::Invoke([&](auto** error) {
      return footfall_settings_set(get(), key.c_str(), value.c_str(), error);
    });
  }
  /// All settings as one JSON object (footfall_settings_list).
  Result<Buffer> Settings() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_settings_list(get(), out, error);
    });
  }

  /// Filters and stores at most 64 MiB of events as one durable atom; answers the counts
  /// (footfall_store_ingest).
  Result<Buffer> IngestEvents(std::string_view data, const IngestOptions& options = {}) {
    const footfall_ingest_options raw = Raw(options);
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_store_ingest(get(), data.data(), data.size(), &raw, out, error);
    });
  }
  /// Starts a stream of events of any size (footfall_ingest_new).
  Result<Ingest> NewIngest(const IngestOptions& options = {}) {
    const footfall_ingest_options raw = Raw(options);
    return internal::Make<Ingest, footfall_ingest>([&](auto** out, auto** error) {
      return footfall_ingest_new(get(), &raw, out, error);
    });
  }

  /// One person with all attributes, as JSON (footfall_person_show).
  Result<Buffer> ShowPerson(const std::string& id) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_person_show(get(), id.c_str(), out, error);
    });
  }
  /// People by id as a table (footfall_person_list).
  Result<Table> ListPeople(const std::string& options_json = "{}", int64_t now_ms = 0,
                           const Cancel* cancel = nullptr) const {
    return internal::Make<Table, footfall_result>([&](auto** out, auto** error) {
      return footfall_person_list(get(), options_json.c_str(), now_ms, Raw(cancel), out,
                                  error);
    });
  }
  /// Hands everything that is stored about a person to `write` as pieces of one JSON
  /// document, on the calling thread (footfall_person_export). `write` answers false to
  /// stop, which makes the call answer FOOTFALL_CANCELLED, and must not throw.
  Status ExportPerson(const std::string& id,
                      const std::function<bool(std::string_view)>& write,
                      int64_t now_ms = 0, const Cancel* cancel = nullptr) const {
    const void* payload = &write;
    return internal::Invoke([&](auto** error) {
      return footfall_person_export(get(), id.c_str(), now_ms, Raw(cancel),
                                    &Store::Forward, const_cast<void*>(payload), error);
    });
  }
  /// Starts the import of a CSV file of attributes (footfall_attributes_import_new).
  /// `cancel` must outlive it.
  Result<AttributesImport> NewAttributesImport(const std::string& options_json,
                                               int64_t now_ms = 0,
                                               const Cancel* cancel = nullptr) {
    return internal::Make<AttributesImport, footfall_attributes_import>(
        [&](auto** out, auto** error) {
          return footfall_attributes_import_new(get(), options_json.c_str(), now_ms,
                                                Raw(cancel), out, error);
        });
  }
  /// {"attributes": [{"integration", "attribute", "type", "imported_at"}]}
  /// (footfall_attributes_list).
  Result<Buffer> ListAttributes() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_attributes_list(get(), out, error);
    });
  }
  /// Erases a person; answers the receipt as JSON (footfall_person_forget).
  Result<Buffer> ForgetPerson(const std::string& id) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_person_forget(get(), id.c_str(), out, error);
    });
  }
  /// Hands stored events to `write` as pieces of NDJSON, on the calling thread
  /// (footfall_events_export). `write` answers false to stop, which makes the call answer
  /// FOOTFALL_CANCELLED, and must not throw.
  Status ExportEvents(const std::function<bool(std::string_view)>& write,
                      const ExportOptions& options = {}) const {
    const void* payload = &write;
    const footfall_export_options raw = Raw(options);
    return internal::Invoke([&](auto** error) {
      return footfall_events_export(get(), &raw, &Store::Forward,
                                    const_cast<void*>(payload), error);
    });
  }

  /// Counts and sizes as JSON (footfall_store_stats).
  Result<Buffer> Stats() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_store_stats(get(), out, error);
    });
  }
  /// Verifies everything; {"ok", "problems", ...} (footfall_store_check).
  Result<Buffer> Check(const Cancel* cancel = nullptr) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_store_check(get(), Raw(cancel), out, error);
    });
  }
  /// Moves the events of the log into sealed chunks (footfall_store_seal).
  Result<Buffer> Seal(bool merge = false, const Cancel* cancel = nullptr) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_store_seal(get(), merge, Raw(cancel), out, error);
    });
  }
  /// Removes what data retention has expired (footfall_store_compact).
  Result<Buffer> Compact(int64_t now_ms = 0, const Cancel* cancel = nullptr) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_store_compact(get(), now_ms, Raw(cancel), out, error);
    });
  }
  /// Applies a stricter policy to what is stored; an empty one is the DEFAULT policy
  /// (footfall_store_redact).
  Result<Buffer> Redact(const Policy& policy, bool dry_run = false,
                        const Cancel* cancel = nullptr) {
    footfall_redact_options raw = FOOTFALL_REDACT_OPTIONS_INIT;
    raw.cancel = Raw(cancel);
    raw.dry_run = dry_run ? 1 : 0;
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_store_redact(get(), policy.get(), &raw, out, error);
    });
  }
  /// A consistent copy in the new directory `path` (footfall_store_backup).
  Status Backup(const std::string& path) const {
    return internal::Invoke(
        [&](auto** error) { return footfall_store_backup(get(), path.c_str(), error); });
  }
  /// Verifies a backup and copies it into the new directory `path`
  /// (footfall_store_restore).
  static Status Restore(const std::string& backup_path, const std::string& path) {
    return internal::Invoke([&](auto** error) {
      return footfall_store_restore(backup_path.c_str(), path.c_str(), error);
    });
  }
  /// Gives the key of 32 bytes for secrets (footfall_secrets_set_key).
  Status SetSecretsKey(std::string_view key) {
    return internal::Invoke([&](auto** error) {
      return footfall_secrets_set_key(get(), reinterpret_cast<const uint8_t*>(key.data()),
                                      key.size(), error);
    });
  }
  /// Runs what is due; {"runs", "next_due"} (footfall_run_due).
  Result<Buffer> RunDue(int64_t now_ms = 0, const Cancel* cancel = nullptr) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_run_due(get(), now_ms, Raw(cancel), out, error);
    });
  }
  /// The log of runs, of all jobs without `job` (footfall_run_list).
  Result<Buffer> ListRuns(const std::optional<std::string>& job = {},
                          uint32_t limit = 0) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_run_list(get(), internal::OrNull(job), limit, out, error);
    });
  }
  /// One run with its detail (footfall_run_show).
  Result<Buffer> ShowRun(const std::string& id) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_run_show(get(), id.c_str(), out, error);
    });
  }
  /// Starts the thread that runs what is due (footfall_scheduler_start).
  Status StartScheduler() {
    return internal::Invoke(
        [&](auto** error) { return footfall_scheduler_start(get(), error); });
  }
  /// Ends it (footfall_scheduler_stop).
  Status StopScheduler() {
    return internal::Invoke(
        [&](auto** error) { return footfall_scheduler_stop(get(), error); });
  }

  /// Saves a subscription under its name (footfall_subscription_save).
  Status SaveSubscription(std::string_view json, int64_t now_ms = 0) {
    return internal::Invoke([&](auto** error) {
      return footfall_subscription_save(get(), json.data(), json.size(), now_ms, error);
    });
  }
  /// (footfall_subscription_list)
  Result<Buffer> ListSubscriptions() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_subscription_list(get(), out, error);
    });
  }
  /// (footfall_subscription_show)
  Result<Buffer> ShowSubscription(const std::string& name) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_subscription_show(get(), name.c_str(), out, error);
    });
  }
  /// With its log (footfall_subscription_delete).
  Status DeleteSubscription(const std::string& name) {
    return internal::Invoke([&](auto** error) {
      return footfall_subscription_delete(get(), name.c_str(), error);
    });
  }
  /// Pauses or resumes it (footfall_subscription_pause).
  Status PauseSubscription(const std::string& name, bool paused, int64_t now_ms = 0) {
    return internal::Invoke([&](auto** error) {
      return footfall_subscription_pause(get(), name.c_str(), paused ? 1 : 0, now_ms,
                                         error);
    });
  }
  /// Sends it now; answers the run (footfall_subscription_run).
  Result<Buffer> RunSubscription(const std::string& name, int64_t now_ms = 0,
                                 const Cancel* cancel = nullptr) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_subscription_run(get(), name.c_str(), now_ms, Raw(cancel), out,
                                       error);
    });
  }
  /// Sends to a recipient again (footfall_subscription_restore).
  Status RestoreRecipient(const std::string& name, const std::string& address,
                          int64_t now_ms = 0) {
    return internal::Invoke([&](auto** error) {
      return footfall_subscription_restore(get(), name.c_str(), address.c_str(), now_ms,
                                           error);
    });
  }
  /// Whom a token of a mail belongs to; with `confirm` unsubscribes the recipient
  /// (footfall_subscription_unsubscribe).
  Result<Buffer> Unsubscribe(const std::string& token, bool confirm, int64_t now_ms = 0) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_subscription_unsubscribe(get(), token.c_str(), confirm ? 1 : 0,
                                               now_ms, out, error);
    });
  }
  /// Replaces the mail settings; without `password` keeps the one there is
  /// (footfall_mail_set).
  Status SetMail(std::string_view json, const char* password = nullptr) {
    return internal::Invoke([&](auto** error) {
      return footfall_mail_set(get(), json.data(), json.size(), password, error);
    });
  }
  /// The mail settings without the password (footfall_mail_show).
  Result<Buffer> ShowMail() const {
    return internal::MakeBuffer(
        [&](auto** out, auto** error) { return footfall_mail_show(get(), out, error); });
  }
  /// Sends mail through `send`, which answers an SMTP reply code and must not throw; an
  /// empty function goes back to SMTP (footfall_mail_set_transport).
  Status SetMailTransport(MailTransport send) {
    if (!send) {
      return internal::Invoke([&](auto** error) {
        return footfall_mail_set_transport(get(), nullptr, nullptr, nullptr, error);
      });
    }
    auto held = std::make_unique<MailTransport>(std::move(send));
    Status status = internal::Invoke([&](auto** error) {
      return footfall_mail_set_transport(
          get(),
          [](const char* from, const char* to, const char* message, size_t size,
             void* payload) noexcept -> int32_t {
            return (*static_cast<MailTransport*>(payload))(
                from, to, std::string_view(message, size));
          },
          held.get(),
          [](void* payload) noexcept { delete static_cast<MailTransport*>(payload); },
          error);
    });
    if (status.ok()) static_cast<void>(held.release());
    return status;
  }

  /// Counters since open (footfall_store_get_metrics).
  Result<footfall_store_metrics> Metrics() const {
    footfall_store_metrics metrics = FOOTFALL_STORE_METRICS_INIT;
    Status status = internal::Invoke(
        [&](auto** error) { return footfall_store_get_metrics(get(), &metrics, error); });
    if (!status.ok()) return status.error();
    return metrics;
  }

  /// Runs a built-in or saved report (footfall_report_run).
  Result<Table> RunReport(const std::string& name,
                          const ReportOptions& options = {}) const {
    const footfall_report_options raw = Raw(options);
    return internal::Make<Table, footfall_result>([&](auto** out, auto** error) {
      return footfall_report_run(get(), name.c_str(), &raw, out, error);
    });
  }
  /// Runs a definition without saving it (footfall_report_run_definition).
  Result<Table> RunDefinition(std::string_view json,
                              const ReportOptions& options = {}) const {
    const footfall_report_options raw = Raw(options);
    return internal::Make<Table, footfall_result>([&](auto** out, auto** error) {
      return footfall_report_run_definition(get(), json.data(), json.size(), &raw, out,
                                            error);
    });
  }
  /// Runs a report and tells how, as JSON (footfall_report_explain).
  Result<Buffer> ExplainReport(const std::string& name,
                               const ReportOptions& options = {}) const {
    const footfall_report_options raw = Raw(options);
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_explain(get(), name.c_str(), &raw, out, error);
    });
  }
  /// The same for a definition (footfall_report_explain_definition).
  Result<Buffer> ExplainDefinition(std::string_view json,
                                   const ReportOptions& options = {}) const {
    const footfall_report_options raw = Raw(options);
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_explain_definition(get(), json.data(), json.size(), &raw,
                                                out, error);
    });
  }
  /// Saves a definition under its name (footfall_report_save).
  Status SaveReport(std::string_view json) {
    return internal::Invoke([&](auto** error) {
      return footfall_report_save(get(), json.data(), json.size(), error);
    });
  }
  /// (footfall_report_delete)
  Status DeleteReport(const std::string& name) {
    return internal::Invoke(
        [&](auto** error) { return footfall_report_delete(get(), name.c_str(), error); });
  }
  /// A definition as JSON (footfall_report_show).
  Result<Buffer> ShowReport(const std::string& name) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_show(get(), name.c_str(), out, error);
    });
  }
  /// {"reports":[{"name","title","kind","tags","builtin"}]} (footfall_report_list).
  Result<Buffer> ListReports() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_list(get(), out, error);
    });
  }
  /// Those that a filter, a JSON object, leaves (footfall_report_find).
  Result<Buffer> FindReports(const std::string& filter_json) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_find(get(), filter_json.c_str(), out, error);
    });
  }
  /// The revisions of a saved report (footfall_report_history).
  Result<Buffer> ReportHistory(const std::string& name) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_history(get(), name.c_str(), out, error);
    });
  }
  /// A definition as it was (footfall_report_revision).
  Result<Buffer> ShowRevision(const std::string& name, int64_t revision) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_revision(get(), name.c_str(), revision, out, error);
    });
  }
  /// Saves a former revision anew (footfall_report_restore).
  Status RestoreReport(const std::string& name, int64_t revision, int64_t now_ms = 0) {
    return internal::Invoke([&](auto** error) {
      return footfall_report_restore(get(), name.c_str(), revision, now_ms, error);
    });
  }
  /// Saves a copy under a new name; answers it (footfall_report_clone).
  Result<Buffer> CloneReport(const std::string& name, const std::string& new_name,
                             const std::optional<std::string>& parameters_json = {},
                             int64_t now_ms = 0) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_clone(get(), name.c_str(), new_name.c_str(),
                                   internal::OrNull(parameters_json), now_ms, out, error);
    });
  }
  /// Marks a report as a favourite, or not (footfall_report_set_favourite).
  Status SetFavourite(const std::string& name, bool favourite = true) {
    return internal::Invoke([&](auto** error) {
      return footfall_report_set_favourite(get(), name.c_str(), favourite ? 1 : 0, error);
    });
  }
  /// The list behind a cell (footfall_report_drill). `report` is a name or a definition.
  Result<Table> Drill(const std::string& report, const std::string& request_json,
                      const ReportOptions& options = {}) const {
    const footfall_report_options raw = Raw(options);
    return internal::Make<Table, footfall_result>([&](auto** out, auto** error) {
      return footfall_report_drill(get(), report.c_str(), &raw, request_json.c_str(), out,
                                   error);
    });
  }
  /// How a funnel took one person's events (footfall_report_explain_person).
  Result<Buffer> ExplainPerson(const std::string& report, const std::string& person,
                               const ReportOptions& options = {}) const {
    const footfall_report_options raw = Raw(options);
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_explain_person(get(), report.c_str(), &raw, person.c_str(),
                                            out, error);
    });
  }
  /// Computes a report once more by brute force (footfall_report_prove).
  Result<Buffer> Prove(const std::string& report, const ReportOptions& options = {},
                       uint64_t memory_bytes_max = 0) const {
    const footfall_report_options raw = Raw(options);
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_report_prove(get(), report.c_str(), &raw, memory_bytes_max, out,
                                   error);
    });
  }

  /// Makes a catalogue of content the current one (footfall_catalogue_put).
  Result<Buffer> PutCatalogue(std::string_view json, int64_t now_ms = 0) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_catalogue_put(get(), json.data(), json.size(), now_ms, out, error);
    });
  }
  /// 0 means the current one (footfall_catalogue_get).
  Result<Buffer> ShowCatalogue(int64_t revision = 0) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_catalogue_get(get(), revision, out, error);
    });
  }
  /// (footfall_catalogue_history)
  Result<Buffer> CatalogueHistory() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_catalogue_history(get(), out, error);
    });
  }
  /// Saves a tracked event under its name (footfall_tracked_event_save).
  Status SaveTrackedEvent(std::string_view json) {
    return internal::Invoke([&](auto** error) {
      return footfall_tracked_event_save(get(), json.data(), json.size(), error);
    });
  }
  /// (footfall_tracked_event_delete)
  Status DeleteTrackedEvent(const std::string& name) {
    return internal::Invoke([&](auto** error) {
      return footfall_tracked_event_delete(get(), name.c_str(), error);
    });
  }
  /// (footfall_tracked_event_list)
  Result<Buffer> ListTrackedEvents() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_tracked_event_list(get(), out, error);
    });
  }

  /// Saves a segment under its name (footfall_segment_save).
  Status SaveSegment(std::string_view json) {
    return internal::Invoke([&](auto** error) {
      return footfall_segment_save(get(), json.data(), json.size(), error);
    });
  }
  /// (footfall_segment_delete)
  Status DeleteSegment(const std::string& name) {
    return internal::Invoke([&](auto** error) {
      return footfall_segment_delete(get(), name.c_str(), error);
    });
  }
  /// (footfall_segment_show)
  Result<Buffer> ShowSegment(const std::string& name) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_segment_show(get(), name.c_str(), out, error);
    });
  }
  /// (footfall_segment_list)
  Result<Buffer> ListSegments() const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_segment_list(get(), out, error);
    });
  }
  /// Who is in a segment (footfall_segment_people).
  Result<Buffer> SegmentPeople(const std::string& name,
                               const SegmentOptions& options = {}) const {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_segment_people(get(), name.c_str(),
                                     internal::OrNull(options.options_json),
                                     options.now_ms, Raw(options.cancel), out, error);
    });
  }
  /// Whether a person is in a segment (footfall_segment_test).
  Result<bool> TestSegment(const std::string& name, const std::string& person,
                           int64_t now_ms = 0) const {
    int32_t member = 0;
    const Status status = internal::Invoke([&](auto** error) {
      return footfall_segment_test(get(), name.c_str(), person.c_str(), now_ms, &member,
                                   error);
    });
    if (!status.ok()) return status.error();
    return member != 0;
  }
  /// Who entered or left a segment (footfall_segment_changes).
  Result<Buffer> SegmentChanges(const std::string& name,
                                const SegmentOptions& options = {}) {
    return internal::MakeBuffer([&](auto** out, auto** error) {
      return footfall_segment_changes(get(), name.c_str(),
                                      internal::OrNull(options.options_json),
                                      options.now_ms, Raw(options.cancel), out, error);
    });
  }

  footfall_store* get() const { return handle_.get(); }

 private:
  // A footfall_write_callback whose payload is the function given to ExportEvents.
  static int32_t Forward(const char* data, size_t size, void* payload) noexcept {
    using Write = const std::function<bool(std::string_view)>;
    return (*static_cast<Write*>(payload))({data, size}) ? 0 : 1;
  }
  static footfall_cancel* Raw(const Cancel* cancel) {
    return cancel == nullptr ? nullptr : cancel->get();
  }
  static footfall_ingest_options Raw(const IngestOptions& options) {
    footfall_ingest_options raw = FOOTFALL_INGEST_OPTIONS_INIT;
    raw.policy = options.policy == nullptr ? nullptr : options.policy->get();
    raw.now_ms = options.now_ms;
    raw.cancel = Raw(options.cancel);
    raw.source = options.source.empty() ? nullptr : options.source.c_str();
    return raw;
  }
  static footfall_export_options Raw(const ExportOptions& options) {
    footfall_export_options raw = FOOTFALL_EXPORT_OPTIONS_INIT;
    raw.rule_json = internal::OrNull(options.rule_json);
    raw.from = internal::OrNull(options.from);
    raw.to = internal::OrNull(options.to);
    raw.timezone = internal::OrNull(options.timezone);
    raw.now_ms = options.now_ms;
    raw.cancel = Raw(options.cancel);
    return raw;
  }
  static footfall_report_options Raw(const ReportOptions& options) {
    footfall_report_options raw = FOOTFALL_REPORT_OPTIONS_INIT;
    raw.from = internal::OrNull(options.from);
    raw.to = internal::OrNull(options.to);
    raw.timezone = internal::OrNull(options.timezone);
    raw.parameters_json = internal::OrNull(options.parameters_json);
    raw.now_ms = options.now_ms;
    raw.cancel = Raw(options.cancel);
    raw.threads = options.threads;
    raw.segment = internal::OrNull(options.segment);
    raw.where_json = internal::OrNull(options.where_json);
    raw.compare = options.compare ? 1 : 0;
    return raw;
  }

  internal::Handle<footfall_store, footfall_store_free> handle_;
};

}  // namespace footfall

#endif  // FOOTFALL_FOOTFALL_HPP_
