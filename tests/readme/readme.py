"""Runs the commands of a README, so that what it tells people to type works.

    readme.py README FOLDER-OF-THE-PROGRAM

The line above each ```sh block says what to do with it:

    <!-- run -->                     it must succeed
    <!-- run in background -->       it stays, like a terminal of its own, until the README ends
    <!-- run until printed -->       it is repeated until it prints what the next block says
    <!-- not run: REASON -->         for the reader only

and `, within 60s` before the end of the comment gives it more time than 20 s. `<!-- prints -->`
above another block says which lines the block before it prints, in this order, among others; `...`
in a line stands for anything. All blocks share one bash, in the folder of the README, with a home
folder that is empty.
"""

import ctypes
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

SECONDS = 20
PAUSE = 0.2
PR_SET_CHILD_SUBREAPER = 36

COMMENT = re.compile(
    r"<!-- (run|not run: .+?|prints)( in background| until printed)?(?:, within (\d+)s)? -->")


class Broken(Exception):
    """What is wrong with the README, or with what it says."""


class Block:
    def __init__(self, line, text, how, seconds):
        self.line, self.text, self.how, self.seconds = line, text, how, seconds
        self.prints = None


def blocks_of(readme):
    """The blocks to run, in order. Broken, if a command is neither run nor said not to be."""
    blocks, above, lines = [], "", iter(enumerate(readme.split("\n"), 1))
    for number, line in lines:
        if not line.startswith("```"):
            above = line if line.strip() else above
            continue
        language, text = line[3:].strip(), []
        for _, line in lines:
            if line.startswith("```"):
                break
            text.append(line)
        comment, above = COMMENT.fullmatch(above.strip()), ""
        what, how, seconds = comment.groups() if comment else (None, None, None)
        if what == "prints":
            if not blocks:
                raise Broken(f"line {number}: there is no block before it that could print this")
            blocks[-1].prints = text
        elif what == "run":
            limit = int(seconds or SECONDS)
            blocks.append(Block(number, "\n".join(text), (how or "").strip(), limit))
        elif what is None and language in ("sh", "bash", "shell", "console"):
            raise Broken(f"line {number}: say <!-- run --> or <!-- not run: why --> above it")
    if not blocks:
        raise Broken("no block of it is marked with <!-- run -->")
    for block in blocks:
        if block.how == "until printed" and block.prints is None:
            raise Broken(f"line {block.line}: until what is printed? No <!-- prints --> follows")
    return blocks


def is_printed(expected, output):
    """Whether the lines expected occur in the output, in this order."""
    lines = iter(output.split("\n"))
    for wanted in filter(str.strip, expected):
        pattern = re.compile(".*".join(map(re.escape, wanted.strip().split("..."))))
        if not any(pattern.fullmatch(line.strip()) for line in lines):
            return False
    return True


class Shell:
    """One bash that runs block after block and says how each ended."""

    def __init__(self, folder, program, scratch):
        self.scratch = pathlib.Path(scratch)
        reading, writing = os.pipe()
        self.reports = os.fdopen(reading, "rb", buffering=0)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DUCK_")}
        environment |= {"HOME": scratch, "XDG_STATE_HOME": f"{scratch}/state", "TMPDIR": scratch,
                        "NO_COLOR": "1", "PATH": f"{program}:{environment['PATH']}"}
        self.bash = subprocess.Popen(
            ["bash", "-euo", "pipefail"], cwd=folder, env=environment, text=True,
            stdin=subprocess.PIPE, pass_fds=[writing], start_new_session=True)
        os.close(writing)
        self.writing = writing

    def run(self, block):
        """The output of a block. Broken, if it fails or takes too long."""
        script, log = self.scratch / f"{block.line}.sh", self.scratch / f"{block.line}.log"
        script.write_text(block.text + "\n")
        background = block.how == "in background"
        command = f"source {script} >{log} 2>&1 </dev/null {self.writing}>&-"
        if background:
            command = f"( {command} ) &"
        end = time.monotonic() + block.seconds
        while True:
            try:
                print(f"{command}\necho >&{self.writing}", file=self.bash.stdin, flush=True)
                ready, _, _ = select.select([self.reports], [], [], max(0, end - time.monotonic()))
                report = self.reports.read(1) if ready else None
            except BrokenPipeError:
                report = b""
            output = log.read_text(errors="replace") if log.exists() else ""
            told = f"line {block.line}:\n{block.text}\n--- printed\n{output}---"
            if report is None:
                raise Broken(f"{told}\ntook longer than {block.seconds} s")
            if report == b"":
                raise Broken(f"{told}\nfailed with status {self.bash.wait()}")
            if block.prints is None or is_printed(block.prints, output):
                return output
            if time.monotonic() + PAUSE > end or block.how == "":
                missing = "\n".join(block.prints)
                raise Broken(f"{told}\ndid not print, in this order,\n{missing}")
            time.sleep(PAUSE)
            if background:
                command = "true"


    def close(self):
        """Ends bash and whatever the blocks started: as the subreaper this process inherits it."""
        end_descendants()
        self.bash.wait()
        self.reports.close()
        try:
            self.bash.stdin.close()
        except BrokenPipeError:
            pass


def end_descendants():
    while True:
        parents = {}
        for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text(errors="replace").rsplit(")", 1)[1].split()
                parents[int(entry.parent.name)] = int(fields[1])
            except (OSError, IndexError):
                continue  # it has just ended
        mine, grown = {os.getpid()}, True
        while grown:
            more = {child for child, parent in parents.items() if parent in mine} - mine
            mine, grown = mine | more, bool(more)
        for descendant in mine - {os.getpid()}:
            try:
                os.kill(descendant, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def run(readme, folder, program):
    """Runs all blocks of the text; the number of them. Broken says what does not work."""
    blocks = blocks_of(readme)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory(prefix="readme-", ignore_cleanup_errors=True) as scratch:
        shell = Shell(folder, program, scratch)
        try:
            for block in blocks:
                shell.run(block)
        finally:
            shell.close()
    return len(blocks)


def main(path, program):
    readme = pathlib.Path(path)
    if not readme.exists():
        print(f"there is no {readme}")
        return 1
    try:
        print(f"{run(readme.read_text(), readme.parent, program)} blocks work")
    except Broken as broken:
        print(f"{readme.name}: {broken}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
