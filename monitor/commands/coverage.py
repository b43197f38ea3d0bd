"""The command `coverage`. Its work is heavy to import, so it is imported when it runs."""

from enum import StrEnum
from typing import Annotated

import typer


class Form(StrEnum):
    table = "table"
    json = "json"


DaysOption = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days back.")]
FormOption = Annotated[Form, typer.Option("--format", "-f", help="As a table for people, or as JSON.")]


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(epilog="Example: `twinwatch coverage --days 90`")(coverage)


def coverage(days: DaysOption = 30, form: FormOption = Form.table) -> None:
    """Says how much of what happens the outlets find by themselves, measured by search services, and what they missed.

    Of the events that search services show, the share that feeds of outlets showed too; and, by capture and recapture
    (Chapman's estimator with its 95 % interval), how many events there were in all. By language.
    """
    import json

    from monitor.application import Application
    from monitor.coverage import measure_coverage
    from monitor.coverage_rows import describe_report, report_json

    application = Application()
    report = measure_coverage(application, days)
    if form is Form.json:
        typer.echo(json.dumps(report_json(report, application.gazetteer), ensure_ascii=False))
        return
    for line in describe_report(report, application.gazetteer):
        typer.echo(line)
