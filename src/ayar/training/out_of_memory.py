"""Tell an out-of-memory failure from every other error: by type first, then by message.

Guests are known by the names of their types, so nothing of them is imported. The messages are those that users of the
guests report; string matching alone keeps missing cases (Lightning#6819, torch-max-mem#45), and a loose pattern would
hide true errors, so messages count only on the types that carry them.
"""

import errno
import re
from collections.abc import Iterator, Mapping

_TYPES: Mapping[str, str] = {
    "torch.OutOfMemoryError": "device memory, as PyTorch says it",
    "torch.cuda.OutOfMemoryError": "device memory, as PyTorch says it",
    "torch._C._OutOfMemoryError": "device memory, as PyTorch says it",
    "tensorflow.python.framework.errors_impl.ResourceExhaustedError": "device memory, as TensorFlow says it",
}
"""By module and name of any class that the error is an instance of."""

_MESSAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a failed allocation inside a CUDA library", re.compile(r"CU(BLAS|DNN|SOLVER|SPARSE|FFT)_(STATUS_)?ALLOC_FAILED")),
    # A handle is made late, in memory that the tensors have left none of.
    ("no memory left for cuBLAS", re.compile(r"CUBLAS_STATUS_NOT_INITIALIZED.{0,80}cublasCreate", re.DOTALL)),
    (
        "no memory left for cuDNN's workspace",
        re.compile(
            r"unable to find (a valid cuDNN algorithm|an engine to execute)"
            r"|CUDNN_STATUS_NOT_SUPPORTED.{0,80}non-contiguous input",
            re.DOTALL | re.IGNORECASE,
        ),
    ),
    ("host memory, as PyTorch says it", re.compile(r"DefaultCPUAllocator: (can't allocate|not enough) memory")),
    ("device memory, as XLA says it", re.compile(r"RESOURCE_EXHAUSTED|OOM when allocating tensor")),
    ("device memory, as TensorFlow says it", re.compile(r"Dst tensor is not initialized")),
    ("device memory", re.compile(r"\bout of memory\b|cudaErrorMemoryAllocation|hipErrorOutOfMemory", re.IGNORECASE)),
)

_CARRIERS = frozenset({"InternalError", "UnknownError"})
"""TensorFlow's names of errors that are no RuntimeError and may hold such a message."""


def out_of_memory(error: BaseException) -> str | None:
    """Which kind of memory ran out, in words; None for any other error.

    An error raised `from` one of them counts as well: guests wrap what they caught.

    >>> out_of_memory(RuntimeError("CUDA error: out of memory"))
    'device memory'
    >>> out_of_memory(ValueError("expected 3 columns, got 4")) is None
    True
    """
    return next((form for link in _chain(error) if (form := _form(link)) is not None), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__


def _form(error: BaseException) -> str | None:
    if isinstance(error, MemoryError):
        return "host memory"
    if isinstance(error, OSError):
        return "host memory, as the system says it" if error.errno == errno.ENOMEM else None
    names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    known = next((_TYPES[name] for name in names if name in _TYPES), None)
    if known is not None or not _may_say_so(error):
        return known
    text = str(error)
    return next((form for form, pattern in _MESSAGES if pattern.search(text)), None)


def _may_say_so(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) or type(error).__name__ in _CARRIERS
