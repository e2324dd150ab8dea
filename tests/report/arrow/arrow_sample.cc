// Writes sample tables into the folder named by the argument, each as NAME.arrows (an IPC
// stream), NAME.arrow (an IPC file) and NAME.json, for readers that are not ours to
// compare.
#include <cstdio>
#include <fstream>
#include <string>

#include "report/export.h"
#include "tests/report/arrow/sample_tables.h"

namespace {

bool Write(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return !file.fail();
}

}  // namespace

int main(int argc, char** argv) {
  using footfall::report::Export;
  using footfall::report::Format;
  if (argc != 2) {
    std::fprintf(stderr, "usage: arrow_sample DIR\n");
    return 2;
  }
  const struct {
    const char* name;
    size_t rows;
  } samples[] = {{"empty", 0}, {"one", 1}, {"some", 25}, {"large", 150'000}};
  for (const auto& [name, rows] : samples) {
    const auto result = footfall::report::SampleResult(rows);
    const std::string path = std::string(argv[1]) + "/" + name;
    if (!Write(path + ".arrows", Export(*result, Format::kArrow)) ||
        !Write(path + ".arrow", Export(*result, Format::kArrowFile)) ||
        !Write(path + ".json", Export(*result, Format::kJson))) {
      std::fprintf(stderr, "arrow_sample: cannot write %s\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
