"""The account groups of a key."""

from collections.abc import Sequence

from mockserver.domain.account import AccountGroup
from mockserver.domain.refusal import Refusal
from mockserver.service.admission import Admission
from mockserver.service.transactions import UnitOfWork


async def visible(work: UnitOfWork, admission: Admission) -> Sequence[AccountGroup] | Refusal:
    """Return the account groups of the key, newest first."""
    groups = [await work.transaction.account_group(group_id) for group_id in admission.key.account_group_ids]
    return sorted((group for group in groups if group is not None), key=lambda group: group.serial, reverse=True)
