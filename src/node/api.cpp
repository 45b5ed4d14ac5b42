#include "node/api.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include "wire/address.hpp"
#include "wire/ids.hpp"
#include "wire/request.hpp"

namespace duckduckgoose::node {

namespace {

using namespace std::chrono_literals;
using net::Answer;
using net::Method;

Answer made(unsigned status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Answer made_with(unsigned status, std::string header, std::string value) {
  Answer answer = made(status, {});
  answer.headers.emplace_back(std::move(header), std::move(value));
  return answer;
}

Answer answer_of(Result result) {
  Answer answer = made(result.status, std::move(result.body));
  if (result.status >= 400) answer.content_type = "application/problem+json";
  if (result.status == 503) answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

Answer plain(std::string text) {
  Answer answer = made(200, std::move(text));
  answer.content_type = "text/plain; charset=utf-8";
  return answer;
}

/// The value of `key` in a query; empty where it stands without one.
std::optional<std::string_view> value_of(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const auto equals = part.find('=');
    if (part.substr(0, equals) == key) {
      return equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
    }
  }
  return std::nullopt;
}

constexpr std::string_view members_path = "/members/";
constexpr std::string_view join_path = "/joincluster/";

}  // namespace

struct Api::Path {
  std::string_view path;
  Method method;
  Respond respond;
  std::string_view allow;
  bool is_prefix = false;
  bool acts = false;  ///< HEAD and OPTIONS must not do what its method does.
};

const Api::Path* Api::find(std::string_view path) {
  constexpr std::string_view read = "GET, HEAD, OPTIONS";
  static constexpr std::array<Path, 13> paths{{
      {"/status", Method::get, &Api::status, read},
      {"/goose", Method::get, &Api::goose, read},
      {"/duck", Method::get, &Api::duck, read},
      {"/ping", Method::get, &Api::ping, read},
      {"/healthz", Method::get, &Api::healthz, read},
      {"/readyz", Method::get, &Api::readyz, read},
      {"/members", Method::get, &Api::members, "GET, HEAD, OPTIONS, POST"},
      {"/hold", Method::post, &Api::hold, "OPTIONS, POST", false, true},
      {"/handover", Method::post, &Api::handover, "OPTIONS, POST", false, true},
      {"/settings", Method::post, &Api::settings, "OPTIONS, POST", false, true},
      {"/leave", Method::post, &Api::leave, "OPTIONS, POST", false, true},
      {members_path, Method::delete_, &Api::remove, "DELETE, OPTIONS", true, true},
      {join_path, Method::get, &Api::joincluster, "GET, OPTIONS", true, true},
  }};
  const auto it = std::ranges::find_if(paths, [path](const Path& at) {
    return at.is_prefix ? path.starts_with(at.path) && path.size() > at.path.size()
                        : path == at.path;
  });
  return it == paths.end() ? nullptr : &*it;
}

Api::Api(const Story& story, GetFacts facts, GiveHold hold, Errands& errands)
    : story_{story}, facts_{std::move(facts)}, hold_{std::move(hold)}, errands_{errands} {}

void Api::handle(const net::Request& request, net::Responder responder) {
  const Path* const path = find(request.path());
  if (path == nullptr) {
    return responder.answer(net::problem_answer(
        404, "not_found", "No such path",
        "There is no " + std::string{request.path()} + "; docs/api.md lists the paths."));
  }
  const bool reads = request.method == Method::head || request.method == Method::options;
  if (request.method == path->method || (reads && !path->acts)) {
    return (this->*path->respond)(request, std::move(responder));
  }
  if (request.method == Method::post && path->respond == &Api::members) {
    return invite(request, std::move(responder));
  }
  if (request.method == Method::options) {
    return responder.answer(made_with(204, "Allow", std::string{path->allow}));
  }
  Answer answer =
      net::problem_answer(405, "method_not_allowed", "The path takes other methods",
                          std::string{request.path()} + " takes " + std::string{path->allow} + ".");
  answer.headers.emplace_back("Allow", path->allow);
  responder.answer(std::move(answer));
}

void Api::status(const net::Request& request, net::Responder responder) {
  const auto hold = value_of(request.query(), "hold");
  if (const auto confirm = value_of(request.query(), "confirm")) {
    if (hold)
      return responder.answer(answer_of(bad_request("ask for confirm or for hold, not both.")));
    if (*confirm == "quorum") return confirmed_status(std::move(responder));
    return responder.answer(answer_of(
        bad_request("confirm is \"" + std::string{*confirm} + "\"; it can only be quorum.")));
  }
  if (!hold) return responder.answer(present_status());
  std::uint64_t wanted_ms = 0;
  const auto [end, error] = std::from_chars(hold->begin(), hold->end(), wanted_ms);
  if (error != std::errc{} || end != hold->end()) {
    return responder.answer(answer_of(bad_request(
        "hold is \"" + std::string{*hold} + "\"; it must be a whole number of milliseconds.")));
  }
  const bool acts = request.method == Method::get;
  responder.answer(acts ? held_status(wanted_ms) : present_status());
}

void Api::hold(const net::Request& request, net::Responder responder) {
  const auto read = wire::parse_hold_request(request.body);
  if (!read) return responder.answer(answer_of(bad_request(read.error().reason)));
  responder.answer(held_status(read->ms));
}

/// A window that is firm by the clock of whoever asks, counted from before he asked: his clock may
/// run slower than ours (DESIGN, P2).
Answer Api::held_status(std::uint64_t wanted_ms) {
  const Instant asked = net::Loop::now();
  const Duration wanted =
      std::chrono::milliseconds{std::min<std::uint64_t>(wanted_ms, promise_max / 1ms)};
  const auto until = wanted > Duration{0} ? hold_(wanted * 101 / 99 + 1ms) : std::nullopt;
  const Duration given = until.value_or(asked) - asked;
  const Duration firm = std::clamp(given * 99 / 101, Duration{0}, wanted);
  const Facts facts = facts_();
  wire::Status status = status_of(facts, net::Loop::now());
  status.held_for_ms = static_cast<std::uint64_t>(firm / 1ms);
  Answer answer = made(200, wire::to_json(status));
  answer.valid_until = claim_ends(facts.engine, net::Loop::now());
  if (answer.valid_until) answer.refresh = [this] { return held_status(0); };
  return answer;
}

const Api::Formed& Api::formed() {
  const Instant now = net::Loop::now();
  const bool is_over = formed_.claim_ends && now >= *formed_.claim_ends;
  if (formed_.version != story_.version || now >= formed_.until || is_over) {
    const Facts facts = facts_();
    wire::Status status = status_of(facts, now);
    // What is left of the lease is left to whoever gets these bytes last, too.
    const auto kept_ms = static_cast<std::uint64_t>(status_kept / std::chrono::milliseconds{1});
    if (status.lease_ms) *status.lease_ms -= std::min(*status.lease_ms, kept_ms);
    formed_ = {.body = wire::to_json(status),
               .version = story_.version,
               .until = now + status_kept,
               .claim_ends = claim_ends(facts.engine, now)};
  }
  return formed_;
}

Answer Api::present_status() {
  const Formed& formed = this->formed();
  Answer answer = made(200, formed.body);
  if (formed.claim_ends) {
    answer.valid_until = formed.claim_ends;
    answer.refresh = [this] { return present_status(); };
  }
  return answer;
}

/// A duck asks the goose, and then answers for itself, if it has seen the same goose.
void Api::confirmed_status(net::Responder responder) {
  const auto kept = std::make_shared<net::Responder>(std::move(responder));
  errands_.run({.method = "GET", .target = "/status?confirm=quorum", .body = {}},
               [this, kept](const Result& result) { kept->answer(confirmed(result)); });
}

Answer Api::confirmed(const Result& result) const {
  if (result.status != 200) return answer_of(result);
  const Instant now = net::Loop::now();
  const Facts facts = facts_();
  const auto theirs = wire::parse_status(result.body);
  wire::Status mine = status_of(facts, now);
  const bool agrees = theirs && theirs->mode == wire::Mode::goose && mine.goose &&
                      theirs->id == mine.goose->id && theirs->term == mine.term;
  if (!agrees) {
    return answer_of(unavailable("no_quorum", "The goose changed while it was being confirmed."));
  }
  mine.confirmed = true;
  Answer answer = made(200, wire::to_json(mine));
  answer.valid_until = claim_ends(facts.engine, now);
  if (answer.valid_until) {
    answer.refresh = [] {
      return answer_of(unavailable("no_quorum", "The lease ended while the answer was written."));
    };
  }
  return answer;
}

Answer Api::whether_goose(bool redirect) {
  if (formed().claim_ends) {
    Answer answer = present_status();
    answer.refresh = [this, redirect] { return whether_goose(redirect); };
    return answer;
  }
  const Facts facts = facts_();
  const wire::Status status = status_of(facts, net::Loop::now());
  if (!status.goose) return answer_of(unavailable("no_goose", status.cause + "."));
  const std::string address = status.goose->address.value_or("");
  if (redirect && !address.empty()) {
    return made_with(307, "Location", "http://" + address + "/goose");
  }
  return answer_of(unavailable("not_goose", "This node is a duck; the goose is " +
                                                facts.book.name_of(status.goose->id) + "."));
}

void Api::goose(const net::Request& request, net::Responder responder) {
  responder.answer(whether_goose(value_of(request.query(), "redirect").has_value()));
}

void Api::duck(const net::Request& /*request*/, net::Responder responder) {
  const wire::Status status = status_of(facts_(), net::Loop::now());
  if (status.mode == wire::Mode::goose) {
    responder.answer(answer_of(unavailable("not_duck", "This node is the goose.")));
  } else if (!status.goose) {
    responder.answer(answer_of(unavailable("no_goose", status.cause + ".")));
  } else {
    responder.answer(made(200, wire::to_json(status)));
  }
}

void Api::ping(const net::Request& /*request*/, net::Responder responder) {
  responder.answer(plain("pong!"));
}

/// A node whose disk has failed ends, so whoever answers is healthy.
void Api::healthz(const net::Request& /*request*/, net::Responder responder) {
  responder.answer(plain("healthy"));
}

void Api::readyz(const net::Request& /*request*/, net::Responder responder) {
  const Facts facts = facts_();
  if (facts.draining) {
    responder.answer(answer_of(unavailable("not_ready", "This node is stopping.")));
  } else if (!facts.story.ready) {
    const Why why = why_of(facts, net::Loop::now());
    responder.answer(answer_of(unavailable("not_ready", why.sentence + ".")));
  } else {
    responder.answer(plain("ready"));
  }
}

void Api::members(const net::Request& request, net::Responder responder) {
  NodeId after{};
  std::size_t limit = wire::MembersPage::limit_default;
  if (const auto text = value_of(request.query(), "after")) {
    const auto id = wire::parse_node_id(*text);
    if (!id) return responder.answer(answer_of(bad_request("after: " + id.error().reason)));
    after = *id;
  }
  if (const auto text = value_of(request.query(), "limit")) {
    const auto [end, error] = std::from_chars(text->begin(), text->end(), limit);
    if (error != std::errc{} || end != text->end() || limit == 0 || limit > members_page_max) {
      return responder.answer(
          answer_of(bad_request("limit is \"" + std::string{*text} + "\"; it must be 1 to 500.")));
    }
  }
  const Facts facts = facts_();
  responder.answer(made(200, wire::to_json(members_of(facts, after, limit, net::Loop::now()))));
}

void Api::pass_on(Errands::Request request, net::Responder responder) {
  const auto kept = std::make_shared<net::Responder>(std::move(responder));
  errands_.run(std::move(request),
               [kept](Result result) { kept->answer(answer_of(std::move(result))); });
}

void Api::invite(const net::Request& request, net::Responder responder) {
  if (const auto read = wire::parse_invite_request(request.body); !read) {
    return responder.answer(answer_of(bad_request(read.error().reason)));
  }
  pass_on({.method = "POST", .target = "/members", .body = request.body}, std::move(responder));
}

void Api::remove(const net::Request& request, net::Responder responder) {
  pass_on({.method = "DELETE", .target = std::string{request.path()}, .body = {}},
          std::move(responder));
}

void Api::handover(const net::Request& request, net::Responder responder) {
  const auto read = wire::parse_handover_request(request.body);
  if (!read) return responder.answer(answer_of(bad_request(read.error().reason)));
  pass_on({.method = "POST",
           .target = "/handover",
           .body = request.body,
           .wants_another_goose = !read->to},
          std::move(responder));
}

void Api::settings(const net::Request& request, net::Responder responder) {
  if (const auto read = wire::parse_settings_request(request.body); !read) {
    return responder.answer(answer_of(bad_request(read.error().reason)));
  }
  pass_on({.method = "POST", .target = "/settings", .body = request.body}, std::move(responder));
}

void Api::leave(const net::Request& /*request*/, net::Responder responder) {
  const Facts facts = facts_();
  pass_on({.method = "DELETE",
           .target = std::string{members_path} + wire::to_text(facts.engine.id()),
           .body = {}},
          std::move(responder));
}

void Api::joincluster(const net::Request& request, net::Responder responder) {
  if (!request.from_loopback) {
    return responder.answer(net::problem_answer(403, "forbidden", "Only from this machine",
                                                "/joincluster is taken from loopback only."));
  }
  const std::string address{request.path().substr(join_path.size())};
  if (const auto read = wire::parse_address(address); !read) {
    return responder.answer(answer_of(bad_request(read.error().reason)));
  }
  pass_on(
      {.method = "POST", .target = "/members", .body = wire::to_json(wire::InviteRequest{address})},
      std::move(responder));
}

}  // namespace duckduckgoose::node
