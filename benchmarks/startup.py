"""What it costs to start: `import ayar` over bare Python, the modules it loads, and `ayar --help`.

python -m benchmarks.startup
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.timing import fresh, spread, table

ROUNDS = 15


def seconds(*command: str) -> float:
    """Wall time of one run of a command."""
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Run everything in turn and print the table."""
    ayar = str(Path(sys.executable).with_name("ayar"))
    commands = {
        "python -c pass": (sys.executable, "-c", "pass"),
        "import ayar": (sys.executable, "-c", "import ayar"),
        "import ayar, every public name": (
            sys.executable,
            "-c",
            "import ayar; [getattr(ayar, n) for n in ayar.__all__]",
        ),
        "import numpy": (sys.executable, "-c", "import numpy"),
        "import optuna": (sys.executable, "-W", "ignore", "-c", "import optuna"),
        "ayar --help": (ayar, "--help"),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(1000 * seconds(*command))
    bare = statistics.median(times["python -c pass"])
    rows = [
        [f"`{name}`", spread(found, " ms"), f"{statistics.median(found) - bare:.0f} ms"]
        for name, found in times.items()
    ]
    print(table(["command", "wall time, median (least – greatest)", "over bare Python"], rows))
    print("\nmodules loaded by `import ayar`:", fresh("benchmarks.startup", "--modules"))


if __name__ == "__main__":
    if "--modules" in sys.argv:
        before = set(sys.modules)
        import ayar  # noqa: F401

        print(len(set(sys.modules) - before))
    else:
        main()
