#pragma once

#include <string_view>

namespace duckduckgoose::keeper {

/// Tells the service manager that has started this process, if it wants to know: lines such as
/// "READY=1". Nothing waits; what cannot be told is not. Source: sd_notify(3), $NOTIFY_SOCKET.
void tell_service_manager(std::string_view lines);

}  // namespace duckduckgoose::keeper
