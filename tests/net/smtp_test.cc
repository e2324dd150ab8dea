// Against a real server process, see smtp_server.py.
#include "net/smtp.h"

#include <csignal>
#include <string>
#include <thread>

#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/mime.h"
#include "tests/net/smtp_fixture.h"

namespace footfall::net {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPassword[] = "correct horse battery";

SmtpServer ServerAt(const char* name, SmtpSecurity security) {
  SmtpServer server;
  server.host = "localhost";
  server.port = SmtpPort(name);
  server.security = security;
  server.user = "reports";
  server.password = base::SecretString(kPassword);
  server.ca_file = SmtpServerFacts().Find("ca_file")->as_string();
  server.hello = "example.com";
  return server;
}

SmtpServer Submission() { return ServerAt("starttls", SmtpSecurity::kStartTls); }

SmtpServer PlainServer() {
  SmtpServer server = ServerAt("plain", SmtpSecurity::kNone);
  server.user.clear();
  return server;
}

std::string MessageTo(const std::string& to) {
  MailMessage message;
  message.from = "reports@example.com";
  message.to = to;
  message.subject = "Weekly \xE2\x82\xAC logins";
  message.message_id = "id-1@example.com";
  message.date_ms = 1763712000000;
  message.text = "Hello\n.\nA line of a dot alone came before.\n";
  message.html = "<p>Hello</p>";
  message.inlined.push_back({"image/svg+xml", "chart.svg", "chart", "<svg/>"});
  message.attached.push_back({"text/csv; charset=utf-8", "logins.csv", "", "a,b\r\n"});
  return WriteMail(message).value();
}

std::vector<Delivery> SendTo(MailTransport& transport, std::vector<std::string> to,
                             const base::Cancel* cancel = nullptr) {
  const std::string message = MessageTo(to.front());
  return transport.Send({"reports@example.com", std::move(to)}, message, cancel);
}

Delivery SendOne(SmtpServer server, const std::string& to,
                 const base::Cancel* cancel = nullptr) {
  auto transport = MakeSmtpTransport(std::move(server)).value();
  const std::vector<Delivery> deliveries = SendTo(*transport, {to}, cancel);
  EXPECT_EQ(deliveries.size(), 1u);
  EXPECT_EQ(deliveries[0].recipient, to);
  EXPECT_THAT(deliveries[0].detail, Not(HasSubstr(kPassword)));
  return deliveries[0];
}

TEST(SmtpTest, SubmitsOverStartTlsWithAuth) {
  const size_t before = ReceivedMails().size();
  const Delivery delivery = SendOne(Submission(), "ana@example.com");
  EXPECT_EQ(delivery.fate, Fate::kAccepted) << delivery.detail;
  EXPECT_EQ(delivery.code, 250);
  EXPECT_EQ(delivery.detail, "2.0.0 taken over");
  EXPECT_FALSE(delivery.session_lost);
  const std::vector<base::Json> mails = ReceivedMails(before);
  ASSERT_EQ(mails.size(), 1u);
  const base::Json& mail = mails[0];
  EXPECT_TRUE(mail.Find("tls")->as_bool());
  EXPECT_EQ(mail.Find("user")->as_string(), "reports");
  EXPECT_EQ(mail.Find("hello")->as_string(), "example.com");
  EXPECT_EQ(mail.Find("from")->as_string(), "reports@example.com");
  EXPECT_EQ(mail.Find("to")->Dump(), R"(["ana@example.com"])");
  // What an independent parser reads.
  EXPECT_EQ(mail.Find("defects")->Dump(), "[]");
  EXPECT_EQ(mail.Find("bare_newlines")->as_int(), 0);
  EXPECT_LE(mail.Find("longest_line")->as_int(), 78);
  EXPECT_EQ(mail.Find("headers")->Find("subject")->as_string(),
            "Weekly \xE2\x82\xAC logins");
  EXPECT_EQ(mail.Find("structure")->Dump(),
            R"(["multipart/mixed","multipart/alternative","text/plain",)"
            R"("multipart/related","text/html","image/svg+xml","text/csv"])");
  EXPECT_EQ(mail.Find("parts")->as_array()[0].Find("text")->as_string(),
            "Hello\n.\nA line of a dot alone came before.\n");
  EXPECT_EQ(mail.Find("parts")->as_array()[3].Find("filename")->as_string(),
            "logins.csv");
}

TEST(SmtpTest, SubmitsOverTlsFromTheBeginning) {
  const Delivery delivery =
      SendOne(ServerAt("tls", SmtpSecurity::kTls), "ana@example.com");
  EXPECT_EQ(delivery.fate, Fate::kAccepted) << delivery.detail;
}

TEST(SmtpTest, KeepsTheConnection) {
  const size_t before = ReceivedMails().size();
  auto transport = MakeSmtpTransport(Submission()).value();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(SendTo(*transport, {"ana@example.com"})[0].fate, Fate::kAccepted);
  }
  const std::vector<base::Json> mails = ReceivedMails(before);
  ASSERT_EQ(mails.size(), 3u);
  EXPECT_EQ(mails[0].Find("peer")->as_int(), mails[1].Find("peer")->as_int());
  EXPECT_EQ(mails[0].Find("peer")->as_int(), mails[2].Find("peer")->as_int());
}

