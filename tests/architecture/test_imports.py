"""Holds `docs/architecture.md`: importing Ayar changes nothing, loads little. Times are in `benchmarks/`."""

import subprocess
import sys

COUNT = "import sys; before = set(sys.modules); import ayar; {use}; print(len(set(sys.modules) - before))"
HEAVY = "import sys; import ayar; {use}; print([m for m in {names!r} if m in sys.modules])"
GUESTS = ("sqlalchemy", "pebble", "plotly", "sklearn", "pandas", "rich", "typer", "torch", "scipy.stats", "jinja2")


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import_ayar_loads_at_most_250_modules() -> None:
    assert int(run(COUNT.format(use="pass"))) <= 250


def test_a_study_in_memory_needs_no_heavy_guest() -> None:
    use = "s = ayar.create_study({'x': (0.0, 1.0)}, sampler='random', seed=0); t = s.ask(); s.tell(t, 1.0)"
    assert run(HEAVY.format(use=use, names=GUESTS)) == "[]"


def test_importing_ayar_leaves_global_state_alone() -> None:
    code = (
        "import random, logging, warnings, threading, signal\n"
        "import numpy, msgspec, numpy.random\n"
        "state = random.getstate(); filters = list(warnings.filters); handler = signal.getsignal(signal.SIGINT)\n"
        "numpy_state = repr(numpy.random.get_state())\n"
        "import ayar; ayar.Study, ayar.Float, ayar.minimize, ayar.evaluate\n"
        "assert random.getstate() == state and repr(numpy.random.get_state()) == numpy_state\n"
        "assert list(warnings.filters) == filters and signal.getsignal(signal.SIGINT) is handler\n"
        "assert not logging.getLogger('ayar').handlers and threading.active_count() == 1\n"
        "print('same')"
    )
    assert run(code) == "same"
