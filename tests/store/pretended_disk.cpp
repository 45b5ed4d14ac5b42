#include "pretended_disk.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace duckduckgoose::store {
namespace {

std::unexpected<std::error_code> error(std::errc code) {
  return std::unexpected(std::make_error_code(code));
}

}  // namespace

void PretendedDisk::Change::apply(Names& names) const {
  if (gone) names.erase(*gone);
  if (come) names[come->first] = come->second;
}

bool PretendedDisk::Change::touches(const Change& other) const {
  std::set<std::string> mine;
  if (gone) mine.insert(*gone);
  if (come) mine.insert(come->first);
  return (other.gone && mine.contains(*other.gone)) ||
         (other.come && mine.contains(other.come->first));
}

PretendedDisk::PretendedDisk() : nodes_(1) { nodes_.front().directory = true; }

bool PretendedDisk::was_hit() const {
  return fault_ && calls_.size() >= static_cast<std::size_t>(fault_->call);
}

bool PretendedDisk::is_faulty_now() const {
  return fault_ && calls_.size() == static_cast<std::size_t>(fault_->call);
}

template <class Work>
auto PretendedDisk::call(const std::string& name, Work work) -> decltype(work()) {
  calls_.push_back(name);
  if (off_) return error(std::errc::io_error);
  if (!is_faulty_now()) return work();
  switch (fault_->how) {
    case Fault::How::power_off:
      off_ = true;
      return error(std::errc::io_error);
    case Fault::How::error:
      return error(fault_->error);
    case Fault::How::error_behind:
      (void)work();
      return error(fault_->error);
    case Fault::How::short_write:
    case Fault::How::no_write:
      return work();
  }
  std::unreachable();
}

PretendedDisk PretendedDisk::after_kill() const {
  PretendedDisk disk = *this;
  disk.open_.clear();
  disk.fault_.reset();
  disk.off_ = false;
  disk.calls_.clear();
  return disk;
}

/// Each unsynced change of names is there or not, and each unsynced file is as before or as it
/// should be; or, if it is a new one, empty, cut off in its midst, or of the right length with
/// nothing in its second half.
std::vector<PretendedDisk::Node> PretendedDisk::outcomes(const Node& node) const {
  std::vector<Node> all;
  if (node.directory) {
    for (std::size_t chosen = 0; chosen < std::size_t{1} << node.pending.size(); ++chosen) {
      Names names = node.durable_names;
      for (std::size_t at = 0; at < node.pending.size(); ++at) {
        if ((chosen >> at & 1U) != 0) node.pending[at].apply(names);
      }
      all.push_back({.directory = true, .names = names, .durable_names = names});
    }
    return all;
  }
  std::set<std::string> texts{node.durable};
  if (node.rewritten) {
    texts.insert(node.text);
  } else if (node.dirty) {
    const std::size_t half = node.text.size() / 2;
    texts.insert({"", node.text, node.text.substr(0, half)});
    texts.insert(node.text.substr(0, half) + std::string(node.text.size() - half, '\0'));
  }
  for (const std::string& text : texts) all.push_back({.text = text, .durable = text});
  return all;
}

/// What lies between the old bytes and the new ones: the first of one and the last of the other, or
/// nothing in the place of some.
std::set<std::string> PretendedDisk::torn(const Node& node) {
  std::set<std::string> texts;
  if (!node.rewritten) return texts;
  const std::size_t sector = std::min<std::size_t>(512, node.text.size());
  for (std::size_t at = 0; at <= sector; ++at) {
    texts.insert(node.text.substr(0, at) + node.durable.substr(at));
    texts.insert(node.durable.substr(0, at) + node.text.substr(at));
    texts.insert(std::string(at, '\0') + node.text.substr(at));
    texts.insert(node.text.substr(0, at) + std::string(sector - at, '\0') +
                 node.text.substr(sector));
  }
  texts.erase(node.text);
  texts.erase(node.durable);
  return texts;
}

std::vector<PretendedDisk> PretendedDisk::after_torn_sector() const {
  std::vector<PretendedDisk> disks;
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    for (const std::string& text : torn(nodes_[at])) {
      disks.push_back(after_kill());
      disks.back().nodes_[at] = {.text = text, .durable = text};
    }
  }
  return disks;
}

