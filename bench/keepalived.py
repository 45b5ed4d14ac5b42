"""Debian's keepalived (VRRP): machines that share an address, as network namespaces at a bridge."""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from pathlib import Path

from cluster import SOMEBODY, Cluster, Member, Setting, wait_for

SHARED = "10.77.0.100"  # the address that the leader has
CLONE_NEWNET = 0x40000000
SIOCGIFCONF = 0x8912


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def socket_in(namespace):
    """A socket that stays in that network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as mine, open(f"/run/netns/{namespace}") as other:
        try:
            if libc.setns(other.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"setns {namespace}")
            return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        finally:
            libc.setns(mine.fileno(), CLONE_NEWNET)


class AddressAsker:
    """Asks the kernel for the addresses of one namespace."""

    def __init__(self, namespace):
        self.socket = socket_in(namespace)

    def send(self):
        """There is nothing to send: receive() asks."""

    def receive(self):
        room = ctypes.create_string_buffer(4096)
        told = fcntl.ioctl(self.socket, SIOCGIFCONF,
                           struct.pack("@iP", len(room), ctypes.addressof(room)))
        return room.raw[:struct.unpack("@iP", told)[0]]

    ask = receive

    def close(self):
        self.socket.close()


class Machine(Member):
    def __init__(self, folder, number, bridge, settings):
        self.namespace = f"{bridge}-{number}"
        ip("netns", "add", self.namespace)
        ip("-n", bridge, "link", "add", f"m{number}", "type", "veth", "peer", "name", "eth0",
           "netns", self.namespace)
        ip("-n", bridge, "link", "set", f"m{number}", "master", "hub", "up")
        ip("-n", self.namespace, "address", "add", f"10.77.0.{number + 1}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", self.namespace, "link", "set", device, "up")
        config = Path(folder, f"{number}.conf")
        config.write_text("\n".join([
            "vrrp_instance pond {", "state BACKUP", "interface eth0", "virtual_router_id 51",
            f"priority {250 - number}", *settings,
            "virtual_ipaddress {", f"{SHARED}/24", "}", "}"]) + "\n")
        super().__init__(self.namespace, [
            "ip", "netns", "exec", self.namespace, "keepalived", "--dont-fork", "--vrrp",
            f"--use-file={config}", f"--pid={folder}/{number}.pid",
            f"--vrrp_pid={folder}/{number}.vrrp.pid"])

    @property
    def processes(self):
        """The one that speaks VRRP and its parent, which would start it again."""
        pids = map(int, ip("netns", "pids", self.namespace).split())
        return {"node": sorted(pids, reverse=True)}

    def asker(self):
        return AddressAsker(self.namespace)

    def named(self, answer):
        return self.name if socket.inet_aton(SHARED) in answer else SOMEBODY

    def end(self):
        super().end()
        wait_for(lambda: not self.pids("node"))


class Keepalived(Cluster):
    NEEDS = {"keepalived": "keepalived", "ip": "iproute2"}
    NEEDS_ROOT = True

    def start(self):
        self.bridge = f"ddg-bench-{os.getpid()}"
        ip("netns", "add", self.bridge)
        ip("-n", self.bridge, "link", "add", "hub", "type", "bridge", "mcast_snooping", "0")
        ip("-n", self.bridge, "link", "set", "hub", "up")
        for number in range(self.size):
            self.members.append(Machine(self.folder, number, self.bridge, self.arguments))

    def end(self):
        super().end()
        for line in ip("netns", "list").splitlines():
            if line.startswith(self.bridge):
                ip("netns", "delete", line.split()[0])


SETTINGS = [
    Setting("keepalived", Keepalived, ("advert_int 1",), size_max=3),
    Setting("keepalived, advert_int 0.01", Keepalived, ("version 3", "advert_int 0.01"),
            size_max=3),
]
