"""The fast path, held against stock Connexion: equal responses, apart from a short list of differences."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver.adapters.clock import ManualClock
from mockserver.bootstrap import components, seed, vendor_app
from mockserver.config import Settings
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from tests.harness.sampling import PROVE
from tests.harness.stock_connexion import stock_app

GROUPS = ["a00000000000000000000001", "a00000000000000000000002", "a00000000000000000000009", "x", "%00", "a%2Fb"]
AUDIENCES = [
    "b00000000000000000000001",
    "b00000000000000000000002",
    "b00000000000000000000003",
    "b00000000000000000000009",
    "B00000000000000000000001",
    "folders",
    "navigation",
    "%C3%28",
]
FOLDERS = ["f00000000000000000000001", "f00000000000000000000002", "f00000000000000000000009", "f"]
JOBS = ["c00000000000000000000001", "c00000000000000000000009", "null"]
KEYS = ["sk_test_all_permissions", "sk_test_read_only", "sk_test_revoked", "unknown", ""]


@dataclass(frozen=True)
class Sent:
    """A request; `query` and `content` are as sent on the wire."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


class Side:
    """An assembly with its own records; two sides that get the same requests are in the same state."""

    def __init__(self, build: Any) -> None:
        self.made = components(Settings(), clock=ManualClock())
        asyncio.run(seed(Settings(), self.made))
        self.app = build(self.made)

    async def answers(self, requests: list[Sent]) -> list[tuple[int, Any]]:
        """Reset the records, send the requests, and return status and body of each, without trace ids."""
        await self.made.sandboxes.reset(DEFAULT_SANDBOX)
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [await self._answer(client, request) for request in requests]

    async def _answer(self, client: httpx.AsyncClient, request: Sent) -> tuple[int, Any]:
        url = request.path + (f"?{request.query}" if request.query else "")
        answer = await client.request(request.method, url, headers=request.headers, content=request.content)
        body = answer.json() if answer.headers.get("content-type") == "application/json" and answer.content else None
        return answer.status_code, None if body is None else {**body, "traceId": None}


@pytest.fixture(scope="module")
def sides() -> tuple[Side, Side]:
    return Side(partial(vendor_app, Settings())), Side(stock_app)


OPERATIONS = [
    ("DELETE", "/v1/accounts/{group}/audiences/{audience}"),
    ("GET", "/v1/accounts/{group}/audiences/{audience}"),
    ("PATCH", "/v1/accounts/{group}/audiences/{audience}"),
    ("GET", "/v1/accounts/{group}/audiences"),
    ("POST", "/v1/accounts/{group}/audiences"),
    ("GET", "/v1/accounts/{group}/audiences/navigation"),
    ("GET", "/v1/accounts/{group}/audiences/{audience}/prospects"),
    ("POST", "/v1/accounts/{group}/audiences/folders"),
    ("PATCH", "/v1/accounts/{group}/audiences/folders/{folder}"),
    ("POST", "/v1/accounts/{group}/audiences/{audience}/move-to-folder"),
    ("POST", "/v1/accounts/{group}/audiences/{audience}/remove-from-folder"),
    ("GET", "/v1/accounts/{group}/prospecting"),
    ("POST", "/v1/accounts/{group}/prospecting"),
    ("GET", "/v1/accounts/{group}/prospecting/{job}"),
    ("POST", "/v1/accounts/{group}/prospecting/{job}/cancel"),
    ("GET", "/v1/accounts"),
    ("GET", "/v1/unknown/{job}"),
]


def mostly(good: list[Any], any_: list[Any]) -> st.SearchStrategy[Any]:
    """Draw a good value three times out of four."""
    return st.one_of(*[st.sampled_from(good)] * 3, st.sampled_from(any_))


def operations() -> st.SearchStrategy[tuple[str, str]]:
    """Draw a method and a path: mostly of an operation with existing identifiers."""
    wrong_method = st.tuples(
        st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"]),
        st.sampled_from([path for _, path in OPERATIONS]),
    )
    chosen = st.one_of(*[st.sampled_from(OPERATIONS)] * 7, wrong_method)
    names = {
        "group": mostly(GROUPS[:1], GROUPS),
        "audience": mostly(AUDIENCES[:3], AUDIENCES),
        "folder": mostly(FOLDERS[:2], FOLDERS),
        "job": mostly(JOBS[:1], JOBS),
    }
    return st.builds(
        lambda operation, identifiers: (operation[0], operation[1].format(**identifiers)),
        chosen,
        st.fixed_dictionaries(names),
    )


