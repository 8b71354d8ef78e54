"""Provider states, by three ways: how the target is put into a situation, and out of it again (Pact's convention)."""

from conformance.states.api_key_states import WithKey
from conformance.states.file_states import FromFile
from conformance.states.http_states import OverHttp
from conformance.states.provider_states import NotEstablishedError, ProviderStates, StatesError
from conformance.states.public_api import PublicApi, Send, paced
from conformance.states.states_file import StatesFileError, prepared

__all__ = [
    "FromFile",
    "NotEstablishedError",
    "OverHttp",
    "ProviderStates",
    "PublicApi",
    "Send",
    "StatesError",
    "StatesFileError",
    "WithKey",
    "paced",
    "prepared",
]
