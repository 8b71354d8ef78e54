"""Provider states, by three ways: how the target is put into a situation, and out of it again (Pact's convention)."""

from conformance.states.from_file import FromFile
from conformance.states.listed import StatesFileError, prepared
from conformance.states.over_http import OverHttp
from conformance.states.provider_states import NotEstablishedError, ProviderStates, StatesError
from conformance.states.public_api import PublicApi, Send, paced
from conformance.states.with_key import WithKey

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
