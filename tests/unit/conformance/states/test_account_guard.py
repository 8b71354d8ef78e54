"""The guard of an account that is kept."""

import random

import pytest

from conformance.states import AccountGuard, Resource, WithheldError
from tests.harness.account_guard import account_guard, exchange, request

CHANCE = random.Random(6)  # noqa: S311  (reproducible on purpose)
RANDOM = [f"{CHANCE.getrandbits(96):024x}" for _ in range(3)]
FORBIDDEN = b'{"success": false, "error": {"message": "Missing required permission"}}'


def create(guard: AccountGuard, identifier: str, collection: str = "audiences", member: str = "id") -> None:
    """Let the target answer a creation with an identifier."""
    raw = request("POST", f"/1/{collection}", b'{"name": "x"}')
    guard.after(raw, exchange(raw, 201, b'{"data": {"%s": "%s"}}' % (member.encode(), identifier.encode())))


def counting_guard(**allowed: bool) -> AccountGuard:
    """Return the guard of an account whose target counts, with an audience of the run: 12."""
    guard = account_guard("1", **allowed)
    create(guard, "12")
    return guard


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/1/audiences/12"),
        ("DELETE", "/1/audiences/12~"),
        ("DELETE", "/1/audiences/~12"),
        ("DELETE", "/1/audiences/12.json"),
        ("DELETE", "/1/audiences/12%0A"),
        ("DELETE", "/1/audiences/12%00"),
        ("DELETE", "/1/audiences/12;v=1"),
        ("DELETE", "/1/audiences/12zz"),
        ("DELETE", "/zz1/audiences/12"),
        ("DELETE", "/1/audiences/%EF%BC%91%EF%BC%92"),
        ("DELETE", "/1/audiences/x/../12"),
        ("DELETE", "/1/audiences/%2531%2532"),
        ("DELETE", f"/1/audiences/{12 + (1 << 40)}"),
        ("DELETE", "/1/audiences/x"),
        ("DELETE", "/x/audiences/12"),
        ("PATCH", "/1/audiences/12"),
        ("POST", "/1/audiences"),
        ("GET", "/1/audiences/13"),
        ("GET", "/2/audiences"),
    ],
)
def test_a_request_that_can_hit_nothing_of_others_is_sent(method: str, path: str) -> None:
    assert counting_guard().reason_against(request(method, path)) is None


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("DELETE", "/1/audiences/13", b""),
        ("DELETE", "/1/audiences/1", b""),
        ("DELETE", "/1/audiences/120", b""),
        ("DELETE", "/1/audiences/012", b""),
        ("DELETE", "/1/audiences/0", b""),
        ("DELETE", "/1/audiences/13~", b""),
        ("DELETE", "/1/audiences/12~13", b""),
        ("DELETE", "/1/audiences/13zz", b""),
        ("DELETE", "/1/audiences/12x13", b""),
        ("DELETE", "/1/audiences/%EF%BC%91%EF%BC%93", b""),
        ("DELETE", "/1/audiences/12/../13", b""),
        ("DELETE", "/1/audiences/*", b""),
        ("DELETE", "/1/audiences/..%2F13", b""),
        ("DELETE", "/1/audiences", b""),
        ("DELETE", "/1/audiences/navigation", b""),
        ("DELETE", "/1", b""),
        ("PATCH", "/2/audiences/12", b""),
        ("PATCH", "/1/audiences/folders/12", b""),
        ("PATCH", "/1/audiences/12?audienceId=13", b""),
        ("PATCH", "/1/audiences/12", b'{"accountGroupId": "2"}'),
        ("POST", "/1/audiences/12/move-to-folder", b'{"folderId": "7"}'),
        ("POST", "/1/audiences/12/move-to-folder", b'{"folderId": 7}'),
        ("POST", "/1/prospecting/12/cancel", b""),
        ("POST", "/2/audiences", b"{}"),
        ("PUT", "/1/audiences", b"{}"),
        ("POST", "/1/audiences", b'{"name": "%s"}' % (b"a" * 301)),
        ("POST", "/1/audiences/folders", b"{}"),
        ("POST", "/1/audiences//folders/", b"{}"),
        ("POST", "/1/prospecting", b"{}"),
    ],
)
def test_a_request_that_may_hit_something_of_others_is_withheld(method: str, path: str, content: bytes) -> None:
    with pytest.raises(WithheldError):
        counting_guard().before(request(method, path, content))


def test_a_read_that_a_header_makes_a_deletion_is_withheld() -> None:
    raw = request("GET", "/1/audiences/13", X_HTTP_Method_Override="DELETE")

    assert counting_guard().reason_against(raw) is not None


def test_folders_and_jobs_are_made_where_that_is_allowed() -> None:
    guard = counting_guard(leftovers=True, may_spend=True)

    assert guard.reason_against(request("POST", "/1/audiences/folders", b"{}")) is None
    assert guard.reason_against(request("POST", "/1/prospecting", b"{}")) is None


