"""The handlers of operations on the snapshots of a sandbox."""

from functools import partial

from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.errors import ControlError
from mockserver.control.responses import GONE, Body, Response
from mockserver.control.worlds import refused_seeds
from mockserver.domain.instant import iso
from mockserver.domain.snapshot import Snapshot
from mockserver.service import snapshots
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.snapshots import TooLargeSnapshotError, TooManySnapshotsError, UnknownSnapshotError
from mockserver.service.transactions import UnitOfWork


class SnapshotHandlers:
    """The handlers of operations on snapshots."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("listSnapshots")
    async def list_snapshots(self, sandbox_id: str) -> Response:
        """List the snapshots."""
        listed = await self._sandboxes.read(sandbox_id, snapshots.list_all)
        return {"snapshots": [_snapshot(snapshot) for snapshot in listed]}, 200

    @operation("takeSnapshot")
    async def take(self, sandbox_id: str, name: str) -> Response:
        """Take a snapshot, or replace one; 409 if there are too many, 413 if the sandbox is too large."""
        try:
            taken = await self._sandboxes.work(
                sandbox_id, partial(snapshots.take, name=name, real=self._sandboxes.real())
            )
        except TooManySnapshotsError as error:
            hint = f"DELETE /_mock/sandboxes/{sandbox_id}/snapshots/<name> drops one."
            raise ControlError(409, str(error), hint) from None
        except TooLargeSnapshotError as error:
            hint = f"GET /_mock/sandboxes/{sandbox_id}/seed?keys=true exports a sandbox of any size."
            raise ControlError(413, str(error), hint) from None
        return _snapshot(taken), 200

    @operation("restoreSnapshot")
    async def restore(self, sandbox_id: str, name: str) -> Response:
        """Return a sandbox to a snapshot; 409 if one of its keys belongs to another sandbox by now."""

        async def read(work: UnitOfWork) -> Body:
            return dict(await snapshots.document(work, name))

        try:
            with refused_seeds():
                return views.sandbox(await self._sandboxes.load(sandbox_id, read, journal=False)), 200
        except UnknownSnapshotError as error:
            raise _unknown(sandbox_id, error) from None

    @operation("deleteSnapshot")
    async def delete(self, sandbox_id: str, name: str) -> Response:
        """Drop a snapshot."""
        try:
            await self._sandboxes.work(sandbox_id, partial(snapshots.drop, name=name))
        except UnknownSnapshotError as error:
            raise _unknown(sandbox_id, error) from None
        return GONE


def _unknown(sandbox_id: str, error: UnknownSnapshotError) -> ControlError:
    return ControlError(404, str(error), f"GET /_mock/sandboxes/{sandbox_id}/snapshots lists the snapshots.")


def _snapshot(record: Snapshot) -> Body:
    return {
        "name": record.name,
        "takenAt": iso(record.taken_at),
        "now": iso(record.now),
        "size": record.size,
        "records": dict(record.records),
    }
