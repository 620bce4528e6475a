"""Finds the crates that cargo compiles twice: once for the functions and once for the tests.

cargo compiles a crate again when the tests want more of its features than the functions do, and then every
crate that depends on it. Features that both want stand in [workspace.dependencies].
"""

from __future__ import annotations

import subprocess

from build import REPOSITORY, SANDBOX, functions

# The packages that are tested together.
TESTS = ("--workspace", "--exclude", "simulation")


def compiled_twice() -> list[str]:
    """One line per crate: its name and the features that only the tests want."""
    packages = [argument for name in [*functions(), SANDBOX.name] for argument in ("--package", name)]
    local = _features("--edges", "normal,build", *packages)
    tests = _features("--edges", "normal,build,dev", *TESTS)
    lines = []
    for crate, features in sorted(local.items()):
        only_tests = tests.get(crate, features) - features
        if only_tests:
            lines.append(f"{crate}: {', '.join(sorted(only_tests))}")
    return lines


def _features(*arguments: str) -> dict[str, frozenset[str]]:
    """The features of each crate."""
    command = ["cargo", "tree", "--prefix", "none", "--format", "{p}|{f}", *arguments]
    tree = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    features: dict[str, frozenset[str]] = {}
    for line in tree.splitlines():
        crate, bar, names = line.removesuffix(" (*)").partition("|")
        if bar:
            name, version = crate.split(" ")[:2]
            found = frozenset(names.split(",")) - {""}
            features[f"{name} {version}"] = features.get(f"{name} {version}", frozenset()) | found
    return features
