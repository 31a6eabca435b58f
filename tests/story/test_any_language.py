"""Any language: study files whose commands are shell, C, Node and Python programs, run as people run them."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

import ayar
from story.place import PATIENCE, Place

SPACE = "[space]\nx = { low = -1.0, high = 1.0 }\n"
HEAD = 'goals = { loss = "minimize" }\nsampler = "random"\nseed = 1\n'

C_PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
int main(int n, char **words) {
    double x = atof(words[1]);
    printf("x is %g\\nloss=%.17g\\n", x, (x - 0.5) * (x - 0.5));
    return n == 2 ? 0 : 1;
}
"""

NODE_PROGRAM = """
const fs = require("fs");
const { x, kind } = JSON.parse(fs.readFileSync(process.env.AYAR_PARAMS));
for (let step = 1; step <= 3; step++)
  fs.appendFileSync(process.env.AYAR_RESULT, JSON.stringify({ step, loss: x * x + 1 / step }) + "\\n");
fs.appendFileSync(process.env.AYAR_RESULT, JSON.stringify({ loss: x * x, kind }));
"""

NASTY = ["; touch hacked", "$(touch hacked)", "`touch hacked`", "&& touch hacked", "| touch hacked", "> hacked"]
NASTY += ["'; touch hacked; '", '"; touch hacked; "', "\n touch hacked\n", "a b", "*", "~", "-rf", "\\", "{x}", ""]

# Trials up to the gate pass at once; later ones wait, with a child of their own, until the test removes it.
GATED = """
echo begun >> begun-$AYAR_TRIAL
if [ $AYAR_TRIAL -ge 2 ] && [ -e gate ]; then
  sleep 1000 &
  echo $$ $! > pids-$AYAR_TRIAL.new; mv pids-$AYAR_TRIAL.new pids-$AYAR_TRIAL
  wait
fi
echo loss=$1
"""


