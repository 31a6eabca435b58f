"""Out-of-fold predictions: what each configuration said of rows that it was not fitted on, kept small.

E  rows judged, fold after fold (a row once for each fold that judges it)    c  classes of y

Class labels are kept as numbers of one to four bytes, measurements and probabilities as 32-bit floats (7 digits). They
go into a trial's attribute, 64 KB of text at most (about 45,000 labels or 12,000 numbers), or into a file of a folder
that all workers see, one a trial, written whole or not at all.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.labels import are_classes
from ayar.evaluate.metrics import Metric
from ayar.evaluate.rows import Rows, fingerprint
from ayar.trial.attribute import MOST_BYTES

ATTRIBUTE = "cv_predictions"

_TYPES = ("|i1", "<i2", "<i4", "<i8", "<f4")
"""What predictions are kept as."""

Array = NDArray[Any]


class Keeper:
    """Packs the predictions of one objective's trials, and reads them back."""

    def __init__(self, metric: Metric, y: Rows, entries: int, place: bool | str | Path) -> None:
        """Know what is predicted and where it is kept.

        Arguments:
            metric: says what models are asked for.
            y: (n,) development labels or targets.
            entries: E.
            place: True for the trial's attribute, or a folder.

        Raises:
            ArgumentError: too much for an attribute, or no folder.
        """
        target = np.asarray(y)
        self.metric = metric
        self.classes = np.unique(target) if metric.asks == "predict_proba" or are_classes(y) else None
        self.folder = None if place is True else _folder(place)
        size = entries * self._bytes_a_row(target) * 4 // 3
        if self.folder is None and size > MOST_BYTES:
            raise ArgumentError(
                f"keep_predictions: expected at most {MOST_BYTES // 1024} KB a trial, got {size // 1024} KB for "
                f"{entries} judged rows; give a folder that all workers see: keep_predictions='predictions'"
            )

    def _bytes_a_row(self, target: Array) -> int:
        if self.classes is None:
            return 4 * max(1, target.size // max(1, len(target)))
        return 4 * len(self.classes) if self.metric.asks == "predict_proba" else _code_type(self.classes).itemsize

    def read(self, model: Any, X: Rows, y: Rows) -> Array:
        """What a fitted model says of rows, in the kept form: codes, floats, or probabilities of all classes."""
        _, prediction = self.metric.pairs(model, X, y)
        if self.classes is None:
            return prediction.astype(np.float32)
        if self.metric.asks == "predict_proba":
            whole = np.zeros((len(prediction), len(self.classes)), dtype=np.float32)
            whole[:, np.searchsorted(self.classes, np.asarray(model.classes_))] = prediction
            return whole
        codes = np.searchsorted(self.classes, prediction).clip(max=len(self.classes) - 1)
        return np.where(self.classes[codes] == prediction, codes, -1).astype(_code_type(self.classes))

    def pack(self, predictions: Array, params: Mapping[str, Any], folds: str) -> dict[str, Any]:
        """The attribute's value; writes a file where there is a folder.

        Arguments:
            predictions: (E,) or (E, c), as `read` gave them.
            params: the trial's.
            folds: their fingerprint; it and the parameters name the file.
        """
        kept = np.ascontiguousarray(predictions, dtype=predictions.dtype.newbyteorder("<"))
        about = {"type": kept.dtype.str, "shape": list(kept.shape)}
        if self.folder is None:
            return {**about, "data": b64encode(kept.tobytes()).decode("ascii")}
        name = f"{fingerprint(folds, sorted((key, repr(value)) for key, value in params.items()))}.predictions"
        _write(self.folder / name, kept.tobytes())
        return {**about, "file": name}

    def unpack(self, kept: Mapping[str, Any]) -> Array:
        """Predictions as the metric takes them: labels, numbers, or probabilities.

        Raises:
            ArgumentError: the file is gone or not whole, or a model predicted a label that y does not have.
        """
        found = self._stored(kept)
        if self.classes is None or self.metric.asks == "predict_proba":
            numbers: Array = found.astype(np.float64)
            return numbers
        if (found < 0).any():
            raise ArgumentError("expected predictions among the labels of y, got others; they cannot be kept")
        labels: Array = self.classes[found]
        return labels

    def _stored(self, kept: Mapping[str, Any]) -> Array:
        if "file" not in kept:
            data, where = b64decode(kept["data"]), "in the trial's attribute"
        else:
            path = (self.folder or Path()) / Path(str(kept["file"])).name
            if not path.is_file():
                raise ArgumentError(f"expected a trial's predictions at {path}, found no such file")
            data, where = path.read_bytes(), f"at {path}"
        dtype, shape = str(kept["type"]), tuple(kept["shape"])
        if dtype not in _TYPES or len(data) != np.dtype(dtype).itemsize * int(np.prod(shape)):
            raise ArgumentError(f"expected predictions of shape {shape} {where}, got {len(data)} bytes of {dtype!r}")
        return np.frombuffer(data, dtype=dtype).reshape(shape)

    def truth(self, y: Rows) -> Array:
        """Labels or targets as the metric takes them: column numbers where it asks for probabilities."""
        target = np.asarray(y)
        if self.metric.asks == "predict_proba" and self.classes is not None:
            return np.searchsorted(self.classes, target)
        return target


def _code_type(classes: Array) -> np.dtype[Any]:
    return np.min_scalar_type(-max(2, len(classes)))


def _folder(place: object) -> Path:
    if not isinstance(place, str | Path):
        raise ArgumentError(f"keep_predictions: expected True, False or a folder, got {shorten(place)}")
    folder = Path(place)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing: a reader never sees half a file."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)
