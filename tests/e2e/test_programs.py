"""test_programs - runs the C programs of tests/kafka, which need a real broker, each as one test."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LOKETHUB_BUILD", ROOT / "build"))
NAMES = sorted(path.stem for path in (ROOT / "tests/kafka").glob("test_*.c"))


@pytest.mark.parametrize("name", NAMES)
def test_program(name):
    done = subprocess.run([BUILD / "tests/kafka" / name], cwd=ROOT, timeout=300, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
