"""Spaces that break things: what every sampler, codec and store is tried on."""

from collections.abc import Mapping

from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Ordinal
from ayar.space.space import Space

SPACES: Mapping[str, Space] = {
    "one float": Space({"x": Float(0.0, 1.0)}),
    "far scales": Space({"tiny": Float(1e-9, 1e-7, log=True), "huge": Float(1e5, 1e9), "narrow": Float(0.1, 0.1001)}),
    "mixed": Space(
        {
            "lr": Float(1e-5, 1e-1, log=True),
            "depth": Int(1, 12),
            "width": Int(8, 512, log=True),
            "batch": Ordinal([16, 32, 64, 128]),
            "act": Categorical(["relu", "tanh", None, ("a", 1)]),
            "norm": Bool(),
            "epochs": Constant(5),
        }
    ),
    "conditional": Space(
        {
            "model": Categorical(["svm", "forest", "mean"]),
            "kernel": Categorical(["rbf", "poly"], when={"model": "svm"}),
            "gamma": Float(1e-4, 1e1, log=True, when={"kernel": "rbf"}),
            "degree": Int(2, 5, when={"kernel": "poly"}),
            "C": Float(1e-3, 1e3, log=True, when={"model": "svm"}),
            "trees": Int(10, 500, log=True, when={"model": "forest"}),
            "seeded": Bool(when={"model": ["svm", "forest"]}),
        }
    ),
    "constrained": Space(
        {
            "batch": Int(1, 256, log=True),
            "width": Int(1, 256, log=True),
            "share": Float(0.0, 1.0),
            "rest": Float(0.0, 1.0),
        },
        constraints=["batch * width <= 4096", "share + rest <= 1"],
        forbidden=[{"batch": 1, "width": 1}],
    ),
    "steps": Space({"x": Float(0.0, 1.0, step=0.25), "n": Int(0, 100, step=10)}),
    "one value": Space({"x": Float(2.0, 2.0), "n": Int(3, 3), "y": Float(-1.0, 1.0)}),
    "given points": Space(points=[{"x": i * i / 7.0, "n": i % 5, "kind": "abc"[i % 3]} for i in range(40)]),
}
"""Spaces with more points than a suite asks for."""

FINITE: Mapping[str, Space] = {
    "four": Space({"x": Categorical(["a", "b"]), "flag": Bool()}),
    "branches": Space({"kind": Categorical(["n", "c"]), "n": Int(1, 3, when={"kind": "n"})}),
    "ruled": Space({"a": Int(1, 4), "b": Int(1, 4)}, constraints=["a < b"]),
    "given": Space(points=[{"x": 0.1, "y": 5.0}, {"x": 0.11, "y": 5.0}, {"x": 0.9, "y": -3.0}]),
}
"""Spaces of a few points each, to be walked to the end."""
