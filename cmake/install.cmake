include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/prenorm)

install(TARGETS prenorm_core prenorm prenorm_torch EXPORT prenormTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS prenorm_sentencepiece LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS prenorm_command prenorm_corpus_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY prenorm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE NOTICE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT prenormTargets NAMESPACE prenorm:: DESTINATION ${package_dir})
configure_package_config_file(cmake/prenormConfig.cmake.in ${PROJECT_BINARY_DIR}/prenormConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may change the library's interface: docs/versioning.md.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/prenormConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/prenormConfig.cmake ${PROJECT_BINARY_DIR}/prenormConfigVersion.cmake
        DESTINATION ${package_dir})
