#include "os/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace duckduckgoose::os {

std::size_t open_files_max() {
  rlimit files{};
  return getrlimit(RLIMIT_NOFILE, &files) == 0 ? static_cast<std::size_t>(files.rlim_cur) : 0;
}

void allow_open_files(std::size_t wanted) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted) return;
  files.rlim_cur = std::min<rlim_t>(wanted, files.rlim_max);
  setrlimit(RLIMIT_NOFILE, &files);  // refused, it stays as it was
}

}  // namespace duckduckgoose::os
