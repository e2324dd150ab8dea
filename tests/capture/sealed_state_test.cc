#include "capture/sealed_state.h"

#include <gtest/gtest.h>

#include <string>

namespace footfall::capture {
namespace {

const std::string kKey(32, 'k');
const std::string kState = "page of a person, typed: Tr0ubador-correct";

std::string Sealed(std::string_view state = kState) {
  auto sealed = SealState(state, kKey);
  EXPECT_TRUE(sealed.ok());
  return *sealed;
}

TEST(SealedStateTest, OpensWithItsKey) {
  for (const std::string& state : {kState, std::string(), std::string(100'000, 'x')}) {
    auto opened = OpenState(Sealed(state), kKey);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->text, state);
  }
}

TEST(SealedStateTest, HoldsNothingInClearAndNeverTheSameBytes) {
  const std::string sealed = Sealed();
  EXPECT_EQ(sealed.substr(0, 8), std::string("FFRS\1\0\0\0", 8));
  EXPECT_EQ(sealed.find("person"), std::string::npos);
  EXPECT_EQ(sealed.find("Tr0u"), std::string::npos);
  EXPECT_NE(sealed.substr(8), Sealed().substr(8));
}

TEST(SealedStateTest, RefusesKeysOfAnotherSize) {
  for (const size_t size : {0, 16, 31, 33}) {
    const std::string key(size, 'k');
    EXPECT_EQ(SealState(kState, key).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(OpenState(Sealed(), key).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(SealedStateTest, RefusesAnotherKey) {
  std::string other = kKey;
  other[31] ^= 1;
  EXPECT_EQ(OpenState(Sealed(), other).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(SealedStateTest, RefusesEveryChange) {
  const std::string sealed = Sealed();
  for (size_t at = 0; at < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] ^= 1;
    auto opened = OpenState(changed, kKey);
    ASSERT_FALSE(opened.ok()) << at;
    const auto expected = at < 4    ? absl::StatusCode::kDataLoss
                          : at == 4 ? absl::StatusCode::kUnimplemented
                                    : absl::StatusCode::kInvalidArgument;
    EXPECT_EQ(opened.status().code(), expected) << at;
  }
}

TEST(SealedStateTest, RefusesWhatWasCutOrAddedTo) {
  const std::string sealed = Sealed();
  for (size_t size = 0; size < sealed.size(); ++size) {
    const auto code = OpenState(sealed.substr(0, size), kKey).status().code();
    EXPECT_EQ(code, size < 48 ? absl::StatusCode::kDataLoss
                              : absl::StatusCode::kInvalidArgument)
        << size;
  }
  EXPECT_EQ(OpenState(sealed + "x", kKey).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenState("{\"version\":1}", kKey).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace footfall::capture
