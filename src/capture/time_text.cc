#include "capture/time_text.h"

#include <cstddef>

namespace footfall::capture {
namespace {

// Reads `count` digits at text[*pos].
bool Digits(std::string_view text, size_t* pos, int count, int* value) {
  if (text.size() - *pos < static_cast<size_t>(count)) return false;
  *value = 0;
  for (int i = 0; i < count; ++i) {
    const char c = text[(*pos)++];
    if (c < '0' || c > '9') return false;
    *value = *value * 10 + (c - '0');
  }
  return true;
}

bool Literal(std::string_view text, size_t* pos, char upper, char lower) {
  if (*pos >= text.size() || (text[*pos] != upper && text[*pos] != lower)) return false;
  ++*pos;
  return true;
}

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years run from
// March, so that the leap day is the last of its year.
int64_t DaysFromCivil(int64_t year, int month, int day) {
  if (month <= 2) --year;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

int DaysInMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

}  // namespace

bool ParseRfc3339(std::string_view text, int64_t* ms) {
  size_t pos = 0;
  int year, month, day, hour, minute, second;
  if (!Digits(text, &pos, 4, &year) || !Literal(text, &pos, '-', '-') ||
      !Digits(text, &pos, 2, &month) || !Literal(text, &pos, '-', '-') ||
      !Digits(text, &pos, 2, &day) || !Literal(text, &pos, 'T', 't') ||
      !Digits(text, &pos, 2, &hour) || !Literal(text, &pos, ':', ':') ||
      !Digits(text, &pos, 2, &minute) || !Literal(text, &pos, ':', ':') ||
      !Digits(text, &pos, 2, &second)) {
    return false;
  }
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month) ||
      hour > 23 || minute > 59 || second > 59) {
    return false;
  }
  int millis = 0;
  if (pos < text.size() && text[pos] == '.') {
    ++pos;
    int scale = 100;
    const size_t start = pos;
    while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9') {
      millis += (text[pos++] - '0') * scale;
      scale /= 10;
    }
    if (pos == start) return false;
  }
  int64_t offset_minutes = 0;
  if (pos >= text.size()) return false;
  if (text[pos] == 'Z' || text[pos] == 'z') {
    ++pos;
  } else {
    const char sign = text[pos++];
    int offset_hour, offset_minute;
    if ((sign != '+' && sign != '-') || !Digits(text, &pos, 2, &offset_hour) ||
        !Literal(text, &pos, ':', ':') || !Digits(text, &pos, 2, &offset_minute) ||
        offset_hour > 23 || offset_minute > 59) {
      return false;
    }
    offset_minutes = offset_hour * 60 + offset_minute;
    if (sign == '-') offset_minutes = -offset_minutes;
  }
  if (pos != text.size()) return false;
  const int64_t minutes =
      (DaysFromCivil(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
  *ms = (minutes * 60 + second) * 1000 + millis;
  return true;
}

}  // namespace footfall::capture
