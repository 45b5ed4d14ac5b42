"""A client that asks all nodes that live in turn, all the time: who is the goose?"""

import http.client
import json
import random
import threading
import time

import history

PAUSE_S = 0.002  # Between two rounds of questions.
HOLD_MS = 40     # What it asks for at most, now and then: nobody else may be goose meanwhile.
HOLDS = 0.03     # So often. A death is not told before the hold is over.


class Watch(threading.Thread):
    """Asks `living()` in rounds, and remembers who said that it is the goose, and when nobody did.

    A round without a goose counts for all the time between the last answer of a goose before it and
    the first one after it: the client cannot know better.
    """

    def __init__(self, living, seed):
        super().__init__(daemon=True)
        self.living, self.random = living, random.Random(seed)
        self.answers = []     # For history.check(): all but those of ducks, which claim nothing.
        self.gaps = []        # (from, to), seconds of the clock of the answers.
        self.rounds = self.asked = 0
        self.longest_round_s = 0
        self.longest_pause_s = 0  # Far above PAUSE_S: this machine stood still, or is too busy.
        self.wrong = []       # What the thread itself fell over; it should be nothing.
        self._connections = {}
        self._is_over = threading.Event()
        self._began = self._seen = None  # The first and the last answer of a goose.
        self._missed = False  # A round without one since then.

    def run(self):
        try:
            while not self._is_over.is_set():
                self.ask_all()
                paused = time.monotonic()
                time.sleep(PAUSE_S)
                self.longest_pause_s = max(self.longest_pause_s, time.monotonic() - paused)
        except Exception as why:  # pylint: disable=broad-except
            self.wrong.append(repr(why))
            raise

    def ask_all(self):
        began, nodes = time.monotonic(), self.living()
        for node in set(self._connections) - set(nodes):
            self._connections.pop(node).close()
        heard = [at for at in map(self.ask, nodes) if at is not None]
        if self._seen is not None and not heard:
            self._missed = True
        elif heard:
            if self._missed:
                self.gaps.append((self._seen, heard[0]))
            self._began = self._began or heard[0]
            self._seen, self._missed = heard[-1], False
        self.rounds += 1
        self.longest_round_s = max(self.longest_round_s, time.monotonic() - began)

    def ask(self, node):
        """When the answer that this node is the goose was heard; None: it is not, or is silent."""
        hold = self.random.randrange(HOLD_MS) if self.random.random() < HOLDS else 0
        try:
            if node not in self._connections:
                self._connections[node] = http.client.HTTPConnection("127.0.0.1", node.port,
                                                                     timeout=2)
            connection = self._connections[node]
            sent = time.monotonic()
            connection.request("GET", f"/status?hold={hold}")
            status = json.loads(connection.getresponse().read())
            heard = time.monotonic()
        except (OSError, ValueError, http.client.HTTPException):
            self._connections.pop(node).close()
            return None
        self.asked += 1
        answer = history.Answer(status["id"], sent, heard, status["mode"] == "goose",
                                status.get("token", 0), status["held_for_ms"] / 1000)
        if answer.is_goose or answer.held:
            self.answers.append(answer)
        return heard if answer.is_goose else None

    def end(self):
        """Asks nobody any more; a goose that has not come back by now never did."""
        if self._is_over.is_set():
            return
        self._is_over.set()
        if self.is_alive():
            self.join(30)
        now = time.monotonic()
        if self._missed:
            self.gaps.append((self._seen, now))
        self._seen = now
        for connection in self._connections.values():
            connection.close()

    def watched_s(self):
        return self._seen - self._began if self._began else 0

    def share(self):
        """Of the time since the first goose, how much had one: from 0 to 1."""
        if not self._began:
            return 0
        return 1 - sum(to - since for since, to in self.gaps) / self.watched_s()

    def longest_gap_s(self):
        return max((to - since for since, to in self.gaps), default=0)

    def __str__(self):
        return (f"a goose for {100 * self.share():.2f} % of {self.watched_s():.0f} s, the longest "
                f"gap {1000 * self.longest_gap_s():.0f} ms; {self.asked} answers, {self.tenures()} "
                f"tenures, the longest round {1000 * self.longest_round_s:.0f} ms, the longest "
                f"pause of {1000 * PAUSE_S:.0f} ms {1000 * self.longest_pause_s:.0f} ms")

    def tenures(self):
        return len({it.token for it in self.answers})

    def contradictions(self):
        return [*history.check(self.answers), *self.wrong]
