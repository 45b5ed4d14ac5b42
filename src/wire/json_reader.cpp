#include "wire/json_reader.hpp"

#include "wire/ids.hpp"

namespace duckduckgoose::wire::json {

bool Reader::fail(std::string rule) {
  std::string place;
  for (const Step& step : path_) {
    if (step.key.empty()) {
      place += "[" + std::to_string(step.index) + "]";
    } else {
      place += (place.empty() ? "" : ".") + step.key;
    }
  }
  reason_ = place.empty() ? std::move(rule) : place + ": " + rule;
  return false;
}

bool Reader::read_integer(const boost::json::value& from, std::uint64_t max, std::uint64_t& to) {
  if (from.is_double()) return fail("must be a whole number below 2^53, without exponent");
  if (!from.is_number()) return fail("must be a whole number");
  if (from.is_int64() && from.get_int64() < 0) {
    return fail(std::to_string(from.get_int64()) + " must not be negative");
  }
  to = from.is_int64() ? static_cast<std::uint64_t>(from.get_int64()) : from.get_uint64();
  if (to > max) return fail(std::to_string(to) + " is above " + std::to_string(max));
  return true;
}

bool Reader::read_bool(const boost::json::value& from, bool& to) {
  if (!from.is_bool()) return fail("must be true or false");
  to = from.get_bool();
  return true;
}

bool Reader::read_text(const boost::json::value& from, std::string& to) {
  if (!from.is_string()) return fail("must be a string");
  to.assign(from.get_string().data(), from.get_string().size());
  return true;
}

bool Reader::read_hex(const boost::json::value& from, bool may_be_zero, std::uint64_t& to) {
  std::string text;
  if (!read_text(from, text)) return false;
  const auto bits = parse_hex(text);
  if (!bits) return fail(bits.error().reason);
  if (*bits == 0 && !may_be_zero) return fail("an id is not all zeros");
  to = *bits;
  return true;
}

bool Reader::read_time(const boost::json::value& from, WallTime& to) {
  std::string text;
  if (!read_text(from, text)) return false;
  const auto time = parse_time(text);
  if (!time) return fail(time.error().reason);
  to = *time;
  return true;
}

bool Reader::read_as(const boost::json::value& from, Duration& to) {
  std::uint64_t number = 0;
  if (!read_integer(from, integer_max, number)) return false;
  to = Duration{static_cast<Duration::rep>(number)};
  return true;
}

}  // namespace duckduckgoose::wire::json
