#include "tests/report/arrow/failing_allocator.h"

#include <cstdlib>
#include <new>

namespace footfall::report {

int allocations_left = -1;
int live_allocations = 0;

}  // namespace footfall::report

void* operator new(std::size_t bytes) {
  int& left = footfall::report::allocations_left;
  if (left == 0) throw std::bad_alloc();
  if (left > 0) --left;
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  ++footfall::report::live_allocations;
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) --footfall::report::live_allocations;
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
