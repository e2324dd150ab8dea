// A report as a mail: text, HTML with the chart, the rows as an attachment.
#ifndef FOOTFALL_RUNTIME_REPORT_MAIL_H_
#define FOOTFALL_RUNTIME_REPORT_MAIL_H_

#include <string>
#include <string_view>

#include "net/mime.h"
#include "report/result.h"
#include "runtime/subscription.h"

namespace footfall::runtime {

// The mail for all recipients: without address, id and unsubscribe link.
net::MailMessage MakeReportMail(const Subscription& subscription,
                                const report::Result& result);

// The mail for one of them, with the link, if there is one, below the report.
net::MailMessage WithUnsubscribeLink(net::MailMessage mail, std::string_view url);

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_REPORT_MAIL_H_
