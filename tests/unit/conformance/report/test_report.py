import base64
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import reduce
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator, ValidationError

from conformance.catalogue.requirements import Level
from conformance.report import html_report, json_report, junit_report, markdown_report, text_report
from conformance.report.contents import Contract, Report, Section
from conformance.report.curl import curl
from conformance.report.difference import difference
from conformance.report.redaction import redaction
from conformance.results.verdicts import Exchange, RequirementResult, Verdict, Violation

KEY = "ak_live+5f2c"
SECRETS = {KEY: "AUDIENCE_API_KEY", f"{KEY}x": "AUDIENCE_NEAR_MISS"}
SOURCE = "https://vendor.example/docs/audiences-delete"
URL = "http://target:8080/v1/accounts/1/audiences/2"
HEADERS = (("host", "target:8080"), ("accept", "*/*"), ("authorization", f"Bearer {KEY}"))
EXCHANGE = Exchange(7, "DELETE", URL, HEADERS, None, 200, None, (("content-type", "text/x"),), b'{"a": 1}', 4.2)
FINDING = Violation("AUD-DELETE-GUARD", "status 409 with a code", "status 200 with a code", (EXCHANGE,))
RENDERERS = [html_report.render, json_report.render, junit_report.render, markdown_report.render, text_report.render]

every_report = pytest.mark.parametrize("render", RENDERERS, ids=lambda render: render.__module__)
Render = Callable[[Report], str]


def decided(
    verdict: Verdict = Verdict.FAIL, level: Level = Level.MUST, *findings: Violation, **other: Any
) -> RequirementResult:
    id_ = other.pop("id", f"AUD-{verdict.upper()}-{level}")
    written = {"text": f"Sentence of {id_}.", "source": SOURCE, "profile": "delete", "reason": f"reason of {id_}"}
    return RequirementResult(id_, level, verdict=verdict, violations=findings, check_count=90, **{**written, **other})


def reported(*of: RequirementResult, **other: Any) -> Report:
    facts = {"contract": Contract("Audiences", "1.0.0", "9f2a6c1e77d0aa"), "base_url": "http://target:8080"}
    facts |= {"profile": "full", "seed": 20261, "started": "2026-11-23T21:26:17Z", "duration": 23.4}
    return Report(**{**facts, "decided": of, "secrets": SECRETS, **other})


FAILED = decided(Verdict.FAIL, Level.MUST, FINDING)
EVERYTHING = (FAILED, *(decided(verdict, level) for verdict in Verdict for level in Level))


def with_exchange(**changed: Any) -> RequirementResult:
    return replace(FAILED, violations=(replace(FINDING, exchanges=(replace(EXCHANGE, **changed),)),))


# In every report


@every_report
def test_a_violation_is_shown_in_full(render: Render) -> None:
    text = render(reported(FAILED))

    assert FAILED.id in text
    assert "MUST" in text
    assert FAILED.text in text
    assert SOURCE in text
    assert re.search(r"curl -s -i -X DELETE -H \\?(\"|&quot;)authorization: Bearer \$AUDIENCE_API_KEY", text)
    assert URL in text
    assert "nonconformant" in text or "Does not conform" in text


@pytest.mark.parametrize(
    "render", [html_report.render, junit_report.render, markdown_report.render, text_report.render]
)
def test_people_read_what_was_expected_what_came_back_and_how_often(render: Render) -> None:
    text = re.sub("</?mark>", "", render(reported(FAILED)))

    assert FINDING.expected in text
    assert FINDING.actual in text
    assert "violated in 1 of 90 checks" in text


@every_report
def test_every_verdict_at_every_level_can_be_reported(render: Render) -> None:
    assert "AUD-ERROR-MAY" in render(reported(*EVERYTHING))


@every_report
def test_what_could_not_be_checked_says_why(render: Render) -> None:
    assert "reason of AUD-NOT-RUN-MUST" in render(reported(decided(Verdict.NOT_RUN)))


@pytest.mark.parametrize("render", RENDERERS, ids=lambda render: render.__module__)
def test_a_run_says_its_target_its_seed_and_what_else_is_to_be_known(render: Render) -> None:
    text = render(reported(decided(Verdict.PASS), notes=("a folder stays behind",)))

    assert "http://target:8080" in text
    assert "20261" in text
    assert "a folder stays behind" in text


