#include "capture/typed_memory.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "capture/arena.h"

namespace footfall::capture {
namespace {

using Place = TypedMemory::Place;

bool Finds(const TypedMemory& memory, std::string_view text, Place place = Place::kText) {
  Arena arena;
  return memory.Repeats(text, place, arena);
}

TEST(TypedMemoryTest, FindsSecretsInOtherSpellings) {
  TypedMemory memory;
  EXPECT_FALSE(Finds(memory, "hunter2-Zebra"));
  memory.Remember(1, "hunter2-Zebra crossing", true);
  EXPECT_TRUE(Finds(memory, "hunter2-Zebra crossing"));
  EXPECT_TRUE(Finds(memory, "xHUNTER2-ZEBRA CROSSINGx"));
  EXPECT_TRUE(Finds(memory, "your password is hunter2-zebra \n\u00a0 crossing!"));
  EXPECT_FALSE(Finds(memory, "hunter2-zebracrossing"));
  EXPECT_FALSE(Finds(memory, "a zebra crossing"));
}

TEST(TypedMemoryTest, FindsBeginningsOfSecretsAtWordEnds) {
  TypedMemory memory;
  memory.Remember(1, "hunter2zebra", true);
  EXPECT_TRUE(Finds(memory, "hunt"));
  EXPECT_TRUE(Finds(memory, "you typed hunte, go on"));
  EXPECT_FALSE(Finds(memory, "hunting"));
  EXPECT_FALSE(Finds(memory, "hun"));
}

TEST(TypedMemoryTest, KeepsTheLongestFormOfASecret) {
  TypedMemory memory;
  for (const char* value : {"h", "hu", "hunt", "hunter2", "hunter"}) {
    memory.Remember(1, value, true);
  }
  EXPECT_TRUE(Finds(memory, "(hunter2)"));
  EXPECT_TRUE(Finds(memory, "hunter2"));
  EXPECT_FALSE(Finds(memory, "hunters"));
}

TEST(TypedMemoryTest, ShortSecretsAreWholeTexts) {
  TypedMemory memory;
  memory.Remember(1, "7Q", true);
  EXPECT_TRUE(Finds(memory, " 7q "));
  EXPECT_FALSE(Finds(memory, "7q8"));
  EXPECT_FALSE(Finds(memory, "seat 7q"));
  memory.Remember(2, "abc", false);
  EXPECT_FALSE(Finds(memory, "abc"));
}

TEST(TypedMemoryTest, OrdinaryValuesAreFoundWhole) {
  TypedMemory memory;
  memory.Remember(1, "Mary", false);
  memory.LeaveField();
  EXPECT_TRUE(Finds(memory, "Hello Mary!"));
  EXPECT_FALSE(Finds(memory, "Maryland"));
  memory.Remember(2, "Chicago hotels", false);
  EXPECT_TRUE(Finds(memory, "results for (chicago hotels)"));
  EXPECT_TRUE(Finds(memory, "chicago")) << "an echo of what is being typed";
  memory.LeaveField();
  EXPECT_FALSE(Finds(memory, "chicago"));
  EXPECT_TRUE(Finds(memory, "xchicago hotelsx"));
}

TEST(TypedMemoryTest, FindsWhatBeginsWithShortWords) {
  TypedMemory memory;
  memory.Remember(1, "I am in Lisbon", false);
  memory.LeaveField();
  EXPECT_TRUE(Finds(memory, "she wrote: i\u00a0 am in   LISBON!"));
  EXPECT_FALSE(Finds(memory, "i am in porto"));
  memory.Remember(2, "a b c d", true);
  EXPECT_TRUE(Finds(memory, "(a  b\nc d)"));
  EXPECT_FALSE(Finds(memory, "a b d c"));
}

TEST(TypedMemoryTest, FindsTheLinesOfAValue) {
  TypedMemory memory;
  memory.Remember(1, "first line\r\nand the second", true);
  EXPECT_TRUE(Finds(memory, "and the second"));
  EXPECT_TRUE(Finds(memory, "first line"));
  EXPECT_TRUE(Finds(memory, "first line and the second"));
}

TEST(TypedMemoryTest, NamesSheetsAndFieldsAreStricter) {
  TypedMemory memory;
  memory.Remember(1, "primary", true);
  memory.Remember(2, "Mustermann", false);
  memory.Remember(3, "Lisbon", false);
  for (const char* before : {"", "x", "xy", "xyz", "abcd"}) {
    const std::string text = std::string(before) + "MUSTERMANN-box";
    EXPECT_TRUE(Finds(memory, text, Place::kName)) << text;
    EXPECT_TRUE(Finds(memory, text, Place::kSheet)) << text;
  }
  EXPECT_TRUE(Finds(memory, "has-prim", Place::kName));
  EXPECT_FALSE(Finds(memory, "lisbon", Place::kName));
  EXPECT_FALSE(Finds(memory, ".btn-primary{}", Place::kSheet));
  EXPECT_TRUE(Finds(memory, "primary", Place::kField));
  EXPECT_FALSE(Finds(memory, "Mustermann", Place::kField));
}

TEST(TypedMemoryTest, ForgetsTheOldestFirst) {
  TypedMemory memory;
  for (int i = 0; i < 129; ++i) {
    memory.Remember(static_cast<uint64_t>(i), "secret" + std::to_string(1000 + i), true);
  }
  EXPECT_FALSE(Finds(memory, "secret1000"));
  EXPECT_TRUE(Finds(memory, "secret1001"));
  EXPECT_TRUE(Finds(memory, "secret1128"));
}

TEST(TypedMemoryTest, AFieldThatChangesAllTheTimePushesOutItsOwn) {
  TypedMemory memory;
  memory.Remember(1, "hunter2zebra", true);
  memory.Remember(2, "Johnathan", false);
  for (int i = 0; i < 500; ++i) {
    memory.Remember(3, std::to_string(1000 + i) + "token", true);
    memory.Remember(4, std::to_string(1000 + i) + "draft", false);
  }
  EXPECT_TRUE(Finds(memory, "hunter2zebra"));
  EXPECT_TRUE(Finds(memory, "johnathan"));
  EXPECT_TRUE(Finds(memory, "1499token"));
  EXPECT_FALSE(Finds(memory, "1000token"));
}

TEST(TypedMemoryTest, GivesUpOnTextsMadeToTakeLong) {
  TypedMemory memory;
  for (int i = 0; i < 100; ++i) {
    memory.Remember(static_cast<uint64_t>(i),
                    std::string(200, 'a') + std::to_string(1000 + i), true);
  }
  EXPECT_TRUE(Finds(memory, std::string(size_t{1} << 20, 'a') + "b"));
  EXPECT_FALSE(Finds(memory, "aaaaab"));
}

TEST(TypedMemoryTest, GoesOnFromSavedState) {
  TypedMemory memory;
  memory.Remember(1, "hunter2zebra", true);
  memory.Remember(2, "Chicago hotels", false);
  std::string state;
  memory.Save(state);
  TypedMemory again;
  std::string_view bytes = state;
  ASSERT_TRUE(again.Restore(bytes));
  EXPECT_TRUE(bytes.empty());
  EXPECT_TRUE(Finds(again, "hunt"));
  EXPECT_TRUE(Finds(again, "chicago")) << "still the field being typed into";
  for (size_t size = 0; size < state.size(); ++size) {
    TypedMemory cut;
    std::string_view front = std::string_view(state).substr(0, size);
    EXPECT_FALSE(cut.Restore(front)) << size;
  }
}

TEST(TypedMemoryTest, TellsWhatCannotRepeat) {
  Arena arena;
  TypedMemory memory;
  EXPECT_FALSE(memory.MayRepeat("anything at all"));
  const uint64_t before = memory.version();
  memory.Remember(1, "goatstapler", true);
  EXPECT_NE(memory.version(), before);
  EXPECT_TRUE(memory.MayRepeat("a GOATstapler"));
  EXPECT_TRUE(memory.MayRepeat("goat"));
  EXPECT_FALSE(memory.MayRepeat("stapler"));
  // What is typed into last is found by its beginning.
  const uint64_t typed = memory.version();
  memory.Remember(2, "zebra crossing", false);
  memory.Remember(1, "goatstapler", true);
  EXPECT_NE(memory.version(), typed);
  // Leaving a field makes nothing repeat that did not before.
  const uint64_t left = memory.version();
  memory.LeaveField();
  EXPECT_EQ(memory.version(), left);
  // A short secret may be all of any text.
  memory.Remember(3, "ab", true);
  EXPECT_TRUE(memory.MayRepeat("anything at all"));
}

// The index grows with the values; one that is made anew of the same values must find the
// same, and what cannot repeat anything must not begin to without another number.
TEST(TypedMemoryTest, GrowsItsIndexWithWhatIsTyped) {
  constexpr std::string_view kPieces[] = {"ab",  "cde",  "f ghi", "  ",   "jklmno", "p",
                                          "q r", "stuv", "wxyz",  "abcd", "e f g h"};
  std::mt19937 random(7);
  const auto piece = [&] { return kPieces[random() % std::size(kPieces)]; };
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) {
    std::string text;
    for (size_t left = random() % 6; left > 0; --left) text.append(piece());
    texts.push_back(text);
  }
  TypedMemory memory;
  std::vector<bool> might(texts.size(), false);
  uint64_t beginnings = memory.beginnings();
  std::string value;
  bool found_any = false;
  bool kept_any = false;
  for (int round = 0; round < 600; ++round) {
    if (random() % 4 == 0) value.clear();
    value.append(piece());
    memory.Remember(random() % 40, value, random() % 2 == 0);
    std::string state;
    memory.Save(state);
    TypedMemory anew;
    std::string_view bytes = state;
    ASSERT_TRUE(anew.Restore(bytes));
    const bool same = memory.beginnings() == beginnings;
    kept_any = kept_any || same;
    beginnings = memory.beginnings();
    for (size_t i = 0; i < texts.size(); ++i) {
      for (const Place place : {Place::kText, Place::kName, Place::kSheet}) {
        ASSERT_EQ(Finds(memory, texts[i], place), Finds(anew, texts[i], place))
            << round << ": " << texts[i];
      }
      const bool may = memory.MayRepeat(texts[i]);
      ASSERT_FALSE(same && may && !might[i]) << round << ": " << texts[i];
      ASSERT_TRUE(may || !anew.MayRepeat(texts[i])) << round << ": " << texts[i];
      found_any = found_any || Finds(memory, texts[i]);
      might[i] = may;
    }
  }
  EXPECT_TRUE(found_any);
  EXPECT_TRUE(kept_any);
}

}  // namespace
}  // namespace footfall::capture
