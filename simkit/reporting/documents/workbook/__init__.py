"""A report as an Excel workbook: every table and the numbers behind every chart, as numbers."""

from simkit.reporting.documents.workbook.book import write_workbook

__all__ = ["write_workbook"]
