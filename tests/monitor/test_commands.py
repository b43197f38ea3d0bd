"""The command line as people meet it: help, listings in three formats, and one line for everything that is wrong."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.main import get_command

from monitor.commands.main import make_app, run_command
from monitor.tables import make_text
from seeds.settings import load_settings
from storage.clock import utc_now
from storage.repository.digests import NewDigest
from storage.store import Store, open_store
from tests.factories import save_event
from tests.fake_clock import START_AT
from tests.monitor.desk import DIEN_BIEN, HUE_EN, HUE_KO, HUE_VI

SHARED = Path(__file__).parents[3] / "shared"
CONTROL = "Thăm\x1b[31m \u202eđoàn [2026] [/bold]"

DESK = '[[subscription]]\nname = "desk"\nnotifier = "email"\nrecipients = ["desk@city.example"]\n'
HEAVY = ("sqlalchemy", "alembic", "trafilatura", "scrapy", "numpy", "pydantic_settings", "lxml", "slack_sdk")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(clean_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in an empty folder: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_command(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def store(clean_folder: Path, sqlite_template: Path) -> Store:
    """The store that the commands use."""
    (clean_folder / "data").mkdir()
    (clean_folder / "data" / "twinwatch.db").write_bytes(sqlite_template.read_bytes())
    return open_store(load_settings().database_address)


def _find_commands(command: Any = None, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    command = command or get_command(make_app())
    inner = [found for name, child in getattr(command, "commands", {}).items()
             for found in _find_commands(child, (*path, name))]
    return ([path] if path else []) + inner


@pytest.mark.parametrize("path", _find_commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(run: Run, path: tuple[str, ...]) -> None:
    code, out, err = run(*path, "--help")

    assert (code, err) == (0, "")
    assert re.search(rf"Example:?\s+(\S+ ){{0,4}}(\S+=\S+ )?twinwatch {path[0]}", out.replace("\n", " ")), out


def test_without_arguments_the_commands_are_listed(run: Run) -> None:
    code, out, _ = run()

    assert code == 0 and "refresh" in out and "--version" in out


def test_the_version_is_shown(run: Run) -> None:
    code, out, _ = run("--version")

    assert code == 0 and re.fullmatch(r"twinwatch \d+\.\d+\.\d+\n", out)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["evnts"], 2, "No such command 'evnts'"),
        (["events", "--limti", "3"], 2, "No such option: --limti"),
        (["events", "--limit", "0"], 2, "Invalid value for '--limit' / '-n': must be at least 1 (`"),
        (["events", "--limit", "few"], 2, "'--limit' / '-n': not a whole number (`"),
        (["events", "--format", "xml"], 2, "'--format' / '-f': 'xml' is not one of 'table', 'jsonl', 'csv' (`"),
        (["events", "--act", "visits"], 1, "did you mean 'visit'?"),
        (["events", "--key", "VN46"], 1, "(did you mean another key? Huế's is 'VN-46')"),
        (["outlets", "--state", "dead"], 1, "no 'dead'"),
        (["runs", "--outlet", "thanhnin"], 1, "did you mean 'thanhnien'?"),
        (["refresh", "thanhnin"], 1, "did you mean 'thanhnien'?"),
        (["refresh"], 1, "crawl.contact: not set"),
        (["digest"], 2, "NAME"),
        (["digest", "nobody"], 1, "no subscription 'nobody'"),
        (["ingest", "missing.jsonl"], 1, "missing.jsonl: cannot be read"),
        (["ingest", "."], 1, "cannot be read"),
        (["classify", "missing.jsonl"], 1, "missing.jsonl"),
        (["extract", "missing.html", "--url", "https://thanhnien.vn/a-1.htm"], 1, "missing.html"),
        (["--config", "missing.toml", "events"], 1, "missing.toml: no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_is_wrong_gets_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    monkeypatch.setenv("TWINWATCH_CONFIG", "twinwatch.toml")  # so that what --config sets is undone
    monkeypatch.delenv("TWINWATCH_CONFIG")

    found, out, err = run(*arguments)

    assert (found, out) == (code, "")
    assert err.startswith("twinwatch: ") and err.count("\n") == 1 and said in err, err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("crawl = 3", "crawl: not a section; one begins with a line such as [crawl]"),
        ("[crawl\n", "not valid TOML"),
        ("[crawl]\ncontct = 'a'", "did you mean 'contact'?"),
        ("[crawl]\noutlets = ['thanhnin']", "crawl.outlets: no outlet 'thanhnin'"),
        ("database_url = 'mysql://here'", "mysql"),
        ("data_dir = '/proc/nowhere'", "/proc/nowhere"),
        ("seeds_dir = 'missing'", "missing"),
    ],
)
def test_a_wrong_setting_gets_one_line(run: Run, clean_folder: Path, settings: str, said: str) -> None:
    (clean_folder / "twinwatch.toml").write_text(settings)

    code, out, err = run("outlets")

    assert (code, out) == (1, "")
    assert err.startswith("twinwatch: ") and err.count("\n") == 1 and said in err, err


def test_a_fault_of_our_own_is_one_line_too_and_debug_shows_where(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("odd\nthing")

    monkeypatch.setattr("storage.repository.runs.RunRepository.find", fail)

    code, _, err = run("runs")
    assert code == 1
    assert err == "twinwatch: a fault of its own: RuntimeError: odd thing (`twinwatch --debug` shows where)\n"

    _, _, err = run("--debug", "runs")
    assert "Traceback" in err and "in fail" in err


def test_a_reader_that_goes_away_is_no_fault(clean_folder: Path) -> None:
    command = [sys.executable, "-m", "monitor.commands.main", "ties", "--format", "jsonl"]
    (clean_folder / "twinwatch.toml").touch()  # without one it is said that the defaults hold

    child = subprocess.Popen(command, cwd=clean_folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None and child.stderr is not None
    child.stdout.close()
    err = child.stderr.read()
    child.wait()

    assert [line for line in err.splitlines() if not line.startswith(b"twinwatch: working on")] == []


def test_events_as_json_lines_have_the_keys_of_the_contract(run: Run, store: Store) -> None:
    save_event(store, "e1", outlet_id="huengaynay")

    code, out, _ = run("events", "--format", "jsonl")

    [event] = map(json.loads, out.splitlines())
    assert code == 0
    assert list(event) == [
        "id", "act", "stage", "happened_on", "pairs", "new_tie", "first_seen_at", "articles",
    ]
    assert event["pairs"] == [
        {"vn": {"key": "VN-46", "name": "Huế"}, "kr": {"key": "KR-44", "name": "Chungcheongnam"}}
    ]
    assert event["first_seen_at"] == "2026-03-02T13:00:00+07:00"
    [article] = event["articles"]
    assert list(article) == ["url", "outlet", "lang", "title", "published_at"]
    assert (article["outlet"], article["published_at"]) == ("huengaynay", "2026-03-02T13:00:00+07:00")


@pytest.mark.parametrize("command", ["events", "ties", "outlets", "runs", "deliveries"])
@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_every_listing_has_all_rows_unless_limited_in_every_format(
    run: Run, store: Store, command: str, form: str
) -> None:
    _fill(store)
    heads = 0 if form == "jsonl" else 1

    _, out, _ = run(command, "--format", form)
    whole = out.splitlines()
    _, out, _ = run(command, "--format", form, "--limit", "2")

    assert len(whole) >= 5 + heads
    assert len(out.splitlines()) == 2 + heads
    assert out.splitlines()[heads] == whole[heads] or form == "table"  # a table's columns are as wide as its rows


def test_a_piped_table_has_one_whole_line_per_row(run: Run, store: Store) -> None:
    save_event(store, "e1", outlet_id="huengaynay")

    _, out, _ = run("events")

    head, row = out.splitlines()
    assert head.split() == ["id", "happened", "on", "pairs", "act", "stage", "new", "tie", "articles", "title"]
    assert "Huế - Chungcheongnam" in row and row.endswith("Tin 1")


def test_an_empty_listing_says_what_to_do(run: Run, store: Store) -> None:
    assert run("events")[1] == "No events. `twinwatch refresh` crawls now.\n"
    assert run("events", "--format", "jsonl")[1] == ""


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("=1+1", "'=1+1"), ("+84 236", "'+84 236"), ("-5 độ", "'-5 độ"), ("@city", "'@city"), ("\t=1", "'=1"),
        ("Huế = Chungnam", "Huế = Chungnam"), ('Huế "ký", hôm nay', 'Huế "ký", hôm nay'),
    ],
)
def test_csv_holds_no_formula(run: Run, store: Store, title: str, cell: str) -> None:
    save_event(store, "e1", outlet_id="huengaynay")
    with store.database.write() as session:
        session.execute(text("UPDATE articles SET title = :title"), {"title": title})

    _, out, _ = run("events", "--format", "csv")

    [row] = csv.DictReader(out.splitlines())
    assert row["title"] == cell


@pytest.mark.parametrize("state", ["broken", "resting"])
def test_a_state_that_no_outlet_is_in_lists_nothing(run: Run, store: Store, state: str) -> None:
    assert run("outlets", "--state", state) == (0, f"No outlet is {state}.\n", "")
    assert run("outlets", "--state", state, "--format", "jsonl") == (0, "", "")


def test_a_subscription_begins_with_the_first_command_that_opens_the_store(run: Run, clean_folder: Path) -> None:
    (clean_folder / "twinwatch.toml").write_text(DESK)
    run("runs")
    store = open_store(load_settings().database_address)
    save_event(store, "e1", 1, utc_now())
    store.close()

    code, out, _ = run("digest", "desk", "--preview")

    assert code == 0 and "Huế" in out


def test_a_preview_is_printed_and_written_for_a_browser(run: Run, clean_folder: Path) -> None:
    (clean_folder / "twinwatch.toml").write_text(DESK)

    code, out, said = run("digest", "desk", "--preview")

    path = Path(out.splitlines()[-1].removeprefix("For a browser: "))
    assert code == 0 and out.startswith("Subject: Twinwatch")
    assert path.is_file() and path.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
    assert said.startswith("Next digest: ")
    assert "For a browser" not in run("digest", "desk")[1]


def test_what_an_archive_brings_is_told_to_a_subscription_that_was_never_met(run: Run, clean_folder: Path) -> None:
    (clean_folder / "twinwatch.toml").write_text(DESK)
    line = {**json.loads(_make_line(HUE_VI, 1)), "published_at": utc_now().date().isoformat()}
    (clean_folder / "a.jsonl").write_text(json.dumps(line))

    assert run("ingest", "a.jsonl")[1].startswith("1 new event:")
    assert HUE_VI["title"] in run("digest", "desk", "--preview")[1]


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["events", "--help"]], ids=" ".join)
def test_help_imports_nothing_heavy(clean_folder: Path, arguments: list[str]) -> None:
    program = (
        "import sys; from monitor.commands.main import run_command; run_command(sys.argv[1:]); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )

    child = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)

    assert child.stderr == "[]\n"


def test_a_delivery_is_handed_over_again_by_its_id(run: Run, store: Store) -> None:
    _fill(store)

    code, out, err = run("deliveries", "--retry", "99")
    assert (code, out, err.count("\n")) == (1, "", 1) and err.startswith("twinwatch: delivery 99: there is none")

    code, out, _ = run("deliveries", "--retry", "1")
    assert code == 1 and out.startswith("reader0@city.example  not sent: cannot be rendered")


def test_a_title_cannot_steer_a_terminal() -> None:
    assert make_text(CONTROL) == "Thăm [31m đoàn [2026] [/bold]"


def test_outlets_that_were_never_crawled_say_why(run: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = {json.loads(line)["reason"] for line in run("outlets", "--format", "jsonl")[1].splitlines()}
    monkeypatch.setenv("TWINWATCH_CRAWL__CONTACT", "desk@city.example")
    with_contact = {json.loads(line)["reason"] for line in run("outlets", "--format", "jsonl")[1].splitlines()}

    assert reasons == {"never crawled: crawl.contact is not set"}
    assert with_contact == {"never crawled yet"}


def test_unsure_events_are_listed_apart(run: Run, store: Store) -> None:
    save_event(store, "e1", 1)
    save_event(store, "e2", 2, verdict="unsure")

    shown = [json.loads(run(*arguments)[1])["id"] for arguments in (
        ["events", "--format", "jsonl"], ["events", "--unsure", "--format", "jsonl"])]

    assert shown == ["e1", "e2"]


def test_ingested_articles_become_events_and_broken_lines_are_told(run: Run, clean_folder: Path) -> None:
    lines = [_make_line(story, number) for number, story in enumerate((HUE_VI, HUE_KO, HUE_EN, DIEN_BIEN))]
    lines[1:1] = ["{", '{"url": "ftp://x", "title": "a", "text": "b"}', '{"url": 5}', ""]
    lines.append(json.dumps({**json.loads(lines[0]), "published_at": "yesterday"}))
    (clean_folder / "a.jsonl").write_text("\n".join(lines) + "\n")

    code, out, err = run("ingest", "a.jsonl")

    assert code == 1
    told = [line.partition(":")[0] for line in err.splitlines()]
    assert told == ["line 2", "line 3", "line 4", "line 9", "4 saved, 4 broken"]
    assert out.splitlines()[0] == "No new events and 2 from the backlog:"
    assert len(run("events", "--format", "jsonl")[1].splitlines()) == 2


def test_an_article_that_is_known_changes_nothing(run: Run, clean_folder: Path) -> None:
    (clean_folder / "a.jsonl").write_text(_make_line(HUE_VI, 1))
    run("ingest", "a.jsonl")

    code, out, err = run("ingest", "a.jsonl")

    assert (code, out, err) == (0, "No new events.\n", "0 saved, 1 known already\n")


def test_the_seed_stories_are_four_events(run: Run, clean_folder: Path) -> None:
    seeds = SHARED / "seeds"
    if not seeds.is_dir():
        pytest.skip("the seed stories are not here")
    slug = "thanh-pho-hue-va-tinh-chungcheongnam-han-quoc-thuc-day-hop-tac-toan-dien"
    urls = {
        "000": f"https://www.vietnam.vn/pl/{slug}",
        "001": f"https://huengaynay.vn/chinh-tri-xa-hoi/theo-dong-thoi-su/{slug}-157291.html",
        "002": "https://kimchinha.com/post/2179", "003": "https://dantocmiennui.vn/post-1.html",
        "004": "https://thanhnien.vn/quan-185240122.htm",
    }
    files = sorted(seeds.glob("*.txt"))
    stories = [
        {"id": file.name, "url": urls[file.name[:3]], "title": text.strip().splitlines()[0], "text": text}
        for file in files for text in [file.read_text("utf-8")]
    ]
    (clean_folder / "seeds.jsonl").write_text("\n".join(json.dumps(story) for story in stories))

    code, _, err = run("ingest", "seeds.jsonl")
    found = [json.loads(line) for line in run("events", "--format", "jsonl")[1].splitlines()]

    assert (code, err) == (0, "5 saved\n")
    assert sorted((event["pairs"][0]["vn"]["name"], event["pairs"][0]["kr"]["name"]) for event in found) == [
        ("Huế", "Chungcheongnam"), ("Hà Nội", "Gyeonggi"), ("Hải Châu", "Uiwang"), ("Hồ Chí Minh", "Busan"),
    ]
    assert sorted(len(event["articles"]) for event in found) == [1, 1, 1, 2]


def _make_line(story: dict[str, str], number: int) -> str:
    return json.dumps({
        "id": number, "url": f"https://paper{number}.example/tin-{number}-10{number}.html", "title": story["title"],
        "text": story["text"], "lang": story["lang"], "published_at": "2026-03-02", "other": None,
    })


def _fill(store: Store) -> None:
    for number in range(5):
        save_event(store, f"e{number:04}", number, vn_key="VN-11", outlet_id="huengaynay")
    wave = store.runs.start_wave(START_AT)
    for number in range(5):
        store.outlets.register([f"o{number}"])
        store.runs.end_run(store.runs.start_run(wave, f"o{number}", START_AT), START_AT, "fine", "", {"saved": number})
    store.digests.begin_subscription("desk", START_AT)
    recipients = [f"reader{number}@city.example" for number in range(5)]
    store.digests.save_digest(NewDigest("desk", "2026-03-02", START_AT, START_AT, {}, "email", recipients, ()))
