#include "net/smtp_dialogue.h"

#include <utility>

#include "base/strings.h"

namespace footfall::net {
namespace {

constexpr size_t kTextMax = 300;
constexpr size_t kLineMax = 16'384;
constexpr int kServiceClosing = 421;

// A server says anything; what goes to a log is printable.
std::string Printable(std::string_view text) {
  std::string out(base::Trim(text.substr(0, kTextMax)));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool StartsWith(std::string_view line, std::string_view word) {
  return base::FoldCase(line.substr(0, word.size())) == word;
}

SmtpStep StepOf(std::string_view line, SmtpStep before) {
  if (before == SmtpStep::kAuth && !StartsWith(line, "mail from")) return before;
  if (StartsWith(line, "ehlo") || StartsWith(line, "helo")) return SmtpStep::kHello;
  if (StartsWith(line, "starttls")) return SmtpStep::kStartTls;
  if (StartsWith(line, "auth")) return SmtpStep::kAuth;
  if (StartsWith(line, "mail")) return SmtpStep::kMail;
  if (StartsWith(line, "rcpt")) return SmtpStep::kRcpt;
  if (StartsWith(line, "data")) return SmtpStep::kData;
  return before;
}

}  // namespace

void SmtpDialogue::BeginMessage() {
  recipients_.clear();
  message_.reset();
  refusal_.reset();
  closing_ = false;
  partial_.clear();
  step_ = SmtpStep::kGreeting;
}

void SmtpDialogue::OnSent(std::string_view line) {
  step_ = StepOf(line, step_);
  hello_done_ = false;
  if (step_ == SmtpStep::kHello) offers_auth_ = false;
  if (step_ == SmtpStep::kStartTls) start_tls_sent_ = true;
}

void SmtpDialogue::OnReceived(std::string_view bytes) {
  partial_ += bytes;
  size_t end;
  while ((end = partial_.find('\n')) != std::string::npos) {
    const std::string line = partial_.substr(0, end);
    partial_.erase(0, end + 1);
    OnLine(line);
  }
  if (partial_.size() > kLineMax) partial_.clear();
}

void SmtpDialogue::OnLine(std::string_view line) {
  if (line.size() < 3 || !IsDigit(line[0]) || !IsDigit(line[1]) || !IsDigit(line[2])) {
    return;
  }
  // The keyword alone offers no mechanism.
  if (step_ == SmtpStep::kHello && line.size() > 4) {
    const std::string_view keyword = base::Trim(line.substr(4));
    offers_auth_ |= StartsWith(keyword, "auth ");
  }
  if (line.size() > 3 && line[3] == '-') return;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  OnReply({code, line.size() > 4 ? Printable(line.substr(4)) : ""});
}

void SmtpDialogue::OnReply(SmtpReply reply) {
  if (reply.code == kServiceClosing) closing_ = true;
  switch (step_) {
    case SmtpStep::kRcpt:
      recipients_.push_back(std::move(reply));
      return;
    case SmtpStep::kBody:
      message_ = std::move(reply);
      return;
    case SmtpStep::kData:
      if (reply.positive()) {
        step_ = SmtpStep::kBody;
      } else {
        message_ = std::move(reply);
      }
      return;
    case SmtpStep::kHello:
      hello_done_ = true;
      break;
    case SmtpStep::kGreeting:  // Of a new connection.
      offers_auth_ = false;
      start_tls_sent_ = false;
      break;
    default:
      break;
  }
  if (reply.positive()) return;
  refusal_ = std::move(reply);
  refused_step_ = step_;
}

}  // namespace footfall::net
