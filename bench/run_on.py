"""Where it was measured."""

import os
import platform
import subprocess
from pathlib import Path

from pond import ROOT


def machine():
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], check=True,
                            capture_output=True, text=True).stdout.strip()
    return f"{os.cpu_count()} cores of {model}, Linux {platform.release()}; commit {commit}"
