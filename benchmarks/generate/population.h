#ifndef FOOTFALL_BENCHMARKS_GENERATE_POPULATION_H_
#define FOOTFALL_BENCHMARKS_GENERATE_POPULATION_H_

#include <cstdint>
#include <vector>

namespace footfall::generate {

constexpr int kUrlCount = 2000;
constexpr int kElementCount = 500;
constexpr int64_t kDayMs = 86'400'000;

struct Options {
  uint64_t events = 1'000'000;
  uint32_t people = 0;
  uint64_t seed = 42;
  int64_t start_ms = 1'735'689'600'000;  // 2025-01-01T00:00:00Z
  int days = 365;
  double late_share = 0.02;
  bool with_ids = true;
};

// One event in 32 bytes; words are looked up when it is written out.
struct Event {
  int64_t time_ms;
  uint32_t delay_ms;  // From the moment it happened to its arrival.
  uint32_t person;
  uint32_t session;
  uint32_t duration_ms;
  uint16_t url;
  uint16_t element;  // 0: none.
  uint16_t detail;   // Task, course and lesson, or score, by the kind of content.
  uint8_t name : 6;
  uint8_t plan : 2;
  uint8_t country;

  int64_t ArrivalMs() const { return time_ms + delay_ms; }
};
static_assert(sizeof(Event) == 32);

// Makes exactly `options.events` events, in order of arrival. A person's own times are
// strictly increasing, and every person has at least one event; needs
// `options.people <= options.events`. Memory: 32 bytes an event and about 24 a person.
std::vector<Event> Populate(const Options& options);

}  // namespace footfall::generate

#endif  // FOOTFALL_BENCHMARKS_GENERATE_POPULATION_H_
