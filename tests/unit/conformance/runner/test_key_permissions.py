"""The permissions that a key lacks, as the preflight learns them."""

import itertools

import httpx
import pytest

from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.catalogue.requirements import Profile
from conformance.runner.key_permissions import KeyProbe
from conformance.states import PublicApi, paced
from conformance.states.destination import destination_of
from tests.harness.account_guard import request
from tests.harness.fake_target import http

KINDS = [frozenset(chosen) for size in range(6) for chosen in itertools.combinations(sorted(ALL_PERMISSIONS), size)]


class Permitting:
    """A target whose key has some permissions."""

    def __init__(self, permissions: frozenset[str], word: str = "permission") -> None:
        self.permissions = permissions
        self.word = word
        self.audiences: list[str] = []

    def __call__(self, sent: httpx.Request) -> httpx.Response:
        path = sent.url.path.removeprefix("/v1/accounts")
        destination = destination_of(request(sent.method, path))
        if destination.permission not in self.permissions:
            return httpx.Response(403, json={"error": {"message": f"Missing {self.word}"}})
        if sent.method == "POST" and path == "/g1/audiences":
            self.audiences.append("a1")
            return httpx.Response(201, json={"data": {"id": "a1"}})
        if sent.method == "DELETE" and destination.resource_id in self.audiences:
            self.audiences.remove(destination.resource_id)
            return httpx.Response(200, json={"data": {"deleted": True}})
        return httpx.Response(404 if destination.resource_id not in {"", *self.audiences} else 200, json={"data": {}})


def lacking(target: Permitting, profile: Profile, *, may_make: bool = True) -> frozenset[str]:
    client = http(target)
    probe = KeyProbe(lambda method, path, _: client.request(method, path), "the-key", "g1", profile)
    return probe.lacking(PublicApi(paced(client, lambda _: None)) if may_make else None)


@pytest.mark.parametrize("may_make", [True, False])
@pytest.mark.parametrize("permissions", KINDS)
def test_every_missing_permission_is_learnt_and_nothing_is_left(
    permissions: frozenset[str],
    may_make: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    target = Permitting(permissions)

    assert lacking(target, Profile.FULL, may_make=may_make) == ALL_PERMISSIONS - permissions
    assert target.audiences == []


def test_a_403_that_names_no_permission_counts_where_nothing_else_can_be_meant() -> None:
    target = Permitting(frozenset({"prospects:read"}), word="something")

    assert lacking(target, Profile.FULL) == {"audiences:read", "audiences:write", "prospecting:read"}


def test_a_profile_asks_for_no_other_permission() -> None:
    assert lacking(Permitting(frozenset()), Profile.DELETE) == {"audiences:write"}
    assert not any("prospecting" in permission for permission in lacking(Permitting(frozenset()), Profile.AUDIENCES))
