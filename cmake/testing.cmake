# ddg_use_googletest(NAME): the program NAME is compiled as tests are, in a hurry: they are many and
# need not be fast themselves. Its headers are parsed once for all.
function(ddg_use_googletest name)
  if(NOT TARGET ddg_googletest)
    set(empty ${PROJECT_BINARY_DIR}/googletest.cpp)
    file(CONFIGURE OUTPUT ${empty} CONTENT "")
    add_library(ddg_googletest OBJECT ${empty})
    target_compile_options(ddg_googletest PUBLIC -O0)
    target_link_libraries(ddg_googletest PUBLIC GTest::gmock GTest::gtest_main)
    target_precompile_headers(ddg_googletest PRIVATE
      <gmock/gmock.h> <gtest/gtest.h> ${ddg_common_headers})
  endif()
  target_link_libraries(${name} PRIVATE ddg_googletest)
  ddg_precompile(${name} FROM ddg_googletest)
endfunction()

# ddg_add_tests(NAME SOURCES file... [LIBS target...] [LABEL quick|slow] [TIMEOUT seconds])
#
# One GoogleTest executable; each of its tests becomes a test of ctest. LABEL says whether
# `scripts/test --quick` runs it (default: quick); TIMEOUT limits each single test. Without
# DDG_UNIT_TESTS it is built only by its name, and none of its tests is run.
function(ddg_add_tests name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR
      "ddg_add_tests(${name}): needs SOURCES, knows not: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL quick)
  endif()
  if(NOT arg_LABEL MATCHES "^(quick|slow)$")
    message(FATAL_ERROR "ddg_add_tests(${name}): LABEL is ${arg_LABEL}, must be quick or slow")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  ddg_use_googletest(${name})
  if(NOT DDG_UNIT_TESTS)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL TRUE)
    return()
  endif()
  gtest_discover_tests(${name}
    TEST_PREFIX ${name}.
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS ${arg_LABEL})
endfunction()

# ddg_add_process_test(NAME SCRIPT [ARGS argument...] [LABEL quick|slow] [TIMEOUT seconds])
#
# A test of ctest that is a script in Python and starts programs. Most of it is waiting, so it is
# begun before the tests that compute. Sanitizers slow programs down: there it waits for longer.
function(ddg_add_process_test name script)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "ARGS" LABEL quick TIMEOUT 300 ${ARGN})
  # Debian's, for which its modules are.
  add_test(NAME ${name} COMMAND
    /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${arg_ARGS})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS ${arg_LABEL} COST 100)
  if(DDG_SANITIZE)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT DUCKDUCKGOOSE_PATIENCE=3)
  endif()
endfunction()

# ddg_add_fuzzer(NAME SOURCE LIB...)
#
# One fuzz target, and a test `fuzz.NAME` that runs it over tests/fuzz/corpus/NAME: with libFuzzer
# (DDG_FUZZ) for FUZZ_SECONDS (5 unless set in the environment), without it once over each input.
# What libFuzzer finds lies under the build directory, in fuzz/found/NAME and fuzz/crashes.
function(ddg_add_fuzzer name source)
  set(kept ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  add_executable(${name}_fuzz ${source})
  target_link_libraries(${name}_fuzz PRIVATE ${ARGN})
  add_dependencies(fuzzers ${name}_fuzz)
  if(DDG_FUZZ)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    set(found ${PROJECT_BINARY_DIR}/fuzz/found/${name})
    set(crashes ${PROJECT_BINARY_DIR}/fuzz/crashes)
    file(MAKE_DIRECTORY ${found} ${crashes})
    add_test(NAME fuzz.${name} COMMAND sh -c
      "exec \"$1\" -max_total_time=\"\${FUZZ_SECONDS:-5}\" -timeout=5 \
        -max_len=65536 -rss_limit_mb=1024 \
        -artifact_prefix=\"$2/${name}-\" -print_final_stats=1 -verbosity=0 \"$3\" \"$4\""
      fuzz $<TARGET_FILE:${name}_fuzz> ${crashes} ${found} ${kept})
    set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 86400)
  else()
    target_sources(${name}_fuzz PRIVATE replay.cpp)
    add_test(NAME fuzz.${name} COMMAND ${name}_fuzz ${kept})
    set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 120 LABELS quick)
  endif()
endfunction()
