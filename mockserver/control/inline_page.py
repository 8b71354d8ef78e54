"""A page for people in one file: its own style and script inline, and headers that allow these and nothing else."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from string import Template

_TAGS = {"css": "style", "js": "script"}


def inline_page(name: str, *kinds: str) -> tuple[Template, Mapping[str, str]]:
    """Return a page that waits for its content, and its headers.

    Args:
        name: The name that its files begin with.
        kinds: The files besides the HTML: `css`, which stands for `$style` in it, and `js` for `$script`.
    """
    texts = {_TAGS[kind]: _read(f"{name}.{kind}") for kind in kinds}
    sources = "".join(f"{tag}-src {_source(text)}; " for tag, text in texts.items())
    page = Template(_read(f"{name}.html")).safe_substitute(
        {tag: text.replace("$", "$$") for tag, text in texts.items()}
    )
    policy = f"default-src 'none'; {sources}img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return Template(page), {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _read(name: str) -> str:
    return files("mockserver.control").joinpath(name).read_text("utf-8")


def _source(text: str) -> str:
    """Return the source expression of an inline style or script."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
