// The page about the built-in reports names their columns and types, in order.
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "report/catalogue.h"
#include "report/report.h"
#include "report/tracked_event.h"

namespace footfall::report {
namespace {

std::string Page() {
  std::ifstream file(FOOTFALL_BUILT_IN_PAGE);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Per report, by its heading, "name:type " for each line of its table.
std::map<std::string, std::string> DocumentedColumns() {
  std::map<std::string, std::string> columns;
  std::istringstream page(Page());
  std::string report;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("# ")) report.clear();
    if (line.starts_with("## ")) columns[report = line.substr(3)];
    if (report.empty() || !line.starts_with("| `")) continue;
    const size_t name_end = line.find('`', 3);
    const size_t type = name_end + 4;
    columns[report] += base::Cat(line.substr(3, name_end - 3), ":",
                                 line.substr(type, line.find(' ', type) - type), " ");
  }
  return columns;
}

// What stands between "```json KIND" and "```".
base::Json Example(const std::string& kind) {
  const std::string page = Page();
  const std::string begin = base::Cat("```json ", kind, "\n");
  const size_t at = page.find(begin);
  EXPECT_NE(at, std::string::npos) << kind;
  const size_t from = at + begin.size();
  return base::Json::Parse(page.substr(from, page.find("```", from) - from)).value();
}

TEST(BuiltInPageTest, NamesTheColumnsOfEveryReport) {
  std::map<std::string, std::string> expected;
  for (const BuiltIn& built_in : BuiltIns()) {
    std::string& columns = expected[std::string(built_in.name)];
    const base::Json shown = ShowBuiltIn(built_in.name).value();
    for (const base::Json& column : shown.Find("columns")->as_array()) {
      columns += base::Cat(column.Find("name")->as_string(), ":",
                           column.Find("type")->as_string(), " ");
    }
  }
  EXPECT_EQ(DocumentedColumns(), expected);
}

TEST(BuiltInPageTest, NamesEveryParameter) {
  const std::string page = Page();
  for (const BuiltIn& built_in : BuiltIns()) {
    const size_t begin = page.find(base::Cat("\n## ", built_in.name, "\n"));
    ASSERT_NE(begin, std::string::npos) << built_in.name;
    const std::string section = page.substr(begin, page.find("\n## ", begin + 1) - begin);
    const base::Json shown = ShowBuiltIn(built_in.name).value();
    for (const base::Json& parameter : shown.Find("parameters")->as_array()) {
      EXPECT_NE(section.find(base::Cat("`", parameter.as_string(), "`")),
                std::string::npos)
          << built_in.name << " " << parameter.as_string();
    }
  }
}

TEST(BuiltInPageTest, ItsExamplesAreSound) {
  EXPECT_TRUE(Catalogue::Parse(Example("catalogue")).ok());
  EXPECT_TRUE(CheckTrackedEvent(Example("tracked-event")).ok());
}

}  // namespace
}  // namespace footfall::report
