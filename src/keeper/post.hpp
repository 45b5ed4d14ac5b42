#pragma once

#include <poll.h>

#include <optional>
#include <string>
#include <vector>

#include "guard/letter.hpp"
#include "os/descriptor.hpp"

namespace duckduckgoose::keeper {

/// Brings finished bytes to finished addresses, to all voters at once, and notices who says that it
/// has taken them. Nothing waits; what fails is over.
class Post {
 public:
  /// A place that has not answered for so long may be the wrong one: the voter's next is tried as
  /// well. Most have one listener at two places (localhost), which would have all the work twice.
  static constexpr Duration patience = std::chrono::milliseconds{5};

  void set(std::vector<guard::Envelope> envelopes);
  /// How many voters can be told.
  [[nodiscard]] std::size_t size() const { return envelopes_.size(); }

  /// Begins. Once; set() is of no use after it.
  void send();

  /// Adds what it waits for.
  void add_to(std::vector<pollfd>& waits) const;

  /// When go_on() is to be called whatever comes; none: no voter has another place.
  [[nodiscard]] std::optional<Instant> wake_at() const;

  /// What became of voters since the last call.
  struct News {
    std::size_t taken = 0;
    std::size_t settled = 0;  ///< Taken, or failed at all of its places.
  };
  /// Goes on where it can.
  [[nodiscard]] News go_on();

  static constexpr std::size_t answer_bytes_max = 4096;

 private:
  struct Attempt {
    Descriptor socket;
    std::string to_send;
    std::string answer;
  };
  /// To one voter.
  struct Errand {
    guard::Envelope envelope;
    std::size_t tried = 0;  ///< So many of its places.
    Instant next_at;        ///< The one after them has its turn, or when all of these have failed.
    std::vector<Attempt> attempts;
    bool is_settled = false;
  };
  [[nodiscard]] static bool has_more(const Errand& errand) {
    return !errand.is_settled && errand.tried < errand.envelope.places.size();
  }
  static void try_next(Errand& errand);
  [[nodiscard]] static bool go_on(Errand& errand);
  [[nodiscard]] static bool go_on(Attempt& attempt, const std::string& awaited);

  std::vector<guard::Envelope> envelopes_;
  std::vector<Errand> errands_;
};

}  // namespace duckduckgoose::keeper
