#include "net/smtp_dialogue.h"

#include "gtest/gtest.h"

namespace footfall::net {
namespace {

TEST(SmtpDialogueTest, KnowsTheReplyToEachCommand) {
  SmtpDialogue dialogue;
  dialogue.BeginMessage();
  dialogue.OnReceived("220 mail.example.com\r\n");
  dialogue.OnSent("EHLO example.com\r\n");
  dialogue.OnReceived("250-mail.example.com\r\n250-AUTH PLAIN\r\n");
  EXPECT_FALSE(dialogue.hello_done());
  dialogue.OnReceived("250 SIZE 1000\r\n");
  EXPECT_TRUE(dialogue.hello_done());
  EXPECT_TRUE(dialogue.offers_auth());
  dialogue.OnSent("AUTH PLAIN\r\n");
  dialogue.OnReceived("334 \r\n");
  dialogue.OnSent("ZGF0YQ==\r\n");
  dialogue.OnReceived("235 2.7.0 welcome\r\n");
  dialogue.OnSent("MAIL FROM:<a@example.com>\r\n");
  dialogue.OnReceived("250 ok\r\n");
  dialogue.OnSent("RCPT TO:<b@example.com>\r\n");
  // Cut anywhere, and of several lines.
  dialogue.OnReceived("550-5.1.1 no\r\n55");
  dialogue.OnReceived("0 5.1.1 such mail");
  dialogue.OnReceived("box\r\n");
  dialogue.OnSent("RCPT TO:<c@example.com>\r\n");
  dialogue.OnReceived("250\r\n");
  dialogue.OnSent("DATA\r\n");
  EXPECT_FALSE(dialogue.body_sent());
  dialogue.OnReceived("354 go on\r\n");
  EXPECT_TRUE(dialogue.body_sent());
  EXPECT_FALSE(dialogue.message().has_value());
  dialogue.OnReceived("451 4.3.0 disk\x07 full\r\n");
  ASSERT_EQ(dialogue.recipients().size(), 2u);
  EXPECT_EQ(dialogue.recipients()[0].code, 550);
  EXPECT_EQ(dialogue.recipients()[0].text, "5.1.1 such mailbox");
  EXPECT_TRUE(dialogue.recipients()[0].permanent());
  EXPECT_TRUE(dialogue.recipients()[1].positive());
  EXPECT_EQ(dialogue.recipients()[1].text, "");
  EXPECT_EQ(dialogue.message()->text, "4.3.0 disk? full");
  EXPECT_TRUE(dialogue.message()->temporary());
  EXPECT_FALSE(dialogue.refusal().has_value());

  dialogue.BeginMessage();
  EXPECT_TRUE(dialogue.recipients().empty());
  EXPECT_FALSE(dialogue.message().has_value());
  dialogue.OnSent("MAIL FROM:<a@example.com>\r\n");
  dialogue.OnReceived("421 4.3.2 closing\r\n");
  EXPECT_TRUE(dialogue.closing());
  EXPECT_EQ(dialogue.refusal()->code, 421);
  EXPECT_EQ(dialogue.refused_step(), SmtpStep::kMail);
}

TEST(SmtpDialogueTest, WhatAConnectionOffersEndsWithIt) {
  SmtpDialogue dialogue;
  dialogue.OnReceived("220 mail.example.com\r\n");
  dialogue.OnSent("EHLO example.com\r\n");
  dialogue.OnReceived("250-mail\r\n250 STARTTLS\r\n");
  EXPECT_FALSE(dialogue.offers_auth());
  dialogue.OnSent("STARTTLS\r\n");
  EXPECT_TRUE(dialogue.start_tls_sent());
  dialogue.OnReceived("220 go on\r\n");
  dialogue.OnSent("EHLO example.com\r\n");
  EXPECT_FALSE(dialogue.hello_done());
  dialogue.OnReceived("250 auth login\r\n");
  EXPECT_TRUE(dialogue.offers_auth());
  dialogue.BeginMessage();
  dialogue.OnReceived("220 mail.example.com\r\n");
  EXPECT_FALSE(dialogue.offers_auth());
  dialogue.OnSent("EHLO example.com\r\n");
  dialogue.OnReceived("250-AUTH \r\n250 AUTHENTIC\r\n");
  EXPECT_FALSE(dialogue.offers_auth());
  EXPECT_FALSE(dialogue.start_tls_sent());
}

TEST(SmtpDialogueTest, SurvivesWhatIsNoSmtp) {
  SmtpDialogue dialogue;
  dialogue.OnReceived("\r\n\r\n12\r\nHTTP/1.1 400 Bad Request\r\nab");
  dialogue.OnReceived(std::string(100'000, 'x'));
  dialogue.OnReceived("\r\n554 no\r\n");
  EXPECT_EQ(dialogue.refusal()->code, 554);
  EXPECT_EQ(dialogue.refused_step(), SmtpStep::kGreeting);
}

}  // namespace
}  // namespace footfall::net
