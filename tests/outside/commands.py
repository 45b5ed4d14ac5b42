"""The commands that nodes start in the rounds: what they wrote, and which of them live."""

import os
import pathlib

import overlap
import processes

# The words that worker.cpp knows, but for that of jobs.
BEHAVIOURS = ("plain", "ignores_term", "forks", "daemonizes", "closes_descriptors", "new_group",
              "executes", "executes_bare", "zombie_parent", "wanders", "combined")


class Commands:
    def __init__(self, folder, worker):
        self.log = pathlib.Path(folder, "commands.log")
        self.log.touch()
        self.behaviour = pathlib.Path(folder, "behaviour")
        self.words = [worker, str(self.log), str(self.behaviour)]
        self.be("plain")
        self.offset = 0
        self.kept = []   # The lines that decide, of all that was read.
        self.newest = 0  # The newest token that a command was started with.
        self.word = ""   # How that one behaves.
        self.starts = self.beats = 0
        self.told = set()

    def be(self, word):
        """So the next one that starts behaves."""
        new = self.behaviour.with_suffix(".new")
        new.write_text(word)
        os.replace(new, self.behaviour)

    def read(self):
        """Reads what is new in the log."""
        with open(self.log, encoding="ascii") as log:
            log.seek(self.offset)
            text = log.read()
        text = text[:text.rfind("\n") + 1]
        self.offset += len(text)
        lines = list(overlap.parse(text))
        for line in lines:
            if line.kind == "start":
                self.starts += 1
                if line.token >= self.newest:
                    self.newest, self.word = line.token, line.word
        self.beats += len(lines)
        self.kept = overlap.ends([*self.kept, *lines])

    def contradictions(self):
        """Those that were not told before."""
        new = {(it.token, it.lines[0]): it for it in overlap.check(self.kept)}
        found = [it for key, it in new.items() if key not in self.told]
        self.told |= new.keys()
        return found

    def owners(self):
        """Each token with the node that its commands ran on."""
        self.read()
        return sorted({(line.token, line.owner) for line in self.kept})

    def living(self):
        """The token of each process that lives, by its id."""
        found = {}
        for pid in processes.everyone():
            words = processes.words_of(f"/proc/{pid}/cmdline")
            if words[1:2] == [str(self.log)]:
                token = self.token_of(pid, words)
                if token is not None:
                    found[pid] = token
        return found

    @staticmethod
    def token_of(pid, words):
        if len(words) > 3:
            return int(words[3])
        for word in processes.words_of(f"/proc/{pid}/environ"):
            name, _, value = word.partition("=")
            if name in ("DUCK_TOKEN", "ETCD_LOCK_REV"):
                return int(value)
        return None

    def pids(self):
        """Of the newest token's processes, the command itself first."""
        self.read()
        mine = [pid for pid, token in self.living().items() if token == self.newest]
        return sorted(mine, key=lambda pid: (processes.started(pid), pid))

    def outlived(self):
        """The processes of older tokens that live while the newest one's command does."""
        self.read()
        return {pid: token for pid, token in self.living().items() if token < self.newest}

    def kill_up_to(self, token):
        """Kills all of this token and of older ones."""
        processes.kill_all(lambda: [pid for pid, its in self.living().items() if its <= token])
