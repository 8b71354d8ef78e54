"""The clean-up of account groups that are kept: what the run made is deleted, what stays behind is listed."""

from collections.abc import Iterator

from conformance.states import AUDIENCES, JOBS, AccountGuard, NotEstablishedError, PublicApi, Resource

_OUT_OF_REACH = "the folder {id} of the account group {group}"
_IMPORTED = "what the job {id} of the account group {group} imported, and its audience"


def delete_leftovers(guard: AccountGuard, api: PublicApi) -> list[str]:
    """Delete every audience that the run made, cancel its jobs, and return messages about what stays behind."""
    doubtful = dict.fromkeys(guard.doubtful)
    messages = [f"may stay behind: what {request} made, whose response was lost" for request in doubtful]
    for resource, token in guard.made.items():
        if resource.collection == AUDIENCES:
            messages += _delete(resource, [token, *guard.keys_of(resource.group)], api)
        elif resource.collection == JOBS:
            _cancel(resource, guard.keys_of(resource.group), api)
            messages.append(f"stays behind: {_IMPORTED.format(id=resource.id, group=resource.group)}")
        else:
            messages.append(f"stays behind: {_OUT_OF_REACH.format(id=resource.id, group=resource.group)}")
    return [*messages, *_still_there(guard, api)]


def _delete(audience: Resource, keys: list[str], api: PublicApi) -> Iterator[str]:
    """Delete an audience with the first key that may, and yield a message where none may."""
    reason = "no key may delete it"
    for key in dict.fromkeys(keys):
        try:
            api.delete_audience(key, audience.group, audience.id)
        except NotEstablishedError as error:
            reason = str(error)
        else:
            return
    yield f"stays behind: the audience {audience.id} of the account group {audience.group}, since {reason}"


def _cancel(job: Resource, keys: list[str], api: PublicApi) -> None:
    """Cancel a job, so that it costs no more; one that has ended is left alone."""
    for key in keys[:1]:
        try:
            api.cancel_job(key, job.group, job.id)
        except NotEstablishedError:
            return


def _still_there(guard: AccountGuard, api: PublicApi) -> Iterator[str]:
    """Yield a message for each audience that the target shows, although it has acknowledged its deletion."""
    for group in guard.groups:
        keys = guard.keys_of(group)
        deleted = {audience.id for audience in guard.created - guard.made.keys() if audience.group == group}
        try:
            listed = api.audiences(keys[0], group) & deleted if keys else set()
            remaining = [audience for audience in sorted(listed) if api.has_audience(keys[0], group, audience)]
        except NotEstablishedError:
            continue
        for audience in remaining:
            yield f"stays behind: the audience {audience} of the account group {group}, although it was deleted"
