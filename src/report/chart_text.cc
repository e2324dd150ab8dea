#include "report/chart_text.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "report/chart.h"
#include "report/chart_text_parts.h"
#include "report/readable.h"

namespace footfall::report {
namespace {

using base::Cat;

constexpr size_t kWidthMin = 40;

std::string OrNothing(const std::optional<double>& share) {
  return share.has_value() ? ReadableShare(*share) : "";
}

void DrawFunnel(const FunnelChart& funnel, TextChart* out) {
  for (const FunnelChart::Group& group : funnel.groups) {
    if (!group.value.text.empty()) out->Line(group.value);
    std::vector<TextChart::Bar> bars;
    for (size_t i = 0; i < group.steps.size(); ++i) {
      const FunnelChart::Step& step = group.steps[i];
      bars.push_back(
          {.label = MakeVisible(Cat(i + 1, " ", step.name.text)),
           .share = step.of_first.value_or(0),
           .numbers = {
               ReadableCount(step.people), OrNothing(step.of_first),
               i == 0 ? "" : OrNothing(step.of_previous),
               step.median_ms.has_value() ? ReadableDuration(*step.median_ms) : ""}});
    }
    out->Bars({"people", "of first", "of previous", "median"}, bars);
  }
}

void DrawRetention(const RetentionChart& retention, TextChart* out) {
  constexpr size_t kCell = 7;
  size_t name_width = 0;
  size_t people_width = 6;
  for (const RetentionChart::Cohort& cohort : retention.cohorts) {
    name_width = std::max(name_width, cohort.name.size());
    people_width = std::max(people_width, ReadableCount(cohort.people).size());
  }
  const size_t room =
      out->width() - std::min(out->width(), name_width + people_width + 2);
  const size_t periods = std::min(retention.periods, std::max<size_t>(1, room / kCell));
  std::string line = PadRight("", name_width) + "  " + PadLeft("people", people_width);
  for (size_t k = 0; k < periods; ++k) {
    line += PadLeft(k == 0 ? "0" : Cat("+", k), kCell);
  }
  out->Line(line);
  for (const RetentionChart::Cohort& cohort : retention.cohorts) {
    line = PadRight(cohort.name, name_width) + "  " +
           PadLeft(ReadableCount(cohort.people), people_width);
    for (size_t k = 0; k < std::min(periods, cohort.periods.size()); ++k) {
      const auto& period = cohort.periods[k];
      if (!period.has_value()) {
        line.append(kCell, ' ');
        continue;
      }
      const std::string percent = Cat(std::llround(period->share * 100), "%");
      line += Cat(" ", out->Level(period->share), PadLeft(percent, 4),
                  period->complete ? " " : "*");
    }
    out->Line(line);
  }
  if (periods < retention.periods) {
    out->Line(Cat("(", periods, " of ", retention.periods, " periods fit the width)"));
  }
}

void DrawNps(const NpsChart& nps, TextChart* out) {
  out->Line(Cat("net promoter score ", ReadableNumber(std::round(nps.nps * 10) / 10),
                " of ", ReadableCount(nps.answers),
                nps.answers == 1 ? " answer" : " answers"));
  out->Line("");
  const auto bar = [&](std::string_view name, int64_t people) {
    const double share = static_cast<double>(people) / static_cast<double>(nps.answers);
    return TextChart::Bar{
        MakeVisible(name), share, {ReadableCount(people), ReadableShare(share)}};
  };
  out->Bars({"people", "share"}, {bar("promoters (9, 10)", nps.promoters),
                                  bar("passives (7, 8)", nps.passives),
                                  bar("detractors (0 to 6)", nps.detractors)});
  if (!nps.scores.has_value()) return;
  out->Line("");
  const int64_t most =
      std::max<int64_t>(1, *std::max_element(nps.scores->begin(), nps.scores->end()));
  std::vector<TextChart::Bar> bars;
  for (size_t score = 0; score < nps.scores->size(); ++score) {
    const int64_t people = (*nps.scores)[score];
    bars.push_back({MakeVisible(PadLeft(std::to_string(score), 2)),
                    static_cast<double>(people) / static_cast<double>(most),
                    {ReadableCount(people)}});
  }
  out->Bars({"people"}, bars);
}

struct DrawText {
  TextChart* out;

