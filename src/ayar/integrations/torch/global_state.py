"""Random states and switches of PyTorch that belong to the process; and random states that a Run has to itself."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from ayar.base.rng import stream_key
from ayar.integrations.torch.kept import tensor_bytes
from ayar.training.sandbox import Keeper

SWITCHES: Mapping[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "cudnn.benchmark": (
        lambda: torch.backends.cudnn.benchmark,
        lambda on: setattr(torch.backends.cudnn, "benchmark", on),
    ),
    "cudnn.deterministic": (
        lambda: torch.backends.cudnn.deterministic,
        lambda on: setattr(torch.backends.cudnn, "deterministic", on),
    ),
    "cudnn.enabled": (lambda: torch.backends.cudnn.enabled, lambda on: setattr(torch.backends.cudnn, "enabled", on)),
    "float32 matmul precision": (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    "deterministic algorithms": (
        torch.get_deterministic_debug_mode,
        torch.set_deterministic_debug_mode,
    ),
    "grad mode": (torch.is_grad_enabled, torch.set_grad_enabled),
    "default dtype": (torch.get_default_dtype, torch.set_default_dtype),
    "anomaly detection": (torch.is_anomaly_enabled, torch.set_anomaly_enabled),
    "CPU autocast": (
        lambda: torch.is_autocast_enabled("cpu"),
        lambda on: torch.set_autocast_enabled("cpu", on),
    ),
}


def random_states() -> dict[str, torch.Tensor]:
    """The state of the generator of the CPU and of each device that has been used."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # never wakes the device up
        states |= {f"cuda:{i}": torch.cuda.get_rng_state(i) for i in range(torch.cuda.device_count())}
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_random_states(states: Mapping[str, torch.Tensor]) -> None:
    """Put the states of `random_states` back."""
    for device, state in states.items():
        if device == "cpu":
            torch.set_rng_state(state)
        elif device == "mps":
            torch.mps.set_rng_state(state)
        else:
            torch.cuda.set_rng_state(state, device)


def keep_torch() -> Keeper:
    """What a sandbox keeps of PyTorch itself."""
    states, switches = random_states(), {name: get() for name, (get, _) in SWITCHES.items()}

    def parts() -> dict[str, bytes]:
        now = random_states()
        named = {f"random state of torch on {device}": tensor_bytes(now[device]) for device in states}
        return named | {f"torch switch {name}": repr(get()).encode() for name, (get, _) in SWITCHES.items()}

    def restore() -> None:
        for name, on in switches.items():
            SWITCHES[name][1](on)
        set_random_states(states)

    return Keeper(parts, restore)


class Randomness:
    """Random states of Python, NumPy and PyTorch that a Run has to itself; the process's own are back after use."""

    def __init__(self, seed: int, purpose: str) -> None:
        """States that follow from `seed` and `purpose`."""
        key = stream_key(seed, 0, purpose)
        with self._of_process():
            random.seed(key)
            np.random.seed(key % 2**32)  # noqa: NPY002 - the global one is meant
            torch.manual_seed(key % 2**63)
            self.state = self._now()

    @staticmethod
    def _now() -> tuple[Any, Any, dict[str, torch.Tensor]]:
        return random.getstate(), np.random.get_state(), random_states()  # noqa: NPY002

    @staticmethod
    def _put(state: tuple[Any, Any, dict[str, torch.Tensor]]) -> None:
        python, numpy, devices = state
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        set_random_states(devices)

    @classmethod
    @contextmanager
    def _of_process(cls) -> Iterator[None]:
        outside = cls._now()
        try:
            yield
        finally:
            cls._put(outside)

    @contextmanager
    def drawn(self) -> Iterator[None]:
        """Within, the global generators are these; they stay where they got to for the next time."""
        with self._of_process():
            self._put(self.state)
            try:
                yield
            finally:
                self.state = self._now()

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Each state, by name."""
        python, numpy, devices = self.state
        yield "own random state of Python", repr(python).encode()
        yield "own random state of NumPy", np.asarray(numpy[1]).tobytes() + repr(numpy[2:]).encode()
        for device, state in devices.items():
            yield f"own random state of torch on {device}", tensor_bytes(state)
