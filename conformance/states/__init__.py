"""The ways to set up provider states on the target, and to tear them down again (Pact's convention)."""

from conformance.states.account_guard import AccountGuard
from conformance.states.allowances import Allowances
from conformance.states.api_key_states import ApiKeyStates
from conformance.states.destination import ACCOUNTS, AUDIENCES, FOLDERS, JOBS
from conformance.states.errors import NotEstablishedError, StatesError, UnreachableError, WithheldError
from conformance.states.file_states import FileStates
from conformance.states.given_out import FAR_BEYOND, GivenOut, high_index
from conformance.states.http_states import HttpStates
from conformance.states.own_resources import Resource
from conformance.states.own_word import with_remarks
from conformance.states.provider_states import ProviderState, ProviderStates
from conformance.states.public_api import PublicApi, Send, paced, recording
from conformance.states.request_guard import RequestGuard
from conformance.states.states_file import StatesFileError, read_states_file

__all__ = [
    "ACCOUNTS",
    "AUDIENCES",
    "FAR_BEYOND",
    "FOLDERS",
    "JOBS",
    "AccountGuard",
    "Allowances",
    "ApiKeyStates",
    "FileStates",
    "GivenOut",
    "HttpStates",
    "NotEstablishedError",
    "ProviderState",
    "ProviderStates",
    "PublicApi",
    "RequestGuard",
    "Resource",
    "Send",
    "StatesError",
    "StatesFileError",
    "UnreachableError",
    "WithheldError",
    "high_index",
    "paced",
    "read_states_file",
    "recording",
    "with_remarks",
]
