"""scenario - seeded lives of clients as calls of partners: valid, wrong, late, twice, crossing."""

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from uuid import UUID

from . import machine, moves, rules
from .calls import Answer, Call, Child, Look, action_path, day_text, message_of, tag_of, text_of
from .persons import OTHER_BSNS, client_numbers
from .rules import Config
from .state import OPEN_STATES, Client, Referral

DAY_MS = 86_400_000
RUNNING = ("ACCEPTED", "IN_PROGRESS", "ON_HOLD")
COMPLETED = {"outcome": "ADVICE_GIVEN", "next_step": "NONE"}
Story = Generator[Call | Child | Look, Any, None]
QUESTIONS = (
    "WERK LEERBAAN STAGE OPLEIDING OMSCHOLING ORIENTATIE LOOPBAANADVIES TAAL SCHOLINGSVOUCHER EVC"
).split()


@dataclass
class Life:
    """One client's story: what comes next is drawn, weighed by what the model says is possible."""

    config: Config
    random: Random
    person: dict
    start: int  # epoch ms: when the first thing occurs at a partner
    length: int
    partner: str | None = None  # who alone can refer it: it is known by that partner's own number
    now: int = 0
    client: Client | None = None
    sent: list[tuple[Call, str | None]] = field(default_factory=list)
    cases: int = 0
    direct: bool = False  # told to the core itself
    hub_speaks: bool = False  # what only the hub says, the driver says for it
    others: list["Life"] = field(default_factory=list)  # with which it may be merged
    news: bool = False  # another record's merge may have changed the client

    def story(self) -> Story:
        self.now = self.start
        for _ in range(self.length):
            self.now += self.random.randrange(1, 5000)
            if self.news:
                yield from self._look()
            move = self._draw()
            yield from getattr(self, f"_{move}")()

    def _draw(self) -> str:
        if self.client is None or not self.client.is_open:
            weights = {"refer": 8, "register": 2, "nonsense": 1, "group": 2}
            if self.client:
                weights["after_close"] = 1
            if self.client and self.client.merged_into:
                weights |= {"sent_on": 6, "withdraw": 1, "anything": 2}
        else:
            weights = {
                "act": 14,
                "refer": 2,
                "cross": 2,
                "serve": 1,
                "group": 1,
                "amend": 2,
                "twice": 1,
                "conflict": 1,
                "anything": 3,
            }
            weights |= {
                "late": 1,
                "wrong_party": 1,
                "nonsense": 1,
                "sign_of_life": 1,
                "close": 2,
                "cancel": 1,
            }
            if self.hub_speaks:
                climbed = any(clock.level for clock, _ in self.client.armed())
                weights["not_told"] = 5 if climbed else 0.2
            if self.others:
                weights["merge_with"] = 1.0
            elif self.direct:
                weights["merge"] = 1.5
            weights |= {"withdraw": 0.3, "stray": 0.3, "register": 0.3}
        return self.random.choices(list(weights), list(weights.values()))[0]

    # Sending

    def _send(self, call: Call, referral: str | None = None) -> Story:
        answer: Answer = yield call
        self.sent.append((call, referral or answer.referral))
        if answer.status in (400, 404, 503) or call.bad:
            return
        message = message_of(call, referral or answer.referral, self.person_name)
        children: list[str] = []

        def new_id() -> str:
            children.append(tag_of("child", message.id))
            return children[-1]

        decision = machine.apply(self.config, self.client, message, self.now, new_id)
        self.client = decision.client
        for made in children:
            known = frozenset(self.client.referrals) if self.client else frozenset()
            name = yield Child(message.body["referral"], known)
            self._rename(made, name)

    def _rename(self, made: str, name: str | None) -> None:
        assert self.client
        if name is None or made not in self.client.referrals:
            return
        self.client.referrals = {
            name if key == made else key: referral
            for key, referral in self.client.referrals.items()
        }
        self.client.referrals[name].id = name
        if self.client.owner_via == made:
            self.client.owner_via = name

    @property
    def person_name(self) -> str:
        return tag_of(json.dumps(self.person, sort_keys=True))

    def _draft(self, body: dict, text: str | None = None) -> dict:
        draft = {
            "system": "",
            "reference": f"r{len(self.sent)}-{self.person_name[:12]}",
            "occurred_at": text_of(self.now),
            "body": body,
        }
        if text:
            draft["person"] = {"text": text}
        return draft

    def _referral_call(self, move: str, from_desk: str | None, partner: str, **body: Any) -> Call:
        self.cases += 1
        question = self.random.choice(QUESTIONS)
        referral = {
            "kind": "TRANSFER",
            "subject": "PERSON",
            "question": question,
            "municipality": self.random.choice(self.config.municipalities).code,
            "origin": "PARTNER" if from_desk else "WEBSITE",
            "purpose": "GUIDANCE",
            "legal_basis": {"kind": "PUBLIC_TASK"},
            **self._extras(),
            **body,
        }
        if from_desk:
            referral["from_desk"] = from_desk
        draft = self._draft({"Referral": referral})
        draft["case"] = f"Z{self.cases}-{self.person_name[:12]}"
        draft["person"] = {**self.person, "family_name": "Voorbeeld", "phone": "0101234567"}
        path = "/v1/referrals" if from_desk else "/v1/registrations"
        return Call(move, partner, path, draft)

    def _extras(self) -> dict:
        draw = self.random.random
        extras: dict[str, Any] = {}
        if draw() < 0.1:
            extras["urgency"] = "URGENT"
        if draw() < 0.15:
            extras["sector_to"] = self.random.choice(("TECHNIEK", "ZORG"))
        if draw() < 0.1:
            extras["programme"] = self.random.choice(sorted(self.config.programmes))
        if draw() < 0.15:
            extras |= {"target_groups": ["JONGERE", "WERKZOEKENDE"], "age_band": "18-24"}
        if draw() < 0.1:
            extras["education"] = {"level": 2, "pathway": "BBL"}
        if draw() < 0.1:
            given = text_of(self.now - self.random.choice((0, 1, 1)) * DAY_MS)
            extras["legal_basis"] = {"kind": "CONSENT", "reference": "C1", "given_at": given}
        if draw() < 0.08:
            extras["not_before"] = day_text(
                self.now // 86_400_000 + self.random.choice((-3, 3, 3, 400, 900))
            )
        if draw() < 0.12:
            extras["expires_at"] = text_of(self.now + self.random.choice((-1, 40, 200)) * DAY_MS)
        if draw() < 0.12:
            extras["review_every"] = self.random.choice((1, 3, 12))
        return extras

    def _desks(self, holds: bool = False) -> list[rules.Desk]:
        """Desks that can refer this client."""
        return [
            desk
            for desk in self.config.desks.values()
            if desk.active and (desk.holds or not holds) and self.partner in (None, desk.partner)
        ]

    def _holder(self) -> rules.Desk:
        return self.random.choice(self._desks(holds=True))

    def _any_desk(self) -> rules.Desk:
        return self.random.choice(self._desks())

    def _owner(self) -> rules.Desk:
        assert self.client and self.client.owner
        return self.config.desks[self.client.owner]

    def _referrer(self, holds: bool = False) -> rules.Desk:
        """The responsible desk, where there is one that can refer this client."""
        if self.client and self.client.is_open and self.partner in (None, self._owner().partner):
            return self._owner()
        return self.random.choice(self._desks(holds))

    def _maybe_target(self) -> dict:
        if self.random.random() < 0.5:
            return {}
        return {"to_desk": self.random.choice(sorted(self.config.desks))}

    # Referrals

    def _refer(self) -> Story:
        desk = self._referrer()
        yield from self._send(
            self._referral_call("refer", desk.id, desk.partner, **self._maybe_target())
        )

    def _register(self) -> Story:
        partner = self.partner or self.random.choice(sorted(self.config.partners))
        yield from self._send(self._referral_call("register", None, partner, origin="SELF"))

    def _cross(self) -> Story:
        """Two partners refer one client (1d)."""
        desk = self._holder()
        yield from self._send(
            self._referral_call("cross", desk.id, desk.partner, **self._maybe_target())
        )

    def _serve(self) -> Story:
        desk = self._any_desk()
        target = self._maybe_target()
        yield from self._send(
            self._referral_call("serve", desk.id, desk.partner, kind="SERVICE", **target)
        )

    def _group(self) -> Story:
        """Offers to several desks at once: the legs of one case."""
        desk = self._referrer(holds=True)
        word = f"g{self.cases}"
        targets = [
            other
            for other in self.config.desks.values()
            if other.active and other.holds and other is not desk
        ]
        first: Call | None = None
        for target in self.random.sample(targets, self.random.choice((2, 3))):
            call = self._referral_call(
                "group", desk.id, desk.partner, to_desk=target.id, group=word, question="WERK"
            )
            first = first or call
            call.body["case"], call.body["leg"] = first.body["case"], target.id[:40]
            yield from self._send(call)

    def _amend(self) -> Story:
        """The same row again with a new phone number; at times another target, which is refused."""
        made = [
            (call, name)
            for call, name in self.sent
            if name and "Referral" in call.body["body"] and not call.bad
        ]
        if not made:
            return
        call, name = self.random.choice(made)
        body = dict(call.body["body"]["Referral"])
        if self.random.random() < 0.2:
            body["to_desk"] = self.random.choice(sorted(self.config.desks))
        if self.random.random() < 0.1:
            body["kind"] = "SERVICE"
        if self.random.random() < 0.2:
            body["expires_at"] = text_of(self.now + self.random.choice((1, 90)) * DAY_MS)
        if self.random.random() < 0.2:
            body["review_every"] = self.random.choice((2, 6))
        draft = self._draft({"Referral": body})
        draft |= {key: call.body[key] for key in ("case", "leg") if key in call.body}
        draft["person"] = {**call.body["person"], "phone": f"06{self.random.randrange(10**8):08d}"}
        known = self.client and name in self.client.referrals
        if known and self.random.random() < 0.3:
            draft["person"]["bsn"] = self.random.choice(OTHER_BSNS)  # the case keeps its client
        yield from self._send(Call("amend", call.partner, call.path, draft), name)

    # Actions

    def _action(self, move: str, referral: Referral, desk: str, action: str, **body: Any) -> Call:
        text, role = body.pop("text", None), body.pop("role", None)
        actor: dict[str, Any] = {"worker": body.pop("worker", "team-1")}
        if "asker" in body:
            actor["partner"] = body.pop("asker")
        if self.random.random() < 0.5 and desk != "hub":
            actor["desk"] = desk
        elif desk == "hub" and action in ("DELIVERED", "UNDELIVERABLE"):
            others = [None, referral.target, referral.giver]
            actor["desk"] = self.random.choice(others)
        if self.random.random() < 0.3:
            body["seen_version"] = referral.version
        draft = self._draft({"StatusChange": {"action": action, "actor": actor, **body}}, text)
        partner = "hub" if desk == "hub" else self.config.desks[desk].partner
        return Call(move, partner, action_path(referral.id), draft, role=role)

    def _some(self, *states: str) -> Referral | None:
        assert self.client
        found = [
            each for each in self.client.referrals.values() if not states or each.state in states
        ]
        return self.random.choice(found) if found else None

    def _act(self) -> Story:
        """What comes next in the life of a referral, more often of one that is not over."""
        referral = self._some(*OPEN_STATES) if self.random.random() < 0.8 else self._some()
        if referral is None:
            yield from self._sign_of_life()
            return
        yield from self._move("act", referral, moves.fitting)

    def _anything(self) -> Story:
        referral = self._some()
        if referral:
            yield from self._move("anything", referral, moves.anything)

    def _move(self, name: str, referral: Referral, draw: Callable[..., moves.Move]) -> Story:
        """What only the hub says, it says where it is not asked through an edge."""
        assert self.client
        day = self.now // 86_400_000
        move = draw(self.config, self.random, self.client, referral, day)
        if move.desk == "hub" and (not self.hub_speaks or referral.rests):
            return  # of an offer that is not out yet it has nothing to say
        if self.hub_speaks and move.action in ("DELIVERED", "SEEN") and self.random.random() < 0.3:
            move.desk = "hub"
        if self.direct and move.action == "CANCEL" and self.random.random() < 0.1:
            move.role = "CLIENT"
        if "next_date" in move.body:
            move.body["next_date"] = day_text(move.body["next_date"])
        call = self._action(name, referral, move.desk, move.action, role=move.role, **move.body)
        yield from self._send(call, referral.id)

    def _wrong_party(self) -> Story:
        referral = self._some("SUBMITTED", "OFFERED")
        if referral:
            others = [desk for desk in self.config.desks.values() if desk.id != referral.target]
            call = self._action("wrong_party", referral, self.random.choice(others).id, "ACCEPT")
            yield from self._send(call, referral.id)

    def _cancel(self) -> Story:
        referral = self._some("SUBMITTED")
        if referral:
            call = self._action(
                "cancel", referral, referral.sender, "CANCEL", reason="SENDER_ERROR"
            )
            yield from self._send(call, referral.id)

    def _close(self) -> Story:
        """The open referrals end first, if all is to go well."""
        assert self.client
        for referral in list(self.client.referrals.values()):
            if referral.state in RUNNING and self.random.random() < 0.8:
                call = self._action("close", referral, referral.target, "COMPLETE", **COMPLETED)
                yield from self._send(call, referral.id)
        referral = self._some()
        reason = self.random.choice(
            ("PLACED_WORK", "MOVED", "CLIENT_DECLINED", "UNREACHABLE", "ENTERED_IN_ERROR")
        )
        second = (
            {"second_worker": "team-2"}
            if reason == "UNREACHABLE" and self.random.random() < 0.7
            else {}
        )
        if referral and self.client.is_open:
            call = self._action(
                "close", referral, self._owner().id, "CLOSE", closing_reason=reason, **second
            )
            yield from self._send(call, referral.id)

    def _after_close(self) -> Story:
        referral = self._some()
        if referral:
            yield from self._send(
                self._action("after_close", referral, self._owner().id, "SIGN_OF_LIFE"), referral.id
            )

    def _sign_of_life(self) -> Story:
        referral = self._some()
        if referral:
            ahead = self.random.choice((None, None, -2, 5, 60, 900))
            day = {} if ahead is None else {"next_date": day_text(self.now // 86_400_000 + ahead)}
            call = self._action("sign_of_life", referral, self._owner().id, "SIGN_OF_LIFE", **day)
            yield from self._send(call, referral.id)

    def _withdraw(self) -> Story:
        referral = self._some()
        if referral:
            desk = self.random.choice((referral.sender, self._owner().id))
            yield from self._send(
                self._action("withdraw", referral, desk, "WITHDRAW_CONSENT"), referral.id
            )

    def _merge(self) -> Story:
        """Row 28: what its desk says, and what the other record's hub says, as it comes."""
        assert self.client
        referral = self._some()
        if referral is None:
            return
        move = moves.merging(self.config, self.random, self.client)
        call = self._action("merge", referral, move.desk, move.action, **move.body)
        yield from self._send(call, referral.id)

    def _merge_with(self) -> Story:
        """Row 28 with another life's record, sooner with one of which nothing is open."""
        referral = self._some()
        others = [life for life in self.others if life.client and life.client.referrals]
        over = [
            life
            for life in others
            if not any(each.is_open for each in [*life.client.referrals.values()])  # type: ignore[union-attr]
        ]
        if referral is None or not others:
            return
        other = self.random.choice(over or others)
        assert other.client
        names = [*other.client.referrals]
        body = {"other_referral": str(UUID(hex=self.random.choice(names)))}
        if self.direct:
            body["other_client"] = other.person_name
        call = self._action("merge", referral, self._owner().id, "MERGE", **body)
        yield from self._send(replace(call, perhaps=True), referral.id)
        if not self.direct:
            other.news = True
            yield from self._look(referral.id)

    def _look(self, name: str | None = None) -> Story:
        """What the hub knows of the client counts, not what was reckoned here."""
        self.news = False
        for known in [name] if name else [made for _, made in self.sent if made]:
            found: Client | None = yield Look(known)
            if found:
                self.client = found
                return

    def _not_told(self) -> Story:
        assert self.client
        drawn = moves.not_told(self.random, self.client)
        if drawn:
            referral, move = drawn
            call = self._action("not_told", referral, move.desk, move.action, **move.body)
            yield from self._send(call, referral.id)

    def _sent_on(self) -> Story:
        """An action on a referral that came when the record was merged away."""
        assert self.client
        if self.client.forwarded:
            name = self.random.choice(self.client.forwarded)
            path, draft = action_path(name), self._draft({"StatusChange": {"action": "DELIVERED"}})
            yield from self._send(Call("sent_on", self._any_desk().partner, path, draft), name)

    # What goes wrong

    def _twice(self) -> Story:
        """The same bytes again."""
        if self.sent:
            call, name = self.random.choice(self.sent[-6:])
            yield from self._send(call, name)

    def _conflict(self) -> Story:
        """A reference that was used, with other content."""
        if self.sent:
            call, name = self.random.choice(self.sent[-6:])
            body = json.loads(json.dumps(call.body))
            body["occurred_at"] = text_of(self.now)
            person = {**body.get("person", {}), "worker_name": "Een Ander"}
            other = replace(call, move="conflict", body=body | {"person": person})
            yield from self._send(other, name)

    def _late(self) -> Story:
        """An action on a version that is gone, or that occurred before the last one."""
        referral = self._some("OFFERED", "ACCEPTED", "DECLINED", "RECALLED")
        if referral is None:
            return
        action = "COMPLETE" if referral.state == "ACCEPTED" else "ACCEPT"
        brought = COMPLETED if action == "COMPLETE" else {}
        call = self._action("late", referral, referral.target, action, **brought)
        if self.random.random() < 0.5:
            call.body["body"]["StatusChange"]["seen_version"] = referral.version - 1
        else:
            call.body["body"]["StatusChange"].pop("seen_version", None)
            call.body["occurred_at"] = text_of(self.start - 3_600_000)
        yield from self._send(call, referral.id)

    def _stray(self) -> Story:
        """An action on a referral that nobody knows."""
        name = f"{self.random.randrange(4096):03x}{'0' * 9}8{'0' * 3}8{'0' * 15}"
        call = Call(
            "stray",
            self._any_desk().partner,
            action_path(name),
            self._draft({"StatusChange": {"action": "DELIVERED"}}),
        )
        answer = yield call
        self.sent.append((call, name if answer.status == 202 else None))

    def _nonsense(self) -> Story:
        """What the edge must refuse: each with one thing wrong."""
        desk = self._holder()
        call = self._referral_call("nonsense", desk.id, desk.partner)
        body = call.body["body"]["Referral"]
        wrong = {
            "question": "GELUK",
            "municipality": "Rotterdam",
            "legal_basis": {"kind": "CONSENT"},
            "from_desk": "loket-nergens",
            "urgency": "GISTEREN",
            "kind": "TELEPORT",
        }
        name = self.random.choice([*wrong, "case", "purpose", "bsn", "extra"])
        if name in wrong:
            body[name] = wrong[name]
        elif name == "bsn":
            call.body["person"]["bsn"] = "999990001"
        elif name == "extra":
            body["shoe_size"] = 43
        elif name == "case":
            del call.body["case"]
        else:
            del body[name]
        yield from self._send(Call("nonsense", call.partner, call.path, call.body, bad=True))


class Turn:
    """A life that waits for the answer to what it asked last."""

    def __init__(self, life: Life) -> None:
        self.life, self.story = life, life.story()
        self.asked: Call | Child | Look | None = next(self.story, None)

    def answer(self, answer: Any) -> None:
        try:
            self.asked = self.story.send(answer)
        except StopIteration:
            self.asked = None


def acquainted(found: list[Life]) -> list[Life]:
    """Any of them may turn out to be another one's second record."""
    for life in found:
        life.others = [other for other in found if other is not life]
    return found


def lives(
    config: Config, seed: int, count: int, start: int, longest: int = 14, direct: bool = False
) -> list[Life]:
    random = Random(seed)
    holders = sorted({desk.partner for desk in config.desks.values() if desk.active and desk.holds})
    found = []
    for person in client_numbers(count):
        life = Life(config, Random(random.random()), person, start, random.randrange(2, longest))
        life.direct = life.hub_speaks = direct
        life.partner = None if "bsn" in person else random.choice(holders)
        found.append(life)
    return found
