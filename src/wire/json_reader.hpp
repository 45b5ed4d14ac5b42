#pragma once

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <concepts>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/types.hpp"
#include "wire/describe.hpp"
#include "wire/duration.hpp"
#include "wire/error.hpp"
#include "wire/json_parse.hpp"
#include "wire/limits.hpp"
#include "wire/rules.hpp"

namespace duckduckgoose::wire::json {

/// The enumerator that `word` names; false if there is none.
template <DescribedEnum E>
[[nodiscard]] bool word_value(std::string_view word, E& to) {
  bool found = false;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (word_in(d.name) == word) {
      to = d.value;
      found = true;
    }
  });
  return found;
}

/// Reads a tree into structs: keys that are not described are ignored, a missing optional member is
/// none, and integers are exact and in range. After each struct its rules are asked (rules.hpp).
/// The first thing that is wrong ends the reading.
class Reader {
 public:
  template <class T>
  [[nodiscard]] bool read(const boost::json::value& from, T& to);

  /// Reads the member `key` of `from`.
  template <class T>
  [[nodiscard]] bool read_member(const boost::json::object& from, std::string key, T& to);

  /// Notes what is wrong at the present place; false.
  bool fail(std::string rule);
  [[nodiscard]] WireError error() const { return WireError{reason_}; }

 private:
  /// A key, or an index of the array before it.
  struct Step {
    std::string key;
    std::size_t index = 0;
  };

  [[nodiscard]] bool read_integer(const boost::json::value& from, std::uint64_t max,
                                  std::uint64_t& to);
  [[nodiscard]] bool read_bool(const boost::json::value& from, bool& to);
  [[nodiscard]] bool read_text(const boost::json::value& from, std::string& to);
  [[nodiscard]] bool read_hex(const boost::json::value& from, bool may_be_zero, std::uint64_t& to);
  [[nodiscard]] bool read_time(const boost::json::value& from, WallTime& to);
  template <class E>
  [[nodiscard]] bool read_word(const boost::json::value& from, E& to);
  template <class T>
  [[nodiscard]] bool read_array(const boost::json::value& from, std::vector<T>& to);
  template <class T, std::size_t N>
  [[nodiscard]] bool read_array(const boost::json::value& from, std::array<T, N>& to);
  template <Described T>
  [[nodiscard]] bool read_object(const boost::json::value& from, T& to);

  // Overloads by what a value is made of; read() adds what holds for all of them.
  [[nodiscard]] bool read_as(const boost::json::value& from, bool& to) {
    return read_bool(from, to);
  }
  [[nodiscard]] bool read_as(const boost::json::value& from, std::string& to) {
    return read_text(from, to);
  }
  [[nodiscard]] bool read_as(const boost::json::value& from, NodeId& to) {
    return read_hex(from, false, to.value);
  }
  [[nodiscard]] bool read_as(const boost::json::value& from, ClusterId& to) {
    return read_hex(from, false, to.value);
  }
  [[nodiscard]] bool read_as(const boost::json::value& from, Bits& to) {
    return read_hex(from, true, to.value);
  }
  [[nodiscard]] bool read_as(const boost::json::value& from, WallTime& to) {
    return read_time(from, to);
  }
  template <class Tag>
  [[nodiscard]] bool read_as(const boost::json::value& from, Strong<Tag>& to) {
    return read_integer(from, integer_max, to.value);
  }
  template <std::integral T>
  [[nodiscard]] bool read_as(const boost::json::value& from, T& to);
  [[nodiscard]] bool read_as(const boost::json::value& from, Duration& to);
  template <DescribedEnum E>
  [[nodiscard]] bool read_as(const boost::json::value& from, E& to) {
    return read_word(from, to);
  }
  template <class T>
  [[nodiscard]] bool read_as(const boost::json::value& from, std::optional<T>& to);
  template <class T>
  [[nodiscard]] bool read_as(const boost::json::value& from, std::vector<T>& to) {
    return read_array(from, to);
  }
  template <class T, std::size_t N>
  [[nodiscard]] bool read_as(const boost::json::value& from, std::array<T, N>& to) {
    return read_array(from, to);
  }
  template <Described T>
  [[nodiscard]] bool read_as(const boost::json::value& from, T& to) {
    return read_object(from, to);
  }
  template <Mirrored T>
  [[nodiscard]] bool read_as(const boost::json::value& from, T& to);

