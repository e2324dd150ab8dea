// How the pictures of charts are laid out.
#ifndef FOOTFALL_REPORT_CHART_SVG_PARTS_H_
#define FOOTFALL_REPORT_CHART_SVG_PARTS_H_

#include <string_view>

#include "report/chart.h"
#include "report/svg.h"

namespace footfall::report {

inline constexpr double kPictureWidth = 720;
inline constexpr double kMargin = 24;
inline constexpr double kRight = kPictureWidth - kMargin;

// Each with a contrast of at least 4.5 to white.
inline constexpr std::string_view kInk = "#1f2328";
inline constexpr std::string_view kFaintInk = "#57606a";
inline constexpr std::string_view kBlue = "#0b5cad";

// These draw below `y` and answer where they ended.
double DrawFunnel(const FunnelChart& funnel, double y, Svg* svg);
double DrawRetention(const RetentionChart& retention, double y, Svg* svg);
double DrawTrend(const TrendChart& trend, double y, Svg* svg);
double DrawNps(const NpsChart& nps, double y, Svg* svg);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_CHART_SVG_PARTS_H_
