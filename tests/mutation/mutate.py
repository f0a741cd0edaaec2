"""mutate - breaks the handover core on purpose, one change at a time, and tells who noticed.

usage: mutate.py FOLDER [--sample N] [--seed N] [--only TEXT] [--part I/N] [--again LOG]

Works on a copy of the tree in FOLDER. A mutant is one cell of the transition table, one comparison,
one call left out, one number of the clocks. The first test that fails has killed it: all go through
the unit tests, then those that are left through the search and the model. What does not compile is
not counted. Of --sample N so many are drawn; --only: those whose name has TEXT; --part 2/3: the
second of three parts, each by itself; --again LOG: those that no unit test killed in that run.
Ends with 1 if one survived that equal.txt does not name. The last lines say how many there were.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CORE = Path("hub/handover")
ROOMS = """clock/clocks clock/escalation decider merge open row/act row/effect row/guard row/needs
    rule/rules state/fold tell""".split()
CELLS = "number action who from to needs guard apply target giver sender counts".split()
SWAPS = [
    (" == ", " != "),
    (" != ", " == "),
    (" <= ", " < "),
    (" >= ", " > "),
    (" < ", " <= "),
    (" > ", " >= "),
    (" && ", " || "),
    (" || ", " && "),
    ("return true;", "return false;"),
    ("return false;", "return true;"),
    ("ROLE_TARGET,", "ROLE_GIVER,"),
    ("ROLE_GIVER)", "ROLE_TARGET)"),
    ("ROLE_SENDER)", "ROLE_TARGET)"),
]
LOOP = re.compile(r" < (?=[^;]*;[^;]*\+\+\))")  # past the end is for the sanitizers: one too few
MOST = re.compile(r"(\S+) [<>] (\S+) \? (\1|\2) : (\1|\2)\b")  # of equal ones it takes either
CALL = re.compile(r"^\t+[a-z_]+\(.*\);$")
FUNCTION = re.compile(r"^[a-z][\w *]*?(\w+)\(")
KEPT = re.compile(r"assert|\(void\)|va_|memset|memcpy|memmove|snprintf")
NUMBER = re.compile(r"\b(MINUTES|DAYS|WORKING_DAYS)\((\d+)")
SECONDS = 120


class Mutant(NamedTuple):
    file: Path
    line: int
    old: str
    new: str
    where: str  # cell of the table, or the function

    @property
    def name(self) -> str:
        what = (
            "" if self.where.startswith("TABLE_") else f": {self.old.strip()} -> {self.new.strip()}"
        )
        return f"{self.file.name} {self.where}{what}"


def of_table(file: Path, lines: list[str]) -> Iterator[Mutant]:
    for number, line in enumerate(lines):
        found = re.match(r"(\t\[TABLE_\w+\] *= *\{)(.*)(\},)$", line)
        if not found:
            continue
        cells = [each.strip() for each in found[2].split(",")]
        for place, cell in enumerate(cells):
            if cells[CELLS.index("who")] == f"R({CELLS[place].upper()})":
                continue  # whoever acts is not told, whatever the cell says
            for other in of_cell(CELLS[place], cell):
                changed = [*cells[:place], other, *cells[place + 1 :]]
                new = found[1] + ", ".join(changed) + found[3]
                row = re.search(r"TABLE_\w+", line)[0]
                yield Mutant(file, number, line, new, f"{row} {CELLS[place]}: {cell} -> {other}")


def of_cell(kind: str, cell: str) -> Iterator[str]:
    """What else could stand there by mistake."""
    if kind in ("who", "from"):
        parts = cell.split(" | ")
        for left_out in parts if cell != "0" else []:
            yield " | ".join(each for each in parts if each != left_out) or "0"
        if kind == "from" and cell != "0" and not cell.startswith("ANY"):
            yield f"{cell} | S(COMPLETED)" if "COMPLETED" not in cell else f"{cell} | S(SUBMITTED)"
    elif kind in ("needs", "guard", "apply") and cell != "NULL":
        yield "NULL"
    elif kind in ("target", "giver", "sender"):
        yield "TELL_STATUS" if cell == "TELL_NONE" else "TELL_NONE"
    elif kind == "to":
        yield "TO(CLOSED)" if cell != "TO(CLOSED)" else "TABLE_SAME"
    elif kind == "counts":
        yield "false" if cell == "true" else "true"


def of_code(file: Path, lines: list[str]) -> Iterator[Mutant]:
    inside, function = False, ""
    for number, line in enumerate(lines):
        if begins := FUNCTION.match(line):
            function = begins[1]
        inside = line.startswith("\t") or (inside and not line.startswith("}"))
        if not inside or line.lstrip().startswith(("/*", "*")):
            continue
        if "assert(" in line:
            continue
        for found in LOOP.finditer(line):
            new = line[: found.start()] + " + 1 < " + line[found.end() :]
            yield Mutant(file, number, line, new, function)
        most = MOST.search(line)
        for old, new in SWAPS:
            if most and old in (" < ", " > "):
                continue
            for found in re.finditer(re.escape(old), line):
                if LOOP.match(line, found.start()):
                    continue
                changed = line[: found.start()] + new + line[found.end() :]
                yield Mutant(file, number, line, changed, function)
        if CALL.match(line) and not KEPT.search(line):
            yield Mutant(file, number, line, re.match(r"\t+", line)[0] + ";", function)
        for found in NUMBER.finditer(line):
            more = f"{found[1]}({int(found[2]) + 1}"
            changed = line[: found.start()] + more + line[found.end() :]
            yield Mutant(file, number, line, changed, function)


def all_mutants(tree: Path) -> list[Mutant]:
    table = CORE / "row/table.c"
    found = list(of_table(table, (tree / table).read_text().split("\n")))
    for room in ROOMS:
        file = CORE / f"{room}.c"
        if (tree / file).exists():
            found += of_code(file, (tree / file).read_text().split("\n"))
    return found


class Bench:
    """The copy of the tree, and the tests that are tried on it, first the one that killed last."""

    def __init__(self, folder: Path) -> None:
        self.tree, self.build = folder / "tree", folder / "build"
        if self.tree.exists():
            shutil.rmtree(self.tree)
        self.tree.mkdir(parents=True)
        names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT).split(b"\0")
        for name in (each.decode() for each in names if each):
            target = self.tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)  # as new: what the last mutant left is built again
        self.share_core()
        if not (self.build / "build.ninja").exists():
            options = ["-Doptimization=0", "-Ddebug=false", "-Dwerror=false"]
            self.do(["meson", "setup", self.build, self.tree, *options], 300)
        units = (self.tree / "tests/unit").glob("test_handover*.c")
        names = sorted(each.stem for each in units)
        names += [each for each in ("test_route", "test_rules", "test_settle") if self.has(each)]
        self.units = [f"tests/unit/{each}" for each in names]
        self.others = ["tests/replay/replay"]
        self.search = "tests/sim/exhaustive/exhaustive"
        if (self.tree / f"{self.search}.c").exists():
            self.others.append(self.search)

    def share_core(self) -> None:
        """As a library that is loaded: a mutant is compiled, but the tests are not linked again."""
        file = self.tree / CORE / "meson.build"
        text = file.read_text()
        assert "static_library(" in text
        file.write_text(text.replace("static_library(", "shared_library("))

    def has(self, unit: str) -> bool:
        return (self.tree / f"tests/unit/{unit}.c").exists()

    def do(self, command: list, seconds: int = SECONDS, **environment: str) -> bool:
        """False: it failed, or came to no end."""
        try:
            done = subprocess.run(
                command,
                cwd=self.tree,
                env=os.environ | environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def compiles(self) -> bool:
        return self.do(["ninja", "-C", self.build, *self.units, *self.others], 900)

    def quick(self) -> str:
        """The first unit test that fails; "" if none does."""
        for unit in self.units:
            if not self.do([self.build / unit], 20):
                self.units.remove(unit)
                self.units.insert(0, unit)
                return unit.rsplit("/", 1)[1]
        return ""

    def slow(self) -> str:
        """The search, and the model; "" if neither fails."""
        states = ["all", "--states", "20000"]
        if self.search in self.others and not self.do([self.build / self.search, *states]):
            return "exhaustive"
        model = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "tests/e2e/test_core.py",
            "-k",
            "more_worlds",
        ]
        options = ["--rootdir", "tests/e2e", "--timeout", str(SECONDS)]
        if not self.do([*model, *options], LOKETHUB_BUILD=str(self.build), LOKETHUB_CORE_SEEDS="4"):
            return "test_core"
        return ""

    def try_one(self, mutant: Mutant, killer: Callable[[], str]) -> str:
        """Who killed it; "": nobody, "-": it does not compile."""
        path = self.tree / mutant.file
        before = path.read_text()
        lines = before.split("\n")
        lines[mutant.line] = mutant.new
        path.write_text("\n".join(lines))
        try:
            return killer() if self.compiles() else "-"
        finally:
            path.write_text(before)

    def survivors(self, mutants: list[Mutant], killer: Callable, tally: Counter) -> list[Mutant]:
        left = []
        for number, mutant in enumerate(mutants, 1):
            who = self.try_one(mutant, killer)
            if who:
                tally[who] += 1
            else:
                left.append(mutant)
            place = f"{mutant.file.name}:{mutant.line + 1}"
            print(f"{number}/{len(mutants)} {who or '!'} {place} {mutant.name}", flush=True)
        return left


def known_equals() -> dict[str, str]:
    """Those that change nothing, with the reason."""
    rows = (Path(__file__).parent / "equal.txt").read_text().splitlines()
    return dict(row.split(" # ", 1) for row in rows if " # " in row)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--part", default="1/1", help="2/3: the second of three parts")
    parser.add_argument("--again", type=Path)
    asked = parser.parse_args()
    bench = Bench(asked.folder.resolve())
    assert bench.compiles(), "the tree itself does not compile"
    assert not bench.quick() and not bench.slow(), "a test fails without any mutant"
    mutants = [each for each in all_mutants(bench.tree) if asked.only in each.name]
    if asked.again:
        left = set(re.findall(r"^\d+/\d+ ! \S+ (.*)", asked.again.read_text(), re.MULTILINE))
        mutants = [each for each in mutants if each.name in left]
    if asked.sample is not None:
        mutants = random.Random(asked.seed).sample(mutants, min(asked.sample, len(mutants)))
    part, parts = (int(each) for each in asked.part.split("/"))
    mutants = mutants[part - 1 :: parts]
    equals, tally = known_equals(), Counter()
    start = time.monotonic()
    left = bench.survivors(mutants, bench.quick, tally)
    unknown = [each for each in left if each.name not in equals]
    tally["equal"] = len(left) - len(unknown)
    survivors = bench.survivors(unknown, bench.slow, tally)
    for mutant in survivors:
        print(f"SURVIVED {mutant.file.name}:{mutant.line + 1} {mutant.name}")
    print("\n" + "\n".join(f"{count:5} {killer}" for killer, count in tally.most_common()))
    counted = len(mutants) - tally["-"] - tally["equal"]
    killed = counted - len(survivors)
    print(f"{killed} of {counted} mutants killed in {time.monotonic() - start:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
