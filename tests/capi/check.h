/* What the tests of the C ABI share: checks that go on after a failure. */
#ifndef FOOTFALL_TESTS_CAPI_CHECK_H_
#define FOOTFALL_TESTS_CAPI_CHECK_H_

#include <footfall/footfall.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;
static int checks = 0;

#define CHECK(condition)                                             \
  do {                                                               \
    ++checks;                                                        \
    if (!(condition)) {                                              \
      ++failures;                                                    \
      printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
    }                                                                \
  } while (0)

static void check_status(const char* file, int line, footfall_status got,
                         footfall_status want, footfall_error* error) {
  ++checks;
  if (got != want) {
    ++failures;
    printf("%s:%d: status %s, not %s: %s\n", file, line, footfall_status_name(got),
           footfall_status_name(want), footfall_error_message(error));
  }
  footfall_error_free(error);
}
/* `call` uses `&error`. */
#define EXPECT(want, call)                                 \
  do {                                                     \
    footfall_error* error = NULL;                          \
    const footfall_status got_ = (call);                   \
    check_status(__FILE__, __LINE__, got_, (want), error); \
  } while (0)

static int contains(const footfall_buffer* buffer, const char* text) {
  const int found = strstr(footfall_buffer_data(buffer), text) != NULL;
  if (!found) printf("  not in: %s\n", footfall_buffer_data(buffer));
  return found;
}

#endif /* FOOTFALL_TESTS_CAPI_CHECK_H_ */
