"""The objects that a process needs to run checks, built from the options."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from conformance.client.client import Client
from conformance.client.contract import Contract
from conformance.client.liveness import Liveness
from conformance.client.transport import BoundedClient, TimeLimit, TransportSettings
from conformance.options import Options, UsageError
from conformance.results.exchange import Exchange
from conformance.results.ledger import Ledger
from conformance.runner.deadline import Deadline
from conformance.runner.question import responds
from conformance.states import (
    AccountGuard,
    Allowances,
    ApiKeyStates,
    FileStates,
    HttpStates,
    ProviderStates,
    PublicApi,
    Send,
    StatesFileError,
    paced,
    read_states_file,
    recording,
)
from openapi import contract


@dataclass(frozen=True, slots=True)
class Session:
    """The connections of one process.

    Attributes:
        http: The connection to the target for requests that belong to no check.
        api: The public API by that connection.
        api_exchanges: The exchanges of the public API, in their order.
        client: The client of the checks; it raises NotEstablishedError past the deadline.
        states: The provider states.
        liveness: The knowledge whether the target is still there.
        deadline: The deadline that all requests keep.
    """

    http: httpx.Client
    api: PublicApi
    api_exchanges: list[Exchange]
    client: Client
    states: ProviderStates
    liveness: Liveness
    deadline: Deadline


@cache
def default_certificates() -> ssl.SSLContext:
    """Return the certificates that httpx trusts by default; each client would read them again, which takes 25 ms."""
    return httpx.create_ssl_context()


@contextmanager
def open_session(options: Options, deadline: Deadline, *, is_first: bool = False) -> Iterator[Session]:
    """Open the connections to the target and to its states, and close them at the end.

    Args:
        options: The options of the run.
        deadline: The deadline that all requests keep.
        is_first: Whether nothing is known of the target and its states, so that no failure of them is waited out.
    """
    verify = default_certificates() if options.ca_bundle is None else options.verify()
    settings = TransportSettings(options.timeout, options.max_body, verify)
    with ExitStack() as stack:

        def connect(base_url: str, headers: Mapping[str, str], limit: TimeLimit) -> httpx.Client:
            return stack.enter_context(BoundedClient(base_url, headers, settings, limit))

        http, checks_http, question_http = (connect(options.base_url, options.headers, deadline) for _ in range(3))
        states_http = connect("", options.states_headers, deadline)
        liveness = Liveness(
            lambda seconds: responds(question_http, seconds), lambda: deadline.elapsed, deadline.pause, options.timeout
        )
        client = Client(
            checks_http, Contract(contract()), Ledger(), deadline.pause, options.min_interval, liveness=liveness
        )
        api_exchanges: list[Exchange] = []
        sends = paced(http, deadline.pause, options.min_interval)
        api = PublicApi(recording(_watched(sends, liveness), api_exchanges, client.exchange_numbers))

        def by_http(url: str) -> ProviderStates:
            return HttpStates(states_http, url, client.exchange_numbers, deadline.pause, has_responded=not is_first)

        states = _build_states(options, api, by_http)
        client.guard = states.guard
        yield Session(http, api, api_exchanges, client, states, liveness, deadline)


def _watched(send: Send, liveness: Liveness) -> Send:
    """Return a function that sends requests, until the target is gone."""

    def watched(method: str, path: str, key: str, document: Any) -> httpx.Response:  # noqa: ANN401  (JSON)
        liveness.raise_if_gone()
        sent = liveness.clock()
        try:
            return send(method, path, key, document)
        except httpx.TransportError:
            liveness.outage_since(sent)
            raise

    return watched


def _build_states(options: Options, api: PublicApi, by_http: Callable[[str], ProviderStates]) -> ProviderStates:
    if options.states_url is not None:
        return by_http(options.states_url)
    guard = AccountGuard(_allowances(options), options.lacking)
    if options.states_file is not None:
        try:
            return FileStates(read_states_file(options.states_file), api, guard)
        except StatesFileError as error:
            raise UsageError(f"--states-file {options.states_file}: {error}") from None
    return ApiKeyStates(api, options.api_key or "", guard, options.account_group)


def _allowances(options: Options) -> Allowances:
    """Return the resources that a run may make in account groups that are kept."""
    is_listed = options.states_file is not None
    return Allowances.for_run(
        options.profile,
        options.max_examples,
        leftovers=is_listed or options.allow_leftovers,
        may_spend=is_listed or options.allow_credits,
    )
