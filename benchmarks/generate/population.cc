#include "population.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

#include "random.h"
#include "vocabulary.h"

namespace footfall::generate {
namespace {

constexpr int kLogin = EventCode("login");
constexpr int kSignup = EventCode("signup");
constexpr int kLogout = EventCode("logout");
constexpr int kPageView = EventCode("page_view");
constexpr int kViewItem = EventCode("view_item");
constexpr int kAddToCart = EventCode("add_to_cart");
constexpr int kBeginCheckout = EventCode("begin_checkout");
constexpr int kPurchase = EventCode("purchase");
constexpr int kTask = EventCode("task.completed");
constexpr int kSurvey = EventCode("survey.submitted");
constexpr int kSmartTip = EventCode("smarttip.shown");
constexpr int kCourseStarted = EventCode("course.started");
constexpr int kLesson = EventCode("lesson.completed");
constexpr int kQuiz = EventCode("quiz.submitted");
constexpr int kCourseCompleted = EventCode("course.completed");

constexpr double kMaxDelayMs = 3.0 * kDayMs;

// Relative activity by hour of the day, UTC.
const std::vector<double> kHours = {0.3, 0.2, 0.15, 0.12, 0.12, 0.2, 0.4,  0.7,
                                    1.0, 1.3, 1.4,  1.4,  1.3,  1.3, 1.35, 1.35,
                                    1.3, 1.2, 1.1,  1.15, 1.2,  1.1, 0.8,  0.5};

double LogNormal(Random& random, double mu, double sigma) {
  return Exp(mu + sigma * random.Normal());
}

class Generator {
 public:
  explicit Generator(const Options& options)
      : options_(options),
        names_(Weighted::Zipf(static_cast<int>(kEventNames.size()), 1.05, 0)),
        urls_(Weighted::Zipf(kUrlCount, 1.0, 2)),
        countries_(Weighted::Zipf(static_cast<int>(kCountries.size()), 1.1, 1)),
        hours_(kHours) {}

  std::vector<Event> Run() {
    events_.reserve(options_.events);
    const Weighted activity = Weighted::Zipf(static_cast<int>(options_.people), 0.9, 100);
    const std::vector<uint32_t> order = Shuffled();
    // One event is everybody's; the rest is shared by activity. Rounding the running sum
    // makes the total exact.
    const double rest = static_cast<double>(options_.events - options_.people);
    uint64_t given = 0;
    for (uint32_t rank = 0; rank < options_.people; ++rank) {
      const bool last = rank + 1 == options_.people;
      const uint64_t upto = last ? options_.events - options_.people
                                 : static_cast<uint64_t>(activity.ShareUpTo(rank) * rest);
      AddPerson(order[rank], 1 + upto - given);
      given = upto;
    }
    std::sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) {
      if (a.ArrivalMs() != b.ArrivalMs()) return a.ArrivalMs() < b.ArrivalMs();
      if (a.person != b.person) return a.person < b.person;
      return a.time_ms < b.time_ms;
    });
    return std::move(events_);
  }

 private:
  struct Habits {
    int country;
    int plan;
    int later_plan;
    double upgrade_day;
    bool joins;  // Signs up within the span, rather than before it.
    double first_day;
    double last_day;
  };

  // So that a person's number says nothing about their activity.
  std::vector<uint32_t> Shuffled() const {
    std::vector<uint32_t> order(options_.people);
    std::iota(order.begin(), order.end(), 0u);
    Random random(options_.seed);
    for (uint32_t i = options_.people - 1; i > 0; --i) {
      std::swap(order[i], order[random.Below(i + 1ull)]);
    }
    return order;
  }

  Habits DrawHabits(Random& random) const {
    Habits habits;
    habits.country = countries_.Draw(random);
    const double plan = random.Uniform();
    habits.plan = plan < 0.62 ? 0 : plan < 0.82 ? 1 : plan < 0.96 ? 2 : 3;
    habits.later_plan = std::min(3, habits.plan + (random.Uniform() < 0.1 ? 1 : 0));
    habits.upgrade_day = random.Uniform() * options_.days;
    habits.joins = random.Uniform() < 0.65;
    const double joined = random.Uniform();
    habits.first_day = habits.joins ? joined * (options_.days - 1) : 0;
    double life = random.Exponential(160);
    if (random.Uniform() < 0.15) life = 2;
    habits.last_day = std::min(options_.days - 0.02, habits.first_day + life + 0.5);
    return habits;
  }

  int64_t DrawStart(const Habits& habits, bool first, double* day_out, Random& random) {
    double moment = habits.first_day;
    if (!first) moment += random.Uniform() * (habits.last_day - habits.first_day);
    *day_out = moment;
    int64_t day = static_cast<int64_t>(moment);
    // 1970-01-01 was a Thursday; 5 and 6 are the weekend.
    const int64_t weekday = (options_.start_ms / kDayMs + day + 3) % 7;
    if (weekday >= 5 && !first && random.Uniform() < 0.45) {
      day = std::max(static_cast<int64_t>(habits.first_day), day - 2);
    }
    const int hour = hours_.Draw(random);
    return options_.start_ms + day * kDayMs + hour * 3'600'000ll +
           random.Below(3'600'000);
  }

