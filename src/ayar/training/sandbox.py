"""What happens in a sandbox leaves no trace: all is put back as it was, in the same objects, and that is verified.

    with sandbox(run):
        ...            # steps, validation, exceptions, Ctrl-C
    # here the run, and every random state of the process, are bit for bit what they were

Each thing that is kept is a `Keeper`: it names its parts as bytes, and puts them back. A Run brings its own; random
states of Python and NumPy are kept always, those of PyTorch and Keras where the process has imported them.
"""

import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np

from ayar.base.errors import SandboxBroken
from ayar.base.registry import load
from ayar.training.base import Run, Task

GUESTS: Mapping[str, str] = {
    "keras": "ayar.integrations.keras.global_state:keep_keras",
    "torch": "ayar.integrations.torch.global_state:keep_torch",
}
"""Module to the function that makes the `Keeper` of its random states and switches; asked only if it is imported."""

T = TypeVar("T", bound=Run | Task | None)


@dataclass(frozen=True)
class Keeper:
    """Something that is put back: `parts` are its bytes by name, `restore` puts it back as it was when it was kept."""

    parts: Callable[[], Mapping[str, bytes]]
    restore: Callable[[], object]


@contextmanager
def sandbox(inside: T) -> Iterator[T]:
    """Put everything back at the end, come what may: an exception and Ctrl-C too. Sandboxes nest.

    Arguments:
        inside: a Run whose state is kept. A Task never changes, so for it, and for None, the random states and switches
            of the process are all there is to keep.

    Raises:
        SandboxBroken: a part is not what it was after it was put back; says which. What was raised inside is its cause.

    >>> import random
    >>> random.seed(3)
    >>> with sandbox(None):
    ...     inside = random.random()
    >>> random.random() == inside
    True
    """
    keepers = _keepers(inside)
    before = _digests(keepers)
    try:
        yield inside
    finally:
        try:
            _restore(keepers)
        except KeyboardInterrupt:  # a second Ctrl-C, while putting back: first finish
            _restore(keepers)
            raise
        _verify(before, _digests(keepers))


def _keepers(inside: Run | Task | None) -> list[Keeper]:
    keepers = [_python(), _numpy()]
    keepers += [load(target)() for module, target in sorted(GUESTS.items()) if module in sys.modules]
    if isinstance(inside, Run):
        state = inside.state()
        keepers.append(Keeper(inside.parts, lambda: inside.load(state)))
    return keepers


def _python() -> Keeper:
    state = random.getstate()
    return Keeper(lambda: {"random state of Python": repr(random.getstate()).encode()}, lambda: random.setstate(state))


def _numpy() -> Keeper:
    """NumPy's global generator, which user code may draw from."""
    state = np.random.get_state()  # noqa: NPY002 - the global one is meant

    def parts() -> dict[str, bytes]:
        name, key, *rest = np.random.get_state()  # noqa: NPY002
        return {"random state of NumPy": np.asarray(key).tobytes() + repr((name, *rest)).encode()}

    return Keeper(parts, lambda: np.random.set_state(state))  # noqa: NPY002


def _digests(keepers: list[Keeper]) -> dict[str, bytes]:
    return {name: blake2b(data).digest() for keeper in keepers for name, data in keeper.parts().items()}


def _restore(keepers: list[Keeper]) -> None:
    """Put all back, the random states last: putting the others back may draw."""
    for keeper in reversed(keepers):
        keeper.restore()


def _verify(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name in [*before, *after]:
        if before.get(name) != after.get(name):
            raise SandboxBroken(
                f"{name!r} is not what it was before the probe, though all that was kept has been put back; "
                "the training would not go on as it would have without the probe. Load a checkpoint, or start it anew, "
                "and report what this part is"
            )
