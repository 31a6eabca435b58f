"""Which parameters next: one file per sampler, and the table that names them.

To add one: copy `random_search.py`, fill `propose` and `Capabilities`, add a line below. Contract tests, the capability
table in the documents, the command's `--sampler` and the benchmarks follow from that line.
"""

from ayar.base.registry import Registry

SAMPLERS = Registry(
    "sampler",
    "samplers",
    {
        "auto": "ayar.samplers.auto:Auto",
        "random": "ayar.samplers.random_search:RandomSearch",
        "grid": "ayar.samplers.grid:GridSearch",
        "qmc": "ayar.samplers.qmc:QuasiRandom",
        "gp": "ayar.samplers.mixgp:MixGP",
        "cmaes": "ayar.samplers.cmaes:CMAES",
        "tpe": "ayar.samplers.tpe:TPE",
        "nsga2": "ayar.samplers.nsga2:NSGA2",
    },
)
