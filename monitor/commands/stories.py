"""The commands `classify` and `evaluate`. Their work, heavy to import, is in `judging` and imported when they run."""

from typing import Annotated

import typer

CLASSIFY_HELP = "Example:\n\n    twinwatch classify stories.jsonl > verdicts.jsonl"
EVALUATE_HELP = "Example:\n\n    twinwatch evaluate seeds/stories/dev.jsonl --stream"
FileArgument = Annotated[str, typer.Argument(help="A file of JSON lines, or - for standard input.")]
LabelledArgument = Annotated[str, typer.Argument(help="A file of labelled JSON lines, or - for standard input.")]
StreamOption = Annotated[bool, typer.Option("--stream", help="Also count false alarms per 1,000 stories.")]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command(epilog=CLASSIFY_HELP)(classify)
    app.command(epilog=EVALUATE_HELP)(evaluate)


def classify(file: FileArgument = "-") -> None:
    """Judges stories: JSON lines in, one verdict line out for each, in the same order.

    A line holds id, url, title and text, and may hold lang and published_at. A broken line is told on standard error.
    """
    from monitor.commands import judging

    judging.classify(file)


def evaluate(file: LabelledArgument, stream: StreamOption = False) -> None:
    """Measures the judge on labelled stories: relevance, pairs, acts, days and grouping.

    Borderline stories count in no headline figure; the last column has them in. A story without published_at is dated
    by its label's event_date, so that days without a year can be read.
    """
    from monitor.commands import judging

    judging.evaluate(file, stream)
