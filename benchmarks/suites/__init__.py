"""The suites by name. `python -m benchmarks.suites` lists them, with sizes, noise and scales.

A suite whose name ends in `-all` also has the problems that are too easy, or too rough, to rank tuners. Suites that
read measured data need the environment variable AYAR_BENCH_DATA (`benchmarks/suites/data.py`).
"""

from collections.abc import Callable
from importlib import import_module

from benchmarks.problems import Problem

SUITES: dict[str, str] = {
    "tabular": "benchmarks.suites.tabular:tabular",
    "tabular-all": "benchmarks.suites.tabular:tabular_all",
    "noisy": "benchmarks.suites.tabular:noisy",
    "noisy-all": "benchmarks.suites.tabular:noisy_all",
    "kernels": "benchmarks.suites.kernels:kernels",
    "kernels-all": "benchmarks.suites.kernels:kernels_all",
    "moot": "benchmarks.suites.moot:moot",
    "moot-all": "benchmarks.suites.moot:moot_all",
    "lcbench": "benchmarks.suites.yahpo:lcbench",
    "rbv2_xgboost": "benchmarks.suites.yahpo:rbv2_xgboost",
    "rbv2_xgboost-all": "benchmarks.suites.yahpo:rbv2_xgboost_all",
    "yahpo": "benchmarks.suites.yahpo:yahpo",
    "real": "benchmarks.suites.real:real",
    "mnist1d": "benchmarks.suites.mnist1d:mnist1d",
    "bayesmark": "benchmarks.suites.bayesmark:bayesmark",
    "synthetic": "benchmarks.suites.synthetic:synthetic",
    "bbob": "benchmarks.suites.coco:bbob",
    "mixint": "benchmarks.suites.coco:mixint",
    "noisy-bbob": "benchmarks.suites.coco:noisy_bbob",
}
"""Name to "module:function"; the function takes nothing and returns the suite's problems."""


def load(suite: str) -> list[Problem]:
    """The problems of a suite.

    Raises:
        KeyError: no suite of that name.
        benchmarks.suites.data.MissingDataError: the suite's data or packages are not here.
    """
    if suite not in SUITES:
        raise KeyError(f"no suite {suite!r}; there are {', '.join(SUITES)}")
    module, _, function = SUITES[suite].partition(":")
    make: Callable[[], list[Problem]] = getattr(import_module(module), function)
    return make()
