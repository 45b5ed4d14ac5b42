#include "guard/letter.hpp"

#include <cstring>
#include <type_traits>
#include <utility>

#include "raft/ensure.hpp"

namespace duckduckgoose::guard {

namespace {

// Both ends are the same program, one the other's child: values go over as they lie in memory.

template <class T>
concept Plain = std::is_trivially_copyable_v<T>;

template <Plain T>
void put(std::string& to, const T& value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put(std::string& to, std::string_view text) {
  put(to, text.size());
  to += text;
}

void put(std::string& to, const Envelopes& all) {
  for (const Envelope& it : all.voters) {
    put(to, it.places.size());
    for (const std::string& place : it.places) put(to, std::string_view{place});
    put(to, std::string_view{it.bytes});
    put(to, std::string_view{it.answer});
  }
}

void put(std::string& to, const Begin& begin) {
  put(to, begin.work);
  for (const std::string& entry : begin.environment) put(to, std::string_view{entry});
}

void put(std::string& to, const End& end) {
  put(to, end.work);
  put(to, std::string_view{end.why});
}

void put(std::string& to, const Says& says) { put(to, std::string_view{says.sentence}); }

template <Plain T>
bool take(std::string_view& from, T& value) {
  if (from.size() < sizeof value) return false;
  std::memcpy(&value, from.data(), sizeof value);
  from.remove_prefix(sizeof value);
  return true;
}

bool take(std::string_view& from, std::string& text) {
  std::size_t bytes = 0;
  if (!take(from, bytes) || from.size() < bytes) return false;
  text = from.substr(0, bytes);
  from.remove_prefix(bytes);
  return true;
}

bool take(std::string_view& from, Envelopes& all) {
  while (!from.empty()) {
    Envelope& it = all.voters.emplace_back();
    std::size_t places = 0;
    if (!take(from, places)) return false;
    while (it.places.size() < places) {
      if (!take(from, it.places.emplace_back())) return false;
    }
    if (!take(from, it.bytes) || !take(from, it.answer)) return false;
  }
  return true;
}

bool take(std::string_view& from, Begin& begin) {
  if (!take(from, begin.work)) return false;
  while (!from.empty()) {
    if (!take(from, begin.environment.emplace_back())) return false;
  }
  return true;
}

bool take(std::string_view& from, End& end) { return take(from, end.work) && take(from, end.why); }

bool take(std::string_view& from, Says& says) { return take(from, says.sentence); }

/// The alternative's number, then the alternative.
template <class Variant>
std::string encoded(const Variant& value) {
  std::string bytes(1, static_cast<char>(value.index()));
  std::visit([&](const auto& it) { put(bytes, it); }, value);
  ensure(bytes.size() <= letter_bytes_max);
  return bytes;
}

template <class Variant, std::size_t Index = 0>
std::optional<Variant> decoded(std::size_t index, std::string_view bytes) {
  if constexpr (Index == std::variant_size_v<Variant>) {
    return std::nullopt;
  } else {
    if (index != Index) return decoded<Variant, Index + 1>(index, bytes);
    std::variant_alternative_t<Index, Variant> value{};
    if (!take(bytes, value) || !bytes.empty()) return std::nullopt;
    return Variant{std::move(value)};
  }
}

template <class Variant>
std::optional<Variant> decoded(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  return decoded<Variant>(static_cast<unsigned char>(bytes.front()), bytes.substr(1));
}

}  // namespace

std::string encode(const Letter& letter) { return encoded(letter); }
std::string encode(const Reply& reply) { return encoded(reply); }

std::optional<Letter> decode_letter(std::string_view bytes) { return decoded<Letter>(bytes); }
std::optional<Reply> decode_reply(std::string_view bytes) { return decoded<Reply>(bytes); }

}  // namespace duckduckgoose::guard
