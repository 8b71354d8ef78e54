"""The operations of the audiences API, an entry for each. A new operation begins with an entry here."""

from conformance.catalogue.operation_spec import Effect, Needs, OperationSpec, Resource, Shows
from conformance.catalogue.permissions import (
    AUDIENCES_READ,
    AUDIENCES_WRITE,
    PROSPECTING_READ,
    PROSPECTING_WRITE,
    PROSPECTS_READ,
)

NAME, FOLDER = "{name}", "{folder}"
"""Placeholders in bodies: a unique name, and the identifier of a folder."""

_ABOUT = f"about {NAME}"
_WRONG_TYPE = 5

LIST_AUDIENCES = OperationSpec(
    id="listAudiences",
    prefix="AUD-LIST",
    permission=AUDIENCES_READ,
    in_account_group=True,
    resource=Resource.NOTHING,
    effect=Effect.LISTS_AUDIENCES,
    needs=Needs.NOTHING,
    shows=Shows.AUDIENCE_PAGE,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=2,
)
CREATE_AUDIENCE = OperationSpec(
    id="createAudience",
    prefix="AUD-CREATE",
    permission=AUDIENCES_WRITE,
    in_account_group=True,
    resource=Resource.NOTHING,
    effect=Effect.CREATES_AUDIENCE,
    needs=Needs.NEW_AUDIENCE,
    shows=Shows.AUDIENCE,
    valid_bodies=(
        {"name": NAME, "type": "on_demand"},
        {"name": NAME, "type": "on_demand", "description": _ABOUT},
        {"name": NAME, "type": "on_demand"},
        {"name": NAME, "type": "monitoring"},
    ),
    invalid_bodies=(
        {"type": "on_demand"},
        {"name": NAME},
        {"name": _WRONG_TYPE, "type": "on_demand"},
        {"name": NAME, "type": "neither"},
    ),
    trace_weight=3,
)
GET_AUDIENCE = OperationSpec(
    id="getAudience",
    prefix="AUD-GET",
    permission=AUDIENCES_READ,
    in_account_group=True,
    resource=Resource.AUDIENCE,
    effect=Effect.READS_AUDIENCE,
    needs=Needs.READY_AUDIENCE,
    shows=Shows.AUDIENCE,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=3,
)
UPDATE_AUDIENCE = OperationSpec(
    id="updateAudience",
    prefix="AUD-UPDATE",
    permission=AUDIENCES_WRITE,
    in_account_group=True,
    resource=Resource.AUDIENCE,
    effect=Effect.UPDATES_AUDIENCE,
    needs=Needs.READY_AUDIENCE_AND_NAME,
    shows=Shows.AUDIENCE,
    valid_bodies=({"name": NAME}, {"description": _ABOUT}, {"name": NAME, "description": _ABOUT}),
    invalid_bodies=({}, {"name": _WRONG_TYPE}),
    trace_weight=3,
)
DELETE_AUDIENCE = OperationSpec(
    id="deleteAudience",
    prefix="AUD-DELETE",
    permission=AUDIENCES_WRITE,
    in_account_group=True,
    resource=Resource.AUDIENCE,
    effect=Effect.DELETES_AUDIENCE,
    needs=Needs.READY_AUDIENCE,
    shows=Shows.NOTHING,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=2,
)
GET_NAVIGATION = OperationSpec(
    id="getAudienceNavigation",
    prefix="AUD-NAVIGATION",
    permission=AUDIENCES_READ,
    in_account_group=True,
    resource=Resource.NOTHING,
    effect=Effect.SHOWS_NAVIGATION,
    needs=Needs.NOTHING,
    shows=Shows.NAVIGATION,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=2,
)
LIST_PROSPECTS = OperationSpec(
    id="listAudienceProspects",
    prefix="AUD-PROSPECTS",
    permission=PROSPECTS_READ,
    in_account_group=True,
    resource=Resource.AUDIENCE,
    effect=Effect.READS_PROSPECTS,
    needs=Needs.READY_AUDIENCE,
    shows=Shows.NOTHING,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=1,
)
CREATE_FOLDER = OperationSpec(
    id="createAudienceFolder",
    prefix="FOLDER-CREATE",
    permission=AUDIENCES_WRITE,
    in_account_group=True,
    resource=Resource.NOTHING,
    effect=Effect.CREATES_FOLDER,
    needs=Needs.NEW_FOLDER,
    shows=Shows.FOLDER,
    valid_bodies=(
        {"name": NAME, "audienceType": "on_demand"},
        {"name": NAME, "audienceType": "on_demand"},
        {"name": NAME, "audienceType": "monitoring"},
    ),
    invalid_bodies=({"name": NAME}, {"audienceType": "on_demand"}),
    trace_weight=1,
)
RENAME_FOLDER = OperationSpec(
    id="renameAudienceFolder",
    prefix="FOLDER-RENAME",
    permission=AUDIENCES_WRITE,
    in_account_group=True,
    resource=Resource.FOLDER,
    effect=Effect.RENAMES_FOLDER,
    needs=Needs.FOLDER_AND_NAME,
    shows=Shows.FOLDER,
    valid_bodies=({"name": NAME},),
    invalid_bodies=({},),
    trace_weight=1,
)
MOVE_TO_FOLDER = OperationSpec(
    id="moveAudienceToFolder",
    prefix="AUD-MOVE",
    permission=AUDIENCES_WRITE,
    in_account_group=True,
    resource=Resource.AUDIENCE,
    effect=Effect.UPDATES_AUDIENCE,
    needs=Needs.AUDIENCE_AND_FOLDER,
    shows=Shows.AUDIENCE,
    valid_bodies=({"folderId": FOLDER},),
    invalid_bodies=({}, {"folderId": _WRONG_TYPE}),
    trace_weight=3,
)
REMOVE_FROM_FOLDER = OperationSpec(
    id="removeAudienceFromFolder",
    prefix="AUD-REMOVE",
    permission=AUDIENCES_WRITE,
    in_account_group=True,
    resource=Resource.AUDIENCE,
    effect=Effect.UPDATES_AUDIENCE,
    needs=Needs.AUDIENCE_IN_FOLDER,
    shows=Shows.AUDIENCE,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=2,
)
START_JOB = OperationSpec(
    id="startProspectingJob",
    prefix="JOB-START",
    permission=PROSPECTING_WRITE,
    in_account_group=True,
    resource=Resource.NOTHING,
    effect=Effect.STARTS_JOB,
    needs=Needs.START_BODY,
    shows=Shows.JOB,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=2,
)
GET_JOB = OperationSpec(
    id="getProspectingJob",
    prefix="JOB-GET",
    permission=PROSPECTING_READ,
    in_account_group=True,
    resource=Resource.JOB,
    effect=Effect.READS_JOB,
    needs=Needs.ACTIVE_JOB,
    shows=Shows.JOB,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=1,
)
LIST_JOBS = OperationSpec(
    id="listProspectingJobs",
    prefix="JOB-LIST",
    permission=PROSPECTING_READ,
    in_account_group=True,
    resource=Resource.NOTHING,
    effect=Effect.LISTS_JOBS,
    needs=Needs.NOTHING,
    shows=Shows.JOB_PAGE,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=1,
)
CANCEL_JOB = OperationSpec(
    id="cancelProspectingJob",
    prefix="JOB-CANCEL",
    permission=PROSPECTING_WRITE,
    in_account_group=True,
    resource=Resource.JOB,
    effect=Effect.CANCELS_JOB,
    needs=Needs.ACTIVE_JOB,
    shows=Shows.JOB,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=2,
)
LIST_ACCOUNTS = OperationSpec(
    id="listAccounts",
    prefix="ACCOUNT-LIST",
    permission=None,
    in_account_group=False,
    resource=Resource.NOTHING,
    effect=Effect.NOTHING,
    needs=Needs.NOTHING,
    shows=Shows.NOTHING,
    valid_bodies=(),
    invalid_bodies=(),
    trace_weight=1,
)

OPERATIONS = (
    LIST_AUDIENCES,
    CREATE_AUDIENCE,
    GET_AUDIENCE,
    UPDATE_AUDIENCE,
    DELETE_AUDIENCE,
    GET_NAVIGATION,
    LIST_PROSPECTS,
    CREATE_FOLDER,
    RENAME_FOLDER,
    MOVE_TO_FOLDER,
    REMOVE_FROM_FOLDER,
    START_JOB,
    GET_JOB,
    LIST_JOBS,
    CANCEL_JOB,
    LIST_ACCOUNTS,
)
SCOPED = tuple(operation for operation in OPERATIONS if operation.in_account_group)
GUARDED = tuple(operation for operation in OPERATIONS if operation.resource is Resource.AUDIENCE)
"""The operations that are refused while the audience of their path is being populated (A3-A5, A7, A10, A11)."""

TARGETED = tuple(operation for operation in OPERATIONS if operation.resource is not Resource.NOTHING)
WRITING = tuple(operation for operation in OPERATIONS if not operation.only_reads)
