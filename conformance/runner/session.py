"""Builds from the options what a process needs to run checks: the client, the states, the plugin."""

import ssl
import time
from collections.abc import Iterator
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
    """`target`: for requests that belong to no check; `api` sends by it. `client` is held by the deadline."""

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
    """Connections to the target and to its states; closed at the end."""
    verify = default_certificates() if options.ca_bundle is None else options.verify()
    with ExitStack() as stack:
        target, checked, stater = (
            stack.enter_context(httpx.Client(base_url=base, headers=headers, timeout=options.timeout, verify=verify))
            for base, headers in (
                (options.base_url, options.headers),
                (options.base_url, options.headers),
                ("", options.states_headers),
            )
        )
        checked.event_hooks["request"].append(deadline.raise_if_passed)
        api = PublicApi(paced(target, time.sleep, options.min_interval))  # noqa: TID251  (a real pause)
        client = _client(options, checked)
        yield Session(target, api, client, _states(options, api, stater, client.exchange_numbers))


def _client(options: Options, http: httpx.Client) -> Client:
    return Client(http, Contract(contract()), Ledger(), time.sleep, options.min_interval)  # noqa: TID251  (a real pause)


def _states(options: Options, api: PublicApi, stater: httpx.Client, numbers: Iterator[int]) -> ProviderStates:
    if options.states_url is not None:
        return HttpStates(stater, options.states_url, numbers)
    if options.states_file is not None:
        try:
            return FileStates(read_states_file(options.states_file), api)
        except StatesFileError as error:
            raise UsageError(f"--states-file {options.states_file}: {error}") from None
    key = options.api_key or ""
    return ApiKeyStates(api, key, leftovers=options.allow_leftovers, may_spend=options.allow_credits)
