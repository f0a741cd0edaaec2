"""bench - what every case is given: how large it may be, and where it works."""

from dataclasses import dataclass
from pathlib import Path

from driver.hub import Hub
from driver.kafka import Kafka


@dataclass(frozen=True)
class Sizes:
    messages: int  # in topic intake, for the router's throughput
    pairs: int  # times that ours and the bare program take turns
    seconds: int  # of each run under load
    rates: tuple[int, ...]  # messages per second of the open loops
    clients: int  # known to a router that is started again
    armed: int  # clients whose clocks are armed, and then come due together
    streams: bool  # also run Kafka Streams
    where: bool  # also build a view of all those clients
    sheet_mb: int = 100  # the largest file that is dropped; all that is posted is in proportion
    connectors: str = ""  # only these, by name


@dataclass
class Bench:
    kafka: Kafka
    folder: Path
    sizes: Sizes

    def hub(self, name: str) -> Hub:
        return Hub(self.kafka, self.folder / name, f"bench-{name}.")
