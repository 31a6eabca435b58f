"""One BLAS thread while a model is fitted: two threads give other last bits, and oversubscribe the workers' cores.

numpy and scipy carry separate BLAS libraries. Finding them costs milliseconds, so it is done once, after both are
loaded; each limit then costs microseconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@cache
def blas_controller() -> Any:
    """The controller of every BLAS library that numpy and scipy have loaded."""
    import numpy.linalg  # noqa: F401  # loads numpy's BLAS
    import scipy.linalg  # noqa: F401  # loads scipy's own
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within it, linear algebra runs on one thread; the previous limits come back afterwards.

    >>> with one_blas_thread():
    ...     {library["num_threads"] for library in blas_controller().info() if library["user_api"] == "blas"}
    {1}
    """
    with blas_controller().limit(limits=1, user_api="blas"):
        yield
