"""test_hub_crash - killed with -9 at random and at named points: nothing lost, nothing twice."""

from collections.abc import Callable

from campaign import Campaign, crash_points
from harness import Hub


def test_killed_again_and_again(make_hub: Callable[..., Hub]) -> None:
    """The short form of ops/campaign-crash."""
    campaign = Campaign(make_hub, messages=20_000, kills=6, pauses=2, seed=1)
    report = campaign.run()
    print(report)
    assert not report.differences, str(report)
    assert report.counts["intake records"] >= 18_000
    assert report.counts["killed"] >= 6
    assert report.counts["points"] == len(crash_points()) > 0
