"""conftest - one Kafka per worker, and a hub per test or file on topics of its own."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import api
import harness
import pytest
from model.world import ROTTERDAM, WORLD, WSP

SERVICES = pytest.StashKey[harness.Services]()
HUBS = itertools.count()  # of this process; also one test's cases have topics of their own


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: measures time, so that nothing may run beside it")
    config.addinivalue_line("markers", "peers: with a program that nobody here wrote")
    config.addinivalue_line("markers", "libreoffice: with that, which ops/campaign-peers installs")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For workers: tests that share what one fixture made go to one of them."""
    for item in items:
        fixtures = item._fixtureinfo.name2fixturedefs.values()  # type: ignore[attr-defined]
        if any(each[-1].scope == "module" for each in fixtures):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture: services that do not come up, or not again, are one test's failure."""
    config = item.config
    if "services" not in item.fixturenames:  # type: ignore[attr-defined]
        return
    if SERVICES not in config.stash:
        folder = config._tmp_path_factory.mktemp("services")  # type: ignore[attr-defined]
        own = "PYTEST_XDIST_WORKER" in os.environ
        config.stash[SERVICES] = harness.services_at(folder, own)
    config.stash[SERVICES].bring_up()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if SERVICES in session.config.stash:
        session.config.stash[SERVICES].end()


@pytest.fixture(scope="session")
def services(pytestconfig: pytest.Config) -> harness.Services:
    return pytestconfig.stash[SERVICES]


@pytest.fixture
def make_hub(
    services: harness.Services, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., harness.Hub]]:
    """make_hub(kafka={...}, router={...}): a deployment; its processes end with the test."""
    made: list[harness.Hub] = []

    def make(**settings: dict[str, Any]) -> harness.Hub:
        folder = tmp_path / f"hub{len(made)}"
        folder.mkdir()
        prefix = f"{request.node.originalname}.{os.getpid()}.{next(HUBS)}."
        hub = harness.Hub(folder, services, WORLD, prefix, settings)
        made.append(hub)
        hub.deploy()
        return hub

    yield make
    for hub in made:
        hub.end()


@pytest.fixture
def city(hub: api.ApiHub) -> api.Api:
    """The partners that most tests speak for, at the hub of their file."""
    return hub.partner(ROTTERDAM)


@pytest.fixture
def wsp(hub: api.ApiHub) -> api.Api:
    return hub.partner(WSP)
