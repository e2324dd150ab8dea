// Writes the sample charts into the folder named by the argument, each as NAME.svg and,
// for reading, as NAME.txt.
#include <cstdio>
#include <fstream>
#include <string>

#include "report/chart_svg.h"
#include "report/chart_text.h"
#include "tests/report/charts/sample_results.h"

namespace {

bool Write(const std::string& path, const absl::StatusOr<std::string>& bytes) {
  if (!bytes.ok()) return false;
  std::ofstream file(path, std::ios::binary);
  file.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
  file.close();
  return !file.fail();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: chart_samples DIR\n");
    return 2;
  }
  for (const auto& [name, result] : footfall::report::ChartSamples()) {
    const std::string path = std::string(argv[1]) + "/" + name;
    if (!Write(path + ".svg", footfall::report::FormatSvg(result)) ||
        !Write(path + ".txt", footfall::report::FormatChart(result))) {
      std::fprintf(stderr, "chart_samples: cannot write %s\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
