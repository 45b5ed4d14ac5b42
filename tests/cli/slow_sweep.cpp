#include <dirent.h>
#include <dlfcn.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

// To be preloaded: each look at all processes takes SLOW_SWEEP milliseconds more, as if there were
// thousands.
extern "C" DIR* opendir(const char* path) {
  const char* const milliseconds = std::getenv("SLOW_SWEEP");  // NOLINT(concurrency-mt-unsafe)
  if (milliseconds != nullptr && std::string{path} == "/proc") {
    std::this_thread::sleep_for(std::chrono::milliseconds{std::atol(milliseconds)});
  }
  const auto next = reinterpret_cast<DIR* (*)(const char*)>(dlsym(RTLD_NEXT, "opendir"));
  return next(path);
}
