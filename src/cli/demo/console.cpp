#include "cli/demo/console.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>

namespace duckduckgoose::cli::demo {
namespace {

constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l";  // another screen, no cursor
constexpr std::string_view leave = "\x1b[?25h\x1b[?1049l";

void put(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

Descriptor take_signals() {
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&taken, signal);
  pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  // Stopped, the demo would keep the nodes from one another: it is their network.
  ::signal(SIGTSTP, SIG_IGN);
  return Descriptor{signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK)};
}

}  // namespace

Console::Console(bool draws, const Paint& paint) : paint_{paint}, signals_{take_signals()} {
  termios now{};
  if (!draws || !is_terminal(STDIN_FILENO) || !is_terminal(STDOUT_FILENO) ||
      tcgetattr(STDIN_FILENO, &now) != 0) {
    return;
  }
  saved_ = now;
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  tcsetattr(STDIN_FILENO, TCSANOW, &now);
  put(enter);
}

Console::~Console() {
  if (!saved_) return;
  put(leave);
  tcsetattr(STDIN_FILENO, TCSANOW, &*saved_);
}

Size Console::size() {
  winsize window{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return {};
  constexpr std::size_t columns_min = 40;
  return {.columns = std::max<std::size_t>(window.ws_col, columns_min), .rows = window.ws_row};
}

void Console::draw(const std::vector<std::string>& lines) {
  std::string text = "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += lines[i] + "\x1b[K";
    if (i + 1 < lines.size()) text += "\r\n";
  }
  put(text + "\x1b[J");
}

Console::Input Console::wait(Duration limit) {
  std::array<pollfd, 2> asked{
      {{.fd = signals_.get(), .events = POLLIN, .revents = 0},
       {.fd = input_has_ended_ ? -1 : STDIN_FILENO, .events = POLLIN, .revents = 0}}};
  poll(asked.data(), asked.size(), static_cast<int>(limit / std::chrono::milliseconds{1}));
  Input input;
  signalfd_siginfo signal{};
  if (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
    input.signal = static_cast<int>(signal.ssi_signo);
  }
  if (asked[1].revents != 0) {
    std::array<char, 64> keys{};
    const ssize_t count = read(STDIN_FILENO, keys.data(), keys.size());
    if (count > 0) input.keys.assign(keys.data(), static_cast<std::size_t>(count));
    input_has_ended_ = count <= 0;
  }
  return input;
}

}  // namespace duckduckgoose::cli::demo
