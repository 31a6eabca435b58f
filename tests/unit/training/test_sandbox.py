"""A sandbox puts everything back, verifies it, and names what it could not put back."""

import os
import random
import subprocess
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import SandboxBroken
from ayar.testing.subjects import digits_numpy
from ayar.training.base import Run
from ayar.training.numpy_task import NumpyRun, NumpyTask
from ayar.training.sandbox import sandbox


@pytest.fixture
def run() -> NumpyRun:
    return digits_numpy().start(0)


def probe(run: Run, error: type[BaseException] | None = None) -> None:
    with sandbox(run) as inside:
        for _ in range(7):
            inside.step(lr=3.0, momentum=0.5)
        random.random()
        if error is not None:
            raise error("stop")


def random_states() -> tuple[Any, ...]:
    return random.getstate(), repr(np.random.get_state()), np.random.get_state()[1].tobytes()  # type: ignore[index]  # noqa: NPY002


@pytest.mark.parity("N21")
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, None])
def test_training_goes_on_as_if_nothing_had_happened(run: NumpyRun, error: type[BaseException] | None) -> None:
    plain = digits_numpy().start(0)
    expected = [plain.step() for _ in range(40)]
    seen = [run.step() for _ in range(5)]
    weights = run.parameters[0]
    with pytest.raises(error) if error else nullcontext():
        probe(run, error)
    assert seen + [run.step() for _ in range(35)] == expected
    assert run.parameters[0] is weights


@pytest.mark.parity("N21")
def test_sandboxes_nest(run: NumpyRun) -> None:
    run.step()
    outer = dict(run.parts())
    with sandbox(run):
        run.step()
        inner = dict(run.parts())
        with sandbox(run):
            run.step()
        assert dict(run.parts()) == inner
    assert dict(run.parts()) == outer


@pytest.mark.parity("N21")
def test_random_states_of_python_and_numpy_are_put_back() -> None:
    before = random_states()
    with sandbox(None):
        random.random()
        np.random.random()  # noqa: NPY002
        random.seed(1)
    assert random_states() == before


class Forgetful(NumpyRun):
    """Knows of a part that it does not put back."""

    seen = 0

    def step(self, **settings: float | None) -> float:
        self.seen += 1
        return super().step(**settings)

    def parts(self) -> Mapping[str, bytes]:
        return {**super().parts(), "rows seen": repr(self.seen).encode()}


@pytest.mark.parity("N21")
def test_what_was_not_put_back_is_named() -> None:
    X = np.arange(20.0).reshape(10, 2)
    run = Forgetful(NumpyTask(X, np.arange(10) % 2, batch_size=2), 0)
    with pytest.raises(SandboxBroken, match=r"'rows seen' is not what it was before the probe.*Load a checkpoint"):
        probe(run)
    with pytest.raises(SandboxBroken, match="rows seen") as caught:
        probe(run, ValueError)
    assert isinstance(caught.value.__context__, ValueError)


@pytest.mark.parity("N21")
def test_guests_are_asked_only_where_they_are_imported_and_keras_random_state_is_put_back() -> None:
    code = (
        "import sys\n"
        "from ayar.training.sandbox import sandbox\n"
        "with sandbox(None):\n"
        "    pass\n"
        "assert not {'torch', 'keras'} & set(sys.modules)\n"
        "import keras, numpy\n"
        "keras.random.uniform((2,))\n"
        "with sandbox(None):\n"
        "    inside = numpy.array(keras.ops.convert_to_numpy(keras.random.uniform((2,))))\n"
        "assert (numpy.array(keras.ops.convert_to_numpy(keras.random.uniform((2,)))) == inside).all()\n"
    )
    environment = os.environ | {"KERAS_BACKEND": "torch"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
