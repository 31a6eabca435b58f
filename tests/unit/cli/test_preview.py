from pathlib import Path
from typing import Any

import ayar
from ayar.cli.plan import Plan, plan_of
from ayar.cli.preview import dry_run, proposals
from ayar.cli.script import Script


def plan(**settings: Any) -> Plan:
    given = {"space": {"x": (0.0, 1.0), "n": (1, 4)}, "max_trials": 6, "sampler": "random", "seed": 3, **settings}
    return plan_of(Script(Path("svm.py"), len, {name: value for name, value in given.items() if value is not None}), {})


def test_a_dry_run_says_what_would_be_done(tmp_path: Path) -> None:
    storage = str(tmp_path / "a.db")
    text = dry_run(plan(storage=storage, space={"n": (1, 4), "k": ["a", "b"]}, workers=2, trial_timeout=60.0))
    assert text.splitlines() == [
        "study    'svm', new",
        "goal     minimize value",
        "budget   6 trials",
        "sampler  random",
        f"storage  {storage}",
        "runs     2 workers (processes), at most 1 min a trial",
        "space    2 parameters: 1 int, 1 choice; 8 configurations",
        "         n = Int(1, 4)",
        "         k = Categorical(['a', 'b'])",
    ]
    assert list(tmp_path.iterdir()) == []


def test_proposals_are_those_that_the_run_will_make(tmp_path: Path) -> None:
    looked = proposals(plan(storage=str(tmp_path / "a.db")), 2)
    study = ayar.create_study({"x": (0.0, 1.0), "n": (1, 4)}, sampler="random", seed=3)
    params = [study.ask().params for _ in range(2)]
    assert [line.partition("  #")[0] for line in looked] == [
        f"{i}  x={trial['x']:.4g}  n={trial['n']}" for i, trial in enumerate(params)
    ]


def test_proposals_go_on_from_the_stored_study(tmp_path: Path) -> None:
    storage = str(tmp_path / "a.db")
    study = ayar.create_study({"x": (0.0, 1.0), "n": (1, 4)}, sampler="random", seed=9, storage=storage, name="svm")
    study.tell(study.ask(), 1.0)
    assert "goes on after 1 finished trial" in dry_run(plan(storage=storage))
    [line] = proposals(plan(storage=storage), 1)
    trial = study.ask()
    assert line.startswith(f"1  x={trial['x']:.4g}  n={trial['n']}")


def test_a_space_defined_by_run_cannot_be_looked_at_before() -> None:
    assert proposals(plan(space=None, storage="memory"), 1)[0].startswith("the objective defines the space by run")
