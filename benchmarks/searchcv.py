"""SearchCV against its peers at equal wall time: test score on ten real problems.

    python -m benchmarks.searchcv [--seconds 10] [--seeds 1] [--methods ayar,random,...] [--problems NAME,...]

Each search is a process of its own on one core, in the environment of its package: skopt in that of the peer `skopt`;
OptunaSearchCV in `optuna_sklearn` (optuna, optuna-integration, pandas, scikit-learn), beside the others under
`.bench/envs` or AYAR_BENCH_ENVS. A method whose environment is missing is left out. RandomizedSearchCV and
HalvingRandomSearchCV know no time limit: searches of 5, of 18 candidates follow each other until the time is over.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict

import numpy as np

from benchmarks.peers import ROOT, environment
from benchmarks.searchcv_arms import PROBLEMS

HOMES = {
    "ayar": "",
    "ayar race": "",
    "random": "",
    "halving": "",
    "skopt": "skopt",
    "optuna": "optuna_sklearn",
}
"""Method -> its environment; "" is this one."""


def _python(method: str) -> str | None:
    if not HOMES[method]:
        return sys.executable
    path = environment(HOMES[method]) / "bin" / "python"
    return str(path) if path.exists() else None


def _run(method: str, problem: str, seed: int, seconds: float) -> dict[str, float] | str:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    words = [_python(method) or "", "-m", "benchmarks.searchcv_arms", method, problem, str(seed), str(seconds)]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **threads, "PYTHONPATH": path}
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no words"])[-1]
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--methods", default=",".join(HOMES))
    parser.add_argument("--problems", default=",".join(PROBLEMS))
    args = parser.parse_args()
    methods = [method for method in args.methods.split(",") if _python(method)]
    problems = args.problems.split(",")
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    ranks = defaultdict(list)
    print(f"| problem ({args.seconds:g} s, {args.seeds} seeds) | {' | '.join(methods)} |")
    print("|---|" + "---|" * len(methods))
    for problem in problems:
        cells = dict.fromkeys(methods, "")
        for method in methods:
            runs = [_run(method, problem, seed, args.seconds) for seed in range(args.seeds)]
            good = [run for run in runs if isinstance(run, dict)]
            if not good:
                cells[method] = f"failed: {runs[0]}"
                continue
            scores[problem, method] = [run["score"] for run in good]
            tried, seconds = (np.mean([run[key] for run in good]) for key in ("tried", "seconds"))
            cells[method] = f"{np.mean(scores[problem, method]):.4f} ({tried:.0f} in {seconds:.1f} s)"
        told = {method: np.mean(scores[problem, method]) for method in methods if scores[problem, method]}
        for method, score in told.items():
            better = sum(other > score + 1e-12 for other in told.values())
            equal = sum(abs(other - score) <= 1e-12 for other in told.values())
            ranks[method].append(better + (equal + 1) / 2)
        print(f"| {problem} | {' | '.join(cells.values())} |", flush=True)
    means = [f"{np.mean(ranks[method]):.2f}" if ranks[method] else "" for method in methods]
    print(f"| **mean rank** | {' | '.join(means)} |")


if __name__ == "__main__":
    main()
