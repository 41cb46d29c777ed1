"""`rung report`: static pages with charts, readable offline: the state, each district, each program.

From the public marts of the current release alone; `--restricted` adds pages for those who may see the rest.
"""

from rung.report.write import ReportReceipt, report_place, write_report

__all__ = ["ReportReceipt", "report_place", "write_report"]
