# Runs PROGRAM in the new folder FOLDER and compares what it prints.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
execute_process(COMMAND ${PROGRAM} WORKING_DIRECTORY ${FOLDER}
  OUTPUT_VARIABLE printed ERROR_VARIABLE errors RESULT_VARIABLE code)
string(REPLACE "\r\n" "\n" printed "${printed}")
set(expected "person,first_login,last_login,logins_last_30_days
ana@example.com,2025-11-21T08:00:00.000Z,2025-11-21T08:00:00.000Z,1
ben@example.com,2025-11-21T08:05:00.000Z,2025-11-21T08:05:00.000Z,1
")
if(NOT code EQUAL 0 OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "exit ${code}: ${errors}\nexpected:\n${expected}\ngot:\n${printed}")
endif()
