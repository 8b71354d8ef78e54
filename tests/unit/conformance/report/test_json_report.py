import base64
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import reduce
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from conformance.report import json_report
from conformance.results.verdicts import Verdict
from tests.harness.sample_report import EVERYTHING, EXCHANGE, FAILED, KEY, VIOLATION, failure, report_of, with_exchange


def test_the_document_has_the_documented_form() -> None:
    document = json.loads(json_report.render(report_of(FAILED)))

    assert list(document) == ["contract", "target", "suite", "profile", "seed", "verdict", "counts", "requirements"]
    assert list(document["requirements"][0]) == [
        "id",
        "level",
        "text",
        "source",
        "verdict",
        "reason",
        "curl",
        "exchange",
        "failingChecks",
        "rerun",
        "timeline",
    ]
    assert document["counts"] == {**{verdict.value: 0 for verdict in Verdict}, "fail": 1}
    assert (document["verdict"], document["seed"], document["profile"]) == ("nonconformant", 20261, "full")


def test_the_document_keeps_to_its_schema() -> None:
    lost = with_exchange(status=None, no_response="timed out", response_body=None)
    raw = with_exchange(request_body=b"\xff", method="POST")

    document = json.loads(json_report.render(report_of(*EVERYTHING, lost, raw)))

    Draft202012Validator.check_schema(json_report.schema())
    Draft202012Validator(json_report.schema()).validate(document)


def paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    yield from [path] if isinstance(node, dict) else []
    yield from (below for name, child in children for below in paths(child, (*path, name)))


def changed(document: Any, path: tuple[Any, ...], change: Callable[[dict[str, Any]], object]) -> Any:
    copied = deepcopy(document)
    change(reduce(lambda node, name: node[name], path, copied))
    return copied


@pytest.mark.parametrize("change", [lambda node: node.update(unknown=1), lambda node: node.popitem()])
def test_the_schema_allows_no_further_and_no_missing_member(change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(json_report.render(report_of(with_exchange(request_body=b"{}"))))
    valid = Draft202012Validator(json_report.schema()).is_valid

    still_valid = [path for path in paths(document) if valid(changed(document, path, change))]

    assert valid(document)
    assert len(list(paths(document))) == 11
    assert still_valid == []


@pytest.mark.parametrize(
    ("name", "value"), [("level", "must"), ("verdict", "skipped"), ("curl", "curl"), ("exchange", {}), ("id", "a b")]
)
def test_the_schema_refuses_a_requirement_of_another_kind(name: str, value: object) -> None:
    document = json.loads(json_report.render(report_of(FAILED)))
    document["requirements"][0][name] = value

    with pytest.raises(ValidationError):
        Draft202012Validator(json_report.schema()).validate(document)


def test_exchanges_and_commands_stand_in_their_order() -> None:
    first, second = replace(EXCHANGE, number=3, method="GET"), EXCHANGE

    failed = failure(replace(VIOLATION, exchanges=(first, second)))
    requirement = json.loads(json_report.render(report_of(failed)))["requirements"][0]

    assert [exchange["number"] for exchange in requirement["exchange"]] == [3, 7]
    assert ["-X DELETE" in command for command in requirement["curl"]] == [False, True]


def test_bytes_that_are_not_utf_8_are_kept_without_the_key() -> None:
    document = json.loads(json_report.render(report_of(with_exchange(response_body=b"\xff" + KEY.encode()))))

    body = document["requirements"][0]["exchange"][0]["response"]["body"]
    assert (body["encoding"], base64.b64decode(body["content"])) == ("base64", b"\xff$AUDIENCE_API_KEY")
    assert body["length"] == 18


def test_a_long_body_is_cut_and_its_length_kept() -> None:
    document = json.loads(json_report.render(report_of(with_exchange(response_body="ä".encode() * 100_000))))

    body = document["requirements"][0]["exchange"][0]["response"]["body"]
    assert (body["encoding"], body["content"], body["length"]) == ("utf-8", "ä" * 65_536, 200_000)
