"""Shows readme.py READMEs that work, and ones that do not."""

import pathlib
import tempfile
import time
import unittest

import readme


def fenced(comment, text, language="sh"):
    return f"{comment}\n```{language}\n{text}\n```\n\n"


def run(text):
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, "duckduckgoose")
        program.write_text("#!/bin/sh\necho quack $*\n")
        program.chmod(0o755)
        return readme.run(text, folder, folder)


class Readme(unittest.TestCase):
    def assert_broken(self, text, why):
        with self.assertRaises(readme.Broken) as caught:
            run(text)
        self.assertIn(why, str(caught.exception))

    def test_blocks_run_in_one_shell_with_the_program_at_hand(self):
        text = fenced("<!-- run -->", "x=1; cd /tmp")
        text += fenced("<!-- run -->", 'test "$x$PWD" = 1/tmp; duckduckgoose')
        self.assertEqual(run(text), 2)

    def test_every_command_is_run_or_said_not_to_be(self):
        command = fenced("<!-- run -->", "true")
        self.assert_broken(command + fenced("Type this:", "false"), "line 7: say <!-- run -->")
        self.assertEqual(run(command + fenced("<!-- not run: no network -->", "false")), 1)

    def test_a_readme_without_a_command_to_run_is_broken(self):
        self.assert_broken("# Title\n", "no block")
        self.assert_broken(fenced("<!-- not run: never -->", "true"), "no block")

    def test_a_failing_command_breaks_it(self):
        self.assert_broken(fenced("<!-- run -->", "false; true"), "failed with status 1")
        self.assert_broken(fenced("<!-- run -->", "exit 3"), "failed with status 3")
        self.assert_broken(fenced("<!-- run -->", "echo seen; false"), "seen\n")

    def test_a_command_that_takes_too_long_breaks_it(self):
        began = time.monotonic()
        self.assert_broken(fenced("<!-- run, within 1s -->", "sleep 60"), "took longer than 1 s")
        self.assertLess(time.monotonic() - began, 10)

    def test_what_is_printed_is_compared(self):
        command = fenced("<!-- run -->", "duckduckgoose a b")
        self.assertEqual(run(command + fenced("<!-- prints -->", "quack ... b", "text")), 1)
        self.assert_broken(command + fenced("<!-- prints -->", "quack b", "text"), "did not print")
        backwards = fenced("<!-- run -->", "echo b; echo a")
        self.assert_broken(backwards + fenced("<!-- prints -->", "a\nb", "text"), "did not print")
        self.assert_broken(fenced("<!-- prints -->", "a", "text") + command, "no block before it")

    def test_a_block_is_repeated_until_it_prints(self):
        text = fenced("<!-- run -->", "echo -n >count")
        text += fenced("<!-- run until printed -->", "echo -n x >>count; cat count; echo")
        self.assertEqual(run(text + fenced("<!-- prints -->", "xxx", "text")), 2)
        self.assert_broken(text, "until what is printed?")
        never = fenced("<!-- run until printed, within 1s -->", "true")
        never += fenced("<!-- prints -->", "never", "text")
        self.assert_broken(never, "did not print")

    def test_what_runs_in_the_background_stays_and_is_ended(self):
        text = fenced("<!-- run in background -->", "echo $BASHPID >pid; echo up; exec sleep 1234")
        text += fenced("<!-- prints -->", "up", "text")
        text += fenced("<!-- run -->", "kill -0 $(cat pid)")
        with tempfile.TemporaryDirectory() as folder:
            readme.run(text, folder, folder)
            pid = pathlib.Path(folder, "pid").read_text().strip()
        self.assertFalse(pathlib.Path("/proc", pid).exists())


if __name__ == "__main__":
    unittest.main()
