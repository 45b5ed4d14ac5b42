#include "net/http.hpp"

#include "net/session.hpp"
#include "wire/status.hpp"

namespace duckduckgoose::net {

Answer problem_answer(unsigned status, std::string_view type, std::string_view title,
                      std::string_view detail) {
  return {.status = status,
          .body = wire::to_json(wire::Problem{.type = std::string{type},
                                              .title = std::string{title},
                                              .status = status,
                                              .detail = std::string{detail}}),
          .content_type = "application/problem+json"};
}

Responder::~Responder() {
  if (!sink_) return;
  answer(problem_answer(503, "no_answer", "This node has no answer",
                        "The request was given up; ask again."));
}

void Responder::answer(Answer answer) {
  const auto sink = std::exchange(sink_, nullptr);
  if (sink) sink->answer(request_, std::move(answer));
}

}  // namespace duckduckgoose::net
