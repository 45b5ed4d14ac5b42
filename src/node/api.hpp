#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"
#include "node/errands.hpp"
#include "node/view.hpp"

namespace duckduckgoose::node {

/// Answers HTTP (SURFACE section 1, docs/api.md).
class Api {
 public:
  using GetFacts = std::function<Facts()>;
  using GiveHold = std::function<std::optional<Instant>(Duration wanted)>;
  Api(const Story& story, GetFacts facts, GiveHold hold, Errands& errands);

  void handle(const net::Request& request, net::Responder responder);

  /// One formed /status serves all who ask within so short a time, unless something changes.
  static constexpr Duration status_kept = std::chrono::milliseconds{1};
  static constexpr std::size_t members_page_max = 500;

 private:
  using Respond = void (Api::*)(const net::Request&, net::Responder);
  struct Path;
  [[nodiscard]] static const Path* find(std::string_view path);

  struct Formed {
    std::string body;
    std::uint64_t version = 0;
    Instant until{};
    std::optional<Instant> claim_ends;
  };
  [[nodiscard]] const Formed& formed();

  void status(const net::Request& request, net::Responder responder);
  void goose(const net::Request& request, net::Responder responder);
  void duck(const net::Request& request, net::Responder responder);
  void ping(const net::Request& request, net::Responder responder);
  void healthz(const net::Request& request, net::Responder responder);
  void readyz(const net::Request& request, net::Responder responder);
  void members(const net::Request& request, net::Responder responder);
  void invite(const net::Request& request, net::Responder responder);
  void remove(const net::Request& request, net::Responder responder);
  void handover(const net::Request& request, net::Responder responder);
  void settings(const net::Request& request, net::Responder responder);
  void leave(const net::Request& request, net::Responder responder);
  void joincluster(const net::Request& request, net::Responder responder);

  void hold(const net::Request& request, net::Responder responder);

  [[nodiscard]] net::Answer held_status(std::uint64_t wanted_ms);
  void confirmed_status(net::Responder responder);
  [[nodiscard]] net::Answer confirmed(const Result& result) const;
  [[nodiscard]] net::Answer present_status();
  [[nodiscard]] net::Answer whether_goose(bool redirect);
  void pass_on(Errands::Request request, net::Responder responder);

  const Story& story_;
  GetFacts facts_;
  GiveHold hold_;
  Errands& errands_;

  Formed formed_;
};

}  // namespace duckduckgoose::node
