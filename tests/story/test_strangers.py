"""Opening a stranger's study runs no code: nothing is unpickled, compiled, executed or started.

Promise P20: an audit hook, set after all imports, ends the process on such an event.
"""

import subprocess
import sys
from pathlib import Path

import ayar
from ayar.space.domains import Categorical, Float

OPENING = """
import sys
import ayar, ayar.storage.sqlite, ayar.study.front, ayar.analysis.table, ayar.samplers.random_search
from ayar.samplers import SAMPLERS

path = sys.argv[1]
ayar.load_study(sys.argv[2]).trials  # warms up what SQLAlchemy compiles once per process

FORBIDDEN = ("pickle.", "exec", "compile", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "marshal.load",
             "code.__new__", "import", "ctypes.", "socket.connect")
seen = []

def audit(event, arguments):
    if event.startswith(FORBIDDEN):
        seen.append((event, str(arguments)[:200]))

sys.addaudithook(audit)
study = ayar.load_study(path)
print(len(study.trials), study.best.value, study.space, study.setup.sampler, len(study.fold.records))
print(seen)
"""


def make(path: Path, sampler: str) -> None:
    def objective(trial: ayar.Trial) -> float:
        if trial.number == 1:
            raise ValueError("__import__('os').system('true')")
        return float(trial["x"])

    space = ayar.Space(
        {"x": Float(0.0, 1.0), "act": Categorical({"abs": abs, "evil": eval}), "k": ["__reduce__", "{{7*7}}"]},
        constraints=["x <= 0.9"],
    )
    study = ayar.minimize(objective, space, max_trials=6, storage=path, sampler=sampler, seed=0)
    study.record("stranger", {"payload": "c__builtin__\neval\n(S'1+1'\ntR."})
    study.close()


def test_opening_a_study_of_a_stranger_runs_no_code(tmp_path: Path) -> None:
    make(tmp_path / "own.db", "random")
    make(tmp_path / "theirs.db", "random")
    command = [sys.executable, "-c", OPENING, str(tmp_path / "theirs.db"), str(tmp_path / "own.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    summary, seen = done.stdout.strip().rsplit("\n", 1)
    assert summary.startswith("6 ")
    assert seen == "[]"
