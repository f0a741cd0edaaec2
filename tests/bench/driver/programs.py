"""programs - benchmarks that are one C program each and tell their own table."""

import subprocess
from collections.abc import Callable

from harness import ROOT

from driver.bench import Bench
from driver.hub import program


def tells(name: str, title: str) -> Callable[[Bench], dict]:
    def run(bench: Bench) -> dict:
        done = subprocess.run(
            [program(name)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=True
        )
        print(f"\n{title}\n{done.stdout}", flush=True)
        return {"text": done.stdout.splitlines()}

    return run


codec = tells("bench_codec", "Codec, beside avro-c")
decide = tells("bench_decide", "The handover core alone")
parse = tells("bench_parse", "Connectors, beside a plain reading of the same bytes")
