// Functions of a library that is loaded at run time.
#ifndef FOOTFALL_BENCHMARKS_PEERS_SHARED_LIBRARY_H_
#define FOOTFALL_BENCHMARKS_PEERS_SHARED_LIBRARY_H_

#include <dlfcn.h>

#include <string>

#include "peer.h"

namespace footfall::benchmarks {

// Stays loaded until the program ends: the engines leave threads behind.
class SharedLibrary {
 public:
  explicit SharedLibrary(const std::string& path)
      : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) Fail(path, dlerror());
  }

  template <typename Function>
  void Find(const char* name, Function*& out) const {
    out = reinterpret_cast<Function*>(dlsym(handle_, name));
    if (out == nullptr) Fail(name, "is not in the library");
  }

 private:
  void* handle_;
};

}  // namespace footfall::benchmarks

#endif  // FOOTFALL_BENCHMARKS_PEERS_SHARED_LIBRARY_H_
