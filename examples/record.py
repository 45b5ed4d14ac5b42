"""What a node keeps on its disk, and its clock."""

import json
import os
import pathlib
import secrets
import time

MS, S = 1_000, 1_000_000  # all times are microseconds


def now():
    """A clock that counts while the machine sleeps, and that no one sets."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000


def stamp_of(config):
    """Of a configuration, or of a message: what orders configurations."""
    return config["term"], config["version"]


class Record:
    """Replaced all or nothing, and on disk before anything that rests on it is said."""

    def __init__(self, folder, cluster, may_lead):
        self.path = pathlib.Path(folder, "duck.json")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            self.data = json.loads(self.path.read_text())
        else:
            self.data = {"id": secrets.token_hex(8), "starts": 0, "saves": 0, "may_lead": may_lead,
                         "cluster": cluster, "cluster_id": None, "term": 0, "voted_for": None,
                         "promise_max": 0, "config": None, "seen": {}}
        self.data["starts"] += 1
        self.save()

    def __getattr__(self, name):
        return self.data[name]

    def vitals(self):
        """What must be on disk before anything leaves. A stamp names one configuration."""
        config = self.data["config"]
        return (self.cluster_id, self.term, self.voted_for, self.promise_max,
                config and stamp_of(config))

    def save(self):
        self.data["saves"] += 1
        new = self.path.with_suffix(".new")
        with open(new, "w", encoding="utf-8") as file:
            json.dump(self.data, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
