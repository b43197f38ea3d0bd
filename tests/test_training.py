"""Training: signs are held, events are never split between training and measuring, wrong lines are told."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from monitor.commands.stories import register
from monitor.judging.candidates import Candidate
from monitor.judging.examples import Example, make_examples, mix_quiet
from monitor.judging.judge import WEIGHTS_NAME, load_knowledge
from monitor.judging.lines import LabelledStory, parse_labelled_line
from monitor.judging.training import Priors, cross_validate, load_priors, train
from monitor.judging.units import Feature
from seeds.catalogue import load_catalogue
from seeds.errors import SeedError

PRIORS = Priors({"bias": -1.0, "title_both": 1.0, "title_crime": -1.0}, {"bias": -1.0, "title_both": 1.0})


def make_example(number: int, *, relevant: bool, group: str = "", **features: float) -> Example:
    seen = {name: Feature(value) for name, value in features.items()}
    candidate = Candidate("VN-46", "KR-44", (), (), seen)
    wanted = frozenset({("VN-46", "KR-44")}) if relevant else frozenset[tuple[str, str]]()
    return Example(str(number), group or str(number), relevant, False, wanted, (candidate,))


def make_corpus() -> list[Example]:
    told = [make_example(n, relevant=True, title_both=1.0) for n in range(20)]
    # Chance would have it that the few stories with a word of crime are true: that must not make it speak for one.
    told += [make_example(n, relevant=True, title_both=1.0, title_crime=1.0) for n in range(20, 24)]
    return told + [make_example(n, relevant=False) for n in range(24, 48)]


def test_a_weight_never_turns_its_sign_around() -> None:
    weights = train(make_corpus(), PRIORS)

    assert weights.relevance["title_both"] > 0
    assert weights.relevance["title_crime"] <= 0


def test_what_is_seen_in_true_stories_only_makes_a_yes() -> None:
    weights = train(make_corpus(), PRIORS)

    assert weights.answer(share(weights.relevance, "title_both")) == "yes"
    assert weights.answer(share(weights.relevance)) == "no"


def share(table: dict[str, float], *names: str) -> float:
    from monitor.judging.verdict import score_features

    return score_features({name: Feature(1.0) for name in names}, table)


def test_stories_of_one_event_are_measured_by_weights_that_saw_none_of_them() -> None:
    corpus = [make_example(n, relevant=n % 2 == 0, group=f"e{n // 3}", title_both=float(n % 2 == 0)) for n in range(48)]

    weights = cross_validate(corpus, PRIORS)

    assert set(weights) == {example.id for example in corpus}
    for number in range(0, 48, 3):
        assert weights[str(number)] is weights[str(number + 1)] is weights[str(number + 2)]


def test_weights_do_not_depend_on_chance() -> None:
    assert train(make_corpus(), PRIORS) == train(make_corpus(), PRIORS)


def test_every_prior_is_a_feature_and_every_weight_has_one() -> None:
    priors, weights = load_priors(), load_knowledge().weights

    assert set(priors.relevance) == set(weights.relevance)
    assert set(priors.pair) == set(weights.pair)


@pytest.mark.parametrize("text", ["", "relevance: {bias: x}\npair: {bias: 1}\n", "relevance: {bias: 1}\n", "- a\n"])
def test_a_broken_file_of_priors_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "priors.yml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SeedError, match=r"priors\.yml"):
        load_priors(path)


def make_row(number: int, **changes: Any) -> dict[str, Any]:
    true = number % 2 == 0
    text = "Ngày 3/5, Chủ tịch UBND tỉnh Thanh Hóa tiếp đoàn thành phố Seongnam (Hàn Quốc)." if true else (
        "Hãng hàng không mở đường bay từ Thanh Hóa đi Seongnam (Hàn Quốc), vé bán từ ngày 3/5."
    )
    return {
        "id": f"t{number}", "url": "", "lang": "vi", "title": "Thanh Hóa và Seongnam", "text": text,
        "relevant": true, "pairs": [["Thanh Hóa", "Seongnam"]] if true else [], "act": "visit" if true else None,
        "event_date": "2024-05-03", "event_id": f"e{number}" if true else None, "borderline": False,
    } | changes


def read(rows: list[dict[str, Any]]) -> list[LabelledStory]:
    return [parse_labelled_line(row, load_catalogue()) for row in rows]


def test_labels_become_the_pairs_that_the_judge_should_find() -> None:
    (told, quiet) = make_examples(read([make_row(0), make_row(1)]), load_knowledge())

    assert (told.wanted, quiet.wanted) == ({("VN-38", "KR-41130")}, frozenset())


def test_mixed_pages_are_made_of_quiet_stories_and_stay_with_the_first() -> None:
    rows = read([make_row(number) for number in range(20)])

    mixed = list(mix_quiet(rows))

    assert mixed
    assert {row.label.relevant for row in mixed} == {False}
    assert {row.label.event_id for row in mixed} <= {row.label.id for row in rows if not row.label.relevant}


def run(tmp_path: Path, rows: list[Any], *arguments: str) -> Any:
    app = typer.Typer()
    register(app)
    app.command()(lambda: None)
    file = tmp_path / "stories.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    return CliRunner().invoke(app, ["train", str(file), "--no-judgements", *arguments])


def test_train_writes_weights_that_the_judge_loads(tmp_path: Path) -> None:
    result = run(tmp_path, [make_row(n) for n in range(24)], "--out", str(tmp_path / "own" / WEIGHTS_NAME))

    assert result.exit_code == 0
    assert load_knowledge(tmp_path / "own").weights != load_knowledge().weights


def test_train_tells_the_number_of_a_broken_line_and_does_the_rest(tmp_path: Path) -> None:
    rows = [make_row(0), "{", make_row(2, act="parade"), make_row(3, event_date="yesterday"),
            *(make_row(n) for n in range(4, 28))]

    result = run(tmp_path, rows, "--out", str(tmp_path / WEIGHTS_NAME))

    assert result.exit_code == 1
    assert "line 2: not JSON" in result.stderr
    assert "line 3: 'act' is unknown" in result.stderr
    assert "line 4: 'event_date' is no day" in result.stderr
    assert (tmp_path / WEIGHTS_NAME).exists()


def test_train_refuses_too_few_stories(tmp_path: Path) -> None:
    result = run(tmp_path, [make_row(0), make_row(1)], "--out", str(tmp_path / WEIGHTS_NAME))

    assert result.exit_code != 0
    assert "too few stories" in str(result.exception)
    assert not (tmp_path / WEIGHTS_NAME).exists()
