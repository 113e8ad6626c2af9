"""The one template environment, and the pages that are made with it.

Everything is escaped, and every text loses its control and bidi characters on the way out, whatever template it
stands in. Styles and scripts are the package's own files; the page names their hashes and allows nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mentormatch.explain import clean, words
from mentormatch.report import bars, content

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from mentormatch.matching import Matching


def render(matching: Matching, language: str = "en") -> str:
    """Return the report of a matching as one HTML page.

    Parameters
    ----------
    matching
        What it is about; the page may go wherever the matching may.
    language
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        A whole page that loads nothing, the same for the same matching.
    """
    say = words(language)
    style, script = _own("report.css"), _own("report.js")
    return (
        _environment()
        .get_template("matching.html.j2")
        .render(
            say=say,
            style=style,
            script=script,
            policy=_policy(style, script),
            **content.report(say, matching),
        )
    )


def matching_card(matching: Matching) -> str:
    """Return what a notebook shows of a matching: notes first, then counts, then the first pairs."""
    say = words("en")
    return _environment().get_template("card.html.j2").render(say=say, **content.card(say, matching))


def _finalize(value: Any) -> Any:
    """Clean every plain text that a template puts out; what a macro made is markup already."""
    return clean(value) if type(value) is str else value


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mentormatch.report"),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["bars"] = bars
    return environment


@cache
def _own(name: str) -> Markup:
    """Return one of the package's own files, which is the only text that is put in a page as it is."""
    from markupsafe import Markup

    return Markup((files("mentormatch.report") / "templates" / name).read_text("utf-8"))  # noqa: S704  # a file of our own, no answer of anybody's


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
