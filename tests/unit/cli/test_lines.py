from dataclasses import replace

import pytest

import ayar
from ayar.cli.lines import PAUSE_SECONDS, PlainLines
from ayar.cli.talk import Talk
from ayar.study.progress import Progress
from ayar.study.study import Study
from ayar.testing.fake_clock import FakeClock


def moment(study: Study, **fields: object) -> Progress:
    counts = study.counts()
    plain = Progress(
        name=study.name, counts=counts, running=1, finished=len(study.history.order), target=10, elapsed=3.0,
        proposing=0.0, evaluating=1.0, waiting=0.0, eta=None, last=study.history.order[-1],
    )  # fmt: skip
    return replace(plain, **fields)  # type: ignore[arg-type]  # a table of fields


@pytest.fixture
def study() -> Study:
    return ayar.create_study({"x": (0.0, 1.0)}, sampler="random", seed=0)


def tell(study: Study, value: float) -> None:
    study.tell(study.ask(), value)


def test_lines_keep_their_distance(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    screen = PlainLines(study, Talk(), clock)
    tell(study, 1.0)
    screen.watch(moment(study))
    tell(study, 2.0)
    screen.watch(moment(study))
    assert len(capsys.readouterr().err.splitlines()) == 1
    clock.sleep(PAUSE_SECONDS)
    screen.watch(moment(study))
    assert capsys.readouterr().err == "0:03  2 of 10 trials, trial 1 complete 2\n"


def test_while_nothing_finishes_nothing_is_said(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    screen = PlainLines(study, Talk(), clock)
    tell(study, 1.0)
    screen.watch(moment(study))
    capsys.readouterr()
    clock.sleep(10 * PAUSE_SECONDS)
    screen.watch(moment(study))
    assert capsys.readouterr().err == ""


def test_an_improvement_and_a_first_failure_are_said_at_once(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    screen = PlainLines(study, Talk(), FakeClock())
    tell(study, 1.0)
    screen.watch(moment(study, improved=True, best=1.0, best_number=0))
    assert capsys.readouterr().err.startswith("trial 0  value 1  x=")
    for _ in range(2):
        study.tell(study.ask(), state="failed", failure=ayar.Failure("exception", "no data", type="ValueError"))
        screen.watch(moment(study))
    assert capsys.readouterr().err == "trial 1 failed: ValueError: no data\n"