TEST(SmtpTest, OneRefusedRecipientDoesNotStopTheOthers) {
  auto transport = MakeSmtpTransport(Submission()).value();
  const size_t before = ReceivedMails().size();
  const std::vector<Delivery> deliveries =
      SendTo(*transport, {"gone@example.com", "ana@example.com", "grey-1@example.com"});
  ASSERT_EQ(deliveries.size(), 3u);
  EXPECT_EQ(deliveries[0].fate, Fate::kRefused);
  EXPECT_EQ(deliveries[0].code, 550);
  EXPECT_EQ(deliveries[0].detail, "5.1.1 no such mailbox");
  EXPECT_FALSE(deliveries[0].session_lost);
  EXPECT_EQ(deliveries[1].fate, Fate::kAccepted);
  EXPECT_EQ(deliveries[2].fate, Fate::kTemporary);
  EXPECT_EQ(deliveries[2].code, 451);
  ASSERT_EQ(ReceivedMails(before).size(), 1u);
  EXPECT_EQ(ReceivedMails(before)[0].Find("to")->Dump(), R"(["ana@example.com"])");
  EXPECT_EQ(SendTo(*transport, {"grey-1@example.com"})[0].fate, Fate::kAccepted);
}

TEST(SmtpTest, NobodyAccepted) {
  auto transport = MakeSmtpTransport(Submission()).value();
  const size_t before = ReceivedMails().size();
  const Delivery gone = SendTo(*transport, {"gone@example.com"})[0];
  EXPECT_EQ(gone.fate, Fate::kRefused);
  EXPECT_FALSE(gone.session_lost);
  const Delivery spam = SendTo(*transport, {"spam@example.com"})[0];
  EXPECT_EQ(spam.fate, Fate::kRejected);
  EXPECT_EQ(spam.code, 554);
  const Delivery later = SendTo(*transport, {"later@example.com"})[0];
  EXPECT_EQ(later.fate, Fate::kTemporary);
  EXPECT_EQ(later.code, 451);
  EXPECT_TRUE(ReceivedMails(before).empty());
}

TEST(SmtpTest, TheServiceClosesInBetween) {
  auto transport = MakeSmtpTransport(Submission()).value();
  EXPECT_EQ(SendTo(*transport, {"ana@example.com"})[0].fate, Fate::kAccepted);
  const Delivery busy = SendTo(*transport, {"busy@example.com"})[0];
  EXPECT_EQ(busy.fate, Fate::kTemporary);
  EXPECT_EQ(busy.code, 421);
  EXPECT_TRUE(busy.session_lost);
  // The next message gets a connection of its own.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(SendTo(*transport, {"ana@example.com"})[0].fate, Fate::kAccepted);
}

TEST(SmtpTest, AConnectionThatEndsAfterTheFinalDotIsNoSuccess) {
  const size_t before = ReceivedMails().size();
  const Delivery delivery = SendOne(Submission(), "drop-1@example.com");
  EXPECT_EQ(delivery.fate, Fate::kTemporary);
  EXPECT_TRUE(delivery.session_lost);
  EXPECT_THAT(delivery.detail, HasSubstr("the message may have been accepted"));
  EXPECT_EQ(ReceivedMails(before).size(), 1u);
}

TEST(SmtpTest, WithoutStartTlsNothingIsSaid) {
  const size_t before = ReceivedMails().size();
  const Delivery delivery =
      SendOne(ServerAt("plain", SmtpSecurity::kStartTls), "ana@example.com");
  EXPECT_EQ(delivery.fate, Fate::kUnusable);
  EXPECT_EQ(delivery.detail, "the server offers no STARTTLS");
  EXPECT_TRUE(ReceivedMails(before).empty());
}

