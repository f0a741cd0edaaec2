"""outages - when the hub or a desk's delivery was down, as topic facts says (reading 73)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import calendar

FOR_EVER = 2**62


@dataclass
class Outages:
    """What is known at some moment; of each key the last fact counts."""

    partition: int = 0  # of the clients that are asked about
    spans: dict[str, tuple[str, int, int]] = field(default_factory=dict)  # who, from, to

    def put(self, key: str, fact: Mapping[str, Any] | None) -> bool:
        """None: the fact is gone. Whether it was about an outage."""
        if fact is None:
            return self.spans.pop(key, None) is not None
        if fact["kind"] != "OUTAGE":
            return False
        end = FOR_EVER if fact["to"] is None else fact["to"]
        self.spans[key] = fact["id"].rpartition("/")[0], fact["from"], end
        return True

    def copy(self, partition: int) -> "Outages":
        return Outages(partition, dict(self.spans))

    def lost(self, desk: str | None, begin: int, end: int, working: bool) -> int:
        """What of that time the hub, or the desk, was down; times that overlap count once."""
        measure = calendar.working_ms if working else lambda since, until: until - since
        return sum(measure(since, until) for since, until in self._down(desk, begin, end))

    def until(self, desk: str | None, at: int) -> int | None:
        """When the one ends that began before and goes on; None: there is none."""
        return max((until for since, until in self._of(desk) if since < at < until), default=None)

    def _of(self, desk: str | None) -> Iterable[tuple[int, int]]:
        whom = {"edge", f"router/{self.partition}", f"desk/{desk}"}
        return sorted((since, until) for who, since, until in self.spans.values() if who in whom)

    def _down(self, desk: str | None, begin: int, end: int) -> Iterator[tuple[int, int]]:
        for since, until in self._of(desk):
            since, until = max(since, begin), min(until, end)
            if since < until:
                yield since, until
                begin = until


NONE = Outages()


class Known:
    """What a reader of topic facts knew, as time went on."""

    def __init__(self, facts: Iterable[tuple[Any, Mapping[str, Any] | None]]) -> None:
        """facts: records, with `key` and `time`, and their values."""
        self.times: list[int] = []
        self.states: list[Outages] = [Outages()]
        latest = Outages()
        for record, fact in facts:
            if latest.put(record.key, fact):
                self.times.append(record.time)
                self.states.append(latest.copy(0))

    def around(self, time: int, lag: int, partition: int) -> Iterator[Outages]:
        """All that may have been known to who read no later than `lag` ms after it was written,
        the newest first."""
        for number in range(bisect_right(self.times, time), -1, -1):
            yield self.states[number].copy(partition)
            if number and self.times[number - 1] < time - lag:
                return
