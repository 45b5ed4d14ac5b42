"""The completions, in the shells that are there."""

import shutil
import subprocess
import unittest

import pond


def completed(*words):
    """What bash offers for the last word."""
    script = pond.call("completion", "bash")[1]
    script += """
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _duckduckgoose
        printf "%s\\n" "${COMPREPLY[@]}"
    """
    done = subprocess.run(["bash", "-uc", script, "bash", "duckduckgoose", *words], text=True,
                          capture_output=True, timeout=20 * pond.PATIENCE, check=True)
    return done.stdout.split()


class Bash(unittest.TestCase):
    def test_completes_commands_and_options_of_the_node_in_the_first_place(self):
        self.assertEqual(completed("sta"), ["status"])
        self.assertIn("--port", completed("--"))
        self.assertIn("demo", completed(""))

    def test_completes_the_options_of_a_command(self):
        self.assertEqual(completed("status", "--"),
                         ["--node", "--timeout", "--json", "--quiet", "--help"])
        self.assertEqual(completed("status", "--j"), ["--json"])

    def test_completes_words_and_folders_as_values(self):
        self.assertEqual(completed("--log-format", "l"), ["logfmt"])
        self.assertEqual(completed("completion", "z"), ["zsh"])
        self.assertEqual(completed("reset", "--data", "/us"), ["/usr"])
        self.assertEqual(completed("--port", ""), [])


class Others(unittest.TestCase):
    def check(self, shell):
        if shutil.which(shell) is None:
            self.skipTest(f"{shell} is not installed")
        script = pond.call("completion", shell)[1]
        subprocess.run([shell, "-n"], input=script, text=True, check=True,
                       timeout=20 * pond.PATIENCE)

    def test_zsh_takes_the_script(self):
        self.check("zsh")

    def test_fish_takes_the_script(self):
        self.check("fish")

    def test_another_shell_is_refused(self):
        code, out, err = pond.call("completion", "csh")
        self.assertEqual((code, out), (pond.USAGE, ""))
        self.assertIn("bash, zsh or fish", err)


class Help(unittest.TestCase):
    def test_is_there_for_every_command(self):
        code, out, _ = pond.call("--help")
        self.assertEqual(code, 0)
        listed = out.split("Commands")[1].split("Options")[0].splitlines()[1:]
        commands = [line.split()[0] for line in listed if line.strip()]
        self.assertIn("handover", commands)
        for command in commands:
            code, out, err = pond.call(command, "--help")
            self.assertEqual((code, err), (0, ""), command)
            self.assertIn("Examples:", out)

    def test_version(self):
        code, out, _ = pond.call("version")
        self.assertEqual(code, 0)
        self.assertRegex(
            out, r"^duckduckgoose \d+\.\d+\.\d+ \(protocol 1 to 1, record format 2\)\n$")


if __name__ == "__main__":
    pond.main()