def queries() -> st.SearchStrategy[str]:
    pieces = ["limit=1", "limit=100", "limit=0", "limit=1.0", "limit=1.5", "limit=1e1", "limit=", "limit=x", "limit=-1"]
    pieces += [
        "cursor=",
        "cursor=abc",
        "cursor=%00",
        "status=queued",
        "status=x",
        "other=1",
        "limit",
        "limit[a]=1",
        "a[b]=1",
    ]
    return st.one_of(st.just(""), st.lists(st.sampled_from(pieces), max_size=3).map("&".join))


def contents() -> st.SearchStrategy[bytes]:
    plain = [
        b'{"name":"New","type":"on_demand"}',
        b'{"name":"New","type":"monitoring","description":"d"}',
        b'{"name":"New","type":"other"}',
        b'{"name":"  ","type":"on_demand"}',
        b'{"name":"New","audienceType":"on_demand"}',
        b'{"name":5}',
        b'{"name":"New"}',
        b'{"description":""}',
        b'{"description":null}',
        b'{"name":"\\u0000"}',
        b'{"name":"\\ud800"}',
        b'{"name":"\\u00e9 ok"}',
        '{"name":"é"}'.encode(),
        '{"name":"é"}'.encode("latin-1"),
        b"{}",
        b"[]",
        b"null",
        b"NaN",
        b'{"name":"a","name":"b"}',
        b"",
        b" ",
        b"{",
        b'{"folderId":"f00000000000000000000001"}',
        b'{"folderId":"f00000000000000000000002"}',
        b'{"folderId":"f00000000000000000000009"}',
        b'{"source":"linkedin_search","searchUrl":"https://www.linkedin.com/search"}',
        b'{"source":"linkedin_search","searchUrl":"https://www.linkedin.com/search","maxResults":5}',
        b'{"source":"linkedin_search","searchUrl":"https://www.linkedin.com/search","maxResults":5.0}',
        b'{"source":"linkedin_search","searchUrl":"https://www.linkedin.com/search","maxResults":1e400}',
        b'{"source":"linkedin_search","searchUrl":"https://www.linkedin.com/search","maxResults":123456789012345678901}',
        b'{"source":"linkedin_search","searchUrl":"https://www.linkedin.com/search","searchEmails":1}',
        b'{"source":"url_upload","urls":[]}',
        b'{"source":"url_upload","urls":["https://www.linkedin.com/in/a"]}',
        b'{"source":"sales_navigator"}',
        b'{"source":"other"}',
    ]
    return st.one_of(*[st.sampled_from(plain)] * 7, st.binary(max_size=8))


def requests() -> st.SearchStrategy[Sent]:
    types = [
        None,
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "text/plain",
        "application/json;charset=utf-8",
    ]
    types += ["application/json; charset=utf-16", "application/json; charset=no-such", "application/xml", "x", ";"]

    headers = st.fixed_dictionaries(
        {
            "authorization": mostly([f"Bearer {KEYS[0]}"], [None, *[f"Bearer {key}" for key in KEYS]]),
            "content-type": mostly(["application/json"], types),
            "idempotency-key": st.sampled_from([None, None, "once", "twice", ""]),
        }
    )

    def sent(operation: tuple[str, str], query: str, headers: dict[str, str | None], content: bytes) -> Sent:
        given_headers = {name: value for name, value in headers.items() if value is not None}
        return Sent(*operation, query, given_headers, content if operation[0] not in {"GET", "HEAD"} else b"")

    return st.builds(sent, operations(), queries(), headers, contents())


def wanted_difference(request: Sent, ours: tuple[int, Any], stock: tuple[int, Any]) -> bool:
    """Return whether a difference from stock Connexion is intended."""
    concrete = "/folders" in request.path or "/navigation" in request.path
    kind = request.headers.get("content-type", "")
    return (
        (ours[0] == stock[0] == 405)  # our Allow is complete
        or (ours[0] == 405 and concrete)  # a concrete path is matched before a templated one, whatever the method
        or kind.isupper()  # stock does not validate a body whose type is in capitals
        or "; charset" in kind  # stock overlooks a charset behind a blank
        or "%2F" in request.path  # an encoded slash does not separate segments
    )


@settings(
    max_examples=2_000 if PROVE else 100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not PROVE,
    phases=[Phase.generate],  # the requests that differ are shown as they are, each by itself
)
@given(st.lists(requests(), min_size=10, max_size=30))
def test_fast_path_and_stock_connexion_respond_alike(sides: tuple[Side, Side], sent: list[Sent]) -> None:
    ours, stock = sides

    actual, expected = asyncio.run(ours.answers(sent)), asyncio.run(stock.answers(sent))

    for request, mine, theirs in zip(sent, actual, expected, strict=True):
        if mine != theirs:
            assert wanted_difference(request, mine, theirs), (request, mine, theirs)
            if not 400 <= mine[0] < 500 or not 400 <= theirs[0] < 500:
                break  # from here on the two worlds may differ
    assert 500 not in {status for status, _ in actual}
