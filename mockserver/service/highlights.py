"""The records of a sandbox that its user needs first, and commands to paste that show what the server does."""

from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.key import ApiKey
from mockserver.domain.permission import Permission
from mockserver.service.transactions import UnitOfWork

_NEWEST = 20


@dataclass(frozen=True, slots=True)
class Highlights:
    """The records of a sandbox that the banner and the front page show.

    Attributes:
        keys: All API keys.
        account_group: The first account group, if any.
        ready: The oldest ready audience among the newest of the account group, if any.
        populated: The oldest audience with an active job among them, if any.
    """

    keys: Sequence[ApiKey]
    account_group: AccountGroup | None
    ready: Audience | None
    populated: Audience | None


async def highlights(work: UnitOfWork) -> Highlights:
    """Return the highlights of a sandbox: its keys, its first account group, and two of its audiences."""
    groups = await work.transaction.account_groups()
    if not groups:
        return Highlights(await work.transaction.api_keys(), None, None, None)
    newest = await work.transaction.audiences(groups[0].id, before=None, limit=_NEWEST)
    active = {job.audience_id for job in await work.transaction.open_jobs(groups[0].id) if job.is_active(work.now)}
    ready = [audience for audience in newest if audience.id not in active]
    populated = [audience for audience in newest if audience.id in active]
    return Highlights(
        await work.transaction.api_keys(),
        groups[0],
        ready[-1] if ready else None,
        populated[-1] if populated else None,
    )


def facts(shown: Highlights) -> Sequence[tuple[str, str]]:
    """Return the keys and identifiers with their names."""
    result = [(f"API key, {key.name}", key.token) for key in shown.keys]
    if shown.account_group is not None:
        result.append(("Account group", shown.account_group.id))
    if shown.ready is not None:
        result.append(("Audience, ready", shown.ready.id))
    if shown.populated is not None:
        result.append(("Audience, being populated", shown.populated.id))
    return result


def commands(url: str, shown: Highlights) -> Sequence[tuple[str, str]]:
    """Return commands to paste, each with its purpose; `url` has no trailing slash."""
    writers = [key for key in shown.keys if Permission.AUDIENCES_WRITE in key.permissions and not key.revoked]
    if shown.account_group is None or not writers:
        return []

    def delete(audience: Audience) -> str:
        path = f"{url}/v1/accounts/{audience.account_group_id}/audiences/{audience.id}"
        return f"curl -s -i -X DELETE -H 'Authorization: Bearer {writers[0].token}' {path}"

    result = []
    if shown.ready is not None:
        result += [
            ("Delete the ready audience: 200", delete(shown.ready)),
            ("Delete it again: not found, 404", delete(shown.ready)),
        ]
    if shown.populated is not None:
        purpose = "Delete the audience that is being populated: refused by the guard, 409"
        result.append((purpose, delete(shown.populated)))
    return result
