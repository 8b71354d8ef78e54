"""The journal tail: new exchanges, dropped exchanges and resets, without real pauses."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field

import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.domain.job import Progression
from mockserver.ports import SandboxNotFoundError
from mockserver.recording.exchange import Exchange
from mockserver.recording.redaction import Redaction
from mockserver.service import journals
from mockserver.service.journal_tail import AT_ONCE, HEARTBEAT, INTERVAL, Batch, JournalTails, TooManyFollowersError
from mockserver.service.journals import JournalOffError, Journals
from mockserver.service.sandboxes import Sandboxes

HOUR = 3_600_000
HELD = 100
Act = Callable[["Situation"], Awaitable[None]]


@dataclass
class Situation:
    """A sandbox whose journal holds a hundred exchanges, and an action for each pause of its follower."""

    limit: int = HELD
    acts: list[Act] = field(default_factory=list)
    paused: list[float] = field(default_factory=list)
    written: int = 0

    def __post_init__(self) -> None:
        self.store, self.clock = MemoryStore(self.limit), ManualClock(0)
        self.sandboxes = Sandboxes(self.store, self.clock, SeededIds(0), Progression())
        all_journals = Journals(self.store, self.sandboxes, "one", self.limit)
        self.following = JournalTails(all_journals, self.pause, most=2)

    async def pause(self, seconds: float) -> None:
        """Run the next action; without one, stop the server."""
        self.paused.append(seconds)
        if self.acts:
            await self.acts.pop(0)(self)
        else:
            self.following.stop()

    def write(self, count: int) -> None:
        """Append exchanges to the journal, each with its own path."""
        for _ in range(count):
            self.written += 1
            self.store.append("one", Exchange(path=f"/{self.written}", began=float(self.written), size=1))

    def run(self, act: Callable[[], Awaitable[None]]) -> None:
        async def main() -> None:
            await self.sandboxes.create(None, sandbox_id="one", expiry=HOUR)
            await act()

        asyncio.run(main())

    def lines_until_stop(self, *acts: Act, before: int = 0, after: int = 0) -> list[str]:
        """Return what a follower receives until the server stops; the journal has `before` exchanges at first."""
        self.acts = list(acts)
        lines: list[str] = []

        async def act() -> None:
            self.write(before)
            follower = await self.following.follow("one", after)
            async for news in follower.news():
                lines.extend(words(news))

        self.run(act)
        return lines


def words(news: Batch | None) -> Iterator[str]:
    if news is None:
        yield "nothing"
        return
    if news.anew:
        yield "anew"
    if news.dropped:
        yield f"dropped {news.dropped} up to {news.reading.dropped}"
    yield from (f"{exchange.number}: {exchange.path}" for exchange in news.reading.exchanges)


def numbers(first: int, last: int) -> list[str]:
    return [f"{number}: /{number}" for number in range(first, last + 1)]


def writes(count: int) -> Act:
    async def act(context: Situation) -> None:
        context.write(count)

    return act


async def nothing(_: Situation) -> None:
    pass


async def reset(context: Situation) -> None:
    await context.sandboxes.reset("one")


async def clear(context: Situation) -> None:
    await context.store.clear_journal("one")


async def delete(context: Situation) -> None:
    await context.sandboxes.delete("one")


def lasting(milliseconds: int) -> Act:
    async def act(context: Situation) -> None:
        context.clock.advance(milliseconds)

    return act


def both(*acts: Act) -> Act:
    async def act(context: Situation) -> None:
        for single in acts:
            await single(context)

    return act


class TestBatches:
    def test_a_follower_gets_existing_exchanges_first_and_each_new_exchange_once(self) -> None:
        assert Situation().lines_until_stop(writes(2), nothing, writes(1), before=3) == numbers(1, 6)

    def test_a_follower_resumes_after_the_given_number(self) -> None:
        assert Situation().lines_until_stop(writes(1), before=3, after=2) == numbers(3, 4)

    def test_the_tail_polls_every_tenth_of_a_second(self) -> None:
        context = Situation()

        context.lines_until_stop(writes(1), nothing)

        assert context.paused == [INTERVAL] * 3
        assert INTERVAL == 0.1

    def test_the_secrets_of_a_journal_are_prepared_once_for_all_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        prepared = []

        class Counted(Redaction):
            def __init__(self, *secrets: Iterable[str]) -> None:
                prepared.append(secrets)
                super().__init__(*secrets)

        monkeypatch.setattr(journals, "Redaction", Counted)
        Situation().lines_until_stop(writes(1), writes(1), writes(1))

        assert len(prepared) == 2  # one for a journal without secrets, at the start

    def test_a_follower_gets_a_heartbeat_now_and_then(self) -> None:
        quiet = [nothing] * (HEARTBEAT + 3)

        assert Situation().lines_until_stop(*quiet, writes(1), *quiet) == ["nothing", "1: /1", "nothing"]
        assert 14 <= HEARTBEAT * INTERVAL <= 16

    def test_a_large_backlog_comes_in_batches_without_pauses(self) -> None:
        context = Situation()

        assert context.lines_until_stop(nothing, before=AT_ONCE + 1) == numbers(1, AT_ONCE + 1)
        assert context.paused == [INTERVAL] * 2


class TestDropped:
    def test_exchanges_dropped_before_are_reported(self) -> None:
        assert Situation(limit=3).lines_until_stop(before=5) == ["dropped 2 up to 2", *numbers(3, 5)]

    def test_exchanges_dropped_meanwhile_are_reported(self) -> None:
        lines = Situation(limit=3).lines_until_stop(writes(5), before=1)

        assert lines == ["1: /1", "dropped 2 up to 3", *numbers(4, 6)]

    def test_dropped_exchanges_that_were_delivered_are_not_reported(self) -> None:
        assert Situation(limit=3).lines_until_stop(writes(3), before=3) == numbers(1, 6)

    def test_cleared_exchanges_are_reported_and_numbers_continue(self) -> None:
        lines = Situation().lines_until_stop(both(writes(2), clear), writes(1), before=1)

        assert lines == ["1: /1", "dropped 2 up to 3", "4: /4"]

    def test_a_slow_follower_holds_one_batch_and_learns_what_was_dropped(self) -> None:
        context = Situation()

        async def act() -> None:
            context.write(HELD)
            news = (await context.following.follow("one", 0)).news()
            first = await anext(news)
            assert first is not None
            assert list(words(first)) == numbers(1, AT_ONCE)
            context.acts = [nothing]

            context.write(10 * HELD)

            second = await anext(news)
            assert second is not None
            assert (second.dropped, second.reading.exchanges[0].number) == (10 * HELD - AT_ONCE, 10 * HELD + 1)
            assert len(second.reading.exchanges) == AT_ONCE

        context.run(act)


class TestReset:
    def test_a_reset_is_reported(self) -> None:
        lines = Situation().lines_until_stop(reset, writes(1), before=3)

        assert lines == [*numbers(1, 3), "anew", "1: /4"]

    def test_a_reset_is_reported_even_if_numbers_have_caught_up(self) -> None:
        lines = Situation().lines_until_stop(both(reset, writes(4)), before=3)

        assert lines == [*numbers(1, 3), "anew", "1: /4", "2: /5", "3: /6", "4: /7"]

    def test_a_number_above_the_newest_exchange_counts_as_a_reset(self) -> None:
        assert Situation().lines_until_stop(before=2, after=9) == ["anew", *numbers(1, 2)]

    def test_an_empty_journal_is_not_reported_as_a_reset(self) -> None:
        assert Situation().lines_until_stop(nothing, nothing) == []


class TestEnd:
    def test_a_tail_ends_when_its_sandbox_is_deleted(self) -> None:
        context = Situation()

        assert context.lines_until_stop(delete, writes(1), before=1) == numbers(1, 1)
        assert len(context.acts) == 1

    def test_a_followed_sandbox_does_not_expire(self) -> None:
        context = Situation()

        assert context.lines_until_stop(*[lasting(HOUR // 2)] * 5, writes(1)) == ["1: /1"]

    def test_a_tail_ends_when_its_sandbox_has_expired(self) -> None:
        context = Situation()

        assert context.lines_until_stop(lasting(2 * HOUR), writes(1)) == []
        assert len(context.acts) == 1
        assert context.store.records == {}


class TestFollowers:
    def test_the_number_of_followers_is_limited_and_a_closed_follower_makes_room(self) -> None:
        context = Situation()

        async def act() -> None:
            first, _ = [await context.following.follow("one", 0) for _ in range(2)]
            with pytest.raises(TooManyFollowersError, match="the sandbox one is followed by 2 already"):
                await context.following.follow("one", 0)
            await context.sandboxes.create(None, sandbox_id="two")
            await context.following.follow("two", 0)

            first.close()

            await context.following.follow("one", 0)

        context.run(act)

    def test_following_needs_a_sandbox_and_a_journal(self) -> None:
        with pytest.raises(SandboxNotFoundError):
            asyncio.run(Situation().following.follow("none", 0))

        context = Situation(limit=0)

        async def act() -> None:
            with pytest.raises(JournalOffError):
                await context.following.follow("one", 0)

        context.run(act)
