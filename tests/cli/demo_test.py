"""The demo: shows what it should, obeys its keys, and leaves nothing behind, however it ends."""

import contextlib
import fcntl
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import tempfile
import termios
import unittest

import pond


class Demo(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ddg-test-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.env = pond.environment(TMPDIR=self.folder, TERM="xterm")
        self.printed = ""

    def start(self, *words, **streams):
        demo = subprocess.Popen([pond.PROGRAM, "demo", *words], env=self.env, **streams)
        self.addCleanup(self.end, demo)
        return demo

    def end(self, demo):
        demo.kill()
        demo.wait()
        for stream in (demo.stdin, demo.stdout):
            if stream:
                stream.close()

    def start_piped(self, *words):
        demo = self.start(*words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(demo.stdout.fileno(), False)
        return demo

    def until_printed(self, reading, pattern, seconds=30):
        """Reads on until the pattern occurs in what came after the last one; the match."""
        def look():
            try:
                self.printed += os.read(reading, 65536).decode()
            except (BlockingIOError, OSError):
                pass
            return re.search(pattern, self.printed)
        try:
            match = pond.until(pattern, look, seconds)
        except AssertionError:
            self.fail(f"no {pattern!r} in:\n{self.printed}")
        self.printed = self.printed[match.end():]
        return match

    def type(self, demo, keys):
        demo.stdin.write(keys.encode())
        demo.stdin.flush()

    def assert_nothing_is_left(self, pids, folder_parent=None):
        pond.until(f"processes {pids} are gone", lambda: not any(map(pond.exists, pids)))
        pond.until("the folder is gone", lambda: not list((folder_parent or self.folder).iterdir()))

    def pids_of_nodes(self, demo, count):
        started = r"node \d starts: localhost:\d+, process (\d+)\n"
        pids = [int(self.until_printed(demo.stdout.fileno(), started)[1]) for _ in range(count)]
        for pid in pids:
            self.addCleanup(self.end_stray, pid)
        self.assertTrue(all(map(pond.exists, pids)))
        return pids

    def end_stray(self, pid):
        """A node that the demo has left behind must not outlive the test."""
        with contextlib.suppress(OSError):
            if str(self.folder) in pathlib.Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGKILL)

    def test_once_tells_the_gap_and_ends(self):
        code, out, err = pond.call("demo", "--once", env=self.env, timeout=90)
        self.assertEqual((code, err), (0, ""), out)
        gap = re.search(
            r"from the kill -9 of node 1 to node (\d) being the goose: (\d+) ms\n$", out)
        self.assertIsNotNone(gap, out)
        self.assertIn(gap[1], "23")
        self.assertIn("node 1 died; its keeper released the lease", out)
        self.assertNotIn("\x1b", out)
        self.assert_nothing_is_left(list(map(int, re.findall(r"process (\d+)\n", out))))

    def test_once_with_five_nodes(self):
        code, out, err = pond.call("demo", "--once", "-n5", env=self.env, timeout=90)
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("5 nodes vote", out)

    def test_refuses_numbers_that_make_no_sense(self):
        for words in (["-n", "0"], ["-n", "10"], ["-n", "x"], ["--once", "-n", "2"]):
            code, out, err = pond.call("demo", *words, env=self.env)
            self.assertEqual((code, out), (pond.USAGE, ""), err)
            self.assertIn("--nodes: ", err)

    def test_obeys_keys_from_a_pipe_line_by_line(self):
        demo = self.start_piped()
        out = demo.stdout.fileno()
        pids = self.pids_of_nodes(demo, 3)
        self.until_printed(out, r"node 1 is the goose, term 1: node 1 founded the cluster")
        self.until_printed(out, r"3 nodes vote")

        self.type(demo, "gt")
        new = r"node \d is the goose, term 2[^\n]*node 1 was stopped[^\n]* handed over"
        end = r"node 1 ended \(exit code 0\)"
        self.until_printed(out, rf"(?s){new}.*{end}|{end}.*{new}")
        self.type(demo, "b")
        self.until_printed(out, r"node 1 starts again")
        self.until_printed(out, r"3 nodes vote, 3 of them linked to the goose")

        self.type(demo, "gc")
        cut = self.until_printed(out, r"node (\d) is cut off")
        new = self.until_printed(out, r"node (\d) is the goose, term (\d+)")
        self.assertNotEqual(new[1], cut[1])
        self.type(demo, "b")
        self.until_printed(out, rf"node {cut[1]}: its cable is put back")

        self.type(demo, f"{new[1]}s")
        self.until_printed(out, rf"node {new[1]} is stopped")
        newer = self.until_printed(out, r"node (\d) is the goose, term (\d+)")
        self.assertNotEqual(newer[1], new[1])
        self.assertGreater(int(newer[2]), int(new[2]))
        self.type(demo, "b")
        self.until_printed(out, rf"node {new[1]} goes on")

        self.type(demo, "gk")
        # Its keeper may tell of its death, and another be the goose, before the keeper has ended.
        killed = rf"node {newer[1]} was killed \(signal 9\)"
        newest = r"node (\d) is the goose, [^\n]* died; its keeper"
        newest = self.until_printed(out, rf"(?s){killed}.*?{newest}|{newest}.*?{killed}")
        newest = newest[1] or newest[2]
        self.assertNotEqual(newest, newer[1])
        self.type(demo, "b")
        self.until_printed(out, rf"node {newer[1]} starts again")

        self.type(demo, "a")
        pids.append(int(self.until_printed(out, r"node 4 starts: localhost:\d+, process (\d+)")[1]))
        self.type(demo, "q")
        self.assertEqual(demo.wait(15 * pond.PATIENCE), 0)
        self.assert_nothing_is_left(pids)

    def test_leaves_nothing_behind_when_it_is_interrupted_or_killed(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
            with self.subTest(signal=number):
                demo = self.start("-n", "3", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
                os.set_blocking(demo.stdout.fileno(), False)
                pids = self.pids_of_nodes(demo, 3)
                self.until_printed(demo.stdout.fileno(), r"is the goose")
                self.assertTrue(list(self.folder.iterdir()))
                demo.send_signal(number)
                self.assertEqual(demo.wait(15 * pond.PATIENCE), code)
                self.assert_nothing_is_left(pids)

    def test_draws_on_a_terminal_of_80_by_24_and_puts_it_back(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.set_blocking(ours, False)
        before = termios.tcgetattr(theirs)
        demo = self.start("-n", "5", stdin=theirs, stdout=theirs)
        screen = r"\x1b\[H.*?\x1b\[J"
        rest = r"(?:(?!\x1b\[H).)*"  # of the same picture
        picture = self.until_printed(
            ours, rf"(?s)\x1b\[H({rest}the goose is node \d, term \d{rest}5 of 5 voters.*?)\x1b\[J")
        # The terminal puts a carriage return of its own before each line end.
        lines = [line.rstrip("\r") for line in picture[1].split("\n")]
        self.assertEqual(len(lines), 24)
        for line in lines:
            self.assertLessEqual(len(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line)), 80, line)
        os.write(ours, b"3k")
        self.until_printed(ours, r"> 3[^\r]*dead")
        self.until_printed(ours, rf"(?s){screen}")
        os.write(ours, b"q")
        self.assertEqual(demo.wait(15 * pond.PATIENCE), 0)
        self.until_printed(ours, r"\x1b\[\?25h\x1b\[\?1049l")
        self.assertEqual(termios.tcgetattr(theirs), before)
        os.close(theirs)
        self.assert_nothing_is_left([])

    def test_without_colour_if_that_is_wanted(self):
        self.env["NO_COLOR"] = "1"
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        os.set_blocking(ours, False)
        demo = self.start("-n", "1", stdin=theirs, stdout=theirs)
        self.until_printed(ours, r"the goose is node 1")
        os.write(ours, b"q")
        self.assertEqual(demo.wait(15 * pond.PATIENCE), 0)
        self.assertNotRegex(self.printed, r"\x1b\[[0-9;]*m")
        os.close(theirs)


if __name__ == "__main__":
    pond.main()
