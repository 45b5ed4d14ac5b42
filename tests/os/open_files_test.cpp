#include "os/open_files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace duckduckgoose::os {
namespace {

TEST(OpenFiles, are_allowed_as_far_as_the_user_may_and_never_fewer_than_before) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{.rlim_cur = 64, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_EQ(open_files_max(), 64U);
  allow_open_files(100);
  EXPECT_EQ(open_files_max(), 100U);
  allow_open_files(80);
  EXPECT_EQ(open_files_max(), 100U);
  allow_open_files(before.rlim_max + 1);
  EXPECT_EQ(open_files_max(), before.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace duckduckgoose::os
