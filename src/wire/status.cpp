#include "wire/status.hpp"

#include "wire/described_core.hpp"
#include "wire/ids.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::wire {

BOOST_DESCRIBE_ENUM(Mode, goose, duck)
BOOST_DESCRIBE_ENUM(ShownRole, leader, follower, pre_candidate, candidate, observer, witness,
                    waiting, joining, restarting, removed)
BOOST_DESCRIBE_STRUCT(ProtocolRange, (), (min, max))
BOOST_DESCRIBE_STRUCT(MemberStatus, (), (id, address, voter, mode, connected, heard_ms, version))
BOOST_DESCRIBE_STRUCT(GooseStatus, (), (id, address, since, heard_ms))
BOOST_DESCRIBE_STRUCT(Status, (),
                      (mode, peers, id, cluster, cluster_id, address, role, term, token, lease_ms,
                       goose, members, voters, voters_connected, tolerates, observers, config,
                       cause, cause_code, since, since_ms, sequence, healthy, draining, guarded,
                       containment, insecure, promise_ms, protocol, version, started, starts,
                       held_for_ms, confirmed))
BOOST_DESCRIBE_STRUCT(MembersPage, (), (members, next))
BOOST_DESCRIBE_STRUCT(Done, (), (in_force, detail))
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, detail))

namespace json {

static_assert(fully_described<ProtocolRange, 2>);
static_assert(fully_described<MemberStatus, 7>);
static_assert(fully_described<GooseStatus, 4>);
static_assert(fully_described<Status, 34>);
static_assert(fully_described<MembersPage, 2>);
static_assert(fully_described<Done, 2>);
static_assert(fully_described<Problem, 4>);

template <>
inline constexpr bool null_if_none<GooseStatus> = true;

template <>
inline constexpr bool informative<Status> = true;
template <>
inline constexpr bool informative<MembersPage> = true;

}  // namespace json

std::string to_json(const Status& status) { return json::to_text_of(status); }

std::expected<Status, WireError> parse_status(std::string_view json) {
  return json::from_text<Status>(json, answer_bytes_max);
}

std::vector<std::string> variables_of(const Status& status) {
  std::vector<std::string> variables;
  if (status.token) variables.push_back("DUCK_TOKEN=" + std::to_string(status.token->value));
  if (status.term) variables.push_back("DUCK_TERM=" + std::to_string(status.term->value));
  variables.push_back("DUCK_ID=" + to_text(status.id));
  variables.push_back("DUCK_CLUSTER=" + status.cluster);
  return variables;
}

std::string to_json(const MembersPage& page) { return json::to_text_of(page); }

std::expected<MembersPage, WireError> parse_members(std::string_view json) {
  return json::from_text<MembersPage>(json, answer_bytes_max);
}

std::string to_json(const Done& done) { return json::to_text_of(done); }

std::expected<Done, WireError> parse_done(std::string_view json) {
  return json::from_text<Done>(json, answer_bytes_max);
}

std::string to_json(const Problem& problem) { return json::to_text_of(problem); }

std::expected<Problem, WireError> parse_problem(std::string_view json) {
  return json::from_text<Problem>(json, answer_bytes_max);
}

std::string_view word_of(Mode mode) { return json::word(mode); }
std::string_view word_of(ShownRole role) { return json::word(role); }

}  // namespace duckduckgoose::wire
