// SQLite, Debian's library.
#include <sqlite3.h>

#include "event_rows.h"
#include "peer.h"

namespace footfall::benchmarks {
namespace {

class Sqlite : public Peer {
 public:
  explicit Sqlite(const std::string& directory) {
    const std::string path = directory + "/main.db";
    Check(sqlite3_open(path.c_str(), &database_));
  }
  ~Sqlite() override {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }

  void SetThreads(int) override {}  // It has one.

  void Run(const std::string& text) override {
    Visit(text, [](sqlite3_stmt* statement, int columns) {
      for (int i = 0; i < columns; ++i) sqlite3_column_int64(statement, i);
    });
  }

  std::string Answer(const std::string& text) override {
    std::string answer;
    Visit(text, [&](sqlite3_stmt* statement, int columns) {
      for (int i = 0; i < columns; ++i) {
        const unsigned char* value = sqlite3_column_text(statement, i);
        if (value != nullptr) answer.append(reinterpret_cast<const char*>(value));
        answer.push_back(i + 1 < columns ? '\t' : '\n');
      }
    });
    return answer;
  }

  double Ingest(const std::string& lines, const std::string& table) override {
    const std::vector<EventRow>& rows = rows_.Parse(lines);
    const auto start = std::chrono::steady_clock::now();
    if (insert_ == nullptr) {
      const std::string text = "INSERT INTO " + table + " VALUES(?,?,?,?,?,?,?,?,?,?)";
      Check(sqlite3_prepare_v2(database_, text.c_str(), -1, &insert_, nullptr));
    }
    Run("BEGIN");
    for (const EventRow& row : rows) Insert(row);
    Run("COMMIT");
    return SecondsSince(start);
  }

 private:
  void Check(int code) {
    if (code != SQLITE_OK) Fail("sqlite", sqlite3_errmsg(database_));
  }

  template <typename Row>
  void Visit(const std::string& text, const Row& row) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_, text.c_str(), -1, &statement, nullptr) !=
        SQLITE_OK) {
      Fail(text.substr(0, 2000), sqlite3_errmsg(database_));
    }
    const int columns = sqlite3_column_count(statement);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) row(statement, columns);
    if (code != SQLITE_DONE) Fail(text.substr(0, 2000), sqlite3_errmsg(database_));
    sqlite3_finalize(statement);
  }

  void Insert(const EventRow& row) {
    const auto text = [&](int at, std::string_view value) {
      Check(sqlite3_bind_text(insert_, at, value.data(), static_cast<int>(value.size()),
                              SQLITE_STATIC));
    };
    Check(sqlite3_bind_int64(insert_, 1, row.time_ms));
    text(2, row.person);
    text(3, row.name);
    text(4, row.url);
    text(5, row.element);
    text(6, row.session);
    text(7, row.country);
    text(8, row.plan);
    Check(sqlite3_bind_int64(insert_, 9, row.duration));
    text(10, row.id);
    if (sqlite3_step(insert_) != SQLITE_DONE) Fail("sqlite", sqlite3_errmsg(database_));
    Check(sqlite3_reset(insert_));
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  EventRows rows_;
};

}  // namespace

std::unique_ptr<Peer> OpenSqlite(const std::string& directory) {
  return std::make_unique<Sqlite>(directory);
}

}  // namespace footfall::benchmarks
