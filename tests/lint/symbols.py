"""symbols - what the objects of the static libraries export, read with nm."""

import re
import subprocess
from pathlib import Path, PurePosixPath

import rules

_MEMBER = re.compile(r"[^\[]*\[(\S+)\]:")
# Sanitizers add symbols of their own to an object.
_FOREIGN = re.compile(r"__odr_asan|_+asan|_+ubsan|_+llvm|_+gcov|__start_|__stop_")
_CONSTANT = re.compile(r"\.rodata|\.data\.rel\.ro|\.lrodata")


def exports_of(library):
    """(object, symbol, is a function, section) of all that other objects can see."""
    command = ["nm", "--format=sysv", "--defined-only", "--extern-only", str(library)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    member = None
    for line in text.split("\n"):
        if match := _MEMBER.search(line):
            member = match.group(1)
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 7 and cells[0] != "Name" and not _FOREIGN.match(cells[0]):
            yield member, cells[0], cells[3] == "FUNC", cells[6]


def source_of(tree, folder, member):
    """hub/base/err.c of err.c.o; a source in a folder below is below_err.c.o. None: generated."""
    name = PurePosixPath(member).name.removesuffix(".o")
    for path in tree.files:
        inside = PurePosixPath(path)
        if path.startswith(folder + "/") and "_".join(inside.relative_to(folder).parts) == name:
            return path
    return None


def line_of(tree, path, symbol):
    match = re.search(rf"^\w[^;{{}}()]*\b{re.escape(symbol)}\b", tree.text(path), re.MULTILINE)
    return rules.line_at(tree.text(path), match.end()) if match else 1


def libraries_of(build):
    """Those of our rooms and connectors; a room's build folder has the place of its source."""
    found = []
    for room in ("hub", "connectors"):
        found += [path for path in (Path(build) / room).rglob("*.a") if path.is_file()]
    return sorted(found)


def names_of(tree, path, symbol):
    """What an export of the file may begin with: the file's name; the room's; and that of the
    header beside it which declares the symbol, because several files may stand behind one header.
    """
    here = PurePosixPath(path)
    names = {here.stem, here.parent.name} | rules.SECOND_NAMES.get(path, set())
    pattern = re.compile(rf"\b{re.escape(symbol)}\b")
    for other in rules.c_files(tree, ".h"):
        header = PurePosixPath(other)
        if header.parent == here.parent and pattern.search(rules.code_of(tree, other)):
            names.add(header.stem)
    return names


def exports(tree):
    """What a module exports begins with its name, and is no variable but a constant table."""
    for library in libraries_of(tree.build):
        folder = library.parent.relative_to(tree.build).as_posix()
        for member, symbol, is_function, section in exports_of(library):
            path = source_of(tree, folder, member)
            if path is None:
                continue
            names = names_of(tree, path, symbol)
            line = line_of(tree, path, symbol)
            if not any(symbol == name or symbol.startswith(name + "_") for name in names):
                wanted = " or ".join(f"{name}_" for name in sorted(names))
                yield path, line, f"exports {symbol}, which does not begin with {wanted}"
            if not is_function and not _CONSTANT.match(section):
                yield path, line, f"exports the variable {symbol}: make it static, or const"
