#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace duckduckgoose::net::test {

/// One HTTP answer as it came, field names in lower case.
struct RawAnswer {
  unsigned status = 0;
  std::map<std::string, std::string> fields;
  std::string body;
};

/// A TCP connection that says exactly what the test wants. Blocks, but no call longer than 10 s.
class RawClient {
 public:
  enum class Family : std::uint8_t { v4, v6 };

  /// Connects to a loopback address.
  explicit RawClient(std::uint16_t port, Family family = Family::v4);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) const;
  /// Says that nothing more comes, and still listens.
  void end() const;

  /// One answer with its body; nothing if the connection ends before it. `bodiless`: to a HEAD.
  std::optional<RawAnswer> answer(bool bodiless = false);
  /// Sends a GET of this target and takes the answer.
  RawAnswer get(std::string_view target);
  /// Exactly so many bytes, fewer if the connection ends.
  std::string bytes(std::size_t count);
  /// The connection ends now, and nothing more comes before.
  bool ends();

 private:
  bool fill();

  int socket_;
  std::string in_;
};

/// A frame of RFC 6455 5.2 with a payload below 64 KiB. `first`: FIN and opcode, such as 0x81.
[[nodiscard]] std::string frame(std::uint8_t first, std::string_view payload, bool masked = true);

/// The upgrade to a WebSocket at /peer.
[[nodiscard]] std::string upgrade_request();

}  // namespace duckduckgoose::net::test