def test_near_misses_of_random_identifiers_are_sent_except_those_that_a_list_shows() -> None:
    guard = account_guard("1")
    for identifier in RANDOM[:2]:
        create(guard, identifier)
    near_miss = f"{RANDOM[0][:-1]}{'0' if RANDOM[0][-1] != '0' else '1'}"
    listing = request("GET", "/1/audiences")

    assert guard.reason_against(request("DELETE", f"/1/audiences/{near_miss}")) is None
    assert guard.reason_against(request("DELETE", f"/1/audiences/{RANDOM[2]}")) is None
    guard.after(listing, exchange(listing, 200, b'{"data": {"items": [{"id": "%s"}]}}' % RANDOM[2].encode()))
    assert guard.reason_against(request("DELETE", f"/1/audiences/{RANDOM[2]}")) is not None


def test_no_more_is_made_than_was_announced() -> None:
    guard = account_guard("1", audiences=2)
    create(guard, "12")
    assert guard.reason_against(request("POST", "/1/audiences")) is None
    create(guard, "13")

    assert "all 2 audiences" in str(guard.reason_against(request("POST", "/1/audiences")))


def test_the_audiences_that_were_made_and_not_deleted_are_known() -> None:
    guard = account_guard("1", leftovers=True, may_spend=True)
    create(guard, "12")
    create(guard, "13")
    create(guard, "7", "audiences/folders")
    create(guard, "5", "prospecting", "jobId")
    deletion = request("DELETE", "/1/audiences/12")
    guard.after(deletion, exchange(deletion, 200, b'{"data": {"deleted": true}}'))

    assert [*guard.made] == [
        Resource("audiences", "1", "13"),
        Resource("audiences/folders", "1", "7"),
        Resource("prospecting", "1", "5"),
    ]


@pytest.mark.parametrize("status", [None, 502])
def test_a_creation_whose_response_was_lost_is_doubtful(status: int | None) -> None:
    guard, raw = account_guard("1"), request("POST", "/1/audiences", b"{}")

    guard.after(raw, exchange(raw, status))

    assert guard.doubtful == ["POST /v1/accounts/1/audiences"]


def test_the_first_403_is_a_fact_of_the_key_and_the_next_request_is_withheld() -> None:
    guard, raw = account_guard("1"), request("GET", "/1/audiences")

    with pytest.raises(WithheldError, match="lacks the permission audiences:read"):
        guard.after(raw, exchange(raw, 403, FORBIDDEN))
    with pytest.raises(WithheldError, match="lacks the permission audiences:read"):
        guard.before(request("GET", "/1/audiences/12"))
    guard.before(request("GET", "/1/audiences", token="another"))


def test_a_403_after_a_success_is_judged_by_the_check() -> None:
    guard, raw = account_guard("1"), request("GET", "/1/audiences")
    guard.after(raw, exchange(raw, 200, b"{}"))

    guard.after(raw, exchange(raw, 403, FORBIDDEN))

    guard.before(raw)


@pytest.mark.parametrize("path", ["/2/audiences", "/1/audiences/x"])
def test_a_403_for_what_is_not_of_the_run_is_judged_by_the_check(path: str) -> None:
    guard, raw = account_guard("1"), request("GET", path)

    guard.after(raw, exchange(raw, 403, FORBIDDEN))

    guard.before(raw)


def test_a_403_for_a_key_in_an_account_group_of_another_key_is_judged_by_the_check() -> None:
    guard, raw = account_guard("1"), request("DELETE", "/2/audiences/12")
    guard.adopt({"apiKey": "another-key", "accountGroupId": "2"})
    guard.adopt({"accountGroupId": "2", "audienceId": "12"})

    guard.after(raw, exchange(raw, 403, FORBIDDEN))

    guard.before(raw)


def test_a_permission_that_the_preflight_found_lacking_is_not_tried() -> None:
    guard = account_guard("1", lacking=frozenset({"audiences:write"}))

    with pytest.raises(WithheldError, match="audiences:write"):
        guard.before(request("POST", "/1/audiences"))


@pytest.mark.parametrize(("status", "said"), [(402, "no credits"), (409, "too many active jobs")])
def test_an_audience_in_the_account_group_may_stand_against_a_job(status: int, said: str) -> None:
    guard = account_guard("1", may_spend=True)
    raw = request("POST", "/1/prospecting", b"{}", Idempotency_Key="k1")

    with pytest.raises(WithheldError, match=said):
        guard.after(raw, exchange(raw, status))


def test_a_conflict_of_a_repeated_start_is_judged_by_the_check() -> None:
    guard = account_guard("1", may_spend=True)
    raw = request("POST", "/1/prospecting", b"{}", Idempotency_Key="k1")
    guard.after(raw, exchange(raw, 202, b'{"data": {"jobId": "5"}}'))

    guard.after(raw, exchange(raw, 409))
