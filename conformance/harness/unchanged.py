"""What a refused request must leave as it was."""

from dataclasses import dataclass
from typing import Any

from conformance.client.client import Call
from conformance.client.contract import member
from conformance.harness.context import Key, Situation
from conformance.harness.expectations import expecting
from conformance.harness.operations import READING
from conformance.harness.snapshots import View, read, settled, view
from conformance.model import OperationId
from conformance.model.operation import ON_AUDIENCE
from conformance.results.verdicts import Exchange
from conformance.states import OverHttp

_SHOWN = ("id", "name", "description", "folderId")


@dataclass(frozen=True)
class Before:
    """What could be seen before: of the account group, and of what the request names."""

    view: View
    named: dict[str, Any] | None


def before(situation: Situation, call: Call, key: Key) -> Before | None:
    """Look, where a request might change something; what was just made has to be in the list first."""
    if call.operation in READING:
        return None
    seen = [view(situation, key)]

    def shows_all() -> bool:
        seen.append(view(situation, key))
        return situation.made[key.group] <= {*seen[-1].audiences, *seen[-1].folders}

    if not situation.made[key.group] <= {*seen[0].audiences, *seen[0].folders}:
        settled(situation, shows_all)
    return Before(seen[-1], _named(situation, call, key)[0])


def expect_unchanged(situation: Situation, was: Before | None, call: Call, key: Key, *refused: Exchange) -> None:
    """Look again, and note whether anything is not as it was.

    Where others use the account group as well, such as jobs of earlier checks, what came may be theirs.
    """
    expect = expecting(situation, call)
    if was is None:
        return
    named, shown = _named(situation, call, key)
    evidence = [*refused[-1:], *shown]
    expect.that("REFUSED", f"still {was.named}", f"{named}", evidence, holds=named == was.named)
    now = view(situation, key)
    if not isinstance(situation.states, OverHttp):
        now = now.without_news(was.view, (call.body or {}).get("name"))
    evidence = [*refused[-1:], *now.exchanges]
    holds = now.agrees(was.view)
    expect.that("REFUSED", f"still {was.view.told(now)}", now.told(was.view), evidence, holds=holds)


def _named(situation: Situation, call: Call, key: Key) -> tuple[dict[str, Any] | None, list[Exchange]]:
    """The audience or job that a request names, as it is read."""
    if call.operation in ON_AUDIENCE:
        shown, exchange = read(situation, key, call.target)
        return {name: shown.get(name) for name in _SHOWN}, [exchange]
    if call.operation is OperationId.CANCEL_JOB:
        exchange = situation.do(OperationId.GET_JOB, key, call.target)
        return {"status": member(exchange, "data", "status")}, [exchange]
    return None, []