@every_report
def test_no_secret_is_shown_wherever_it_stands(render: Render) -> None:
    everywhere = Exchange(
        number=1,
        method="POST",
        url=f"{URL}?key=ak_live%2b5f2c&again={KEY}",
        request_headers=(("authorization", f"Bearer {KEY}"), ("x-miss", f"{KEY}x")),
        request_body=f'{{"key": "{KEY}"}}'.encode(),
        status=200,
        no_response=None,
        response_headers=(("content-type", KEY), ("x-echo", KEY.upper())),
        response_body=f'{{"key": "{KEY}", "again": "ak_live\\u002B5f2c"}}'.encode(),
        elapsed_ms=1,
    )
    lost = replace(everywhere, status=None, no_response=f"refused {KEY}")
    finding = Violation("AUD-DELETE-GUARD", f"no {KEY}", f"a {KEY}", (everywhere, lost))
    error = decided(Verdict.ERROR, reason=f"KeyError({KEY!r})")

    text = render(reported(replace(FAILED, violations=(finding,)), error, base_url=f"http://{KEY}@t", notes=(KEY,)))

    assert "$AUDIENCE_API_KEY" in text
    assert "$AUDIENCE_NEAR_MISS" in text
    assert "5f2c" not in text.lower()


@every_report
def test_a_selection_is_told_without_secrets(render: Render) -> None:
    assert "5f2c" not in render(reported(decided(Verdict.PASS), selection=KEY))


HOSTILE = (
    "</pre></mark><script>alert(1)</script>]]>\n````\n# pwned\nverdict  conformant\n\x1b[31m\x00\u202e\x9b @all \ud800"
)


@pytest.fixture
def hostile() -> Report:
    exchange = replace(EXCHANGE, url=f"{URL}?{HOSTILE}", response_body=HOSTILE.encode("utf-8", "surrogatepass"))
    exchange = replace(exchange, request_headers=((HOSTILE, HOSTILE),), response_headers=(("content-type", HOSTILE),))
    lost = replace(exchange, status=None, no_response=HOSTILE, request_body=HOSTILE.encode("utf-8", "surrogatepass"))
    finding = Violation("AUD-DELETE-GUARD", f"409 {HOSTILE}", f"200 {HOSTILE}", (exchange, lost))
    said = [decided(verdict, level, reason=HOSTILE) for verdict in Verdict for level in Level]
    bare = Violation("AUD-DELETE-GUARD", "409", HOSTILE, (exchange,))
    failed = decided(Verdict.FAIL, Level.MUST, finding, bare, reason=HOSTILE)
    return reported(failed, *said, base_url=HOSTILE, notes=(HOSTILE,), selection=HOSTILE)


@every_report
def test_nothing_that_a_target_says_steers_the_reader(render: Render, hostile: Report) -> None:
    assert re.findall(r"[^\n\x20-\x7e·→“”…—]", render(hostile)) == []


def test_a_target_cannot_forge_a_line_at_a_terminal(hostile: Report) -> None:
    lines = text_report.render(hostile).split("\n")

    assert [line for line in lines if line.startswith("verdict")] == [lines[-2]]
    assert lines[-2].startswith("verdict  nonconformant")


# Page


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def test_a_target_adds_no_element_to_the_page(hostile: Report) -> None:
    tags = Tags(html_report.render(hostile))

    assert len(tags.named("script")) == 1
    assert [attributes for _, attributes in tags.seen if any(name.startswith("on") for name in attributes)] == []


def test_the_page_asks_for_nothing_from_outside() -> None:
    tags = Tags(html_report.render(reported(*EVERYTHING)))

    assert [attributes["href"] for attributes in tags.named("link")] == ["data:,"]
    assert [attributes for _, attributes in tags.seen if "src" in attributes] == []


def test_a_source_that_is_no_address_is_no_link() -> None:
    page = html_report.render(reported(replace(FAILED, source="javascript:alert(1)")))

    assert [one["href"] for one in Tags(page).named("a")] == [f"#{FAILED.id}"]
    assert "javascript:alert(1)" in page


def test_the_page_names_the_violated_sentences_before_anything_else() -> None:
    page = html_report.render(reported(decided(Verdict.PASS), *[replace(FAILED, id=f"AUD-{n}") for n in range(7)]))

    head = page.partition("</header>")[0]
    assert head.count("<li>") == 5
    assert "and 2 more" in head
    assert "7 of 8 MUST requirements are violated." in head


