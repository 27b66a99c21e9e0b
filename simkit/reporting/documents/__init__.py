"""Documents from executed notebooks, for people who run nothing."""

from simkit.reporting.documents.document import Document, Section

__all__ = ["Document", "Section"]
