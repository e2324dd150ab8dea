// Results as HTML for pages and for e-mail.
#ifndef FOOTFALL_REPORT_HTML_H_
#define FOOTFALL_REPORT_HTML_H_

#include <cstddef>
#include <limits>
#include <string>

#include "report/result.h"

namespace footfall::report {

// The rows as a table to be put into a document, and after it the total row as another,
// where there is one: captions, headings with a scope, and inline styles only, as mail
// programs drop all others. Times are the zone's own; numbers have groups of digits. Of
// more than `rows_max` rows the first are shown, and a line says so.
std::string FormatHtml(const Result& result,
                       size_t rows_max = std::numeric_limits<size_t>::max());

// The same, with all rows, as a document of its own.
std::string FormatHtmlPage(const Result& result);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_HTML_H_