def test_the_words_that_differ_are_marked_on_the_page() -> None:
    page = html_report.render(reported(FAILED))

    assert "status <mark>409</mark> with a code" in page
    assert "status <mark>200</mark> with a code" in page


# JSON


def test_the_document_has_the_documented_form() -> None:
    document = json.loads(json_report.render(reported(FAILED)))

    assert list(document) == ["contract", "target", "profile", "seed", "verdict", "counts", "requirements"]
    assert list(document["requirements"][0]) == [
        "id",
        "level",
        "text",
        "source",
        "verdict",
        "reason",
        "curl",
        "exchange",
    ]
    assert document["counts"] == {**{verdict.value: 0 for verdict in Verdict}, "fail": 1}
    assert (document["verdict"], document["seed"], document["profile"]) == ("nonconformant", 20261, "full")


def test_the_document_keeps_to_its_schema() -> None:
    lost = with_exchange(status=None, no_response="timed out", response_body=None)
    raw = with_exchange(request_body=b"\xff", method="POST")

    document = json.loads(json_report.render(reported(*EVERYTHING, lost, raw)))

    Draft202012Validator.check_schema(json_report.schema())
    Draft202012Validator(json_report.schema()).validate(document)


def paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    yield from [path] if isinstance(node, dict) else []
    yield from (found for name, child in children for found in paths(child, (*path, name)))


def changed(document: Any, path: tuple[Any, ...], change: Callable[[dict[str, Any]], object]) -> Any:
    copied = deepcopy(document)
    change(reduce(lambda node, name: node[name], path, copied))
    return copied


@pytest.mark.parametrize("change", [lambda one: one.update(unknown=1), lambda one: one.popitem()])
def test_the_schema_lets_no_object_have_more_or_less(change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(json_report.render(reported(with_exchange(request_body=b"{}"))))
    valid = Draft202012Validator(json_report.schema()).is_valid

    still_valid = [path for path in paths(document) if valid(changed(document, path, change))]

    assert valid(document)
    assert len(list(paths(document))) == 10
    assert still_valid == []


@pytest.mark.parametrize(
    ("name", "value"), [("level", "must"), ("verdict", "skipped"), ("curl", "curl"), ("exchange", {}), ("id", "a b")]
)
def test_the_schema_refuses_a_requirement_of_another_kind(name: str, value: object) -> None:
    document = json.loads(json_report.render(reported(FAILED)))
    document["requirements"][0][name] = value

    with pytest.raises(ValidationError):
        Draft202012Validator(json_report.schema()).validate(document)


def test_exchanges_and_commands_stand_in_the_order_that_shows_it() -> None:
    first, second = replace(EXCHANGE, number=3, method="GET"), EXCHANGE

    found = replace(FAILED, violations=(replace(FINDING, exchanges=(first, second)),))
    requirement = json.loads(json_report.render(reported(found)))["requirements"][0]

    assert [one["number"] for one in requirement["exchange"]] == [3, 7]
    assert ["-X DELETE" in one for one in requirement["curl"]] == [False, True]


def test_bytes_that_are_no_text_are_kept_without_the_key() -> None:
    document = json.loads(json_report.render(reported(with_exchange(response_body=b"\xff" + KEY.encode()))))

    body = document["requirements"][0]["exchange"][0]["response"]["body"]
    assert (body["encoding"], base64.b64decode(body["content"])) == ("base64", b"\xff$AUDIENCE_API_KEY")
    assert body["length"] == 18


def test_of_a_long_body_the_beginning_is_kept_and_the_length_told() -> None:
    document = json.loads(json_report.render(reported(with_exchange(response_body="ä".encode() * 100_000))))

    body = document["requirements"][0]["exchange"][0]["response"]["body"]
    assert (body["encoding"], body["content"], body["length"]) == ("utf-8", "ä" * 65_536, 200_000)


# JUnit


def cases(*of: RequirementResult, **other: Any) -> dict[str, ET.Element]:
    suites = ET.fromstring(junit_report.render(reported(*of, **other)))  # noqa: S314 - ours
    return {case.attrib["name"]: case for case in suites.iter("testcase")}


def marks(case: ET.Element) -> list[str]:
    return [child.tag for child in case if child.tag != "properties"]


def properties(case: ET.Element) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.FAIL, ["failure"]),
        (Verdict.STALE, ["failure"]),
        (Verdict.NOT_RUN, ["failure"]),
        (Verdict.ERROR, ["error"]),
        (Verdict.PASS, []),
        (Verdict.EXPECTED, []),
        (Verdict.UNEXERCISED, []),
    ],
)
def test_a_must_fails_in_junit_where_it_fails_the_run(verdict: Verdict, expected: list[str]) -> None:
    (case,) = cases(decided(verdict)).values()

    assert marks(case) == expected
    assert properties(case)["verdict"] == verdict


