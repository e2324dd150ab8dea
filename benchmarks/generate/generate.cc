// footfall_generate: writes a realistic population of people and their events as NDJSON
// in Footfall's event format. The same arguments give the same bytes on every machine.

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "population.h"
#include "random.h"
#include "vocabulary.h"

namespace footfall::generate {
namespace {

constexpr std::string_view kHelp =
    R"(Usage: footfall_generate [options]

Writes events of a made-up population as NDJSON, in order of arrival.

  --events N        how many events (default 1000000)
  --people N        how many people, at most as many as events (default: a 50th)
  --seed N          another population (default 42)
  --start DATE      first day, YYYY-MM-DD (default 2025-01-01)
  --days N          length of the span in days, 1 to 3660 (default 365)
  --late-share X    share of events that arrive late, 0 to 1 (default 0.02)
  --no-ids          leave out the event ids
  -o FILE           where to write; - is standard output (default -)
  --help            print this
)";

// Appends to a file through one large buffer and remembers whether that worked.
class Output {
 public:
  explicit Output(std::FILE* file) : file_(file) { buffer_.reserve(kFlushAt + 4096); }

  Output& operator<<(std::string_view text) {
    buffer_.append(text);
    return *this;
  }

  Output& operator<<(int64_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
    buffer_.append(digits, end);
    return *this;
  }

  // Sixteen hexadecimal digits.
  Output& Hex(uint64_t number) {
    static constexpr char kDigits[] = "0123456789abcdef";
    char digits[16];
    for (int i = 15; i >= 0; --i, number >>= 4) digits[i] = kDigits[number & 15];
    buffer_.append(digits, sizeof(digits));
    return *this;
  }

  void EndLine() {
    buffer_.push_back('\n');
    if (buffer_.size() >= kFlushAt) Flush();
  }

  bool Flush() {
    ok_ = ok_ && std::fwrite(buffer_.data(), 1, buffer_.size(), file_) == buffer_.size();
    buffer_.clear();
    return ok_ && std::fflush(file_) == 0;
  }

  bool ok() const { return ok_; }

 private:
  static constexpr size_t kFlushAt = 1 << 20;

  std::FILE* file_;
  std::string buffer_;
  bool ok_ = true;
};

std::string Number(int64_t number) { return std::to_string(number); }

std::string Capitalized(std::string_view word) {
  std::string result(word);
  result[0] = static_cast<char>(result[0] - 'a' + 'A');
  return result;
}

// Everything an event's line is made of, ready as JSON text, so that writing one is
// copying.
class Writer {
 public:
  explicit Writer(const Options& options) : options_(options) {
    for (int i = 0; i < kUrlCount; ++i) AddPage(i);
    elements_.emplace_back();
    for (int i = 1; i <= kElementCount; ++i) AddElement(i);
  }

  void Write(const Event& event, uint64_t position, Output& out) const {
    const EventName& name = kEventNames[event.name];
    out << "{";
    if (options_.with_ids) {
      out << "\"id\":\"";
      out.Hex(Mix(position + options_.seed * 0x9E3779B97F4A7C15ull)) << "\",";
    }
    out << "\"time\":" << event.time_ms << ",\"person\":\"";
    WritePerson(event.person, out);
    out << "\",\"session\":\"";
    out.Hex(Mix(event.session + options_.seed * 0xD1B54A32D192ED03ull + 1)) << "\",";
    out << "\"app\":\"shop\",\"environment\":\"production\",\"type\":\""
        << Type(name.kind) << "\",\"name\":\"" << name.name << "\"," << urls_[event.url];
    if (name.kind == Kind::kPageView) out << titles_[event.url];
    out << elements_[event.element];
    out << ",\"properties\":{\"plan\":\"" << kPlans[event.plan]
        << "\",\"duration\":" << static_cast<int64_t>(event.duration_ms);
    if (name.kind == Kind::kContent) WriteContent(event, out);
    out << "},\"context\":{\"country\":\"" << kCountries[event.country] << "\"}}";
    out.EndLine();
  }

 private:
  static std::string_view Type(Kind kind) {
    switch (kind) {
      case Kind::kPageView:
        return "page_view";
      case Kind::kClick:
        return "click";
      case Kind::kSubmit:
        return "submit";
      case Kind::kTrack:
        return "track";
      case Kind::kContent:
        return "content";
    }
    return "";
  }

  void AddPage(int i) {
    Random random(options_.seed * 77 + static_cast<uint64_t>(i));
    const int sections = static_cast<int>(kSections.size());
    const bool top = i < sections;
    const std::string_view section =
        kSections[top ? static_cast<size_t>(i) : random.Below(kSections.size())];
    std::string path(section);
    std::string title = Capitalized(section);
    if (!top) {
      const std::string_view first = kFirstNames[random.Below(kFirstNames.size())];
      const std::string_view last = kLastNames[random.Below(kLastNames.size())];
      path.append("/").append(first).append("-").append(last);
      path.append("/").append(Number(1000 + i));
      title.append(" ").append(Number(1000 + i));
    }
    urls_.push_back("\"url\":\"https://shop.example/" + path + "\"");
    titles_.push_back(",\"title\":\"" + title + "\"");
  }

  void AddElement(int i) {
    Random random(options_.seed * 99 + static_cast<uint64_t>(i));
    const ElementKind& kind = kElementKinds[random.Below(kElementKinds.size())];
    const std::string_view word = kLastNames[random.Below(kLastNames.size())];
    std::string text = ",\"element\":{\"tag\":\"";
    text.append(kind.tag).append("\",\"id\":\"").append(kind.prefix);
    text.append("-").append(word).append("-").append(Number(i));
    text.append("\",\"class\":\"").append(kind.prefix);
    text.append("\",\"text\":\"").append(Capitalized(word));
    text.append("\",\"path\":[{\"tag\":\"main\",\"id\":\"page\"}]}");
    elements_.push_back(std::move(text));
  }

