// Generated events as the peers' appenders take them.
#ifndef FOOTFALL_BENCHMARKS_PEERS_EVENT_ROWS_H_
#define FOOTFALL_BENCHMARKS_PEERS_EVENT_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simdjson.h"

namespace footfall::benchmarks {

// The columns that the peers keep; absent strings are empty.
struct EventRow {
  int64_t time_ms = 0;
  int64_t duration = 0;
  std::string_view id;
  std::string_view person;
  std::string_view name;
  std::string_view url;
  std::string_view element;  // Its id.
  std::string_view session;
  std::string_view country;
  std::string_view plan;
};

class EventRows {
 public:
  // The events of NDJSON `lines`; valid until the next call. Ends the program when a line
  // is no generated event.
  const std::vector<EventRow>& Parse(const std::string& lines);

 private:
  simdjson::ondemand::parser parser_;
  simdjson::padded_string input_;
  std::string text_;  // What the views of `rows_` look at.
  std::vector<EventRow> rows_;
};

}  // namespace footfall::benchmarks

#endif  // FOOTFALL_BENCHMARKS_PEERS_EVENT_ROWS_H_
