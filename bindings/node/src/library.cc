#include "library.h"

#include <dlfcn.h>

#include <mutex>

namespace footfall_node {
namespace {

Library library;
bool loaded = false;
std::mutex mutex;

}  // namespace

const Library& Lib() { return library; }

std::string LoadLibrary(const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (loaded) return "";
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (handle == nullptr) return dlerror();
  const auto refuse = [&](const std::string& why) {
    dlclose(handle);
    return path + ": " + why;
  };

  // The version comes first: of another one, functions may well be missing.
  const auto version = reinterpret_cast<decltype(&::footfall_version_number)>(
      dlsym(handle, "footfall_version_number"));
  if (version == nullptr) return refuse("not a Footfall library");
  if (version() / 1000 != FOOTFALL_VERSION_NUMBER / 1000) {
    const int32_t other = version();
    return refuse("the package was compiled for version " FOOTFALL_VERSION_STRING
                  " but this library is version " +
                  std::to_string(other / 1000000) + "." +
                  std::to_string(other / 1000 % 1000) + "." +
                  std::to_string(other % 1000) + ": rebuild the package");
  }

  Library found;
#define FOOTFALL_RESOLVE(name)                                            \
  found.name = reinterpret_cast<decltype(&::name)>(dlsym(handle, #name)); \
  if (found.name == nullptr) return refuse("function " #name " is missing");
  FOOTFALL_FUNCTIONS(FOOTFALL_RESOLVE)
#undef FOOTFALL_RESOLVE
  library = found;
  loaded = true;
  return "";
}

}  // namespace footfall_node
