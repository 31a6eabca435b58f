"""Save a study, load it in a fresh process: its next proposal is what it would have been, for every acquisition.

Every kind of parameter is there, a condition and a rule; of the results a constraint, a failure and a pending trial.
JSON keeps floats exactly, so equal means equal bits.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.samplers.mixgp import MixGP

SPACE = ayar.Space(
    {
        "rate": ayar.Float(1e-5, 1.0, log=True),
        "share": ayar.Float(0.0, 1.0, step=0.1),
        "layers": (1, 6),
        "width": ayar.Int(8, 512, log=True),
        "batch": ayar.Ordinal([16, 32, 64, 256]),
        "kind": ["plain", "wide", ("deep", 3)],
        "flag": ayar.Bool(),
        "momentum": ayar.Float(0.0, 0.99, when={"flag": True}),
    },
    constraints=["layers * width <= 1024"],
)
TRIALS = 12
READER = "import sys; from story.test_saved_and_loaded import *; print(proposed(ayar.load_study(sys.argv[1])))"


def result(params: Any) -> dict[str, float]:
    """A loss, and the memory it took."""
    loss = abs(params["share"] - 0.3) + abs(params["layers"] - 3) / 6 + params.get("momentum", 0.5) ** 2
    return {"value": loss + (params["kind"] != "wide"), "memory": params["layers"] * params["width"] / 100}


def begun(path: Path, acquisition: str) -> ayar.Study:
    """A study in a file, with one failed trial."""
    sampler = MixGP(acquisition=acquisition)
    study = ayar.create_study(SPACE, storage=path, sampler=sampler, seed=5, constraints=["0.1 <= memory <= 4"])
    for number in range(TRIALS):
        trial = study.ask()
        if number == 4:
            study.tell(trial, state="failed")
        else:
            study.tell(trial, result(trial))
    return study


def proposed(study: ayar.Study) -> str:
    """The next two proposals with their notes, as JSON; the first one is pending when the second is made."""
    for _ in range(2):
        study.ask()
    return json.dumps([[dict(trial.parameters), dict(trial.note)] for trial in study.trials[TRIALS:]])


def in_a_fresh_process(path: Path) -> Any:
    command = [sys.executable, "-W", "error", "-c", READER, str(path)]
    tests = Path(__file__).parent.parent
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=tests).stdout)


@pytest.mark.parity("BO6")
@pytest.mark.parametrize("acquisition", ["ei", "pi", "ucb", "thompson"])
def test_the_next_proposals_are_the_same_after_saving_and_loading(acquisition: str, tmp_path: Path) -> None:
    begun(tmp_path / "saved.db", acquisition).close()
    going_on = json.loads(proposed(begun(tmp_path / "going_on.db", acquisition)))
    assert in_a_fresh_process(tmp_path / "saved.db") == going_on
    notes = [note for _, note in going_on]
    assert {note["arm"] for note in notes} & {"model", "neglected branch"}
