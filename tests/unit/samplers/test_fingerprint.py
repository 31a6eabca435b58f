"""The fingerprint of what computes."""

from ayar.samplers.fingerprint import numeric_fingerprint


def test_fingerprint_names_versions_kernels_and_vector_width() -> None:
    names = [part.split()[0] for part in numeric_fingerprint().split(", ")]
    assert names == ["ayar", "numpy", "scipy", "blas", "simd"]
