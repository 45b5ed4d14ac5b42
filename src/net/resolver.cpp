#include "net/resolver.hpp"

#include <netdb.h>
#include <pthread.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <cstring>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>

namespace duckduckgoose::net {
namespace {

std::atomic<int> under_way = 0;

/// Calls `done` from a thread of its own. False: too many lookups hang already.
bool ask_in_thread(const std::string& host, Ask ask, std::move_only_function<void(Lookup)> done) {
  if (under_way.fetch_add(1) >= lookups_max) {
    under_way.fetch_sub(1);
    return false;
  }
  // Signals are the loop's. A new thread inherits the mask.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = true;
  try {
    std::thread{[host, ask, done = std::move(done)]() mutable {
      done(ask(host));
      under_way.fetch_sub(1);
    }}.detach();
  } catch (const std::system_error&) {
    under_way.fetch_sub(1);
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

std::string too_many() {
  return std::to_string(lookups_max) + " lookups of names are hanging already";
}

std::string too_slow(Duration limit) {
  return "no answer about the name within " + std::to_string(limit / std::chrono::milliseconds{1}) +
         " ms";
}

}  // namespace

int lookups_under_way() { return under_way.load(); }

Lookup ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (failure != 0) return std::unexpected{std::string{gai_strerror(failure)}};
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (each->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
    addresses.push_back(endpoint.address());
  }
  freeaddrinfo(found);
  if (addresses.empty()) return std::unexpected{std::string{"the name has no address"}};
  return addresses;
}

/// Outlives whichever of the two goes first, the thread or the one who asked.
struct PendingLookup::Shared {
  std::mutex mutex;
  Loop* loop = nullptr;   ///< None once there is an answer, or nobody waits for one.
  bool given_up = false;  ///< Of the loop's thread alone.
  std::function<void(Lookup)> done;
};

namespace {

void deliver(const std::shared_ptr<PendingLookup::Shared>& shared, Lookup lookup) {
  const std::scoped_lock lock{shared->mutex};
  Loop* const loop = std::exchange(shared->loop, nullptr);
  if (loop == nullptr) return;
  loop->post([shared, lookup = std::move(lookup)] {
    if (!shared->given_up) shared->done(lookup);
  });
}

}  // namespace

PendingLookup::PendingLookup(Loop& loop, const std::string& host, Duration limit,
                             std::function<void(Lookup)> done, Ask ask)
    : loop_{loop}, shared_{std::make_shared<Shared>()} {
  shared_->loop = &loop;
  shared_->done = std::move(done);
  timer_ = loop.wake_at(Loop::now() + limit, [shared = shared_, limit] {
    deliver(shared, std::unexpected{too_slow(limit)});
  });
  const bool started = ask_in_thread(
      host, ask, [shared = shared_](Lookup lookup) { deliver(shared, std::move(lookup)); });
  if (!started) deliver(shared_, std::unexpected{too_many()});
}

PendingLookup::~PendingLookup() {
  loop_.cancel(timer_);
  shared_->given_up = true;
  const std::scoped_lock lock{shared_->mutex};
  shared_->loop = nullptr;
}

Lookup look_up_now(const std::string& host, Duration limit, Ask ask) {
  std::promise<Lookup> promise;
  auto answer = promise.get_future();
  const bool started = ask_in_thread(host, ask, [to = std::move(promise)](Lookup lookup) mutable {
    to.set_value(std::move(lookup));
  });
  if (!started) return std::unexpected{too_many()};
  if (answer.wait_for(limit) != std::future_status::ready) {
    return std::unexpected{too_slow(limit)};
  }
  return answer.get();
}

}  // namespace duckduckgoose::net
