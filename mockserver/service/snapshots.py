"""The snapshots of a sandbox: take, list, restore and drop. The journal is not part of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mockserver.domain.snapshot import Snapshot
from mockserver.service import worlds
from mockserver.service.seeding import MAX_RECORDS, SeedError, ensure_at_most
from mockserver.service.transactions import UnitOfWork

MAX_SNAPSHOTS = 20
MAX_BYTES = 4 << 20


class UnknownSnapshotError(LookupError):
    """The sandbox does not have the snapshot (any more); the message names it."""


class TooManySnapshotsError(ValueError):
    """The sandbox has the maximum number of snapshots."""


class TooLargeSnapshotError(ValueError):
    """The sandbox is too large for a snapshot; the message says why."""


async def take(work: UnitOfWork, name: str, real: int) -> Snapshot:
    """Keep the content of the sandbox, with tokens, under a name; an earlier snapshot of this name is replaced.

    Args:
        work: The unit of work.
        name: The name.
        real: The real time.

    Raises:
        TooManySnapshotsError: There are as many snapshots as there may be, and none has this name.
        TooLargeSnapshotError: The sandbox has too many records, or its document is too long.
    """
    names = {snapshot.name for snapshot in await work.transaction.snapshots()}
    if len(names - {name}) >= MAX_SNAPSHOTS:
        raise TooManySnapshotsError(f"a sandbox may have {MAX_SNAPSHOTS} snapshots, and this one has as many")
    document = await worlds.export(work, tokens=True)
    try:
        ensure_at_most(MAX_RECORDS, document)
    except SeedError as error:
        raise TooLargeSnapshotError(f"the sandbox is too large for a snapshot: {error}") from None
    size = len(orjson.dumps(document))
    if size > MAX_BYTES:
        raise TooLargeSnapshotError(f"a snapshot may have {MAX_BYTES} bytes, and this one has {size}")
    snapshot = Snapshot(name, real, work.now, size, worlds.records(document))
    await work.transaction.save_snapshot(snapshot, document)
    return snapshot


async def list_all(work: UnitOfWork) -> Sequence[Snapshot]:
    """Return all snapshots, oldest first."""
    return sorted(await work.transaction.snapshots(), key=lambda snapshot: (snapshot.taken_at, snapshot.name))


async def document(work: UnitOfWork, name: str) -> Mapping[str, Any]:
    """Return the document of a snapshot; UnknownSnapshotError if there is none of this name."""
    found = await work.transaction.snapshot_document(name)
    if found is None:
        raise UnknownSnapshotError(f"this sandbox has no snapshot {name}")
    return found


async def drop(work: UnitOfWork, name: str) -> None:
    """Remove a snapshot; UnknownSnapshotError if there is none of this name."""
    await document(work, name)
    await work.transaction.remove_snapshot(name)