  void WritePerson(uint32_t person, Output& out) const {
    const uint64_t bits = Mix(person + options_.seed * 31'337);
    out << kFirstNames[bits % kFirstNames.size()] << "."
        << kLastNames[(bits >> 16) % kLastNames.size()] << static_cast<int64_t>(person)
        << "@" << kMailDomains[(bits >> 32) % kMailDomains.size()];
  }

  static void WriteContent(const Event& event, Output& out) {
    const std::string_view name = kEventNames[event.name].name;
    if (name == "task.completed") {
      WriteItem("task-", event.detail, kTasks[event.detail], out);
    } else if (name == "survey.submitted") {
      WriteItem("nps-", 0, "How are we doing?", out);
      out << ",\"score\":" << static_cast<int64_t>(event.detail);
    } else if (name.starts_with("course.") || name == "lesson.completed" ||
               name == "quiz.submitted") {
      const int course = event.detail / 256;
      const int value = event.detail % 256;
      WriteItem("course-", course, kCourses[static_cast<size_t>(course)], out);
      if (name == "lesson.completed") {
        out << ",\"lesson\":\"Lesson " << static_cast<int64_t>(value) << "\"";
      } else if (name == "quiz.submitted") {
        out << ",\"quiz\":\"Final quiz\",\"score\":" << static_cast<int64_t>(value);
      }
    } else {
      const int item = event.url % 20;
      WriteItem(name.starts_with("walkthrough.") ? "walkthrough-" : "tip-", item,
                kSections[static_cast<size_t>(item) % kSections.size()], out);
    }
  }

  static void WriteItem(std::string_view prefix, int number, std::string_view name,
                        Output& out) {
    out << ",\"content_id\":\"" << prefix << static_cast<int64_t>(number)
        << "\",\"content_name\":\"" << name << "\"";
  }

  const Options& options_;
  std::vector<std::string> urls_;
  std::vector<std::string> titles_;
  std::vector<std::string> elements_;
};

template <typename T>
bool ParseNumber(std::string_view text, T* out) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), *out);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

bool ParseDate(std::string_view text, int64_t* out_ms) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' ||
      !ParseNumber(text.substr(0, 4), &year) || !ParseNumber(text.substr(5, 2), &month) ||
      !ParseNumber(text.substr(8, 2), &day)) {
    return false;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || year < 1970) return false;
  *out_ms = std::chrono::sys_days(date).time_since_epoch().count() * kDayMs;
  return true;
}

int WrongUse(const std::string& message) {
  std::fprintf(stderr, "footfall_generate: %s\n", message.c_str());
  std::fwrite(kHelp.data(), 1, kHelp.size(), stderr);
  return 2;
}

// Applies one `name value` pair; false when the value does not fit.
bool SetOption(std::string_view name, std::string_view value, Options* options) {
  if (name == "--events") {
    return ParseNumber(value, &options->events) && options->events >= 1 &&
           options->events <= 4'000'000'000;
  }
  if (name == "--people") {
    return ParseNumber(value, &options->people) && options->people >= 1 &&
           options->people <= 1'000'000'000;
  }
  if (name == "--seed") return ParseNumber(value, &options->seed);
  if (name == "--start") return ParseDate(value, &options->start_ms);
  if (name == "--days") {
    return ParseNumber(value, &options->days) && options->days >= 1 &&
           options->days <= 3660;
  }
  return name == "--late-share" && ParseNumber(value, &options->late_share) &&
         options->late_share >= 0 && options->late_share <= 1;
}

int Main(const std::vector<std::string_view>& arguments) {
  Options options;
  std::string path = "-";
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string name(arguments[i]);
    if (name == "--help") {
      std::fwrite(kHelp.data(), 1, kHelp.size(), stdout);
      return 0;
    }
    if (name == "--no-ids") {
      options.with_ids = false;
      continue;
    }
    if (name != "-o" && name != "--events" && name != "--people" && name != "--seed" &&
        name != "--start" && name != "--days" && name != "--late-share") {
      return WrongUse("unknown option " + name);
    }
    if (++i == arguments.size()) return WrongUse(name + " needs a value");
    if (name == "-o") {
      path = arguments[i];
    } else if (!SetOption(name, arguments[i], &options)) {
      return WrongUse(name + " cannot be " + std::string(arguments[i]));
    }
  }
  if (options.people == 0) {
    options.people = static_cast<uint32_t>(std::max<uint64_t>(1, options.events / 50));
  }
  if (options.people > options.events) {
    return WrongUse("there are more people than events");
  }

  std::FILE* file = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    std::fprintf(stderr, "footfall_generate: %s: %s\n", path.c_str(),
                 std::strerror(errno));
    return 1;
  }
  const std::vector<Event> events = Populate(options);
  const Writer writer(options);
  Output out(file);
  for (size_t i = 0; i < events.size() && out.ok(); ++i) writer.Write(events[i], i, out);
  bool written = out.Flush();
  if (file != stdout) written = std::fclose(file) == 0 && written;
  if (!written) {
    std::fprintf(stderr, "footfall_generate: %s: cannot write\n", path.c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace footfall::generate

int main(int argc, char** argv) {
  return footfall::generate::Main({argv + 1, argv + argc});
}
