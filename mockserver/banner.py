"""The banner of a ready server: keys, identifiers, and commands to paste."""

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
    """The records of a sandbox that the banner shows.

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


def banner(url: str, version: str, shown: Highlights, admin_token: str | None) -> str:
    """Return the text to print; `url` has no trailing slash."""
    lines = [f"audience-mock {version} is ready at {url}", ""]
    lines += [f"  {name:<27}{value}" for name, value in _facts(shown, admin_token)]
    lines += ["", *_commands(url, shown)]
    token = "" if admin_token is None else f"-H 'Authorization: Bearer {admin_token}' "
    lines += [
        f"Both contracts, to read and to try out:  {url}/_mock/docs",
        f"Back to the beginning:                   curl -s {token}-X POST {url}/_mock/sandboxes/default/reset",
        "Stop with Ctrl-C.",
    ]
    return "\n".join(lines)


def _facts(shown: Highlights, admin_token: str | None) -> Sequence[tuple[str, str]]:
    facts = [(f"API key, {key.name}", key.token) for key in shown.keys]
    if shown.account_group is not None:
        facts.append(("Account group", shown.account_group.id))
    if shown.ready is not None:
        facts.append(("Audience, ready", shown.ready.id))
    if shown.populated is not None:
        facts.append(("Audience, being populated", shown.populated.id))
    if admin_token is not None:
        facts.append(("Admin token, for /_mock", admin_token))
    return facts


def _commands(url: str, shown: Highlights) -> Sequence[str]:
    writers = [key for key in shown.keys if Permission.AUDIENCES_WRITE in key.permissions and not key.revoked]
    if shown.account_group is None or not writers:
        return []

    def delete(audience: Audience) -> str:
        path = f"{url}/v1/accounts/{audience.account_group_id}/audiences/{audience.id}"
        return f"    curl -s -i -X DELETE -H 'Authorization: Bearer {writers[0].token}' {path}"

    lines = []
    if shown.ready is not None:
        lines += ["  Delete the ready audience: 200", delete(shown.ready), ""]
        lines += ["  Delete it again: not found, 404", delete(shown.ready), ""]
    if shown.populated is not None:
        lines += [
            "  Delete the audience that is being populated: refused by the guard, 409",
            delete(shown.populated),
            "",
        ]
    return lines
