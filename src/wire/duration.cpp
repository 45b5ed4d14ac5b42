#include "wire/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace duckduckgoose::wire {

namespace {

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array units{Unit{"h", std::chrono::hours{1}}, Unit{"m", std::chrono::minutes{1}},
                           Unit{"s", std::chrono::seconds{1}},
                           Unit{"ms", std::chrono::milliseconds{1}},
                           Unit{"us", std::chrono::microseconds{1}}};

WireError no_duration(std::string_view text, std::string_view why) {
  return WireError{quoted(text) + " is no duration: " + std::string{why}};
}

std::string padded(auto number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

}  // namespace

std::expected<Duration, WireError> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, count);
  const std::string_view name{rest, static_cast<std::size_t>(end - rest)};
  if (failure == std::errc::invalid_argument || text.starts_with('-')) {
    return std::unexpected(
        no_duration(text, "it is a whole number with its unit, as in 250ms or 2s"));
  }
  if (name.empty()) {
    return std::unexpected(
        no_duration(text, "a bare number has no unit; write 250ms, 2s, 5m or 1h"));
  }
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (failure != std::errc{} || count > duration_max / unit.length) {
      return std::unexpected(no_duration(text, "more than 366 days"));
    }
    return count * unit.length;
  }
  return std::unexpected(no_duration(
      text, "the unit " + quoted(name) + " is not known; a whole number and us, ms, s, m or h"));
}

std::string rough_text(Duration duration) {
  using namespace std::chrono_literals;
  if (duration < 1s) return std::to_string(duration / 1ms) + " ms";
  if (duration < 10s) {
    const auto tenths = duration / 100ms;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  if (duration < 2min) return std::to_string(duration / 1s) + " s";
  if (duration < 2h) return std::to_string(duration / 1min) + " min";
  if (duration < 48h) return std::to_string(duration / 1h) + " h";
  return std::to_string(duration / 24h) + " d";
}

std::string to_text(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return padded(static_cast<int>(date.year()), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2) + "T" + padded(clock.hours().count(), 2) +
         ":" + padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2) + "." +
         padded(clock.subseconds().count(), 3) + "Z";
}

std::expected<WallTime, WireError> parse_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  const auto refused = [&] {
    return std::unexpected(
        WireError{quoted(text) + " is no time: the form is 2026-11-24T00:06:11.123Z"});
  };
  if (text.size() != form.size()) return refused();
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '0' ? !digit : text[i] != form[i]) return refused();
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const int hours = number(11, 2);
  const int minutes = number(14, 2);
  const int seconds = number(17, 2);
  constexpr int first_year = 1970;
  if (!date.ok() || number(0, 4) < first_year || hours > 23 || minutes > 59 || seconds > 59) {
    return refused();
  }
  return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{hours} +
         std::chrono::minutes{minutes} + std::chrono::seconds{seconds} +
         std::chrono::milliseconds{number(20, 3)};
}

}  // namespace duckduckgoose::wire
