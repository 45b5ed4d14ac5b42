#include "net/address.hpp"

#include <arpa/inet.h>

#include <cstdint>
#include <string>

namespace duckduckgoose::net {
namespace {

bool is_numeric(int family, std::string_view host, void* out) {
  // inet_pton would stop at a zero byte and never see what stands behind it.
  return host.size() < INET6_ADDRSTRLEN && !host.contains('\0') &&
         inet_pton(family, std::string{host}.c_str(), out) == 1;
}

}  // namespace

bool is_ip_literal(std::string_view host) {
  in_addr four{};
  in6_addr six{};
  return is_numeric(AF_INET, host, &four) || is_numeric(AF_INET6, host, &six);
}

bool is_name(std::string_view host) { return host != "localhost" && !is_ip_literal(host); }

bool is_everywhere(std::string_view host) {
  in_addr four{};
  if (is_numeric(AF_INET, host, &four)) return four.s_addr == INADDR_ANY;
  in6_addr six{};
  return is_numeric(AF_INET6, host, &six) &&
         (IN6_IS_ADDR_UNSPECIFIED(&six) ||
          (IN6_IS_ADDR_V4MAPPED(&six) && IN6_IS_ADDR_UNSPECIFIED(&six)));
}

bool is_loopback(std::string_view host) {
  constexpr std::uint32_t loopback_net = 127;
  if (host == "localhost") return true;
  in_addr four{};
  if (is_numeric(AF_INET, host, &four)) return ntohl(four.s_addr) >> 24U == loopback_net;
  in6_addr six{};
  if (!is_numeric(AF_INET6, host, &six)) return false;
  return IN6_IS_ADDR_LOOPBACK(&six) ||
         (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == loopback_net);
}

}  // namespace duckduckgoose::net
