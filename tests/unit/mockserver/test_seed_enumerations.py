"""Refusals of values and names that a seed may not have: they list those that it may have."""

from typing import Any

import pytest

from mockserver.domain.permission import Permission
from mockserver.seeds import checked, schema
from mockserver.service.seeding import SeedError

KEY = {"key": "sk_test_1"}
TYPES = ["on_demand", "monitoring", "linkedin_search", "sales_navigator", "post_commenters", "url_upload"]
KINDS = [
    *["response", "delay", "late-answer", "reset-before", "reset-after"],
    *["truncated-body", "malformed-json", "wrong-content-type"],
]

OF_KEYS = "key, name, permissions, accountGroupIds, revoked, expiresAt, limit, bucket, limited, failures"
OF_GROUPS = "id, name, plan, credits, creditsExhausted, createdAt, folders, audiences, jobs, replays"


def group(**members: Any) -> dict[str, Any]:
    return {"accountGroups": [{"name": "g", **members}]}


def job(**members: Any) -> dict[str, Any]:
    return group(audiences=[{"name": "a", "job": members}])


ENUMERATIONS = {
    "keys.0.permissions.0": (
        {"keys": [{**KEY, "permissions": ["x"]}]},
        [permission.value for permission in Permission],
    ),
    "accountGroups.0.plan": (group(plan="x"), ["tester", "starter", "scale", "enterprise"]),
    "accountGroups.0.folders.0.audienceType": (
        group(folders=[{"name": "f", "audienceType": "x"}]),
        ["on_demand", "monitoring"],
    ),
    "accountGroups.0.audiences.0.type": (group(audiences=[{"name": "a", "type": "x"}]), TYPES),
    "accountGroups.0.audiences.0.job.pace": (job(pace="x"), ["time", "immediate", "polls", "manual"]),
    "accountGroups.0.audiences.0.job.status": (job(status="x"), ["queued", "running"]),
    "accountGroups.0.audiences.0.job.outcome": (job(outcome="x"), ["completed", "failed", "cancelled"]),
    "accountGroups.0.audiences.0.job.stage": (job(stage="x"), ["import", "enrichment"]),
    "accountGroups.0.audiences.0.job.price": (job(price="x"), [1, 2]),
    "faults.0.preset": ({"faults": [{"preset": "x"}]}, ["lost-reply", "flaky", "slow", "maintenance"]),
    "faults.0.kind": ({"faults": [{"kind": "x"}]}, KINDS),
    "faults.0.partOf": ({"faults": [{"partOf": "x"}]}, ["lost-reply", "flaky", "slow", "maintenance"]),
    "clock.mode": ({"clock": {"mode": "x"}}, ["real", "manual"]),
}


def refusal(document: Any) -> str:
    with pytest.raises(SeedError) as caught:
        checked(document)
    return str(caught.value)


def count_enumerations(part: Any) -> int:
    if isinstance(part, dict):
        return ("enum" in part) + sum(map(count_enumerations, part.values()))
    return sum(map(count_enumerations, part)) if isinstance(part, list) else 0


@pytest.mark.parametrize("place", ENUMERATIONS)
def test_the_refusal_of_a_value_lists_all_values_that_are_allowed(place: str) -> None:
    document, allowed = ENUMERATIONS[place]
    shown = ", ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in allowed)

    assert refusal(document) == f'{place}: "x" is none of {shown}'


def test_no_enumeration_is_forgotten() -> None:
    assert count_enumerations(schema()) == len(ENUMERATIONS)


@pytest.mark.parametrize(
    ("document", "allowed"),
    [
        ({"key": []}, "keys, accountGroups, faults, clock, pace, rateLimit, generatedIds"),
        ({"keys": [{**KEY, "nme": ""}]}, OF_KEYS),
        (group(accounts=1), OF_GROUPS),
    ],
)
def test_the_refusal_of_a_name_lists_all_names_that_are_allowed(document: Any, allowed: str) -> None:
    assert refusal(document).endswith(f"; it may have {allowed}")
