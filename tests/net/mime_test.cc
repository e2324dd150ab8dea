#include "net/mime.h"

#include <string>

#include "absl/strings/escaping.h"
#include "base/status.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace footfall::net {
namespace {

using testing::HasSubstr;

MailMessage Plain() {
  MailMessage message;
  message.from = "reports@example.com";
  message.to = "ana@example.com";
  message.subject = "Weekly logins";
  message.message_id = "abc@example.com";
  message.date_ms = 1763712000000;
  message.text = "Hello\n";
  return message;
}

TEST(MimeTest, WritesAPlainMessage) {
  EXPECT_EQ(*WriteMail(Plain()),
            "Date: Fri, 21 Nov 2025 08:00:00 +0000\r\n"
            "From: reports@example.com\r\n"
            "To: ana@example.com\r\n"
            "Message-ID: <abc@example.com>\r\n"
            "Subject: Weekly logins\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "SGVsbG8K\r\n");
}

TEST(MimeTest, NestsAlternativesInlineImagesAndAttachments) {
  MailMessage message = Plain();
  message.html = "<p>Hello</p>";
  message.inlined.push_back({"image/svg+xml", "chart.svg", "chart", "<svg/>"});
  message.attached.push_back({"text/csv; charset=utf-8", "logins.csv", "", "a,b\r\n"});
  message.unsubscribe_url = "https://example.com/u?token=t";
  const std::string text = *WriteMail(message);
  EXPECT_THAT(text, HasSubstr("List-Unsubscribe: <https://example.com/u?token=t>\r\n"
                              "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
  size_t at = 0;
  for (const char* part :
       {"multipart/mixed", "multipart/alternative", "text/plain", "multipart/related",
        "text/html", "image/svg+xml", "Content-ID: <chart>",
        "Content-Disposition: inline; filename=\"chart.svg\"", "text/csv",
        "Content-Disposition: attachment; filename=\"logins.csv\""}) {
    const size_t found = text.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << "\n" << text;
    at = found;
  }
  EXPECT_EQ(*WriteMail(message), text);
}

TEST(MimeTest, LinesStayShortAndAscii) {
  MailMessage message = Plain();
  message.text = std::string(10'000, 'x') + "\xE2\x82\xAC\r\n.\r\n";
  message.subject = std::string(300, 's') + " \xE2\x82\xAC";
  message.from_name = "R\xC3\xA9ports";
  const std::string text = *WriteMail(message);
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 78u);
    at = end + 2;
  }
  for (const char c : text) EXPECT_TRUE((c >= ' ' && c <= '~') || c == '\r' || c == '\n');
  EXPECT_EQ(text.find("\r\n.\r\n"), std::string::npos);
}

TEST(MimeTest, EncodedWordsCutNoCharacter) {
  EXPECT_EQ(HeaderText("plain text"), "plain text");
  EXPECT_EQ(HeaderText("caf\xC3\xA9"), "=?UTF-8?B?Y2Fmw6k=?=");
  EXPECT_EQ(HeaderText("=?x?="), "=?UTF-8?B?PT94Pz0=?=");
  std::string euros;
  for (int i = 0; i < 50; ++i) euros += "\xE2\x82\xAC";
  std::string decoded;
  std::string encoded = HeaderText(euros);
  while (!encoded.empty()) {
    const size_t begin = encoded.find("=?UTF-8?B?") + 10;
    const size_t end = encoded.find("?=", begin);
    std::string bytes;
    ASSERT_TRUE(
        absl::Base64Unescape(base::Abs(encoded.substr(begin, end - begin)), &bytes));
    EXPECT_TRUE(base::IsUtf8(bytes));
    decoded += bytes;
    encoded = end + 2 < encoded.size() ? encoded.substr(end + 5) : "";
  }
  EXPECT_EQ(decoded, euros);
}

TEST(MimeTest, QuotesTheSendersName) {
  MailMessage message = Plain();
  message.from_name = "Reports, \"daily\"";
  EXPECT_THAT(
      *WriteMail(message),
      HasSubstr("From: \"Reports, \\\"daily\\\"\"\r\n <reports@example.com>\r\n"));
}

TEST(MimeTest, RefusesInjectedHeaders) {
  const auto refused = [](void (*change)(MailMessage&)) {
    MailMessage message = Plain();
    change(message);
    return WriteMail(message).status().code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](MailMessage& m) { m.subject = "a\r\nBcc: eve@example.com"; }));
  EXPECT_TRUE(refused([](MailMessage& m) { m.from = "a@example.com\r\nX: y"; }));
  EXPECT_TRUE(refused([](MailMessage& m) { m.from_name = "a\nb"; }));
  EXPECT_TRUE(refused([](MailMessage& m) { m.to = "a@example.com,b@example.com"; }));
  EXPECT_TRUE(refused([](MailMessage& m) { m.message_id = "a b@example.com"; }));
  EXPECT_TRUE(refused([](MailMessage& m) { m.unsubscribe_url = "https://x\r\nA: b"; }));
  EXPECT_TRUE(refused([](MailMessage& m) {
    m.attached.push_back({"text/csv", "a\r\nb", "", ""});
  }));
  EXPECT_TRUE(refused([](MailMessage& m) {
    m.inlined.push_back({"image/svg+xml", "a", "i\nd", ""});
  }));
  EXPECT_TRUE(refused([](MailMessage& m) {
    m.attached.push_back({"text/csv\r\nX: y", "a", "", ""});
  }));
}

}  // namespace
}  // namespace footfall::net
