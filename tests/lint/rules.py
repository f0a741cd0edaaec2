"""rules - what the lint asks of the tree; each rule yields (path, line, text) for what fails it."""

import posixpath
import re
import subprocess
from pathlib import PurePosixPath

from c_source import Unreadable, functions_of, without_comments

FILE_LINES = 600
FUNCTION_LINES = 60
PARAMETERS = 5
NESTING = 3

# The room on the left may include those on the right, and itself. "types" are the generated ones
# and what they need (schemas/); every room may include base. A folder of a room that stands here by
# itself is one of its own.
ROOMS = {
    "base": "",
    "conf": "types handover http/client connector",
    "seal": "",
    "http": "",
    "http/client": "http",
    "http/server": "http",
    "connector": "types",
    "handover": "types",
    "wire": "types http/client",
    "kafka": "types wire",
    "view": "types wire kafka seal handover conf",
    "flow": "types conf seal http http/client handover connector wire kafka view",
    "web": "types conf seal http http/client http/server handover connector wire kafka view flow",
    "cli": "types conf seal http http/client http/server handover connector wire kafka view flow",
    "types": "",
    "connectors": "types connector",
}

# Modules whose objects export a second name beside their own, as their header says.
SECOND_NAMES = {
    "hub/base/bytes.c": {"buffer"},
    "hub/base/err.c": {"outcome"},
    # What handover.h promises, where it lies.
    "hub/handover/row/act.c": {"handover"},
    "hub/handover/state/fold.c": {"handover"},
    "hub/handover/state/invariants.c": {"handover"},
    "hub/handover/state/invariants_step.c": {"handover"},
    "hub/handover/state/state.c": {"handover"},
}

# Callbacks whose parameters a library has laid down.
CALLBACKS = {
    "hub/http/server/request.c": {"keep_header"},
    "hub/http/server/server.c": {"on_request"},
    "tests/bench/bare_intake.c": {"handle"},
}

FORBIDDEN_WORDS = ("TODO", "FIXME", "XXX", "HACK")
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:home|Users|root|work|tmp)\b(?=/|$|[\s\"'`:;,)])")
# Where such a path is meant: a root that is not this machine's, or the rule itself.
MACHINE_PATH_EXCEPT = ("tests/lint/", "ops/fresh")

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)

_NAMED_TEST = re.compile(r"`(\w+\.(?:c|py)):(\w+)`")


def line_at(text, place):
    return text.count("\n", 0, place) + 1


def code_of(tree, path):
    return without_comments(tree.text(path))


def c_files(tree, *endings):
    return [path for path in tree.files if path.endswith(endings or (".c", ".h"))]


def room_of(path):
    """The room that a file or an include lies in; None: none, so not our concern."""
    parts = PurePosixPath(path).parts
    if parts[0] == "hub" and len(parts) > 2:
        inner = "/".join(parts[1:3])
        return inner if inner in ROOMS else parts[1]
    if parts[0] == "schemas":
        return "types"
    return "connectors" if parts[0] == "connectors" else None


def includes_of(text):
    for match in _INCLUDE.finditer(text):
        yield line_at(text, match.start()), match.group(1), match.group(2)


def arrows(tree):
    """Includes follow the arrows between the rooms, and nothing in hub names a connector."""
    for path in c_files(tree):
        room = room_of(path)
        for line, _, target in includes_of(tree.text(path)):
            to = room_of(target)
            if room is None or to is None or to in (room, "base"):
                continue
            if room not in ROOMS or to not in ROOMS:
                unknown = room if room not in ROOMS else to
                yield path, line, f"room {unknown} is not in the table: see ROOMS in the lint"
            elif to not in ROOMS[room].split():
                allowed = ", ".join(["base", *ROOMS[room].split()])
                yield path, line, f"{room} may not include {to} ({target}); only {allowed}"


def roots(tree):
    """Includes of our own are written from the root of the tree."""
    for path in c_files(tree):
        for line, mark, target in includes_of(tree.text(path)):
            own = target in tree.files or target.startswith(("hub/", "schemas/", "connectors/"))
            if mark == '"' and "/" not in target:
                yield path, line, f'"{target}" is not written from the root, as "hub/base/err.h"'
            elif mark == "<" and own:
                yield path, line, f'<{target}> is ours: write "{target}"'


def connectors(tree):
    """Only main hands over the list of connectors; nothing else in hub knows of one."""
    for path in c_files(tree):
        if not path.startswith("hub/") or path == "hub/main.c":
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if re.search(r"\bconnectors/", line):
                yield path, number, "names a connector; main hands over the list"


def pages(tree):
    """Each connector of the list has a page beside its code, which the table of all leads to. It
    says how many cases there are."""
    listed = "connectors/connectors.c"
    if listed not in tree.files:
        return
    table = tree.text("connectors/README.md") if "connectors/README.md" in tree.files else ""
    for number, line in enumerate(tree.text(listed).split("\n"), 1):
        if not (found := re.fullmatch(r"\t&(\w+),", line)):
            continue
        name = found.group(1)
        codes = [path for path in tree.files if re.fullmatch(rf"connectors/\w+/{name}\.c", path)]
        page = codes[0][: -len(".c")] + ".md" if codes else f"connectors/…/{name}.md"
        if page not in tree.files:
            yield listed, number, f"{name} has no page {page}"
        elif f"({page.removeprefix('connectors/')})" not in table:
            yield listed, number, f"connectors/README.md does not lead to {page}"
        else:
            yield from _of_page(tree, name, page)


