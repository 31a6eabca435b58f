"""Fail-points: nothing where none is armed, a signal at its turn where one is."""

import os
import subprocess
import sys

import pytest

from ayar.base.errors import ArgumentError
from ayar.base.failpoint import arm

CODE = """
from ayar.base.failpoint import reach
for i in range(5):
    reach("before-commit")
    reach("after-commit")
    print(i, flush=True)
"""


def run(failpoint: str) -> tuple[int, list[str]]:
    environment = {**os.environ, "AYAR_FAILPOINT": failpoint}
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout.split()


@pytest.mark.parametrize(
    ("failpoint", "code", "said"),
    [("", 0, 5), ("after-commit:3:KILL", -9, 2), ("after-commit:6:KILL", 0, 5), ("after-claim:1:KILL", 0, 5)],
)
def test_an_armed_point_sends_its_signal_when_its_turn_comes(failpoint: str, code: int, said: int) -> None:
    ended, lines = run(failpoint)
    assert (ended, len(lines)) == (code, said)


@pytest.mark.parametrize("text", ["after-lunch:1:KILL", "after-commit:x:KILL", "after-commit:1:HURT", "after-commit"])
def test_what_names_no_point_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match=r"expected NAME:COUNT:SIGNAL .* such as after-commit:3:KILL, got"):
        arm(text)
