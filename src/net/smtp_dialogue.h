// Follows an SMTP dialogue as it passes, to know the reply to each command.
#ifndef FOOTFALL_NET_SMTP_DIALOGUE_H_
#define FOOTFALL_NET_SMTP_DIALOGUE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::net {

struct SmtpReply {
  int code = 0;      // 250
  std::string text;  // Of its last line, after the code; printable.

  bool positive() const { return code >= 200 && code < 400; }
  bool temporary() const { return code >= 400 && code < 500; }
  bool permanent() const { return code >= 500 && code < 600; }
};

// What a command asks for. Everything between AUTH and its last reply is kAuth.
enum class SmtpStep { kGreeting, kHello, kStartTls, kAuth, kMail, kRcpt, kData, kBody };

class SmtpDialogue {
 public:
  // Begins the next message on the same connection or a new one.
  void BeginMessage();

  // A command line that was sent, and bytes that were received, cut anywhere.
  void OnSent(std::string_view line);
  void OnReceived(std::string_view bytes);

  SmtpStep step() const { return step_; }
  // The reply to each RCPT so far, in order.
  const std::vector<SmtpReply>& recipients() const { return recipients_; }
  // The reply to the message itself.
  const std::optional<SmtpReply>& message() const { return message_; }
  // The last one that was no positive reply to another step.
  const std::optional<SmtpReply>& refusal() const { return refusal_; }
  SmtpStep refused_step() const { return refused_step_; }
  // The server says that it closes the connection.
  bool closing() const { return closing_; }
  bool body_sent() const { return step_ == SmtpStep::kBody; }
  // Whether the last EHLO, after STARTTLS if that was sent, offered AUTH.
  bool offers_auth() const { return offers_auth_; }
  // An EHLO has just been answered in full.
  bool hello_done() const { return hello_done_; }
  bool start_tls_sent() const { return start_tls_sent_; }

 private:
  void OnLine(std::string_view line);
  void OnReply(SmtpReply reply);

  SmtpStep step_ = SmtpStep::kGreeting;
  SmtpStep refused_step_ = SmtpStep::kGreeting;
  std::string partial_;  // A line that has not ended.
  std::vector<SmtpReply> recipients_;
  std::optional<SmtpReply> message_;
  std::optional<SmtpReply> refusal_;
  bool closing_ = false;
  bool offers_auth_ = false;
  bool hello_done_ = false;
  bool start_tls_sent_ = false;
};

}  // namespace footfall::net

#endif  // FOOTFALL_NET_SMTP_DIALOGUE_H_
