#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/files.hpp"

namespace duckduckgoose::store {

/// A disk that keeps its word and no more: after a power cut, what was not synced is there, or not,
/// or in part. A failed sync loses what it should have saved, and the next one says that all is
/// well (as Linux does). A value: copies go their own ways.
class PretendedDisk : public Files {
 public:
  /// What happens at one call, counted from 1.
  struct Fault {
    enum class How {
      power_off,     ///< It and all later ones do nothing.
      error,         ///< It fails, and has done nothing.
      error_behind,  ///< It fails, and has done its work.
      short_write,   ///< It writes half, which is no error; other calls are as ever.
      no_write,      ///< It writes nothing and says so; other calls are as ever.
    };
    int call = 0;
    How how = How::error;
    std::errc error = std::errc::io_error;
  };

  PretendedDisk();

  void plan(Fault fault) { fault_ = fault; }
  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }
  [[nodiscard]] bool was_hit() const;  ///< The fault's call was made.

  /// The same disk for a new process of the same boot: no handle, no lock, no fault; unsynced
  /// still.
  [[nodiscard]] PretendedDisk after_kill() const;

  /// Every disk that a power cut at this point may leave.
  [[nodiscard]] std::vector<PretendedDisk> after_power_cut() const;

  /// The same, if the disk does not keep its word: a sector that was being written over is neither
  /// the old one nor the new one. None if no sector was.
  [[nodiscard]] std::vector<PretendedDisk> after_torn_sector() const;

  /// For tests that damage what is there. The file must exist.
  std::string& text_at(const std::string& path);
  void remove_at(const std::string& path);
  [[nodiscard]] bool has(const std::string& path) const;

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

 private:
  using Names = std::map<std::string, std::size_t>;

  /// One change of a directory: a name that goes, a name that comes.
  struct Change {
    std::optional<std::string> gone{};
    std::optional<std::pair<std::string, std::size_t>> come{};
    bool lost = false;  ///< A sync has failed since: no later one saves it.

    void apply(Names& names) const;
    [[nodiscard]] bool touches(const Change& other) const;
  };

  struct Node {
    bool directory = false;
    std::string text{};     ///< As processes see it.
    std::string durable{};  ///< As the disk has it.
    bool dirty = false;
    bool rewritten = false;  ///< Dirty by nothing but one write over a sector.
    bool lost = false;
    Names names{};
    Names durable_names{};
    std::vector<Change> pending{};
  };

  struct Open {
    std::size_t node = 0;
    std::size_t offset = 0;
    bool locked = false;
  };

  template <class Work>
  auto call(const std::string& name, Work work) -> decltype(work());

  [[nodiscard]] bool is_faulty_now() const;  ///< The fault's call is the one being made.
  Result<void> synced(const std::string& name, Handle handle);
  [[nodiscard]] Status status_of(std::size_t node) const;
  [[nodiscard]] std::string_view written_part(std::string_view text) const;
  [[nodiscard]] std::optional<std::size_t> find(const std::string& path) const;
  [[nodiscard]] Handle opened(std::size_t node);
  void change(std::size_t directory, Change change);
  void fail_sync(std::size_t node);
  void finish_sync(std::size_t node);
  [[nodiscard]] std::vector<Node> outcomes(const Node& node) const;
  [[nodiscard]] static std::set<std::string> torn(const Node& node);

  std::vector<Node> nodes_;
  std::map<int, Open> open_;
  int last_handle_ = 0;
  std::optional<Fault> fault_;
  bool off_ = false;
  std::vector<std::string> calls_;
};

}  // namespace duckduckgoose::store
