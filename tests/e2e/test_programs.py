"""test_programs - runs the C programs that need a real broker or registry, each as one test."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LOKETHUB_BUILD", ROOT / "build"))
NAMES = sorted(
    f"{folder}/{path.stem}"
    for folder in ("kafka", "wire")
    for path in (ROOT / "tests" / folder).glob("test_*.c")
)


@pytest.mark.parametrize("name", NAMES)
def test_program(services, name):
    done = subprocess.run(
        [BUILD / "tests" / name],
        cwd=ROOT,
        env=os.environ | services.environment,
        timeout=300,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
