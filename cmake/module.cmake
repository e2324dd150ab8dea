# footfall_module(NAME SOURCES files... DEPENDS modules... LINK libraries...)
#
# Defines the OBJECT library footfall_<name> from files of src/<name>. DEPENDS names the
# modules that it may include and that have to be linked with it; LINK the outside
# libraries.
function(footfall_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(footfall_${name} OBJECT ${ARG_SOURCES})
  target_include_directories(footfall_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(footfall_${name} PRIVATE footfall_flags PUBLIC ${ARG_LINK})
  set_target_properties(footfall_${name} PROPERTIES UNITY_BUILD ${FOOTFALL_UNITY})
  if(FOOTFALL_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Classes that are defined in a source file may have members of its own types.
    target_compile_options(footfall_${name} PRIVATE -Wno-subobject-linkage)
  endif()
  set_property(TARGET footfall_${name} PROPERTY FOOTFALL_DEPENDS ${ARG_DEPENDS})
  set_property(TARGET footfall_${name} PROPERTY FOOTFALL_LINK ${ARG_LINK})
endfunction()

# All modules that `names` need, themselves included, in `out`.
function(footfall_closure out)
  set(todo ${ARGN})
  set(done "")
  while(todo)
    list(POP_FRONT todo name)
    if(NOT name IN_LIST done)
      list(APPEND done ${name})
      get_target_property(depends footfall_${name} FOOTFALL_DEPENDS)
      if(depends)
        list(APPEND todo ${depends})
      endif()
    endif()
  endwhile()
  set(${out} ${done} PARENT_SCOPE)
endfunction()

# Links the objects of the modules and of all that they need into `target`.
function(footfall_link_modules target visibility)
  footfall_closure(modules ${ARGN})
  foreach(module IN LISTS modules)
    target_link_libraries(${target} ${visibility} footfall_${module})
  endforeach()
endfunction()

# Makes `library` of the objects of the modules and of all that they need, with the outside
# libraries linked, and the public headers for whoever uses it.
function(footfall_library_of library)
  footfall_closure(modules ${ARGN})
  foreach(module IN LISTS modules)
    target_sources(${library} PRIVATE $<TARGET_OBJECTS:footfall_${module}>)
    get_target_property(libraries footfall_${module} FOOTFALL_LINK)
    if(libraries)
      target_link_libraries(${library} PRIVATE ${libraries})
    endif()
  endforeach()
  target_link_libraries(${library} PRIVATE $<BUILD_INTERFACE:footfall_flags>)
  target_include_directories(${library} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()

# footfall_test(NAME SOURCES files... MODULES modules... [LINK libraries...])
#
# A GoogleTest program of tests/<module>, run as one ctest.
function(footfall_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;MODULES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  footfall_link_modules(${name} PRIVATE ${ARG_MODULES})
  target_link_libraries(${name} PRIVATE footfall_flags ${ARG_LINK} GTest::gtest_main
                        GTest::gmock)
  footfall_precompile_test(${name})
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# footfall_npm_fixture(NAME DIRECTORY)
#
# A ctest fixture <name>_packages: DIRECTORY, with its npm packages installed, in a copy
# whose path is set as <name>_npm_dir.
function(footfall_npm_fixture name directory)
  set(work ${CMAKE_CURRENT_BINARY_DIR}/${name}_npm)
  add_test(NAME ${name}_packages
    COMMAND ${PROJECT_SOURCE_DIR}/tests/npm_copy.sh ${directory} ${work})
  set_tests_properties(${name}_packages PROPERTIES
    FIXTURES_SETUP ${name}_packages TIMEOUT 600)
  set(${name}_npm_dir ${work} PARENT_SCOPE)
endfunction()
