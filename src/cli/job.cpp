#include "cli/job.hpp"

#include <string>
#include <utility>

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
  auto containment = os::Containment::choose(wanted, os::new_run_id());
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

Expected<std::optional<Job>> job_in(const Call& call) {
  if (!wants_job(call)) return std::nullopt;
  const Values& values = call.values;
  const std::string on_goose = text_of(values, Opt::on_goose);
  const std::string on_duck = text_of(values, Opt::on_duck);
  const std::string health = text_of(values, Opt::health);
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
  const bool has_command = !call.program.empty();
  Job job{.kept = {.command = call.program,
                   .on_goose = on_goose,
                   .on_duck = on_duck,
                   .health = health,
                   .containment = *containment},
          .settings = {.has_command = has_command,
                       .has_on_goose = !on_goose.empty(),
                       .has_health = !health.empty(),
                       .on_duck = on_duck,
                       .on_exit = on_exit_of(on_exit->value_or("")),
                       .once = *once && has_command,
                       .grace = *grace,
                       .containment = *containment}};
  if (*stop_timeout) job.settings.stop_timeout = **stop_timeout;
  return job;
}

}  // namespace duckduckgoose::cli
