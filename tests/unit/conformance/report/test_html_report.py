from html.parser import HTMLParser

from conformance.report import html_report
from conformance.results.verdicts import Verdict
from tests.harness.sample_report import EVERYTHING, FAILED, VIOLATION, failure, hostile_report, report_of, result_of


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_a_target_adds_no_element_to_the_page() -> None:
    tags = Tags(html_report.render(hostile_report()))

    assert len(tags.named("script")) == 1
    assert [attributes for _, attributes in tags.elements if any(name.startswith("on") for name in attributes)] == []


def test_the_page_asks_for_nothing_from_outside() -> None:
    tags = Tags(html_report.render(report_of(*EVERYTHING)))

    assert [attributes["href"] for attributes in tags.named("link")] == ["data:,"]
    assert [attributes for _, attributes in tags.elements if "src" in attributes] == []


def test_a_source_that_is_no_address_is_no_link() -> None:
    page = html_report.render(report_of(failure(VIOLATION, source="javascript:alert(1)")))

    assert [link["href"] for link in Tags(page).named("a")] == [f"#{FAILED.requirement.id}"]
    assert "javascript:alert(1)" in page


def test_the_page_names_the_violated_sentences_before_anything_else() -> None:
    page = html_report.render(
        report_of(result_of(Verdict.PASS), *[failure(VIOLATION, id=f"AUD-{n}") for n in range(7)])
    )

    head = page.partition("</header>")[0]
    assert head.count("<li>") == 5
    assert "and 2 more" in head
    assert "7 of 8 MUST requirements are violated." in head


def test_the_words_that_differ_are_marked_on_the_page() -> None:
    page = html_report.render(report_of(FAILED))

    assert "status <mark>409</mark> with a code" in page
    assert "status <mark>200</mark> with a code" in page
