#include "capture/field_memory.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "capture/hash.h"
#include "capture/secret_memory.h"

namespace footfall::capture {
namespace {

TEST(FieldMemoryTest, RemembersFields) {
  FieldMemory memory;
  EXPECT_FALSE(memory.Contains(7));
  EXPECT_TRUE(memory.Insert(7));
  EXPECT_FALSE(memory.Insert(7));
  EXPECT_TRUE(memory.Contains(7));
  EXPECT_FALSE(memory.Contains(8));
  EXPECT_TRUE(memory.Insert(0));
  EXPECT_TRUE(memory.Contains(0));
}

TEST(FieldMemoryTest, ForgetsOnlyWhatNobodyTouches) {
  FieldMemory memory;
  memory.Insert(Mix(1));
  memory.Insert(Mix(2));
  for (uint64_t i = 10; i < 10 + 3 * FieldMemory::kGenerationMax; ++i) {
    memory.Insert(Mix(i));
    if (i % 1000 == 0) {
      EXPECT_TRUE(memory.Contains(Mix(1)));
    }
  }
  EXPECT_TRUE(memory.Contains(Mix(1)));
  EXPECT_FALSE(memory.Contains(Mix(2)));
}

TEST(FieldMemoryTest, IsThreadSafe) {
  FieldMemory memory;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&memory, t] {
      for (uint64_t i = 0; i < 5000; ++i) {
        memory.Insert(Mix(t * 5000 + i));
        EXPECT_TRUE(memory.Contains(Mix(t * 5000 + i)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (uint64_t i = 0; i < 20000; ++i) EXPECT_TRUE(memory.Contains(Mix(i)));
}

TEST(FieldLinksTest, RemembersTheLatestPair) {
  FieldLinks links;
  EXPECT_EQ(links.Other(Mix(1)), 0u);
  links.Link(Mix(1), Mix(2));
  EXPECT_EQ(links.Other(Mix(1)), Mix(2));
  EXPECT_EQ(links.Other(Mix(2)), Mix(1));
  links.Link(Mix(1), Mix(3));
  EXPECT_EQ(links.Other(Mix(1)), Mix(3));
  EXPECT_EQ(links.Other(Mix(2)), Mix(1));
  EXPECT_EQ(links.Other(Mix(4)), 0u);
}

std::vector<std::string> Secrets(const SecretMemory& memory, uint64_t session) {
  std::vector<Needle> needles;
  Arena arena;
  memory.Collect(session, arena, needles);
  std::vector<std::string> result;
  for (const Needle& needle : needles) result.emplace_back(needle.text);
  return result;
}

TEST(SecretMemoryTest, KeepsTheLongestOfARow) {
  SecretMemory memory;
  memory.Remember(1, "hun");
  EXPECT_TRUE(memory.empty());
  memory.Remember(1, "hunt");
  memory.Remember(1, "hunter2");
  memory.Remember(1, "hunter");
  memory.Remember(1, "other");
  EXPECT_EQ(Secrets(memory, 1), (std::vector<std::string>{"hunter2", "other"}));
  EXPECT_EQ(Secrets(memory, 2), std::vector<std::string>{});
}

TEST(SecretMemoryTest, IsBounded) {
  SecretMemory memory;
  for (int i = 0; i < 20; ++i)
    memory.Remember(1, "secret number " + std::to_string(i) + "!");
  EXPECT_EQ(Secrets(memory, 1).size(), 8u);
  EXPECT_EQ(Secrets(memory, 1).back(), "secret number 19!");
  for (uint64_t i = 2; i < 5000; ++i) memory.Remember(i, "secret");
  EXPECT_EQ(Secrets(memory, 1).size(), 0u);
  EXPECT_EQ(Secrets(memory, 4999).size(), 1u);
  memory.Remember(4999, std::string(1000, 'x'));
  EXPECT_EQ(Secrets(memory, 4999).back().size(), 256u);
}

TEST(SecretMemoryTest, CountsCharacters) {
  EXPECT_EQ(PrefixOfCharacters("abcdef", 4), 4u);
  EXPECT_EQ(PrefixOfCharacters("abcd", 4), 4u);
  EXPECT_EQ(PrefixOfCharacters("abc", 4), 0u);
  EXPECT_EQ(PrefixOfCharacters("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9x", 4), 8u);
  EXPECT_EQ(PrefixOfCharacters("\xC3\xA9\xC3\xA9", 4), 0u);
}

}  // namespace
}  // namespace footfall::capture
