#include "wire/frame.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "wire/described_core.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"

namespace duckduckgoose::wire {

BOOST_DESCRIBE_STRUCT(KnownGoose, (), (id, address))
BOOST_DESCRIBE_STRUCT(Founding, (), (born, slots, promise, limits))
BOOST_DESCRIBE_STRUCT(Invite, (), (address))
BOOST_DESCRIBE_STRUCT(Call, (), (id, method, target, body))
BOOST_DESCRIBE_STRUCT(Reply, (), (id, status, body))
static_assert(json::fully_described<KnownGoose, 2>);
static_assert(json::fully_described<Founding, 4>);
static_assert(json::fully_described<Invite, 1>);
static_assert(json::fully_described<Call, 4>);
static_assert(json::fully_described<Reply, 3>);

namespace {

/// `type` is taken by the frame's own.
struct UnsupportedText {
  std::string unsupported;
};
BOOST_DESCRIBE_STRUCT(UnsupportedText, (), (unsupported))
static_assert(json::fully_described<UnsupportedText, 1> && json::arity<Unsupported>() == 1);

struct HelloText {
  std::array<std::uint32_t, 2> protocol{};
  std::vector<std::string> features;
  std::string version;
  std::string cluster;
  std::optional<ClusterId> cluster_id;
  Incarnation incarnation;
  std::uint64_t saves = 0;
  std::string address;
  bool may_lead = true;
  std::optional<NodeId> to;
  std::optional<bool> keeper;
  std::optional<Founding> founding;
};
BOOST_DESCRIBE_STRUCT(HelloText, (),
                      (protocol, features, version, cluster, cluster_id, incarnation, saves,
                       address, may_lead, to, keeper, founding))
static_assert(json::fully_described<HelloText, 12> && json::arity<Hello>() == 12);

struct WelcomeText {
  std::string cluster;
  bool fresh = false;
  std::optional<ClusterId> cluster_id;
  std::optional<Configuration> config;
  std::optional<KnownGoose> goose;
};
BOOST_DESCRIBE_STRUCT(WelcomeText, (), (cluster, fresh, cluster_id, config, goose))
static_assert(json::fully_described<WelcomeText, 5> && json::arity<Welcome>() == 3);

std::optional<std::string> flaw_in(const WelcomeText& text) {
  if (text.fresh == !text.cluster_id && text.fresh == !text.config) return {};
  return "has cluster_id and config if and only if it is not fresh";
}

/// What every message of the core carries before its body.
struct EnvelopeText {
  std::uint64_t saves = 0;
  Term term;
  Stamp stamp;
  std::optional<Configuration> config;
};
BOOST_DESCRIBE_STRUCT(EnvelopeText, (), (saves, term, stamp, config))
static_assert(json::fully_described<EnvelopeText, 4> && json::arity<Unbound>() == 5);

std::optional<std::string> flaw_in(const EnvelopeText& text) {
  if (!text.config || text.config->stamp == text.stamp) return {};
  return "stamp and config name different configurations";
}

constexpr std::array<std::string_view, std::variant_size_v<Body>> body_types{
    "heartbeat", "heartbeat_reply", "vote_request", "vote_reply", "release", "notice", "rejected"};

template <class F>
constexpr std::string_view frame_type;
template <>
constexpr std::string_view frame_type<Hello> = "hello";
template <>
constexpr std::string_view frame_type<Welcome> = "welcome";
template <>
constexpr std::string_view frame_type<Invite> = "invite";
template <>
constexpr std::string_view frame_type<Call> = "call";
template <>
constexpr std::string_view frame_type<Reply> = "reply";
template <>
constexpr std::string_view frame_type<Unsupported> = "unsupported";

std::string opened(std::string_view type) {
  std::string out{"{"};
  json::write_member(out, "type", std::string{type});
  return out;
}

template <class Text>
std::string finished(std::string_view type, const Text& text) {
  std::string out = opened(type);
  json::write_members(out, text);
  out += '}';
  return out;
}

}  // namespace

namespace json {

template <>
struct Mirror<Unsupported> {
  using Text = UnsupportedText;
  static Text text_of(const Unsupported& it) { return {it.type}; }
  static Unsupported value_of(Text text) { return {std::move(text.unsupported)}; }
};

template <>
struct Mirror<Hello> {
  using Text = HelloText;
  static Text text_of(const Hello& it) {
    return {{it.protocol.min, it.protocol.max},
            it.features,
            it.version,
            it.cluster,
            it.cluster_id,
            it.incarnation,
            it.saves,
            it.address,
            it.may_lead,
            it.to,
            it.keeper ? std::optional{true} : std::nullopt,
            it.founding};
  }
  static Hello value_of(Text text) {
    return {.protocol = {text.protocol[0], text.protocol[1]},
            .features = std::move(text.features),
            .version = std::move(text.version),
            .cluster = std::move(text.cluster),
            .cluster_id = text.cluster_id,
            .incarnation = text.incarnation,
            .saves = text.saves,
            .address = std::move(text.address),
            .may_lead = text.may_lead,
            .to = text.to,
            .keeper = text.keeper.value_or(false),
            .founding = std::move(text.founding)};
  }
};

template <>
struct Mirror<Welcome> {
  using Text = WelcomeText;
  static Text text_of(const Welcome& it) {
    Text text{.cluster = it.cluster,
              .fresh = !it.enrolment,
              .cluster_id = {},
              .config = {},
              .goose = it.goose};
    if (it.enrolment) {
      text.cluster_id = it.enrolment->cluster_id;
      text.config = it.enrolment->config;
    }
    return text;
  }
  static Welcome value_of(Text text) {
    Welcome it{.cluster = std::move(text.cluster), .enrolment = {}, .goose = std::move(text.goose)};
    if (text.cluster_id && text.config) it.enrolment = {*text.cluster_id, std::move(*text.config)};
    return it;
  }
};

}  // namespace json

namespace {

template <class F>
std::expected<Frame, WireError> decode_as(const boost::json::value& tree) {
  json::Reader reader;
  F frame;
  if (!reader.read(tree, frame)) return std::unexpected(reader.error());
  return frame;
}

/// Reads the body as the alternative of Body that has this number.
template <std::size_t I = 0>
bool read_body(json::Reader& reader, const boost::json::object& object, std::size_t number,
               Body& body) {
  if constexpr (I < std::variant_size_v<Body>) {
    if (number != I) return read_body<I + 1>(reader, object, number, body);
    return reader.read_member(object, "body", body.emplace<I>());
  } else {
    std::unreachable();
  }
}

std::expected<Frame, WireError> decode_message(const boost::json::value& tree, std::size_t number) {
  json::Reader reader;
  EnvelopeText envelope;
  Body body;
  if (!reader.read(tree, envelope) || !read_body(reader, tree.get_object(), number, body)) {
    return std::unexpected(reader.error());
  }
  return Unbound{.saves = envelope.saves,
                 .term = envelope.term,
                 .stamp = envelope.stamp,
                 .config = std::move(envelope.config),
                 .body = std::move(body)};
}

template <class... F>
std::optional<std::expected<Frame, WireError>> decode_one_of(std::string_view type,
                                                             const boost::json::value& tree) {
  std::optional<std::expected<Frame, WireError>> out;
  ((type == frame_type<F> ? static_cast<void>(out = decode_as<F>(tree)) : void()), ...);
  return out;
}

}  // namespace

std::expected<Frame, WireError> decode_frame(std::string_view text) {
  const auto tree = json::parse(text, frame_bytes_max);
  if (!tree) return std::unexpected(tree.error());
  if (!tree->is_object()) return std::unexpected(WireError{"a frame must be an object"});
  json::Reader reader;
  std::string type;
  if (!reader.read_member(tree->get_object(), "type", type)) return std::unexpected(reader.error());
  if (auto flaw = wire::flaw_in(Unknown{type})) return std::unexpected(WireError{*flaw});

  const auto message = std::ranges::find(body_types, type);
  if (message != body_types.end()) {
    return decode_message(*tree, static_cast<std::size_t>(message - body_types.begin()));
  }
  if (auto known = decode_one_of<Hello, Welcome, Invite, Call, Reply, Unsupported>(type, *tree)) {
    return std::move(*known);
  }
  return Unknown{std::move(type)};
}

Message bound(Unbound unbound, const Binding& binding) {
  return {.cluster = binding.cluster,
          .from = binding.from,
          .to = binding.to,
          .saves = unbound.saves,
          .term = unbound.term,
          .stamp = unbound.stamp,
          .config = std::move(unbound.config),
          .body = std::move(unbound.body)};
}

std::string encode(const Hello& hello) {
  return finished(frame_type<Hello>, json::Mirror<Hello>::text_of(hello));
}
std::string encode(const Welcome& welcome) {
  return finished(frame_type<Welcome>, json::Mirror<Welcome>::text_of(welcome));
}
std::string encode(const Invite& invite) { return finished(frame_type<Invite>, invite); }
std::string encode(const Call& call) { return finished(frame_type<Call>, call); }
std::string encode(const Reply& reply) { return finished(frame_type<Reply>, reply); }
std::string encode(const Unsupported& unsupported) {
  return finished(frame_type<Unsupported>, json::Mirror<Unsupported>::text_of(unsupported));
}

std::string encode(const Message& message) {
  std::string out = opened(type_of(message.body));
  json::write_members(out,
                      EnvelopeText{message.saves, message.term, message.stamp, message.config});
  std::visit([&out](const auto& body) { json::write_member(out, "body", body); }, message.body);
  out += '}';
  return out;
}

std::string_view type_of(const Body& body) { return body_types.at(body.index()); }

std::optional<std::uint32_t> agree(ProtocolRange mine, ProtocolRange theirs) {
  const std::uint32_t highest = std::min(mine.max, theirs.max);
  if (highest < std::max(mine.min, theirs.min)) return std::nullopt;
  return highest;
}

}  // namespace duckduckgoose::wire
