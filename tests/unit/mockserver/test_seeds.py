"""Seed documents as text: valid ones are read, invalid ones are refused."""

from pathlib import Path

import pytest

from mockserver.seeds import checked, read_seed, read_text
from mockserver.service.seed_values import SeedError, instant


def refusal(text: str) -> str:
    with pytest.raises(SeedError) as caught:
        read_text(text)
    return str(caught.value)


def test_equal_yaml_and_json_documents_are_read_alike() -> None:
    assert read_text("keys: [{key: sk_test_1}]") == read_text('{"keys": [{"key": "sk_test_1"}]}')


def test_an_instant_in_yaml_needs_no_quotes() -> None:
    read = read_text("keys: [{key: sk_test_1, name: 2030-01-01, expiresAt: 2030-01-01T00:00:00Z}]")

    assert read["keys"][0] == {"key": "sk_test_1", "name": "2030-01-01", "expiresAt": "2030-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the document: null is not of type"),
        ("{", "neither YAML nor JSON"),
        ("keys: !!python/object:os.system {}", "no part of JSON"),
        ("\x00", "neither YAML nor JSON"),
        ("[" * 200_000, "nest"),  # PyYAML 6.0.4 has a limit of its own
        ("- " * 200_000, "nested too deeply"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "the alias *a"),
        ("keys: &k [*k]", "the alias *k"),
        ("keys: !!set {a, b}", "no part of JSON"),
        ("keys: [{key: !!binary aGVsbG93b3JsZA==}]", "no part of JSON"),
        ("keys: [{key: !!timestamp 2030-01-01}]", "no part of JSON"),
        *(
            (f"a: !!{tag}", "no part of JSON")
            for tag in ("bool x", "timestamp x", 'int ""', 'int "-"', 'float ""', "str x")
        ),
        ("a: ! x", "no part of JSON"),
        ("\n".join(f"{number * (2**61 - 1)}: 0" for number in range(3)), "a name that is no text"),
        ("1: 2", "what JSON does not have"),
        ("accountGroups: [{name: x, credits: .nan}]", "accountGroups.0.credits"),
        ('accountGroups: [{name: "\\0"}]', "accountGroups.0.name"),
        ('keys: [{key: sk_test_1, name: "a\\0b"}]', "keys.0.name"),
        (f"accountGroups: [{{name: x, credits: 1{'0' * 5_000}}}]", "neither YAML nor JSON"),
        (f"accountGroups: [{{name: x, credits: 0x{'f' * 5_000}}}]", "what JSON does not have"),
    ],
)
def test_an_invalid_seed_is_refused_in_one_line(text: str, reason: str) -> None:
    assert reason in refusal(text)
    assert "\n" not in refusal(text)


@pytest.mark.parametrize("depth", [16, 484, 5_000])
def test_a_deeply_nested_object_is_refused(depth: int) -> None:
    document: object = {}
    for _ in range(depth):
        document = {"keys": [document]}

    with pytest.raises(SeedError, match="nested too deeply"):
        checked(document)


LONG = "x" * 100_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"keys: {{a: {LONG}}}", id="value"),
        pytest.param(f"keys: [{{permissions: [{LONG}]}}]", id="value of a list"),
        pytest.param(f"? {LONG}\n: 1", id="name"),
        pytest.param(f"keys: *{LONG}", id="alias"),
        pytest.param(f"keys: !{LONG} x", id="tag"),
    ],
)
def test_a_refusal_does_not_repeat_the_document(text: str) -> None:
    assert len(refusal(text)) < 1_100


def test_the_refusal_of_an_instant_does_not_repeat_it() -> None:
    with pytest.raises(SeedError, match="its expiresAt is not an instant") as caught:
        instant({"expiresAt": LONG}, "expiresAt", "key sk_test_1")

    assert len(str(caught.value)) < 1_100


def test_an_endless_file_is_not_read() -> None:
    with pytest.raises(SeedError, match="longer than 64 MiB"):
        read_seed(Path("/dev/zero"))
