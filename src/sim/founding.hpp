#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "membership/search.hpp"
#include "raft/chance.hpp"
#include "sim/violation.hpp"

namespace duckduckgoose::sim {

/// What one seed did.
struct FoundingResult {
  std::optional<Violation> violation;
  std::uint64_t events = 0;
  unsigned lost_disks = 0;
  unsigned starts_over = 0;  ///< Clusters that were left because nobody could ever lead them (F4).
  bool needs_operator = false;  ///< A cluster that had a goose has lost its majority of disks.
};

/// Fresh nodes that found a cluster (F1 to F4) in bad weather: late, doubled and lost answers,
/// cuts, crashes around the save, lost disks, unequal settings, nodes that are no slot. Then a
/// clear sky, under which all must be in one cluster with a goose.
///
/// It runs membership::Search, and no core: a cluster of which a majority is there has a goose
/// after a while, on whose disk the configuration's term is raised first.
class Founding {
 public:
  explicit Founding(std::uint64_t seed);

  /// Writes all that happens to `text`, which must live on.
  void log_to(std::string* text) { log_ = text; }

  [[nodiscard]] FoundingResult run();

 private:
  using Place = std::size_t;

  struct Node {
    std::string address;
    bool is_slot = true;
    bool is_odd = false;  ///< Was told something else than the others.
    std::optional<Record> disk{};
    unsigned ids = 0;  ///< That were made there.
    bool runs = false;
    unsigned life = 0;
    std::optional<membership::Search> search{};  ///< Of a fresh one that runs.
    unsigned round = 0;
    unsigned rounds_in_vain = 0;
    bool is_asking = false;
    std::vector<NodeId> lost{};
  };

  // What the world does.
  void after(Duration delay, std::function<void()> what);
  void run_until(Duration end);
  void misfortune();
  void clear_sky();
  void cut(Place a, Place b, Duration length);
  [[nodiscard]] bool reaches(Place a, Place b) const;
  [[nodiscard]] Duration delay();

  // What a process does.
  void start(Place place);
  void stop(Place place);
  void lose_disk(Place place);
  void take_new_id(Place place);
  void ask_all(Place place);
  void ask(Place place, const std::string& target);
  void meet(Place place, NodeId who);
  void hear(Place place, unsigned life, unsigned round, membership::Heard heard);
  void decide(Place place);
  void save(Place place, const Enrolled& enrolled);
  void look_around(Place place, unsigned life);
  void try_to_lead(Place place);
  void learn(Place place, const Record& from);

  [[nodiscard]] Place place_at(const std::string& address) const;
  [[nodiscard]] bool is_on_disk(const Member& voter, ClusterId cluster) const;
  [[nodiscard]] bool can_have_goose(ClusterId cluster, const Configuration& config) const;
  void check_goose(Place goose);
  void check_end();
  void violate(const std::string& what);
  void note(Place place, const std::string& what);

  Chance chance_;
  Duration now_{0};
  std::uint64_t made_ = 0;
  std::map<std::pair<Duration, std::uint64_t>, std::function<void()>> queue_;
  std::vector<Node> nodes_;
  membership::Charter charter_;
  std::set<std::pair<Place, Place>> cuts_;
  bool is_clear_ = false;
  std::map<std::uint64_t, Configuration> led_;  ///< By cluster: that had a goose.
  FoundingResult result_;
  std::string* log_ = nullptr;
};

}  // namespace duckduckgoose::sim
