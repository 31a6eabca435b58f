"""A folder, and the command run in it as people run it; for the stories."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PATIENCE = 60.0

# Trials up to the gate pass at once; later ones wait until the test removes it.
GATED = """
import signal
from pathlib import Path

space = {"x": (0.0, 1.0)}
max_trials = 8
sampler = "random"

def objective(trial):
    if trial.number >= 3 and Path(HERE, "gate").exists():
        STUBBORN
        Path(HERE, f"waiting-{trial.number}").touch()
        while True:
            signal.pause()
    return trial["x"]
"""


class Place:
    """A folder, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[str]] = []

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(text.replace("HERE", repr(str(self.folder))))
        return file

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR"}}
        return {**{name: value for name, value in kept.items() if not name.startswith("AYAR_")}, **more}

    def run(self, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "ayar", *words],
            cwd=self.folder,
            env=self.environment(environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "ayar", *words],
            cwd=self.folder,
            env=self.environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def gated(self, stubborn: str = "pass", workers: int = 2) -> "subprocess.Popen[str]":
        """A run whose first three trials are told, and whose next ones wait."""
        self.write("gated.py", GATED.replace("STUBBORN", stubborn))
        (self.folder / "gate").touch()
        process = self.start("tune", "gated.py", "--workers", str(workers))
        self.wait_for(lambda: len(list(self.folder.glob("waiting-*"))) >= workers)
        return process

    def wait_for(self, holds: Callable[[], bool]) -> None:
        for _ in range(int(PATIENCE / 0.02)):
            if holds():
                return
            select.select([], [], [], 0.02)
        raise AssertionError("it did not come to that in time")

    def study(self, name: str) -> dict[str, Any]:
        done = self.run("show", "--json", "--study", name)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found
