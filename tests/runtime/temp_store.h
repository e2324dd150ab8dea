// A store in a temporary folder that is removed with the object.
#ifndef FOOTFALL_TESTS_RUNTIME_TEMP_STORE_H_
#define FOOTFALL_TESTS_RUNTIME_TEMP_STORE_H_

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "runtime/instance.h"

namespace footfall::runtime {

class TempStore {
 public:
  TempStore() {
    std::string pattern = testing::TempDir() + "footfall-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    instance = Instance::Open(path(), {}).value();
  }
  ~TempStore() {
    instance.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string path() const { return folder_ + "/store"; }

  std::shared_ptr<Instance> instance;

 private:
  std::string folder_;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_TESTS_RUNTIME_TEMP_STORE_H_
