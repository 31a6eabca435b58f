"""Files read in several processes. They are spawned, since a process with threads must not be forked."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context

from ayar.base.errors import DataError
from ayar.data.build import Parsed, Read, parse

FILES_AT_A_TIME = 16


def parse_in_processes(read: Read, paths: Sequence[str], workers: int) -> Iterator[Parsed]:
    """Each path's content, in order.

    Raises:
        DataError: the reader cannot be sent to a process, or a process died.
    """
    with ProcessPoolExecutor(min(workers, len(paths)), mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(partial(parse, read=read), paths, chunksize=FILES_AT_A_TIME)
        except BrokenProcessPool:
            raise DataError(
                f"a process that reads files died; the last of {len(paths)} files were not read and nothing was "
                'published. Does the script guard its start by `if __name__ == "__main__":`? Is memory short? '
                "workers=1 reads in this process"
            ) from None
        except Exception as error:
            if type(error).__name__ not in {"PicklingError", "AttributeError", "TypeError"}:
                raise
            raise DataError(
                f"the reader cannot be sent to a process ({error}); define it at the top of a module, or pass workers=1"
            ) from None
