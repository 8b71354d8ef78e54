"""The documented operations, and what the pages say of each beside its path."""

from enum import Enum


class Permission(Enum):
    """What an operation needs of a key: a permission, and whether its own page prints it or its section's note."""

    AUDIENCES_READ = ("audiences:read", False)
    AUDIENCES_WRITE = ("audiences:write", True)
    PROSPECTS_READ = ("prospects:read", False)
    PROSPECTING_READ = ("prospecting:read", True)
    PROSPECTING_WRITE = ("prospecting:write", True)

    def __init__(self, wire: str, printed: bool) -> None:  # noqa: FBT001 - the rows above are the only callers
        self.wire = wire
        self.printed = printed


ALL_PERMISSIONS = frozenset(permission.wire for permission in Permission)
"""A key with all of these lacks nothing here; whether fewer suffice is a requirement of its own."""


class OperationId(Enum):
    """An operation: `wire`, the contract's `operationId`; `prefix` of its requirements; what it needs of a key."""

    LIST_AUDIENCES = ("listAudiences", "AUD-LIST", Permission.AUDIENCES_READ)
    CREATE_AUDIENCE = ("createAudience", "AUD-CREATE", Permission.AUDIENCES_WRITE)
    GET_AUDIENCE = ("getAudience", "AUD-GET", Permission.AUDIENCES_READ)
    UPDATE_AUDIENCE = ("updateAudience", "AUD-UPDATE", Permission.AUDIENCES_WRITE)
    DELETE_AUDIENCE = ("deleteAudience", "AUD-DELETE", Permission.AUDIENCES_WRITE)
    GET_NAVIGATION = ("getAudienceNavigation", "AUD-NAVIGATION", Permission.AUDIENCES_READ)
    LIST_PROSPECTS = ("listAudienceProspects", "AUD-PROSPECTS", Permission.PROSPECTS_READ)
    CREATE_FOLDER = ("createAudienceFolder", "FOLDER-CREATE", Permission.AUDIENCES_WRITE)
    RENAME_FOLDER = ("renameAudienceFolder", "FOLDER-RENAME", Permission.AUDIENCES_WRITE)
    MOVE_TO_FOLDER = ("moveAudienceToFolder", "AUD-MOVE", Permission.AUDIENCES_WRITE)
    REMOVE_FROM_FOLDER = ("removeAudienceFromFolder", "AUD-REMOVE", Permission.AUDIENCES_WRITE)
    START_JOB = ("startProspectingJob", "JOB-START", Permission.PROSPECTING_WRITE)
    GET_JOB = ("getProspectingJob", "JOB-GET", Permission.PROSPECTING_READ)
    LIST_JOBS = ("listProspectingJobs", "JOB-LIST", Permission.PROSPECTING_READ)
    CANCEL_JOB = ("cancelProspectingJob", "JOB-CANCEL", Permission.PROSPECTING_WRITE)
    LIST_ACCOUNTS = ("listAccounts", "ACCOUNT-LIST", None)

    def __init__(self, wire: str, prefix: str, permission: Permission | None) -> None:
        self.wire = wire
        self.prefix = prefix
        self.permission = permission


ON_AUDIENCE = frozenset(
    {
        OperationId.GET_AUDIENCE,
        OperationId.UPDATE_AUDIENCE,
        OperationId.DELETE_AUDIENCE,
        OperationId.LIST_PROSPECTS,
        OperationId.MOVE_TO_FOLDER,
        OperationId.REMOVE_FROM_FOLDER,
    }
)
"""Those that name one audience in their path, refused while it is being populated (A3-A5, A7, A10, A11)."""

ON_JOB = frozenset({OperationId.GET_JOB, OperationId.CANCEL_JOB})
"""Those that name one job in their path."""
