#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/plan.hpp"
#include "sim/world.hpp"

namespace duckduckgoose::sim {

/// What one seed did.
struct ChaosResult {
  std::optional<Violation> violation;
  Counts counts;
  Duration simulated{0};
  std::size_t elections = 0;
  std::size_t changes = 0;   ///< Of the configuration.
  std::uint64_t digest = 0;  ///< The same for the same seed (I8).
  bool was_due = false;      ///< A majority of the newest configuration outlived the bad weather.
  bool is_clean =
      false;  ///< ... and no message of the bad weather arrived after it: the bars are on these.
  bool had_goose = false;  ///< There was one already when the sky cleared.
  double goose_after =
      0;  ///< Where a goose was due: after how many promises, once the weather was clear.
  bool stayed = true;  ///< ... and then there was no other.
};

/// One run: a random cluster in bad weather, then a clear sky under which there must be a goose.
class Chaos {
 public:
  explicit Chaos(std::uint64_t seed);

  /// Writes all that happens to `text`, which must live on.
  void log_to(std::string* text) { world_.log_to(text, World::Detail::everything); }

  [[nodiscard]] ChaosResult run();

 private:
  /// An action that waits for its time.
  struct Later {
    TrueTime at;
    enum class What : std::uint8_t { resume, heal, start };
    What what = What::resume;
    PlaceIndex a = 0;
    PlaceIndex b = 0;
  };

  // chaos.cpp
  void bad_weather();
  void clear_sky(ChaosResult& result);
  void long_calm(Duration promise);
  void expect_right_voters(Duration promise);
  [[nodiscard]] bool goose_is_due() const;
  [[nodiscard]] Duration longest_promise() const;
  void later(Later::What what, PlaceIndex a, PlaceIndex b, Duration delay);
  void run_until(TrueTime end);

  // chaos_actions.cpp
  void act();
  void take(Action action);
  void take_on_network(Action action);
  void take_on_members(Action action);
  void take_on_data(Action action);
  [[nodiscard]] PlaceIndex any_place() { return chance_.below(world_.places().size()); }
  [[nodiscard]] PlaceIndex goose_or_any();
  [[nodiscard]] bool may_lose_disk(PlaceIndex place) const;
  void isolate(PlaceIndex place, bool out, bool in);
  void split();
  void add_voter();
  void foreign_message();
  void run_stale();

  Chance chance_;
  Plan plan_;
  World world_;
  std::vector<Later> later_;
  PlaceIndex clones_place_ = 0;
};

}  // namespace duckduckgoose::sim
