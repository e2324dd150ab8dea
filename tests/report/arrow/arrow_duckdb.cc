// Lets DuckDB read the sample tables from the Arrow C stream, from NDJSON and from CSV,
// and checks that it sees the same rows: arrow_duckdb LIBDUCKDB.SO DIR
#include <dlfcn.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "report/export.h"
#include "tests/report/arrow/sample_tables.h"

namespace {

// The part of DuckDB's C API that is used here; the package brings no header.
struct DuckResult {
  uint64_t column_count;
  uint64_t row_count;
  uint64_t rows_changed;
  void* columns;
  char* error_message;
  void* internal;
};

struct DuckDb {
  int (*open)(const char* path, void** out);
  int (*connect)(void* database, void** out);
  int (*query)(void* connection, const char* sql, DuckResult* out);
  const char* (*result_error)(DuckResult* result);
  int64_t (*value_int64)(DuckResult* result, uint64_t column, uint64_t row);
  void (*destroy_result)(DuckResult* result);
  int (*arrow_scan)(void* connection, const char* name, ArrowArrayStream* stream);
  void (*disconnect)(void** connection);
  void (*close)(void** database);
};

template <typename Function>
bool Load(void* library, const char* name, Function* out) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) std::fprintf(stderr, "no %s in the library\n", name);
  std::memcpy(out, &symbol, sizeof(symbol));
  return symbol != nullptr;
}

bool LoadAll(const char* path, DuckDb* duck) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return false;
  }
  return Load(library, "duckdb_open", &duck->open) &&
         Load(library, "duckdb_connect", &duck->connect) &&
         Load(library, "duckdb_query", &duck->query) &&
         Load(library, "duckdb_result_error", &duck->result_error) &&
         Load(library, "duckdb_value_int64", &duck->value_int64) &&
         Load(library, "duckdb_destroy_result", &duck->destroy_result) &&
         Load(library, "duckdb_arrow_scan", &duck->arrow_scan) &&
         Load(library, "duckdb_disconnect", &duck->disconnect) &&
         Load(library, "duckdb_close", &duck->close);
}

// Runs `sql` and compares its only number with `expected`.
bool Expect(const DuckDb& duck, void* connection, const std::string& sql,
            int64_t expected) {
  DuckResult result = {};
  bool good = duck.query(connection, sql.c_str(), &result) == 0;
  if (!good) {
    std::fprintf(stderr, "%s\n  %s\n", sql.c_str(), duck.result_error(&result));
  } else if (const int64_t found = duck.value_int64(&result, 0, 0); found != expected) {
    std::fprintf(stderr, "%s\n  gave %lld, not %lld\n", sql.c_str(),
                 static_cast<long long>(found), static_cast<long long>(expected));
    good = false;
  }
  duck.destroy_result(&result);
  return good;
}

bool Run(const DuckDb& duck, void* connection, const std::string& sql) {
  DuckResult result = {};
  const bool good = duck.query(connection, sql.c_str(), &result) == 0;
  if (!good) std::fprintf(stderr, "%s\n  %s\n", sql.c_str(), duck.result_error(&result));
  duck.destroy_result(&result);
  return good;
}

bool Write(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return !file.fail();
}

// Rows of `a` that `b` lacks, and the other way round, counting repeated ones.
bool SameRows(const DuckDb& duck, void* connection, const std::string& a,
              const std::string& b) {
  const auto lacking = [](const std::string& from, const std::string& in) {
    return "SELECT count(*) FROM (SELECT * FROM " + from + " EXCEPT ALL SELECT * FROM " +
           in + ")";
  };
  return Expect(duck, connection, lacking(a, b), 0) &&
         Expect(duck, connection, lacking(b, a), 0);
}

bool CheckSample(const DuckDb& duck, void* connection, const std::string& folder,
                 size_t rows) {
  using footfall::report::Export;
  using footfall::report::Format;
  const auto result = footfall::report::SampleResult(rows);
  const std::string name = "sample_" + std::to_string(rows);
  const std::string path = folder + "/" + name;
  if (!Write(path + ".ndjson", Export(*result, Format::kNdjson)) ||
      !Write(path + ".csv", Export(*result, Format::kCsv))) {
    std::fprintf(stderr, "cannot write %s\n", path.c_str());
    return false;
  }
  const std::string columns =
      "columns={text: 'VARCHAR', count: 'BIGINT', share: 'DOUBLE', flag: 'BOOLEAN', "
      "\"at\": "
      "'TIMESTAMPTZ', day: 'DATE', \"full\": 'BIGINT', \"none\": 'VARCHAR', \"naïve "
      "名\": "
      "'BOOLEAN'}";
  ArrowArrayStream stream;
  footfall::report::ExportStream(result, &stream);
  if (duck.arrow_scan(connection, "stream", &stream) != 0) {
    std::fprintf(stderr, "DuckDB does not take the stream\n");
    return false;
  }
  const bool good =
      Run(duck, connection, "CREATE TABLE " + name + " AS SELECT * FROM stream") &&
      Expect(duck, connection, "SELECT count(*) FROM " + name,
             static_cast<int64_t>(rows)) &&
      Expect(duck, connection,
             "SELECT count(*) FROM " + name +
                 " WHERE typeof(\"at\") = 'TIMESTAMP WITH TIME ZONE'",
             static_cast<int64_t>(rows)) &&
      SameRows(duck, connection, name,
               "read_json('" + path + ".ndjson', format='newline_delimited', " + columns +
                   ")") &&
      SameRows(duck, connection, name,
               "read_csv('" + path + ".csv', header=true, delim=',', quote='\"', " +
                   "escape='\"', nullstr='', allow_quoted_nulls=false, " + columns + ")");
  // DuckDB does not own the stream.
  if (stream.release != nullptr) stream.release(&stream);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: arrow_duckdb LIBDUCKDB.SO DIR\n");
    return 2;
  }
  DuckDb duck = {};
  if (!LoadAll(argv[1], &duck)) return 1;
  void* database = nullptr;
  void* connection = nullptr;
  if (duck.open(nullptr, &database) != 0 || duck.connect(database, &connection) != 0) {
    std::fprintf(stderr, "cannot open DuckDB\n");
    return 1;
  }
  bool good = Run(duck, connection, "SET autoinstall_known_extensions=false");
  for (const size_t rows : {0, 1, 25, 150'000}) {
    good = good && CheckSample(duck, connection, argv[2], rows);
  }
  duck.disconnect(&connection);
  duck.close(&database);
  if (good) std::printf("DuckDB sees the same rows in every format\n");
  return good ? 0 : 1;
}
