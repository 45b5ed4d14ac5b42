#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/environment.hpp"

namespace duckduckgoose::cli {

/// What a word may look like. A pipe gets the words alone.
enum class Look : std::uint8_t { plain, bold, dim, green, yellow, red, inverse };

/// Puts colour around words, or nothing.
class Paint {
 public:
  explicit Paint(bool in_colour) : in_colour_{in_colour} {}

  /// Colour if `file_descriptor` is a terminal that can show it and NO_COLOR is not set
  /// (no-color.org).
  [[nodiscard]] static Paint for_output(int file_descriptor, const Environment& environment);

  [[nodiscard]] std::string operator()(Look look, std::string_view text) const;
  [[nodiscard]] bool in_colour() const { return in_colour_; }

 private:
  bool in_colour_;
};

[[nodiscard]] bool is_terminal(int file_descriptor);

/// Lines with their columns under one another, two blanks between them. The last column is not
/// filled up.
class Table {
 public:
  struct Cell {
    std::string text;
    Look look = Look::plain;
  };
  using Row = std::vector<Cell>;

  void add(Row row) { rows_.push_back(std::move(row)); }

  /// One string a row, without line ends.
  [[nodiscard]] std::vector<std::string> lines(const Paint& paint) const;

 private:
  std::vector<Row> rows_;
};

/// Writes a line to standard output, and sees to it that it leaves.
void print_line(std::string_view line);

/// Writes "duckduckgoose: SENTENCE" to standard error.
void print_error(std::string_view sentence);

}  // namespace duckduckgoose::cli
