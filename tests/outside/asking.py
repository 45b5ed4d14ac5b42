"""Asks nodes who is the goose, all the time, from outside, and remembers the answers."""

import http.client
import json
import random
import threading
import time

import history

PAUSE_S = 0.004  # Between two questions to one node.


class Asker(threading.Thread):
    """Asks one node; half of the questions want a hold of less than `hold_ms_max`."""

    def __init__(self, node, hold_ms_max, seed):
        super().__init__(daemon=True)
        self.node, self.hold_ms_max = node, hold_ms_max
        self.random = random.Random(seed)
        self.answers = []
        self.is_over = threading.Event()

    def run(self):
        connection = None
        while not self.is_over.wait(PAUSE_S):
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.node.port, timeout=2)
                self.ask(connection)
            except (OSError, ValueError, http.client.HTTPException):
                connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def ask(self, connection):
        # Were all to want one, hardly anybody could ever hand over.
        wanted = self.random.choice((0, 0, self.random.randrange(self.hold_ms_max)))
        sent = time.monotonic()
        connection.request("GET", f"/status?hold={wanted}")
        status = json.loads(connection.getresponse().read())
        heard = time.monotonic()
        self.answers.append(history.Answer(
            status["id"], sent, heard, status["mode"] == "goose", status.get("token") or 0,
            status["held_for_ms"] / 1000))


class Askers:
    """One for each node, from now until end(), which gives all that they were answered."""

    def __init__(self, nodes, hold_ms_max, seed=1):
        self.all = [Asker(node, hold_ms_max, seed + i) for i, node in enumerate(nodes)]
        for asker in self.all:
            asker.start()

    def end(self):
        for asker in self.all:
            asker.is_over.set()
        for asker in self.all:
            asker.join(5)
        return [answer for asker in self.all for answer in asker.answers]
