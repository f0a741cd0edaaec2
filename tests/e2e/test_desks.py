"""test_desks - six hundred desks, one of them dead: nobody else notices, and nothing costs more."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from api import ApiHub, person, referral
from harness import wait_for
from model.rules import Desk
from model.world import ROTTERDAM, WORLD, WSP
from receiver import SECRET, Receiver, hangs

pytestmark = pytest.mark.alone

FEW, MANY = 12, 600
MESSAGES = 1200
WORKERS = 6


def name(number):
    return f"wsp-{number:03d}"


class DesksHub(ApiHub):
    """Each desk of its own endpoint; the first of them is dead."""

    def __init__(self, folder, running, prefix, receiver, count):
        desks = {name(n): Desk(name(n), WSP, "WSP", "AM22") for n in range(count)}
        super().__init__(folder, running, replace(WORLD, desks={**WORLD.desks, **desks}), prefix)
        self.receiver, self.count = receiver, count
        endpoints = [
            {
                "name": name(n),
                "url": receiver.url(f"/{name(n)}"),
                "allow_private": True,
                "timeout_ms": 2000 if n == 0 else 20000,
            }
            for n in range(count)
        ]
        deliveries = [
            {"desk": name(n), "endpoint": name(n), "signing_secrets": ["hook"]}
            for n in range(count)
        ]
        self.lists = {"endpoints": endpoints, "deliveries": deliveries}
        (folder / "secrets").mkdir()
        (folder / "secrets" / "hook").write_text(f"{SECRET}\n")

    def cpu(self):
        """Seconds that the process has used."""
        fields = open(f"/proc/{self.processes['one'].popen.pid}/stat").read().rsplit(")", 1)[1]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / 100

    def batches(self):
        """Seconds that batches took from their first message to their commit, and how many."""
        lines = self.processes["one"].metrics()
        rows = [each.rsplit(" ", 1) for each in lines if "_router_batch_seconds_" in each]
        return tuple(
            sum(float(value) for named, value in rows if f"_seconds_{part}" in named)
            for part in ("sum", "count")
        )


def refer_all(hub, first, count):
    """In turn to all desks but the dead one, and some to that too."""

    def send(number):
        api = apis[number % WORKERS]
        desk = name(0) if number % 50 == 0 else name(1 + number % (hub.count - 1))
        draft = referral(f"d-{first + number}", to_desk=desk, question="WERK")
        who = person(1) | {"bsn": None, "own_number": str(first + number)}
        answer = api.refer(draft | {"person": who})
        assert answer.status_code == 202, answer.text

    apis = [hub.partner(ROTTERDAM) for _ in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(send, range(count)))


def offers(receiver):
    """Those that came to the living desks."""
    return [
        each for each in receiver.all() if each.path != f"/{name(0)}" and b'"OFFER"' in each.body
    ]


def refer_and_wait(hub, receiver, first, count):
    before = len(offers(receiver))
    alive = count - -(-count // 50)
    refer_all(hub, first, count)
    wait_for(
        "all offers but those of the dead desk",
        lambda: len(offers(receiver)) >= before + alive,
        120,
        0.2,
    )
    found = offers(receiver)[before:]
    assert len(found) == len({each.headers["webhook-id"] for each in found}) == alive


def measure(folder, running, count):
    """CPU per message and memory, with so many desks, once each has been told something."""
    receiver = Receiver()
    receiver.answers[f"/{name(0)}"] = hangs
    folder.mkdir()
    hub = DesksHub(folder, running, f"desks-{count}-{time.time_ns()}.", receiver, count)
    hub.deploy()
    hub.start()
    try:
        hub.ready()
        refer_and_wait(hub, receiver, 0, MANY)
        time.sleep(2)
        before, memory = hub.cpu(), hub.processes["one"].memory()
        seconds, batches = hub.batches()
        refer_and_wait(hub, receiver, MANY, MESSAGES)
        used = hub.cpu() - before
        seconds, batches = (
            now - was for now, was in zip(hub.batches(), (seconds, batches), strict=True)
        )
        return {"cpu": used / MESSAGES, "memory_kb": memory, "batch_s": seconds / batches}
    finally:
        hub.end()
        receiver.end()


@pytest.fixture(scope="module")
def measured(services, tmp_path_factory):
    folder = tmp_path_factory.mktemp("desks")
    yield {count: measure(folder / str(count), services, count) for count in (FEW, MANY)}


def test_a_message_costs_the_same(measured):
    """But for how far a desk is: that is told at most twice a second, and here for each message."""
    print(measured)
    assert measured[MANY]["cpu"] < 2 * measured[FEW]["cpu"]


def test_a_batch_is_committed_as_soon(measured):
    """With much to spare; but six hundred desks would be fifty times twelve."""
    assert measured[MANY]["batch_s"] < 3 * measured[FEW]["batch_s"] + 0.05


def test_a_desk_costs_little_memory(measured):
    """Its endpoint's connection and queue; not a share of what waits for the others."""
    more = measured[MANY]["memory_kb"] - measured[FEW]["memory_kb"]
    assert more / (MANY - FEW) < 150, measured
