"""The interactive comparison: a model without widgets, and a view of widgets for JupyterLab and for a served page."""

from simkit.workbench.view import Workbench, open_workbench

__all__ = ["Workbench", "open_workbench"]
