"""The facts about each operation beside its implementation: its page, its rules, and how to retry it.

Permissions and idempotency are those of the contract (a test compares them); the rest is this server's choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_DOCS = "https://app.sonarly.io/docs/api/"
_AUDIENCE_LISTS = ("listAudiences", "getAudienceNavigation")


class RetrySafety(Enum):
    """The documented safety of repeating a request; `sentence` is quoted from the documentation."""

    def __init__(self, sentence: str | None) -> None:
        self.sentence = sentence

    FREE = None
    UNSUPPORTED = "not supported; check the current resource state before retrying this request."
    BY_KEY = "send a stable Idempotency-Key header when retrying this request."


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API.

    Attributes:
        page: The address of its documentation.
        permission: The required permission; None for any valid key.
        retry_safety: Whether repeating a request is safe.
        takes_body: Whether its requests have a body.
        scoped: Whether its path names an account group.
        rules: Its own rules, in the order of checking, after the check of the account group.
        observed_by: The operations whose responses show its effect.
    """

    page: str
    permission: str | None
    retry_safety: RetrySafety = RetrySafety.FREE
    takes_body: bool = False
    scoped: bool = True
    rules: tuple[str, ...] = ()
    observed_by: frozenset[str] = frozenset()


def _audience_read(page: str, rules: tuple[str, ...], permission: str = "audiences:read") -> Operation:
    return Operation(f"{_DOCS}audiences/{page}", permission, rules=rules)


def _audience_change(page: str, rules: tuple[str, ...], *observed_by: str, takes_body: bool = False) -> Operation:
    page = f"{_DOCS}audiences/{page}"
    return Operation(
        page, "audiences:write", RetrySafety.UNSUPPORTED, takes_body, rules=rules, observed_by=frozenset(observed_by)
    )


def _job_read(page: str, rules: tuple[str, ...]) -> Operation:
    return Operation(f"{_DOCS}prospecting/{page}", "prospecting:read", rules=rules)


OPERATIONS: Mapping[str, Operation] = {
    "deleteAudience": _audience_change(
        "audiences-delete", ("resource", "guard"), "getAudience", "listAudienceProspects", *_AUDIENCE_LISTS
    ),
    "getAudience": _audience_read("audiences-get", ("resource", "guard")),
    "updateAudience": _audience_change(
        "audiences-update", ("resource", "guard", "name"), "getAudience", *_AUDIENCE_LISTS, takes_body=True
    ),
    "listAudiences": _audience_read("audiences-list", ("cursor",)),
    "createAudience": _audience_change("audiences-create", ("plan",), *_AUDIENCE_LISTS, takes_body=True),
    "getAudienceNavigation": _audience_read("audiences-navigation-get", ()),
    "listAudienceProspects": _audience_read(
        "audiences-prospects-list", ("cursor", "resource", "guard"), "prospects:read"
    ),
    "createAudienceFolder": _audience_change("audience-folders-create", (), "getAudienceNavigation", takes_body=True),
    "renameAudienceFolder": _audience_change(
        "audience-folders-rename", ("resource",), "getAudienceNavigation", takes_body=True
    ),
    "moveAudienceToFolder": _audience_change(
        "audiences-folder-move-to",
        ("resource", "guard", "folder-type"),
        "getAudience",
        *_AUDIENCE_LISTS,
        takes_body=True,
    ),
    "removeAudienceFromFolder": _audience_change(
        "audiences-folder-remove-from", ("resource", "guard"), "getAudience", *_AUDIENCE_LISTS
    ),
    "startProspectingJob": Operation(
        f"{_DOCS}prospecting/prospecting-jobs-start",
        "prospecting:write",
        RetrySafety.BY_KEY,
        takes_body=True,
        rules=("idempotency-key", "active-jobs", "credits"),
        observed_by=frozenset({"listProspectingJobs"}),
    ),
    "getProspectingJob": _job_read("prospecting-jobs-get", ("resource",)),
    "listProspectingJobs": _job_read("prospecting-jobs-list", ("cursor",)),
    "cancelProspectingJob": Operation(
        f"{_DOCS}prospecting/prospecting-jobs-cancel",
        "prospecting:write",
        RetrySafety.UNSUPPORTED,
        rules=("resource", "cancellable-status"),
        observed_by=frozenset({"getProspectingJob", "listProspectingJobs"}),
    ),
    "listAccounts": Operation(f"{_DOCS}accounts/accounts-list", None, scoped=False),
}
