"""The resources that belong to a run, in account groups that are kept."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.states.destination import ACCOUNTS

_DELIMITERS = frozenset(";?#")
_NUMBER = re.compile(r"[0-9]+")
_SUFFIXES = frozenset({"json", "xml"})


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of an account group."""

    collection: str
    group: str
    id: str


class OwnResources:
    """The resources of a run.

    Attributes:
        groups: The account groups in which it works.
    """

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self._resources: set[Resource] = set()

    def add(self, resource: Resource) -> None:
        """Add a resource."""
        self._resources.add(resource)

    def include(self, collection: str, group: str, identifier: str, *, are_decimal: bool) -> bool:
        """Return whether an identifier is one of the run, or one of the run with an addition that is no letter.

        Args:
            collection: The collection.
            group: The account group of the request.
            identifier: The identifier.
            are_decimal: Whether the identifiers of the collection are numbers.
        """
        parts = [*_parts(identifier)]
        if are_decimal and len(numbers := _NUMBER.findall(identifier)) == 1:
            parts += numbers * (not identifier.isdecimal())
        return any(self._is_made(collection, group, part) for part in parts)

    def _is_made(self, collection: str, group: str, identifier: str) -> bool:
        if collection == ACCOUNTS:
            return identifier in self.groups
        groups = {group} if group in self.groups else self.groups
        return any(Resource(collection, one, identifier) in self._resources for one in groups)


def _parts(identifier: str) -> Iterable[str]:
    """Yield an identifier, and the identifiers to which no letter or digit was added to get it, or a suffix."""
    yield identifier
    yield unicodedata.normalize("NFKC", identifier)
    for index, character in enumerate(identifier):
        before, after = identifier[:index], identifier[index + 1 :]
        if not character.isalnum():
            if character in _DELIMITERS or after in _SUFFIXES or not any(map(str.isalnum, after)):
                yield before
            if not any(map(str.isalnum, before)):
                yield after
