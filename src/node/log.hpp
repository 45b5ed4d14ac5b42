#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "node/settings.hpp"
#include "raft/types.hpp"

namespace duckduckgoose::node {

/// Says when a sentence that comes again and again is worth another line: at once, then after 1, 2,
/// 4 ... 60 s.
class Repeats {
 public:
  /// How often the sentence was swallowed since its last line; none: it is not time yet.
  /// `topic` names what is repeated; another `sentence` under it is news and waits for a second at
  /// most.
  [[nodiscard]] std::optional<std::uint64_t> due(const std::string& topic,
                                                 std::string_view sentence, Instant now);

  /// It is over: the next time is news again.
  void forget(const std::string& topic) { topics_.erase(topic); }

  static constexpr Duration wait_min = std::chrono::seconds{1};
  static constexpr Duration wait_max = std::chrono::seconds{60};
  static constexpr std::size_t topics_max = 512;  ///< Beyond it all are forgotten.

 private:
  struct Topic {
    std::size_t sentence = 0;  ///< Hashed.
    Instant said;
    Duration wait = wait_min;
    std::uint64_t swallowed = 0;
  };
  std::map<std::string, Topic> topics_;
};

/// The log of one node, on standard error or in the sink of the settings (SURFACE section 7).
class Log {
 public:
  struct Field {
    std::string_view key;
    std::string value;
  };
  using Fields = std::initializer_list<Field>;

  explicit Log(const LogSettings& settings);
  ~Log();

  /// What every line says of its node.
  void set_node(std::string short_id, std::string address);
  void set_term(Term term) { term_ = term; }

  [[nodiscard]] bool shows(LogLevel level) const { return level >= level_; }

  /// One line. `event` is a word to search for, `sentence` is for people and says all by itself.
  void write(LogLevel level, std::string_view event, std::string_view sentence, Fields fields = {});
  void debug(std::string_view event, std::string_view sentence, Fields fields = {});
  void info(std::string_view event, std::string_view sentence, Fields fields = {});
  void warn(std::string_view event, std::string_view sentence, Fields fields = {});
  void error(std::string_view event, std::string_view sentence, Fields fields = {});

  /// As write(), but no more often than Repeats allows, and then with a count.
  void repeat(LogLevel level, std::string_view event, const std::string& topic,
              std::string_view sentence, Instant now);
  void forget(const std::string& topic) { repeats_.forget(topic); }

 private:
  struct Sink;
  [[nodiscard]] std::string text_of(LogLevel level, std::string_view event,
                                    std::string_view sentence, Fields fields) const;
  [[nodiscard]] std::string terminal_text(LogLevel level, std::string_view sentence) const;
  [[nodiscard]] std::string json_text(LogLevel level, std::string_view event,
                                      std::string_view sentence, Fields fields) const;

  LogLevel level_;
  LogFormat format_;
  bool colour_;
  std::string node_;
  std::string address_;
  Term term_;
  Repeats repeats_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace duckduckgoose::node
