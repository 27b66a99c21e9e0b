"""HTML from the package's templates; whatever comes from parameters is escaped by the template engine."""

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> Markup:
    """Return a template of this package as HTML, with every text in *values* escaped."""
    return Markup(_environment().get_template(template).render(**values))  # noqa: S704 - the environment escapes


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
