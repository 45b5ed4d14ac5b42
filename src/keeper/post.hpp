#pragma once

#include <poll.h>

#include <string>
#include <vector>

#include "guard/letter.hpp"
#include "os/descriptor.hpp"

namespace duckduckgoose::keeper {

/// Brings finished bytes to finished addresses, all at once, and notices who says that it has taken
/// them. Nothing waits; what fails is over.
class Post {
 public:
  void set(std::vector<guard::Envelope> envelopes) { envelopes_ = std::move(envelopes); }
  /// How many errands it will be: one to each place.
  [[nodiscard]] std::size_t size() const;

  /// Begins. Once.
  void send();

  /// Adds what it waits for.
  void add_to(std::vector<pollfd>& waits) const;

  /// What became of errands since the last call.
  struct News {
    std::size_t taken = 0;
    std::size_t settled = 0;  ///< Taken or failed.
  };
  /// Goes on where it can.
  [[nodiscard]] News go_on();

  static constexpr std::size_t answer_bytes_max = 4096;

 private:
  struct Errand {
    Descriptor socket;
    std::string to_send;
    std::string awaited;
    std::string answer;
    bool is_taken = false;
    bool is_settled = false;
  };
  static void begin(Errand& errand, const std::string& place, const guard::Envelope& envelope);
  static void go_on(Errand& errand);

  std::vector<guard::Envelope> envelopes_;
  std::vector<Errand> errands_;
};

}  // namespace duckduckgoose::keeper
