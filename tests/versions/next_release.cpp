#include "next_release.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace duckduckgoose {

namespace {

namespace js = boost::json;

constexpr std::string_view gossip = "gossip";
constexpr std::uint32_t gossip_since = 2;  ///< The first protocol version that knows it.

std::string told(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

/// Names that mean something elsewhere mean nothing here.
js::object news() {
  return {{"numbers", {0, 9007199254740991U}},
          {"term", "none"},
          {"config", {{"members", {{{"id", nullptr}}}}}},
          {"is_new", true}};
}

js::value with_news_inside(const js::value& value) {
  if (const auto* array = value.if_array()) {
    js::array all;
    for (const js::value& item : *array) all.push_back(with_news_inside(item));
    return all;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  js::object all{{"next_release", news()}};
  for (const auto& [key, item] : *object) all[key] = with_news_inside(item);
  all["next_word"] = "new";
  return all;
}

void say(const wire::Hello& theirs, const char* what) {
  std::fprintf(stderr, "next release: %s %s gossip\n", theirs.address.c_str(), what);
}

}  // namespace

wire::ProtocolRange wire::protocol_spoken() {
  static const ProtocolRange spoken = [] {
    ProtocolRange range;
    const std::string text = told("NEXT_PROTOCOL", "1-2");
    if (std::sscanf(text.c_str(), "%u-%u", &range.min, &range.max) != 2) std::abort();
    return range;
  }();
  return spoken;
}

std::string next::with_news(const std::string& frame) {
  js::value all = with_news_inside(js::parse(frame));
  js::object& fields = all.get_object();
  if (fields.at("type") == "hello") {
    fields["version"] = version;
    fields["features"].as_array().emplace_back(gossip);
  }
  return js::serialize(all);
}

std::optional<std::string> next::gossip_after(const wire::Hello& theirs, const wire::Frame& frame) {
  static const bool to_all = told("NEXT_GOSSIP", "") == "all";
  const auto agreed = wire::agree(wire::protocol_spoken(), theirs.protocol);
  if (!to_all && agreed.value_or(0) < gossip_since) return std::nullopt;
  const bool is_fresh = std::holds_alternative<wire::Welcome>(frame);
  if (!is_fresh && !std::holds_alternative<wire::Unbound>(frame)) return std::nullopt;
  return with_news(R"({"type":"gossip","term":7,"body":{"about":[{"id":"a"},[]]}})");
}

bool next::is_gossip(const wire::Hello& theirs, const wire::Frame& frame) {
  const auto* answer = std::get_if<wire::Unsupported>(&frame);
  if (answer != nullptr && answer->type == gossip) say(theirs, "does not know");
  const auto* unknown = std::get_if<wire::Unknown>(&frame);
  if (unknown == nullptr || unknown->type != gossip) return false;
  say(theirs, "sends");
  return true;
}

int next::record_format() { return std::atoi(told("NEXT_FORMAT", "2").c_str()); }

}  // namespace duckduckgoose
