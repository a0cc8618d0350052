# prenorm_target(NAME): what each of our targets is built with.
function(prenorm_target name)
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                            $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${name} PUBLIC cxx_std_20)
  set_target_properties(${name} PROPERTIES UNITY_BUILD_MODE GROUP)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                         -Wnon-virtual-dtor -Woverloaded-virtual $<$<BOOL:${PRENORM_WERROR}>:-Werror>)
endfunction()

# prenorm_unity_groups(NAME SIZE SOURCE...): compiles SIZE sources together where CMAKE_UNITY_BUILD is on. Most of the time
# of a compilation goes into headers, so that groups build several times as fast as their sources one by one.
function(prenorm_unity_groups name size)
  set(index 0)
  foreach(source IN LISTS ARGN)
    math(EXPR group "${index} / ${size}")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${name}_${group})
    math(EXPR index "${index} + 1")
  endforeach()
endfunction()

# LibTorch's headers are not written for our warnings: they are system headers, whatever its package says.
get_target_property(torch_includes torch INTERFACE_INCLUDE_DIRECTORIES)
add_library(prenorm_torch INTERFACE)
set_target_properties(prenorm_torch PROPERTIES EXPORT_NAME torch)
# Some official packages bring headers of another fmt than the one that we link: ours come first.
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

# Where our programs find the library that they load while running (prenorm_sentencepiece): the build's, the installed.
list(APPEND CMAKE_BUILD_RPATH ${PROJECT_BINARY_DIR}/prenorm)
file(RELATIVE_PATH libraries ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
list(APPEND CMAKE_INSTALL_RPATH $ORIGIN/${libraries})

# LibTorch takes the BLAS that libblas.so.3 points to. The OpenMP build of OpenBLAS shares LibTorch's threads, the
# pthread build fights them for the cores. DT_RPATH (not RUNPATH) also counts for LibTorch's own dependency.
find_path(OPENBLAS_OPENMP_DIR libblas.so.3 PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-openmp NO_DEFAULT_PATH)
if(OPENBLAS_OPENMP_DIR)
  add_link_options(-Wl,--disable-new-dtags)
  list(APPEND CMAKE_BUILD_RPATH ${OPENBLAS_OPENMP_DIR})
  list(APPEND CMAKE_INSTALL_RPATH ${OPENBLAS_OPENMP_DIR})
  target_link_options(prenorm_torch INTERFACE
    $<INSTALL_INTERFACE:-Wl,--disable-new-dtags> $<INSTALL_INTERFACE:-Wl,-rpath,${OPENBLAS_OPENMP_DIR}>)
endif()

# What makes builds quick where it is there: compiler results kept by ccache, mold as the linker. Both are ours to choose
# only where this is the project being built.
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
