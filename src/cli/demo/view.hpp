#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/demo/pond.hpp"
#include "cli/terminal.hpp"

namespace duckduckgoose::cli::demo {

/// What the demo shows, made from the nodes' answers alone; no terminal and no clock in here.

/// `text` with each address of the relay replaced by "node N", the name that the demo gives it.
[[nodiscard]] std::string with_names(std::string text, std::span<const DemoNode> nodes);

/// The node that says it is the goose: the one in the highest term, should the answers be of
/// different moments.
[[nodiscard]] const DemoNode* goose_among(std::span<const DemoNode> nodes);

/// One row a node: who it is, what it says it is, and whom it hears.
[[nodiscard]] std::vector<std::string> node_lines(std::span<const DemoNode> nodes, int chosen,
                                                  const Paint& paint);

/// What each key does.
inline constexpr std::string_view keys_text =
    "choose 1-9 g(oose); k(ill -9) s(top) c(ut off) b(ring back) t(erm) a(dd) q(uit)";

/// Of a screen.
struct Size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// The whole screen: heading, nodes, the last of `events`, the keys. No line is wider than the
/// screen.
[[nodiscard]] std::vector<std::string> picture(std::span<const DemoNode> nodes, int chosen,
                                               std::span<const std::string> events, Size size,
                                               const Paint& paint);

/// Notices what has changed between two looks at the nodes.
class Chronicle {
 public:
  /// Sentences for what is new; `now` counts from any beginning.
  [[nodiscard]] std::vector<std::string> look(std::span<const DemoNode> nodes, Duration now);

  /// Of the present goose: how long there was none before it.
  [[nodiscard]] std::optional<Duration> gap() const { return gap_; }
  [[nodiscard]] bool has_goose() const { return goose_ != 0; }

 private:
  [[nodiscard]] std::string arrival(const DemoNode& goose, std::span<const DemoNode> nodes) const;

  int goose_ = 0;  ///< Its number; 0: none.
  Term term_;
  std::optional<Duration> lost_at_;
  std::optional<Duration> gap_;
  std::string votes_;
  bool said_why_none_ = false;
};

}  // namespace duckduckgoose::cli::demo
