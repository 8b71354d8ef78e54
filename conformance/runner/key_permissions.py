"""The permissions of a key, learnt by requests that change nothing that was there."""

from collections.abc import Callable

import httpx

from conformance.catalogue.requirements import Profile
from conformance.client.contract import path_segment
from conformance.states import NotEstablishedError, PublicApi

_FORBIDDEN = 403
_NOBODYS = "preflight"

Send = Callable[[str, str, str], httpx.Response]
"""A function that sends a request: method, path, key."""


class KeyProbe:
    """The requests that show what a key may do in an account group.

    Args:
        send: A function that sends a request of the preflight.
        key: The key.
        group: The account group.
        profile: The profile of the run, which says what the target serves.
    """

    def __init__(self, send: Send, key: str, group: str, profile: Profile) -> None:
        self._send = send
        self._key = key
        self._base = f"v1/accounts/{path_segment(group)}"
        self._group = group
        self._profile = profile

    def lacking(self, api: PublicApi | None) -> frozenset[str]:
        """Return the permissions that the key lacks.

        Args:
            api: The public API, by which one audience is made and deleted; None where none is to be made.
        """
        lacking = {"audiences:write"} if self._lacks_by_words("DELETE", f"audiences/{_NOBODYS}") else set[str]()
        if self._profile is Profile.DELETE:
            return frozenset(lacking)
        audience = None
        if api is not None and not lacking:
            try:
                audience = api.create_audience(self._key, self._group)
            except NotEstablishedError as error:
                lacking |= {"audiences:write"} if f" {_FORBIDDEN} " in str(error) else set()
        lacking |= self._lacking_to_read(audience)
        if api is not None and audience is not None:
            api.delete_audience(self._key, self._group, audience)
        return frozenset(lacking)

    def _lacking_to_read(self, audience: str | None) -> set[str]:
        """Return the permissions to read, and to work with jobs, that the key lacks."""
        prospects = f"audiences/{path_segment(audience or _NOBODYS)}/prospects"
        lacking = {
            "audiences:read": self._is_forbidden("GET", "audiences"),
            "prospects:read": self._is_forbidden("GET", prospects)
            if audience
            else self._lacks_by_words("GET", prospects),
        }
        if self._profile is Profile.FULL:
            lacking["prospecting:read"] = self._is_forbidden("GET", "prospecting")
            lacking["prospecting:write"] = self._lacks_by_words("POST", f"prospecting/{_NOBODYS}/cancel")
        return {permission for permission, is_lacking in lacking.items() if is_lacking}

    def _is_forbidden(self, method: str, path: str) -> bool:
        return self._send(method, f"{self._base}/{path}", self._key).status_code == _FORBIDDEN

    def _lacks_by_words(self, method: str, path: str) -> bool:
        """Return whether a 403 is about a permission of the key, and not about the resource, which does not exist."""
        response = self._send(method, f"{self._base}/{path}", self._key)
        return response.status_code == _FORBIDDEN and b"permission" in response.content.lower()
