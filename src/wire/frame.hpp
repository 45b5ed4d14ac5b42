#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "raft/message.hpp"
#include "wire/error.hpp"

/// The peer protocol: one JSON object a WebSocket text frame. docs/protocol.md says it in full.
namespace duckduckgoose::wire {

/// The protocol versions that a node speaks, both ends included.
struct ProtocolRange {
  std::uint32_t min = 1;
  std::uint32_t max = 1;
  bool operator==(const ProtocolRange&) const = default;
};

/// What this release speaks. docs/upgrading.md says when it changes.
[[nodiscard]] ProtocolRange protocol_spoken();

/// The highest version that both speak; none: they have none in common.
[[nodiscard]] std::optional<std::uint32_t> agree(ProtocolRange mine, ProtocolRange theirs);

/// What a fresh node that is to found a cluster together with others was told, and what its part in
/// it would be.
struct Founding {
  std::uint64_t born = 0;              ///< Of its id: Unix milliseconds.
  std::vector<std::string> slots{};    ///< host:port of all, ascending.
  Duration promise = promise_default;  ///< Of the cluster.
  Limits limits{};
  bool operator==(const Founding&) const = default;
};

/// The first frame of each side, once a link: binds who speaks on it.
struct Hello {
  ProtocolRange protocol = protocol_spoken();
  std::vector<std::string> features{};
  std::string version{};            ///< Of the program; for people.
  std::string cluster = "default";  ///< The name; a fresh node's is that of the one it looks for.
  std::optional<ClusterId> cluster_id{};  ///< None: fresh, in no cluster yet.
  Incarnation incarnation{};
  std::uint64_t saves = 0;
  std::string address{};  ///< Where the speaker wants to be dialled.
  bool may_lead = true;
  std::optional<NodeId> to{};  ///< Whom the speaker expects here, where it knows.
  /// The speaker is the keeper of this incarnation, which is dead: it says so, and nothing else.
  bool keeper = false;
  std::optional<Founding> founding{};  ///< Of a fresh speaker that is to found a cluster.
  bool operator==(const Hello&) const = default;
};

/// Who is the goose, and where.
struct KnownGoose {
  NodeId id{};
  std::string address{};
  bool operator==(const KnownGoose&) const = default;
};

/// The answer to a fresh node's hello: what it needs to join, or that there is nothing here to
/// join.
struct Welcome {
  struct Enrolment {
    ClusterId cluster_id{};
    Configuration config{};
    bool operator==(const Enrolment&) const = default;
  };
  std::string cluster = "default";
  std::optional<Enrolment> enrolment{};  ///< None: the speaker is fresh itself.
  std::optional<KnownGoose> goose{};     ///< None: none is known.
  bool operator==(const Welcome&) const = default;
};

/// Asks a fresh node to join the cluster that answers at `address`.
struct Invite {
  std::string address{};
  bool operator==(const Invite&) const = default;
};

/// A request for the goose, which a duck passes on over their link. It is never passed on twice.
struct Call {
  std::uint64_t id = 0;  ///< Names the Reply; the caller's own count on this link.
  std::string method{};  ///< "GET", "POST" or "DELETE".
  std::string target{};  ///< As in HTTP: "/members/9f3c1a7be204d856".
  std::string body{};    ///< JSON text, or empty.
  bool operator==(const Call&) const = default;
};
/// The goose's answer to a Call.
struct Reply {
  std::uint64_t id = 0;
  std::uint32_t status = 0;  ///< As in HTTP.
  std::string body{};        ///< JSON text, or empty.
  bool operator==(const Reply&) const = default;
};

/// Says that a frame's type is not known here.
struct Unsupported {
  std::string type{};
  bool operator==(const Unsupported&) const = default;
};

/// The reason with which a link is closed on which a keeper has proved its node's death.
inline constexpr std::string_view proof_taken = "the proof is taken";

/// A message of the core as it travels: the link knows who speaks to whom, so the frame does not
/// say it.
struct Unbound {
  std::uint64_t saves = 0;
  Term term{};
  Stamp stamp{};
  std::optional<Configuration> config{};
  Body body{};
  bool operator==(const Unbound&) const = default;
};

/// A well-formed frame of a type that this program does not know: counted, and answered with
/// Unsupported.
struct Unknown {
  std::string type{};
  bool operator==(const Unknown&) const = default;
};

using Frame = std::variant<Hello, Welcome, Invite, Call, Reply, Unsupported, Unbound, Unknown>;

/// Reads one frame. Total: any bytes give a frame or an error, which costs the link and nothing
/// else.
[[nodiscard]] std::expected<Frame, WireError> decode_frame(std::string_view text);

/// What the hellos of a link have settled.
struct Binding {
  ClusterId cluster{};  ///< The other side's; 0 while it is fresh.
  Incarnation from{};   ///< The other side.
  NodeId to{};          ///< This node.
  bool operator==(const Binding&) const = default;
};

/// The message that arrived on a link with this binding.
[[nodiscard]] Message bound(Unbound unbound, const Binding& binding);

/// One frame, at most `frame_bytes_max` bytes as long as its strings keep to the limits;
/// decode_frame() reads it. Text that is not UTF-8 is mended with U+FFFD.
[[nodiscard]] std::string encode(const Hello& hello);
[[nodiscard]] std::string encode(const Welcome& welcome);
[[nodiscard]] std::string encode(const Invite& invite);
[[nodiscard]] std::string encode(const Call& call);
[[nodiscard]] std::string encode(const Reply& reply);
[[nodiscard]] std::string encode(const Unsupported& unsupported);
/// Leaves out what the binding says: cluster, from and to.
[[nodiscard]] std::string encode(const Message& message);

/// The type of a message's frame: "heartbeat", "vote_reply".
[[nodiscard]] std::string_view type_of(const Body& body);

}  // namespace duckduckgoose::wire
