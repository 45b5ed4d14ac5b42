#include <algorithm>
#include <utility>

#include "raft/text.hpp"
#include "sim/names.hpp"
#include "sim/player.hpp"

/// Scenario commands that ask something of a node, and the expectations.
namespace duckduckgoose::sim {

namespace {

std::unexpected<std::string> wrong(std::string what) { return std::unexpected(std::move(what)); }

std::string joined(const Words& words, std::size_t from) {
  std::string all;
  for (std::size_t i = from; i < words.size(); ++i) all += (all.empty() ? "" : " ") + words[i];
  return all;
}

}  // namespace

Player::Done Player::hold(const Words& words) {
  const auto wanted = duration_in(words[2]);
  if (!wanted) return wrong("hold NODE DURATION, not '" + words[2] + "'");
  return on_place(words[1], [&](PlaceIndex place) { world_.hold(place, *wanted); });
}

Player::Done Player::work(const Words& words) {
  const bool badly = words.size() == 4 && words[3] == "badly";
  if ((words[2] != "begins" && words[2] != "ends") || (words.size() == 4 && !badly))
    return wrong("work NODE begins, or work NODE ends [badly]");
  return on_place(words[1], [&](PlaceIndex place) {
    if (words[2] == "begins") {
      world_.begin_work(place);
    } else {
      world_.end_work(place, !badly);
    }
  });
}

/// `drain n1`: as a process that is told to stop.
Player::Done Player::drain(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) {
    world_.drain(place, ReleaseReason::stopped, std::nullopt);
  });
}

/// `handover n1 [to n2]`.
Player::Done Player::handover(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  std::optional<NodeId> successor;
  if (words.size() > 2) {
    const auto to = place_named(words.back());
    if (words.size() != 4 || words[2] != "to" || !to) return wrong("handover NODE [to NODE]");
    successor = world_.id(*to);
  }
  world_.drain(*place, ReleaseReason::handover, successor);
  return {};
}

Player::Done Player::confirm(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { world_.confirm(place); });
}

/// Asks the goose, or the node that `at NODE` from word `at` on names.
Player::Done Player::change(const Words& words, std::size_t at, Edit edit) {
  auto leader = world_.goose();
  if (words.size() > at) {
    if (words.size() != at + 2 || words[at] != "at") return wrong("... [at NODE]");
    leader = place_named(words[at + 1]);
    if (!leader) return no_node(words[at + 1]);
  }
  if (!leader) return wrong("nobody leads, and no node is named: ... at NODE");
  world_.change(*leader, std::move(edit));
  return {};
}

Player::Done Player::add(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  const Place& newcomer = world_.places()[*place];
  return change(words, 2, AddVoter{{world_.id(*place), newcomer.address, newcomer.may_lead}});
}

Player::Done Player::remove(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  return change(words, 2, DropVoter{world_.id(*place), RemovedBy::operator_});
}

Player::Done Player::demote(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  return change(words, 2, DropVoter{world_.id(*place), std::nullopt});
}

Player::Done Player::set(const Words& words) {
  const auto promise = duration_in(words[2]);
  if (words[1] != "promise" || !promise) return wrong("set promise DURATION [at NODE]");
  ChangeSettings settings;
  settings.promise = promise;
  return change(words, 3, settings);
}

Player::Done Player::undo(const Words& words) { return change(words, 1, Undo{}); }

Player::Done Player::expect(const Words& words) {
  if (words[1] == "goose" || words[1] == "no") return expect_goose(words);
  if (words[1] == "role") return expect_role(words);
  if (words[1] == "term") return expect_term(words);
  if (words[1] == "voters") return expect_voters(words);
  if (words[1] == "promise") return expect_promise(words);
  if (words[1] == "said") return expect_said(words, true);
  if (words[1] == "unsaid") return expect_said(words, false);
  if (words[1] == "tokens") return expect_tokens(words);
  if (words[1] == "violation") return expect_violation(words);
  return wrong(
      "expect goose, no goose, role, term, voters, promise, said, unsaid, tokens or violation");
}

/// `expect goose n2`, `expect no goose`.
Player::Done Player::expect_goose(const Words& words) {
  const bool nobody = words[1] == "no" && words.size() == 3 && words[2] == "goose";
  if (!nobody && (words[1] != "goose" || words.size() != 3)) {
    return wrong("expect goose NODE, or expect no goose");
  }
  if (!nobody && !place_named(words[2])) return no_node(words[2]);
  const auto goose = world_.goose();
  if (nobody ? !goose : goose == place_named(words[2])) return {};
  return wrong("expected " + joined(words, 1) + ", but " + goose_name() + " leads");
}

