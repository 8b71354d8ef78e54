"""The clean-up of account groups that are kept."""

from conformance.runner.cleanup import delete_leftovers
from conformance.states import AccountGuard
from tests.harness.account_guard import account_guard, exchange, request
from tests.harness.fake_target import FakeTarget


def created(guard: AccountGuard, collection: str, body: bytes, status: int = 201, token: str = "the-key") -> None:  # noqa: S107  (no real key)
    raw = request("POST", f"/g1/{collection}", b"{}", token=token)
    guard.after(raw, exchange(raw, status, body))


def deleted(guard: AccountGuard, path: str) -> None:
    raw = request("DELETE", path)
    guard.after(raw, exchange(raw, 200))


def test_created_resources_are_deleted_and_the_rest_is_listed() -> None:
    target, guard = FakeTarget(), account_guard("g1", leftovers=True, may_spend=True)
    target.audiences = ["a?1", "a 2"]
    created(guard, "audiences", b'{"data": {"id": "a?1"}}', token="near-miss-of-a-key")
    created(guard, "audiences", b'{"data": {"id": "a 2"}}')
    deleted(guard, "/g1/audiences/a%202?x=1")
    created(guard, "audiences/folders", b'{"data": {"id": "f1"}}')
    created(guard, "prospecting", b'{"data": {"jobId": "j1"}}', 202)
    created(guard, "prospecting", b'{"data": {"jobId": "j1"}}', 200)
    created(guard, "audiences", b'{"data": null}', 400)
    created(guard, "audiences", b"", 500)

    notes = delete_leftovers(guard, target.api())

    assert target.audiences == ["a 2"]
    assert target.cancelled == ["j1"]
    assert [note.split(" of ")[0] for note in notes] == [
        "may stay behind: what POST /v1/accounts/g1/audiences made, whose response was lost",
        "stays behind: the folder f1",
        "stays behind: what the job j1",
        "stays behind: the audience a 2",
    ]


def test_an_audience_that_the_target_will_not_delete_is_listed() -> None:
    target, guard = FakeTarget(), account_guard("g1")
    target.audiences, target.undeletable = ["a1"], {"a1"}
    created(guard, "audiences", b'{"data": {"id": "a1"}}')

    notes = delete_leftovers(guard, target.api())

    assert [note.partition(" of ")[0] for note in notes] == ["stays behind: the audience a1"]


def test_an_audience_of_somebody_else_is_not_listed() -> None:
    target, guard = FakeTarget(), account_guard("g1")
    target.audiences = ["of somebody else"]

    assert delete_leftovers(guard, target.api()) == []
    assert target.audiences == ["of somebody else"]
