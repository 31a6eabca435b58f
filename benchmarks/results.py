"""What `benchmarks.run` wrote, as arrays.

Regret is normalised: 0 at the best loss known, 1 at the median of random configurations. It is clipped to [0, 1], and a
tuner that has nothing to recommend yet counts 1, so that neither a heavy tail nor a failure outweighs everything else.
A run that ended early, because the tuner failed or the space was exhausted, keeps its last recommendation to the end.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.problems import Problem

Array = npt.NDArray[np.float64]
Key = tuple[str, str]
"""Suite and problem."""

HEAD = "trial,loss,truth,recommended,ask_s,tell_s"
FAILED = "# failed: "
SCALE = "problem.json"


@dataclass(frozen=True)
class Scale:
    """What a table must know of a problem."""

    best: float
    median: float
    family: str
    noisy: bool

    @classmethod
    def of(cls, problem: Problem) -> "Scale":
        """The scale of a problem."""
        return cls(problem.best, problem.median, problem.family, problem.noisy)

    def regret(self, truth: Array) -> Array:
        """Normalised and clipped; an infinite truth counts 1."""
        return np.clip((truth - self.best) / (self.median - self.best), 0.0, 1.0)


@dataclass(frozen=True)
class Played:
    """One run; arrays by trial, in the order of telling."""

    suite: str
    problem: str
    peer: str
    seed: int
    pending: int
    failed: str | None
    truth: Array
    recommended: Array
    seconds: Array
    """Of ask and tell together."""

    @property
    def key(self) -> Key:
        """Which problem."""
        return self.suite, self.problem

    def regret(self, scale: Scale, trials: int, choice: str = "recommended") -> Array:
        """(trials,) normalised regret of what is recommended, or of the best that was `seen`."""
        truth = self.recommended if choice == "recommended" else np.minimum.accumulate(self.truth)
        return scale.regret(lengthened(truth, trials, np.inf))

    def spent(self, trials: int) -> Array:
        """(trials,) seconds of the tuner's own so far."""
        return lengthened(np.cumsum(self.seconds), trials, 0.0)


def lengthened(values: Array, length: int, empty: float) -> Array:
    """`values` with the last one kept to the end; `empty` where there is none."""
    whole = np.full(length, values[-1] if len(values) else empty)
    whole[: len(values)] = values[:length]
    return whole


def write_scales(folder: Path, problems: Iterable[Problem]) -> None:
    """A note of each problem's scale beside its results."""
    for problem in problems:
        path = folder / problem.suite / problem.name / SCALE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(Scale.of(problem))) + "\n")


def read_scales(folder: Path) -> dict[Key, Scale]:
    """The scales by suite and problem."""
    found = sorted(folder.glob(f"*/*/{SCALE}"))
    return {(path.parent.parent.name, path.parent.name): Scale(**json.loads(path.read_text())) for path in found}


def read_one(path: Path) -> Played:
    """A file of `benchmarks.run`.

    Raises:
        ValueError: it is none.
    """
    lines = path.read_text().splitlines()
    if lines[0] != HEAD:
        raise ValueError(f"{path}: expected the columns {HEAD}, got {lines[0][:80]!r}")
    failed = lines.pop().removeprefix(FAILED) if lines[-1].startswith(FAILED) else None
    cells = [line.split(",") for line in lines[1:]]
    columns = np.array([[float(cell) for cell in row[2:]] for row in cells]).reshape(len(cells), 4).T
    name, _, pending = path.stem.partition("-p") if path.stem.rpartition("-p")[2].isdigit() else (path.stem, "", "1")
    peer, _, seed = name.rpartition("-")
    return Played(
        suite=path.parent.parent.name,
        problem=path.parent.name,
        peer=peer,
        seed=int(seed),
        pending=int(pending),
        failed=failed,
        truth=columns[0],
        recommended=columns[1],
        seconds=columns[2] + columns[3],
    )


def read(folder: Path) -> list[Played]:
    """All runs below a folder."""
    return [read_one(path) for path in sorted(folder.glob("*/*/*.csv"))]
