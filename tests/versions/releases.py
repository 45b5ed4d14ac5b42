"""Clusters of nodes of several releases, as real processes, and those who ask them all the time.

The program of a coming release is the second argument of the test file; next_release.hpp says what
its environment chooses.
"""

import os
import pathlib
import signal
import sys
import urllib.error
import urllib.request

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "cli"), str(TESTS / "outside")]
import asking  # noqa: E402
import history  # noqa: E402
import pond  # noqa: E402

PROGRAM_OF_NEXT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else None

NOW = None
NEXT = {"NEXT_PROTOCOL": "1-2"}
RUDE_NEXT = NEXT | {"NEXT_GOSSIP": "all"}  # Says what is new to those who cannot know it, too.
AFTER_NEXT = {"NEXT_PROTOCOL": "2-3"}
PROMISE_MS = 2000  # On a busy machine a keeper kills a goose that stands still for a quarter of it.
HOLD_MS_MAX = 300  # A handover waits for it.


class Machine(pond.Node):
    """A node whose program may be another one at its next start."""

    release = NOW

    def start(self, *words, **variables):
        if self.release is NOW:
            return super().start(*words, **variables)
        variables = {"DUCK_PORT": self.port, "DUCK_DATA": self.data} | self.release | variables
        return self.start_as([PROGRAM_OF_NEXT, *words], **variables)

    def stop(self):
        """As its service manager would."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def restart_as(self, release):
        self.release = release
        return self.start()

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://{self.address}/readyz", timeout=1) as answer:
                return answer.status == 200
        except (OSError, urllib.error.HTTPError):
            return False


class ReleasesTest(pond.PondTest):
    """A test of nodes of several releases."""

    def machine(self, release):
        node = self.node(Machine)
        node.release = release
        return node

    def cluster_of(self, *releases):
        """One node each, all voters: the first has founded, the others have joined through it."""
        first, *others = nodes = [self.machine(release) for release in releases]
        first.start(DUCK_PROMISE=f"{PROMISE_MS}ms")
        pond.until(f"{first.address} is the goose", first.is_goose)
        for node in others:
            node.start(DUCK_JOIN=first.address)
        self.until_voters(nodes, len(nodes))
        return nodes

    def ask_all_the_time(self, nodes):
        """From now on each is asked for holds; tokens_told() ends it."""
        self.askers = asking.Askers(nodes, HOLD_MS_MAX)
        self.addCleanup(self.askers.end)

    def tokens_told(self):
        """Of all geese since ask_all_the_time(); fails if there were two at one time."""
        answers = self.askers.end()
        self.assertEqual(history.check(answers), [])
        return sorted({answer.token for answer in answers if answer.is_goose})

    def hand_over(self, nodes, to, through):
        """Makes `to` the goose, by the ordinary command line and a node that may be a duck."""
        def handed_over():
            # Another may be quicker than the one named, and an asker may hold the goose.
            code, out, err = through.command("handover", "--to", to.address)
            self.assertIn(code, (0, pond.TRY_AGAIN), out + err)
            return code == 0
        pond.until(f"{to.address} is the goose", handed_over, 30)
        self.assertIs(self.until_one_goose(nodes), to)
