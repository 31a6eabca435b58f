"""Rows of data as Keras takes them (one array, or a list or dict of arrays), and what a loss says row by row."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError
from ayar.base.optional import need

keras = need("keras", "keras")


@dataclass(frozen=True)
class Data:
    """What a training sees, and in which portions."""

    X: Any
    y: Any
    validation: tuple[Any, Any] | None
    batch_size: int

    @property
    def rows(self) -> int:
        """Rows to train on."""
        return count(self.X, self.y)

    @property
    def validation_rows(self) -> int:
        """Rows to score on."""
        return 0 if self.validation is None else count(*self.validation)


def count(X: Any, y: Any) -> int:
    """How many rows.

    Raises:
        ArgumentError: arrays of different length, or no rows.
    """
    sizes = {len(part) for part in [*_parts(X), y]}
    if len(sizes) != 1 or 0 in sizes:
        raise ArgumentError(f"expected X and y with the same number of rows, at least 1; got {sorted(sizes)}")
    return sizes.pop()


def take(X: Any, rows: Any) -> Any:
    """The given rows, in the same structure."""
    if isinstance(X, dict):
        return {name: part[rows] for name, part in X.items()}
    return [part[rows] for part in X] if isinstance(X, list | tuple) else X[rows]


def _parts(X: Any) -> list[Any]:
    if isinstance(X, dict):
        return list(X.values())
    return list(X) if isinstance(X, list | tuple) else [X]


def loss_name(loss: Any) -> str:
    """The loss's name in small letters and underscores, such as "sparse_categorical_crossentropy"."""
    return str(getattr(loss, "name", None) or getattr(loss, "__name__", loss)).lower()


def row_losses(loss: Any, y: Any, predicted: Any) -> NDArray[np.float64]:
    """The loss of each row, without a mean over rows.

    Arguments:
        loss: as given to `compile`: a name, a function or a `keras.losses.Loss`.
        y: (n, …) targets.
        predicted: (n, …) outputs of the model.
    """
    loss = keras.losses.get(loss)
    each = loss.call if isinstance(loss, keras.losses.Loss) else loss
    if predicted.ndim == y.ndim + 1 and predicted.shape[-1] == 1:
        y = y[..., None]  # else (n,) against (n, 1) would be (n, n)
    values: NDArray[np.float64] = np.asarray(keras.ops.convert_to_numpy(each(y, predicted)), dtype=np.float64)
    rows: NDArray[np.float64] = values.reshape(len(values), -1).mean(axis=1)
    return rows


def accuracy(loss: Any, y: Any, predicted: Any) -> float | None:
    """Share of rows whose class is right; None for a loss that is not a cross-entropy."""
    loss = keras.losses.get(loss)
    name = loss_name(loss)
    if not name.endswith("crossentropy"):
        return None
    if "binary" in name:
        middle = 0.0 if getattr(loss, "from_logits", False) else 0.5
        return float(np.mean((predicted.reshape(len(y), -1) > middle) == (np.asarray(y).reshape(len(y), -1) > 0.5)))
    truth = np.asarray(y).reshape(len(y), -1)
    classes = truth[:, 0] if name.startswith("sparse") else truth.argmax(axis=1)
    return float(np.mean(predicted.argmax(axis=-1).reshape(len(y)) == classes))


def chance(loss: Any, y: Any) -> float | None:
    """The loss of knowing only the classes' shares (cross-entropy) or the mean (squared error); None for others."""
    name = loss_name(keras.losses.get(loss))
    table = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    if name == "mean_squared_error":
        return float(table.var(axis=0).mean())
    if name == "binary_crossentropy":
        shares = np.stack([table.mean(axis=0), 1 - table.mean(axis=0)])
        return float(_entropy(shares).mean())
    if name == "sparse_categorical_crossentropy":
        return float(_entropy(np.unique(table, return_counts=True)[1] / len(table)))
    return float(_entropy(table.mean(axis=0))) if name == "categorical_crossentropy" else None


def _entropy(shares: Any) -> Any:
    return -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=0)
