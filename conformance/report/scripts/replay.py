"""The requests of a script, sent again; this module stands in each pytest file as it is, after those it imports."""

import json
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self
from urllib.parse import quote

import httpx

from conformance.report.scripts.changes import change_text, changed_places, response_changes

SHOWN = 300
Json = Any


class NotViolatedError(Exception):
    """Raised where a response shows that the violation is not there."""


class Replay:
    """The requests of one attempt, and what came back; states are torn down at its end.

    Args:
        base_url: The URL of the target.
        states_url: The URL of the provider states.
        verify: The file of certificates to trust; None for the default ones.
    """

    def __init__(self, base_url: str, states_url: str, verify: str | None) -> None:
        self.base_url = base_url
        self.states_url = states_url
        self.http = httpx.Client(timeout=60, verify=ssl.create_default_context(cafile=verify) if verify else True)
        self.entries: dict[int, list[str]] = {}
        self.undo: list[Callable[[], object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for undo in reversed(self.undo):
            undo()
        self.http.close()

    def send(
        self, number: int, method: str, path: str, headers: list[tuple[str, str]], content: bytes | None = None
    ) -> None:
        """Send a request to the target, and keep what came back."""
        url = httpx.URL(self.base_url)
        url = url.copy_with(raw_path=url.raw_path.rstrip(b"/") + path.encode("ascii"))
        status, text = self.transmit(method, url, headers, content)
        self.entries[number] = [path, (content or b"").decode("utf-8", "replace"), status, text]

    def transmit(
        self, method: str, url: httpx.URL | str, headers: list[tuple[str, str]], content: bytes | None
    ) -> tuple[str, str]:
        """Send a request, and return the status and the body of the response."""
        request = self.http.build_request(method, url, headers=headers, content=content)
        try:
            response = self.http.send(request)
        except httpx.TransportError as error:
            return "000", str(error)
        return str(response.status_code), response.content.decode("utf-8", "replace")

    def state(self, number: int, headers: list[tuple[str, str]], content: bytes) -> None:
        """Set a provider state up, and keep its values."""
        status, text = self.transmit("POST", self.states_url, headers, content)
        if not status.startswith("2"):
            raise RuntimeError(f"step {number}: the state was not set up: {status} {text[:SHOWN]}")
        self.entries[number] = [self.states_url, "", status, text]
        document = json.loads(content)
        params = {**document.get("params", {}), **(json.loads(text) if text else {})}
        teardown = json.dumps({**document, "params": params, "action": "teardown"}).encode()
        self.undo.append(lambda: self.transmit("POST", self.states_url, headers, teardown))

    def created(self, number: int, path: str, headers: list[tuple[str, str]]) -> None:
        """Have an audience deleted at the end."""
        self.undo.append(lambda: self.send(-number, "DELETE", path, headers))

    def expect(self, number: int, status: str) -> None:
        """Expect a request that only prepares the violation to come back as in the run."""
        now = self.entries[number][2]
        if now == status:
            return
        if now in {"000", "401", "429"} or now.startswith("5"):
            raise RuntimeError(f"step {number} was not possible: {self.shown(number)}")
        raise NotViolatedError(f"step {number} already came back otherwise than in the run: {self.shown(number)}")

    def there(self, variable: str, *numbers: int) -> None:
        """Expect that a resource that was prepared by hand is still there."""
        if {self.entries[number][2] for number in numbers} == {"404"}:
            raise RuntimeError(f"step {numbers[0]}: it is not there, set {variable} to another one")

    def concurrently(self, sends: list[Callable[[], None]]) -> None:
        """Send requests at the same time."""
        with ThreadPoolExecutor(len(sends)) as pool:
            for _ in [pool.submit(send) for send in sends]:
                pass

    def pause(self, seconds: float) -> None:
        """Wait, as the suite did."""
        time.sleep(seconds)  # noqa: TID251  (a real pause)

    def value(self, number: int, *path: str | int, own: bool = False) -> str:
        """Return a value of a response."""
        try:
            found = json.loads(self.entries[number][3])
            for part in path:
                found = found[part]
        except (ValueError, LookupError, TypeError):
            found = None
        if isinstance(found, str):
            return found
        problem = f"step {number} shows no {path}: {self.shown(number)}"
        raise (NotViolatedError if own else RuntimeError)(problem)

    def statuses(self, *groups: tuple[int, ...]) -> list[str]:
        """Return the statuses of requests, sorted in each group."""
        return [status for group in groups for status in sorted(self.entries[number][2] for number in group)]

    def transcript(self, number: int) -> list[Any]:
        """Return what was sent and what came back."""
        path, sent, status, text = self.entries[number]
        return [path, json_or_text(sent), status, json_or_text(text)]

    def alike(self, *numbers: int) -> Json:
        """Return the transcripts of concurrent requests that are the same."""
        return {"alike": [self.transcript(number) for number in numbers]}

    def together(self, *numbers: int) -> list[str]:
        """Return the sorted statuses of requests that are the same."""
        return self.statuses(numbers)

    def changes(self, before: int, after: int) -> list[Json]:
        """Return what differs between two reads, their statuses included."""
        _, _, *earlier = self.transcript(before)
        _, _, *later = self.transcript(after)
        return response_changes(earlier, later)

    def changed_places(self, before: int, after: int) -> list[Json]:
        """Return the places that differ between two reads."""
        return changed_places(self.changes(before, after))

    def shown_changes(self, *pairs: tuple[int, int]) -> str:
        """Return what differs between reads, as a text."""
        return "; ".join(change_text(change) for pair in pairs for change in self.changes(*pair)) or "no difference"

    def shown(self, number: int) -> str:
        """Return the status and the beginning of a body."""
        _, _, status, text = self.entries[number]
        return f"{status} {text[:SHOWN]!a}"


def json_or_text(text: str) -> Json:
    """Return a JSON document, or the text where it is none."""
    try:
        return json.loads(text) if text else text
    except ValueError:
        return text


def changed(value: str, index: int, replacement: str, otherwise: str) -> str:
    """Return a value with another character at a position."""
    return value[:index] + (otherwise if value[index] == replacement else replacement) + value[index + 1 :]


def uri(value: str) -> str:
    """Return a value in its percent-encoding."""
    return quote(value, safe="")


def escaped(value: str) -> str:
    """Return a value with every character percent-encoded."""
    return "".join(f"%{byte:02X}" for byte in value.encode())


def swapped(value: str) -> str:
    """Return a value in the other case."""
    return value.swapcase()
