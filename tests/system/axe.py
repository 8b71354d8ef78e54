"""The accessibility of a page, as axe-core judges it."""

from pathlib import Path

from playwright.sync_api import Page

from tests.system.npm import install

_PACKAGE = "axe-core@4.11.0"
_RUN = """async () => {
    const { violations } = await axe.run(document);
    const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' and ')}`);
}"""


class Axe:
    """The program, which is put into a page; the policy of the page does not concern it."""

    def __init__(self, folder: Path) -> None:
        (folder / "package.json").write_text('{"private": true}')
        install(folder, _PACKAGE)
        self._program = (folder / "node_modules/axe-core/axe.min.js").read_text("utf-8")

    def complaints(self, page: Page) -> list[str]:
        """Return what is serious or critical on a page."""
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(self._program)
        found: list[str] = page.evaluate(_RUN)
        return found
