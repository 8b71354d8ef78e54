"""The ways to set up provider states on the target, and to tear them down again (Pact's convention)."""

from conformance.states.api_key_states import ApiKeyStates
from conformance.states.file_states import FileStates
from conformance.states.http_states import HttpStates
from conformance.states.own_word import with_remarks
from conformance.states.provider_states import (
    NotEstablishedError,
    ProviderState,
    ProviderStates,
    StatesError,
    UnreachableError,
)
from conformance.states.public_api import PublicApi, Send, paced, recording
from conformance.states.states_file import StatesFileError, read_states_file

__all__ = [
    "ApiKeyStates",
    "FileStates",
    "HttpStates",
    "NotEstablishedError",
    "ProviderState",
    "ProviderStates",
    "PublicApi",
    "Send",
    "StatesError",
    "StatesFileError",
    "UnreachableError",
    "paced",
    "read_states_file",
    "recording",
    "with_remarks",
]
