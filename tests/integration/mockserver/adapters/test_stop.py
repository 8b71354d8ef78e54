"""A server stopped while a fault holds a response back."""

import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.harness.cli_server import AUTHORIZED, DELETE, cli_server, url_in

FAULTS = "/_mock/sandboxes/default/faults"


def await_match(client: httpx.Client, fault: str) -> None:
    """Return when the fault holds a request."""
    while client.get(f"{FAULTS}/{fault}").json()["acted"] == 0:
        pass


@pytest.mark.parametrize(("kind", "signals"), [("delay", [signal.SIGTERM]), ("late-answer", [signal.SIGINT] * 2)])
def test_a_server_stops_soon_and_cleanly_while_a_fault_holds_a_response(
    kind: str, signals: list[signal.Signals]
) -> None:
    with (
        cli_server("--log-format", "none") as (process, banner),
        httpx.Client(base_url=url_in(banner), headers=AUTHORIZED, timeout=20) as client,
        ThreadPoolExecutor() as pool,
    ):
        fault = client.post(FAULTS, json={"kind": kind, "delayMs": 60_000}).json()["faults"][0]["id"]
        held = pool.submit(client.delete, DELETE)
        await_match(client, fault)

        for number in signals:
            process.send_signal(number)
        out, err = process.communicate(timeout=20)

        assert (process.returncode, out, err) == (0, "", "")
        assert isinstance(held.exception(20), httpx.RemoteProtocolError)
