"""The objects that a process needs to run checks, built from the options."""

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache

import httpx

from conformance.client.client import Client
from conformance.client.contract import Contract
from conformance.options import Options, UsageError
from conformance.results.ledger import Ledger
from conformance.runner.deadline import Deadline
from conformance.states import (
    AccountGuard,
    Allowances,
    ApiKeyStates,
    FileStates,
    HttpStates,
    ProviderStates,
    PublicApi,
    StatesFileError,
    paced,
    read_states_file,
)
from openapi import contract


@dataclass(frozen=True, slots=True)
class Session:
    """The connections of one process.

    Attributes:
        http: The connection to the target for requests that belong to no check.
        api: The public API by that connection.
        client: The client of the checks; it raises NotEstablishedError past the deadline.
        states: The provider states.
    """

    http: httpx.Client
    api: PublicApi
    client: Client
    states: ProviderStates


@cache
def default_certificates() -> ssl.SSLContext:
    """Return the certificates that httpx trusts by default; each client would read them again, which takes 25 ms."""
    return httpx.create_ssl_context()


@contextmanager
def open_session(options: Options, deadline: Deadline) -> Iterator[Session]:
    """Open the connections to the target and to its states, and close them at the end."""
    verify = default_certificates() if options.ca_bundle is None else options.verify()
    with ExitStack() as stack:

        def connect(base_url: str, headers: Mapping[str, str]) -> httpx.Client:
            http = httpx.Client(base_url=base_url, headers=headers, timeout=options.timeout, verify=verify)
            return stack.enter_context(http)

        http, checks_http = (connect(options.base_url, options.headers) for _ in range(2))
        states_http = connect("", options.states_headers)
        checks_http.event_hooks["request"].append(deadline.raise_if_passed)
        api = PublicApi(paced(http, time.sleep, options.min_interval))  # noqa: TID251  (a real pause)
        client = _build_client(options, checks_http)
        states = _build_states(options, api, states_http, client.exchange_numbers)
        client.guard = states.guard
        yield Session(http, api, client, states)


def _build_client(options: Options, http: httpx.Client) -> Client:
    return Client(http, Contract(contract()), Ledger(), time.sleep, options.min_interval)  # noqa: TID251  (a real pause)


def _build_states(options: Options, api: PublicApi, http: httpx.Client, numbers: Iterator[int]) -> ProviderStates:
    if options.states_url is not None:
        return HttpStates(http, options.states_url, numbers)
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
