"""A tuner that proposes what it was told to, behind the real wire but in this process; a problem of one parameter."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from benchmarks.peers import Peer
from benchmarks.peers.process import PeerFailed
from benchmarks.peers.wire import Session, Start
from benchmarks.problems import Outcome, Parameter, Params, Problem, Space


class Fixed:
    """Proposes given values of x, then has no more; a value of None is a bug in the tuner."""

    def __init__(self, values: Sequence[float | None], recommends: float | None = None) -> None:
        self.values = list(values)
        self.recommends = recommends
        self.told: list[tuple[float, float | None]] = []

    def ask(self) -> tuple[float, dict[str, Any]]:
        """The next value."""
        if not self.values:
            raise StopIteration
        value = self.values.pop(0)
        if value is None:
            raise RuntimeError("the model is singular")
        return value, {"x": value, "unused": 1}

    def tell(self, handle: float, loss: float | None) -> None:
        """Keep what was told."""
        self.told.append((handle, loss))

    def recommend(self) -> dict[str, Any] | None:
        """The value given, if any."""
        return None if self.recommends is None else {"x": self.recommends}


class Here:
    """A peer's process that is this process: every message goes through JSON as it would over the wire."""

    def __init__(self, peer: Peer, tuner: Fixed) -> None:
        self.peer = peer
        self.tuner = tuner
        self.session = Session(self.begin)
        self.closed = False

    def begin(self, start: Start) -> Fixed:
        """The tuner, whatever the space."""
        self.started = start
        return self.tuner

    def start(self, space: Space, seed: int, trials: int, pending: int = 1) -> None:
        """As `Process.start`."""
        budget = {"seed": seed, "trials": trials, "pending": pending}
        self.say({"op": "start", "space": [{"name": axis.name} for axis in space], **budget, "settings": {}})

    def say(self, message: dict[str, Any]) -> Any:
        """As `Process.say`."""
        try:
            return json.loads(json.dumps(self.session.answer(json.loads(json.dumps(message)))))
        except RuntimeError as error:
            raise PeerFailed(f"{type(error).__name__}: {error}") from error

    def close(self) -> str:
        """As `Process.close`."""
        self.closed = True
        return ""


def observed(params: Params, rng: np.random.Generator) -> Outcome:
    """x with noise of at most a half; below zero a trial fails."""
    return Outcome(None if params["x"] < 0 else params["x"] + rng.random() / 2)


def truth(params: Params) -> float:
    """x; infinite below zero."""
    return float(params["x"]) if params["x"] >= 0 else float("inf")


LINE = Problem("line", "tiny", "real", True, (Parameter("x", "float", -10.0, 10.0),), observed, truth, 0.0, 10.0)
