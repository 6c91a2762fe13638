"""A report as one HTML page: nothing is loaded, nothing runs, and it prints on A4.

Whatever a report says is escaped; the page has no script, so that it can be read anywhere.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from processors.reporting.page.filters import FILTERS

if TYPE_CHECKING:
    from processors.reporting.model import Report


def page(report: Report) -> str:
    """The whole page, UTF-8."""
    return _environment().get_template("page.html").render(report=report)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters |= FILTERS
    return made
