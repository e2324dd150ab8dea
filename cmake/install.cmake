# What `cmake --install` puts where: headers, schemas, libraries, the package for
# find_package(footfall) and the files for pkg-config.
include(CMakePackageConfigHelpers)

install(TARGETS footfall footfall_static footfall_capture_alone EXPORT footfall-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/footfall DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp" PATTERN "schema" EXCLUDE)
install(DIRECTORY include/footfall/schema DESTINATION ${CMAKE_INSTALL_DATADIR}/footfall
  FILES_MATCHING PATTERN "*.json")
install(EXPORT footfall-targets NAMESPACE footfall::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/footfall)
configure_package_config_file(cmake/footfall-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/footfall-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/footfall)
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/footfall-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/footfall-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/footfall-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/footfall)

# From lib/<arch>/pkgconfig back to the prefix, so that the tree can be moved.
file(RELATIVE_PATH FOOTFALL_PC_TO_PREFIX
  "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
foreach(pc footfall footfall-capture)
  configure_file(cmake/${pc}.pc.in ${CMAKE_CURRENT_BINARY_DIR}/${pc}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${pc}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
if(TARGET footfall_cli)
  install(TARGETS footfall_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
