#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/ensure.hpp"
#include "raft/types.hpp"
#include "wire/describe.hpp"
#include "wire/duration.hpp"

/// Writes described structs as JSON: keys in the order of the description, which is part of what is
/// promised.
namespace duckduckgoose::wire::json {

void write_integer(std::string& out, std::uint64_t number);
/// In double quotes; what is not UTF-8 becomes U+FFFD, because the other side would cut the link
/// for it.
void write_text(std::string& out, std::string_view text);
void write_hex(std::string& out, std::uint64_t bits);

inline void write(std::string& out, bool truth) { out += truth ? "true" : "false"; }
inline void write(std::string& out, const std::string& text) { write_text(out, text); }
inline void write(std::string& out, NodeId id) { write_hex(out, id.value); }
inline void write(std::string& out, ClusterId id) { write_hex(out, id.value); }
inline void write(std::string& out, Bits bits) { write_hex(out, bits.value); }
inline void write(std::string& out, WallTime time) { write_text(out, to_text(time)); }

template <class Tag>
void write(std::string& out, Strong<Tag> number) {
  write_integer(out, number.value);
}

template <std::integral T>
requires(!std::same_as<T, bool>) void write(std::string& out, T number) {
  write_integer(out, static_cast<std::uint64_t>(number));
}

inline void write(std::string& out, Duration duration) {
  ensure(duration >= Duration{0});
  write_integer(out, static_cast<std::uint64_t>(duration.count()));
}

/// The word of an enumerator.
template <DescribedEnum E>
[[nodiscard]] std::string_view word(E value) {
  std::string_view found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (d.value == value) found = word_in(d.name);
  });
  ensure(!found.empty());
  return found;
}

template <DescribedEnum E>
void write(std::string& out, E value) {
  write_text(out, word(value));
}

template <class T>
void write(std::string& out, const std::vector<T>& items);
template <class T, std::size_t N>
void write(std::string& out, const std::array<T, N>& items);
template <Mirrored T>
void write(std::string& out, const T& value);
template <Described T>
void write(std::string& out, const T& object);

template <class Items>
void write_items(std::string& out, const Items& items) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    write(out, item);
  }
  out += ']';
}

template <class T>
void write(std::string& out, const std::vector<T>& items) {
  write_items(out, items);
}

template <class T, std::size_t N>
void write(std::string& out, const std::array<T, N>& items) {
  write_items(out, items);
}

template <Mirrored T>
void write(std::string& out, const T& value) {
  write(out, Mirror<T>::text_of(value));
}

/// Appends `"key":value`, after a comma unless it is the first in its object.
template <class T>
void write_member(std::string& out, std::string_view key, const T& value) {
  if (out.back() != '{') out += ',';
  write_text(out, key);
  out += ':';
  write(out, value);
}

template <class T>
void write_member(std::string& out, std::string_view key, const std::optional<T>& value) {
  if (value) {
    write_member(out, key, *value);
  } else if (null_if_none<T>) {
    if (out.back() != '{') out += ',';
    write_text(out, key);
    out += ":null";
  }
}

/// The members of a struct, without the braces: frames put their type before them.
template <Described T>
void write_members(std::string& out, const T& object) {
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
    using Member = std::remove_cvref_t<decltype(object.*d.pointer)>;
    write_member(out, key_of<Member>(d.name), object.*d.pointer);
  });
}

template <Described T>
void write(std::string& out, const T& object) {
  out += '{';
  write_members(out, object);
  out += '}';
}

template <class T>
[[nodiscard]] std::string to_text_of(const T& value) {
  std::string out;
  write(out, value);
  return out;
}

}  // namespace duckduckgoose::wire::json
