"""Checks that the documents name files that exist.

Two kinds of names are checked, in every Markdown file but the changelog, which tells of the past:
the target of a link, and a path in backticks that starts with a folder of this repository.
`{a,b}` in a path stands for each of its words, `*` for any name, `NAME` (capitals) for a name to choose.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from build import REPOSITORY

CHANGELOG = "CHANGELOG.md"
FOLDERS = ("docs/", "functions/", "infra/", "shared/", "tests/", ".github/")

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")
CODE = re.compile(r"`([^`\s]+)`")
CHOICE = re.compile(r"\{([^{}]*)\}")
TO_CHOOSE = re.compile(r"\b[A-Z]{3,}\b")


def missing(document: Path) -> list[str]:
    """The paths of a document that lead to no file."""
    text = document.read_text(encoding="utf-8")
    links = {name: (document.parent / name).exists() for name in LINK.findall(text)}
    paths = {name: _exists(name) for name in CODE.findall(text) if name.startswith(FOLDERS)}
    return [name for name, exists in {**links, **paths}.items() if not exists]


def _exists(path: str) -> bool:
    return all(any(REPOSITORY.glob(TO_CHOOSE.sub("*", one).rstrip("/"))) for one in _choices(path))


def _choices(path: str) -> list[str]:
    """`src/{a,b}.rs` as `src/a.rs` and `src/b.rs`."""
    choice = CHOICE.search(path)
    if choice is None:
        return [path]
    words = choice.group(1).split(",")
    return [one for word in words for one in _choices(path[: choice.start()] + word + path[choice.end() :])]


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    wrong = 0
    for name in listed.stdout.split():
        document = REPOSITORY / name
        if name == CHANGELOG or not document.exists():
            continue
        for path in missing(document):
            print(f"{name}: there is no {path}", file=sys.stderr)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
