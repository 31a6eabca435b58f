"""Out of memory is told from all other errors, by type and by message."""

import errno

import numpy as np
import pytest

from ayar.training.out_of_memory import out_of_memory


def named(module: str, name: str, base: type[Exception]) -> type[Exception]:
    return type(name, (base,), {"__module__": module})


FORMS: list[BaseException] = [
    MemoryError(),
    named("torch", "OutOfMemoryError", RuntimeError)("Tried to allocate 2.00 GiB"),
    named("torch.cuda", "OutOfMemoryError", RuntimeError)("allocation failed"),
    RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported"),
    RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 7.93 GiB total capacity)"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    RuntimeError("Unable to find a valid cuDNN algorithm to run convolution"),
    RuntimeError("GET was unable to find an engine to execute this computation"),
    RuntimeError(
        "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. This error may appear if you passed in a non-contiguous input."
    ),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 400 bytes."),
    RuntimeError("MPS backend out of memory (MPS allocated: 5.00 GB, other allocations: 1.00 GB)"),
    RuntimeError("XPU out of memory. Tried to allocate 1.00 GiB"),
    RuntimeError("HIP out of memory. Tried to allocate 1.00 GiB"),
    named("jaxlib._jax", "JaxRuntimeError", RuntimeError)("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes."),
    named("tensorflow.python.framework.errors_impl", "ResourceExhaustedError", Exception)("OOM when allocating"),
    named("tensorflow.python.framework.errors_impl", "InternalError", Exception)("Dst tensor is not initialized."),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
]

OTHERS: list[BaseException] = [
    RuntimeError("mat1 and mat2 shapes cannot be multiplied (2x64 and 63x10)"),
    RuntimeError("CUDA error: device-side assert triggered"),
    RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
    ValueError("the image is out of memory range"),
    KeyError("CUDA out of memory"),
    OSError(errno.ENOENT, "No such file"),
    named("mine", "OutOfMemoryError", Exception)("a word game"),
    KeyboardInterrupt(),
]


@pytest.mark.parametrize("error", FORMS, ids=lambda error: str(error)[:40] or type(error).__name__)
def test_each_known_form_is_recognised(error: BaseException) -> None:
    assert out_of_memory(error)


@pytest.mark.parametrize("error", OTHERS, ids=lambda error: str(error)[:40] or type(error).__name__)
def test_other_errors_are_not(error: BaseException) -> None:
    assert out_of_memory(error) is None


def test_what_numpy_raises_is_recognised() -> None:
    with pytest.raises(MemoryError) as caught:
        np.empty(10**16)
    assert out_of_memory(caught.value) == "host memory"


def test_an_error_raised_from_one_counts_and_one_raised_beside_it_does_not() -> None:
    wrapped = RuntimeError("training failed")
    wrapped.__cause__ = MemoryError()
    assert out_of_memory(wrapped) == "host memory"
    beside = RuntimeError("training failed")
    beside.__context__ = MemoryError()
    assert out_of_memory(beside) is None


@pytest.mark.slow
def test_what_torch_raises_is_recognised() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**15)
    assert out_of_memory(caught.value) == "host memory, as PyTorch says it"
    assert out_of_memory(torch.OutOfMemoryError("x")) == "device memory, as PyTorch says it"
