"""test_help - what each command tells of itself, and says of words that it does not know."""

import pytest
from town import run

VERBS = (
    "balance",
    "check",
    "clocks",
    "conform",
    "connectors",
    "desk free",
    "desk full",
    "desk hold",
    "desk release",
    "duplicates",
    "flow",
    "orphans",
    "outages",
    "parse",
    "queue",
    "rejected",
    "rejected redrive",
    "rejected show",
    "replay",
    "route diff",
    "route test",
    "schemas check",
    "schemas register",
    "secrets",
    "serve",
    "settings",
    "simulate",
    "snapshot",
    "snapshot drop",
    "snapshot release",
    "tap",
    "topics check",
    "topics create",
    "view",
    "where",
)


@pytest.mark.parametrize("verb", VERBS)
def test_help(verb: str) -> None:
    done = run(*verb.split(), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: lokethub {verb}")
    for part in ("options\n", "exit codes\n", "examples\n", "--config FILE", f"lokethub {verb}"):
        assert part in done.stdout
    assert all(len(line) <= 100 for line in done.stdout.splitlines())


def test_the_overview_names_every_verb() -> None:
    done = run("--help")
    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if line.startswith("  lokethub ")]
    assert len(lines) == len(VERBS)
    for verb, line in zip(VERBS, lines, strict=True):
        assert line.startswith(f"  lokethub {verb}")


def test_the_overview_of_one_word() -> None:
    done = run("topics", "--help")
    lines = [line for line in done.stdout.splitlines() if line.startswith("  lokethub ")]
    assert done.returncode == 0
    assert [line.split()[1:3] for line in lines] == [["topics", "check"], ["topics", "create"]]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "lokethub COMMAND --help"),
        (["nobody"], 2, "no command 'nobody'"),
        (["topics"], 2, "lokethub topics create"),
        (["topics", "crate"], 2, "no command 'topics crate'"),
        (["where"], 2, "missing"),
        (["flow", "now"], 2, "unexpected: now"),
        (["flow", "--jsno"], 2, "unknown option --jsno"),
        (["check", "nowhere.conf"], 3, "nowhere.conf"),
        (["serve", "--config", "nowhere.conf"], 3, "nowhere.conf"),
    ],
)
def test_usage_errors(words: list[str], code: int, said: str) -> None:
    done = run(*words)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