std::vector<PretendedDisk> PretendedDisk::after_power_cut() const {
  std::vector<PretendedDisk> disks{after_kill()};
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    const std::vector<Node> choices = outcomes(nodes_[at]);
    std::vector<PretendedDisk> more;
    for (const PretendedDisk& disk : disks) {
      for (const Node& choice : choices) {
        more.push_back(disk);
        more.back().nodes_[at] = choice;
      }
    }
    disks = std::move(more);
  }
  return disks;
}

std::optional<std::size_t> PretendedDisk::find(const std::string& path) const {
  std::size_t node = 0;
  const auto normal = std::filesystem::path(path).lexically_normal().relative_path();
  for (const auto& part : normal) {
    if (part.empty()) continue;
    const auto found = nodes_[node].names.find(part.string());
    if (found == nodes_[node].names.end()) return std::nullopt;
    node = found->second;
  }
  return node;
}

std::string& PretendedDisk::text_at(const std::string& path) {
  return nodes_[find(path).value()].text;
}

void PretendedDisk::remove_at(const std::string& path) {
  const std::filesystem::path whole(path);
  Node& directory = nodes_[find(whole.parent_path().string()).value()];
  directory.names.erase(whole.filename().string());
  directory.durable_names = directory.names;
  directory.pending.clear();
}

bool PretendedDisk::has(const std::string& path) const { return find(path).has_value(); }

Handle PretendedDisk::opened(std::size_t node) {
  open_[++last_handle_] = Open{.node = node};
  return Handle{last_handle_};
}

void PretendedDisk::change(std::size_t directory, Change change) {
  change.apply(nodes_[directory].names);
  nodes_[directory].pending.push_back(std::move(change));
}

Result<Handle> PretendedDisk::open_directory(const std::string& path) {
  return call("open " + path, [&]() -> Result<Handle> {
    const auto node = find(path);
    if (!node) return error(std::errc::no_such_file_or_directory);
    if (!nodes_[*node].directory) return error(std::errc::not_a_directory);
    return opened(*node);
  });
}

Result<void> PretendedDisk::make_directory(const std::string& path) {
  return call("mkdir " + path, [&]() -> Result<void> {
    const std::filesystem::path whole(path);
    if (find(path)) return error(std::errc::file_exists);
    const auto parent = find(whole.parent_path().string());
    if (!parent) return error(std::errc::no_such_file_or_directory);
    nodes_.push_back({.directory = true});
    change(*parent, {.come = std::pair(whole.filename().string(), nodes_.size() - 1)});
    return {};
  });
}

Result<void> PretendedDisk::remove_directory(const std::string& path) {
  return call("rmdir " + path, [&]() -> Result<void> {
    const std::filesystem::path whole(path);
    if (!find(path)) return error(std::errc::no_such_file_or_directory);
    change(find(whole.parent_path().string()).value(), {.gone = whole.filename().string()});
    return {};
  });
}

Result<Handle> PretendedDisk::open(Handle directory, const std::string& name, Mode mode) {
  return call("open " + name, [&]() -> Result<Handle> {
    const std::size_t parent = open_.at(static_cast<int>(directory)).node;
    if (!nodes_[parent].names.contains(name)) {
      if (mode == Mode::read) return error(std::errc::no_such_file_or_directory);
      nodes_.emplace_back();
      change(parent, {.come = std::pair(name, nodes_.size() - 1)});
    }
    const std::size_t at = nodes_[parent].names.at(name);
    if (Node& file = nodes_[at]; mode == Mode::replace) {
      file.text.clear();
      file.dirty = true;
      file.rewritten = false;
      file.lost = false;
    }
    return opened(at);
  });
}

Result<bool> PretendedDisk::lock(Handle handle) {
  return call("flock", [&]() -> Result<bool> {
    Open& mine = open_.at(static_cast<int>(handle));
    for (const auto& [number, other] : open_) {
      if (&other != &mine && other.node == mine.node && other.locked) return false;
    }
    mine.locked = true;
    return true;
  });
}

Result<std::size_t> PretendedDisk::read(Handle file, std::span<char> into) {
  return call("read", [&]() -> Result<std::size_t> {
    Open& open = open_.at(static_cast<int>(file));
    const std::string& text = nodes_[open.node].text;
    const std::size_t count =
        std::min(into.size(), text.size() - std::min(open.offset, text.size()));
    std::copy_n(text.data() + open.offset, count, into.data());
    open.offset += count;
    return count;
  });
}

