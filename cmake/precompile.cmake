# Two ways to compile less. Both are off by default, as files have to include what they use
# and only a build without them finds out.
option(FOOTFALL_PRECOMPILE_TESTS "Compile the headers that most tests include once" OFF)
option(FOOTFALL_UNITY "Compile the files of a module several at a time" OFF)

# Declares what footfall_precompile_test reuses.
function(footfall_test_headers)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/test_headers.cc CONTENT "")
  add_library(footfall_test_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/test_headers.cc)
  target_include_directories(footfall_test_headers PRIVATE
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(footfall_test_headers PRIVATE footfall_flags GTest::gtest GTest::gmock)
  # As programs are compiled.
  set_target_properties(footfall_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(footfall_test_headers PRIVATE -fPIE)
  target_precompile_headers(footfall_test_headers PRIVATE
    <algorithm> <cstdint> <functional> <map> <memory> <optional> <string> <string_view>
    <utility> <variant> <vector>
    <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h>
    <absl/status/status.h> <absl/status/statusor.h> <gtest/gtest.h> <gmock/gmock.h>
    ${PROJECT_SOURCE_DIR}/src/base/json.h ${PROJECT_SOURCE_DIR}/src/base/status.h
    ${PROJECT_SOURCE_DIR}/src/base/strings.h)
endfunction()

if(FOOTFALL_PRECOMPILE_TESTS)
  # All files have to be compiled with the same flags.
  target_compile_options(footfall_flags INTERFACE -pthread)
endif()

# Compiles the test program `target` with the precompiled headers.
function(footfall_precompile_test target)
  if(FOOTFALL_PRECOMPILE_TESTS)
    target_precompile_headers(${target} REUSE_FROM footfall_test_headers)
  endif()
endfunction()
