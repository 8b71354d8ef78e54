"""Mutants of the single endpoint: the states URL announces a refusal or a failure that does not show as documented."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.mutants.single.endpoint import Key
from tests.mutants.single.mutants import Mutant


class LimitDoesNotShow(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-429"})

    def key_of(self, request: Request) -> Key | None:
        key = super().key_of(request)
        return None if key is None else replace(key, limited=False)


class FailureDoesNotShow(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-500"})

    def key_of(self, request: Request) -> Key | None:
        key = super().key_of(request)
        return None if key is None else replace(key, failures=0)


class FailureIsAPage(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-500"})

    def failed(self) -> Response:
        return PlainTextResponse("<h1>Internal Server Error</h1>", 500, media_type="text/html")
