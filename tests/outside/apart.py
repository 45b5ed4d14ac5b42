"""Nodes apart from each other, for run_rounds.py: with a link to cut and a disk that can hang.

All is made in namespaces of this process, and is gone when it and its children are. Needs root.
"""

import os
import pathlib
import subprocess
import sys

import faults
import pond
import runs

INSIDE = "ROUNDS_INSIDE"
PORT = 4001


def do(line):
    subprocess.run(line.split(), check=True, stdout=subprocess.DEVNULL)


def enter():
    """Starts this program again, in namespaces of its own."""
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--mount", *sys.orig_argv])
    os.makedirs("/run/netns", exist_ok=True)
    do("mount -t tmpfs none /run/netns")
    do("ip link set lo up")
    do("ip link add pond type bridge")
    do("ip address add 10.0.0.254/24 dev pond")
    do("ip link set pond up")
    for i in (1, 2, 3):
        do(f"ip netns add duck{i}")
        do(f"ip link add duck{i} type veth peer name pond netns duck{i}")
        do(f"ip link set duck{i} master pond up")
        do(f"ip -n duck{i} address add 10.0.0.{i}/24 dev pond")
        do(f"ip -n duck{i} link set pond up")
        do(f"ip -n duck{i} link set lo up")


class Apart(runs.Runner):
    def __init__(self, folder, number, words):
        super().__init__(folder, number, words, PORT)
        self.link, ip = f"duck{number}", f"10.0.0.{number}"
        # Not `ip netns exec`: it hides the control groups.
        self.wrapper = ("nsenter", f"--net=/run/netns/{self.link}")
        self.address = f"{ip}:{PORT}"
        self.log = pathlib.Path(folder, f"{self.link}.log")
        self.variables = {"DUCK_LISTEN": ip, "DUCK_ADVERTISE": self.address,
                          "DUCK_INSECURE": "yes"}
        self.disk = pathlib.Path(folder, f"disk-{number}")
        self.disk.mkdir()
        image = self.disk.with_suffix(".image")
        do(f"truncate --size 8M {image}")
        do(f"mkfs.ext4 -q {image}")
        do(f"mount -o loop {image} {self.disk}")
        self.data = self.disk / "data"


class ApartFaults(faults.CommandFaults):
    def link_cut(self, victim):
        do(f"ip link set {victim.link} down")
        self._wait(4)
        do(f"ip link set {victim.link} up")

    def disk_hangs(self, victim):
        """In the save of a new term, which nothing interrupts: SIGKILL is not answered either."""
        do(f"fsfreeze --freeze {victim.disk}")
        change = subprocess.Popen([pond.PROGRAM, "handover", "--node", victim.address],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait(4)
        do(f"fsfreeze --unfreeze {victim.disk}")
        change.wait()


class ApartRuns(runs.Runs):
    """Three nodes with `duckduckgoose run`, apart from each other."""
    fault_kind, node_kind = ApartFaults, Apart

    def start_first(self, first, promise):
        env = pond.environment(DUCK_DATA=first.data, **first.variables)
        pond.call("init", "--port", first.port, "--promise", promise, env=env)
        first.start()

    @staticmethod
    def give_back(folder):
        for disk in pathlib.Path(folder).glob("disk-?"):
            if disk.is_mount():
                do(f"umount {disk}")