Result<std::size_t> PretendedDisk::write(Handle file, std::string_view text) {
  return call("write", [&]() -> Result<std::size_t> {
    text = written_part(text);
    Open& open = open_.at(static_cast<int>(file));
    Node& node = nodes_[open.node];
    node.text.replace(open.offset, text.size(), text);
    node.dirty = true;
    node.rewritten = false;
    open.offset += text.size();
    return text.size();
  });
}

Result<std::size_t> PretendedDisk::write_at(Handle file, std::size_t offset,
                                            std::string_view text) {
  return call("pwrite", [&]() -> Result<std::size_t> {
    text = written_part(text);
    Node& node = nodes_[open_.at(static_cast<int>(file)).node];
    node.text.resize(std::max(node.text.size(), offset));
    node.text.replace(offset, text.size(), text);
    if (!node.dirty) node.rewritten = true;
    node.dirty = true;
    return text.size();
  });
}

/// Of what a write was given, the part that it writes.
std::string_view PretendedDisk::written_part(std::string_view text) const {
  if (!is_faulty_now()) return text;
  if (fault_->how == Fault::How::no_write) return {};
  return fault_->how == Fault::How::short_write ? text.substr(0, text.size() / 2) : text;
}

Status PretendedDisk::status_of(std::size_t node) const {
  std::uint64_t links = 0;
  for (const Node& directory : nodes_) {
    links += static_cast<std::uint64_t>(std::ranges::count_if(
        directory.names, [node](const auto& name) { return name.second == node; }));
  }
  return {.device = 1, .inode = node, .links = links, .bytes = nodes_[node].text.size()};
}

Result<Status> PretendedDisk::status(Handle file) {
  return call("fstat",
              [&]() -> Result<Status> { return status_of(open_.at(static_cast<int>(file)).node); });
}

Result<Status> PretendedDisk::status(Handle directory, const std::string& name) {
  return call("fstatat " + name, [&]() -> Result<Status> {
    const Names& names = nodes_[open_.at(static_cast<int>(directory)).node].names;
    const auto found = names.find(name);
    if (found == names.end()) return error(std::errc::no_such_file_or_directory);
    return status_of(found->second);
  });
}

void PretendedDisk::fail_sync(std::size_t at) {
  nodes_[at].lost = nodes_[at].dirty;
  for (Change& change : nodes_[at].pending) change.lost = true;
}

void PretendedDisk::finish_sync(std::size_t at) {
  Node& node = nodes_[at];
  if (!node.lost) {
    node.durable = node.text;
    node.dirty = false;
    node.rewritten = false;
  }
  std::vector<Change> doubtful;
  for (auto change = node.pending.begin(); change != node.pending.end(); ++change) {
    if (!change->lost) {
      change->apply(node.durable_names);
    } else if (std::none_of(change + 1, node.pending.end(),
                            [&](const Change& later) { return later.touches(*change); })) {
      doubtful.push_back(*change);
    }
  }
  node.pending = std::move(doubtful);
}

Result<void> PretendedDisk::synced(const std::string& name, Handle handle) {
  const auto found = open_.find(static_cast<int>(handle));
  auto done = call(name, [&]() -> Result<void> {
    finish_sync(found->second.node);
    return {};
  });
  if (is_faulty_now() && fault_->how == Fault::How::error) fail_sync(found->second.node);
  return done;
}

Result<void> PretendedDisk::sync(Handle handle) { return synced("fsync", handle); }
Result<void> PretendedDisk::sync_data(Handle file) { return synced("fdatasync", file); }

Result<void> PretendedDisk::close(Handle handle) {
  auto done = call("close", []() -> Result<void> { return {}; });
  if (!off_) open_.erase(static_cast<int>(handle));
  return done;
}

Result<void> PretendedDisk::rename(Handle directory, const std::string& from,
                                   const std::string& to) {
  return call("rename " + from, [&]() -> Result<void> {
    const std::size_t parent = open_.at(static_cast<int>(directory)).node;
    const auto found = nodes_[parent].names.find(from);
    if (found == nodes_[parent].names.end()) return error(std::errc::no_such_file_or_directory);
    const std::size_t node = found->second;
    change(parent, {.gone = from, .come = std::pair(to, node)});
    return {};
  });
}

Result<void> PretendedDisk::remove(Handle directory, const std::string& name) {
  return call("unlink " + name, [&]() -> Result<void> {
    const std::size_t parent = open_.at(static_cast<int>(directory)).node;
    if (!nodes_[parent].names.contains(name)) return error(std::errc::no_such_file_or_directory);
    change(parent, {.gone = name});
    return {};
  });
}

}  // namespace duckduckgoose::store
