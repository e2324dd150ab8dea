#include "runtime/report_mail.h"

#include <utility>

#include "base/strings.h"
#include "base/time.h"
#include "report/chart_svg.h"
#include "report/export.h"
#include "report/html.h"
#include "report/svg.h"
#include "report/visible_text.h"

namespace footfall::runtime {
namespace {

// What a mail program shows without effort; the attachment has all rows.
constexpr size_t kHtmlRowsMax = 500;
constexpr size_t kTextRowsMax = 100;
constexpr std::string_view kChartId = "chart";

std::string TitleOf(const report::Result& result) {
  return report::MakeVisible(result.title.empty() ? result.report : result.title).text;
}

std::string Day(int64_t time_ms, const report::Result& result) {
  return base::FormatDate(base::LocalDay(time_ms, result.timezone));
}

// "2025-11-14 to 2025-11-21, Europe/Paris"; open ends are left out.
std::string Period(const report::Result& result) {
  std::string out;
  if (result.from_ms.has_value()) out = base::Cat("From ", Day(*result.from_ms, result));
  if (result.to_ms.has_value()) {
    // The end is not part of the range.
    out += base::Cat(out.empty() ? "Up to " : " to ", Day(*result.to_ms - 1, result));
  }
  if (out.empty()) out = base::Cat("As of ", Day(result.now_ms, result));
  return base::Cat(out, ", ", result.timezone_name);
}

std::string TextBody(const Subscription& subscription, const report::Result& result) {
  const size_t rows = result.rows.row_count();
  std::string out = base::Cat(TitleOf(result), "\n", Period(result), "\n\n");
  if (rows <= kTextRowsMax) {
    out += report::Export(result, report::Format::kTable);
  } else {
    out += base::Cat("The report has ", rows, " rows.",
                     subscription.csv ? " They are attached." : "", "\n");
  }
  return out;
}

// The table has the title and the period for its caption.
std::string HtmlBody(const report::Result& result, bool chart) {
  const std::string title = report::XmlText(TitleOf(result));
  std::string out = base::Cat(
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>", title,
      "</title></head>\n<body style=\"font-family:sans-serif;background:#fff\">\n");
  if (chart) {
    out += base::Cat("<p><img src=\"cid:", kChartId, "\" alt=\"Chart: ", title,
                     "\" width=\"720\" style=\"max-width:100%\"></p>\n");
  }
  return base::Cat(out, report::FormatHtml(result, kHtmlRowsMax), "</body></html>\n");
}

}  // namespace

net::MailMessage MakeReportMail(const Subscription& subscription,
                                const report::Result& result) {
  net::MailMessage mail;
  mail.date_ms = result.now_ms;
  mail.subject = subscription.subject.empty()
                     ? base::Cat(TitleOf(result), ", ", Day(result.now_ms, result))
                     : subscription.subject;
  mail.text = TextBody(subscription, result);
  if (subscription.html) {
    absl::StatusOr<std::string> chart = report::FormatSvg(result);
    mail.html = HtmlBody(result, chart.ok());
    if (chart.ok()) {
      mail.inlined.push_back(
          {"image/svg+xml", "chart.svg", std::string(kChartId), *std::move(chart)});
    }
  }
  if (subscription.csv) {
    mail.attached.push_back({"text/csv; charset=utf-8",
                             base::Cat(subscription.name, ".csv"), "",
                             report::Export(result, report::Format::kCsv)});
  }
  return mail;
}

net::MailMessage WithUnsubscribeLink(net::MailMessage mail, std::string_view url) {
  mail.unsubscribe_url = url;
  mail.text += base::Cat("\nUnsubscribe: ", url, "\n");
  const size_t end = mail.html.rfind("</body>");
  if (end != std::string::npos) {
    mail.html.insert(end, base::Cat("<p style=\"font-size:12px\"><a href=\"",
                                    report::XmlText(url), "\">Unsubscribe</a></p>\n"));
  }
  return mail;
}

}  // namespace footfall::runtime
