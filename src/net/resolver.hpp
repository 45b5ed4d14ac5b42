#pragma once

#include <boost/asio/ip/address.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "wire/limits.hpp"

/// Private to src/net: addresses of names. Asio asks for all names in one thread with a blocking
/// call, so that one dead name server stalls every other lookup and the exit; here each name has
/// a thread of its own, which nobody ever waits for.
namespace duckduckgoose::net {

using Addresses = std::vector<boost::asio::ip::address>;
/// Why there is no address.
struct LookupError {
  std::string clause;            ///< "no such name"
  bool nobody_answered = false;  ///< No name server did, so far: nothing is known of the name.
};
using Lookup = std::expected<Addresses, LookupError>;

/// The addresses that need no lookup: of `localhost` (RFC 6761) both, of a literal itself. Of a
/// name none.
[[nodiscard]] Addresses known_addresses(const std::string& host);

/// Names that are looked up at one time, those included that were given up and whose thread still
/// waits: as many as a list of addresses may have. Each may be asked for again meanwhile.
inline constexpr std::size_t lookups_max = wire::addresses_max;
inline constexpr std::size_t waiting_max = 64;
/// An answer that came when nobody waited any more is kept for so long: a name server that takes
/// longer than anybody waits would else never be of use.
inline constexpr Duration late_answer_time = std::chrono::seconds{10};
[[nodiscard]] std::size_t lookups_under_way();

/// Asks for one name, blocking for as long as that takes.
using Ask = Lookup (*)(const std::string& host);

/// Asks the system: /etc/hosts, DNS, whatever nsswitch.conf says (getaddrinfo(3)).
[[nodiscard]] Lookup ask_system(const std::string& host);

/// One lookup. Destroying it gives up; the callback then never comes.
class PendingLookup {
 public:
  /// `done` is called once, from the loop, at the latest after `limit`.
  PendingLookup(Loop& loop, const std::string& host, Duration limit,
                std::function<void(Lookup)> done, Ask ask = ask_system);
  ~PendingLookup();
  PendingLookup(const PendingLookup&) = delete;
  PendingLookup& operator=(const PendingLookup&) = delete;

  struct Shared;

 private:
  Loop& loop_;
  TimerId timer_;
  std::shared_ptr<Shared> shared_;
};

/// The same, waiting: for what has to be known before the loop runs.
[[nodiscard]] Lookup look_up_now(const std::string& host, Duration limit, Ask ask = ask_system);

}  // namespace duckduckgoose::net
