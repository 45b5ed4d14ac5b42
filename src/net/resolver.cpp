#include "net/resolver.hpp"

#include <netdb.h>
#include <pthread.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <cstring>
#include <future>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace duckduckgoose::net {
namespace {

using Done = std::move_only_function<bool(const Lookup&)>;  ///< False: nobody waits any more.

/// What the system is being asked, and who waits for it. The threads own it together with the
/// process, whose exit they may outlive.
struct Questions {
  using Question = std::pair<std::string, Ask>;
  struct Late {
    Lookup answer;
    Instant until;
  };
  std::mutex mutex;
  std::map<Question, std::vector<Done>> waiting;
  std::map<Question, Late> late;
};

const std::shared_ptr<Questions>& questions() {
  static const auto all = std::make_shared<Questions>();
  return all;
}

void ask_and_tell(const std::shared_ptr<Questions>& all, const std::string& host, Ask ask) {
  const Lookup answer = ask(host);
  std::vector<Done> told;
  {
    const std::scoped_lock lock{all->mutex};
    told = std::move(all->waiting.extract({host, ask}).mapped());
  }
  const auto took_it = std::ranges::count_if(told, [&](Done& done) { return done(answer); });
  if (took_it > 0 || !answer) return;
  const Instant now = Loop::now();
  const std::scoped_lock lock{all->mutex};
  std::erase_if(all->late, [now](const auto& it) { return it.second.until < now; });
  if (all->late.size() == lookups_max) return;
  all->late.insert_or_assign({host, ask}, Questions::Late{answer, now + late_answer_time});
}

/// Calls `done` from a thread of its own, or from that of an earlier lookup of this name that is
/// not over: a name whose server is dead has one, however often it is asked for. At once, if an
/// answer has come too late for whoever asked before. False: too many hang.
bool ask_in_thread(const std::string& host, Ask ask, Done done) {
  const auto& all = questions();
  const std::scoped_lock lock{all->mutex};
  if (const auto late = all->late.extract({host, ask})) {
    if (Loop::now() <= late.mapped().until) return done(late.mapped().answer), true;
  }
  const auto known = all->waiting.find({host, ask});
  if (known != all->waiting.end()) {
    if (known->second.size() == waiting_max) return false;
    known->second.push_back(std::move(done));
    return true;
  }
  if (all->waiting.size() == lookups_max) return false;
  // Signals are the loop's. A new thread inherits the mask.
  sigset_t every{};
  sigset_t before{};
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  const auto asked = all->waiting.try_emplace({host, ask}).first;
  asked->second.push_back(std::move(done));
  bool started = true;
  try {
    std::thread{ask_and_tell, all, host, ask}.detach();
  } catch (const std::system_error&) {
    all->waiting.erase(asked);
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

LookupError too_many() { return {"too many lookups of names are hanging already", true}; }

LookupError too_slow(Duration limit) {
  return {"no answer about the name within " +
              std::to_string(limit / std::chrono::milliseconds{1}) + " ms",
          true};
}

}  // namespace

std::size_t lookups_under_way() {
  const std::scoped_lock lock{questions()->mutex};
  return questions()->waiting.size();
}

Addresses known_addresses(const std::string& host) {
  namespace ip = boost::asio::ip;
  if (host == "localhost") return {ip::address_v6::loopback(), ip::address_v4::loopback()};
  boost::system::error_code error;
  const auto literal = ip::make_address(host, error);
  return error ? Addresses{} : Addresses{literal};
}

Lookup ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (failure != 0) {
    return std::unexpected{LookupError{gai_strerror(failure), failure == EAI_AGAIN}};
  }
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (each->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
    addresses.push_back(endpoint.address());
  }
  freeaddrinfo(found);
  if (addresses.empty()) return std::unexpected{LookupError{"the name has no address"}};
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

/// False: nobody waits for it any more.
bool deliver(const std::shared_ptr<PendingLookup::Shared>& shared, Lookup lookup) {
  const std::scoped_lock lock{shared->mutex};
  Loop* const loop = std::exchange(shared->loop, nullptr);
  if (loop == nullptr) return false;
  loop->post([shared, lookup = std::move(lookup)] {
    if (!shared->given_up) shared->done(lookup);
  });
  return true;
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
      host, ask, [shared = shared_](const Lookup& lookup) { return deliver(shared, lookup); });
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
  const bool started =
      ask_in_thread(host, ask, [to = std::move(promise)](const Lookup& lookup) mutable {
        to.set_value(lookup);
        return true;
      });
  if (!started) return std::unexpected{too_many()};
  if (answer.wait_for(limit) != std::future_status::ready) {
    return std::unexpected{too_slow(limit)};
  }
  return answer.get();
}

}  // namespace duckduckgoose::net
