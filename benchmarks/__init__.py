"""Timings and comparisons that anyone can run: `python -m benchmarks.NAME`. They import public names only."""
