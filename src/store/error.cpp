#include "store/error.hpp"

#include <utility>

namespace duckduckgoose::store {
namespace {

std::string_view advice(std::error_code error) {
  switch (static_cast<std::errc>(error.value())) {
    case std::errc::no_space_on_device:
      return "free some space there and start the node again";
    case std::errc::permission_denied:
    case std::errc::operation_not_permitted:
      return "give the node's user access to it, or choose another data directory with --data";
    case std::errc::read_only_file_system:
      return "mount it for writing, or choose another data directory with --data";
    case std::errc::not_a_directory:
    case std::errc::is_a_directory:
    case std::errc::too_many_symbolic_link_levels:
    case std::errc::filename_too_long:
      return "choose another data directory with --data";
    case std::errc::too_many_files_open:
    case std::errc::too_many_files_open_in_system:
      return "raise the limit of open files (ulimit -n) and start the node again";
    default:
      return "check the disk (the kernel's log says more) and start the node again";
  }
}

}  // namespace

StoreError call_failed(std::string_view what, const std::string& path, std::string_view call,
                       std::error_code error) {
  std::string sentence = "cannot ";
  sentence.append(what).append(": ").append(call).append(" of ").append(path);
  sentence.append(" failed: ").append(error.message()).append("; ").append(advice(error));
  return {.kind = StoreErrorKind::disk, .sentence = std::move(sentence)};
}

}  // namespace duckduckgoose::store
