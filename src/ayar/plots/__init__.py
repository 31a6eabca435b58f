"""Tables of `ayar.analysis` as Plotly figures, and reports made of both. Needs the extra `plots` for figures only.

`ayar.plots.slice(study)` draws one picture; each is a file here that `PLOTS` names.
"""

from typing import Any

from ayar.base.registry import Registry

PLOTS = Registry(
    "picture",
    "plots",
    {
        "optimization_history": "ayar.plots.history:optimization_history",
        "slice": "ayar.plots.slices:slice",
        "parallel_coordinates": "ayar.plots.parallel:parallel_coordinates",
        "importance": "ayar.plots.importances:importance",
        "edf": "ayar.plots.distribution:edf",
        "pareto_front": "ayar.plots.fronts:pareto_front",
    },
)
"""Every picture by name: a function of a Study or Fold that returns a figure."""


def __getattr__(name: str) -> Any:
    if name in set(PLOTS):
        return PLOTS.get_class(name)
    raise AttributeError(f"module 'ayar.plots' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *PLOTS])
