// The test program's allocator, which counts and can be told to run out of memory. For
// programs of one thread.
#ifndef FOOTFALL_TESTS_REPORT_ARROW_FAILING_ALLOCATOR_H_
#define FOOTFALL_TESTS_REPORT_ARROW_FAILING_ALLOCATOR_H_

namespace footfall::report {

// How many more calls of operator new succeed; negative is all of them.
extern int allocations_left;

// How many were made and not yet deleted.
extern int live_allocations;

}  // namespace footfall::report

#endif  // FOOTFALL_TESTS_REPORT_ARROW_FAILING_ALLOCATOR_H_
