#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/demo/console.hpp"
#include "cli/demo/pond.hpp"
#include "cli/demo/view.hpp"
#include "cli/refusal.hpp"

namespace duckduckgoose::cli::demo {

/// The demo while it runs: what happens to the nodes, and how it is told.
class Show {
 public:
  Show(Pond pond, Console& console);

  /// Starts `count` nodes and obeys keys until `q` or a signal.
  [[nodiscard]] Expected<Exit> live(int count);

  /// Starts `count` nodes, kills the goose, tells who is the next one and after how long.
  [[nodiscard]] Expected<Exit> once(int count);

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] Expected<void> start(int count);
  void obey(char key);
  void bring_back(const DemoNode& node);
  void look();
  void tell(const std::string& event);
  void tell_of_ended();
  void tell_table();
  [[nodiscard]] Duration now() const;
  [[nodiscard]] std::string last_words_of(int number) const;

  /// Looks again and again until `is_so`. Errors: 75 after `limit`, with what is missing; 128 + n
  /// after a signal.
  template <class Predicate>
  [[nodiscard]] Expected<void> look_until(Predicate is_so, Duration pause, Duration limit,
                                          std::string_view what);

  Pond pond_;
  Console& console_;
  Chronicle chronicle_;
  Clock::time_point begin_ = Clock::now();
  std::vector<std::string> events_;
  int chosen_ = 1;
  bool is_over_ = false;
  std::optional<int> died_;  ///< A node that ended although nobody wanted it to.
};

}  // namespace duckduckgoose::cli::demo
