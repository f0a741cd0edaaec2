#!/usr/bin/env python3
"""lint - what the compiler does not check: arrows between rooms, sizes, names, words, layout.

usage: lint.py ROOT BUILD
ROOT is the tree, BUILD a build of it, whose libraries are looked into. Prints file:line: text for
all that is wrong, and then exits with 1.
"""

import os
import subprocess
import sys
from pathlib import Path

import rules
import symbols

RULES = (
    rules.arrows,
    rules.roots,
    rules.connectors,
    rules.pages,
    rules.links,
    rules.file_size,
    rules.functions,
    rules.first_lines,
    rules.header_guards,
    rules.words,
    rules.machine_paths,
    rules.named_tests,
    rules.layout,
    symbols.exports,
)


class Tree:
    """The files that belong to the tree, by their paths from its root."""

    def __init__(self, root, build):
        self.root = Path(root)
        self.build = Path(build)
        self._texts = {}
        self.files = sorted(path for path in self._names() if self._is_text(path))

    def _names(self):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, check=False)
        if done.returncode == 0:
            return [name for name in done.stdout.decode().split("\0") if name]
        return list(self._walk())

    def _walk(self):
        """Without git: all but hidden folders and builds."""
        for folder, below, names in os.walk(self.root):
            below[:] = [name for name in below if not name.startswith((".", "build", "var"))]
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()

    def _is_text(self, path):
        whole = self.root / path
        if not whole.is_file() or whole.is_symlink():
            return False
        with whole.open("rb") as file:
            return b"\0" not in file.read(8192)

    def text(self, path):
        if path not in self._texts:
            text = (self.root / path).read_text(encoding="utf-8", errors="replace")
            self._texts[path] = text
        return self._texts[path]


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    tree = Tree(*arguments)
    if not symbols.libraries_of(tree.build):
        sys.exit(f"{tree.build}: no libraries: build first")
    found = [where for rule in RULES for where in rule(tree)]
    for path, line, text in sorted(found):
        print(f"{path}:{line}: {text}")
    print(f"{len(RULES)} rules, {len(tree.files)} files, {len(found)} wrong", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
