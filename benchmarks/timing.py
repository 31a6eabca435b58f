"""What the benchmarks share: the ten-parameter space, medians with spread, and work done in fresh processes."""

import statistics
import subprocess
import sys
from collections.abc import Sequence

FLOATS = [f"f{i}" for i in range(5)]
INTS = [f"i{i}" for i in range(3)]
WORDS = [f"c{i}" for i in range(2)]
CHOICES = ["adam", "sgd", "rmsprop"]


def space() -> dict[str, object]:
    """Ten mixed parameters: 5 floats (two on a log scale), 3 ints, 2 categoricals."""
    import ayar

    floats = {name: ayar.Float(1e-4, 1.0, log=i < 2) for i, name in enumerate(FLOATS)}
    return {
        **floats,
        **{name: ayar.Int(1, 100) for name in INTS},
        **{name: ayar.Categorical(CHOICES) for name in WORDS},
    }


def spread(values: Sequence[float], unit: str = "", digits: int = 0) -> str:
    """Median with least and greatest, as the tables quote it."""
    low, middle, high = (f"{number:,.{digits}f}" for number in (min(values), statistics.median(values), max(values)))
    return f"{middle}{unit} ({low} – {high})"


def fresh(module: str, *arguments: str) -> str:
    """Last line of what `python -m module arguments` prints, in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
