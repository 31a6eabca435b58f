"""What the last bits of a model depend on beside its inputs: versions, BLAS kernel family, vector instructions.

"Bit for bit" holds between machines of equal fingerprint. Measured: another BLAS kernel family changes products and
factors, another vector width changes exp and log.
"""

from functools import cache

from ayar.base.version import __version__
from ayar.numerics.single_thread import blas_controller


@cache
def numeric_fingerprint() -> str:
    """One line, such as "ayar 0.1.0, numpy 2.4.6, scipy 1.17.1, blas SkylakeX, simd AVX512_SKX"."""
    import numpy as np
    import scipy

    # Only BLAS: OpenMP libraries come and go with whatever else the process imports, and decide no bits here.
    libraries = [library for library in blas_controller().info() if library["user_api"] == "blas"]
    families = sorted({str(library.get("architecture", library["internal_api"])) for library in libraries})
    found = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    parts = {
        "ayar": __version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "blas": "+".join(families),
        "simd": found[-1] if found else "baseline",
    }
    return ", ".join(f"{name} {value}" for name, value in parts.items())
