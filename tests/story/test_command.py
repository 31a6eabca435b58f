"""The command as people use it: real processes in an empty folder, stopped in every way, and going on."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from typing import Any

import psutil
import pytest

import ayar
from story.place import PATIENCE, Place

CONTROL = re.compile("\x1b")

QUICK = """
from ayar import Float, Int

space = {"x": Float(-1.0, 1.0), "kind": ["a", "b"], "degree": Int(2, 5, when={"kind": "b"})}
max_trials = 12
sampler = "random"

def objective(trial):
    print("trying", trial.number)
    return trial["x"] ** 2 + trial.get("degree", 0)

if __name__ == "__main__":
    raise SystemExit("the main part must not run")
"""

FAILING = """
space = {"x": (0.0, 1.0)}
max_trials = 50

def objective(trial):
    raise ValueError("no such data")
"""

SEALED = """
import numpy as np
from ayar.evaluate import CrossValidation, seal

class Threshold:
    def __init__(self, at): self.at = at
    def fit(self, X, y): return self
    def predict(self, X): return X[:, 0] > self.at

X = np.linspace(0, 1, 200).reshape(-1, 1)
space = {"at": (0.0, 1.0)}
objective = CrossValidation(lambda params: Threshold(params["at"]), seal(X, X[:, 0] > 0.5), cv=4)
max_trials = 6
sampler = "random"
seed = 1
"""


# -- a whole study -----------------------------------------------------------------------------------------------------


@pytest.mark.parity("G8")
def test_a_file_is_tuned_until_its_budget_is_spent_and_the_end_says_what_was_found(place: Place) -> None:
    place.write("quick.py", QUICK)
    done = place.run("tune", "quick.py", "--workers", "2")
    assert done.returncode == 0, done.stderr
    study = place.study("quick")
    assert study["stopped"] == "budget"
    assert study["trials"]["complete"] == 12
    best = study["best"][0]
    assert f"best value: {best['values']['value']:.6g}"[:15] in done.stdout
    assert "trials: 12 complete in " in done.stdout
    assert f"    'x': {best['params']['x']!r}," in done.stdout
    assert f"--x={best['params']['x']!r} --kind=" in done.stdout
    assert "pictures and health checks: ayar report --study quick" in done.stderr
    assert "more trials: ayar tune quick.py --workers 2 --max-trials 24" in done.stderr


def test_the_first_lines_say_what_is_searched_where_and_how_to_watch(place: Place) -> None:
    place.write("quick.py", QUICK)
    lines = place.run("tune", "quick.py").stderr.splitlines()
    assert lines[:3] == [
        "study 'quick': minimize value, 12 trials, sampler random",
        "storage sqlite:///ayar.db, 1 worker (processes)",
        "watch it from elsewhere: ayar show --study quick",
    ]


def test_a_finished_study_says_so_and_how_to_go_on(place: Place) -> None:
    place.write("quick.py", QUICK)
    place.run("tune", "quick.py", "--max-trials", "3")
    again = place.run("tune", "quick.py", "--max-trials", "3")
    assert again.returncode == 0
    assert "study 'quick' is finished: 3 of 3 trials done; its budget is spent" in again.stderr
    assert "more trials: ayar tune quick.py --max-trials 6" in again.stderr
    more = place.run("tune", "quick.py", "--max-trials", "6")
    assert "resuming study 'quick': 3 of 6 trials done" in more.stderr
    assert place.study("quick")["trials"]["complete"] == 6


def test_another_seed_is_not_taken_silently(place: Place) -> None:
    place.write("quick.py", QUICK)
    place.run("tune", "quick.py", "--max-trials", "2", "--seed", "1")
    more = place.run("tune", "quick.py", "--max-trials", "3", "--seed", "2")
    assert "note: the seed stays 1, with which the study began" in more.stderr


def test_the_sealed_test_set_is_opened_once_at_the_end(place: Place) -> None:
    place.write("sealed.py", SEALED)
    first = place.run("tune", "sealed.py")
    assert first.returncode == 0, first.stderr
    assert re.search(r"test accuracy 0\.\d+ \(95 % interval .* on 40 sealed rows", first.stdout)
    assert re.search(r"gap [+-]0\.\d+: the test score is (within|better|worse)", first.stdout)
    again = place.run("tune", "sealed.py")
    assert again.stdout.split("test accuracy")[1] == first.stdout.split("test accuracy")[1]
    study = ayar.load_study(place.folder / "ayar.db", "sealed")
    assert len(study.records("evaluate.seal_opening")) == 1
    assert "on the sealed test set, gap" in place.run("show").stdout


def test_a_score_of_an_earlier_winner_is_called_that(place: Place) -> None:
    place.write("sealed.py", SEALED)
    place.run("tune", "sealed.py", "--max-trials", "1")
    later = place.run("tune", "sealed.py", "--max-trials", "12")
    assert "this score is of trial 0, the winner when the test set was opened; the winner is now trial" in later.stdout
    assert "A second look needs a reason" in later.stdout


# -- stopping and going on ---------------------------------------------------------------------------------------------


@pytest.mark.parity("G13")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_everything_and_the_same_command_goes_on(place: Place, number: signal.Signals) -> None:
    process = place.gated()
    process.send_signal(number)
    _, talk = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, talk
    assert "stopping; all finished trials are kept" in talk
    assert "stopped: 3 of 8 trials done, all kept; go on with: ayar tune gated.py --workers 2" in talk
    study = place.study("gated")
    assert (study["trials"]["complete"], study["trials"]["waiting"], study["trials"]["running"]) == (3, 2, 0)
    (place.folder / "gate").unlink()
    done = place.run("tune", "gated.py", "--workers", "2")
    assert "resuming study 'gated': 3 of 8 trials done" in done.stderr
    study = place.study("gated")
    assert (study["trials"]["complete"], study["stopped"]) == (8, "budget")


@pytest.mark.parity("G13")
def test_a_second_ctrl_c_leaves_at_once_and_loses_nothing(place: Place) -> None:
    process = place.gated("signal.signal(signal.SIGTERM, signal.SIG_IGN)", workers=1)
    assert process.stderr is not None
    process.send_signal(signal.SIGINT)
    for line in process.stderr:
        if line.startswith("stopping"):
            break
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "left at once; all finished trials are kept" in talk
    (place.folder / "gate").unlink()
    done = place.run("tune", "gated.py")
    assert "3 of 8 trials done" in done.stderr
    assert place.study("gated")["trials"]["complete"] == 8


def test_a_trial_lost_to_kill_9_is_taken_back(place: Place) -> None:
    process = place.gated(workers=2)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait(PATIENCE)
    psutil.wait_procs(children, PATIENCE)
    assert "trial 3 is lost, its worker " in place.run("show").stdout
    (place.folder / "gate").unlink()
    done = place.run("tune", "gated.py")
    assert done.returncode == 0, done.stderr
    assert re.search(r"resuming study 'gated': 3 of 8 trials done, took back 2 trials", done.stderr)
    assert place.study("gated")["trials"]["complete"] == 8


def test_points_from_a_file_are_tried_once(place: Place) -> None:
    place.write("quick.py", QUICK)
    place.write("points.json", '[{"x": 0.0, "kind": "a"}, {"x": 0.5}]')
    first = place.run("tune", "quick.py", "--enqueue", "points.json", "--max-trials", "4")
    again = place.run("tune", "quick.py", "--enqueue", "points.json", "--max-trials", "6")
    assert "2 points of 2 put in the queue" in first.stderr
    assert "0 points of 2 put in the queue" in again.stderr
    trials = ayar.load_study(place.folder / "ayar.db").trials
    assert trials[0].params == {"x": 0.0, "kind": "a"}
    assert trials[1]["x"] == 0.5
    assert sum(bool(trial.source.get("enqueued")) for trial in trials) == 2


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_an_objective_that_always_fails_ends_with_one_traceback(place: Place) -> None:
    place.write("failing.py", FAILING)
    done = place.run("tune", "failing.py")
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert "the first 3 trials failed alike: ValueError: no such data" in done.stderr
    assert "Mend the objective and run the same again" in done.stderr


def test_a_changed_space_shows_the_difference_and_writes_nothing(place: Place) -> None:
    file = place.write("quick.py", QUICK)
    place.run("tune", "quick.py", "--max-trials", "2")
    before = ayar.load_study(place.folder / "ayar.db").fold.head
    file.write_text(QUICK.replace("Float(-1.0, 1.0)", "Float(-2.0, 1.0)"))
    done = place.run("tune", "quick.py", "--max-trials", "4")
    assert done.returncode == 2
    assert "x: Float(-1.0, 1.0) -> Float(-2.0, 1.0)" in done.stderr
    assert ayar.load_study(place.folder / "ayar.db").fold.head == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["tune", "quick.py", "--max-trails", "3"], 2, "No such option: --max-trails"),
        (["tun"], 2, "No such command 'tun'"),
        (["tune", "qick.py"], 2, "found none; did you mean 'quick.py'?"),
        (["tune", "quick.py", "--sampler", "randm"], 2, "no sampler is called 'randm'; did you mean 'random'?"),
        (["tune", "quick.py", "--max-seconds", "soon"], 2, "expected a duration such as 90, 30m or 8h, got 'soon'"),
        (["tune", "quick.py", "--workers", "0"], 2, "expected workers >= 1, or -1 for one a core, got 0"),
        (["tune", "quick.py", "--enqueue", "bad.json"], 2, "--enqueue: point 1 in bad.json, counted from 0, does"),
        (["tune", "quick.py", "--enqueue", "off.json"], 2, "--enqueue: point 0 in off.json, counted from 0, does"),
        (["show"], 2, "expected a study in sqlite:///ayar.db, found none; start one with: ayar tune FILE"),
        (["show", "--storage", "notes.txt"], 3, "expected an Ayar store (a SQLite file), but"),
        (["tune", "quick.py", "--storage", "nowhere/a.db"], 3, "expected a folder at"),
    ],
)
def test_bad_input_says_what_to_do_and_leaves_no_store(place: Place, words: list[str], code: int, said: str) -> None:
    place.write("quick.py", QUICK)
    place.write("bad.json", '[{"x": 0.5}, {"x": 7.0}]')
    place.write("off.json", '{"kind": "a", "degree": 3}')
    place.write("notes.txt", "not a database, but long enough to have a head")
    done = place.run(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (place.folder / "ayar.db").exists()


def test_a_folder_that_cannot_be_written_is_the_stores_fault(place: Place) -> None:
    place.write("quick.py", QUICK)
    # Not even root can make a file there.
    done = place.run("tune", "quick.py", "--storage", "/proc/ayar.db")
    assert done.returncode == 3
    assert re.search(r"cannot write /proc/ayar\.db.*choose a folder you can write to", done.stderr)


def test_verbose_adds_the_traceback_of_an_error(place: Place) -> None:
    assert "Traceback" in place.run("show", "-v").stderr


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_quiet_leaves_the_result_alone(place: Place) -> None:
    place.write("quick.py", QUICK)
    done = place.run("tune", "quick.py", "-q")
    assert done.stderr == ""
    assert "best value:" in done.stdout


def test_without_a_terminal_there_are_plain_lines_without_control_codes(place: Place) -> None:
    place.write("quick.py", QUICK)
    done = place.run("tune", "quick.py")
    assert re.search(r"^0:\d\d  \d+ of 12 trials, trial \d+ complete .*, best ", done.stderr, re.MULTILINE)
    assert "trying" not in done.stderr + done.stdout
    for words in (["show"], ["show", "0"], ["best"]):
        shown = place.run(*words)
        assert not CONTROL.search(shown.stdout + shown.stderr)
    assert not CONTROL.search(done.stdout + done.stderr)


def test_a_trials_output_is_in_its_story(place: Place) -> None:
    place.write("quick.py", QUICK)
    place.run("tune", "quick.py", "--max-trials", "3")
    assert place.run("show", "2").stdout.rstrip().endswith("output:\ntrying 2")


def test_several_studies_need_a_name_and_are_listed(place: Place) -> None:
    place.write("quick.py", QUICK)
    for name in ("first", "second"):
        place.run("tune", "quick.py", "--max-trials", "2", "--study", name)
    assert [line.split()[0] for line in place.run("show").stdout.splitlines()] == ["study", "first", "second"]
    listed = [json.loads(line) for line in place.run("show", "--json").stdout.splitlines()]
    assert listed[1] == {"study": "second", "asked": 2, "max_trials": 2, "stopped": True}
    best = place.run("best")
    assert best.returncode == 2
    assert "holds 2 studies (first, second); name one with --study" in best.stderr
    assert place.run("best", AYAR_STUDY="second").returncode == 0


def test_the_best_parameters_come_in_three_forms(place: Place) -> None:
    place.write("quick.py", QUICK)
    place.run("tune", "quick.py")
    best = json.loads(place.run("best", "--json").stdout)
    assert list(best) == ["study", "trial", "values", "params"]
    python: dict[str, Any] = {}
    exec(place.run("best", "--format", "python").stdout, python)
    assert python["params"] == best["params"]
    argv = place.run("best", "--format", "argv").stdout.split()
    assert argv == [f"--{name}={value}" for name, value in best["params"].items()]


def test_a_report_is_written_under_the_studys_name(place: Place) -> None:
    place.write("quick.py", QUICK)
    place.run("tune", "quick.py", "--study", "first / try")
    done = place.run("report")
    assert done.stdout == "first-try.html\n", done.stderr
    assert "<html" in (place.folder / "first-try.html").read_text()
    assert "expected a folder at nowhere, found none" in place.run("report", "nowhere/r.html").stderr


def test_a_dry_run_and_a_look_at_proposals_write_nothing(place: Place) -> None:
    place.write("quick.py", QUICK)
    dry = place.run("tune", "quick.py", "--dry-run")
    assert "space    3 parameters: 1 float, 1 int, 1 choice; conditional" in dry.stdout
    assert "'quick', new" in dry.stdout
    looked = place.run("tune", "quick.py", "--print-trials", "3", "--seed", "5")
    assert [line.split()[0] for line in looked.stdout.splitlines()] == ["0", "1", "2"]
    both = place.run("tune", "quick.py", "--print-trials", "3", "--seed", "5", "--dry-run")
    assert both.stdout.endswith(f"\n{looked.stdout}")
    assert "'quick', new" in both.stdout
    assert [file.name for file in place.folder.iterdir() if "ayar" in file.name] == []


def test_help_lists_the_verbs_and_the_version_is_told(place: Place) -> None:
    shown = place.run("--help").stdout
    assert all(f"\n  {verb} " in shown for verb in ("tune", "show", "best", "report"))
    assert place.run("--version").stdout == f"ayar {ayar.__version__}\n"


# -- on a terminal -----------------------------------------------------------------------------------------------------


def on_a_terminal(place: Place, *words: str, **environment: str) -> str:
    """What the command writes to a terminal of 90 columns."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "ayar", *words],
        cwd=place.folder,
        env=place.environment({"TERM": "xterm-256color", **environment}),
        stdin=far,
        stdout=far,
        stderr=far,
    )
    os.close(far)
    seen = b""
    while True:
        try:
            part = os.read(near, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    os.close(near)
    assert process.wait(PATIENCE) == 0
    return seen.decode()


def test_on_a_terminal_a_region_shows_the_run_and_the_time(place: Place) -> None:
    # Long enough for several redraws.
    place.write("quick.py", QUICK.replace('    print("trying', '    import time; time.sleep(0.05)\n    print("trying'))
    seen = on_a_terminal(place, "tune", "quick.py")
    assert "\x1b[?25l" in seen, "the cursor hides"
    assert seen.index("\x1b[?25h") > seen.index("\x1b[?25l"), "and comes back"
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
    assert "12 trials" in text
    assert re.search(r"time +proposing .*, evaluating .*, waiting ", text)
    assert re.search(r"best +\S+ in trial \d+   [▁-█]", text)


def test_no_color_means_no_colours(place: Place) -> None:
    place.write("quick.py", QUICK)
    seen = on_a_terminal(place, "tune", "quick.py", NO_COLOR="1")
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3[0-7]|38|9[0-7])(?:;\d+)*m", seen)


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"TERM": "dumb"}])
def test_in_continuous_integration_and_dumb_terminals_lines_stay_plain(
    place: Place, environment: dict[str, str]
) -> None:
    place.write("quick.py", QUICK)
    seen = on_a_terminal(place, "tune", "quick.py", **environment)
    assert not CONTROL.search(seen)
    assert " of 12 trials" in seen
