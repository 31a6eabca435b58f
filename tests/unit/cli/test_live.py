import io

import pytest
from rich.console import Console

from ayar.cli.live import Frame
from ayar.study.progress import Progress
from ayar.trial.state import State


def progress_of(*, best: float | None = 0.987, target: int | None = 40) -> Progress:
    return Progress(
        name="digits-svm",
        counts={State.COMPLETE: 19, State.FAILED: 1},
        running=2,
        finished=20,
        target=target,
        elapsed=21.0,
        proposing=2.1,
        evaluating=38.0,
        waiting=0.0,
        eta=20.0,
        best=best,
        best_number=None if best is None else 17,
    )


def drawn(frame: Frame, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as caught:
        console.print(frame)
    return [line.rstrip() for line in caught.get().splitlines()]


def test_a_wide_terminal_shows_everything() -> None:
    frame = Frame(progress_of(), [0.9, 0.95, 0.987], "C=12.3  kernel=rbf", "about 20 s left")
    assert drawn(frame, 100) == [
        "",
        "digits-svm  ━━━━━━━━━━━━────────────  20 of 40 trials  0:21, about 20 s left",
        "best        0.987 in trial 17   ▁▅█",
        "            C=12.3  kernel=rbf",
        "trials      19 complete, 1 failed, 2 running, 57.1 a minute",
        "time        proposing 2.1 s, evaluating 38 s, waiting 0 s",
    ]


@pytest.mark.parametrize("width", [20, 40, 59, 60, 200])
def test_lines_are_cut_and_never_wrap(width: int) -> None:
    frame = Frame(progress_of(), [0.1 * i for i in range(100)], "parameter=value  " * 20, "about 20 s left")
    lines = drawn(frame, width)
    assert len(lines) == 6
    assert all(len(line) <= width for line in lines)


def test_before_the_first_result_there_is_no_best() -> None:
    assert drawn(Frame(progress_of(best=None, target=None)), 80)[1:3] == [
        "digits-svm  20 trials  0:21",
        "best        none yet",
    ]


def test_several_goals_show_the_size_of_the_front() -> None:
    assert drawn(Frame(progress_of(best=None), front=5), 80)[2] == "best        5 trials on the front"
