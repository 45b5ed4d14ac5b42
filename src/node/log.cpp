#include "node/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <utility>

#include "wire/logfmt.hpp"

namespace duckduckgoose::node {

namespace {

class FunctionSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> f) : f_{std::move(f)} {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    f_(std::string_view{line.data(), line.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> f_;
};

constexpr spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  std::unreachable();
}

std::string_view word_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
    case LogLevel::off:
      break;
  }
  return "off";
}

/// What stands before the text of the line. The journal has the time itself and takes the priority
/// of syslog(3).
std::string_view pattern_of(LogFormat format) {
  switch (format) {
    case LogFormat::logfmt:
      return "ts=%Y-%m-%dT%H:%M:%S.%eZ %v";
    case LogFormat::terminal:
      return "%H:%M:%S.%e %v";
    case LogFormat::systemd:
      return "%v";
    case LogFormat::json:
      return R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ",%v})";
  }
  std::unreachable();
}

std::string_view priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "<7>";
    case LogLevel::info:
      return "<6>";
    case LogLevel::warn:
      return "<4>";
    case LogLevel::error:
    case LogLevel::off:
      break;
  }
  return "<3>";
}

/// Appends `"key":"value"`; what came from outside keeps inside its quotes.
void append_json_field(std::string& line, std::string_view key, std::string_view value) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (!line.empty()) line += ',';
  line += '"';
  line += key;
  line += "\":\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += "\\u00";
      line += digits[byte >> 4U];
      line += digits[byte & 0xfU];
    } else {
      if (c == '"' || c == '\\') line += '\\';
      line += c;
    }
  }
  line += '"';
}

}  // namespace

std::optional<std::uint64_t> Repeats::due(const std::string& topic, std::string_view sentence,
                                          Instant now) {
  if (topics_.size() > topics_max) topics_.clear();
  const std::size_t hash = std::hash<std::string_view>{}(sentence);
  const auto [place, is_new] = topics_.try_emplace(topic);
  Topic& it = place->second;
  const bool is_news = is_new || it.sentence != hash;
  it.sentence = hash;
  if (is_news) it.wait = wait_min;  // but two sentences by turns are no more than one
  if (!is_new && now < it.said + it.wait) {
    ++it.swallowed;
    return std::nullopt;
  }
  if (!is_news) it.wait = std::min(2 * it.wait, wait_max);
  it.said = now;
  return std::exchange(it.swallowed, 0);
}

struct Log::Sink {
  spdlog::logger logger;
};

Log::Log(const LogSettings& settings)
    : level_{settings.level}, format_{settings.format}, colour_{settings.colour} {
  spdlog::sink_ptr sink;
  if (settings.sink) {
    sink = std::make_shared<FunctionSink>(settings.sink);
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
  }
  sink_ = std::make_unique<Sink>(Sink{spdlog::logger{"node", std::move(sink)}});
  const auto zone = settings.format == LogFormat::terminal ? spdlog::pattern_time_type::local
                                                           : spdlog::pattern_time_type::utc;
  sink_->logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
      std::string{pattern_of(settings.format)}, zone, "\n"));
  sink_->logger.set_level(level_of(settings.level));
  sink_->logger.flush_on(spdlog::level::debug);
}

Log::~Log() = default;

void Log::set_node(std::string short_id, std::string address) {
  node_ = std::move(short_id);
  address_ = std::move(address);
}

void Log::write(LogLevel level, std::string_view event, std::string_view sentence, Fields fields) {
  if (!shows(level)) return;
  const std::string text = text_of(level, event, sentence, fields);
  sink_->logger.log(level_of(level), spdlog::string_view_t{text.data(), text.size()});
}

std::string Log::text_of(LogLevel level, std::string_view event, std::string_view sentence,
                         Fields fields) const {
  if (format_ == LogFormat::terminal) return terminal_text(level, sentence);
  if (format_ == LogFormat::json) return json_text(level, event, sentence, fields);
  std::string text;
  wire::append_field(text, "level", word_of(level));
  if (!node_.empty()) wire::append_field(text, "node", node_);
  if (term_ > Term{}) wire::append_field(text, "term", std::to_string(term_.value));
  wire::append_field(text, "event", event);
  wire::append_field(text, "msg", sentence);
  for (const Field& field : fields) wire::append_field(text, field.key, field.value);
  return format_ == LogFormat::systemd ? std::string{priority_of(level)} + text : text;
}

std::string Log::terminal_text(LogLevel level, std::string_view sentence) const {
  std::string line = address_.empty() ? std::string{} : address_ + "  ";
  std::string_view colour;
  if (level == LogLevel::error) {
    line += "error: ";
    colour = "\x1b[31m";
  } else if (level == LogLevel::warn) {
    line += "warning: ";
    colour = "\x1b[33m";
  } else if (level == LogLevel::debug) {
    colour = "\x1b[2m";
  }
  for (const char c : sentence) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7f ? '?' : c;  // what a peer sent moves no cursor
  }
  if (!colour_ || colour.empty()) return line;
  return std::string{colour} + line + "\x1b[0m";
}

std::string Log::json_text(LogLevel level, std::string_view event, std::string_view sentence,
                           Fields fields) const {
  std::string text;
  append_json_field(text, "level", word_of(level));
  if (!node_.empty()) append_json_field(text, "node", node_);
  if (term_ > Term{}) append_json_field(text, "term", std::to_string(term_.value));
  append_json_field(text, "event", event);
  append_json_field(text, "msg", sentence);
  for (const Field& field : fields) append_json_field(text, field.key, field.value);
  return text;
}

void Log::debug(std::string_view event, std::string_view sentence, Fields fields) {
  write(LogLevel::debug, event, sentence, fields);
}
void Log::info(std::string_view event, std::string_view sentence, Fields fields) {
  write(LogLevel::info, event, sentence, fields);
}
void Log::warn(std::string_view event, std::string_view sentence, Fields fields) {
  write(LogLevel::warn, event, sentence, fields);
}
void Log::error(std::string_view event, std::string_view sentence, Fields fields) {
  write(LogLevel::error, event, sentence, fields);
}

void Log::repeat(LogLevel level, std::string_view event, const std::string& topic,
                 std::string_view sentence, Instant now) {
  if (!shows(level)) return;
  const auto swallowed = repeats_.due(topic, sentence, now);
  if (!swallowed) return;
  if (*swallowed == 0) return write(level, event, sentence);
  write(
      level, event,
      std::string{sentence} + " (" + std::to_string(*swallowed + 1) + " times since the last line)",
      {{"count", std::to_string(*swallowed + 1)}});
}

}  // namespace duckduckgoose::node
