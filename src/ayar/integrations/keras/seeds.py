"""The random states that building and training a Keras model reads, as one thing that a training owns.

Keras draws the seed of a layer that was given none from Python's generator; layers of the user may draw from any.
"""

import random
import sys
from typing import Any

import numpy as np

from ayar.integrations.keras.global_state import load_seed_state, seed_state


class Seeds:
    """Random states of one training: Python's, NumPy's, PyTorch's and Keras's, swapped in while a `with` block runs.

    On the PyTorch backend `keras.layers.Dropout` without a seed draws from PyTorch's own generator, so the model's
    variables alone do not say how a training goes on.

    Arguments:
        seed: where all of them start.

    >>> seeds = Seeds(0)
    >>> with seeds:
    ...     first = random.random()
    >>> with seeds:
    ...     second = random.random()
    >>> first == second
    False
    """

    def __init__(self, seed: int) -> None:
        outside = _capture()
        try:
            random.seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002 - what layers of the user may read
            if (torch := sys.modules.get("torch")) is not None:
                torch.random.default_generator.manual_seed(seed)
                for device in torch.cuda.default_generators:
                    device.manual_seed(seed)
            load_seed_state((None, None, None))
            self.state = _capture()
        finally:
            _restore(outside)
        self._outside: dict[str, Any] = {}

    def __enter__(self) -> None:
        self._outside = _capture()
        _restore(self.state)

    def __exit__(self, *failure: object) -> None:
        self.state = _capture()
        _restore(self._outside)

    def parts(self) -> dict[str, bytes]:
        """Each state as bytes."""
        numpy_state = self.state["numpy"]
        return {
            "python's random state": repr(self.state["python"]).encode(),
            "numpy's random state": numpy_state[1].tobytes() + repr(numpy_state[2:]).encode(),
            "torch's random state": b"".join(each.numpy().tobytes() for each in self.state["torch"]),
            "keras's seed state": repr((self.state["keras"][0], self.state["keras"][2])).encode(),
        }


def _capture() -> dict[str, Any]:
    torch = sys.modules.get("torch")
    held = [] if torch is None else [torch.random.get_rng_state(), *torch.cuda.get_rng_state_all()]
    return {
        "python": random.getstate(),
        "numpy": np.random.get_state(),  # noqa: NPY002 - the state of others
        "torch": held,
        "keras": seed_state(),
    }


def _restore(state: dict[str, Any]) -> None:
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])  # noqa: NPY002 - the state of others
    if state["torch"]:
        torch = sys.modules["torch"]
        torch.random.set_rng_state(state["torch"][0])
        torch.cuda.set_rng_state_all(state["torch"][1:])
    load_seed_state(state["keras"])