def is_running(pid: int) -> bool:
    """Whether a process runs; one that is dead, and waits for its parent to notice, does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def trials(place: Place) -> list[Any]:
    return ayar.load_study(place.folder / "ayar.db").trials


def folder_of(place: Place, number: int, attempt: str = "attempt-1", study: str = "study") -> Path:
    return place.folder / "ayar-trials" / study / f"trial-{number:04d}" / attempt


def tuned(place: Place, study: str, *options: str, code: int = 0) -> list[Any]:
    place.write("study.toml", study)
    done = place.run("tune", "study.toml", *options)
    assert done.returncode == code, done.stderr
    return trials(place)


@pytest.mark.parity("PX2")
@pytest.mark.parity("SP5")
def test_a_shell_script_is_tuned_by_words(place: Place) -> None:
    place.write("train.sh", 'echo "trying $1"; echo "loss=${1#-}"\n')
    study = HEAD + 'command = ["sh", "train.sh", "{x}"]\nmax_trials = 6\nworkers = 2\n' + SPACE
    found = tuned(place, study)
    assert [trial.value for trial in found] == [abs(trial["x"]) for trial in found]
    assert found[0].output == f"trying {found[0]['x']!r}\nloss={abs(found[0]['x'])!r}\n"


@pytest.mark.parity("SP5")
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")
def test_a_c_program_is_tuned(place: Place) -> None:
    place.write("loss.c", C_PROGRAM)
    subprocess.run(["cc", "-o", "loss", "loss.c"], cwd=place.folder, check=True)
    found = tuned(place, HEAD + 'command = ["./loss", "{x}"]\nmax_trials = 5\n' + SPACE)
    assert [trial.value for trial in found] == pytest.approx([(trial["x"] - 0.5) ** 2 for trial in found])


@pytest.mark.parity("PX2")
@pytest.mark.skipif(shutil.which("node") is None, reason="no Node here")
def test_a_node_program_reads_the_file_and_reports(place: Place) -> None:
    place.write("train.js", NODE_PROGRAM)
    study = HEAD + 'command = ["node", "train.js"]\nmax_trials = 3\n' + SPACE + 'kind = ["a", "b"]\n'
    for trial in tuned(place, study):
        assert trial.value == trial["x"] ** 2
        assert [report.step for report in trial.reports] == [1, 2, 3]
        assert trial.reports[2].value == pytest.approx(trial["x"] ** 2 + 1 / 3)
        assert trial.attrs["kind"] == trial["kind"]


@pytest.mark.parity("SP11")
def test_each_attempt_has_its_folder_with_its_log(place: Place) -> None:
    study = HEAD + 'command = ["sh", "-c", "echo loss=1; echo warned >&2", "{x}"]\nmax_trials = 2\n' + SPACE
    found = tuned(place, study)
    folder = folder_of(place, 1)
    assert found[1].attrs["trial_dir"] == str(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["command.txt", "params.json", "stderr.log", "stdout.log"]
    assert (folder / "stdout.log").read_text() == "loss=1\n"
    assert (folder / "stderr.log").read_text() == "warned\n"
    assert json.loads((folder / "params.json").read_text()) == found[1].params
    assert f"trial_dir = '{folder}'" in place.run("show", "1").stdout


@pytest.mark.parity("PX2")
def test_no_value_is_ever_read_by_a_shell(place: Place) -> None:
    """All the characters that a shell would act on, as words, within words, and as paths to paste."""
    place.write("count.py", "import sys, json\nprint(json.dumps({'loss': len(sys.argv[3]), 'words': sys.argv[3:]}))\n")
    choices = json.dumps(NASTY)
    study = (
        HEAD.replace("random", "grid")
        + f'command = ["{sys.executable}", "count.py", "--both=<{{text}}>", "{{trial}}", "{{text}}", "{{args}}"]\n'
        + f"max_trials = {len(NASTY)}\nworkers = 2\n[space]\ntext = {choices}\n"
    )
    found = tuned(place, study)
    assert sorted(trial["text"] for trial in found) == sorted(NASTY)
    for trial in found:
        assert trial.attrs["words"] == [trial["text"], f"--text={trial['text']}"]
        assert trial.value == len(trial["text"])
    assert not list(place.folder.rglob("hacked"))


@pytest.mark.parity("PX2")
def test_a_missing_metric_is_a_failed_trial_that_shows_the_last_lines(place: Place) -> None:
    study = HEAD + 'command = ["sh", "-c", "seq 50; echo accuracy=3", "{x}"]\nmax_trials = 9\n' + SPACE
    place.write("study.toml", study)
    done = place.run("tune", "study.toml")
    assert done.returncode == 1
    assert "the first 3 trials failed alike: bad_value: expected a value of loss, got none" in done.stderr
    [failure] = {trial.failure.message for trial in trials(place)[:1]}
    assert failure.endswith("\n49\n50\naccuracy=3")
    assert "\n32\n" in failure
    assert "\n31\n" not in failure


def test_several_goals_and_a_limit_come_by_name(place: Place) -> None:
    study = (
        'goals = { loss = "minimize", size = "maximize" }\nconstraints = ["latency <= 3"]\nsampler = "random"\n'
        'command = ["sh", "-c", "echo size=4 latency=$0; echo loss=2", "{n}"]\nmax_trials = 6\n[space]\n'
        "n = { low = 1, high = 6 }\n"
    )
    found = tuned(place, study)
    assert {trial.values for trial in found} == {(2.0, 4.0)}
    assert [trial.metrics["latency"] for trial in found] == [trial["n"] for trial in found]


@pytest.mark.parity("N5")
def test_a_hung_command_is_ended_with_all_it_started(place: Place) -> None:
    """A child that ignores SIGTERM, and a grandchild in the background."""
    place.write(
        "hang.sh",
        "trap '' TERM\nsh -c \"trap '' TERM; sleep 1000 & echo \\$\\$ \\$! > pids; wait\" &\nwait; wait; sleep 1000\n",
    )
    study = HEAD + 'command = ["sh", "hang.sh", "{x}"]\nmax_trials = 1\n[trial]\ntimeout = "3s"\n' + SPACE
    [trial] = tuned(place, study, code=1)
    assert (trial.failure.kind, trial.failure.message) == (
        "timeout",
        "no result within the time limit (running); timeout=3 seconds",
    )
    pids = [int(word) for word in (place.folder / "pids").read_text().split()]
    assert len(pids) == 2
    assert not any(is_running(pid) for pid in pids)


def test_of_a_flood_the_end_is_kept(place: Place) -> None:
    """100 MB of output: the log of the study holds 64 KB of it, the attempt's file at most its cap."""
    script = "yes 'a line of nothing much' | head -c 100000000; echo; echo loss=5"
    study = HEAD + f'command = ["sh", "-c", "{script}", "{{x}}"]\nmax_trials = 1\n' + SPACE
    [trial] = tuned(place, study)
    assert trial.value == 5.0
    assert len(trial.output) == 65536
    assert trial.output.endswith("loss=5\n")
    assert (folder_of(place, 0) / "stdout.log").stat().st_size <= 64 * 2**20
    assert (folder_of(place, 0) / "stdout.log").read_text().startswith("[cut here: more than 64 MB were written")


def gated(place: Place, workers: int, script: str = GATED) -> Any:
    """A run whose first two trials are told, and whose next ones wait."""
    place.write("train.sh", script)
    place.write("study.toml", HEAD + 'command = ["sh", "train.sh", "{x}"]\nmax_trials = 6\n' + SPACE)
    (place.folder / "gate").touch()
    process = place.start("tune", "study.toml", "--workers", str(workers))
    place.wait_for(lambda: len(list(place.folder.glob("pids-?"))) >= workers)
    return process


def pids(place: Place) -> list[int]:
    return [int(word) for file in place.folder.glob("pids-?") for word in file.read_text().split()]


def starts(place: Place) -> list[int]:
    """How often each trial was begun."""
    return [(place.folder / f"begun-{i}").read_text().count("begun") for i in range(6)]


