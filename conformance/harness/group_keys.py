"""Keys for the checks that look back on the account groups of the run."""

from contextlib import suppress

from conformance.harness.context import CheckContext
from conformance.harness.deletions import Deletions
from conformance.harness.key import Key
from conformance.states import NotEstablishedError


def keys_of_groups(context: CheckContext, deletions: Deletions) -> dict[str, Key]:
    """Set up a key of each account group in which something was deleted.

    A group goes with its last key; then no key of it is set up.

    Raises:
        NotEstablishedError: No key of any such group can be set up.
    """
    keys: dict[str, Key] = {}
    for group in dict.fromkeys(group for (group, _), _ in deletions):
        if context.states.has_account_group(group):
            with suppress(NotEstablishedError):
                keys[group] = context.create_key(accountGroupId=group)
    if not keys:
        raise NotEstablishedError("no account group is left in which something was deleted")
    return keys
