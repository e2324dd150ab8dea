// ClickHouse as a library (chdb), through its C functions.
#include <memory>

#include "peer.h"
#include "shared_library.h"

namespace footfall::benchmarks {
namespace {

struct Result;

// What chdb.h declares, as far as it is used here.
struct Functions {
  explicit Functions(const std::string& path) : library(path) {
    library.Find("chdb_connect", connect);
    library.Find("chdb_close_conn", close);
    library.Find("chdb_query_n", query);
    library.Find("chdb_result_buffer", buffer);
    library.Find("chdb_result_length", length);
    library.Find("chdb_result_error", error);
    library.Find("chdb_destroy_query_result", destroy);
  }

  SharedLibrary library;
  void** (*connect)(int argc, char** argv);
  void (*close)(void** connection);
  Result* (*query)(void* connection, const char* query, size_t query_size,
                   const char* format, size_t format_size);
  char* (*buffer)(Result* result);
  size_t (*length)(Result* result);
  const char* (*error)(Result* result);
  void (*destroy)(Result* result);
};

class ClickHouse : public Peer {
 public:
  ClickHouse(const std::string& library, const std::string& directory)
      : functions_(library) {
    std::string program = "clickhouse";
    std::string path = "--path=" + directory;
    char* arguments[] = {program.data(), path.data()};
    connection_ = functions_.connect(2, arguments);
    if (connection_ == nullptr || *connection_ == nullptr) Fail("chdb", "cannot open");
  }
  ~ClickHouse() override { functions_.close(connection_); }

  void SetThreads(int count) override { Run("SET max_threads=" + std::to_string(count)); }

  void Run(const std::string& text) override { Query(text, "Native"); }

  std::string Answer(const std::string& text) override {
    const ResultPtr result = Query(text, "TabSeparated");
    return {functions_.buffer(result.get()), functions_.length(result.get())};
  }

  double Ingest(const std::string& lines, const std::string& table) override {
    const auto start = std::chrono::steady_clock::now();
    std::string text = "INSERT INTO " + table + " FORMAT JSONEachRow ";
    text.append(lines);
    Run(text);
    return SecondsSince(start);
  }

 private:
  using ResultPtr = std::unique_ptr<Result, void (*)(Result*)>;

  ResultPtr Query(const std::string& text, std::string_view format) {
    ResultPtr result(functions_.query(*connection_, text.data(), text.size(),
                                      format.data(), format.size()),
                     functions_.destroy);
    if (const char* error = functions_.error(result.get()); error != nullptr) {
      Fail(text.substr(0, 2000), error);
    }
    return result;
  }

  Functions functions_;
  void** connection_ = nullptr;
};

}  // namespace

std::unique_ptr<Peer> OpenClickHouse(const std::string& library,
                                     const std::string& directory) {
  return std::make_unique<ClickHouse>(library, directory);
}

}  // namespace footfall::benchmarks
