"""How a node ends, and what a frozen one says afterwards."""

import os
import signal
import socket
import time

import pond


class Stop(pond.PondTest):
    def test_of_the_goose_hands_over_in_well_under_the_promise(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                # A promise so long that waiting for its end could not be mistaken for a hand-over.
                nodes = self.cluster(3, DUCK_PROMISE="20s")
                old = self.until_one_goose(nodes)
                left = [node for node in nodes if node is not old]
                began = time.monotonic()
                old.signal(number)
                self.assertEqual(old.wait(), 0, old.words())
                new = self.until_one_goose(left)
                self.assertLess(time.monotonic() - began, 5 * pond.PATIENCE)
                status = new.status()
                self.assertEqual(status["cause_code"], "handover")
                self.assertEqual(status["voters"], 3, "it stays a member")
                self.end_all()

    def test_of_a_duck_changes_nothing(self):
        nodes = self.cluster(3)
        goose = self.until_one_goose(nodes)
        term = goose.status()["term"]
        duck = next(node for node in nodes if node is not goose)
        duck.signal(signal.SIGTERM)
        self.assertEqual(duck.wait(), 0)
        duck.start()
        self.until_voters(nodes, 3)
        self.assertEqual(self.until_one_goose(nodes).status()["term"], term)

    def test_of_a_lone_goose_is_quick(self):
        node = self.first(DUCK_PROMISE="20s")
        began = time.monotonic()
        node.signal(signal.SIGTERM)
        self.assertEqual(node.wait(), 0)
        self.assertLess(time.monotonic() - began, 5 * pond.PATIENCE)
        # A single voter that never gave a hold waits for no old promise.
        began = time.monotonic()
        node.start()
        pond.until("it is the goose again", node.is_goose)
        self.assertLess(time.monotonic() - began, 10 * pond.PATIENCE)


class Nohup(pond.PondTest):
    def test_keeps_it_from_being_stopped_by_sighup(self):
        node = self.node()
        node.wrapper = ("nohup",)
        node.start()
        pond.until("it is the goose", node.is_goose)
        node.signal(signal.SIGHUP)
        for _ in range(50):  # Each answer is one more in which it has not been told to stop.
            self.assertFalse(node.status()["draining"])
        node.signal(signal.SIGTERM)
        self.assertEqual(node.wait(), 0)


class LeaveOnStop(pond.PondTest):
    def test_removes_the_node_that_is_stopped_also_the_goose(self):
        nodes = self.cluster(3, DUCK_LEAVE_ON_STOP=1)
        goose = self.until_one_goose(nodes)
        token = goose.status()["token"]
        left = [node for node in nodes if node is not goose]
        goose.signal(signal.SIGTERM)
        self.assertEqual(goose.wait(), 0, goose.words())
        self.assertIn("has left its cluster", goose.words())
        self.until_voters(left, 1)
        heir = self.until_one_goose(left)
        self.assertGreater(heir.status()["token"], token)
        members = self.ask(heir, "/members")["members"]
        self.assertEqual({it["address"] for it in members}, {it.address for it in left})

    def test_waits_until_a_dead_voter_is_replaced(self):
        nodes = self.cluster(3, DUCK_LEAVE_ON_STOP=1, DUCK_PROMISE="300ms")
        goose = self.until_one_goose(nodes)
        for setting, value in (("voters", 3), ("replace-after", "1s")):
            self.assertEqual(goose.command("set", setting, value)[0], 0)
        dead, needed = [node for node in nodes if node is not goose]
        dead.kill()
        needed.signal(signal.SIGTERM)
        newcomers = [self.joined(goose), self.joined(goose)]
        self.assertEqual(needed.wait(), 0, needed.words())
        self.assertIn("has left its cluster", needed.words())
        self.until_voters([goose, *newcomers], 3)

    def test_is_taken_back_where_the_node_is_needed_after_all(self):
        """Nobody knows yet that another voter stands still when it is let go."""
        nodes = self.cluster(3, DUCK_LEAVE_ON_STOP=1)
        goose = self.until_one_goose(nodes)
        still, needed = [node for node in nodes if node is not goose]
        both = still.pid(), still.process.pid
        for pid in both:
            os.kill(pid, signal.SIGSTOP)
        needed.signal(signal.SIGTERM)
        self.assertEqual(needed.wait(20), 0, needed.words())
        self.assertIn("stays a member", needed.words())
        needed.start()
        self.until_one_goose([goose, needed])
        for pid in both:
            os.kill(pid, signal.SIGCONT)
        self.until_voters(nodes, 3)

    def test_of_the_last_one_keeps_the_cluster(self):
        node = self.first(DUCK_LEAVE_ON_STOP=1)
        cluster = node.status()["cluster_id"]
        node.signal(signal.SIGTERM)
        self.assertEqual(node.wait(), 0, node.words())
        self.assertIn("stays a member", node.words())
        node.start()
        pond.until("it is the goose again", node.is_goose)
        self.assertEqual(node.status()["cluster_id"], cluster)

    def test_without_a_majority_takes_no_longer_than_a_change_may(self):
        nodes = self.cluster(3, DUCK_LEAVE_ON_STOP=1)
        last = self.until_one_goose(nodes)
        for node in nodes:
            if node is not last:
                node.kill()
        last.signal(signal.SIGTERM)
        self.assertEqual(last.wait(20), 0, last.words())
        self.assertIn("stays a member", last.words())


def ask_ahead(node):
    """Sends a request and returns the connection: a frozen node's answer comes when it wakes."""
    connection = socket.create_connection(("127.0.0.1", node.port), timeout=15 * pond.PATIENCE)
    connection.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    return connection


def answer_of(connection):
    received = b""
    with connection:
        while more := connection.recv(65536):
            received += more
    return received.decode()


class Frozen(pond.PondTest):
    # P2: it was asked while another may have been the goose for long.
    def test_goose_is_a_duck_when_it_wakes_and_never_says_otherwise(self):
        nodes = self.cluster(3, DUCK_NO_KEEPER="yes")
        old = self.until_one_goose(nodes)
        before = old.status()
        left = [node for node in nodes if node is not old]
        old.signal(signal.SIGSTOP)
        asked = [ask_ahead(old) for _ in range(8)]
        new = self.goose_of(left)
        self.assertGreater(new.status()["token"], before["token"])
        old.signal(signal.SIGCONT)
        for connection in asked:
            answer = answer_of(connection)
            self.assertIn('"mode":"duck"', answer)
        for _ in range(50):
            self.assertFalse(old.is_goose())
        self.assertIs(self.until_one_goose(nodes), new)

    def test_duck_does_not_depose_the_goose_when_it_wakes(self):
        nodes = self.cluster(3, DUCK_NO_KEEPER="yes")
        goose = self.until_one_goose(nodes)
        term = goose.status()["term"]
        duck = next(node for node in nodes if node is not goose)
        duck.signal(signal.SIGSTOP)
        pond.until("the goose has not heard it for two promises", lambda: any(
            member["address"] == duck.address and member.get("heard_ms", 0) > 2000
            for member in goose.status()["members"]))
        duck.signal(signal.SIGCONT)
        self.until_voters(nodes, 3)
        self.assertEqual(self.until_one_goose(nodes).status()["term"], term)


if __name__ == "__main__":
    pond.main()
