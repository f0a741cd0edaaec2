"""clocks - messages per CPU-second of a router that holds many clients with armed clocks, beside
one that begins with nobody: both read what is said of clients that are new to them.
"""

from driver.bench import Bench
from driver.hub import Hub
from driver.kafka import Progress
from driver.report import median, say, table
from driver.router import run_ours

WARM_UP = 0.1  # of the messages of a turn


def run(bench: Bench) -> dict:
    plain, armed = bench.hub("clocks-none"), bench.hub("clocks")
    plain.deploy()
    armed.deploy()
    lives = bench.sizes.messages // 2
    total = plain.fill(lives)["messages"]
    clocks = arm(armed, bench.sizes.armed)
    first = bench.sizes.armed
    runs: dict[str, list[Progress]] = {"none": [], "armed": []}
    for turn in range(bench.sizes.pairs):
        if turn > 0:
            plain.rewind()
        runs["none"].append(run_ours(plain, total, WARM_UP))
        runs["armed"].append(run_beside(armed, lives, first))
        first += lives
    return report(bench.sizes.armed, clocks, runs)


def arm(hub: Hub, clients: int) -> float:
    """Each client's referral is delivered, and nobody has answered; returns the clocks of each."""
    total = hub.fill(clients, steps=1, delivered=True)["messages"]
    run_ours(hub, total, 0)
    clocks = hub.armed()
    say(f"{clients:,} clients with {clocks:.2f} armed clocks each")
    return clocks


def run_beside(hub: Hub, lives: int, first: int) -> Progress:
    """Of new clients, without what was decided before."""
    before = hub.kafka.total(hub.intake)
    new = hub.fill(lives, first=first)["messages"]
    return run_ours(hub, before + new, (before + WARM_UP * new) / (before + new))


def report(clients: int, clocks: float, runs: dict[str, list[Progress]]) -> dict:
    rates = {name: median(run.per_cpu_second for run in turns) for name, turns in runs.items()}
    names = {
        "none": "that begins with nobody",
        "armed": f"with {clocks * clients:,.0f} clocks of {clients:,} clients",
    }
    table(
        "Router with armed clocks: messages per CPU-second (medians; the more the better)",
        ["router", "per CPU-second", "per second", "it / without", "each run"],
        [
            [
                names[name],
                rates[name],
                median(run.per_second for run in turns),
                rates[name] / rates["none"],
                " ".join(f"{run.per_cpu_second:,.0f}" for run in turns),
            ]
            for name, turns in runs.items()
        ],
    )
    return {
        "clients": clients,
        "clocks_per_client": clocks,
        "runs": {name: [vars(run) for run in turns] for name, turns in runs.items()},
        "per_cpu_second": rates,
        "ratio": rates["armed"] / rates["none"],
    }
