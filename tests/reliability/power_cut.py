"""P2: record what SQLite does to its files, build the files as a power cut may leave them, and open them.

    cd tests && python -m reliability.power_cut --sequences 200

Random sequences of operations; a cut behind every single one; three images each. Prints a line of JSON, and ends with 1
when something acknowledged was missing.
"""

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from ayar.storage.sqlite import SqliteStore
from reliability.disk import Disk, crash_images, installed
from reliability.files import read_raw
from reliability.history import check_log
from reliability.operations import log_of, sequence


def record(seed: int, length: int) -> tuple[Disk, Path]:
    """Run a random sequence on a recorded disk; each step's last event is acknowledged when the step returns."""
    folder = Path(tempfile.mkdtemp(prefix="ayar-cut-"))
    disk, rng = Disk(folder), random.Random(seed)
    with installed(disk), SqliteStore(folder / "study.db") as store:
        for step in sequence(rng, length):
            step(store)
            disk.acknowledge(log_of(store)[-1].id)
    return disk, folder


def violations(disk: Disk, folder: Path, seed: int) -> tuple[list[str], int]:
    """What is wrong with the images of cuts behind each operation, and how many different ones there were."""
    rng = random.Random(seed)
    wrong: list[str] = []
    seen: set[tuple[int, int]] = set()
    for cut in range(1, len(disk.ops) + 1):
        for kind, files, acknowledged in crash_images(disk.ops[:cut], rng):
            signature = hash(tuple(sorted(files.items()))), len(acknowledged)
            if signature not in seen:
                seen.add(signature)
                wrong += [f"seed {seed}, cut {cut}, {kind}: {w}" for w in look_at(files, folder, acknowledged)]
    return wrong, len(seen)


def look_at(files: dict[str, bytes], folder: Path, acknowledged: list[int]) -> list[str]:
    """Open an image as after the restart: whole, and all that was acknowledged is there."""
    with tempfile.TemporaryDirectory(prefix="ayar-image-") as place:
        for path, content in files.items():
            (Path(place) / Path(path).relative_to(folder)).write_bytes(content)
        try:
            checked, events = read_raw(Path(place) / "study.db")
        except sqlite3.Error as error:
            return [f"the database does not open: {error!r}"]
    last = max(acknowledged, default=0)
    wrong = [] if checked == "ok" else [f"SQLite says: {checked}"]
    if len(events) < last:
        wrong.append(f"event {last} was acknowledged, the log ends at {len(events)}")
    return wrong + check_log(events)


def main() -> int:
    """Run by hand or by `make soak`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    begin, images = time.monotonic(), 0
    wrong: list[str] = []
    for seed in range(asked.seed, asked.seed + asked.sequences):
        disk, folder = record(seed, 6)
        found, looked = violations(disk, folder, seed)
        images, wrong = images + looked, wrong + found
    seconds = round(time.monotonic() - begin, 1)
    print(json.dumps({"sequences": asked.sequences, "images": images, "wrong": wrong[:20], "seconds": seconds}))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