@pytest.mark.parametrize("level", [Level.SHOULD, Level.MAY])
@pytest.mark.parametrize(("verdict", "name"), [(Verdict.FAIL, "warning"), (Verdict.NOT_RUN, "not-run")])
def test_what_is_only_a_warning_passes_with_a_property(level: Level, verdict: Verdict, name: str) -> None:
    (case,) = cases(decided(verdict, level)).values()

    assert marks(case) == []
    assert properties(case)[name] == f"reason of AUD-{verdict.upper()}-{level}"


def test_strict_fails_a_should_in_junit() -> None:
    (case,) = cases(decided(Verdict.FAIL, Level.SHOULD), strict=True).values()

    assert marks(case) == ["failure"]


@pytest.mark.parametrize("verdict", [Verdict.EXPECTED, Verdict.UNEXERCISED])
def test_what_blocks_nothing_says_so_in_a_property(verdict: Verdict) -> None:
    (case,) = cases(decided(verdict)).values()

    assert verdict in properties(case)


def test_junit_counts_what_it_holds_and_leaves_out_what_was_not_selected() -> None:
    left_out = decided(Verdict.NOT_RUN, id="AUD-LEFT-OUT", selected=False)

    suite = ET.fromstring(junit_report.render(reported(*EVERYTHING[1:], left_out))).find("testsuite")  # noqa: S314 - ours

    assert suite is not None
    numbers = [suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")]
    assert numbers == [str(len(Verdict) * len(Level)), "5", "3", "0"]


def test_hostile_answers_leave_well_formed_xml(hostile: Report) -> None:
    suites = ET.fromstring(junit_report.render(hostile))  # noqa: S314 - ours

    assert "<script>alert(1)</script>]]>" in (suites.findtext(".//failure") or "")


# Markdown


def test_code_of_a_target_does_not_end_its_fence(hostile: Report) -> None:
    text = markdown_report.render(hostile)

    assert "\n`````diff\n" in text
    assert "\n`````sh\n" in text
    assert [fence for fence in re.findall("^`{3,}", text, re.MULTILINE) if fence not in ("````", "`````")] == []


def test_a_target_mentions_nobody_outside_of_code(hostile: Report) -> None:
    text = re.sub(r"(?ms)^(`{3,})\w*$.*?^\1$", "", markdown_report.render(hostile))
    prose = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)

    assert "@all" not in prose
    assert "@<!-- -->all" in prose
    assert "<script" not in prose.replace(r"\<script", "")


def test_a_long_report_is_cut_with_a_note_and_keeps_what_decides() -> None:
    failed = [replace(with_exchange(response_body=b"x" * 9_000), id=f"AUD-{n}") for n in range(400)]

    text = markdown_report.render(reported(*[decided(Verdict.NOT_RUN, Level.MAY)] * 50, *failed))

    shown = len(re.findall("^#### ", text, re.MULTILINE))
    assert 50_000 < len(text) <= 60_000
    assert shown > 20
    assert f"{450 - shown} more" in text[-200:]
    assert text.count("```") % 2 == 0


def test_a_short_report_has_no_such_note() -> None:
    assert "did not fit" not in markdown_report.render(reported(FAILED))


# Terminal


def test_the_verdict_is_the_last_line_and_the_counts_stand_above() -> None:
    lines = text_report.render(reported(FAILED, decided(Verdict.FAIL, Level.MAY), decided(Verdict.PASS))).split("\n")

    assert lines[-3] == "counts   1 pass, 2 fail (1 MUST, 1 MAY)"
    assert lines[-2] == "verdict  nonconformant: Does not conform. 1 of 2 MUST requirements is violated."


