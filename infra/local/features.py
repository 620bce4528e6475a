"""Compares the features of crates between the three ways to build them: the tests, the local functions, a release.

cargo compiles a crate again when the tests want more of its features than the functions do, and then every
crate that depends on it. Features that both want stand in [workspace.dependencies].
"""

from __future__ import annotations

import subprocess

from build import REPOSITORY, packages, with_clock_of_simulation

# The clock of the simulation. No release has it, and it changes nothing until a test stops the clock.
ONLY_LOCAL = {"tokio": {"test-util"}}


class FeatureError(Exception):
    """Two ways to build differ in their features. The message says what to do."""


def check() -> None:
    """The tests and the local functions are built with the same features, and a release with all of them but
    ONLY_LOCAL: nothing is compiled twice, and no function needs a feature that only a test brings."""
    local = _features("--edges", "normal,build", *with_clock_of_simulation())
    tests = _features("--edges", "normal,build,dev", "--workspace")
    release = _features("--edges", "normal,build", *packages())
    if twice := _more(local, tests):
        raise FeatureError(
            "cargo compiles these crates twice, with and without the features that only the tests want. Let a\n"
            f"function have the features too, in [workspace.dependencies] of Cargo.toml:\n{_lines(twice)}"
        )
    for crate in release:
        release[crate] |= ONLY_LOCAL.get(crate.split(" ")[0], frozenset())
    if missing := _more(release, local):
        raise FeatureError(
            "The local functions have features of these crates that a release does not have. Let the function that\n"
            f"needs them name them, in [workspace.dependencies] of Cargo.toml:\n{_lines(missing)}"
        )


def _lines(crates: list[str]) -> str:
    return "\n".join(f"  {line}" for line in crates)


def _more(few: dict[str, frozenset[str]], many: dict[str, frozenset[str]]) -> list[str]:
    lines = []
    for crate, features in sorted(few.items()):
        if more := many.get(crate, features) - features:
            lines.append(f"{crate}: {', '.join(sorted(more))}")
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
