"""custody - what moves with responsibility: offers that fall, what gave it before, REQUESTs."""

from collections.abc import Callable

from .state import Referral
from .step import Step


def recall(step: Step, referral: Referral) -> None:
    rested = referral.rests
    step.change(referral, "9", "RECALLED")
    step.news(referral, "9", rested)


def recall_offers(step: Step) -> None:
    for offer in step.offers():
        recall(step, offer)


def end(step: Step, referral: Referral, row: str, outcome: str, next_step: str | None) -> None:
    """COMPLETED, by the target or the hub."""
    referral.outcome, referral.next_step = outcome, next_step
    step.change(referral, row, "COMPLETED")
    step.arm_outcome(referral)
    step.news(referral, row)


def end_former(step: Step, former: Referral | None, outcome: str) -> None:
    """G3, G6: the TRANSFER that gave the client to its desk is over."""
    if former and former.kind == "TRANSFER" and former.accepted and former.is_open:
        end(step, former, "18", outcome, None)


def gave_client(step: Step) -> Referral | None:
    return step.client.referrals.get(step.client.owner_via or "")


def accept_transfer(step: Step, referral: Referral, pass_on: Callable[[], object]) -> None:
    """Row 5: responsibility goes to the target; siblings are recalled, G3, what the target passes
    on, REQUESTs follow."""
    former = gave_client(step)
    step.own(referral.target, referral.id)
    recall_offers(step)
    if former is not referral:
        end_former(step, former, "REFERRED_ON")
    pass_on()
    follow_owner(step)


def may_give_back(step: Step, referral: Referral) -> bool:
    """G4: responsibility goes back only by the referral that gave it."""
    giver = step.config.desks.get(referral.giver)
    return (
        step.client.is_open
        and referral.kind == "TRANSFER"
        and referral.accepted
        and step.client.owner_via == referral.id
        and giver is not None
        and giver.active
        and giver.holds
    )


def give_back(step: Step, referral: Referral) -> bool:
    """Whether responsibility changed: the giver did not have it already (reading 62)."""
    if referral.giver == step.client.responsible:
        return False
    recall_offers(step)
    step.own(referral.giver, referral.id)
    return True


def follow_owner(step: Step) -> None:
    """What a change of owner does to the open REQUESTs, oldest first (readings 26 and 72)."""
    for request in list(step.client.referrals.values()):
        if request.kind == "REQUEST" and request.is_open:
            _follow(step, request)


def _follow(step: Step, request: Referral) -> None:
    owner = step.client.responsible
    assert owner
    if owner == request.wished:
        end(step, request, "18", "TAKEN_OVER", None)
    elif owner == request.target:
        return
    elif request.state == "CANCEL_REQUESTED":
        step.change(request, "14", "CANCELLED")
        step.news(request, "14")
    elif owner == request.sender:
        recall(step, request)
    else:
        step.tell(request.target, request, "RECALL", "TARGET")
        request.giver = request.target = owner
        request.delivery, request.target_at = "QUEUED", 0
        if request.state == "SUBMITTED":
            step.stop_undeliverable(request)
        step.change(request, "1d", "SUBMITTED")
        step.arm(request, "T0", "HUB")
        step.tell(owner, request, "OFFER", "TARGET")
        if request.sender != step.actor:
            step.tell(request.sender, request, "STATUS", "SENDER")
