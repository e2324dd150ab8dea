# Flags that every target of the project is compiled with.
add_library(footfall_flags INTERFACE)
target_compile_options(footfall_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wno-missing-field-initializers -Werror=return-type
  $<$<C_COMPILER_ID:GNU>:-Wshadow=local>)
if(FOOTFALL_WERROR)
  target_compile_options(footfall_flags INTERFACE -Werror)
endif()
if(FOOTFALL_SANITIZE)
  target_compile_options(footfall_flags INTERFACE
    -fsanitize=${FOOTFALL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(footfall_flags INTERFACE -fsanitize=${FOOTFALL_SANITIZE})
endif()
