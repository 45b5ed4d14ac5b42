"""What tests of `duckduckgoose run` have in common: commands that tell what they are."""

import contextlib
import os
import pathlib
import signal

import pond


def alive(pid):
    return pond.exists(int(pid))


def end(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class RunTest(pond.PondTest):
    def setUp(self):
        super().setUp()
        self.book = pathlib.Path(self.folder, "book")  # what commands and hooks write
        self.book.touch()

    def end_all(self):
        """Daemons outlive two that are killed at once, where the kernel does not end them."""
        for node in self.nodes:
            # A keeper that has lost its node ends by itself.
            if node.pid() not in (None, node.process.pid):
                end(node.pid())
        for node in self.nodes:
            if node.process:
                node.wait()

    def lines(self):
        return self.book.read_text().splitlines()

    def until_line(self, start, seconds=15):
        """The first line of the book that begins so."""
        return pond.until(f"a line {start!r}", lambda: next(
            (line for line in self.lines() if line.startswith(start)), None), seconds)

    def script(self, text):
        """The words of a CMD: a shell with $BOOK."""
        return ["sh", "-c", f"BOOK={self.book}\n{text}"]

    def hook(self, text):
        return f"BOOK={self.book}; {text}"

    def stays(self, more=""):
        """A CMD that stays, has told its process id, and has left a daemon behind."""
        return self.script(f"""{more}
            setsid sh -c 'sleep 1000 & echo "daemon $!" >>'$BOOK
            echo "start $DUCK_TOKEN $$" >>$BOOK
            while :; do sleep 0.02; done""")

    def started(self, times=1):
        """The process ids of CMD and of its daemon."""
        pond.until("CMD runs", lambda: sum(x.startswith("start ") for x in self.lines()) >= times)
        start = [line for line in self.lines() if line.startswith("start ")][times - 1]
        daemon = [line for line in self.lines() if line.startswith("daemon ")][times - 1]
        return int(start.split()[2]), int(daemon.split()[1])

    def run_one(self, *options, cmd=None, **variables):
        return self.node().start("run", *options, "--", *(cmd or self.stays()), **variables)

    def need(self, level):
        """Skips the test where nothing can be contained in this way."""
        code, _, err = pond.call("run", "--contain", level, "--once", "--port", "0", "--data",
                                 pathlib.Path(self.folder, f"try-{level}"), "--", "true")
        if code == pond.CONFIGURATION:
            self.skipTest(err.strip())
        self.assertEqual(code, 0, err)

    def pond_of_three(self, *options, cmd=None, **variables):
        """Three nodes that run it; the first one is the goose."""
        cmd = cmd or self.stays()
        first = self.run_one(*options, cmd=cmd, **variables)
        pond.until("it is the goose", first.is_goose)
        rest = [self.run_one(*options, cmd=cmd, DUCK_JOIN=first.address, **variables)
                for _ in range(2)]
        self.until_voters([first, *rest], 3)
        return [first, *rest]
