"""Documents without the characters that no XML file may hold, whoever typed them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simkit.reporting.documents.document import Document

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(document: Document) -> Document:
    """Return *document* with all texts free of control characters and lone surrogates."""
    sections = [
        replace(
            section,
            heading=_legal(section.heading),
            lead=_legal(section.lead),
            blocks=[
                block._replace(content=type(block.content).model_validate(_legal(block.content.model_dump())))
                for block in section.blocks
            ],
        )
        for section in document.sections
    ]
    texts = {name: _legal(getattr(document, name)) for name in ("title", "lead", "provenance")}
    return replace(document, sections=sections, **texts)


def _legal(value: Any) -> Any:  # noqa: ANN401 - whatever a model is dumped to
    if isinstance(value, str):
        return _ILLEGAL.sub("", value)
    if isinstance(value, Mapping):
        return {_legal(key): _legal(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return tuple(map(_legal, value))
    return value
