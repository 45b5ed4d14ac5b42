"""Names that lead elsewhere later, and name servers that do not answer. Needs root.

Each node sees a hosts file, or a resolv.conf, of the test's own. Addresses of 127.0.0.0/8 stand for
machines.
"""

import contextlib
import itertools
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import unittest

import pond


def can_mount():
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "--mount", "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0


def seeing(**files):
    """Words before a command that sees this hosts, or resolv_conf; nobody else does."""
    binds = "".join(f"mount --bind '{file}' /etc/{name.replace('_', '.')} && "
                    for name, file in files.items())
    return ("unshare", "--mount", "sh", "-c", f'{binds} exec "$0" "$@"')


def silent_name_server(test):
    """A resolv.conf that names it, and its socket, which shows who has asked."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    test.addCleanup(server.close)
    ip = f"127.77.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}"  # Of this run alone.
    server.bind((ip, 53))
    server.settimeout(15 * pond.PATIENCE)
    resolv_conf = pathlib.Path(test.folder, "resolv.conf")
    resolv_conf.write_text(f"nameserver {ip}\n", encoding="ascii")
    return resolv_conf, server


class Machine(pond.Node):
    """A node that is reached by its name, at an address that may change."""

    def __init__(self, folder, number, port):
        super().__init__(folder, port)
        self.name, self.hosts = f"duck{number}", pathlib.Path(folder, f"hosts-{number}")
        self.data, self.log = (pathlib.Path(folder, f"{kind}-{number}") for kind in ("data", "log"))
        self.wrapper = seeing(hosts=self.hosts)
        self.be_at(f"127.0.0.{10 + number}")

    def be_at(self, ip):
        self.ip, self.address = ip, f"{ip}:{self.port}"

    def start(self, **variables):
        return super().start(DUCK_LISTEN=self.ip, DUCK_ADVERTISE=f"{self.name}:{self.port}",
                             **variables)

    def knows(self, *machines):
        """In place: a file with this name is bound elsewhere."""
        lines = ["127.0.0.1 localhost", *(f"{it.ip} {it.name}" for it in machines)]
        self.hosts.write_text("\n".join(lines) + "\n", encoding="ascii")


@unittest.skipUnless(can_mount(), "needs root and mount namespaces")
class Names(pond.PondTest):
    def setUp(self):
        super().setUp()
        port = pond.free_port()
        self.nodes += (Machine(self.folder, number, port) for number in (1, 2, 3))
        for node in self.nodes:
            node.knows(*self.nodes)

    def together(self, **variables):
        first, *others = self.nodes
        first.start(**variables)
        pond.until("the first is the goose", first.is_goose)
        for node in others:
            node.start(DUCK_JOIN=f"{first.name}:{first.port}", **variables)
        self.until_voters(self.nodes, 3)

    def move(self, node, ip):
        node.be_at(ip)
        node.knows()  # So it is the others who have to find it.
        node.start()
        for other in self.nodes:
            if other is not node:
                other.knows(*self.nodes)
        self.until_voters(self.nodes, 3)

    def test_that_lead_to_another_address_are_followed(self):
        self.together(DUCK_PROMISE="5s")
        first, second, moved = self.nodes
        for which, ip in ((moved, "127.0.0.23"), (first, "127.0.0.21")):
            with self.subTest(moved=which.name):
                which.kill()
                self.move(which, ip)
        self.assertEqual(second.status()["starts"], 1, "it found both without a restart")
        # So do the keepers: without the proof the promise would have to run out.
        code, out, err = second.command("handover", "--to", f"{second.name}:{second.port}")
        self.assertEqual(code, 0, out + err)
        os.kill(second.pid(), signal.SIGKILL)
        heir = self.until_one_goose([first, moved])
        self.assertEqual(heir.status()["cause_code"], "proof_of_death")

    def test_are_followed_also_beside_many_that_nobody_answers_about(self):
        resolv_conf, server = silent_name_server(self)
        for node in self.nodes:
            node.wrapper = seeing(hosts=node.hosts, resolv_conf=resolv_conf)
        self.together()
        first, second, moved = self.nodes
        for node in (first, second):
            node.kill()
            node.start(DUCK_JOIN=",".join(f"duck{i}.example:4001" for i in range(20)))
        self.until_voters(self.nodes, 3)
        moved.kill()
        for _ in range(2 * 2 * 20):  # Both have asked about all, for A and AAAA, and hang.
            server.recv(512)
        began = time.monotonic()
        self.move(moved, "127.0.0.23")
        self.assertLess(time.monotonic() - began, 8 * pond.PATIENCE)

    def test_of_many_lead_to_another_one_than_oneself(self):
        first, *others = self.nodes
        for node in self.nodes:  # The first of them is the node itself.
            places = sorted(self.nodes, key=lambda it, me=node: it is not me)
            node.hosts.write_text("".join(f"{it.ip} {it.name} ducks\n" for it in places))
        first.start(DUCK_ALLOWED_HOSTS="ducks")
        for node in others:
            node.start(DUCK_JOIN=f"ducks:{node.port}", DUCK_ALLOWED_HOSTS="ducks")
        self.until_voters(self.nodes, 3)
        self.assertEqual({it["address"] for it in first.status()["members"]},
                         {f"{it.name}:{it.port}" for it in self.nodes})

    def test_that_nobody_knows_any_more_lead_where_they_did(self):
        self.together(DUCK_PROMISE="300ms")

        def has_written_down(node, other):
            return f'"{other.ip}:{other.port}"' in pond.call("record", "--data", node.data)[1]
        # Here all speak from 127.0.0.1, so of two only the one that has dialled knows.
        for one, other in itertools.combinations(self.nodes, 2):
            pond.until(f"of {one.name} and {other.name} one has written down where the other is",
                       lambda a=one, b=other: has_written_down(a, b) or has_written_down(b, a))
        for node in self.nodes:
            node.knows()  # As if the name server were dead.
        for node in self.nodes:
            node.kill()
        for node in self.nodes:
            node.start()
        self.until_voters(self.nodes, 3)

    def test_that_nobody_knows_yet_are_asked_for_again(self):
        first, second, _ = self.nodes
        first.start()
        pond.until("the first is the goose", first.is_goose)
        second.knows(second)
        second.start(DUCK_JOIN=f"{first.name}:{first.port}")
        sentence = re.compile("name not found|no answer about the name")
        pond.until("it waits", lambda: sentence.search(second.words()))
        second.knows(first, second)
        pond.until("it has joined", lambda: (second.status() or {}).get("goose"))


@unittest.skipUnless(can_mount(), "needs root and mount namespaces")
class DeadNameServer(pond.PondTest):
    NAMES = ",".join(f"duck{number}.example:4001" for number in range(4))

    def setUp(self):
        super().setUp()
        resolv_conf, self.server = silent_name_server(self)
        self.wrapper = seeing(resolv_conf=resolv_conf)

    def node(self, kind=pond.Node):
        node = super().node(kind)
        node.wrapper, node.address = self.wrapper, f"127.0.0.1:{node.port}"
        return node

    def joined(self, to, **variables):
        return self.node().start(DUCK_JOIN=f"{to.address},{self.NAMES}", **variables)

    def until_asked(self, times):
        """From now on."""
        self.server.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while self.server.recv(512):
                pass
        self.server.settimeout(15 * pond.PATIENCE)
        for _ in range(times):
            self.server.recv(512)

    def assert_answers(self, nodes, seconds):
        """All the time, and quickly."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for node in nodes:
                began = time.monotonic()
                self.assertIsNotNone(node.status())
                self.assertLess(time.monotonic() - began, 0.5 * pond.PATIENCE)

    def assert_stops(self, node):
        began = time.monotonic()
        node.signal(signal.SIGTERM)
        self.assertEqual(node.wait(), 0, node.words())
        self.assertLess(time.monotonic() - began, 1 * pond.PATIENCE)

    def test_of_all_whom_a_fresh_node_may_join(self):
        node = self.node().start(DUCK_JOIN=self.NAMES, DUCK_LISTEN="127.0.0.1")
        self.until_asked(4)
        pond.until("it waits", lambda: "waits for a node of cluster" in node.words())
        self.assert_answers([node], 3)
        self.assert_stops(node)

    def test_of_names_beside_numbers_delays_no_election(self):
        nodes = self.cluster(5, DUCK_LISTEN="127.0.0.1", DUCK_PROMISE="10s")
        goose = self.until_one_goose(nodes)
        missing = next(it for it in nodes if it is not goose)
        missing.kill()  # So the others look for it by the names as well.
        self.until_asked(16)
        os.kill(goose.pid(), signal.SIGKILL)
        began = time.monotonic()
        left = [it for it in nodes if it not in (goose, missing)]
        heir = self.until_one_goose(left)
        self.assertLess(time.monotonic() - began, 1 * pond.PATIENCE)
        self.assertEqual(heir.status()["cause_code"], "proof_of_death")
        self.assert_answers(left, 3)
        self.until_asked(2)
        self.assertTrue(heir.is_goose())
        for node in left:
            self.assert_stops(node)


if __name__ == "__main__":
    pond.main()
