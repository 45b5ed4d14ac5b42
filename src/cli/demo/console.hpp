#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/demo/view.hpp"
#include "os/descriptor.hpp"

namespace duckduckgoose::cli::demo {

/// Where the demo shows and listens: a terminal that it draws on and whose keys it gets one by one,
/// or plain lines and the bytes of the input. The terminal is put back when this object goes.
class Console {
 public:
  /// Takes SIGINT, SIGTERM, SIGHUP and SIGQUIT away from this process, and reports them instead; to
  /// be called before any thread is started. `draws`: on the terminal, if there is one.
  Console(bool draws, const Paint& paint);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  [[nodiscard]] bool draws() const { return saved_.has_value(); }
  [[nodiscard]] const Paint& paint() const { return paint_; }
  [[nodiscard]] static Size size();

  void draw(const std::vector<std::string>& lines);

  /// What came from outside while it waited, no longer than `limit`.
  struct Input {
    std::string keys;
    std::optional<int> signal;
  };
  [[nodiscard]] Input wait(Duration limit);

 private:
  Paint paint_;
  Descriptor signals_;
  std::optional<termios> saved_;  ///< The terminal as it was, while it is drawn on.
  bool input_has_ended_ = false;
};

}  // namespace duckduckgoose::cli::demo
