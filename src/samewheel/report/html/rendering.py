"""Templates and values to pages: everything escaped, and nothing but our own script and style allowed to work.

Names and contents of wheels are other people's. Three things keep them text: the template engine escapes every value;
what is not printable, such as marks that turn the direction of writing around, is spelt out; and the page's policy
(Content Security Policy, level 3) allows one script and one style, by their hashes, and no address at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from samewheel._text import printable

__all__ = ["data_block", "plain", "policy", "render", "render_page"]

PACKAGE = "samewheel.report.html"

POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'"
)
"""What a page may do: run its own script, look as its own style says, and nothing else."""

IN_DATA = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""What JSON in a page is written without: it ends the element that it is in, or the line."""


def plain(text: str) -> str:
    """Return a text of several lines with all that is not printable spelt out, but for tabs and ends of lines."""
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


def _shown(value: object) -> object:
    """Return what a template prints of a value: text without surprises; what is marked as markup is our own."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment


@cache
def _own(name: str) -> str:
    """Return a script or a style of ours, which stands between its tags as it is."""
    text = files(PACKAGE).joinpath("templates", name).read_text("utf-8")
    if "</" in text:
        raise ValueError(f"{name} would end its own element")
    return text


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def policy(script: str, style: str) -> str:
    """Return the Content Security Policy of a page with this script and this style."""
    return POLICY.format(script=_hash(script), style=_hash(style))


def _data(value: object) -> object:
    """Return a value of JSON in which all texts are plain."""
    if isinstance(value, dict):
        return {name: _data(inner) for name, inner in value.items()}
    return [_data(inner) for inner in value] if isinstance(value, list | tuple) else _shown(value)


def data_block(value: object) -> Markup:
    """Return a value as JSON that can stand in an element, whatever it holds; no script reads it but ours."""
    text = json.dumps(_data(value), ensure_ascii=False, separators=(",", ":"))
    for letter, escaped in IN_DATA.items():
        text = text.replace(letter, escaped)
    return Markup(text)  # noqa: S704 - nothing in it can end the element


def render(template: str, **values: object) -> str:
    """Return what a template makes of values."""
    return _environment().get_template(template).render(values)


def render_page(template: str, *, scripts: tuple[str, ...], styles: tuple[str, ...], **values: object) -> str:
    """Return a whole page with its own scripts and styles in it."""
    script, style = ("".join(map(_own, names)) for names in (scripts, styles))
    own = {"script": Markup(script), "style": Markup(style)}  # noqa: S704 - our own files
    return render(template, policy=policy(script, style), **own, **values)
