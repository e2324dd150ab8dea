// Results as pictures.
#ifndef FOOTFALL_REPORT_CHART_SVG_H_
#define FOOTFALL_REPORT_CHART_SVG_H_

#include <string>

#include "absl/status/statusor.h"
#include "report/result.h"

namespace footfall::report {

// The chart of the result (MakeChart says which have one) as an SVG document, 720 pixels
// wide, on a white ground of its own, without script, style sheet, font or link. The same
// result gives the same bytes.
absl::StatusOr<std::string> FormatSvg(const Result& result);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_CHART_SVG_H_
