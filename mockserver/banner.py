"""What a server says when it is ready: everything that the first minute needs, ready to paste."""

from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.key import ApiKey
from mockserver.domain.permission import Permission
from mockserver.service.transactions import UnitOfWork

_FEW = 20


@dataclass(frozen=True, slots=True)
class Highlights:
    """What there is to see in a sandbox; None for what it does not have."""

    keys: Sequence[ApiKey]
    account_group: AccountGroup | None
    ready: Audience | None
    populated: Audience | None


async def highlights(work: UnitOfWork) -> Highlights:
    """Look around in a sandbox: its first account group, and one audience of each kind in it."""
    groups = await work.transaction.account_groups()
    if not groups:
        return Highlights(await work.transaction.api_keys(), None, None, None)
    newest = await work.transaction.audiences(groups[0].id, before=None, limit=_FEW)
    active = {job.audience_id for job in await work.transaction.open_jobs(groups[0].id) if job.is_active(work.now)}
    ready = [audience for audience in newest if audience.id not in active]
    populated = [audience for audience in newest if audience.id in active]
    return Highlights(
        await work.transaction.api_keys(),
        groups[0],
        ready[-1] if ready else None,
        populated[-1] if populated else None,
    )


def banner(url: str, version: str, seen: Highlights, admin_token: str | None) -> str:
    """The text to print; `url` has no slash at its end."""
    lines = [f"audience-mock {version} is ready at {url}", ""]
    lines += [f"  {name:<27}{value}" for name, value in _facts(seen, admin_token)]
    lines += ["", *_commands(url, seen)]
    token = "" if admin_token is None else f"-H 'Authorization: Bearer {admin_token}' "
    lines += [
        f"Both contracts, to read and to try out:  {url}/_mock/docs",
        f"Back to the beginning:                   curl -s {token}-X POST {url}/_mock/sandboxes/default/reset",
        "Stop with Ctrl-C.",
    ]
    return "\n".join(lines)


def _facts(seen: Highlights, admin_token: str | None) -> Sequence[tuple[str, str]]:
    facts = [(f"API key, {key.name}", key.token) for key in seen.keys]
    if seen.account_group is not None:
        facts.append(("Account group", seen.account_group.id))
    if seen.ready is not None:
        facts.append(("Audience, ready", seen.ready.id))
    if seen.populated is not None:
        facts.append(("Audience, being populated", seen.populated.id))
    if admin_token is not None:
        facts.append(("Admin token, for /_mock", admin_token))
    return facts


def _commands(url: str, seen: Highlights) -> Sequence[str]:
    writers = [key for key in seen.keys if Permission.AUDIENCES_WRITE in key.permissions and not key.revoked]
    if seen.account_group is None or not writers:
        return []

    def delete(audience: Audience) -> str:
        path = f"{url}/v1/accounts/{audience.account_group_id}/audiences/{audience.id}"
        return f"    curl -s -i -X DELETE -H 'Authorization: Bearer {writers[0].token}' {path}"

    lines = []
    if seen.ready is not None:
        lines += ["  Delete the audience that is ready: 200", delete(seen.ready), ""]
        lines += ["  Delete it again: it is not there any more, 404", delete(seen.ready), ""]
    if seen.populated is not None:
        lines += ["  Delete the one that is being populated: the guard says no, 409", delete(seen.populated), ""]
    return lines
