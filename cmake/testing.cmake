# ddg_add_tests(NAME SOURCES file... [LIBS target...] [LABEL quick|slow] [TIMEOUT seconds])
#
# One GoogleTest executable; each of its tests becomes a test of ctest. LABEL says whether
# `scripts/test --quick` runs it (default: quick); TIMEOUT limits each single test.
function(ddg_add_tests name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "ddg_add_tests(${name}): needs SOURCES, knows not: ${arg_UNPARSED_ARGUMENTS}")
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
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name}
    TEST_PREFIX ${name}.
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS ${arg_LABEL})
endfunction()
