"""codec - the generated encoder and decoder beside avro-c."""

import subprocess

from driver.bench import Bench
from driver.hub import program


def run(bench: Bench) -> dict:
    done = subprocess.run(
        [program("bench_codec")], capture_output=True, text=True, timeout=300, check=True
    )
    print(f"\nCodec\n{done.stdout}", flush=True)
    return {"text": done.stdout.splitlines()}