  std::vector<Step> path_;
  std::string reason_;
  bool lenient_ = false;  ///< Inside something that is only informative.
};

template <class T>
bool Reader::read(const boost::json::value& from, T& to) {
  const bool lenient_before = lenient_;
  lenient_ = lenient_ || informative<T>;
  bool good = read_as(from, to);
  lenient_ = lenient_before;
  if constexpr (requires { flaw_in(to); }) {
    if (good) {
      if (auto flaw = flaw_in(to)) good = fail(std::move(*flaw));
    }
  }
  return good;
}

template <class T>
bool Reader::read_member(const boost::json::object& from, std::string key, T& to) {
  const boost::json::value* found = from.if_contains(key);
  path_.push_back({.key = std::move(key)});
  bool good = true;
  if (found != nullptr) {
    good = read(*found, to);
  } else if constexpr (is_optional<T>) {
    to.reset();
  } else {
    good = fail("is missing");
  }
  if (good) path_.pop_back();
  return good;
}

template <std::integral T>
bool Reader::read_as(const boost::json::value& from, T& to) {
  constexpr std::uint64_t max =
      std::min(integer_max, static_cast<std::uint64_t>(std::numeric_limits<T>::max()));
  std::uint64_t number = 0;
  if (!read_integer(from, max, number)) return false;
  to = static_cast<T>(number);
  return true;
}

template <class T>
bool Reader::read_as(const boost::json::value& from, std::optional<T>& to) {
  to.reset();
  if (from.is_null()) return true;
  if constexpr (DescribedEnum<T>) {
    if (lenient_ && from.is_string()) {
      T known{};
      if (word_value(std::string_view{from.get_string()}, known)) to = known;
      return true;
    }
  }
  return read(from, to.emplace());
}

template <class E>
bool Reader::read_word(const boost::json::value& from, E& to) {
  if (!from.is_string()) return fail("must be a word");
  const std::string_view word{from.get_string()};
  if (word_value(word, to)) return true;
  if (!unknown_word<E>) return fail("the word " + quoted(word) + " is not known");
  to = *unknown_word<E>;
  return true;
}

template <class T>
bool Reader::read_array(const boost::json::value& from, std::vector<T>& to) {
  if (!from.is_array()) return fail("must be an array");
  const auto& items = from.get_array();
  to.clear();
  path_.push_back({});
  for (const auto& item : items) {
    path_.back().index = to.size();
    if (!read(item, to.emplace_back())) return false;
  }
  path_.pop_back();
  return true;
}

template <class T, std::size_t N>
bool Reader::read_array(const boost::json::value& from, std::array<T, N>& to) {
  if (!from.is_array() || from.get_array().size() != N) {
    return fail("must be an array of " + std::to_string(N));
  }
  path_.push_back({});
  for (std::size_t i = 0; i < N; ++i) {
    path_.back().index = i;
    if (!read(from.get_array()[i], to[i])) return false;
  }
  path_.pop_back();
  return true;
}

template <Described T>
bool Reader::read_object(const boost::json::value& from, T& to) {
  if (!from.is_object()) return fail("must be an object");
  bool good = true;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
    using Member = std::remove_cvref_t<decltype(to.*d.pointer)>;
    good = good && read_member(from.get_object(), key_of<Member>(d.name), to.*d.pointer);
  });
  return good;
}

template <Mirrored T>
bool Reader::read_as(const boost::json::value& from, T& to) {
  typename Mirror<T>::Text text;
  if (!read(from, text)) return false;
  to = Mirror<T>::value_of(std::move(text));
  return true;
}

/// Reads one JSON text into a T.
template <class T>
[[nodiscard]] std::expected<T, WireError> from_text(std::string_view text, std::size_t bytes_max) {
  auto tree = parse(text, bytes_max);
  if (!tree) return std::unexpected(tree.error());
  Reader reader;
  T to{};
  if (!reader.read(*tree, to)) return std::unexpected(reader.error());
  return to;
}

}  // namespace duckduckgoose::wire::json
