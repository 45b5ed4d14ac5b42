#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "raft/types.hpp"

/// What the reader and the writer ask of a type before they take it apart.
namespace duckduckgoose::wire::json {

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_enum_v<T>;

template <class E>
concept DescribedEnum = boost::describe::has_describe_enumerators<E>::value;

template <Described T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Stands for a value of any type where the number of an aggregate's members is counted. An
/// optional member is reached through what it holds: to the optional itself there would be two
/// ways.
struct Anything {
  template <class T>
  requires(!is_optional<T>) operator T() const;  // NOLINT(google-explicit-constructor)
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}

/// How many members an aggregate has.
template <class T, std::size_t N = 0>
constexpr std::size_t arity() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>{})) {
    return arity<T, N + 1>();
  } else {
    return N;
  }
}

/// T has N members, and all of them are described: a member added to the struct alone would
/// silently stay off the wire.
template <class T, std::size_t N>
inline constexpr bool fully_described = arity<T>() == N&& boost::mp11::mp_size<MembersOf<T>>::value
                                        == N;

/// The number of an enum's described words.
template <DescribedEnum E>
inline constexpr std::size_t words_of =
    boost::mp11::mp_size<boost::describe::describe_enumerators<E>>::value;

/// The word of an enumerator: its name, without the underscore that keeps it apart from a keyword.
[[nodiscard]] constexpr std::string_view word_in(std::string_view name) {
  return name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
}

/// 64 bits that are no number: 16 hex digits.
struct Bits {
  std::uint64_t value = 0;
};

/// Durations have their unit in the key.
template <class T>
[[nodiscard]] std::string key_of(std::string_view name) {
  std::string key{name};
  if constexpr (std::same_as<T, Duration>) key += "_us";
  return key;
}

/// A type whose JSON has another shape than the type: specialised with `Text`, a described struct,
/// and the ways there (`text_of`) and back (`value_of`).
template <class T>
struct Mirror;

/// Has a mirror.
template <class T>
concept Mirrored = requires {
  typename Mirror<T>::Text;
};

/// Decides nothing: an optional word in it that a newer program made up is read as none.
template <class T>
inline constexpr bool informative = false;

/// What a word that a newer program made up is read as; none: it is refused.
template <DescribedEnum E>
inline constexpr std::optional<E> unknown_word{};

/// Written as null when there is none, not left out.
template <class T>
inline constexpr bool null_if_none = false;

}  // namespace duckduckgoose::wire::json