TEST(SmtpTest, WithoutAuthNothingIsSaid) {
  const size_t before = ReceivedMails().size();
  const Delivery delivery =
      SendOne(ServerAt("open", SmtpSecurity::kStartTls), "ana@example.com");
  EXPECT_EQ(delivery.fate, Fate::kUnusable);
  EXPECT_EQ(delivery.detail, "the server offers no AUTH");
  EXPECT_TRUE(ReceivedMails(before).empty());
}

TEST(SmtpTest, AWrongPasswordIsNotRepeated) {
  SmtpServer server = Submission();
  server.password = base::SecretString("hunter2-wrong");
  const Delivery delivery = SendOne(std::move(server), "ana@example.com");
  EXPECT_EQ(delivery.fate, Fate::kUnusable);
  EXPECT_EQ(delivery.code, 535);
  EXPECT_EQ(delivery.detail, "the server does not accept the user name and password");
}

TEST(SmtpTest, CertificatesAreVerified) {
  SmtpServer unknown = Submission();
  unknown.ca_file.clear();
  const Delivery authority = SendOne(std::move(unknown), "ana@example.com");
  EXPECT_EQ(authority.fate, Fate::kUnusable);
  EXPECT_THAT(authority.detail, HasSubstr("certificate"));
  SmtpServer other_name = Submission();
  other_name.host = "127.0.0.1";
  const Delivery name = SendOne(std::move(other_name), "ana@example.com");
  EXPECT_EQ(name.fate, Fate::kUnusable);
  EXPECT_THAT(name.detail, HasSubstr("127.0.0.1"));
  SmtpServer no_file = Submission();
  no_file.ca_file = "/nonexistent/ca.pem";
  EXPECT_EQ(SendOne(std::move(no_file), "ana@example.com").fate, Fate::kUnusable);
}

TEST(SmtpTest, TheEnvironmentNamesNoProxy) {
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  setenv("all_proxy", "http://127.0.0.1:1", 1);
  EXPECT_EQ(SendOne(Submission(), "ana@example.com").fate, Fate::kAccepted);
  // One that the settings name is used, also where the environment exempts the host.
  setenv("no_proxy", "*", 1);
  SmtpServer server = Submission();
  server.proxy = "http://127.0.0.1:1";
  const Delivery delivery = SendOne(std::move(server), "ana@example.com");
  EXPECT_EQ(delivery.fate, Fate::kTemporary);
  EXPECT_THAT(delivery.detail, HasSubstr("127.0.0.1 port 1"));
  unsetenv("ALL_PROXY");
  unsetenv("all_proxy");
  unsetenv("no_proxy");
}

TEST(SmtpTest, NobodyThere) {
  SmtpServer server = PlainServer();
  server.port = 1;
  const Delivery refused = SendOne(std::move(server), "ana@example.com");
  EXPECT_EQ(refused.fate, Fate::kTemporary);
  EXPECT_TRUE(refused.session_lost);
  SmtpServer nowhere = PlainServer();
  nowhere.host = "nowhere.invalid";
  EXPECT_EQ(SendOne(std::move(nowhere), "ana@example.com").fate, Fate::kTemporary);
}

TEST(SmtpTest, SlowServersTimeOut) {
  SmtpServer server = PlainServer();
  server.timeout_ms = 300;
  const Delivery delivery = SendOne(std::move(server), "slow@example.com");
  EXPECT_EQ(delivery.fate, Fate::kTemporary);
  EXPECT_THAT(delivery.detail, HasSubstr("timed out"));
}

TEST(SmtpTest, EndlessRepliesEnd) {
  SmtpServer server = PlainServer();
  server.port = SmtpPort("endless");
  const Delivery delivery = SendOne(std::move(server), "ana@example.com");
  EXPECT_EQ(delivery.fate, Fate::kUnusable);
  EXPECT_EQ(delivery.detail, "the server's replies are too long");
}

TEST(SmtpTest, CanBeCancelled) {
  base::Cancel cancel;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cancel.Request();
  });
  const Delivery delivery = SendOne(PlainServer(), "slow@example.com", &cancel);
  later.join();
  EXPECT_EQ(delivery.fate, Fate::kTemporary);
  EXPECT_EQ(delivery.detail, "cancelled");
}

TEST(SmtpTest, RefusesABadHost) {
  SmtpServer server = PlainServer();
  server.host = "a/b";
  EXPECT_EQ(MakeSmtpTransport(std::move(server)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(SmtpTest, LeavesSignalsAlone) {
  sigset_t before;
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  SendOne(Submission(), "drop-1@example.net");
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGPIPE), sigismember(&after, SIGPIPE));
  struct sigaction action;
  sigaction(SIGPIPE, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

}  // namespace
}  // namespace footfall::net
