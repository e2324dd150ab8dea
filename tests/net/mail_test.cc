#include "net/mail.h"

#include "base/status.h"
#include "gtest/gtest.h"
#include "net/smtp.h"

namespace footfall::net {
namespace {

TEST(MailAddressTest, TakesPlainAddresses) {
  for (const char* address :
       {"ana@example.com", "ana.b+tag@mail.example.com", "a@b", "x_y-z@10.0.0.1",
        "o'neil@example.co.uk", "{odd}|~@example.com"}) {
    EXPECT_TRUE(CheckMailAddress(address).ok()) << address;
  }
  EXPECT_TRUE(CheckMailAddress(std::string(64, 'a') + "@example.com").ok());
}

TEST(MailAddressTest, RefusesWhatCouldSayMore) {
  const std::string injected[] = {
      "",
      "ana",
      "@example.com",
      "ana@",
      "ana@example..com",
      "ana@-example.com",
      "ana@example-.com",
      ".ana@example.com",
      "ana.@example.com",
      "a..b@example.com",
      "ana@example.com ",
      " ana@example.com",
      "ana@example.com\r\nRCPT TO:<eve@example.com>",
      "ana@example.com\n",
      "ana\r\n@example.com",
      "ana@example.com>",
      "<ana@example.com>",
      "ana@example.com, eve@example.com",
      "\"a b\"@example.com",
      "ana(comment)@example.com",
      "an\xC3\xA4@example.com",
      "ana@ex\xC3\xA4mple.com",
      std::string("ana\0@example.com", 16),
      std::string(65, 'a') + "@example.com",
      "ana@" + std::string(64, 'b') + ".com",
  };
  for (const std::string& address : injected) {
    const absl::Status status = CheckMailAddress(address);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << address;
    if (!address.empty()) {
      EXPECT_EQ(base::MessageOf(status).find(address), std::string::npos) << address;
    }
  }
}

TEST(MailAddressTest, HeaderTextIsOneLineOfUtf8) {
  EXPECT_TRUE(CheckHeaderText("the subject", "R\xC3\xA9sum\xC3\xA9, \"quoted\"").ok());
  for (const char* text :
       {"a\r\nBcc: eve@example.com", "a\nb", "a\rb", "a\tb", "\x7f", "\xff", "\xC3"}) {
    const absl::Status status = CheckHeaderText("the subject", text);
    EXPECT_EQ(base::MessageOf(status),
              "the subject must be UTF-8 text without control characters");
  }
}

TEST(HostTest, NamesAndAddresses) {
  for (const char* host :
       {"mail.example.com", "localhost", "127.0.0.1", "::1", "fe80::1"}) {
    EXPECT_TRUE(CheckHost(host).ok()) << host;
  }
  for (const char* host : {"", "a b", "[::1]", "mail.example.com/x", "user@host", "a:25",
                           "a\r\nb", "-a", "h?x"}) {
    EXPECT_FALSE(CheckHost(host).ok()) << host;
  }
  for (const char* host : {"localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "::1"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"10.0.0.1", "localhost.example.com", "127.0.0.1.example.com",
                           "::2", "example.com"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

}  // namespace
}  // namespace footfall::net
