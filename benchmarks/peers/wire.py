"""How the driver speaks with a tuner in a process of its own: one JSON line each way. Standard library only.

    {"op": "start", "space": [...], "seed": 3, "trials": 100, "pending": 1, "settings": {...}}  -> {}
    {"op": "ask"}                          -> {"id": 7, "params": {...}, "seconds": 0.0012}, or {"id": null}: no more
    {"op": "tell", "id": 7, "loss": 0.3}   -> {"seconds": 0.0003}        a loss of null: the trial failed
    {"op": "recommend"}                    -> {"params": {...}}, or null: the best value observed
    {"op": "stop"}                         the process ends

Another `start` begins another study in the same process. Seconds are those of the tuner's own call, on one thread. An
exception in a tuner is answered as {"error": "..."}, and the study cannot go on. A peer may propose parameters that are
not active; the driver drops them. A library without failures of its own is told `Worst` in place of a failed trial's
loss.
"""

import contextlib
import json
import math
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Protocol

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # before any library loads


class Axis(SimpleNamespace):
    """A parameter as it comes over the wire: the fields of `benchmarks.problems.Parameter`, lists for tuples."""

    name: str
    kind: str
    low: float
    high: float
    log: bool
    values: list[Any]
    when: dict[str, list[Any]]

    @property
    def choices(self) -> list[int]:
        """Places of the values: what libraries get as choices, in place of any JSON value."""
        return list(range(len(self.values)))

    def active(self, params: Mapping[str, Any]) -> bool:
        """Whether `params`, which hold its parents if they are active, make this parameter active."""
        return all(parent in params and params[parent] in values for parent, values in self.when.items())


@dataclass(frozen=True)
class Start:
    """What a tuner is made of."""

    space: Sequence[Axis]
    seed: int
    trials: int
    pending: int = 1
    """Trials that may be out at a time."""
    settings: Mapping[str, Any] = field(default_factory=dict)


class Tuner(Protocol):
    """A library behind the wire."""

    def ask(self) -> tuple[Any, dict[str, Any]]:
        """A handle to tell with, and the parameters. StopIteration: there is nothing more to try."""

    def tell(self, handle: Any, loss: float | None) -> None:
        """The outcome of a trial; None: it failed."""

    def recommend(self) -> dict[str, Any] | None:
        """What the library itself calls best; None where that is the best value observed."""


class Observed:
    """A tuner whose recommendation is the best value observed."""

    def recommend(self) -> dict[str, Any] | None:
        """Nothing of its own."""
        return None


@dataclass
class Worst:
    """The loss to tell for a failed trial: the worst so far, or 1 if there is none."""

    loss: float = -math.inf

    def of(self, loss: float | None) -> float:
        """`loss`, or what stands in for it."""
        if loss is None:
            return self.loss if math.isfinite(self.loss) else 1.0
        self.loss = max(self.loss, loss)
        return loss


class Session:
    """One study at a time, and the trials that are out."""

    def __init__(self, make: Callable[[Start], Tuner]) -> None:
        self.make = make
        self.tuner: Tuner
        self.out: dict[int, Any] = {}
        self.asked = 0

    def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """What to say to a message."""
        operation = message["op"]
        if operation == "start":
            space = [Axis(**entry) for entry in message["space"]]
            fields = {name: message[name] for name in ("seed", "trials", "pending", "settings")}
            self.tuner = self.make(Start(space, **fields))
            self.out.clear()
            return {}
        if operation == "ask":
            return self.ask()
        if operation == "tell":
            handle = self.out.pop(message["id"])
            begin = time.perf_counter()
            self.tuner.tell(handle, message["loss"])
            return {"seconds": time.perf_counter() - begin}
        params = self.tuner.recommend()
        return None if params is None else {"params": params}

    def ask(self) -> dict[str, Any]:
        """A proposal under a number of its own."""
        begin = time.perf_counter()
        try:
            handle, params = self.tuner.ask()
        except StopIteration:
            return {"id": None}
        seconds = time.perf_counter() - begin
        self.asked += 1
        self.out[self.asked] = handle
        return {"id": self.asked, "params": params, "seconds": seconds}


def plain(value: Any) -> Any:
    """A NumPy scalar as JSON takes it."""
    return value.item()


def serve(make: Callable[[Start], Tuner]) -> None:
    """Answer messages until told to stop. What libraries print goes to standard error."""
    warnings.simplefilter("ignore")
    speak = sys.stdout
    session = Session(make)
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            message = json.loads(line)
            if message["op"] == "stop":
                return
            try:
                answer = session.answer(message)
            except Exception as error:  # whatever a library raises ends its study, not the benchmark
                traceback.print_exc()
                answer = {"error": f"{type(error).__name__}: {error}"[:500]}
            speak.write(json.dumps(answer, default=plain) + "\n")
            speak.flush()
