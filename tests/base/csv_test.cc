#include "base/csv.h"

#include <string>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "gtest/gtest.h"

namespace footfall::base {
namespace {

// "LINE[cell][cell]" per row, bad ones with "!CELL problem".
std::string Read(std::string_view input, char delimiter = ',', size_t row_max = 1000,
                 size_t piece = 1000) {
  std::string out;
  const auto visit = [&out](const CsvRow& row) {
    out += base::Cat(out.empty() ? "" : " ", row.line);
    for (const std::string_view cell : row.cells) out += base::Cat("[", cell, "]");
    if (!row.problem.empty()) out += base::Cat("!", row.problem_cell, " ", row.problem);
    return absl::OkStatus();
  };
  CsvReader reader(delimiter, row_max);
  for (size_t at = 0; at < input.size(); at += piece) {
    EXPECT_TRUE(reader.Write(input.substr(at, piece), visit).ok());
  }
  EXPECT_TRUE(reader.Finish(visit).ok());
  return out;
}

TEST(CsvTest, ReadsRowsAndQuotes) {
  EXPECT_EQ(Read("a,b\r\n1,2\r\n"), "1[a][b] 2[1][2]");
  EXPECT_EQ(Read("a,b\n1,2"), "1[a][b] 2[1][2]");
  EXPECT_EQ(Read("a\rb\r"), "1[a] 2[b]");
  EXPECT_EQ(Read("\"a,b\",\"say \"\"x\"\"\"\n"), "1[a,b][say \"x\"]");
  EXPECT_EQ(Read("\"two\r\nlines\",x\ny,z\n"), "1[two\r\nlines][x] 3[y][z]");
  EXPECT_EQ(Read("\"a\nb\rc\"\nd\n"), "1[a\nb\rc] 4[d]");
  EXPECT_EQ(Read(",\n\"\"\n \n"), "1[][] 2[] 3[ ]");
  EXPECT_EQ(Read("a;b,c\n", ';'), "1[a][b,c]");
  EXPECT_EQ(Read("a\tb\n", '\t'), "1[a][b]");
  EXPECT_EQ(Read(""), "");
}

TEST(CsvTest, SkipsAMarkAndEmptyLines) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "a,b\n"),
            "1[a][b]");
  EXPECT_EQ(Read("\xef\xbb\xbf\"a\"\n"), "1[a]");
  EXPECT_EQ(Read("\n\na\n\r\n\nb\n"), "3[a] 6[b]");
  // What only begins like a mark is text.
  EXPECT_EQ(Read("\xef\xbb"
                 "a\n"),
            "1[\xef\xbb"
            "a]");
  EXPECT_EQ(Read("\xef\xbb"), "1[\xef\xbb]");
}

TEST(CsvTest, ABadRowDoesNotSpoilTheNext) {
  EXPECT_EQ(Read("a,b\"c,d\nx,y\n"),
            "1[a]!1 a quote stands in a cell that does not begin with one 2[x][y]");
  EXPECT_EQ(Read("\"a\"b,c\nx,y\n"), "1!0 text follows a closing quote 2[x][y]");
  EXPECT_EQ(Read("x\na,\"b\nc\n"), "1[x] 2[a]!1 a quote is not closed");
  EXPECT_EQ(Read("aaaa,bbbbbbbb\nx\n", ',', 10), "1[aaaa]!1 the row is too long 2[x]");
  // A quote that is never closed takes no more than a row may.
  EXPECT_EQ(Read("\"aaaaaaaaaaaaaa\nb\nc\n", ',', 10),
            "1!0 the row is too long 2[b] 3[c]");
}

TEST(CsvTest, PiecesDoNotMatter) {
  const std::string input =
      "\xef\xbb\xbfid,\"na\"\"me\"\r\n1,\"a\r\nb\"\r\r\n2,\"x\"y\n\"open\nc";
  const std::string whole = Read(input);
  EXPECT_EQ(whole,
            "1[id][na\"me] 2[1][a\r\nb] 5[2]!1 text follows a closing quote "
            "6!0 a quote is not closed");
  for (size_t piece = 1; piece < input.size(); ++piece) {
    EXPECT_EQ(Read(input, ',', 1000, piece), whole) << piece;
  }
}

TEST(CsvTest, TheVisitorStopsIt) {
  CsvReader reader;
  int rows = 0;
  const auto visit = [&rows](const CsvRow&) {
    ++rows;
    return absl::CancelledError("enough");
  };
  EXPECT_EQ(reader.Write("a\nb\n", visit).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(rows, 1);
}

}  // namespace
}  // namespace footfall::base
