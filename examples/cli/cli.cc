#include "cli.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

#include "io.h"
#include "json.h"

namespace footfall::cli {
namespace {

// Days since 1970-01-01 of a date of the Gregorian calendar.
int64_t DaysFromCivil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// Reads fixed-width numbers and marks from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  // Takes one of `marks`; answers 0 when the next character is none of them.
  char Mark(std::string_view marks) {
    if (rest_.empty() || marks.find(rest_[0]) == std::string_view::npos) return 0;
    const char mark = rest_[0];
    rest_.remove_prefix(1);
    return mark;
  }
  // Takes `digits` digits as a number within [least, most]; -1 when they are not there.
  int64_t Number(size_t digits, int64_t least, int64_t most) {
    int64_t number = 0;
    for (size_t i = 0; i < digits; ++i) {
      const char digit = Mark("0123456789");
      if (digit == 0) return -1;
      number = number * 10 + (digit - '0');
    }
    return number >= least && number <= most ? number : -1;
  }

 private:
  std::string_view rest_;
};

// [T ]hh:mm:ss[.f...](Z|+hh:mm) as milliseconds to add to the date's UTC midnight.
std::optional<int64_t> ParseClock(Scanner& in) {
  if (in.Mark("Tt ") == 0) return std::nullopt;
  const int64_t hour = in.Number(2, 0, 23);
  if (hour < 0 || in.Mark(":") == 0) return std::nullopt;
  const int64_t minute = in.Number(2, 0, 59);
  if (minute < 0 || in.Mark(":") == 0) return std::nullopt;
  const int64_t second = in.Number(2, 0, 60);
  if (second < 0) return std::nullopt;
  int64_t milliseconds = 0;
  if (in.Mark(".") != 0) {
    int64_t unit = 100;
    char digit = in.Mark("0123456789");
    if (digit == 0) return std::nullopt;
    for (; digit != 0; digit = in.Mark("0123456789"), unit /= 10) {
      milliseconds += (digit - '0') * unit;
    }
  }
  int64_t offset_minutes = 0;
  if (in.Mark("Zz") == 0) {
    const char sign = in.Mark("+-");
    if (sign == 0) return std::nullopt;
    const int64_t hours = in.Number(2, 0, 23);
    if (hours < 0 || in.Mark(":") == 0) return std::nullopt;
    const int64_t minutes = in.Number(2, 0, 59);
    if (minutes < 0) return std::nullopt;
    offset_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
  }
  return ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + milliseconds;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 15 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void PrintError(bool json, const Error& error) {
  if (json) {
    std::fprintf(stderr,
                 "{\"error\":{\"code\":%s,\"message\":%s,\"path\":%s,\"byte\":%s}}\n",
                 Quote(error.code_name()).c_str(), Quote(error.message).c_str(),
                 error.path.empty() ? "null" : Quote(error.path).c_str(),
                 error.byte < 0 ? "null" : std::to_string(error.byte).c_str());
    return;
  }
  // Most messages about a path begin with it.
  std::string place = error.message.rfind(error.path, 0) == 0 ? "" : error.path;
  if (error.byte >= 0) {
    if (!place.empty()) place += ", ";
    place += "byte " + std::to_string(error.byte);
  }
  if (!place.empty()) place = " (at " + place + ")";
  std::fprintf(stderr, "footfall: %s%s [%s]\n", error.message.c_str(), place.c_str(),
               error.code_name());
}

Error MakeError(footfall_status code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  return error;
}

void RefuseUse(const std::string& message) { throw CLI::ValidationError(message); }

void OnRun(CLI::App* command, Context& context, std::function<Status()> run) {
  command->callback([&context, run = std::move(run)] {
    const Status status = run();
    if (status.ok()) return;
    PrintError(context.json, status.error());
    context.exit_code = kFailed;
  });
}

void AddJsonOption(CLI::App* command, Context& context) {
  command->add_flag("--json", context.json,
                    "Print results and errors as JSON: an error is one line "
                    "{\"error\":{\"code\",\"message\",\"path\",\"byte\"}} on stderr.");
}

void AddStoreOptions(CLI::App* command, Context& context) {
  command->add_option("--db", context.db, "The store, a folder. Required.")
      ->envname("FOOTFALL_DB")
      ->type_name("DIR");
  AddJsonOption(command, context);
}

void AddNowOption(CLI::App* command, std::string& now) {
  command
      ->add_option("--now", now,
                   "The present: RFC 3339, a date (its first instant in UTC) or "
                   "milliseconds since 1970 UTC. Default: the system clock.")
      ->type_name("TIME")
      ->check([](const std::string& text) {
        return ParseTime(text).has_value()
                   ? std::string()
                   : "'" + text + "' is not a time such as 2025-11-21T08:00:00Z";
      });
}

void SetExamples(CLI::App* command, const std::string& examples) {
  command->footer("Examples:\n" + examples +
                  "\n\nExit status:\n"
                  "  0  done\n"
                  "  1  failed; the reason is on stderr\n"
                  "  2  wrong use of the command line");
}

std::optional<int64_t> ParseTime(std::string_view text) {
  if (IsNumber(text)) return std::stoll(std::string(text));
  Scanner in(text);
  constexpr int64_t kMonthDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int64_t year = in.Number(4, 0, 9999);
  if (year < 0 || in.Mark("-") == 0) return std::nullopt;
  const int64_t month = in.Number(2, 1, 12);
  if (month < 0 || in.Mark("-") == 0) return std::nullopt;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int64_t day =
      in.Number(2, 1, kMonthDays[month - 1] + (leap && month == 2 ? 1 : 0));
  if (day < 0) return std::nullopt;
  const int64_t midnight = DaysFromCivil(year, month, day) * 86'400'000;
  if (in.AtEnd()) return midnight;
  const std::optional<int64_t> clock = ParseClock(in);
  if (!clock.has_value() || !in.AtEnd()) return std::nullopt;
  return midnight + *clock;
}

int64_t NowOrClock(const std::string& now) { return ParseTime(now).value_or(0); }

const std::string& RequireDb(const Context& context) {
  if (context.db.empty()) RefuseUse("--db is required: the folder of the store");
  return context.db;
}

Status WithStore(const Context& context, int32_t mode,
                 const std::function<Status(Store&)>& work) {
  StoreOptions options;
  options.mode = mode;
  options.log = [](int32_t severity, std::string_view message) {
    // Warnings are for a host's log; what a person has to know comes as an error.
    if (severity < FOOTFALL_LOG_ERROR) return;
    std::fprintf(stderr, "footfall: store: %s\n", std::string(message).c_str());
  };
  auto store = Store::Open(RequireDb(context), options);
  if (!store.ok()) return store.error();
  Status status = work(*store);
  Status closed = store->Close();
  return status.ok() ? closed : status;
}

Result<Policy> LoadPolicy(const std::string& path) {
  if (path.empty()) return Policy();
  auto text = ReadAll(path);
  if (!text.ok()) return text.error();
  auto policy = Policy::Parse(*text);
  if (!policy.ok()) {
    Error error = policy.error();
    error.message = "policy " + path + ": " + error.message;
    return error;
  }
  return policy;
}

Status PrintDocument(const Context& context, std::string_view json) {
  return WriteOutput("", context.json ? std::string(json) + "\n" : Readable(json));
}

int32_t LevelByName(const std::string& name) {
  if (name == "content") return FOOTFALL_LEVEL_CONTENT;
  return name == "playback" ? FOOTFALL_LEVEL_PLAYBACK : FOOTFALL_LEVEL_INTERACTIONS;
}

const std::vector<std::string>& LevelNames() {
  static const std::vector<std::string> names = {"content", "interactions", "dxa",
                                                 "playback"};
  return names;
}

void AddInputFormatOption(CLI::App* command, std::string& format) {
  command
      ->add_option("--format", format,
                   "What the input holds: events (interactions), rrweb (a recording), or "
                   "auto to tell from the first event. Default: auto.")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"auto", "events", "rrweb"}).description(""));
}

int32_t InputByName(const std::string& name) {
  if (name == "events") return FOOTFALL_INPUT_EVENTS;
  return name == "rrweb" ? FOOTFALL_INPUT_RRWEB : FOOTFALL_INPUT_AUTO;
}

}  // namespace footfall::cli
