"""The work of `train`: labelled stories and readers' judgements in, a file of weights and its figures out."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import typer
from rich.console import Console

from monitor.application import Application
from monitor.assess import make_story
from monitor.commands.input import Desk, open_desk, open_input, show_progress
from monitor.commands.judging import judge_labelled, show_figures
from monitor.judging.evaluation import Judged, Labelled
from monitor.judging.examples import make_examples
from monitor.judging.judge import WEIGHTS_NAME
from monitor.judging.lines import Fault, LabelledStory, parse_labelled
from monitor.judging.verdict import Weights
from seeds.errors import InputError, TwinwatchError
from seeds.settings import load_settings
from storage.store import has_store
from storage.values import Judgement

STORIES = Path(__file__).parents[2] / "seeds" / "stories"
# The gate part is never trained on: it is what the floors of the tests are measured by.
TRAINING_FILES = ("dev.jsonl", "training.jsonl")
FINGERPRINT_LENGTH = 16
LEAST_EVENTS = 8


@dataclass(frozen=True)
class Corpus:
    """What is trained on: the stories, and a fingerprint of the lines they came from."""

    stories: list[LabelledStory]
    fingerprint: str
    broken: int


def train(files: Sequence[str], out: Path | None, *, with_judgements: bool) -> None:
    """Fits the weights, prints their cross-validated figures, writes them to `out` (default: in `seeds_dir`)."""
    _check_extra()
    target = out or _find_target()
    desk = open_desk()
    corpus = read_corpus(files or [str(STORIES / name) for name in TRAINING_FILES], desk)
    if with_judgements:
        corpus = add_judgements(corpus, desk)
    console = Console()
    weights, rows = _train(corpus, desk)
    show_figures(rows, desk, stream=True)
    write_weights(target, weights, corpus.fingerprint)
    console.print(f"Trained on {len(corpus.stories)} stories; the figures are of weights that had not seen the story "
                  f"nor its event. Written to {target}; `twinwatch reassess` shows what they would change.")
    if corpus.broken:
        raise typer.Exit(1)


def read_corpus(files: Iterable[str], desk: Desk) -> Corpus:
    """The labelled stories of `files`; a broken line is told on standard error and passed over."""
    digest, stories, broken = hashlib.sha256(), [], 0
    for file in files:
        with open_input(file) as lines:
            kept = list(lines)
        digest.update(b"".join(kept))
        for row in parse_labelled(kept, desk.catalogue):
            if isinstance(row, Fault):
                typer.echo(f"{file}: {row}", err=True)
                broken += 1
            else:
                stories.append(row)
    return Corpus(stories, digest.hexdigest()[:FINGERPRINT_LENGTH], broken)


def add_judgements(corpus: Corpus, desk: Desk) -> Corpus:
    """The corpus with the articles of every event that readers judged; an answer is part of the fingerprint.

    Where there is no store nothing is added, and none is made.
    """
    settings = load_settings()
    if not has_store(settings.database_address):
        return corpus
    application = Application(settings)
    application.knowledge, application.catalogue = desk.knowledge, desk.catalogue
    judgements = application.store.judgements.judged_events()
    judged = [row for event_id in sorted(judgements) for row in _label(event_id, judgements[event_id], application)]
    if not judged:
        return corpus
    told = [[row.label.relevant, row.label.event_id, row.story.title, row.story.text] for row in judged]
    digest = hashlib.sha256(json.dumps([corpus.fingerprint, told]).encode()).hexdigest()
    return Corpus([*corpus.stories, *judged], digest[:FINGERPRINT_LENGTH], corpus.broken)


def _label(event_id: str, judgement: Judgement, application: Application) -> Iterator[LabelledStory]:
    """The articles of a judged event; of a true one they tell what it is about."""
    event, relevant, name = application.store.events.get(event_id), judgement.answer == "yes", application.gazetteer
    assert event is not None
    pairs = tuple((name.contract_name(vn), name.contract_name(kr)) for vn, kr in event.pairs) if relevant else ()
    for article in application.store.articles.of_event(event_id):
        story = make_story(article, application)
        label = Labelled(
            id=f"judged {event_id} {article.id}", lang=story.lang, relevant=relevant, borderline=False, pairs=pairs,
            act=event.act if relevant else None, happened_on=event.happened_on if relevant else None,
            event_id=event_id, stage=event.stage if relevant else None,
        )
        yield LabelledStory(label, story)


def write_weights(path: Path, weights: Weights, fingerprint: str) -> None:
    """The weights as the data file that the judge loads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"corpus": fingerprint, **asdict(weights)}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _check_extra() -> None:
    if find_spec("sklearn") is None:
        advice = "`pip install --editable '.[train]'` in Twinwatch's folder"
        raise TwinwatchError("training needs scikit-learn", advice=advice)


def _find_target() -> Path:
    seeds_dir = load_settings().seeds_dir
    if seeds_dir is None:
        raise InputError("no place for the weights", advice="set `seeds_dir`, or name a file with --out")
    return seeds_dir / WEIGHTS_NAME


def _train(corpus: Corpus, desk: Desk) -> tuple[Weights, list[Judged]]:
    from monitor.judging.training import cross_validate, load_priors, train

    with show_progress("Training") as progress:
        progress.add_task("", total=None)
        examples = make_examples(corpus.stories, desk.knowledge)
        if len({e.group for e in examples}) < LEAST_EVENTS:
            raise InputError(f"too few stories to train on: they must tell of {LEAST_EVENTS} events or more")
        priors = load_priors()
        held_out = cross_validate(examples, priors)
        rows = [judge_held_out(row, held_out[row.label.id], desk) for row in corpus.stories]
        return train(examples, priors), rows


def judge_held_out(row: LabelledStory, weights: Weights, desk: Desk) -> Judged:
    """The story judged by weights that had not seen it."""
    return judge_labelled(row, replace(desk, knowledge=replace(desk.knowledge, weights=weights)))
