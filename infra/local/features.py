"""Compares the features that the local functions are built with to those of a release."""

from __future__ import annotations

import subprocess

from build import REPOSITORY, packages, with_clock_of_simulation

# The clock of the simulation. No release has it, and it changes nothing until a test stops the clock.
ONLY_LOCAL = {"tokio": {"test-util"}}


class FeatureError(Exception):
    """The local functions have features that a release does not have. The message says what to do."""


def check() -> None:
    """Raises FeatureError where the local functions have a feature that a release does not have: such a function would
    pass every test, and a release could not be built."""
    release = _features("--edges", "normal,build", *packages())
    local = _features("--edges", "normal,build", *with_clock_of_simulation())
    lines = []
    for crate, features in sorted(release.items()):
        allowed = features | ONLY_LOCAL.get(crate.split(" ")[0], frozenset())
        if more := local[crate] - allowed:
            lines.append(f"  {crate}: {', '.join(sorted(more))}")
    if lines:
        raise FeatureError(
            "The local functions have features of these crates that a release does not have. Let the function that\n"
            "needs them name them, in [workspace.dependencies] of Cargo.toml:\n" + "\n".join(lines)
        )


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
