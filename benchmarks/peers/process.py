"""A peer's process, as the driver sees it: say a message, hear the answer, and no waiting for ever."""

import contextlib
import json
import os
import select
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Protocol, cast

from benchmarks.peers import ROOT, Peer, python_of
from benchmarks.problems import Space

PATIENCE_S = 300.0
"""Longest wait for one answer; the slowest peer known takes 20 s a proposal."""


class PeerFailed(Exception):
    """The peer raised, died, or did not answer in time."""


class Talk(Protocol):
    """What the driver needs of a peer; a test has one without a process."""

    peer: Peer

    def start(self, space: Space, seed: int, trials: int, pending: int = 1) -> None:
        """Begin a study."""

    def say(self, message: dict[str, Any]) -> Any:
        """The answer to a message. PeerFailed: there is none."""

    def close(self) -> str:
        """End it; its last words."""


class Process:
    """One peer, running. Its files go to a folder that vanishes with it."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.folder = tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)
        self.words = Path(self.folder.name, "stderr")
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        with self.words.open("wb") as stderr:
            self.child = subprocess.Popen(
                [python_of(peer.script), "-W", "ignore", "-m", f"benchmarks.peers.{peer.script}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=self.folder.name,
                env={**os.environ, **threads, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
            )
        self.ear, self.mouth = cast("IO[bytes]", self.child.stdout), cast("IO[bytes]", self.child.stdin)

    def start(self, space: Space, seed: int, trials: int, pending: int = 1) -> None:
        """Begin a study."""
        entries = [asdict(parameter) for parameter in space]
        budget = {"seed": seed, "trials": trials, "pending": pending}
        self.say({"op": "start", "space": entries, **budget, "settings": self.peer.settings})

    def say(self, message: dict[str, Any]) -> Any:
        """The answer to a message.

        Raises:
            PeerFailed: there is none, or it tells an error; the process is at its end.
        """
        try:
            self.mouth.write(json.dumps(message).encode() + b"\n")
            self.mouth.flush()
            ready = bool(select.select([self.ear], [], [], PATIENCE_S)[0])
            line = self.ear.readline() if ready else b""
        except OSError:
            ready, line = True, b""
        if line:
            answer = json.loads(line)
            if not isinstance(answer, dict) or "error" not in answer:
                return answer
        said = self.close()
        if not ready:
            raise PeerFailed(f"no answer to {message['op']} in {PATIENCE_S:g} s")
        raise PeerFailed(answer["error"] if line else f"the process ended: {said}")

    def close(self) -> str:
        """End the process; once is enough. Returns the last line that it wrote to standard error."""
        if not self.words.exists():
            return ""
        with contextlib.suppress(OSError):
            self.mouth.close()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.ear.close()
        lines = self.words.read_text(errors="replace").strip().splitlines()
        self.folder.cleanup()
        return lines[-1][:500] if lines else "no words"
