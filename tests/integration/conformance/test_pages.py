"""Pages of lists on faulty servers: a violation where a cursor is refused, an obstacle where a first page is."""

from typing import ClassVar

import pytest

from conformance.catalogue import operations
from conformance.checks.check_lists import (
    check_lists_show_what_is_there,
    check_pages_are_complete_under_every_size,
    check_pages_are_complete_while_items_are_deleted,
)
from conformance.checks.check_refusals import check_a_doubtful_body_changes_nothing_where_it_is_refused
from conformance.harness.snapshots import follow_cursors, read_all_pages, take_snapshot
from conformance.results.violation import ViolationError
from conformance.stateful.random_traces import run_random_traces
from conformance.states import NotEstablishedError
from tests.harness.check_context import check_context, violations
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.boundaries import LongNamesPoisonTheLists
from tests.mutants.server.mutants.cursors import CursorsAreRefused, FollowingPagesFail
from tests.mutants.server.mutated import Mutant, Whole
from tests.mutants.server.variants.bypasses import CursorsDieWithADeletion
from tests.mutants.server.variants.lists import TenIsTheGreatestLimit


class Limited(Whole):
    """A server whose following pages are past the rate limit for good."""

    async def respond(self, asked: Asked) -> Answered:
        return self.refuse(429, "RATE_LIMITED") if "cursor" in asked.params else await self.serve(asked)


class OnlyIdentifiers(Whole):
    """A server whose lists show nothing of an audience but its identifier."""

    hidden: ClassVar[tuple[str, ...]] = ("name", "description", "folderId", "type")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if asked.operation not in {"AUD-LIST", "AUD-NAVIGATION"} or not answered.ok:
            return answered
        for item in answered.items():
            for member in self.hidden:
                item.pop(member, None)
        return answered.saying(data=answered.data)


@pytest.mark.parametrize("mutant", [CursorsAreRefused, FollowingPagesFail])
def test_a_refused_page_is_a_violation_wherever_pages_are_read(mutant: type[Mutant]) -> None:
    with check_context(mutant(), 1, 9) as context:
        key = context.create_key()
        for _ in range(3):
            context.create_audience(key)

        with pytest.raises(ViolationError):
            read_all_pages(context, operations.LIST_AUDIENCES, key, limit=1)
        with pytest.raises(ViolationError):
            check_pages_are_complete_under_every_size(context, operations.LIST_AUDIENCES)

        pages = violations(context, "AUD-LIST-PAGES")
        assert len(pages) == 1 + 4
        assert all("limit=" in exchange.url for violation in pages for exchange in violation.exchanges)


def test_a_snapshot_finds_a_refused_page() -> None:
    with check_context(CursorsAreRefused(), 1, 9) as context:
        key = context.create_key()
        for _ in range(26):
            context.create_audience(key)

        with pytest.raises(ViolationError, match="AUD-LIST-PAGES"):
            take_snapshot(context, key)


def test_a_refused_first_page_is_an_obstacle() -> None:
    with check_context(TenIsTheGreatestLimit(), 1, 9) as context:
        key = context.create_key()

        with pytest.raises(NotEstablishedError, match="a page was refused"):
            read_all_pages(context, operations.LIST_AUDIENCES, key, limit=11)
        check_pages_are_complete_under_every_size(context, operations.LIST_AUDIENCES)

        assert not violations(context, "AUD-LIST-PAGES")


def test_a_page_past_the_rate_limit_is_an_obstacle() -> None:
    with check_context(Limited(), 1, 9) as context:
        key = context.create_key()
        for _ in range(2):
            context.create_audience(key)

        with pytest.raises(NotEstablishedError, match="past the rate limit"):
            read_all_pages(context, operations.LIST_AUDIENCES, key, limit=1)
        assert [page.status for page in follow_cursors(context, operations.LIST_AUDIENCES, key, limit=1)] == [200, 429]


def test_a_cursor_may_die_with_a_deletion() -> None:
    with check_context(CursorsDieWithADeletion(), 1, 9) as context:
        check_pages_are_complete_while_items_are_deleted(context)

        assert violations(context, "AUD-LIST-STABLE")
        assert not violations(context, "AUD-LIST-PAGES")


def test_a_random_trace_does_not_take_a_refused_cursor_for_a_refused_size() -> None:
    with check_context(CursorsAreRefused(), 1, 27) as context, pytest.raises(ViolationError):
        run_random_traces(context)

    assert violations(context, "AUD-LIST-DONE")


def test_a_member_that_is_shown_nowhere_is_an_obstacle() -> None:
    with check_context(OnlyIdentifiers(), 1, 9) as context:
        for operation in (operations.LIST_AUDIENCES, operations.GET_NAVIGATION):
            with pytest.raises(NotEstablishedError, match="shows none of"):
                check_lists_show_what_is_there(context, operation)
            assert not context.ledger.was_checked(operation.requirement("CURRENT"))


def test_a_name_that_breaks_a_list_is_a_violation_of_the_list() -> None:
    with check_context(LongNamesPoisonTheLists(), 1, 9) as context, pytest.raises(ViolationError, match="LIST-DONE"):
        check_a_doubtful_body_changes_nothing_where_it_is_refused(context, operations.CREATE_AUDIENCE)
