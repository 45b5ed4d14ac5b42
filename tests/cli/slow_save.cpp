#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

// To be preloaded: each sync takes as many milliseconds more as the file $SLOW_SAVE says.
namespace {

int slowly(const char* call, int file) {
  long milliseconds = 0;
  const char* const path = std::getenv("SLOW_SAVE");  // NOLINT(concurrency-mt-unsafe)
  if (path != nullptr) std::ifstream{path} >> milliseconds;
  std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds});
  const auto next = reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, call));
  return next(file);
}

}  // namespace

extern "C" {
int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
}