/// `expect role n1 follower`.
Player::Done Player::expect_role(const Words& words) {
  const auto place = place_named(words[2]);
  if (words.size() != 4 || !place) return wrong("expect role NODE ROLE");
  const std::string role =
      world_.lives(*place) ? role_of(*world_.places()[*place].process) : "dead";
  if (role == words[3]) return {};
  return wrong("expected " + words[2] + " to be " + words[3] + ", but it is " + role);
}

/// `expect term n1 3`.
Player::Done Player::expect_term(const Words& words) {
  const auto place = place_named(words[2]);
  const auto term = words.size() == 4 ? number_in(words[3]) : std::nullopt;
  if (!term || !place || !world_.lives(*place)) return wrong("expect term NODE NUMBER");
  const Term is = world_.places()[*place].process->record().term;
  if (is.value == *term) return {};
  return wrong("expected " + words[2] + " in term " + words[3] + ", but it is in " +
               std::to_string(is.value));
}

/// `expect voters n1 n2 n3`: in the newest configuration of all.
Player::Done Player::expect_voters(const Words& words) {
  const Configuration* const newest = world_.checker().configurations().newest();
  const std::string is = newest == nullptr ? "none" : names_of(*newest);
  if (is == joined(words, 2)) return {};
  return wrong("expected the voters " + joined(words, 2) + ", but they are " + is);
}

/// `expect promise n1 2s`: the longest that it may have given.
Player::Done Player::expect_promise(const Words& words) {
  const auto place = place_named(words[2]);
  if (words.size() != 4 || !place || !world_.lives(*place))
    return wrong("expect promise NODE DURATION");
  const Duration is = world_.places()[*place].process->record().promise_max;
  if (is == duration_in(words[3])) return {};
  return wrong("expected promise_max " + words[3] + " of " + words[2] + ", but it is " +
               to_text(is));
}

/// `expect said n2 -> n1 TEXT`: since the last transcript, n2 sent n1 a message whose line ends in
/// TEXT. `expect unsaid` is the contrary.
Player::Done Player::expect_said(const Words& words, bool wanted) {
  if (words.size() < 6 || words[3] != "->")
    return wrong("expect " + words[1] + " NODE -> NODE TEXT");
  const std::string begin = "  sends " + words[2] + " -> " + words[4] + " ";
  const std::string text = joined(words, 5);
  bool is_said = false;
  for (std::size_t at = log_.find(begin, shown_); at != std::string::npos && !is_said;
       at = log_.find(begin, at + 1)) {
    is_said = std::string_view{log_}.substr(at, log_.find('\n', at) - at).ends_with(text);
  }
  if (is_said == wanted) return {};
  return wrong("expected " + words[2] + (wanted ? " to say to " : " not to say to ") + words[4] +
               ": " + text);
}

/// `expect tokens n1 < n2`: of the last tenure of each.
Player::Done Player::expect_tokens(const Words& words) {
  const auto one = place_named(words[2]);
  const auto other = place_named(words.back());
  if (words.size() != 5 || words[3] != "<" || !one || !other)
    return wrong("expect tokens NODE < NODE");
  const auto token_of = [&](PlaceIndex place) {
    Token token;
    for (const Tenure& tenure : world_.checker().history()) {
      if (tenure.who.id == world_.id(place)) token = tenure.token;
    }
    return token;
  };
  if (token_of(*one) < token_of(*other)) return {};
  return wrong("expected the token of " + words[4] + " to be the greater one");
}

/// `expect violation I3`: what cannot be prevented is seen by the checker, and ends the scenario's
/// time.
Player::Done Player::expect_violation(const Words& words) {
  violation_is_expected_ = true;
  const auto& violation = world_.violation();
  if (!violation) return wrong("expected a violation of " + words[2] + ", but there is none");
  if (violation->invariant != words[2]) {
    return wrong("expected a violation of " + words[2] + ", but it is of " + violation->invariant);
  }
  world_.note("violation of " + violation->invariant + ": " + violation->what);
  return {};
}

}  // namespace duckduckgoose::sim
