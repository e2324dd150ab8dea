#include "base/status.h"

#include "gtest/gtest.h"

namespace footfall::base {
namespace {

TEST(StatusTest, CarriesPathAndByte) {
  const absl::Status status = WithByte(InvalidAt("$.op", "unknown operator"), 17);
  EXPECT_EQ(PathOf(status), "$.op");
  EXPECT_EQ(ByteOf(status), 17);
  EXPECT_EQ(MessageOf(status), "$.op: unknown operator");
}

TEST(StatusTest, PrefixMovesThePathOutward) {
  const absl::Status status =
      WithPathPrefix("$.where", WithByte(InvalidAt("$.op", "unknown operator"), 17));
  EXPECT_EQ(PathOf(status), "$.where.op");
  EXPECT_EQ(MessageOf(status), "$.where.op: unknown operator");
  EXPECT_EQ(ByteOf(status), 17);
  EXPECT_EQ(PathOf(WithPathPrefix("$.tz", absl::InvalidArgumentError("bad"))), "$.tz");
  EXPECT_TRUE(WithPathPrefix("$.tz", absl::OkStatus()).ok());
}

TEST(StatusTest, AbsentDetailsAreAbsent) {
  const absl::Status status = MakeError(absl::StatusCode::kNotFound, "no report 'x'");
  EXPECT_EQ(PathOf(status), std::nullopt);
  EXPECT_EQ(ByteOf(status), std::nullopt);
}

}  // namespace
}  // namespace footfall::base
