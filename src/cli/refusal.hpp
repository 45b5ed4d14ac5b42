#pragma once

#include <expected>
#include <string>

/// The program `duckduckgoose`: from the words of a command line to what is done and said.
namespace duckduckgoose::cli {

/// What the process tells its caller (SURFACE section 4; the numbers above 63 are those of
/// sysexits.h).
enum class Exit : int {
  yes = 0,
  no = 1,              ///< `status --quiet` on a duck; no such node.
  usage = 2,           ///< The command line cannot be followed.
  nobody = 69,         ///< Nobody answers.
  in_use = 73,         ///< Another process has the data directory.
  disk = 74,           ///< The disk refused, or what lies there is damaged.
  try_again = 75,      ///< No goose, lost it, or no answer in time.
  protocol = 76,       ///< What answers speaks another version, or another language.
  unauthorised = 77,   ///< Not allowed.
  configuration = 78,  ///< Settings that cannot be followed.
};

/// Why a command ended without success: what the process exits with, and one sentence for people
/// that names what, which value and what to do; empty: it has been said.
struct Refusal {
  int exit_code = 1;
  std::string sentence;
  bool operator==(const Refusal&) const = default;
};

template <class T>
using Expected = std::expected<T, Refusal>;

[[nodiscard]] constexpr int code(Exit exit) { return static_cast<int>(exit); }

[[nodiscard]] inline std::unexpected<Refusal> refuse(Exit exit, std::string sentence) {
  return std::unexpected(Refusal{.exit_code = code(exit), .sentence = std::move(sentence)});
}

}  // namespace duckduckgoose::cli
