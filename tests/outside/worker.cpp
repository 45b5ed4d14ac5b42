/// A command for the rounds: each of its processes writes every 2 ms into one file that it lives.
///
///     worker LOG BEHAVIOUR [TOKEN OWNER]
///
/// BEHAVIOUR is a file with a word of the table below, read at each start. A line of LOG is
///
///     TOKEN OWNER PID start|beat|term BOOTTIME-NS WORD
///
/// Token and owner come from the environment, of `duckduckgoose run` or of `etcdctl lock`, unless
/// they are given: who empties its environment still knows who it was. All end when LOG is removed,
/// so that rounds that were killed leave nothing behind.

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace {

constexpr std::chrono::milliseconds pause{2};  // Between two beats.
constexpr int beats_of_a_job = 20;

struct Worker {
  std::string program;
  std::string log;
  std::string behaviour;
  std::string token{};
  std::string owner{};
  std::string word{};
};

volatile std::sig_atomic_t asked_to_end = 0;

void say(const Worker& me, const char* kind) {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const std::string line = me.token + ' ' + me.owner + ' ' + std::to_string(getpid()) + ' ' + kind +
                           ' ' + std::to_string(now.tv_sec * 1'000'000'000 + now.tv_nsec) + ' ' +
                           me.word + '\n';
  // Opened anew each time: some of us close all they have.
  const int log = open(me.log.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (log < 0 || write(log, line.data(), line.size()) < 0) _exit(0);
  close(log);
}

[[noreturn]] void live(const Worker& me) {
  while (asked_to_end == 0) {
    say(me, "beat");
    std::this_thread::sleep_for(pause);
  }
  say(me, "term");
  _exit(0);
}

void ignore_term(const Worker&) { std::signal(SIGTERM, SIG_IGN); }

void start_child(const Worker& me) {
  if (fork() == 0) live(me);
}

void start_children(const Worker& me) {
  for (int i = 0; i < 2; ++i) {
    if (fork() == 0) {
      start_child(me);
      live(me);
    }
  }
}

void start_daemon(const Worker& me) {
  if (fork() != 0) return;
  setsid();
  if (fork() != 0) _exit(0);
  live(me);
}

void close_descriptors(const Worker&) { close_range(0, ~0U, 0); }

void change_group(const Worker& me) {
  start_child(me);
  setpgid(0, 0);
}

void execute_self(const Worker& me, char** environment) {
  std::array words = {me.program, me.log, me.behaviour, me.token, me.owner};
  std::array<char*, words.size() + 1> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  execve(me.program.c_str(), arguments.data(), environment);
  _exit(127);
}

void execute(const Worker& me) {
  if (fork() == 0) execute_self(me, environ);
  execute_self(me, environ);
}

/// Its child can not be told from its environment.
void execute_bare(const Worker& me) {
  char* nothing = nullptr;
  if (fork() == 0) execute_self(me, &nothing);
}

void have_a_zombie(const Worker&) {
  if (fork() == 0) _exit(0);
}

/// A daemon that is another process every 2 ms: who looks for it finds it gone.
void wander(const Worker& me) {
  if (fork() != 0) return;
  setsid();
  while (fork() == 0) {
    say(me, "beat");
    std::this_thread::sleep_for(pause);
  }
  _exit(0);
}

void do_all(const Worker& me) {
  ignore_term(me);
  prctl(PR_SET_PDEATHSIG, 0);
  close_descriptors(me);
  change_group(me);
  start_daemon(me);
  execute_bare(me);
  have_a_zombie(me);
}

/// Ends by itself: for `only`.
void do_a_job(const Worker& me) {
  for (int i = 0; i < beats_of_a_job && asked_to_end == 0; ++i) {
    say(me, "beat");
    std::this_thread::sleep_for(pause);
  }
  _exit(0);
}

constexpr std::array<std::pair<std::string_view, void (*)(const Worker&)>, 12> behaviours = {{
    {"plain", [](const Worker&) {}},
    {"ignores_term", ignore_term},
    {"forks", start_children},
    {"daemonizes", start_daemon},
    {"closes_descriptors", close_descriptors},
    {"new_group", change_group},
    {"executes", execute},
    {"executes_bare", execute_bare},
    {"zombie_parent", have_a_zombie},
    {"wanders", wander},
    {"combined", do_all},
    {"job", do_a_job},
}};

std::string variable(const char* name, const char* or_else) {
  const char* value = std::getenv(name);
  if (value == nullptr) value = std::getenv(or_else);
  return value == nullptr ? "0" : value;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3 && count != 5) {
    std::fputs("usage: worker LOG BEHAVIOUR [TOKEN OWNER]\n", stderr);
    return 2;
  }
  Worker me{.program = words[0], .log = words[1], .behaviour = words[2]};
  std::signal(SIGTERM, [](int) { asked_to_end = 1; });
  if (count == 5) {
    me.token = words[3];
    me.owner = words[4];
    me.word = "executed";
    live(me);
  }
  me.token = variable("DUCK_TOKEN", "ETCD_LOCK_REV");
  me.owner = variable("DUCK_ID", "ETCD_LOCK_KEY");
  std::ifstream(me.behaviour) >> me.word;
  for (const auto& [word, behave] : behaviours) {
    if (word != me.word) continue;
    say(me, "start");
    behave(me);
    live(me);
  }
  std::fprintf(stderr, "worker: %s holds no behaviour: '%s'\n", words[2], me.word.c_str());
  return 2;
}
