"""A cluster grows from one node to nine and shrinks to one again, while others ask who is goose.

usage: sizes.py PROGRAM [TEST...]

At each size it must have the voters that docs/membership.md promises, and one goose; what was
answered meanwhile must be able to be true.
"""

import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import pond  # noqa: E402
import watch  # noqa: E402

VOTERS_OF = {1: 1, 2: 1, 3: 3, 4: 3}  # So many nodes; of five and more five vote.


class Sizes(pond.PondTest):
    def setUp(self):
        super().setUp()
        self.living = [self.first(DUCK_LEAVE_ON_STOP=1)]
        self.token = 0
        self.watch = watch.Watch(lambda: [it for it in list(self.nodes) if it.runs()], seed=1)
        self.watch.start()
        self.addCleanup(self.watch.end)

    def settle(self):
        """One goose, as many voters as this size has, and a token that has not gone back."""
        self.until_voters(self.living, VOTERS_OF.get(len(self.living), 5))
        goose = self.until_one_goose(self.living)
        token = goose.status()["token"]
        self.assertGreaterEqual(token, self.token)
        self.token = token
        return goose

    def grow(self, size):
        """All that come ask the same node, any but the goose if there is one."""
        goose = self.until_one_goose(self.living)
        to = next((it for it in self.living if it is not goose), goose)
        self.living = self.living + [self.joined(to, DUCK_LEAVE_ON_STOP=1)
                                     for _ in range(size - len(self.living))]
        return self.settle()

    def leavers(self, count):
        """The goose and as many others, and who is left."""
        goose = self.settle()
        others = [it for it in self.living if it is not goose]
        return [goose, *others[:count - 1]], others[count - 1:]

    def stop_at_once(self, size):
        gone, left = self.leavers(len(self.living) - size)
        token = self.token
        for node in gone:
            node.signal(signal.SIGTERM)
        for node in gone:
            self.assertEqual(node.wait(), 0, node.words())
            self.assertIn("has left its cluster", node.words())
        self.assert_handed_over(token, gone, left)

    def assert_handed_over(self, token, gone, left):
        """Once for each that has left, at most: the office does not go round among them."""
        self.living = left
        self.settle()
        self.assertGreater(self.token, token, "another goose has another token")
        self.assertLessEqual(self.token, token + len(gone))

    def remove_at_once(self, size):
        """Each through itself or another one, which is removed as well or stays."""
        gone, left = self.leavers(len(self.living) - size)
        token = self.token
        ways = [gone[-1], gone[0], *left, *gone]
        commands = [subprocess.Popen([pond.PROGRAM, "remove", node.address, "--node", way.address],
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                    for node, way in zip(gone, ways)]
        for command in commands:
            with command:
                words = command.communicate(timeout=30 * pond.PATIENCE)[0]
            self.assertEqual(command.returncode, 0, words)
        self.assert_handed_over(token, gone, left)
        for node in gone:
            pond.until(f"{node.address} knows", lambda it=node: it.status()["role"] == "removed")
            node.kill()

    def assert_true(self):
        self.watch.end()
        self.assertEqual(self.watch.contradictions(), [])
        self.assertGreater(self.watch.tenures(), 2, "the goose was removed")

    def test_one_by_one(self):
        for size in range(2, 10):
            self.grow(size)
        for size in range(8, 0, -1):
            goose = self.settle()
            gone = goose if size % 2 else next(it for it in self.living if it is not goose)
            left = [it for it in self.living if it is not gone]
            code, out, err = left[0].command("remove", gone.address)
            self.assertEqual(code, 0, out + err)
            self.living = left
            self.settle()
            gone.kill()
        self.assert_true()

    def test_at_once(self):
        for size in (3, 5, 9):
            self.grow(size)
        for size in (3, 1):
            self.remove_at_once(size)
        for size in (3, 9):
            self.grow(size)
        for size in (3, 1):
            self.stop_at_once(size)
        self.assert_true()


if __name__ == "__main__":
    pond.main()