  void operator()(const FunnelChart& chart) const { DrawFunnel(chart, out); }
  void operator()(const RetentionChart& chart) const { DrawRetention(chart, out); }
  void operator()(const TrendChart& chart) const { DrawTrendText(chart, out); }
  void operator()(const NpsChart& chart) const { DrawNps(chart, out); }
};

}  // namespace

std::string PadLeft(std::string text, size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

std::string PadRight(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

void TextChart::Line(std::string_view text) {
  text_ += text;
  text_.erase(text_.find_last_not_of(' ') + 1);
  text_ += '\n';
}

void TextChart::Line(const VisibleText& text) {
  Line(CutToWidth(text, width_, ascii_ ? "..." : "…").text);
}

std::string_view TextChart::Level(double share) const {
  if (ascii_) return " ";
  static constexpr std::string_view kLevels[] = {" ", "▁", "▂", "▃", "▄",
                                                 "▅", "▆", "▇", "█"};
  const auto eighths = static_cast<size_t>(std::lround(std::clamp(share, 0.0, 1.0) * 8));
  return kLevels[eighths];
}

std::string TextChart::BarOf(double share, size_t cells) const {
  const double part = std::clamp(share, 0.0, 1.0) * static_cast<double>(cells);
  if (ascii_) {
    const auto whole = static_cast<size_t>(std::lround(part));
    return std::string(whole, '#') + std::string(cells - whole, ' ');
  }
  static constexpr std::string_view kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<size_t>(std::lround(part * 8));
  std::string bar;
  for (size_t i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kParts[eighths % 8];
  bar.append(cells - (eighths + 7) / 8, ' ');
  return bar;
}

void TextChart::Bars(const std::vector<std::string_view>& headings,
                     const std::vector<Bar>& bars) {
  constexpr size_t kBarMin = 8;
  size_t label_width = 0;
  std::vector<size_t> widths;
  for (const std::string_view heading : headings) widths.push_back(heading.size());
  for (const Bar& bar : bars) {
    label_width = std::max(label_width, bar.label.width);
    for (size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], bar.numbers[i].size());
    }
  }
  // Labels take up to a third; where there is no room for a bar, numbers at the end go.
  label_width = std::min(label_width, width_ / 3);
  const auto needed = [&] {
    size_t cells = label_width + 1;
    for (const size_t width : widths) cells += 2 + width;
    return cells;
  };
  while (widths.size() > 1 && needed() + kBarMin > width_) widths.pop_back();
  while (label_width > 0 && needed() + kBarMin > width_) --label_width;
  const size_t bar_width = width_ - std::min(width_, needed());
  std::string heading_line(label_width + 1 + bar_width, ' ');
  for (size_t i = 0; i < widths.size(); ++i) {
    heading_line += "  " + PadLeft(std::string(headings[i]), widths[i]);
  }
  Line(heading_line);
  for (const Bar& bar : bars) {
    const VisibleText label = CutToWidth(bar.label, label_width, ascii_ ? "..." : "…");
    std::string line = label.text + std::string(label_width - label.width + 1, ' ') +
                       BarOf(bar.share, bar_width);
    for (size_t i = 0; i < widths.size(); ++i) {
      line += "  " + PadLeft(bar.numbers[i], widths[i]);
    }
    Line(line);
  }
}

absl::StatusOr<std::string> FormatChart(const Result& result,
                                        const ChartTextOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const Chart chart, MakeChart(result));
  TextChart out(std::max(options.width, kWidthMin), options.ascii);
  out.Line(chart.title);
  out.Line(chart.subtitle);
  out.Line("");
  if (chart.empty) {
    out.Line("No data");
  } else {
    std::visit(DrawText{&out}, chart.body);
  }
  for (const std::string& note : chart.notes) out.Line(MakeVisible(note));
  return std::move(out).text();
}

}  // namespace footfall::report
