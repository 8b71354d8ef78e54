"""The witnesses of a run: what is brought about at its beginning, by profile and by the way to the states."""

from conformance.catalogue import operations
from conformance.catalogue.requirements import Profile
from conformance.harness.witness_setup import set_up_witnesses
from tests.harness.check_context import check_context
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole
from tests.mutants.server.variants.variant import CannotPrepareQueuedJobs, CannotPrepareRunningJobs


class CannotPopulate(CannotPrepareQueuedJobs, CannotPrepareRunningJobs):
    """A server that prepares no audience that is being populated."""

    def cannot(self, state: str, params: dict[str, object]) -> bool:  # noqa: ARG002
        return state == "an audience being populated"


class CreatesNothing(Whole):
    """A server whose creations fail."""

    async def respond(self, asked: Asked) -> Answered:
        return self.refuse(500, "INTERNAL_ERROR") if asked.operation == "AUD-CREATE" else await self.serve(asked)


def test_the_profile_delete_needs_nothing_but_deletions() -> None:
    with check_context(Whole(), 1, 9, Profile.DELETE) as context:
        witnesses = set_up_witnesses(context)

        methods = {exchange.method for exchange in context.client.exchanges}
        assert methods == {context.client.contract.method(operations.DELETE_AUDIENCE)}
        assert witnesses.guarded is not None
        assert len(witnesses.spared) == 2
        assert (witnesses.written, witnesses.obstacles) == ([], [])


def test_the_profile_audiences_has_writes_and_refusals_of_each_kind() -> None:
    with check_context(Whole(), 1, 9, Profile.AUDIENCES) as context:
        witnesses = set_up_witnesses(context)

        written = {entry.requirement_id for entry in witnesses.written}
        assert written == {
            *("AUD-CREATE-EFFECT", "AUD-UPDATE-EFFECT", "AUD-MOVE-EFFECT", "AUD-REMOVE-EFFECT"),
            *("AUD-UPDATE-REFUSED", "AUD-MOVE-REFUSED"),
        }
        assert (len(witnesses.folders), len(witnesses.refused_names)) == (1, 2)


def test_an_obstacle_to_one_witness_is_none_to_the_others() -> None:
    with check_context(CannotPopulate(), 1, 9, Profile.DELETE) as context:
        witnesses = set_up_witnesses(context)

        assert witnesses.guarded is None
        assert len(witnesses.spared) == 2
        assert len(witnesses.obstacles) == 1


def test_a_creation_that_fails_is_an_obstacle() -> None:
    with check_context(CreatesNothing(), 1, 9, Profile.AUDIENCES) as context:
        witnesses = set_up_witnesses(context)

        assert witnesses.guarded is not None
        assert "no audience could be created: the target answered 500" in witnesses.obstacles
