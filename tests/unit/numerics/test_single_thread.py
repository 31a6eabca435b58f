"""One BLAS thread."""

from ayar.numerics.single_thread import blas_controller, one_blas_thread


def threads() -> list[int]:
    return [library["num_threads"] for library in blas_controller().info() if library["user_api"] == "blas"]


def test_limits_come_back_afterwards() -> None:
    before = threads()
    with one_blas_thread():
        assert set(threads()) == {1}
    assert threads() == before
