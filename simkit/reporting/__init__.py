"""Charts, notebooks and documents: what a study says, in English and Chinese."""

import sys
from typing import TYPE_CHECKING

# jsonschema, which nbformat imports, compiles 35 grammars of this optional parser: 1.5 s of CPU at every start. Absent, it is
# skipped. This must happen before the first import of nbformat, and nothing of this package can be imported earlier.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    from simkit.reporting.batch import ReportError, write_report

__all__ = ["ReportError", "write_report"]


def __getattr__(name: str) -> object:
    """Import the report writer when it is asked for: a notebook's kernel draws charts and needs neither papermill nor nbconvert."""
    if name in __all__:
        from simkit.reporting import batch  # noqa: PLC0415

        return getattr(batch, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
