"""The guard of an account that is kept, with allowances for a test."""

from conformance.client.client import RawRequest
from conformance.results.exchange import Exchange
from conformance.states import AccountGuard, Allowances


def account_guard(
    *groups: str,
    leftovers: bool = False,
    may_spend: bool = False,
    audiences: int = 9,
    lacking: frozenset[str] = frozenset(),
) -> AccountGuard:
    """Return a guard that works in some account groups with the key `the-key`."""
    allowances = Allowances(audiences, 9, 9, may_leave_folders=leftovers, may_spend_credits=may_spend)
    guard = AccountGuard(allowances, {"the-key": lacking})
    for group in groups:
        guard.adopt({"apiKey": "the-key", "accountGroupId": group})
    return guard


def request(
    method: str,
    path: str,
    content: bytes | None = None,
    *,
    token: str = "the-key",  # noqa: S107  (no real key)
    **headers: str,
) -> RawRequest:
    """Return a request below `/v1/accounts`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawRequest(method, f"/v1/accounts{path}", {"Authorization": f"Bearer {token}", **named}, content, None)


def exchange(raw: RawRequest, status: int | None, body: bytes = b"") -> Exchange:
    """Return the exchange of a request with a response."""
    return Exchange(
        number=1,
        method=raw.method,
        url=f"http://target{raw.path}",
        request_headers=tuple(raw.headers.items()),
        request_body=raw.content,
        status=status,
        no_response=None if status else "lost",
        response_headers=(("Content-Type", "application/json"),),
        response_body=body,
        elapsed_ms=1.0,
    )
