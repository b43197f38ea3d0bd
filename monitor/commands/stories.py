"""The commands `classify`, `evaluate` and `train`. Their work is heavy to import, so it is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

CLASSIFY_HELP = "Example:\n\n    twinwatch classify stories.jsonl > verdicts.jsonl"
EVALUATE_HELP = "Example:\n\n    twinwatch evaluate seeds/stories/gate.jsonl --stream"
TRAIN_HELP = "Example:\n\n    twinwatch train --out weights.json"
FileArgument = Annotated[str, typer.Argument(help="A file of JSON lines, or - for standard input.")]
LabelledArgument = Annotated[str, typer.Argument(help="A file of labelled JSON lines, or - for standard input.")]
StreamOption = Annotated[bool, typer.Option("--stream", help="Also count false alarms per 1,000 stories.")]

CorpusArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Files of labelled JSON lines.", show_default="the bundled stories but the gate's"),
]
OutOption = Annotated[Path | None, typer.Option(help="Where the weights go.", show_default="weights.json in seeds_dir")]
JudgementsOption = Annotated[
    bool, typer.Option("--judgements/--no-judgements", help="Also learn from what readers judged of stored events.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command(epilog=CLASSIFY_HELP)(classify)
    app.command(epilog=EVALUATE_HELP)(evaluate)
    app.command(epilog=TRAIN_HELP)(train)


def classify(file: FileArgument = "-") -> None:
    """Judges stories: JSON lines in, one verdict line out for each, in the same order.

    A line holds id, url, title and text, and may hold lang and published_at. A broken line is told on standard error.
    """
    from monitor.commands import judging

    judging.classify(file)


def evaluate(file: LabelledArgument, stream: StreamOption = False) -> None:
    """Measures the judge on labelled stories: relevance, pairs, acts, days and grouping.

    Stories that the weights were trained on (`dev.jsonl`, `training.jsonl`) flatter them: measure on others. Borderline
    stories count in no headline figure; the last column has them in. A story without published_at is dated
    by its label's event_date, so that days without a year can be read.
    """
    from monitor.commands import judging

    judging.evaluate(file, stream)


def train(files: CorpusArgument = None, out: OutOption = None, judgements: JudgementsOption = True) -> None:
    """Fits the judge's weights to labelled stories and shows how good they are on stories they have not seen.

    Needs scikit-learn: `pip install --editable '.[train]'` in Twinwatch's folder. Weights in
    `seeds_dir` take the place of the bundled ones.
    """
    from monitor.commands import training

    training.train(files or (), out, with_judgements=judgements)
