# prenorm_target(NAME): the compile options of all our targets.
function(prenorm_target name)
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                            $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${name} PUBLIC cxx_std_20)
  set_target_properties(${name} PROPERTIES UNITY_BUILD_MODE GROUP)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                         -Wnon-virtual-dtor -Woverloaded-virtual $<$<BOOL:${PRENORM_WERROR}>:-Werror>)
endfunction()

# prenorm_unity_groups(NAME SIZE SOURCE...): compiles SIZE sources together if CMAKE_UNITY_BUILD is on. Most of the
# compilation time goes into headers, so groups compile several times faster than single sources.
function(prenorm_unity_groups name size)
  set(index 0)
  foreach(source IN LISTS ARGN)
    math(EXPR group "${index} / ${size}")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${name}_${group})
    math(EXPR index "${index} + 1")
  endforeach()
endfunction()

# LibTorch's headers cause warnings with our options, so they are always treated as system headers.
get_target_property(torch_includes torch INTERFACE_INCLUDE_DIRECTORIES)
add_library(prenorm_torch INTERFACE)
set_target_properties(prenorm_torch PROPERTIES EXPORT_NAME torch)
# Some official packages contain headers of another fmt version than the one we link. Ours come first.
get_target_property(fmt_includes fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
foreach(folder IN LISTS torch_includes)
  if(EXISTS ${folder}/fmt AND NOT folder IN_LIST fmt_includes)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/fmt-first)
    file(CREATE_LINK ${fmt_includes}/fmt ${PROJECT_BINARY_DIR}/fmt-first/fmt SYMBOLIC)
    list(PREPEND torch_includes ${PROJECT_BINARY_DIR}/fmt-first)
  endif()
endforeach()
target_include_directories(prenorm_torch SYSTEM INTERFACE "$<BUILD_INTERFACE:${torch_includes}>")
target_link_libraries(prenorm_torch INTERFACE ${TORCH_LIBRARIES} OpenMP::OpenMP_CXX)

# Run paths of the library that our programs load at run time (prenorm_sentencepiece), in the build and when installed.
list(APPEND CMAKE_BUILD_RPATH ${PROJECT_BINARY_DIR}/prenorm)
file(RELATIVE_PATH libraries ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
list(APPEND CMAKE_INSTALL_RPATH $ORIGIN/${libraries})

# LibTorch uses the BLAS that libblas.so.3 points to. The OpenMP build of OpenBLAS shares LibTorch's threads; the
# pthread build competes with them for the cores. DT_RPATH (unlike RUNPATH) also applies to LibTorch's own dependency.
find_path(OPENBLAS_OPENMP_DIR libblas.so.3 PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-openmp NO_DEFAULT_PATH)
if(OPENBLAS_OPENMP_DIR)
  add_link_options(-Wl,--disable-new-dtags)
  list(APPEND CMAKE_BUILD_RPATH ${OPENBLAS_OPENMP_DIR})
  list(APPEND CMAKE_INSTALL_RPATH ${OPENBLAS_OPENMP_DIR})
  target_link_options(prenorm_torch INTERFACE
    $<INSTALL_INTERFACE:-Wl,--disable-new-dtags> $<INSTALL_INTERFACE:-Wl,-rpath,${OPENBLAS_OPENMP_DIR}>)
endif()

# Faster builds, if the tools exist: ccache caches compiler results, mold links. We choose them only if this project is
# the one being built.
if(PROJECT_IS_TOP_LEVEL)
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  endif()
  include(CheckLinkerFlag)
  check_linker_flag(CXX -fuse-ld=mold PRENORM_MOLD_WORKS)
  if(PRENORM_MOLD_WORKS)
    add_link_options(-fuse-ld=mold)
  endif()
endif()
