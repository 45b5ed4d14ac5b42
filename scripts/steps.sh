# shellcheck shell=bash
# Steps that are counted as tests: what scripts/test and scripts/nightly share. Source it after
# lib.sh. What happens goes to stderr and, in full, to build/logs/; the result alone to stdout.

logs=build/logs
mkdir -p "$logs"
started=$SECONDS
passed=0
failed=0
failed_steps=()

# Adds up what a step did, and shows the output of one that failed:
# count STEP PASSED FAILED SECONDS LOG
count() {
  passed=$((passed + $2))
  failed=$((failed + $3))
  say "$1: $2 passed, $3 failed, $4 s"
  if (($3 > 0)); then
    failed_steps+=("$1")
    grep -vE '^ *[0-9]+/[0-9]+ Test .* Passed |^ +Start ' "$5" | tail -n 400 >&2
    say "$1 failed; all of its output lies in $5"
  fi
}

# Runs one command that passes or fails as a whole: step NAME COMMAND...
step() {
  local name=$1 log=$logs/$1.log begin=$SECONDS
  shift
  say "$name ..."
  if "$@" >"$log" 2>&1; then
    count "$name" 1 0 $((SECONDS - begin)) "$log"
  else
    count "$name" 0 1 $((SECONDS - begin)) "$log"
    return 1
  fi
}

# The number behind NAME= in the head of a JUnit file: attribute NAME FILE
attribute() { sed -nE "/<testsuite/,/>/ s/.*\b$1=\"([0-9]+)\".*/\1/p" "$2" | head -n 1; }

# Runs the tests of one build and counts each of them: tests PRESET [CTEST-ARGUMENT...]
tests() {
  local preset=$1 log=$logs/tests-$1.log results=$PWD/build/$1/results.xml begin=$SECONDS
  local status=0 all bad skipped wrapper=()
  shift
  say "tests of $preset ..."
  rm -f "$results"
  if [[ $preset == tsan ]] && setarch --addr-no-randomize true 2>/dev/null; then
    # The thread sanitizer of g++ 12 does not know the address layouts of newer kernels.
    wrapper=(setarch --addr-no-randomize)
  fi
  # Most of what they do is to wait.
  "${wrapper[@]}" ctest --preset "$preset" --parallel $((2 * $(nproc))) --no-tests=error \
    --output-junit "$results" "$@" >"$log" 2>&1 || status=$?
  if [[ ! -s $results ]]; then
    count "tests of $preset" 0 1 $((SECONDS - begin)) "$log"
    return
  fi
  all=$(attribute tests "$results")
  bad=$(attribute failures "$results")
  skipped=$(($(attribute skipped "$results") + $(attribute disabled "$results")))
  if ((status != 0 && bad == 0)); then bad=1; fi
  count "tests of $preset" $((all - bad - skipped)) "$bad" $((SECONDS - begin)) "$log"
}

# No test may leave a process behind: none runs a program of the build, or in its folder.
nothing_left_running() {
  local process left=0 build
  build=$(pwd -P)/build
  for process in /proc/[0-9]*; do
    if [[ $(readlink "$process/exe" 2>/dev/null) == "$build"/* ||
      $(readlink "$process/cwd" 2>/dev/null) == "$build"/* ]]; then
      echo "left behind: ${process#/proc/} $(tr '\0' ' ' <"$process/cmdline")"
      left=1
    fi
  done
  return "$left"
}

# Random worlds, shared out over the cores: worlds chaos|founding SEEDS FROM
worlds() {
  local command=$1 seeds=$2 from=$3 workers worker share pids=() status=0
  workers=$(nproc)
  share=$(((seeds + workers - 1) / workers))
  for ((worker = 0; worker < workers; ++worker)); do
    build/release/duckduckgoose-sim "$command" --seeds "$share" --from $((from + worker * share)) &
    pids+=($!)
  done
  for worker in "${pids[@]}"; do wait "$worker" || status=1; done
  return "$status"
}

# Prints the result, the last line of a run; fails if anything did.
conclude() {
  say "all in $((SECONDS - started)) s${failed_steps[*]:+; failed: ${failed_steps[*]}}"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}
