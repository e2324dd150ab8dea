#include "base/strings.h"

#include "gtest/gtest.h"

namespace footfall::base {
namespace {

TEST(StringsTest, CatJoinsTextAndIntegers) {
  EXPECT_EQ(Cat("a", std::string("b"), std::string_view("c"), -4, uint64_t{5}), "abc-45");
}

TEST(StringsTest, TrimsAsciiSpace) {
  EXPECT_EQ(Trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(Trim(" \n"), "");
}

TEST(StringsTest, RecognisesUtf8) {
  EXPECT_TRUE(IsUtf8("aé€😀"));
  EXPECT_FALSE(IsUtf8("\xc0\x80"));          // Overlong.
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));      // Surrogate.
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));  // Beyond U+10FFFF.
  EXPECT_FALSE(IsUtf8("\xe2\x82"));          // Cut short.
  EXPECT_FALSE(IsUtf8("\x80"));
}

TEST(StringsTest, FormatsDoublesShortest) {
  EXPECT_EQ(FormatDouble(0.1), "0.1");
  EXPECT_EQ(FormatDouble(-0.0), "0");
  EXPECT_EQ(FormatDouble(12), "12");
  EXPECT_EQ(FormatDouble(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(FormatDouble(1e300), "1e+300");
}

TEST(StringsTest, FoldsCase) {
  EXPECT_EQ(FoldCase("ÀÉ-Straße ΑΩ ЖЯ Šx"), "àé-straße αω жя šx");
  EXPECT_EQ(FoldCase("\xff"
                     "A"),
            "\xff"
            "a");
}

TEST(StringsTest, HexIsLowerCase) { EXPECT_EQ(Hex("\x01\xab"), "01ab"); }

}  // namespace
}  // namespace footfall::base
