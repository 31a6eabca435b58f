"""Counter-based random streams: one generator per (seed, trial number, purpose).

A stream depends on its three keys alone, so an extra draw for one purpose shifts no other, and a proposal made again
anywhere draws the same numbers. Only this file makes generators; nothing in Ayar reads a global one.
Source: Philox, Salmon et al. 2011, Parallel Random Numbers: As Easy as 1, 2, 3; key by BLAKE2b (RFC 7693).
"""

import secrets
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray


def new_seed() -> int:
    """A fresh 63-bit seed from the operating system, to be recorded with the study."""
    return secrets.randbits(63)


def _digest(seed: int, number: int, purpose: str) -> bytes:
    return blake2b(f"ayar/1|{seed}|{number}|{purpose}".encode(), digest_size=16).digest()


class _Key(ISeedSequence):
    """Hands Philox its key as a seed; `Philox(key=...)` gives the same stream, but asks for entropy first."""

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Any:  # noqa: ARG002 - Philox wants just the key
        return self._words


def stream_key(seed: int, number: int, purpose: str) -> int:
    """128-bit key of the stream (seed, number, purpose); also used as `trial.seed` material."""
    return int.from_bytes(_digest(seed, number, purpose), "little")


def stream(seed: int, number: int, purpose: str) -> np.random.Generator:
    """The generator of one purpose of one trial.

    >>> stream(0, 7, "draw").random() == stream(0, 7, "draw").random()
    True
    >>> stream(0, 7, "draw").random() == stream(0, 8, "draw").random()
    False
    """
    key = _Key(np.frombuffer(_digest(seed, number, purpose), dtype="<u8"))
    return np.random.Generator(np.random.Philox(key))  # type: ignore[arg-type]  # the stubs know SeedSequence alone


class Streams:
    """The streams of one study, counted from a trial number: `streams(i, purpose)` is the i-th proposal's generator."""

    def __init__(self, seed: int, first: int) -> None:
        self.seed = seed
        self.first = first

    def __call__(self, index: int, purpose: str) -> np.random.Generator:
        """Generator for `purpose` of the proposal that becomes trial number `first + index`."""
        return stream(self.seed, self.first + index, purpose)

    def key(self, index: int, purpose: str) -> int:
        """The stream's 128-bit key, for generators that take a seed of their own (a Sobol shift)."""
        return stream_key(self.seed, self.first + index, purpose)
