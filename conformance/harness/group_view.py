"""The view of an account group: snapshots that wait until a change has settled, and their comparison."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from conformance.catalogue.requirements import Profile
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.group_snapshot import (
    LIST,
    NAVIGATION,
    Difference,
    GroupSnapshot,
    contradictions,
    describe_differences,
    differences,
)
from conformance.harness.key import Key
from conformance.harness.snapshot_reader import take_snapshot
from conformance.harness.snapshots import eventually
from conformance.results.exchange import Exchange


@dataclass(frozen=True)
class GroupView:
    """The view of an account group.

    Attributes:
        context: The context of the check.
        key: A key that may read everything of the account group.
        known: The audiences that are there, whether or not a list shows them.
    """

    context: CheckContext
    key: Key
    known: Collection[str] = ()

    def settled(self) -> GroupSnapshot:
        """Return a snapshot, once lists and single reads show what was just created, and agree."""
        taken: list[GroupSnapshot] = []

        def is_settled() -> bool:
            taken.append(take_snapshot(self.context, self.key, self.known))
            agrees = self.context.facts.has_contradictions or agrees_with_itself(taken[-1])
            return agrees and self._shows_all_created(taken[-1])

        if not eventually(self.context, is_settled)[1]:
            self.context.facts.has_contradictions = True
        return taken[-1]

    def compare(
        self,
        before: GroupSnapshot,
        is_allowed: Callable[[Difference], bool],
        is_settled: Callable[[GroupSnapshot], bool] = lambda _: True,
    ) -> tuple[GroupSnapshot, list[Difference]]:
        """Take snapshots until one shows no difference and is settled, for the settling time at most.

        Args:
            before: The snapshot to compare with.
            is_allowed: A function that returns whether a member may differ.
            is_settled: A function that returns whether a snapshot shows the effects that it has to show.

        Returns:
            The last snapshot, and its differences.
        """
        taken: list[GroupSnapshot] = []
        found: list[Difference] = []

        def is_unchanged() -> bool:
            taken.append(take_snapshot(self.context, self.key, self.known))
            found[:] = differences(before, taken[-1], is_allowed)
            return not found and is_settled(taken[-1])

        eventually(self.context, is_unchanged)
        return taken[-1], found

    def expect_same(
        self, requirements: tuple[str, str], after: GroupSnapshot, found: Collection[Difference], *before: Exchange
    ) -> None:
        """Expect no difference of documented members by the first requirement, and of the others by the second.

        Args:
            requirements: The ids of the two requirements.
            after: The later snapshot.
            found: Its differences.
            before: The exchanges that led to them.

        Raises:
            ViolationError: There is a difference, and the requirement is a MUST.
        """
        expect = Expectations(self.context)
        documented = [difference for difference in found if difference.sight.is_documented]
        others = [difference for difference in found if not difference.sight.is_documented]
        for requirement_id, differing in ((requirements[1], others), (requirements[0], documented)):
            earlier, later = (describe_differences(differing, later=is_later) for is_later in (False, True))
            evidence = [*before, *after.evidence(differing)]
            expect.condition(requirement_id, f"still {earlier}", later, evidence, holds=not differing)

    def _shows_all_created(self, snapshot: GroupSnapshot) -> bool:
        """Whether a snapshot shows the resources that were made for the check, as far as the profile lets it see."""
        created, folders = self.context.created_ids[self.key.group], snapshot.ids("folder")
        jobs = self.context.created_jobs[self.key.group] if self.context.profile is Profile.FULL else set()
        shown = [snapshot.ids("audience", place) | folders for place in (LIST, NAVIGATION)]
        is_shown = all(created <= ids for ids in shown)
        return is_shown and snapshot.reads_all(created - folders) and jobs <= snapshot.ids("job")


def agrees_with_itself(snapshot: GroupSnapshot) -> bool:
    """Whether no place of a snapshot contradicts another."""
    return next(contradictions(snapshot), None) is None
