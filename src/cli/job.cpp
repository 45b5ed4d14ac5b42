#include "cli/job.hpp"

#include <string>
#include <utility>

#include "store/fresh.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::cli {
namespace {

std::string text_of(const Values& values, Opt opt) {
  const auto given = values.find(opt);
  return given ? given->text : std::string{};
}

node::OnExit on_exit_of(std::string_view word) {
  if (word == "handover") return node::OnExit::handover;
  return word == "stop" ? node::OnExit::stop : node::OnExit::restart;
}

}  // namespace

Expected<void> check_program(const std::string& word) {
  auto can = os::check_program(word);
  if (can) return {};
  return std::unexpected(Refusal{can.error().exit_code, std::move(can.error().sentence)});
}

Expected<os::Containment> containment_in(const Values& values) {
  const auto word = values.word(Opt::contain);
  if (!word) return std::unexpected(word.error());
  const auto wanted = *word ? os::parse_level(**word) : std::nullopt;
  const auto run_id = store::random_bits();
  if (!run_id) return refuse(Exit::disk, run_id.error().sentence);
  auto containment = os::Containment::choose(wanted, wire::to_text(NodeId{*run_id}));
  if (containment) return *std::move(containment);
  return refuse(Exit::configuration, "--contain " + word->value_or("") +
                                         " cannot be had here: " + containment.error() +
                                         "; choose another, or leave the choice to this program");
}

Refusal needs_keeper() {
  return {.exit_code = code(Exit::usage),
          .sentence =
              "--no-keeper leaves nobody to end in time what the goose has started: leave it "
              "out, or run no command, hook or health command"};
}

bool wants_job(const Call& call) {
  const auto is_given = [&call](Opt opt) { return !text_of(call.values, opt).empty(); };
  return !call.program.empty() || is_given(Opt::on_goose) || is_given(Opt::on_duck) ||
         is_given(Opt::health);
}

Expected<std::optional<node::JobSettings>> job_in(const Call& call) {
  if (!wants_job(call)) return std::nullopt;
  const Values& values = call.values;
  if (!call.program.empty()) {
    if (auto can = check_program(call.program.front()); !can) {
      return std::unexpected(can.error());
    }
  }
  const auto on_exit = values.word(Opt::on_exit);
  if (!on_exit) return std::unexpected(on_exit.error());
  const auto once = values.is_on(Opt::once);
  if (!once) return std::unexpected(once.error());
  const auto grace = values.duration(Opt::grace);
  if (!grace) return std::unexpected(grace.error());
  const auto stop_timeout = values.duration(Opt::stop_timeout);
  if (!stop_timeout) return std::unexpected(stop_timeout.error());
  const auto containment = containment_in(values);
  if (!containment) return std::unexpected(containment.error());
  node::JobSettings settings{.job = {.command = call.program,
                                     .on_goose = text_of(values, Opt::on_goose),
                                     .on_duck = text_of(values, Opt::on_duck),
                                     .health = text_of(values, Opt::health),
                                     .containment = *containment},
                             .on_exit = on_exit_of(on_exit->value_or("")),
                             .once = *once && !call.program.empty(),
                             .grace = *grace};
  if (*stop_timeout) settings.stop_timeout = **stop_timeout;
  return settings;
}

}  // namespace duckduckgoose::cli
