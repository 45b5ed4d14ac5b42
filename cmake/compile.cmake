# How everything is compiled: the language, the warnings, the sanitizers, the linker, the cache.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(DDG_CCACHE ccache)
mark_as_advanced(DDG_CCACHE)
if(DDG_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Else it would not keep what was compiled with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${DDG_CCACHE})
endif()

find_package(Threads REQUIRED)

add_library(ddg_options INTERFACE)
target_include_directories(ddg_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(ddg_options INTERFACE Threads::Threads)
target_compile_options(ddg_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-qual -Woverloaded-virtual -Wformat=2 -Werror)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 takes the insides of empty optionals and variants for uninitialized values that are read,
  # and short strings for too short, where their header is precompiled.
  target_compile_options(ddg_options INTERFACE
    -Wduplicated-cond -Wlogical-op -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overread
    -fpch-preprocess)  # for ccache
endif()

if(DDG_SANITIZE)
  target_compile_options(ddg_options INTERFACE
    -fsanitize=${DDG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(ddg_options INTERFACE -fsanitize=${DDG_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # These four double the time that Boost takes to compile, and what they find the address
    # sanitizer and the fuzz targets, which clang compiles, mostly find too.
    target_compile_options(ddg_options INTERFACE -fno-sanitize=vptr,null,alignment,object-size)
    if(DDG_SANITIZE STREQUAL "thread")
      # It knows no fences; those of Asio come together with locks, which it knows.
      target_compile_options(ddg_options INTERFACE -Wno-tsan)
    endif()
  endif()
endif()

if(DDG_FUZZ)
  target_compile_options(ddg_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(DDG_LLD ld.lld)
mark_as_advanced(DDG_LLD)
if(DDG_LLD)
  target_link_options(ddg_options INTERFACE -fuse-ld=lld)
endif()

link_libraries(ddg_options)

# ddg_precompile(NAME [FROM OTHER]): these headers are parsed once, for the target NAME or, with
# FROM, for OTHER, which has been given to this function before and is compiled with the same
# options. What else a file needs it includes; the preset `tidy` does without this, so that each
# file shows that it includes what it needs.
set(ddg_common_headers
  <algorithm> <array> <chrono> <cstdint> <expected> <functional> <map> <memory> <optional> <ranges>
  <set> <span> <string> <string_view> <utility> <variant> <vector>)
function(ddg_precompile name)
  cmake_parse_arguments(arg "" "FROM" "" ${ARGN})
  if(arg_FROM)
    target_precompile_headers(${name} REUSE_FROM ${arg_FROM})
  else()
    target_precompile_headers(${name} PRIVATE ${ddg_common_headers})
  endif()
endfunction()
