"""Many files: loading time of 2,000 CSV files in 20 trials, and memory of 8 readers of one pack.

    python -m benchmarks.many_files                        # both; some minutes
    python -m benchmarks.many_files --files 500 --trials 5 --megabytes 200

Re-reading is `pandas.concat` of `pandas.read_csv`, as one writes it without a pack. With one, the first trial builds
it; every trial opens it anew and sums every column, so that all its pages are read. Files are in the system's cache.
Memory is private memory (Private_Clean and Private_Dirty of /proc/self/smaps_rollup) that each reader adds to what it
had before, all readers alive, each having read every row.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from ayar.data import ManyFiles
from benchmarks.timing import spread, table

ROWS, COLUMNS = 50, 20
READER = """
import sys
from pathlib import Path
import numpy as np
from ayar.data import ManyFiles

def private():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))

files = ManyFiles(sys.argv[1] + "/*.npy", "npy", cache=sys.argv[1] + "/cache")
np.ones(1000).sum()
before = private()
data = files.open()["data"]
if sys.argv[2] == "copy":
    data = np.array(data)
total = float(data.sum())
print("ready", flush=True)
sys.stdin.readline()
print(private() - before, flush=True)
sys.stdin.readline()
"""


def make_csv(folder: Path, count: int) -> None:
    """Files of 50 rows and 20 columns."""
    rng = np.random.default_rng(0)
    for i in range(count):
        frame = pd.DataFrame(rng.normal(size=(ROWS, COLUMNS)), columns=[f"x{j}" for j in range(COLUMNS)])
        frame.to_csv(folder / f"{i:05d}.csv", index=False)


def reread(folder: Path) -> float:
    """One trial's loading without a pack."""
    frame = pd.concat([pd.read_csv(path) for path in sorted(folder.glob("*.csv"))])
    return float(frame.to_numpy().sum(axis=0).sum())


def mapped(folder: Path) -> float:
    """One trial's loading with a pack."""
    return float(ManyFiles(folder / "*.csv", "csv", cache=folder / "cache").open().matrix().sum(axis=0).sum())


def timed(work: object, folder: Path, trials: int) -> tuple[list[float], list[float]]:
    """Seconds and results of each trial."""
    seconds, results = [], []
    for _ in range(trials):
        begin = time.perf_counter()
        results.append(work(folder))  # type: ignore[operator]
        seconds.append(time.perf_counter() - begin)
    return seconds, results


def loading(count: int, trials: int) -> None:
    """Loading time, side by side."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_csv(folder, count)
        reread(folder)
        slow, expected = timed(reread, folder, trials)
        quick, found = timed(mapped, folder, trials)
    rows = [
        ["re-reading", f"{sum(slow):.2f} s", f"{slow[0]:.2f} s", spread([1000 * s for s in slow[1:]], " ms", 1)],
        ["a pack", f"{sum(quick):.2f} s", f"{quick[0]:.2f} s", spread([1000 * s for s in quick[1:]], " ms", 1)],
    ]
    print(table([f"{count:,} files", f"{trials} trials", "the first", "a further one"], rows))
    same = np.allclose(expected, found, rtol=1e-12, atol=0)
    print(f"\n{sum(slow) / sum(quick):.1f} times less loading time; the same results: {same}\n")


def memory(megabytes: int, readers: int) -> None:
    """Private memory of readers of one pack, and of readers with a copy each."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i in range(16):
            np.save(folder / f"{i}.npy", np.full((megabytes * 2**20 // 16 // 8 // 32, 32), float(i)))
        ManyFiles(folder / "*.npy", "npy", cache=folder / "cache").open()
        for way in ("mapped", "copy"):
            found = [added / 1024 for added in private_memory(folder, way, readers)]
            share = sum(found) / (megabytes * readers)
            rows.append([way, spread(found, " MB", 1), f"{sum(found):,.0f} MB", f"{share:.1%}"])
    print(table([f"{readers} readers of {megabytes:,} MB", "private, each", "together", "of that many copies"], rows))


def private_memory(folder: Path, way: str, readers: int) -> list[int]:
    """Kilobytes that each of the readers added, all alive."""
    command = [sys.executable, "-c", READER, str(folder), way]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(readers)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    # Nobody leaves before all have looked: a page that only one is left to map counts as private.
    found = [asked(process) for process in started]
    for process in started:
        process.communicate()
    return found


def asked(process: "subprocess.Popen[str]") -> int:
    """What a reader says of its memory."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--readers", type=int, default=8)
    options = parser.parse_args()
    loading(options.files, options.trials)
    memory(options.megabytes, options.readers)


if __name__ == "__main__":
    main()
