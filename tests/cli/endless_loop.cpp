#include <csignal>

// To be preloaded: SIGUSR2 sends a process round in circles for ever, as a defect of it would.
namespace {

void go_round(int /*signal*/) {
  for (volatile bool forever = true; forever;) {
  }
}

[[gnu::constructor]] void listen_for_it() { (void)std::signal(SIGUSR2, go_round); }

}  // namespace
