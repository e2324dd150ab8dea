#include "query/text.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace footfall::query {
namespace {

TEST(TextTest, CopiesShareATextAndAMovedOneIsEmpty) {
  Text a("person");
  Text b = a;
  EXPECT_EQ(b.view(), "person");
  EXPECT_EQ(b.view().data(), a.view().data());
  const Text c = std::move(a);
  EXPECT_EQ(a.view(), "");  // NOLINT(bugprone-use-after-move): what is promised.
  b = Text("other");
  EXPECT_EQ(c.view(), "person");
  EXPECT_EQ(b.view(), "other");
  EXPECT_EQ(Text().view(), "");
  EXPECT_EQ(Text(std::string(70'000, 'x')).view().size(), 70'000u);
}

TEST(TextTest, TextsOfAWriterOutliveItInAnyOrder) {
  std::vector<Text> kept;
  {
    TextWriter writer;
    for (int i = 0; i < 20'000; ++i) {
      Text text = writer.Make("person " + std::to_string(i));
      if (i % 97 == 0) kept.push_back(text);
    }
    TextWriter moved = std::move(writer);
    kept.push_back(moved.Make(""));
    kept.push_back(moved.Make("last"));
  }
  for (size_t i = 0; i + 2 < kept.size(); ++i) {
    EXPECT_EQ(kept[i].view(), "person " + std::to_string(97 * i));
  }
  EXPECT_EQ(kept[kept.size() - 2].view(), "");
  EXPECT_EQ(kept.back().view(), "last");
  kept.erase(kept.begin(), kept.end() - 1);
  EXPECT_EQ(kept[0].view(), "last");
}

TEST(TextTest, AWriterTakesTextsOfAnySize) {
  TextWriter writer;
  for (const size_t size : {0u, 1u, 3u, 4u, 2'000u, 2'048u, 16'384u, 100'000u}) {
    const Text text = writer.Make(std::string(size, 'y'));
    EXPECT_EQ(text.view(), std::string(size, 'y'));
  }
  EXPECT_EQ(TextWriter::HeapBytes(5), 16u);
  EXPECT_LT(TextWriter::HeapBytes(12), Text::HeapBytes(12));
}

}  // namespace
}  // namespace footfall::query
