"""Holds `docs/architecture.md`: imports go down the floors; a leaf never imports its own package."""

import grimp


def test_no_module_imports_its_own_package() -> None:
    graph = grimp.build_graph("ayar")
    for module in sorted(graph.modules):
        for parent in (module[:i] for i, letter in enumerate(module) if letter == "."):
            found = graph.get_import_details(importer=module, imported=parent)
            assert not found, f"{module} imports its own package {parent}; import the file it needs"


def test_only_base_reads_the_clock_and_makes_generators() -> None:
    graph = grimp.build_graph("ayar", include_external_packages=True)
    homes = {
        "time": {"ayar.base.clock"},
        "secrets": {"ayar.base.rng"},
        "datetime": {"ayar.base.clock"},
        "random": set[str](),
    }
    pure = ("ayar.space", "ayar.numerics", "ayar.trial", "ayar.samplers", "ayar.analysis", "ayar.base")
    for module, allowed in homes.items():
        users = graph.find_modules_that_directly_import(module) if module in graph.modules else set()
        outside = {user for user in users if user.startswith(pure)} - allowed
        assert not outside, f"{sorted(outside)} import {module}; take a clock or a generator as an argument"
