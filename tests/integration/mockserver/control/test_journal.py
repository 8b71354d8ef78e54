"""Queries and bounds of the journal on the control plane."""

import httpx
import pytest
from click.testing import CliRunner

from mockserver.cli import cli
from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.journal_reader import exchanges
from tests.harness.sandbox_client import World


class TestQueries:
    @pytest.fixture
    def several(self, world: World) -> World:
        self.reader = world.another_key("audiences:read")
        self.audience = world.ready()
        world.call("GET", f"/audiences/{self.audience}")
        world.call("DELETE", f"/audiences/{self.audience}", key=self.reader)
        world.control("POST", "/clock/advance", {"seconds": 3600})
        world.call("DELETE", f"/audiences/{self.audience}")
        world.call("GET", "/audiences")
        return world

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("", [4, 3, 2, 1]),
            ("order=oldest", [1, 2, 3, 4]),
            ("limit=2", [4, 3]),
            ("limit=2&order=oldest", [1, 2]),
            ("operation=deleteAudience", [3, 2]),
            ("operation=none", []),
            ("status=403", [2]),
            ("status=none", []),
            ("since=2&until=3", [3, 2]),
            ("operation=deleteAudience&status=200", [3]),
        ],
    )
    def test_the_filters_of_a_journal_query_are_combined(self, several: World, query: str, numbers: list[int]) -> None:
        assert [exchange["number"] for exchange in exchanges(several, query)] == numbers

    def test_the_resource_filter_matches_any_identifier_of_the_path(self, several: World) -> None:
        assert len(exchanges(several, f"resource={self.audience}")) == 3
        assert len(exchanges(several, f"resource={several.group}")) == 4

    def test_the_key_filter_takes_a_name_or_a_full_key(self, several: World) -> None:
        (shown,) = exchanges(several, f"key={self.reader}")

        assert exchanges(several, "key=" + shown["key"]["name"]) == [shown]
        assert len(exchanges(several, "key=all permissions")) == 3

    def test_the_time_filters_use_sandbox_time(self, several: World) -> None:
        third = exchanges(several, "since=3&until=3")[0]["at"]

        assert [exchange["number"] for exchange in exchanges(several, f"since={third}&order=oldest")] == [3, 4]
        assert exchanges(several, "until=2000-01-01T00:00:00Z") == []

    @pytest.mark.parametrize(
        "query",
        ["since=yesterday", "until=2026-01-01", "status=many", "limit=0", "limit=1001", "order=random", "since=-1"],
    )
    def test_an_invalid_journal_query_is_400(self, world: World, query: str) -> None:
        answer = world.client.get(f"/_mock/sandboxes/{world.sandbox}/journal?{query}")

        assert answer.status_code == 400
        assert answer.json()["reason"]

    @pytest.mark.parametrize("number", ["0", "5", "x", "-1", "1.0", "9" * 30, "٣"])
    def test_an_unknown_exchange_is_404(self, several: World, number: str) -> None:
        answer = several.client.get(f"/_mock/sandboxes/{several.sandbox}/journal/{number}")

        assert answer.status_code == 404
        assert "holds 4" in answer.json()["reason"]


class TestBounds:
    def test_exchanges_above_the_limit_are_dropped_and_counted(self) -> None:
        with served(Settings(journal_limit=2)) as (url, _), httpx.Client(base_url=url) as client:
            world = World.make(client)
            for _ in range(5):
                world.call("GET", "/audiences")

            shown = world.control("GET", "/journal")

        assert [exchange["number"] for exchange in shown["exchanges"]] == [5, 4]
        assert (shown["held"], shown["dropped"], shown["limit"]) == (2, 3, 2)

    def test_the_journal_is_bounded_in_bytes_too(self) -> None:
        with served(Settings(journal_bytes=100_000)) as (url, _), httpx.Client(base_url=url) as client:
            world = World.make(client)
            for _ in range(20):
                world.call("POST", "/audiences", {"name": "n" * 16_000, "type": "on_demand"})

            shown = world.control("GET", "/journal")

        assert 0 < shown["held"] < 6
        assert shown["held"] + shown["dropped"] == 20
        assert shown["heldBytes"] <= 100_000

    def test_the_journal_can_be_switched_off(self) -> None:
        with served(Settings(journal_limit=0)) as (url, _), httpx.Client(base_url=url) as client:
            world = World.make(client)
            assert world.call("GET", "/audiences").status_code == 200

            paths = ["/journal", "/journal/1", "/findings"]
            answers = [client.get(f"/_mock/sandboxes/{world.sandbox}{path}") for path in paths]
            answers.append(client.post(f"/_mock/sandboxes/{world.sandbox}/verify"))

        assert [answer.status_code for answer in answers] == [409] * 4
        assert answers[0].json() == {
            "reason": "the server keeps no journal",
            "hint": "Start the server without --journal-limit 0.",
        }


def test_the_journal_limit_is_an_option_of_the_command_line() -> None:
    refused = CliRunner().invoke(cli, ["serve", "--journal-limit", "-1"])
    help_text = CliRunner().invoke(cli, ["serve", "--help"])

    assert (refused.exit_code, "--journal-limit" in refused.output) == (2, True)
    assert "0 for no journal" in " ".join(help_text.output.split())