def _of_page(tree, name, page):
    case = re.compile(rf"tests/data/{name}/[^/]+/expected\.json")
    cases = sum(1 for path in tree.files if case.fullmatch(path))
    for number, line in enumerate(tree.text(page).split("\n"), 1):
        if not line.startswith("| verified against |"):
            continue
        if f" {cases} cases" not in line:
            yield page, number, f"{name} has {cases} cases: say so"
        return
    yield page, 1, "says nothing of what the connector is verified against"


def links(tree):
    """What a page leads to within the tree is there."""
    known = set(tree.files) | {
        str(above) for path in tree.files for above in PurePosixPath(path).parents
    }
    for path in tree.files:
        if not path.endswith(".md"):
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", line):
                if posixpath.normpath(PurePosixPath(path).parent / target) not in known:
                    yield path, number, f"leads to {target}, which is not there"


def file_size(tree):
    """No file is longer than its limit."""
    for path in c_files(tree, ".c", ".h", ".py"):
        lines = tree.text(path).count("\n")
        if lines > FILE_LINES:
            yield path, FILE_LINES + 1, f"{lines} lines, at most {FILE_LINES}: split it"


def functions(tree):
    """No function is too long, takes too many parameters or nests too deep."""
    for path in c_files(tree):
        try:
            found = functions_of(tree.text(path))
        except Unreadable as problem:
            yield path, problem.args[0], f"the lint cannot read this: {problem.args[1]}"
            continue
        for function in found:
            yield from _of_function(path, function)


def _of_function(path, function):
    if function.lines > FUNCTION_LINES:
        text = f"{function.name} has {function.lines} lines, at most {FUNCTION_LINES}"
        yield path, function.line, text
    laid_down = function.name in CALLBACKS.get(path, ())
    if function.parameters > PARAMETERS and not laid_down:
        text = f"{function.name} has {function.parameters} parameters, at most {PARAMETERS}"
        yield path, function.line, text
    if function.nesting > NESTING:
        text = f"{function.name} nests {function.nesting} deep here, at most {NESTING}"
        yield path, function.deepest_line, text


def first_lines(tree):
    """A file begins with its name and what it is for; that sentence may take two lines."""
    for path in c_files(tree):
        name = re.escape(PurePosixPath(path).stem)
        pattern = rf"/\* {name} - \S[^*\n]*(\n \*)?[^*\n]*\.( |\n )\*/\n"
        if not re.match(pattern, tree.text(path)):
            wanted = f"/* {PurePosixPath(path).stem} - what it is for, in one sentence. */"
            yield path, 1, f"does not begin with '{wanted}'"


def header_guards(tree):
    """A header has a guard, named after its path."""
    for path in c_files(tree, ".h"):
        guard = re.sub(r"\W", "_", path).upper()
        text = code_of(tree, path).strip()
        if not re.match(rf"#ifndef {guard}\n#define {guard}\n", text):
            yield path, 2, f"the guard is not #ifndef {guard}, #define {guard}"
        elif not text.endswith("#endif"):
            yield path, tree.text(path).count("\n"), "something stands behind the guard's #endif"


def words(tree):
    """Nothing is put off in a remark."""
    pattern = re.compile(rf"\b({'|'.join(FORBIDDEN_WORDS)})\b")
    for path in tree.files:
        if path.startswith("tests/lint/"):
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if found := pattern.search(line):
                yield path, number, f"{found.group()}: do it, or make an issue of it"


def machine_paths(tree):
    """No path of the machine on which somebody wrote it."""
    for path in tree.files:
        if path.startswith(MACHINE_PATH_EXCEPT):
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if found := MACHINE_PATH.search(line):
                yield path, number, f"{found.group()} is a path of a machine"


def named_tests(tree):
    """A test that a text names, as `test_audit.c:its_name`, is there: a function of that file."""
    tests = {}
    for path in tree.files:
        if path.startswith("tests/"):
            tests.setdefault(PurePosixPath(path).name, []).append(path)
    for path in (path for path in tree.files if path.endswith(".md")):
        for match in _NAMED_TEST.finditer(tree.text(path)):
            name, function = match.groups()
            there = re.compile(rf"^(?:static void|def) {function}\(", re.MULTILINE)
            if not any(there.search(tree.text(each)) for each in tests.get(name, ())):
                line = line_at(tree.text(path), match.start())
                yield path, line, f"no test {function} in a {name} of tests"


def layout(tree):
    """clang-format has nothing to change."""
    files = c_files(tree)
    command = ["clang-format", "--dry-run", "-Werror", "--ferror-limit=1", *files]
    try:
        done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        yield ".clang-format", 1, "clang-format is not installed: apt-get install clang-format"
        return
    pattern = re.compile(r"^(\S+?):(\d+):\d+: (?:error|warning): (.*)$", re.MULTILINE)
    found = list(pattern.finditer(done.stderr))
    for match in found:
        text = "not as clang-format writes it: clang-format -i " + match.group(1)
        yield match.group(1), int(match.group(2)), text
    if done.returncode != 0 and not found:
        yield ".clang-format", 1, done.stderr.strip() or "clang-format failed"
