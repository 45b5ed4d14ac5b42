"""What the processes of commands wrote while they lived, and whether it may be so.

worker.cpp writes the lines. check() gives the contradictions to this: all that a command started is
dead before the command of a newer token starts. It knows nothing of leases.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Line:
    """One process lived at this time."""
    token: int
    owner: str  # The node that started it.
    pid: int
    kind: str   # start: the first of a command; beat; term: it was asked to end.
    at: int     # Nanoseconds of CLOCK_BOOTTIME, read before the line was written.
    word: str = "plain"  # What kind of command it is.

    def __str__(self):
        return (f"token {self.token} of {self.owner}: {self.kind} of {self.word}, "
                f"process {self.pid} [{self.at / 1e9:.4f}]")


@dataclasses.dataclass(frozen=True)
class Contradiction:
    what: str
    token: int
    lines: tuple

    def __str__(self):
        return "\n  ".join([self.what, *map(str, self.lines)])


def parse(text):
    """The lines of a log, whole ones only."""
    for line in text.split("\n")[:-1]:
        token, owner, pid, kind, at, word = line.split(" ")
        yield Line(int(token), owner, int(pid), kind, int(at), word)


def ends(lines):
    """The lines that decide, in order: of each token and owner the first, the last, the last start.

    So those of a long log can be kept, and checked again with what comes later.
    """
    first, last, started = {}, {}, {}
    for line in lines:
        key = line.token, line.owner
        if key not in first or line.at < first[key].at:
            first[key] = line
        if key not in last or line.at >= last[key].at:
            last[key] = line
        if line.kind == "start" and (key not in started or line.at >= started[key].at):
            started[key] = line
    kept = {*first.values(), *last.values(), *started.values()}
    return sorted(kept, key=lambda it: it.at)


def beside_a_newer_one(tokens):
    """The last that was heard of a token comes before the first of each newer one."""
    newer = None  # The earliest line of all tokens after this one.
    for lines in reversed(tokens):
        first, last = lines[0], lines[-1]
        if newer is not None and last.at >= newer.at:
            late = [it for it in lines if it.kind == "start" and it.at >= newer.at]
            what = ("a start after that of a newer one" if late else
                    f"an overlap of {(last.at - max(first.at, newer.at)) / 1e6:.1f} ms or more")
            yield Contradiction(what, last.token, (first, newer, *late[:1], last))
        if newer is None or first.at < newer.at:
            newer = first


def one_token_for_two(tokens):
    """A token is that of one tenure, and so of one node."""
    for lines in tokens:
        other = next((it for it in lines if it.owner != lines[0].owner), None)
        if other is not None:
            yield Contradiction("one token of two nodes", other.token, (lines[0], other))


def check(lines):
    """All contradictions; none: it may be so."""
    by_token = {}
    for line in ends(lines):
        by_token.setdefault(line.token, []).append(line)
    tokens = [by_token[token] for token in sorted(by_token)]
    return [*beside_a_newer_one(tokens), *one_token_for_two(tokens)]