  // What follows `previous` within a session.
  int DrawName(int previous, bool opens, bool closes, Random& random) const {
    const double chance = random.Uniform();
    if (opens && chance < 0.40) return kLogin;
    if (previous == kViewItem && chance < 0.14) return kAddToCart;
    if (previous == kAddToCart && chance < 0.38) return kBeginCheckout;
    if (previous == kBeginCheckout && chance < 0.55) return kPurchase;
    if (closes && chance < 0.08) return kLogout;
    int name = kSignup;
    while (name == kSignup) name = names_.Draw(random);
    return name;
  }

  void AddPerson(uint32_t person, uint64_t count) {
    Random random(options_.seed * 1'000'003 + person * 7'919ull + 11);
    const Habits habits = DrawHabits(random);
    const size_t begin = events_.size();
    const int64_t end_ms = options_.start_ms + options_.days * kDayMs;
    bool first = habits.joins;
    while (events_.size() - begin < count) {
      double day = 0;
      int64_t time_ms = DrawStart(habits, first, &day, random);
      Event event = {};
      event.person = person;
      event.session = sessions_++;
      event.country = static_cast<uint8_t>(
          random.Uniform() < 0.97 ? habits.country : countries_.Draw(random));
      event.plan = (day > habits.upgrade_day ? habits.later_plan : habits.plan) & 3;
      int url = urls_.Draw(random);
      const int length =
          1 + static_cast<int>(std::min(199.0, LogNormal(random, 1.9, 0.8)));
      int previous = -1;
      for (int k = 0; k < length && events_.size() - begin < count; ++k) {
        const int name =
            first ? kSignup : DrawName(previous, k == 0, k == length - 1, random);
        if (name == kPageView) url = urls_.Draw(random);
        event.time_ms = time_ms;
        event.name = static_cast<uint8_t>(name) & 63;
        event.url = static_cast<uint16_t>(url);
        event.element = kEventNames[name].has_element ? DrawElement(url, random) : 0;
        event.duration_ms =
            static_cast<uint32_t>(std::min(1'800'000.0, LogNormal(random, 7.5, 1.1)));
        event.delay_ms = 0;
        if (random.Uniform() < options_.late_share) {
          event.delay_ms = static_cast<uint32_t>(
              std::min(kMaxDelayMs, random.Exponential(kDayMs / 4.0)));
        }
        events_.push_back(event);
        previous = name;
        first = false;
        time_ms +=
            1 + static_cast<int64_t>(std::min(1'500'000.0, LogNormal(random, 9.3, 1.3)));
        if (time_ms >= end_ms) break;
      }
    }
    Arrange(begin, random);
  }

  // A page shows ten of the elements, the first ones being used most.
  static uint16_t DrawElement(int url, Random& random) {
    const double u = random.Uniform();
    const int slot = static_cast<int>(u * u * 10);
    return static_cast<uint16_t>(1 + (url * 7919 + slot * 131) % kElementCount);
  }

  // Sorts the person's events, makes their times distinct, and turns the drawn content
  // events into progress that makes sense in this order.
  void Arrange(size_t begin, Random& random) {
    const auto from = events_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(from, events_.end(), [](const Event& a, const Event& b) {
      if (a.time_ms != b.time_ms) return a.time_ms < b.time_ms;
      return a.session < b.session;
    });
    size_t tasks = 0;
    uint16_t course = static_cast<uint16_t>(random.Below(kCourses.size()));
    int step = 0;  // 0: not started; then lessons, quiz, completion.
    for (size_t i = begin; i < events_.size(); ++i) {
      Event& event = events_[i];
      if (i > begin && event.time_ms <= events_[i - 1].time_ms) {
        event.time_ms = events_[i - 1].time_ms + 1;
      }
      switch (event.name) {
        case kTask:
          if (tasks == kTasks.size()) {
            event.name = kSmartTip;
          } else {
            event.detail = static_cast<uint16_t>(tasks++);
          }
          break;
        case kSurvey: {
          // Mostly content people, as surveys of the kind find them.
          const uint32_t mood = random.Below(100);
          event.detail = static_cast<uint16_t>(mood < 45   ? 9 + random.Below(2)
                                               : mood < 75 ? 7 + random.Below(2)
                                                           : random.Below(7));
          break;
        }
        case kCourseStarted:
        case kLesson:
        case kQuiz:
        case kCourseCompleted:
          AdvanceCourse(event, course, step, random);
          break;
        default:
          break;
      }
    }
  }

  // detail: course * 256 + lesson number or quiz score.
  static void AdvanceCourse(Event& event, uint16_t& course, int& step, Random& random) {
    int value = 0;
    if (step == 0) {
      event.name = kCourseStarted;
    } else if (step <= kLessonsPerCourse) {
      event.name = kLesson;
      value = step;
    } else if (step == kLessonsPerCourse + 1) {
      event.name = kQuiz;
      value = 40 + static_cast<int>(random.Below(61));
    } else {
      event.name = kCourseCompleted;
    }
    event.detail = static_cast<uint16_t>(course * 256 + value);
    if (event.name == kCourseCompleted) {
      step = 0;
      course = static_cast<uint16_t>((course + 1) % kCourses.size());
    } else {
      ++step;
    }
  }

  const Options& options_;
  const Weighted names_;
  const Weighted urls_;
  const Weighted countries_;
  const Weighted hours_;
  uint32_t sessions_ = 0;
  std::vector<Event> events_;
};

}  // namespace

std::vector<Event> Populate(const Options& options) { return Generator(options).Run(); }

}  // namespace footfall::generate
