"""Names for the array types that this room and those above it take and return."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
"""Numbers, always float64; owned by the caller, so copied before writing."""

Bools: TypeAlias = NDArray[np.bool_]
"""A mask; it has the shape of what it masks."""

Ints: TypeAlias = NDArray[np.intp]
"""Indices into another array."""