@pytest.mark.parity("WB2")
def test_after_kill_9_finished_commands_do_not_run_again_and_the_cut_off_ones_do(place: Place) -> None:
    process = gated(place, workers=2)
    process.kill()
    process.wait(PATIENCE)
    place.wait_for(lambda: not any(is_running(pid) for pid in pids(place)))
    (place.folder / "gate").unlink()
    done = place.run("tune", "study.toml")
    assert done.returncode == 0, done.stderr
    assert "took back 2 trials" in done.stderr
    assert starts(place) == [1, 1, 2, 2, 1, 1]
    assert [trial.value for trial in trials(place)] == [trial["x"] for trial in trials(place)]
    assert folder_of(place, 2, "attempt-2").is_dir()


@pytest.mark.parity("G13")
def test_ctrl_c_ends_the_commands_and_puts_their_trials_back(place: Place) -> None:
    process = gated(place, workers=2)
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, talk
    assert not any(is_running(pid) for pid in pids(place))
    study = place.study("study")
    assert (study["trials"]["complete"], study["trials"]["waiting"], study["trials"]["running"]) == (2, 2, 0)
    (place.folder / "gate").unlink()
    assert place.run("tune", "study.toml").returncode == 0
    assert starts(place) == [1, 1, 2, 2, 1, 1]


def test_a_second_ctrl_c_leaves_no_command_behind_that_ignores_the_first(place: Place) -> None:
    process = gated(place, workers=1, script="trap '' TERM\n" + GATED.replace("  wait\n", "  wait; wait; sleep 1000\n"))
    process.send_signal(signal.SIGINT)
    for line in process.stderr:
        if line.startswith("stopping"):
            break
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "left at once; all finished trials are kept" in talk
    assert not any(is_running(pid) for pid in pids(place))


def test_workers_join_with_the_same_file(place: Place) -> None:
    process = gated(place, workers=1)
    (place.folder / "gate").unlink()
    joined = place.start("worker", "study.toml", "--study", "study", "--storage", "sqlite:///ayar.db")
    place.wait_for((place.folder / "begun-5").exists)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    _, talk = joined.communicate(timeout=PATIENCE)
    assert joined.returncode == 0, talk
    assert starts(place) == [1, 1, 2, 1, 1, 1]
    assert {trial.state for trial in trials(place)} == {"complete"}


@pytest.mark.parity("N15")
def test_any_trial_of_either_kind_of_file_runs_again(place: Place) -> None:
    place.write("study.toml", HEAD + 'command = ["sh", "-c", "echo loss=$AYAR_SEED", "{x}"]\nmax_trials = 3\n' + SPACE)
    place.write(
        "quick.py",
        "import random\nspace = {'x': (0.0, 1.0)}\nmax_trials = 3\n"
        "def objective(trial):\n    return trial['x'] + random.Random(trial.seed).random()\n",
    )
    for file in ("study.toml", "quick.py"):
        assert place.run("tune", file).returncode == 0
        heads = ayar.load_study(place.folder / "ayar.db", Path(file).stem).fold.head
        again = place.run("tune", file, "--rerun", "2")
        assert again.returncode == 0, again.stderr
        assert again.stdout.startswith(f"trial 2 of study '{Path(file).stem}', run again outside its count\n")
        assert ayar.load_study(place.folder / "ayar.db", Path(file).stem).fold.head == heads
    assert folder_of(place, 2, "rerun").is_dir()


def test_a_dry_run_prints_commands_and_writes_nothing(place: Place) -> None:
    place.write("study.toml", HEAD + 'command = ["sh", "-c", "exit 1", "--x={x}"]\nmax_trials = 3\n' + SPACE)
    done = place.run("tune", "study.toml", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "commands sh -c 'exit 1' --x=" in done.stdout
    assert [path.name for path in place.folder.iterdir()] == ["study.toml"]


def test_yaml_says_the_same_as_toml(place: Place) -> None:
    place.write(
        "study.yaml",
        "goals: {loss: minimize}\nsampler: random\nseed: 1\nmax_trials: 2\nmax_seconds: 1h\n"
        "command: [sh, -c, 'echo loss=$0', '{x}']\nspace:\n  x: {low: 1e-5, high: 1e-1, log: true}\n"
        "  aug: [off, light]\n",
    )
    done = place.run("tune", "study.yaml")
    assert done.returncode == 0, done.stderr
    assert "note: study.yaml, line 9 (aug: [off, light]): YAML reads off as false" in done.stderr
    assert all(1e-5 <= trial["x"] <= 0.1 and trial.value == trial["x"] for trial in trials(place))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('command = "sh train.sh --x={x}"\n', 'command = ["sh", "train.sh", "--x={x}"]'),
        ('command = ["sh", "{y}"]\n', "no parameter is called 'y'"),
        ('command = ["sh", "{x}"]\nmax_trails = 3\n', "$.max_trails: no such key; did you mean 'max_trials'?"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_before_anything_is_written(place: Place, text: str, said: str) -> None:
    place.write("study.toml", HEAD + text + SPACE)
    done = place.run("tune", "study.toml", "--max-trials", "2")
    assert done.returncode == 2
    assert said in done.stderr
    assert [path.name for path in place.folder.iterdir()] == ["study.toml"]
