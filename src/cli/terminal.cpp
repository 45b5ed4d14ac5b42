#include "cli/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace duckduckgoose::cli {
namespace {

std::string_view begin_of(Look look) {
  switch (look) {
    case Look::plain:
      return "";
    case Look::bold:
      return "\x1b[1m";
    case Look::dim:
      return "\x1b[2m";
    case Look::green:
      return "\x1b[1;32m";
    case Look::yellow:
      return "\x1b[33m";
    case Look::red:
      return "\x1b[31m";
    case Look::inverse:
      return "\x1b[7m";
  }
  return "";
}

/// Columns on the screen: characters, not bytes, as long as none is wide.
std::size_t width_of(std::string_view text) {
  constexpr unsigned continuation_mask = 0xc0;
  constexpr unsigned continuation = 0x80;
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & continuation_mask) != continuation;
  }));
}

}  // namespace

Paint Paint::for_output(int file_descriptor, const Environment& environment) {
  return Paint{is_terminal(file_descriptor) && !environment.find("NO_COLOR") &&
               environment.find("TERM") != "dumb"};
}

std::string Paint::operator()(Look look, std::string_view text) const {
  if (!in_colour_ || look == Look::plain) return std::string{text};
  return std::string{begin_of(look)} + std::string{text} + "\x1b[0m";
}

bool is_terminal(int file_descriptor) { return isatty(file_descriptor) == 1; }

std::vector<std::string> Table::lines(const Paint& paint) const {
  std::vector<std::size_t> widths;
  for (const Row& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i].text));
    }
  }
  std::vector<std::string> lines;
  for (const Row& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += paint(row[i].look, row[i].text);
      if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i].text) + 2, ' ');
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void print_line(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

void print_error(std::string_view sentence) {
  std::string line{"duckduckgoose: "};
  line += sentence;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace duckduckgoose::cli
