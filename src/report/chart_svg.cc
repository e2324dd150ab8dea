#include "report/chart_svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "report/chart_svg_parts.h"
#include "report/readable.h"

namespace footfall::report {
namespace {

using base::Cat;

constexpr TextStyle kHeading = {.size = 11, .fill = kFaintInk};

TextStyle AtEnd(TextStyle style) {
  style.anchor = Anchor::kEnd;
  return style;
}

// Columns of the funnel.
constexpr double kBarLeft = 196;
constexpr double kBarWidth = 210;
constexpr double kPeopleRight = 482;
constexpr double kFirstRight = 546;
constexpr double kPreviousRight = 618;
constexpr std::string_view kLightBlue = "#b6d4f2";

void DrawFunnelStep(const FunnelChart::Step& step, size_t number, double previous_share,
                    double y, Svg* svg) {
  const double share = step.of_first.value_or(0);
  const double middle = y + 21;
  svg->CutText(kMargin, middle, kBarLeft - kMargin - 12,
               MakeVisible(Cat(number, " ", step.name.text)));
  svg->Rect(kBarLeft, y + 6, kBarWidth, 22, "#eaeef2");
  svg->Rect(kBarLeft, y + 6, kBarWidth * previous_share, 22, kLightBlue);
  svg->Rect(kBarLeft, y + 6, kBarWidth * share, 22, kBlue);
  const TextStyle number_style = AtEnd({.size = 12});
  // What is longer would reach into the bar.
  constexpr int64_t kWholeMax = 99'999'999;
  svg->Text(kPeopleRight, middle,
            step.people <= kWholeMax ? ReadableCount(step.people)
                                     : ShortNumber(static_cast<double>(step.people)),
            number_style);
  if (step.of_first.has_value()) {
    svg->Text(kFirstRight, middle, ReadableShare(*step.of_first), number_style);
  }
  if (number > 1 && step.of_previous.has_value()) {
    svg->Text(kPreviousRight, middle, ReadableShare(*step.of_previous), number_style);
  }
  if (step.median_ms.has_value()) {
    svg->Text(kRight, middle, ReadableDuration(*step.median_ms), number_style);
  }
}

// Of white and black the one that stands out from the colour, by at least 4.5.
std::string_view InkOn(const std::array<int, 3>& colour) {
  constexpr double kWeights[] = {0.2126, 0.7152, 0.0722};
  double luminance = 0;
  for (size_t i = 0; i < 3; ++i) {
    const double part = colour[i] / 255.0;
    luminance += kWeights[i] *
                 (part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

// From nearly white to dark blue.
std::array<int, 3> ShareColour(double share) {
  constexpr std::array<int, 3> kNone = {0xee, 0xf5, 0xfc};
  constexpr std::array<int, 3> kAll = {0x08, 0x45, 0x88};
  const double part = std::clamp(share, 0.0, 1.0);
  std::array<int, 3> colour{};
  for (size_t i = 0; i < 3; ++i) {
    colour[i] = static_cast<int>(std::lround(kNone[i] + (kAll[i] - kNone[i]) * part));
  }
  return colour;
}

std::string HexColour(const std::array<int, 3>& colour) {
  std::string bytes;
  for (const int part : colour) bytes += static_cast<char>(part);
  return Cat("#", base::Hex(bytes));
}

std::string PercentText(double share) {
  return Cat(static_cast<int64_t>(std::lround(share * 100)), "%");
}

// A category of answers, worst first.
struct Category {
  std::string_view name;
  std::string_view colour;
  int64_t people = 0;
};

void DrawScores(const std::array<int64_t, 11>& scores,
                const std::array<Category, 3>& categories, double y, Svg* svg) {
  constexpr double kHeight = 110;
  constexpr double kStep = (kRight - kMargin) / 11;
  const int64_t most =
      std::max<int64_t>(1, *std::max_element(scores.begin(), scores.end()));
  const TextStyle centred = {.size = 12, .anchor = Anchor::kMiddle};
  svg->Text(kMargin, y + 12, "People by score", kHeading);
  const double bottom = y + 46 + kHeight;
  for (size_t score = 0; score < scores.size(); ++score) {
    const double height =
        kHeight * static_cast<double>(scores[score]) / static_cast<double>(most);
    const double left = kMargin + kStep * static_cast<double>(score);
    const Category& category = categories[score <= 6 ? 0 : score <= 8 ? 1 : 2];
    svg->Rect(left + 8, bottom - height, kStep - 16, height, category.colour);
    svg->Text(left + kStep / 2, bottom - height - 6,
              ShortNumber(static_cast<double>(scores[score])), centred);
    svg->Text(left + kStep / 2, bottom + 18, Cat(score), centred);
  }
  svg->Line(kMargin, bottom, kRight, bottom, {.stroke = "#8c959f"});
}

struct DrawSvg {
  double y;
  Svg* svg;

  double operator()(const FunnelChart& chart) const { return DrawFunnel(chart, y, svg); }
  double operator()(const RetentionChart& chart) const {
    return DrawRetention(chart, y, svg);
  }
  double operator()(const TrendChart& chart) const { return DrawTrend(chart, y, svg); }
  double operator()(const NpsChart& chart) const { return DrawNps(chart, y, svg); }
};

}  // namespace

double DrawFunnel(const FunnelChart& funnel, double y, Svg* svg) {
  const TextStyle right = AtEnd(kHeading);
  svg->Text(kMargin, y + 12, "Step", kHeading);
  svg->Rect(kBarLeft, y + 3, 10, 10, kBlue);
  svg->Text(kBarLeft + 15, y + 12, "reached", kHeading);
  svg->Rect(kBarLeft + 70, y + 3, 10, 10, kLightBlue);
  svg->Text(kBarLeft + 85, y + 12, "lost since the step before", kHeading);
  svg->Text(kPeopleRight, y + 12, "People", right);
  svg->Text(kFirstRight, y + 12, "Of first", right);
  svg->Text(kPreviousRight, y + 12, "Of previous", right);
  svg->Text(kRight, y + 12, "Median time", right);
  y += 18;
  for (const FunnelChart::Group& group : funnel.groups) {
    svg->Line(kMargin, y, kRight, y, {});
    if (!group.value.text.empty()) {
      svg->CutText(kMargin, y + 22, kRight - kMargin, group.value,
                   {.size = 13, .bold = true});
      y += 28;
    }
    double previous_share = 1;
    for (size_t i = 0; i < group.steps.size(); ++i) {
      DrawFunnelStep(group.steps[i], i + 1, previous_share, y, svg);
      previous_share = group.steps[i].of_first.value_or(0);
      y += 34;
    }
    y += 4;
  }
  return y;
}

double DrawRetention(const RetentionChart& retention, double y, Svg* svg) {
  constexpr double kPeopleEnd = 172;
  constexpr double kCellsLeft = 184;
  constexpr double kRowHeight = 28;
  const double cell =
      std::min(64.0, (kRight - kCellsLeft) /
                         static_cast<double>(std::max<size_t>(1, retention.periods)));
  svg->Text(kMargin, y + 12, "Cohort", kHeading);
  svg->Text(kPeopleEnd, y + 12, "People", AtEnd(kHeading));
  for (size_t k = 0; k < retention.periods; ++k) {
    const double middle = kCellsLeft + cell * (static_cast<double>(k) + 0.5) - 1;
    svg->Text(middle, y + 12, k == 0 ? "0" : Cat("+", k),
              {.size = 11, .fill = kFaintInk, .anchor = Anchor::kMiddle});
  }
  y += 20;
  for (const RetentionChart::Cohort& cohort : retention.cohorts) {
    svg->Text(kMargin, y + 18, cohort.name);
    svg->Text(kPeopleEnd, y + 18, ReadableCount(cohort.people), AtEnd({}));
    for (size_t k = 0; k < cohort.periods.size(); ++k) {
      if (!cohort.periods[k].has_value()) continue;
      const RetentionChart::Period& period = *cohort.periods[k];
      const double left = kCellsLeft + cell * static_cast<double>(k);
      const std::array<int, 3> colour = ShareColour(period.share);
      svg->Rect(left, y, cell - 2, kRowHeight - 2, HexColour(colour));
      svg->Text(left + cell / 2 - 1, y + 17,
                PercentText(period.share) + (period.complete ? "" : "*"),
                {.size = 11, .fill = InkOn(colour), .anchor = Anchor::kMiddle});
    }
    y += kRowHeight;
  }
  return y;
}

double DrawNps(const NpsChart& nps, double y, Svg* svg) {
  const std::array<Category, 3> categories = {
      Category{"Detractors (0 to 6)", "#b3261e", nps.detractors},
      Category{"Passives (7 and 8)", "#57606a", nps.passives},
      Category{"Promoters (9 and 10)", "#1a7f37", nps.promoters}};
  const std::string score = ReadableNumber(std::round(nps.nps * 10) / 10);
  svg->Text(kMargin, y + 40, score, {.size = 40, .bold = true});
  svg->Text(kMargin + TextPixels(score, 40, true) + 8, y + 40,
            Cat("net promoter score of ", ReadableCount(nps.answers),
                nps.answers == 1 ? " answer" : " answers"),
            {.size = 13, .fill = kFaintInk});
  y += 60;
  double left = kMargin;
  for (const Category& category : categories) {
    const double share =
        static_cast<double>(category.people) / static_cast<double>(nps.answers);
    const double width = (kRight - kMargin) * share;
    svg->Rect(left, y, std::max(0.0, width - 2), 32, category.colour);
    if (width > 44) {
      svg->Text(left + width / 2 - 1, y + 20, PercentText(share),
                {.size = 12, .fill = "#ffffff", .anchor = Anchor::kMiddle, .bold = true});
    }
    left += width;
  }
  y += 46;
  left = kMargin;
  for (const Category& category : categories) {
    const double share =
        static_cast<double>(category.people) / static_cast<double>(nps.answers);
    svg->Rect(left, y, 12, 12, category.colour);
    svg->Text(left + 20, y + 11, category.name);
    svg->Text(left + 20, y + 29,
              Cat(ReadableCount(category.people), "  (", ReadableShare(share), ")"),
              {.size = 12, .fill = kFaintInk});
    left += (kRight - kMargin) / 3;
  }
  y += 44;
  if (!nps.scores.has_value()) return y;
  DrawScores(*nps.scores, categories, y + 6, svg);
  return y + 190;
}

absl::StatusOr<std::string> FormatSvg(const Result& result) {
  FOOTFALL_ASSIGN_OR_RETURN(const Chart chart, MakeChart(result));
  Svg svg;
  svg.CutText(kMargin, 36, kRight - kMargin, chart.title, {.size = 18, .bold = true});
  svg.CutText(kMargin, 56, kRight - kMargin, chart.subtitle,
              {.size = 12, .fill = kFaintInk});
  double y = 76;
  if (chart.empty) {
    svg.Rect(kMargin, y, kRight - kMargin, 96, "#f6f8fa");
    svg.Text(kPictureWidth / 2, y + 53, "No data",
             {.size = 14, .fill = kFaintInk, .anchor = Anchor::kMiddle});
    y += 96;
  } else {
    y = std::visit(DrawSvg{y, &svg}, chart.body);
  }
  for (const std::string& note : chart.notes) {
    y += 18;
    svg.CutText(kMargin, y, kRight - kMargin, {note, 0}, kHeading);
  }
  return std::move(svg).Finish(kPictureWidth, y + kMargin,
                               Cat(chart.title.text, ", ", chart.subtitle.text),
                               chart.summary);
}

}  // namespace footfall::report
