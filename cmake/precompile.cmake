# Headers that most files include, compiled once: the other files then take a tenth to a
# third less time. Off by default, as files have to include what they use: only a build
# without it finds out.
option(FOOTFALL_PRECOMPILE "Compile the headers that most files include once" OFF)

set(footfall_common_headers
  <algorithm> <cstdint> <functional> <map> <memory> <optional> <string> <string_view>
  <utility> <variant> <vector>
  <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h>
  <absl/status/status.h> <absl/status/statusor.h>
  ${PROJECT_SOURCE_DIR}/src/base/json.h ${PROJECT_SOURCE_DIR}/src/base/status.h
  ${PROJECT_SOURCE_DIR}/src/base/strings.h)

# footfall_precompiled_headers(NAME HEADER...): what footfall_precompile reuses.
function(footfall_precompiled_headers name)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  target_include_directories(${name} PRIVATE
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PRIVATE footfall_flags)
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

if(FOOTFALL_PRECOMPILE)
  # All files have to be compiled with the same flags.
  target_compile_options(footfall_flags INTERFACE -pthread)
  footfall_precompiled_headers(footfall_module_headers ${footfall_common_headers})
endif()

# Compiles `target` with the precompiled headers of `kind`: module or test.
function(footfall_precompile target kind)
  if(FOOTFALL_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM footfall_${kind}_headers)
  endif()
endfunction()