def test_the_words_that_differ_are_marked_below() -> None:
    lines = text_report.render(reported(FAILED)).split("\n")

    place = lines.index("    status 409 with a code")
    assert lines[place + 1] == "           ^^^"


def test_a_long_line_is_marked_piece_by_piece() -> None:
    found = replace(FAILED, violations=(replace(FINDING, expected="same " * 30 + "409", actual="same " * 30 + "200"),))

    lines = text_report.render(reported(found)).split("\n")

    place = lines.index("    " + ("same " * 10) + "409")
    assert lines[place + 1] == " " * 54 + "^^^"


def test_colour_is_there_only_where_it_is_asked_for() -> None:
    assert "\x1b" not in text_report.render(reported(FAILED))
    assert "status \x1b[31m200\x1b[0m with" in text_report.render(reported(FAILED), colour=True)


def test_findings_that_say_the_same_are_shown_once() -> None:
    other = replace(FINDING, actual="status 500 with a code")

    text = text_report.render(reported(replace(FAILED, violations=(FINDING, FINDING, other))))

    assert text.count("status 200 with a code") == 1
    assert text.count("status 500 with a code") == 1
    assert "violated in 3 of 90 checks" in text


def test_findings_that_differ_by_an_identifier_alone_are_shown_once_and_the_rest_counted() -> None:
    found = [replace(FINDING, actual=f'200 {{"traceId":"00000000{number:04x}"}}') for number in range(9)]

    text = text_report.render(reported(replace(FAILED, violations=tuple(found))))

    assert text.count("00000000") == 1
    assert "8 more are not shown" in text


def test_where_everything_differs_nothing_is_marked() -> None:
    found = replace(FINDING, expected="a refusal", actual="200 success")

    assert "^" not in text_report.render(reported(replace(FAILED, violations=(found,))))


def test_what_was_not_decided_for_one_reason_tells_it_once() -> None:
    undecided = [decided(Verdict.NOT_RUN, id=f"AUD-{number}", reason="no jobs here") for number in range(3)]

    lines = text_report.render(reported(*undecided)).split("\n")

    assert lines.count("  reason: no jobs here") == 1
    assert "open     AUD-0 AUD-1 AUD-2" in lines


def test_a_reader_is_told_that_the_key_has_to_be_put_in() -> None:
    assert "note: no key is shown" in text_report.render(reported(FAILED))
    assert "note: no key is shown" not in text_report.render(reported(decided(Verdict.PASS)))


# Sections


@pytest.mark.parametrize(
    ("verdict", "level", "section"),
    [
        (Verdict.FAIL, Level.MUST, Section.VIOLATED),
        (Verdict.FAIL, Level.SHOULD, Section.WARNING),
        (Verdict.NOT_RUN, Level.MUST, Section.UNDECIDED),
        (Verdict.NOT_RUN, Level.MAY, Section.NOT_RUN),
        (Verdict.ERROR, Level.MAY, Section.ERROR),
        (Verdict.STALE, Level.MAY, Section.STALE),
        (Verdict.EXPECTED, Level.MUST, Section.EXPECTED),
        (Verdict.UNEXERCISED, Level.MUST, Section.UNEXERCISED),
        (Verdict.PASS, Level.MUST, Section.PASSED),
    ],
)
def test_a_requirement_stands_in_its_section(verdict: Verdict, level: Level, section: Section) -> None:
    one = decided(verdict, level)

    assert reported(one).section(section) == (one,)


def test_a_run_that_conforms_says_how_much_was_checked() -> None:
    text = text_report.render(reported(decided(Verdict.PASS), decided(Verdict.UNEXERCISED)))

    assert "No violation seen: 1 of 2 MUST requirements checked and held, 1 never arose." in text


# Difference


def test_the_pieces_of_a_difference_are_the_texts() -> None:
    expected, came_back = difference("409, code A\nand more", "200,  code B")

    assert "".join(piece.text for piece in expected) == "409, code A\nand more"
    assert "".join(piece.text for piece in came_back) == "200,  code B"


def test_texts_that_have_nothing_in_common_are_marked_whole() -> None:
    expected, came_back = difference("one two three four and five", "uno due and tre quattro cinque")

    assert [piece.differs for piece in expected + came_back] == [True, True]


def test_equal_texts_are_not_marked() -> None:
    assert not any(piece.differs for side in difference("409 a", "409 a") for piece in side)


# Commands


