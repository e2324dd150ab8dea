# Fails when the generator's bytes have changed: figures measured on different machines or at
# different times are only comparable over the same input.
set(expected 3baa05a0a003fc922cfddb6a873cf05214173e46dafee9e58a905a8707f3f018)
execute_process(
  COMMAND ${GENERATE} --events 10000 --people 500 --seed 42 -o ${OUT}
  COMMAND_ERROR_IS_FATAL ANY)
file(SHA256 ${OUT} actual)
file(REMOVE ${OUT})
if(NOT actual STREQUAL expected)
  message(FATAL_ERROR "SHA-256 is ${actual}, expected ${expected}")
endif()
