"""Processes of this machine, as /proc shows them."""

import contextlib
import os
import pathlib
import signal
import time

PAUSE_S = 0.001  # Between two looks.


def send(pid, number):
    """A signal, if the process is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def words_of(path):
    """Of a list with zeros between them, as /proc has it; none of a process that has ended."""
    try:
        return pathlib.Path(path).read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def stat(pid):
    """The fields of proc(5) after the name; none: it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def stands_still(pid):
    """Stopped, or gone."""
    return (stat(pid) or "X")[0] in "TtZX"


def started(pid):
    """In ticks since the machine did; 0: it is gone."""
    return int((stat(pid) or [0] * 20)[19])


def everyone():
    """The youngest first: those that fork and end all the time are gone when one comes to them."""
    return sorted((int(it) for it in os.listdir("/proc") if it.isdigit()), reverse=True)


def marked(mark):
    """Those that have these letters among their arguments or in their environment, but not us."""
    for pid in everyone():
        about = words_of(f"/proc/{pid}/cmdline") + words_of(f"/proc/{pid}/environ")
        if pid != os.getpid() and any(mark in word for word in about):
            yield pid


def kill_all(find):
    """Kills what `find` gives until it gives nothing for a while, with their process groups.

    Those that are another process each time one looks can be hit by their group alone.
    """
    empty = 0
    while empty < 5:
        found = list(find())
        empty = 0 if found else empty + 1
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                group = os.getpgid(pid)
                if group != os.getpgrp():
                    os.killpg(group, signal.SIGKILL)
            send(pid, signal.SIGKILL)
        time.sleep(PAUSE_S)


def kill_at_once(pids):
    """Kills them when all of them stand still: none sees another one die."""
    for pid in pids:
        send(pid, signal.SIGSTOP)
    while not all(map(stands_still, pids)):
        time.sleep(PAUSE_S)
    for pid in pids:
        send(pid, signal.SIGKILL)
