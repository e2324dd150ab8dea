// The SMTP server that tests/net/smtp_server.py runs beside a test.
#ifndef FOOTFALL_TESTS_NET_SMTP_FIXTURE_H_
#define FOOTFALL_TESTS_NET_SMTP_FIXTURE_H_

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"

namespace footfall::net {

inline std::string ReadSmtpFile(const std::string& name) {
  const char* folder = std::getenv("FOOTFALL_SMTP");
  std::ifstream file(std::string(folder == nullptr ? "." : folder) + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// {"ports": {name: port}, "ca_file", "user", "password"}.
inline base::Json SmtpServerFacts() {
  return base::Json::Parse(ReadSmtpFile("server.json")).value();
}

inline int SmtpPort(const char* server) {
  return static_cast<int>(SmtpServerFacts().Find("ports")->Find(server)->as_int());
}

// Messages that the server took over since the `skip`th.
inline std::vector<base::Json> ReceivedMails(size_t skip = 0) {
  std::istringstream lines(ReadSmtpFile("received.ndjson"));
  std::vector<base::Json> mails;
  for (std::string line; std::getline(lines, line);) {
    if (skip > 0) {
      --skip;
    } else {
      mails.push_back(base::Json::Parse(line).value());
    }
  }
  return mails;
}

}  // namespace footfall::net

#endif  // FOOTFALL_TESTS_NET_SMTP_FIXTURE_H_
