"""A multi-layer perceptron in plain NumPy: forward, backward, two losses and three optimizers.

    X     (n, d) rows                    Z       (n, o) outputs
    W, b  weights (d, h), biases (h,)    A       what goes into a layer
    lr    learning rate, η               l2      weight decay λ, on weights and never on biases
    μ     momentum                       β₁, β₂  decay rates of Adam's moments m and s

Parameters are a flat list W₁, b₁, W₂, b₂, ...; a decayed one is told by its two axes.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ayar.training.base import Ability

Array = NDArray[np.float64]
OptimizerName = Literal["sgd", "adam", "adamw"]
ABILITIES: dict[OptimizerName, frozenset[Ability]] = {
    "sgd": frozenset({"momentum", "l2"}),
    "adam": frozenset({"beta1", "l2"}),
    "adamw": frozenset({"beta1", "decoupled"}),
}
BETA2, EPSILON = 0.999, 1e-8


def initial(sizes: list[int], rng: np.random.Generator) -> list[Array]:
    """New parameters for layers of these sizes: uniform within ±1/√fan_in, as PyTorch's `Linear` draws them."""
    parameters = []
    for fan_in, width in pairwise(sizes):
        bound = fan_in**-0.5
        parameters += [rng.uniform(-bound, bound, (fan_in, width)), rng.uniform(-bound, bound, width)]
    return parameters


@dataclass
class Tape:
    """What `backward` needs of a `forward`: the input of each layer, and what its rectifier and dropout let through."""

    inputs: list[Array] = field(default_factory=list)
    gates: list[Array] = field(default_factory=list)


def forward(
    parameters: list[Array], X: Array, dropout: float = 0.0, rng: np.random.Generator | None = None
) -> tuple[Array, Tape]:
    """Outputs (n, o) of the network and the tape; with `rng`, dropout is on."""
    tape, A = Tape(), X
    for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        tape.inputs.append(A)
        Z = A @ W + b
        gate = (Z > 0).astype(float)
        if dropout and rng is not None:
            gate *= (rng.random(Z.shape) >= dropout) / (1 - dropout)
        tape.gates.append(gate)
        A = Z * gate
    tape.inputs.append(A)
    return A @ parameters[-2] + parameters[-1], tape


def backward(parameters: list[Array], tape: Tape, dZ: Array) -> list[Array]:
    """The gradient of each parameter, from that of the outputs."""
    gradients: list[Array] = []
    for layer in reversed(range(len(tape.inputs))):
        gradients = [tape.inputs[layer].T @ dZ, dZ.sum(axis=0), *gradients]
        if layer:
            dZ = (dZ @ parameters[2 * layer].T) * tape.gates[layer - 1]
    return gradients


def cross_entropy(Z: Array, labels: NDArray[np.int64]) -> tuple[Array, Array]:
    """Softmax cross-entropy of each row (n,), and the gradient (n, o) of their mean."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(Z))
    dZ = np.exp(log_p)
    dZ[rows, labels] -= 1
    return -log_p[rows, labels], dZ / len(Z)


def squared_error(Z: Array, targets: Array) -> tuple[Array, Array]:
    """Squared error of each row (n,) of one output, and the gradient (n, 1) of their mean."""
    residual = Z[:, 0] - targets
    return residual**2, 2 * residual[:, None] / len(Z)


@dataclass
class Optimizer:
    """The three update rules, with what they remember; `momentum` is μ for SGD and β₁ for the two Adams."""

    name: OptimizerName
    lr: float
    momentum: float
    weight_decay: float
    m: list[Array]
    s: list[Array]
    steps: int = 0

    def update(self, parameters: list[Array], gradients: list[Array]) -> None:
        """Change the parameters in place by one step down the gradients."""
        self.steps += 1
        for w, g, m, s in zip(parameters, gradients, self.m, self.s, strict=True):
            l2 = self.weight_decay if w.ndim == 2 else 0.0
            decoupled = self.name == "adamw"
            gradient = g if decoupled else g + l2 * w
            direction = self._sgd(gradient, m) if self.name == "sgd" else self._adam(gradient, m, s)
            w[...] -= self.lr * (direction + l2 * w if decoupled else direction)

    def _sgd(self, g: Array, v: Array) -> Array:
        """v ← μv + g, in PyTorch's form: η does not enter v."""
        v *= self.momentum
        v += g
        return v

    def _adam(self, g: Array, m: Array, s: Array) -> Array:
        """Kingma and Ba 2015, algorithm 1."""
        beta1, t = self.momentum, self.steps
        m *= beta1
        m += (1 - beta1) * g
        s *= BETA2
        s += (1 - BETA2) * g * g
        direction: Array = m / (1 - beta1**t) / (np.sqrt(s / (1 - BETA2**t)) + EPSILON)
        return direction
