# shellcheck shell=bash
# What the scripts beside this file share. Source it first: it sets strict mode and goes to the
# root.

set -euo pipefail
shopt -s inherit_errexit
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "${0##*/}: $*"
  exit 1
}

# The jobs that fit: one a core, and one for every 1.5 GiB free, since the largest file needs 1 GiB.
jobs_that_fit() {
  local cores kib_free by_memory
  cores=$(nproc)
  kib_free=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  by_memory=$((kib_free / 1572864))
  if ((by_memory < 1)); then by_memory=1; fi
  echo $((cores < by_memory ? cores : by_memory))
}

# Configures and builds one preset: build_preset PRESET [-DNAME=VALUE | TARGET...]
build_preset() {
  local preset=$1 settings=() targets=() it
  shift
  for it in "$@"; do
    if [[ $it == -D* ]]; then settings+=("$it"); else targets+=(--target "$it"); fi
  done
  cmake --preset "$preset" "${settings[@]}" || return
  cmake --build --preset "$preset" --parallel "$(jobs_that_fit)" "${targets[@]}"
}
