"""What is known of each operation beyond how to answer it: its page, and what a client should do around it.

Permissions and idempotency are those of the contract (a test compares them); the rest is how this server decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_DOCS = "https://app.sonarly.io/docs/api/"


class RetrySafety(Enum):
    """What the documentation says about sending a request again; `sentence` is as printed."""

    def __init__(self, sentence: str | None) -> None:
        self.sentence = sentence

    FREE = None
    UNSUPPORTED = "not supported; check the current resource state before retrying this request."
    BY_KEY = "send a stable Idempotency-Key header when retrying this request."


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    `page`: where it is documented. `permission`: what it requires; None for any valid key. `rules`: its own, in the
    order in which they are asked once the account group is the key's own. `seen_by`: the operations that show what has
    become of it.
    """

    page: str
    permission: str | None
    repeating: RetrySafety = RetrySafety.FREE
    takes_body: bool = False
    scoped: bool = True
    rules: tuple[str, ...] = ()
    seen_by: frozenset[str] = frozenset()


def _audiences(page: str, rules: tuple[str, ...], permission: str = "audiences:read") -> Operation:
    return Operation(f"{_DOCS}audiences/{page}", permission, rules=rules)


def _change(page: str, rules: tuple[str, ...], *seen_by: str, takes_body: bool = False) -> Operation:
    page = f"{_DOCS}audiences/{page}"
    return Operation(
        page, "audiences:write", RetrySafety.UNSUPPORTED, takes_body, rules=rules, seen_by=frozenset(seen_by)
    )


def _jobs(page: str, rules: tuple[str, ...]) -> Operation:
    return Operation(f"{_DOCS}prospecting/{page}", "prospecting:read", rules=rules)


_ANY_LIST = ("listAudiences", "getAudienceNavigation")

OPERATIONS: Mapping[str, Operation] = {
    "deleteAudience": _change(
        "audiences-delete", ("resource", "guard"), "getAudience", "listAudienceProspects", *_ANY_LIST
    ),
    "getAudience": _audiences("audiences-get", ("resource", "guard")),
    "updateAudience": _change(
        "audiences-update", ("resource", "guard", "name"), "getAudience", *_ANY_LIST, takes_body=True
    ),
    "listAudiences": _audiences("audiences-list", ("cursor",)),
    "createAudience": _change("audiences-create", ("plan",), *_ANY_LIST, takes_body=True),
    "getAudienceNavigation": _audiences("audiences-navigation-get", ()),
    "listAudienceProspects": _audiences("audiences-prospects-list", ("cursor", "resource", "guard"), "prospects:read"),
    "createAudienceFolder": _change("audience-folders-create", (), "getAudienceNavigation", takes_body=True),
    "renameAudienceFolder": _change("audience-folders-rename", ("resource",), "getAudienceNavigation", takes_body=True),
    "moveAudienceToFolder": _change(
        "audiences-folder-move-to", ("resource", "guard", "folder-type"), "getAudience", *_ANY_LIST, takes_body=True
    ),
    "removeAudienceFromFolder": _change(
        "audiences-folder-remove-from", ("resource", "guard"), "getAudience", *_ANY_LIST
    ),
    "startProspectingJob": Operation(
        f"{_DOCS}prospecting/prospecting-jobs-start",
        "prospecting:write",
        RetrySafety.BY_KEY,
        takes_body=True,
        rules=("idempotency-key", "active-jobs", "credits"),
        seen_by=frozenset({"listProspectingJobs"}),
    ),
    "getProspectingJob": _jobs("prospecting-jobs-get", ("resource",)),
    "listProspectingJobs": _jobs("prospecting-jobs-list", ("cursor",)),
    "cancelProspectingJob": Operation(
        f"{_DOCS}prospecting/prospecting-jobs-cancel",
        "prospecting:write",
        RetrySafety.UNSUPPORTED,
        rules=("resource", "cancellable-status"),
        seen_by=frozenset({"getProspectingJob", "listProspectingJobs"}),
    ),
    "listAccounts": Operation(f"{_DOCS}accounts/accounts-list", None, scoped=False),
}