def given_to_curl(command: str, key: str = "the key") -> tuple[list[str], bytes]:
    seen = 'curl() { printf "%s\\0" "$@"; printf "\\1"; case "$*" in *@-*) cat;; esac; }'
    ran = subprocess.run(  # noqa: S603 - the command is what is tested
        ["/bin/bash", "-c", f"{seen}; {command}"],
        env={"AUDIENCE_API_KEY": key},
        capture_output=True,
        check=True,
        timeout=10,
    )
    words, _, sent = ran.stdout.partition(b"\0\1")
    return words.decode("utf-8", "surrogateescape").split("\0"), sent


def command_of(**changed: Any) -> str:
    return curl(reported(with_exchange(**changed)).decided[0].violations[0].exchanges[0])


def test_a_command_says_method_header_and_address_and_the_shell_fills_in_the_key() -> None:
    command = command_of()

    assert command == f'curl -s -i -X DELETE -H "authorization: Bearer $AUDIENCE_API_KEY" {URL}'
    assert given_to_curl(command)[0][-2:] == ["authorization: Bearer the key", URL]


@pytest.mark.parametrize(
    "value", ["it's", '"', "$HOME", "`id`", "$(id)", "a\\b", "!!", "%s", "é", "\x1b[31m", "\u202e", "\t", "  ", "{}[]"]
)
def test_whatever_a_header_or_a_body_holds_reaches_curl_unchanged(value: str) -> None:
    command = command_of(
        request_headers=(("x-plain", value), ("x-key", f"{value}{KEY}")),
        request_body=f"{value}{KEY}{value}".encode(),
    )

    words = given_to_curl(command)[0]
    assert words[words.index("x-plain: " + value) + 2] == f"x-key: {value}the key"
    assert words[words.index("--data-raw") + 1] == f"{value}the key{value}"


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a\0b", b"\0'%s\\n%", bytes(range(256))])
def test_bytes_that_are_no_text_reach_curl_unchanged(raw: bytes) -> None:
    command = command_of(method="POST", request_body=raw + KEY.encode() + raw)

    words, sent = given_to_curl(command)
    assert words[words.index("--data-binary") + 1] == "@-"
    assert sent == raw + b"the key" + raw


def test_a_body_without_a_media_type_is_not_called_a_form() -> None:
    assert "-H Content-Type: --data-raw" in command_of(request_body=b"{}")


def test_a_header_that_is_sent_empty_is_sent_empty() -> None:
    assert "-H 'x-empty;'" in command_of(request_headers=(("x-empty", ""),))


def test_a_host_of_its_own_is_told_and_the_usual_one_is_not() -> None:
    assert "-H 'host: evil'" in command_of(request_headers=(("host", "evil"),))
    assert "host" not in command_of(request_headers=(("host", "target:8080"),))


@pytest.mark.parametrize(
    ("path", "option"),
    [("/a[1]", "-g"), ("/{a}", "-g"), ("/../b", "--path-as-is"), ("/a/.", "--path-as-is"), ("/.?a", "--path-as-is")],
)
def test_curl_is_told_to_leave_an_address_as_it_is(path: str, option: str) -> None:
    assert f" {option} " in command_of(url=f"http://target{path}")


def test_plain_reading_needs_no_method() -> None:
    assert command_of(method="GET", request_headers=()) == f"curl -s -i {URL}"
    assert command_of(method="HEAD", request_headers=()) == f"curl -s -i -I {URL}"


# Redaction


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{KEY}", "$AUDIENCE_API_KEY"),
        (f"{KEY}x", "$AUDIENCE_NEAR_MISS"),
        (f"{KEY}Y", "${AUDIENCE_API_KEY}Y"),
        ("ak%5flive%2B5f2c.", "$AUDIENCE_API_KEY."),
        ("nothing", "nothing"),
    ],
)
def test_a_secret_is_replaced_in_every_form(text: str, expected: str) -> None:
    assert redaction(SECRETS)(text) == expected


def test_without_secrets_nothing_is_replaced() -> None:
    assert redaction({"": "AUDIENCE_NONE"})("any text") == "any text"


@pytest.mark.parametrize("name", ["PATH", "audience_key", "AUDIENCE_", "AUDIENCE_KEY$(id)"])
def test_a_name_that_a_shell_would_take_for_another_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="begins with AUDIENCE_"):
        redaction({"secret": name})
