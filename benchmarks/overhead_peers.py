"""What a proposal costs: median milliseconds of ask and tell once n trials are done, ten mixed parameters, every tuner.

    python -m benchmarks.overhead_peers --peers ayar-auto,optuna-tpe,random --limit 300

Each tuner drives its own study from the first trial, one thread, in a process of its own, and stops when it has thought
for `--limit` seconds; a figure it did not reach is left out. The median is over the trials around n (up to ten on each
side). The loss is that of `benchmarks/gp_speed.py`: smooth, with interactions.
"""

import argparse
import math
import statistics
from collections.abc import Sequence

from benchmarks.peers import PEERS, Peer
from benchmarks.peers.process import PeerFailed, Process
from benchmarks.problems import Parameter, Params, Space
from benchmarks.timing import CHOICES, FLOATS, INTS, WORDS, table

SIZES = (10, 50, 100, 200, 500, 1_000, 10_000)
AROUND = 10

TEN: Space = (
    *(Parameter(name, "float", 1e-4, 1.0, log=i < 2) for i, name in enumerate(FLOATS)),
    *(Parameter(name, "int", 1, 100) for name in INTS),
    *(Parameter(name, "categorical", values=tuple(CHOICES)) for name in WORDS),
)
"""The space of `benchmarks/timing.py`."""


def loss(params: Params) -> float:
    """A smooth loss with interactions."""
    floats = [math.log10(float(params[name])) for name in FLOATS]
    ints = [float(params[name]) / 50 - 1 for name in INTS]
    words = [CHOICES.index(params[name]) for name in WORDS]
    return (
        sum((f + 1 + 0.3 * i) ** 2 for i, f in enumerate(floats))
        + sum(i * i for i in ints)
        + 0.5 * abs(words[0] - words[1])
    )


def seconds(peer: Peer, trials: int, limit_s: float) -> list[float]:
    """Seconds of ask and tell of each trial, as far as the tuner came."""
    spent: list[float] = []
    process = Process(peer)
    try:
        process.start(TEN, 0, trials)
        while len(spent) < trials and sum(spent) < limit_s:
            asked = process.say({"op": "ask"})
            told = process.say({"op": "tell", "id": asked["id"], "loss": loss(asked["params"])})
            spent.append(asked["seconds"] + told["seconds"])
    except PeerFailed as failed:
        print(f"failed at trial {len(spent)}: {failed}")
    process.close()
    return spent


def around(spent: Sequence[float], size: int) -> str:
    """Median milliseconds around trial `size`; empty if the tuner did not come there."""
    width = min(AROUND, size // 2)
    window = spent[size - width : size + width]
    return f"{1000 * statistics.median(window):.3g}" if len(window) >= width else ""


def main() -> None:
    """Read the arguments, run one tuner after the other, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", required=True, help="with commas")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="trials at most")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds of thinking at most, each")
    given = parser.parse_args()
    sizes = [size for size in SIZES if size <= given.most]
    rows = []
    for name in given.peers.split(","):
        spent = seconds(PEERS[name], sizes[-1] + AROUND, given.limit)
        rows.append([name, *(around(spent, size) for size in sizes)])
        print(f"{name}: {len(spent)} trials, {sum(spent):.0f} s", flush=True)
    print(table(["tuner", *(f"{size:,}" for size in sizes)], rows))


if __name__ == "__main__":
    main()
