"""Take one safeguard away at a time: some test must fail, or the tests prove nothing.

    cd tests && python -m reliability.mutations

Each mutation changes one place in a copy of the sources and runs the tests that should notice. Prints a line each, and
ends with 1 when one went unnoticed, or no longer fits the sources.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SIMULATION = "tests/reliability/test_simulation.py::test_virtual_workers_in_trouble_keep_every_promise[memory-20000]"
POWER_CUT = "tests/reliability/test_power_cut.py"


@dataclass(frozen=True)
class Mutation:
    """One safeguard taken away, and the test that must go red."""

    name: str
    file: str
    old: str
    new: str
    test: str


MUTATIONS = [
    Mutation(
        "the fence", "storage/ledger.py", "if fence is None or slot.token != fence.token:", "if False:", SIMULATION
    ),
    Mutation(
        "the token test of renewals", "storage/transaction.py",
        "if slot is None or slot.token != lease.token:\n        return False",
        "if slot is None:\n        return False", SIMULATION,
    ),
    Mutation("rising tokens", "storage/ledger.py", "counters.next_token += 1", "counters.next_token += 0", SIMULATION),
    Mutation(
        "the budget check", "storage/ledger.py",
        "within = counters.max_trials is None or counters.asked < counters.max_trials", "within = True", SIMULATION,
    ),
    Mutation(
        "the key", "storage/transaction.py", "if key is not None and (line :=", "if key == 0 and (line :=",
        SIMULATION,
    ),
    Mutation(
        "the grace of the living", "storage/ledger.py", "if life is Life.ALIVE else 0", "if False else 0", SIMULATION
    ),
    Mutation(
        "a lease's end", "storage/ledger.py", "return slot.expires + grace <= moment.now", "return True", SIMULATION
    ),
    Mutation(
        "the boot id", "storage/ledger.py", "    if slot.clock != moment.boot:\n        return True\n", "", SIMULATION
    ),
    Mutation(
        "the sync", "storage/sqlite_engine.py", 'f"PRAGMA synchronous={level}"', '"PRAGMA synchronous=OFF"', POWER_CUT
    ),
    Mutation("FULL", "storage/sqlite.py", '"FULL" if durable else "NORMAL"', '"NORMAL"', POWER_CUT),
    Mutation(
        "IMMEDIATE", "storage/sqlite_engine.py", '"BEGIN IMMEDIATE" if level else "BEGIN"', '"BEGIN"',
        "tests/unit/storage/test_sqlite.py",
    ),
    Mutation(
        "the read-again after an interrupt", "study/log.py", "except KeyboardInterrupt:", "except GeneratorExit:",
        "tests/unit/study/test_log.py",
    ),
]  # fmt: skip


_green: set[str] = set()
"""Tests that passed on the sources as they are."""


def noticed(mutation: Mutation) -> bool:
    """Whether the mutation's test fails on the changed sources."""
    if mutation.test not in _green:
        # A test that fails anyway would notice everything.
        if pytest_ends_with(mutation.test, ROOT / "src") != 0:
            sys.exit(f"{mutation.test} fails on the sources as they are")
        _green.add(mutation.test)
    with tempfile.TemporaryDirectory(prefix="ayar-mutation-") as place:
        sources = Path(place) / "src"
        shutil.copytree(ROOT / "src", sources)
        file = sources / "ayar" / mutation.file
        text = file.read_text()
        if text.count(mutation.old) != 1:
            sys.exit(
                f"{mutation.name}: {mutation.file} holds the text to change {text.count(mutation.old)} times, not once"
            )
        file.write_text(text.replace(mutation.old, mutation.new))
        return pytest_ends_with(mutation.test, sources) == 1


def pytest_ends_with(test: str, sources: Path) -> int:
    """Exit code of a test on some sources: 0 green, 1 red."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    environment = {**os.environ, "PYTHONPATH": str(sources)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{test}: pytest ended with {done.returncode}: {done.stdout[-2000:]}")
    return done.returncode


def main() -> int:
    """Run by hand or by `make soak`."""
    missed = 0
    for mutation in MUTATIONS:
        red = noticed(mutation)
        missed += not red
        print(f"{'noticed' if red else 'MISSED '}  {mutation.name}: {mutation.test}", flush=True)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
