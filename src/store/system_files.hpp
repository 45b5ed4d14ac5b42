#pragma once

#include "store/files.hpp"

namespace duckduckgoose::store {

/// The files of this machine.
class SystemFiles final : public Files {
 public:
  [[nodiscard]] Result<Handle> open_directory(const std::string& path) override;
  [[nodiscard]] Result<void> make_directory(const std::string& path) override;
  [[nodiscard]] Result<void> remove_directory(const std::string& path) override;
  [[nodiscard]] Result<Handle> open(Handle directory, const std::string& name, Mode mode) override;
  [[nodiscard]] Result<bool> lock(Handle handle) override;
  [[nodiscard]] Result<std::size_t> read(Handle file, std::span<char> into) override;
  [[nodiscard]] Result<std::size_t> write(Handle file, std::string_view text) override;
  [[nodiscard]] Result<std::size_t> write_at(Handle file, std::size_t offset,
                                             std::string_view text) override;
  [[nodiscard]] Result<void> sync(Handle handle) override;
  [[nodiscard]] Result<void> sync_data(Handle file) override;
  [[nodiscard]] Result<Status> status(Handle file) override;
  [[nodiscard]] Result<Status> status(Handle directory, const std::string& name) override;
  [[nodiscard]] Result<void> close(Handle handle) override;
  [[nodiscard]] Result<void> rename(Handle directory, const std::string& from,
                                    const std::string& to) override;
  [[nodiscard]] Result<void> remove(Handle directory, const std::string& name) override;
};

}  // namespace duckduckgoose::store
