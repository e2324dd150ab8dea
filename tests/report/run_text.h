// Running definitions given as text, with their rows as lines.
#ifndef FOOTFALL_TESTS_REPORT_RUN_TEXT_H_
#define FOOTFALL_TESTS_REPORT_RUN_TEXT_H_

#include <string>
#include <vector>

#include "report/report.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::report {

using Texts = std::vector<std::string>;
using query::At;
using query::FakeEvent;
using query::FakeSnapshot;
using query::Header;
using query::Lines;

// A definition of kind table; `members` are more members, each after a comma.
inline base::Json Definition(const std::string& columns,
                             const std::string& members = "") {
  return base::Json::Parse(R"({"version":1,"name":"r","kind":"table","columns":[)" +
                           columns + "]" + members + "}")
      .value();
}

inline absl::StatusOr<Result> RunText(const FakeSnapshot& snapshot,
                                      const std::string& columns,
                                      const std::string& members = "",
                                      const RunOptions& options = {}) {
  return RunDefinition(snapshot, Definition(columns, members), options);
}

// The lines of a run that succeeds, else the error.
inline Texts LinesOf(const absl::StatusOr<Result>& result) {
  return result.ok() ? Lines(result->rows) : Texts{result.status().ToString()};
}

constexpr char kCount[] = R"({"name":"n","agg":"count"})";

}  // namespace footfall::report

#endif  // FOOTFALL_TESTS_REPORT_RUN_TEXT_H_
