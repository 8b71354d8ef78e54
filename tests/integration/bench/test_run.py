"""The shortest benchmark: every server responds correctly on every path."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.bench.__main__ import main
from tests.bench.failure import BenchError
from tests.bench.requests import PATHS
from tests.bench.server import Server
from tests.bench.targets import SERVE, Target

SHORT = ["--seconds", "0.05", "--rounds", "1", "--connections", "2", "--parts", "paths"]


def test_every_server_is_measured_on_every_path(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"

    result = CliRunner().invoke(main, [*SHORT, "--json", str(file)], env={"PEERS": ""})

    assert result.exit_code == 0, result.output
    parsed = json.loads(file.read_text())
    measured = {(sample["target"], sample["path"]) for sample in parsed["samples"]}
    assert measured == {(target, path) for target in ("bare", "ours", "no journal", "stock") for path in PATHS}
    assert "Goals" in result.output


def test_a_server_that_fails_to_start_is_reported_with_its_last_line() -> None:
    wrong = Target("wrong", (*SERVE, "--store", "nowhere"))

    with (
        pytest.raises(BenchError, match=r"^the server 'wrong' ended with status 2: audience-mock: ") as raised,
        Server(wrong),
    ):
        pass

    assert "\n" not in str(raised.value)
