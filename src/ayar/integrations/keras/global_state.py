"""Keras's own random state: the seed that was set, and the generator that `keras.random` uses without a seed.

Only Keras's private `global_state` holds them: the one place where Ayar reads it.
"""

from typing import Any

import numpy as np

from ayar.base.optional import need
from ayar.training.sandbox import Keeper

keras = need("keras", "keras")
_global_state = need("keras.src.backend.common.global_state", "keras")

_GENERATOR = "global_seed_generator"
_SEED = "global_random_seed"


def seed_state() -> tuple[Any, Any, Any]:
    """The seed that was set, the shared generator (None before its first use), and where that one is."""
    generator = _global_state.get_global_attribute(_GENERATOR)
    where = None if generator is None else np.array(keras.ops.convert_to_numpy(generator.state))
    return _global_state.get_global_attribute(_SEED), generator, where


def load_seed_state(state: tuple[Any, Any, Any]) -> None:
    """Go back to what `seed_state` gave, with the same generator object."""
    seed, generator, where = state
    _global_state.set_global_attribute(_SEED, seed)
    _global_state.set_global_attribute(_GENERATOR, generator)
    if generator is not None:
        generator.state.assign(where)


def keep_keras() -> Keeper:
    """What a sandbox keeps of Keras itself."""
    state = seed_state()

    def parts() -> dict[str, bytes]:
        seed, _, where = seed_state()
        return {"random state of Keras": repr((seed, None if where is None else where.tolist())).encode()}

    return Keeper(parts, lambda: load_seed_state(state))
