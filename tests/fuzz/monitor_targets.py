"""What is fuzzed of the monitor, the settings and the store: for each target how one input is tried."""

import atexit
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

from fastapi import HTTPException

from monitor.digests.keywords import has_keyword
from monitor.journal import Journal
from monitor.judging.judge import Knowledge, judge, load_knowledge
from monitor.judging.lines import parse_labelled, parse_line, parse_story
from monitor.links import Links
from monitor.placing import make_place_book
from monitor.recalling import gather
from monitor.web.filters import read_filter
from monitor.web.place_field import LONGEST
from monitor.web.query_words import split_query
from monitor.web.sessions import Sessions
from monitor.web.words import choose_language
from seeds.settings import PREFIX, load_settings, variable_names
from seeds.subscription import Subscription
from tests.fake_clock import START_AT
from tests.fuzz.crawler_targets import RARELY, Try, load_seeds
from tests.fuzz.restoring import Place, pack

MEMORY = Path("/dev/shm")  # to open a file there costs a tenth


@cache
def load_rules() -> Knowledge:
    """What the judge knows, read once."""
    return load_knowledge()


@cache
def make_folder() -> Path:
    """This process's folder for inputs that are read from files; it goes with the process."""
    made = Path(tempfile.mkdtemp(prefix="fuzz-", dir=MEMORY if MEMORY.is_dir() else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def _doors() -> tuple[Sessions, Links]:
    return Sessions("k" * 64), Links("https://tw.example", "k" * 64)


def _try_toml(body: bytes) -> None:
    path = make_folder() / "twinwatch.toml"
    path.write_bytes(body)
    load_settings(path)


def _try_environment(body: bytes) -> None:
    # No process can be given other signs.
    name, _, value = body.replace(b"\0", b"").decode("utf-8", "replace").partition("=")
    name = PREFIX + "".join(sign for sign in name.removeprefix(PREFIX) if sign.isalnum() or sign == "_")
    if name not in variable_names() and len(body) % 50:
        name = "TWINWATCH_CRAWL__CONTACT"  # to look for the name that was meant takes most of the time
    os.environ[name] = value
    try:
        load_settings()
    finally:
        del os.environ[name]


def _try_classify(body: bytes) -> None:
    parse_story(parse_line(body), load_seeds())


def _try_judge(body: bytes) -> None:
    title, _, text = body.decode("utf-8", "replace").partition("\n")
    story = parse_story({"id": 1, "title": title, "text": text, "published_at": "2026-03-01"}, load_seeds())
    verdict = judge(story, load_rules())
    for evidence in verdict.evidence:
        assert 0 <= evidence.start <= evidence.end
    json.dumps([fact.quote for fact in verdict.facts]).encode()


def _try_labelled(body: bytes) -> None:
    list(parse_labelled(body.splitlines(), load_seeds()))


def _try_journal(body: bytes) -> None:
    path = make_folder() / "deliveries.jsonl"
    path.write_bytes(body)
    journal = Journal(path)
    gather(journal.read())
    assert journal.position >= 0 and journal.id is not None


def _try_api(body: bytes) -> None:
    text = body.decode("utf-8", "replace")
    known = read_filter.__annotations__.keys() - {"return"}
    try:
        asked = {key: value for key, value in parse_qsl(text, max_num_fields=50) if key in known}
        place = make_place_book(load_rules().gazetteer).find(asked.pop("place", "")[:LONGEST])
        split_query(read_filter(place, **asked).q, bool)
    except HTTPException as refusal:
        assert refusal.status_code == 400
    except ValueError as refusal:
        assert "Max number of fields" in str(refusal)
    sessions, links = _doors()
    sessions.read(text, START_AT)
    links.read(text, "judge", START_AT)
    assert choose_language(text[:5], text, text) in ("en", "ko", "vi")


def _try_keywords(body: bytes) -> None:
    text = body.decode("utf-8", "replace")[:100]
    try:
        chosen = Subscription(name="a", notifier="slack", recipients=["#a"], keywords=[text])
    except ValueError:
        return
    said = "" if len(body) % RARELY else text  # a pattern is made only of what may stand there
    has_keyword(tuple(chosen.keywords), f"Hội nghị hợp tác nông nghiệp {said} farmers 계절근로자")


@cache
def _place() -> Place:
    return Place(make_folder() / "restoring")


def _try_restore(body: bytes) -> None:
    _place().restore(pack(body), replace=len(body) % 3 > 0)


MONITOR: dict[str, Try] = {
    "toml": _try_toml, "environment": _try_environment, "classify": _try_classify, "judge": _try_judge,
    "labelled": _try_labelled, "journal": _try_journal, "api": _try_api, "keywords": _try_keywords,
    "restore": _try_restore,
}
