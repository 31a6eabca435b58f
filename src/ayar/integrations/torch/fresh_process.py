"""Run something in a fresh process and bring back what it gives: a device that ran out of memory is torn for good.

The work and its answer travel pickled, between this process and its own child, in a folder that only the user can read.
The child does not run the user's script again.
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn, TypeVar

from ayar.executors.shipping import pack, unpack

Answer = TypeVar("Answer")


def in_fresh_process(work: Callable[[], Answer]) -> Answer:
    """What `work()` gives in a process of its own.

    Raises:
        Exception: what it raised there.
        MemoryError: the system killed the process.
    """
    with TemporaryDirectory(prefix="ayar-probe-") as folder:
        place = Path(folder)
        (place / "work").write_bytes(_packed(work))
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        code = f"import sys, pathlib; from {__name__} import serve; serve(pathlib.Path(sys.argv[1]))"
        done = subprocess.run([sys.executable, "-c", code, folder], env=environment, check=False)  # noqa: S603 - ourselves
        answer = place / "answer"
        if not answer.exists():
            raise MemoryError(
                f"the process of a probe ended with code {done.returncode} and no answer; a negative code is a signal, "
                "and -9 is how the system ends a process that takes too much memory"
            )
        given: Answer = unpack(answer.read_bytes())()
        return given


def _packed(work: Callable[[], object]) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a data set inside is large, and goes this way once a probe
        parcel = pack(work)
    assert isinstance(parcel, bytes)  # noqa: S101 - only import paths travel as text
    return parcel


def _given(answer: Answer) -> Answer:
    return answer


def _raise(error: Exception) -> NoReturn:
    raise error


def serve(folder: Path) -> None:
    """Do the work, and leave the answer, or what was raised, in one piece."""
    try:
        answer = _packed(partial(_given, unpack((folder / "work").read_bytes())()))
    except Exception as error:
        try:
            answer = _packed(partial(_raise, error))
        except Exception:  # an error that cannot travel
            answer = _packed(partial(_raise, RuntimeError(f"{type(error).__name__}: {error}")))
    (folder / "answer.part").write_bytes(answer)
    (folder / "answer.part").rename(folder / "answer")
