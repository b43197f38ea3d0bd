"""The command `explain`. Its work is heavy to import, so it is imported when it runs."""

from enum import StrEnum
from typing import Annotated

import typer

EPILOG = (
    "Example: `twinwatch explain https://paper.example/story.html`; `twinwatch explain 17`; `twinwatch explain "
    "e1b2c3d4e5f6`; `twinwatch explain --file stories.jsonl`"
)


class Form(StrEnum):
    text = "text"
    json = "json"


WhatArgument = Annotated[
    str | None, typer.Argument(help="A stored article's address or number, an event's id, or - for standard input.")
]
FileOption = Annotated[str | None, typer.Option("--file", help="Explain each story of this file of JSON lines.")]
FormOption = Annotated[Form, typer.Option("--format", "-f", help="As text for people, or as JSON.")]


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(epilog=EPILOG)(explain)


def explain(what: WhatArgument = None, file: FileOption = None, form: FormOption = Form.text) -> None:
    """Explains a verdict: the places found, each rule that fired and its weight, the facts, and the event it is in.

    Stories of a file are lines as `classify` takes them: id, url, title and text, perhaps lang and published_at.

    JSON: one object for each. Of a story: kind (article or story), id, url, outlet, lang, title, published_at, stored
    (verdict, score, rules_version, is_of_today; null where it is not in the store), explanation (verdict, score,
    points, yes_from, unsure_from, lang, places, mentions, reasons, facts, rules_version) and events. Of an event:
    kind (event), id, act, stage, happened_on, verdict, pairs, judgements (answer, reader, judged_at), changes (kind,
    other_id, reason, changed_at), grouping (first_id, members, near) and articles.
    """
    from monitor.commands import explaining

    explaining.explain(what, file, as_json=form is Form.json)
