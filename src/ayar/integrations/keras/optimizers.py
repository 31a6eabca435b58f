"""Keras optimizers whose momentum can change while they train.

Keras keeps `momentum`, `beta_1` and `weight_decay` as Python numbers. On the JAX and TensorFlow backends a number is
traced into the compiled step once, and setting it later changes nothing, without a word. Here they are variables of the
optimizer, as its learning rate is: set, saved and loaded like that one.

    SGD     v ← μv − ηg,  w ← w + v        (Nesterov: w ← w + μv − ηg)
    Adam    m ← m + (1 − β₁)(g − m),  …     β₁ also in the bias correction 1 − β₁ᵗ, as Keras and PyTorch have it

Weight decay is Keras's own: decoupled, w ← w − ηλw before the update, in SGD too.
"""

from typing import Any

from ayar.base.errors import ArgumentError
from ayar.base.optional import need

keras = need("keras", "keras")


class Steered(keras.optimizers.Optimizer):  # type: ignore[misc, name-defined]  # Keras ships no types
    """Momentum and weight decay in variables; to be mixed in before an optimizer of Keras."""

    momentum_name = ""
    """What the optimizer calls its momentum: "momentum" or "beta_1"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in (self.momentum_name, "weight_decay"):
            start = keras.initializers.Constant(getattr(self, name) or 0.0)
            made = self.add_variable(shape=(), initializer=start, aggregation="only_first_replica", name=name)
            setattr(self, f"_{name}_variable", made)

    def get_config(self) -> dict[str, Any]:
        """Plain numbers, as Keras has them."""
        config: dict[str, Any] = super().get_config()
        return config | {name: number(getattr(self, name)) for name in (self.momentum_name, "weight_decay")}


def _variable(name: str) -> property:
    """An attribute that is the number it was set to until the variable exists, then the variable."""

    def read(self: Steered) -> Any:
        return self.__dict__.get(f"_{name}_variable", self.__dict__.get(f"_{name}_start"))

    def write(self: Steered, value: float | None) -> None:
        if f"_{name}_variable" in self.__dict__:
            self.__dict__[f"_{name}_variable"].assign(value or 0.0)
        else:
            self.__dict__[f"_{name}_start"] = value

    return property(read, write)


def number(value: Any) -> float:
    """A Keras variable or number as the float one would write: 0.1 for the float32 next to it."""
    return float(str(keras.ops.convert_to_numpy(value)[()]))


@keras.saving.register_keras_serializable(package="ayar")
class SteeredSGD(Steered, keras.optimizers.SGD):  # type: ignore[misc, name-defined]  # Keras ships no types
    """SGD that always keeps a velocity, so that momentum may start at 0."""

    momentum_name = "momentum"
    momentum = _variable("momentum")
    weight_decay = _variable("weight_decay")

    def build(self, variables: list[Any]) -> None:
        """Make the velocities."""
        if self.built:
            return
        # Past SGD's own, which makes none where momentum is 0 at the start.
        super(keras.optimizers.SGD, self).build(variables)
        self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One update of one variable."""
        step = keras.ops.cast(gradient, variable.dtype) * keras.ops.cast(learning_rate, variable.dtype)
        momentum = keras.ops.cast(self.momentum, variable.dtype)
        velocity = self.momentums[self._get_variable_index(variable)]
        self.assign(velocity, velocity * momentum - step)
        self.assign_add(variable, velocity * momentum - step if self.nesterov else velocity)


@keras.saving.register_keras_serializable(package="ayar")
class SteeredAdam(Steered, keras.optimizers.Adam):  # type: ignore[misc, name-defined]  # Keras ships no types
    """Adam with β₁ in a variable; β₂ stays a number."""

    momentum_name = "beta_1"
    beta_1 = _variable("beta_1")
    weight_decay = _variable("weight_decay")


@keras.saving.register_keras_serializable(package="ayar")
class SteeredAdamW(Steered, keras.optimizers.AdamW):  # type: ignore[misc, name-defined]  # Keras ships no types
    """AdamW with β₁ in a variable; β₂ stays a number."""

    momentum_name = "beta_1"
    beta_1 = _variable("beta_1")
    weight_decay = _variable("weight_decay")


_STEERED = {"SGD": SteeredSGD, "Adam": SteeredAdam, "AdamW": SteeredAdamW}


def schedulable(optimizer: Any) -> Any:
    """The same optimizer with momentum (or beta_1) and weight decay in variables, so that a schedule can move them.

    Arguments:
        optimizer: `keras.optimizers.SGD`, `Adam` or `AdamW`, or the name of one. Variables that weight decay leaves
            out are named on the result: `schedulable(...).exclude_from_weight_decay(...)`.

    Returns:
        A new optimizer with the same options; `optimizer` itself if it is of this kind already.

    Raises:
        ArgumentError: another kind of optimizer (its learning rate can follow a schedule without this), or one that
            has been trained with, whose velocities would be lost.

    >>> schedulable(keras.optimizers.SGD(0.1, momentum=0.9)).get_config()["momentum"]
    0.9
    """
    optimizer = keras.optimizers.get(optimizer)
    if isinstance(optimizer, Steered):
        return optimizer
    kind = type(optimizer).__name__
    if kind not in _STEERED or not type(optimizer).__module__.startswith("keras."):
        raise ArgumentError(
            f"expected one of Keras's own {', '.join(_STEERED)}, got {type(optimizer).__qualname__}; other optimizers "
            "follow a schedule's learning rate as they are, their momentum stays"
        )
    if number(optimizer.iterations) > 0:
        raise ArgumentError(
            f"this {kind} has made {number(optimizer.iterations):.0f} updates, its velocities would be lost: "
            "make it schedulable before training"
        )
    return _STEERED[kind](**optimizer.get_config())
