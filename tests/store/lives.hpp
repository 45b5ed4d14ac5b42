#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "pretended_disk.hpp"
#include "samples.hpp"
#include "store/directory.hpp"

namespace duckduckgoose::store {

inline constexpr const char* data_path = "/var/lib/duck";

/// What one process did with the directory before it ended.
struct Life {
  std::optional<StoreError> error;  ///< The first one.
  std::optional<Record> loaded;
  std::optional<Record> saved;    ///< The last save that returned well.
  std::vector<Record> attempted;  ///< Saves that were begun after that one.
};

/// One process: opens, loads, and saves `saves` times, each time one save more.
inline Life live(PretendedDisk& disk, int saves) {
  Life life;
  auto directory = Directory::open(disk, data_path);
  if (!directory) {
    life.error = directory.error();
    return life;
  }
  auto loaded = directory->load();
  if (!loaded) {
    life.error = loaded.error();
    return life;
  }
  life.loaded = *loaded;
  std::uint64_t number = *loaded ? (*loaded)->saves : 0;
  for (int save = 0; save < saves; ++save) {
    const Record record = saved_record(++number);
    life.attempted.push_back(record);
    if (const auto done = directory->save(record); !done) {
      life.error = done.error();
      return life;
    }
    life.saved = record;
    life.attempted.clear();
  }
  return life;
}

/// What load() answers for a disk.
inline Expected<std::optional<Record>> load(PretendedDisk disk) {
  auto directory = Directory::open(disk, data_path);
  if (!directory) return std::unexpected(directory.error());
  return directory->load();
}

/// A disk on which `saves` saves were made, with the machine switched off properly.
inline PretendedDisk disk_after(int saves) {
  PretendedDisk disk;
  if (saves == 0) return disk;
  const Life life = live(disk, saves);
  EXPECT_FALSE(life.error);
  for (PretendedDisk& left : disk.after_power_cut()) {
    if (const auto loaded = load(left); loaded && *loaded == life.saved) return left;
  }
  ADD_FAILURE() << "no save survived";
  return disk;
}

/// Is `found` what the last good save left, or what a later one would have?
inline bool is_allowed(const std::optional<Record>& found, const Life& life,
                       const std::optional<Record>& before) {
  if (found == (life.saved ? life.saved : before)) return true;
  return found && std::ranges::find(life.attempted, *found) != life.attempted.end();
}

}  // namespace duckduckgoose::store
