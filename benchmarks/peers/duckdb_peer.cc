// DuckDB, through its C functions.
#include "event_rows.h"
#include "peer.h"
#include "shared_library.h"

namespace footfall::benchmarks {
namespace {

// What duckdb.h declares, as far as it is used here.
struct Result {
  uint64_t unused[2];
  uint64_t rows_changed;
  void* unused_pointers[2];
  void* internal;
};

struct Functions {
  explicit Functions(const std::string& path) : library(path) {
    library.Find("duckdb_open", open);
    library.Find("duckdb_close", close);
    library.Find("duckdb_connect", connect);
    library.Find("duckdb_disconnect", disconnect);
    library.Find("duckdb_query", query);
    library.Find("duckdb_result_error", error);
    library.Find("duckdb_destroy_result", destroy);
    library.Find("duckdb_row_count", row_count);
    library.Find("duckdb_column_count", column_count);
    library.Find("duckdb_value_varchar", value_text);
    library.Find("duckdb_free", free);
    library.Find("duckdb_appender_create", appender_create);
    library.Find("duckdb_appender_error", appender_error);
    library.Find("duckdb_appender_destroy", appender_destroy);
    library.Find("duckdb_appender_end_row", end_row);
    library.Find("duckdb_append_int64", append_int64);
    library.Find("duckdb_append_varchar_length", append_text);
  }

  SharedLibrary library;
  int (*open)(const char* path, void** database);
  void (*close)(void** database);
  int (*connect)(void* database, void** connection);
  void (*disconnect)(void** connection);
  int (*query)(void* connection, const char* query, Result* result);
  const char* (*error)(Result* result);
  void (*destroy)(Result* result);
  uint64_t (*row_count)(Result* result);
  uint64_t (*column_count)(Result* result);
  char* (*value_text)(Result* result, uint64_t column, uint64_t row);
  void (*free)(void* pointer);
  int (*appender_create)(void* connection, const char* schema, const char* table,
                         void** appender);
  const char* (*appender_error)(void* appender);
  int (*appender_destroy)(void** appender);
  int (*end_row)(void* appender);
  int (*append_int64)(void* appender, int64_t value);
  int (*append_text)(void* appender, const char* text, uint64_t size);
};

class DuckDb : public Peer {
 public:
  DuckDb(const std::string& library, const std::string& directory) : functions_(library) {
    const std::string path = directory + "/staging.db";
    if (functions_.open(path.c_str(), &database_) != 0 ||
        functions_.connect(database_, &connection_) != 0) {
      Fail(path, "DuckDB cannot open it");
    }
  }
  ~DuckDb() override {
    functions_.disconnect(&connection_);
    functions_.close(&database_);
  }

  void SetThreads(int count) override { Run("SET threads=" + std::to_string(count)); }

  void Run(const std::string& text) override {
    Result result = Query(text);
    functions_.destroy(&result);
  }

  std::string Answer(const std::string& text) override {
    Result result = Query(text);
    const uint64_t columns = functions_.column_count(&result);
    const uint64_t rows = functions_.row_count(&result);
    std::string answer;
    for (uint64_t row = 0; row < rows; ++row) {
      for (uint64_t column = 0; column < columns; ++column) {
        char* value = functions_.value_text(&result, column, row);
        if (value != nullptr) answer.append(value);
        functions_.free(value);
        answer.push_back(column + 1 < columns ? '\t' : '\n');
      }
    }
    functions_.destroy(&result);
    return answer;
  }

  // A transaction of its own, so that the log is synced once.
  double Ingest(const std::string& lines, const std::string& table) override {
    const std::vector<EventRow>& rows = rows_.Parse(lines);
    const auto start = std::chrono::steady_clock::now();
    Run("BEGIN");
    void* appender = nullptr;
    if (functions_.appender_create(connection_, nullptr, table.c_str(), &appender) != 0) {
      Fail(table, functions_.appender_error(appender));
    }
    for (const EventRow& row : rows) Append(appender, row);
    if (functions_.appender_destroy(&appender) != 0) Fail(table, "cannot append");
    Run("COMMIT");
    return SecondsSince(start);
  }

 private:
  Result Query(const std::string& text) {
    Result result = {};
    if (functions_.query(connection_, text.c_str(), &result) != 0) {
      const char* error = functions_.error(&result);
      Fail(text.substr(0, 2000), error != nullptr ? error : "failed");
    }
    return result;
  }

  void Append(void* appender, const EventRow& row) {
    const auto text = [&](std::string_view value) {
      return functions_.append_text(appender, value.data(), value.size());
    };
    if (functions_.append_int64(appender, row.time_ms) != 0 || text(row.person) != 0 ||
        text(row.name) != 0 || text(row.url) != 0 || text(row.element) != 0 ||
        text(row.session) != 0 || text(row.country) != 0 || text(row.plan) != 0 ||
        functions_.append_int64(appender, row.duration) != 0 || text(row.id) != 0 ||
        functions_.end_row(appender) != 0) {
      const char* error = functions_.appender_error(appender);
      Fail("duckdb_append", error != nullptr ? error : "failed");
    }
  }

  Functions functions_;
  void* database_ = nullptr;
  void* connection_ = nullptr;
  EventRows rows_;
};

}  // namespace

std::unique_ptr<Peer> OpenDuckDb(const std::string& library,
                                 const std::string& directory) {
  return std::make_unique<DuckDb>(library, directory);
}

}  // namespace footfall::benchmarks
