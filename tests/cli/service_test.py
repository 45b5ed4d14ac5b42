"""packaging/duckduckgoose.service, played as systemd would: what the unit says of the program is
true."""

import configparser
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

import pond

UNIT = pathlib.Path(sys.argv.pop(1))


class Unit(configparser.ConfigParser):
    def __init__(self):
        super().__init__(interpolation=None, delimiters="=")
        self.optionxform = str
        self.read(UNIT)

    def says(self, key):
        return self["Service"][key]


class Service(pond.PondTest):
    """`started` is what systemd runs: in a folder of its own, with a socket to talk to it."""

    def setUp(self):
        super().setUp()
        self.unit = Unit()
        path = pathlib.Path(self.folder, "notify")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(str(path))
        self.manager.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.manager.settimeout(15 * pond.PATIENCE)
        self.state = pathlib.Path(self.folder, "lib", self.unit.says("StateDirectory"))
        self.state.mkdir(parents=True)
        self.system = {"NOTIFY_SOCKET": path, "STATE_DIRECTORY": self.state}

    def started(self, **variables):
        program, *words = self.unit.says("ExecStart").split()
        self.assertEqual(pathlib.Path(program).name, pathlib.Path(pond.PROGRAM).name)
        node = self.node()
        variables = {"DUCK_PORT": node.port} | self.system | variables
        return node.start_as([pond.PROGRAM, *words], **variables)

    def hear(self):
        """What was said next, and by whom."""
        words, control, _, _ = self.manager.recvmsg(4096, socket.CMSG_SPACE(12))
        sender = next(data for _, kind, data in control if kind == socket.SCM_CREDENTIALS)
        return words.decode(), int.from_bytes(sender[:4], sys.byteorder)

    def hear_until(self, part):
        """All that is said, up to what has this part."""
        heard = []
        while not heard or part not in heard[-1]:
            words, sender = self.hear()
            heard.append(words)
            self.assertEqual(sender, self.main, "NotifyAccess=main")
        return heard

    def fill(self):
        """Leaves no room for a word. How many are in the way."""
        count = 0
        while True:
            # A new one each time: the room of who sends is limited as well.
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                before = count
                with contextlib.suppress(BlockingIOError):
                    while True:
                        sender.sendto(b"of somebody else", str(self.system["NOTIFY_SOCKET"]))
                        count += 1
                if count == before:
                    return count

    def drain(self, count):
        for _ in range(count):
            self.assertEqual(self.hear(), ("of somebody else", os.getpid()))

    def test_is_told_how_things_stand_by_its_main_process(self):
        self.assertEqual((self.unit.says("Type"), self.unit.says("NotifyAccess")),
                         ("notify", "main"))
        node = self.started()
        self.main = node.process.pid
        heard = self.hear_until("founded the cluster")
        self.assertTrue(heard[0].startswith("READY=1\nSTATUS="), heard)
        node.signal(signal.SIGTERM)
        heard = self.hear_until("STOPPING=1")
        self.assertEqual(node.wait(), 0, "Restart=on-failure: not after a stop")
        self.manager.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.fail(f"{self.hear()[0]} after STOPPING=1")

    def test_that_has_no_room_is_told_once_it_has(self):
        count = self.fill()
        node = self.started()
        self.main = node.process.pid
        pond.until("it is the goose", node.is_goose)
        self.drain(count)
        words, _ = self.hear()
        self.assertTrue(words.startswith("READY=1\nSTATUS="), words)
        self.assertEqual(words.count("STATUS="), 1, "the latest alone is kept")
        if "founded the cluster" not in words:
            self.hear_until("founded the cluster")

    def test_that_never_has_room_is_in_nobodys_way(self):
        self.fill()
        node = self.started()
        pond.until("it is the goose", node.is_goose)
        self.assertTrue(node.status()["guarded"])
        node.signal(signal.SIGTERM)
        self.assertEqual(node.wait(), 0)

    def test_keeps_its_data_in_the_state_directory(self):
        node = self.started()
        pond.until("it is the goose", node.is_goose)
        self.assertTrue(any(self.state.iterdir()))

    def test_restarts_after_a_crash_and_not_where_that_cannot_help(self):
        self.assertEqual(self.unit.says("Restart"), "on-failure")
        useless = {int(code) for code in self.unit.says("RestartPreventExitStatus").split()}
        node = self.started()
        pond.until("it is the goose", node.is_goose)
        os.kill(node.pid(), signal.SIGKILL)
        self.assertNotIn(node.wait(), {0} | useless)
        self.assertEqual(self.started(DUCK_PROMISE="soon").wait(), pond.USAGE)
        self.assertEqual(self.started(DUCK_CLUSTER="other").wait(), pond.CONFIGURATION)
        self.assertEqual(useless, {pond.USAGE, pond.CONFIGURATION})

    def test_is_one_that_systemd_understands(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("no systemd here")
        program = self.unit.says("ExecStart").split()[0]
        copy = pathlib.Path(self.folder, UNIT.name)
        copy.write_text(UNIT.read_text().replace(program, pond.PROGRAM))
        done = subprocess.run(["systemd-analyze", "verify", copy], text=True, capture_output=True,
                              timeout=30 * pond.PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    pond.main()
