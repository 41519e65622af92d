# Targets of CMake, for find_package(slim) and for add_subdirectory alike:
#   slim::slim     the headers, with what they need
#   slim::kernels  the same, with kernels that are compiled once, where the library is installed or built
# and slim_precompile_headers(<target>), which compiles slim.hpp once for all source files of a target.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
foreach(package "Eigen3::Eigen;Eigen3;3.4" "Boost::boost;Boost;1.75" "xsimd;xsimd;8.1")
  list(GET package 0 target)
  list(GET package 1 name)
  list(GET package 2 version)
  if(NOT TARGET ${target})
    find_dependency(${name} ${version})
  endif()
endforeach()

if(NOT TARGET slim::slim)
  set(slim_headers "${CMAKE_CURRENT_LIST_DIR}")
  set(slim_prefix "${CMAKE_CURRENT_LIST_DIR}/../../..")
  if(NOT EXISTS "${slim_headers}/slim/slim.hpp")
    get_filename_component(slim_headers "${slim_prefix}/include" ABSOLUTE)
  endif()

  # Networks are traced, differentiated and planned by constant evaluation: large ones pass the default limits of the compilers.
  add_library(slim::slim INTERFACE IMPORTED GLOBAL)
  target_include_directories(slim::slim INTERFACE "${slim_headers}")
  target_compile_features(slim::slim INTERFACE cxx_std_20)
  target_compile_options(slim::slim INTERFACE
    "$<$<CXX_COMPILER_ID:GNU>:-fconstexpr-ops-limit=1000000000;-fconstexpr-loop-limit=1000000;--param=ggc-min-heapsize=524288>"
    "$<$<CXX_COMPILER_ID:Clang,AppleClang>:-fconstexpr-steps=100000000>")
  target_link_libraries(slim::slim INTERFACE Eigen3::Eigen Boost::boost Threads::Threads)
  # Of xsimd the headers only: some packages of it link programs with a library for complex numbers.
  get_target_property(slim_xsimd_headers xsimd INTERFACE_INCLUDE_DIRECTORIES)
  if(slim_xsimd_headers)
    target_include_directories(slim::slim SYSTEM INTERFACE "${slim_xsimd_headers}")
  endif()

  find_library(SLIM_KERNELS_LIBRARY slim_kernels PATHS "${slim_prefix}" PATH_SUFFIXES lib lib64 "lib/${CMAKE_LIBRARY_ARCHITECTURE}" NO_DEFAULT_PATH)
  mark_as_advanced(SLIM_KERNELS_LIBRARY)
  if(SLIM_KERNELS_LIBRARY AND NOT slim_is_built_here)
    add_library(slim::kernels UNKNOWN IMPORTED GLOBAL)
    set_target_properties(slim::kernels PROPERTIES IMPORTED_LOCATION "${SLIM_KERNELS_LIBRARY}")
    target_compile_definitions(slim::kernels INTERFACE SLIM_COMPILED_KERNELS)
    target_link_libraries(slim::kernels INTERFACE slim::slim)
  endif()
endif()

function(slim_precompile_headers target)
  target_precompile_headers(${target} PRIVATE <slim/precompiled.hpp>)
endfunction()
