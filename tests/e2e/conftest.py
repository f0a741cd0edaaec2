"""conftest - one Kafka for all, and a hub per test on topics of its own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
from model.world import WORLD


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[harness.Services]:
    with harness.services(tmp_path_factory.mktemp("services")) as started:
        yield started


@pytest.fixture
def make_hub(
    services: harness.Services, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., harness.Hub]]:
    """make_hub(kafka={...}, router={...}): a deployment; its processes end with the test."""
    made: list[harness.Hub] = []

    def make(**settings: dict[str, Any]) -> harness.Hub:
        folder = tmp_path / f"hub{len(made)}"
        folder.mkdir()
        prefix = f"{request.node.originalname}.{os.getpid()}.{len(made)}."
        hub = harness.Hub(folder, services, WORLD, prefix, settings)
        made.append(hub)
        hub.deploy()
        return hub

    yield make
    for hub in made:
        hub.end()
