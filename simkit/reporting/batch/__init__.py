"""Reports of studies: planned, executed as far as something changed, written, and listed in a catalogue."""

from simkit.reporting.batch.batch import ReportError, WrittenReport, failures_of, write_report, write_reports
from simkit.reporting.batch.planned import PlannedReport

__all__ = ["PlannedReport", "ReportError", "WrittenReport", "failures_of", "write_report", "write_reports"]
