"""A stranger's study is opened, folded, shown and reported, whatever stands in it, and no code of its runs.

Promise P20. A child process imports everything first and then sets an audit hook that counts what only code from data
could need: pickling, compiling, executing, starting a process, importing a module that was never imported. The corpus
is a real log, changed value by value with a fixed seed, its chain made to fit, so that the loaders see what no
checksum keeps from them.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import ayar

PATIENCE = 300.0

CHILD = '''
import json, random, sys, warnings
import ayar, ayar.cli.app, ayar.cli.show, ayar.cli.best, ayar.cli.verify, ayar.cli.export, ayar.cli.import_
from ayar.analysis.table import trial_rows
from ayar.base.errors import AyarError
from ayar.cli.asjson import study_json
from ayar.cli.show import study_text
from ayar.storage.logfile import studies_in, written, Logged
from ayar.storage.memory import MemoryStore
from ayar.storage.relink import relinked
from ayar.study.verifying import verify
import msgspec

warnings.simplefilter("ignore")
ODD = [None, True, -1, 2**62, 1.5, 1e308, "", "os", "os:system", "__import__('os').system('id')", "cos",
       "ayar.samplers.gp:GP", "../../etc/passwd", "{{7*7}}", "<script>", [], {}, [[]], {"$": "nan"},
       {"$": "text", "v": 5},
       {"$": "map"}, {"$": "int", "v": "x"}, {"callable": "os:system"}, {"label": "os.system"},
       {"choice": 9, "label": "x"},
       "x" * 5000, "\\u0000", [1] * 50]

def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value: yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value): yield from places(item, (*path, i))

def changed(value, path, new):
    if not path: return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy

def use(lines):
    """Everything a reader does with a study; the error of ours that ended it, if one did."""
    try:
        text = "".join(written(Logged("study", lines))).encode()
        [logged] = studies_in(text.splitlines(keepends=True))
        store = MemoryStore()
        entry = store.restore("study", logged.lines)
        study = ayar.load_study(store)
        study_text(study.fold, "memory"); study_json(study.fold, "memory")
        repr(study); study.counts(); trial_rows(study.fold); study._repr_html_()
        verify(store, entry)
    except AyarError as error:
        return type(error).__name__
    return ""

lines = list(next(studies_in(open(sys.argv[1], "rb"))).lines)
rng, times = random.Random(int(sys.argv[3])), int(sys.argv[2])
assert use(lines) == ""       # loads what is loaded late
study = ayar.load_study(sys.argv[4]); study.report(sys.argv[5]); study.verify()
known, seen, watching = set(sys.modules), [], False
BANNED = ("pickle.", "exec", "compile", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn",
          "ctypes.dlopen", "marshal.")

def hook(event, args):
    if watching and (event.startswith(BANNED) or (event == "import" and args[0] not in known)):
        seen.append([event, str(args[0])[:200]])
sys.addaudithook(hook)

ended, failed = {}, []
for turn in range(times):
    at = rng.randrange(len(lines))
    body = json.loads(lines[at].text)
    path = rng.choice([p for p in places(body) if p] or [()])
    new = rng.choice(ODD)
    text = json.dumps(changed(body, path, new))
    kind = lines[at].kind if rng.random() < 0.95 else rng.choice(["TrialTold", "FromTheFuture", "os.system"])
    odd = relinked([*lines[:at], msgspec.structs.replace(lines[at], text=text, kind=kind), *lines[at + 1:]])
    watching = True
    try:
        name = use(odd)
    except Exception as error:
        import traceback
        watching = False
        name = "untyped"
        failed.append([lines[at].kind, list(path), repr(new)[:50], traceback.format_exc()[-600:]])
    watching = False
    ended[name] = ended.get(name, 0) + 1
print(json.dumps({"ended": ended, "seen": seen, "failed": failed}))
'''


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A log with every kind of event a small study has, as a file and as a store."""
    folder = tmp_path_factory.mktemp("exported")
    study = ayar.create_study(
        {"x": (0.0, 1.0), "k": ["a", ("b", 1), None], "d": ayar.Int(1, 5, when={"k": "a"})},
        goals={"loss": "minimize"}, constraints=["size <= 3"], storage=folder / "study.db", sampler="random", seed=0,
        max_trials=10, retries={"exception": 1},
    )  # fmt: skip
    study.enqueue({"x": 0.5})
    study.add({"x": 0.25, "k": "a", "d": 2}, {"loss": 1.0, "size": 2.0})
    study.set_attr("note", {"a": [1, "b"]})
    study.record("topic", {"why": "test"})

    def objective(trial: ayar.Trial) -> dict[str, float]:
        if trial.number == 4:
            raise ValueError("once")
        return {"loss": trial["x"], "size": 1.0}

    study.optimize(objective, n_trials=8)
    command = [sys.executable, "-m", "ayar", "export", str(folder / "log.jsonl"), "--storage", str(folder / "study.db")]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    study.close()
    return folder / "log.jsonl", folder / "study.db"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_strangers_study_runs_no_code(seed: int, exported: tuple[Path, Path], tmp_path: Path) -> None:
    log, store = exported
    command = [sys.executable, "-c", CHILD, str(log), "120", str(seed), str(store), str(tmp_path / "report.html")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["seen"] == []
    assert found["failed"] == []
    assert found["ended"].get("StoreUnreadable", 0) > 10, "many are refused"
    assert found["ended"].get("", 0) > 10, "and many are read"
