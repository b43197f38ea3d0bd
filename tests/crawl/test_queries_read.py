"""Answers of query services as they come, their errors and traps included: stories, or a named refusal and a rest."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.answers import Answer
from crawler.queries import gdelt, google_news, naver, site_search
from crawler.queries.service import Reply, Service
from crawler.queries.services import choose_services
from seeds.catalogue import load_catalogue
from seeds.errors import SeedError
from seeds.queries import load_query_words
from seeds.sections import QuerySettings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = load_query_words()
URL = "https://service.example/"
KEYS = {"naver_client_id": "us", "naver_client_secret": "geheim"}


def answer(body: str, status: int = 200, content_type: str = "application/json") -> Answer:
    return Answer(URL, status, body.encode(), content_type)


def gdelt_article(**values: str) -> dict[str, str]:
    return {"url": "https://bao.example/tin-1.html", "title": "T", "seendate": "20261120T031500Z",
            "domain": "bao.example", "language": "Vietnamese", "sourcecountry": "Vietnam", **values}


def services(**settings: object) -> dict[str, Service]:
    return {service.name: service for service in choose_services(QuerySettings(**settings), WORDS)}  # type: ignore[arg-type]


# Questions


def test_without_consent_or_keys_nothing_is_asked() -> None:
    assert services() == {} and not QuerySettings().is_any_on


@pytest.mark.parametrize(("settings", "name"), [
    ({"gdelt": True}, "gdelt"), ({"google_news": True}, "google_news"), (KEYS, "naver"),
])
def test_consent_or_keys_switch_on_one_service_alone(settings: dict[str, object], name: str) -> None:
    assert list(services(**settings)) == [name]


def test_one_key_of_two_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match="set together") as told:
        QuerySettings(naver_client_secret="geheim")  # type: ignore[arg-type]

    assert "geheim" not in str(told.value.errors(include_input=False))  # type: ignore[attr-defined]


def test_the_questions_are_few_each_its_own_and_within_what_services_take() -> None:
    for service in services(gdelt=True, google_news=True, **KEYS).values():
        queries = [question.query for question in service.questions]

        assert 3 <= len(queries) <= 24 and len(set(queries)) == len(queries)
        assert all(len(query) < 250 for query in queries), "GDELT refuses longer ones"
        assert service.pause * service.per_day >= DAY - timedelta(seconds=1)


def test_gdelt_is_asked_in_english_for_the_press_of_each_language() -> None:
    first = services(gdelt=True)["gdelt"].questions[0]
    keys = {key: values[0] for key, values in parse_qs(urlsplit(first.url).query).items()}

    assert keys["query"] == first.query
    assert first.query == ('Korea ("sister city" OR "friendship agreement" OR memorandum) '
                           "(province OR city OR county OR provincial) sourcelang:vietnamese")
    assert (keys["mode"], keys["format"], keys["maxrecords"]) == ("artlist", "json", "250")


def test_google_is_asked_in_the_edition_of_the_language() -> None:
    questions = services(google_news=True)["google_news"].questions
    korean = next(parse_qs(urlsplit(one.url).query) for one in questions if one.lang == "ko")

    assert (korean["hl"], korean["gl"], korean["ceid"]) == (["ko"], ["KR"], ["KR:ko"])
    assert korean["q"] == ['"베트남" (자매결연 OR 우호교류 OR 우호협력 OR 업무협약) when:2d']


@pytest.mark.parametrize(("door", "host", "header"), [
    ("developers", "openapi.naver.com", "X-Naver-Client-Secret"),
    ("hub", "naverapihub.apigw.ntruss.com", "X-NCP-APIGW-API-KEY"),
])
def test_naver_is_asked_at_the_door_that_its_keys_are_for(door: str, host: str, header: str) -> None:
    first = services(naver_door=door, **KEYS)["naver"].questions[0]

    assert urlsplit(first.url).hostname == host
    assert first.headers[header] == "geheim" and "geheim" not in first.url
    assert first.query == "베트남 자매결연"


def test_only_families_with_a_search_page_are_searched() -> None:
    outlets, now = load_catalogue().outlets, datetime(2026, 11, 20, tzinfo=UTC)
    made = {outlet.family.id: site_search.make_service(outlet, WORDS, now)
            for outlet in outlets.values() if outlet.lang == "ko"}

    assert {family for family, service in made.items() if service} == {"kr_ndsoft"}
    service = made["kr_ndsoft"]
    assert service and service.questions[0].url.endswith("sc_word=%EB%B2%A0%ED%8A%B8%EB%82%A8")


@pytest.mark.parametrize(("text", "where"), [
    ("ko:\n  other: [베트남]\n", "acts"), ("ko:\n  other: [베트남]\n  acts: ['\"a']\n", "acts"),
    (f"ko:\n  other: [a]\n  acts: [{', '.join(f'a{n}' for n in range(13))}]\n", "acts"),
    ("fr:\n  other: [a]\n  acts: [b]\n", "fr"),
])
def test_words_that_cannot_be_asked_for_are_refused_by_file_and_key(tmp_path: object, text: str, where: str) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "queries.yml").write_text(text, "utf-8")

    with pytest.raises(SeedError, match=where):
        load_query_words(folder)


# Answers


def test_gdelt_shows_stories_with_the_time_it_met_them() -> None:
    body = json.dumps({"articles": [gdelt_article(title="Hue &amp; Chungnam", language="Korean")]})

    story = gdelt.read(answer(body)).stories[0]

    assert (story.url, story.title, story.lang) == ("https://bao.example/tin-1.html", "Hue & Chungnam", "ko")
    assert story.published_at == datetime(2026, 11, 20, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize("title", [r"a \' b", r"c:\path", r"\u12", "tab\there"])
def test_escapes_of_gdelt_that_json_forbids_lose_no_story(title: str) -> None:
    body = json.dumps({"articles": [gdelt_article(title="TITLE")]}).replace("TITLE", title)

    assert len(gdelt.read(answer(body)).stories) == 1


@pytest.mark.parametrize(("body", "status", "refused", "rest"), [
    ("{}", 200, "", timedelta()),
    ('{"articles": []}', 200, "", timedelta()),
    ("Your query was too short or too long.\n", 200, "it says: Your query was too short or too long.", DAY),
    ("Please limit requests to one every 5 seconds or contact us.", 429, "http_429", HOUR),
    ("Please limit requests to one every 5 seconds or contact us.", 200, "limited", HOUR),
    ("", 200, "empty", DAY), ('{"articles": [', 200, "not_json", HOUR),
    ("<html>Bad gateway</html>", 502, "http_502", HOUR / 2),
])
def test_gdelt_refuses_in_its_own_ways(body: str, status: int, refused: str, rest: timedelta) -> None:
    assert gdelt.read(answer(body, status, "text/html")) == Reply((), refused, rest)


def test_naver_titles_lose_their_marks_and_entities_and_the_publishers_address_is_taken() -> None:
    item = {"title": "<b>베트남</b> 후에시 &quot;우호&amp;교류&quot;", "originallink": "https://www.paper.example/v?idxno=1",
            "link": "https://n.news.naver.com/mnews/1", "description": "도지사가 <b>베트남</b>을 &lt;방문&gt;했다",
            "pubDate": "Fri, 20 Nov 2026 12:15:00 +0900"}

    story = naver.read(answer(json.dumps({"items": [item]}))).stories[0]

    assert story.title == '베트남 후에시 "우호&교류"'
    assert story.summary == "도지사가 베트남을 <방문>했다"
    assert story.url == "https://www.paper.example/v?idxno=1"
    assert story.published_at == datetime(2026, 11, 20, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(("body", "status", "refused", "rest"), [
    ('{"lastBuildDate": "x", "total": 0, "start": 1, "display": 0, "items": []}', 200, "", timedelta()),
    ('{"errorMessage": "NID AUTH Result Invalid (1000) : Authentication failed.", "errorCode": "024"}', 401,
     "keys_refused", DAY),
    ('{"errorMessage": "Query limit exceeded (쿼리 한도를 초과했습니다.)", "errorCode": "010"}', 429, "quota_used",
     DAY / 4),
    ('{"errorMessage": "Rate limit exceeded. (속도 제한을 초과했습니다.)", "errorCode": "012"}', 429, "too_fast",
     timedelta(minutes=5)),
    ('{"errorMessage": "Incorrect query request", "errorCode": "SE01"}', 400, "http_400", HOUR / 2),
    ("not json", 200, "not_json", HOUR), ("[]", 200, "not_json", HOUR),
])
def test_naver_refuses_with_codes(body: str, status: int, refused: str, rest: timedelta) -> None:
    assert naver.read(answer(body, status)) == Reply((), refused, rest)


def google(items: str) -> Answer:
    head = "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>Google News</title>"
    return answer(f"{head}{items}</channel></rss>", content_type="application/xml")


ITEM = ("<item><title>Huế và Chungcheongnam ký bản ghi nhớ - Báo Ví Dụ</title>"
        "<link>https://news.google.com/rss/articles/CBMiX?oc=5</link><guid isPermaLink='false'>CBMiX</guid>"
        "<pubDate>Fri, 20 Nov 2026 03:15:00 GMT</pubDate><description>&lt;a href='x'&gt;Huế&lt;/a&gt;</description>"
        "<source url='https://bao.example'>Báo Ví Dụ</source></item>")


def test_google_gives_title_source_and_day_and_the_title_loses_the_name_of_the_paper() -> None:
    story = google_news.read(google(ITEM)).stories[0]

    assert (story.title, story.site) == ("Huế và Chungcheongnam ký bản ghi nhớ", "https://bao.example")
    assert story.published_at == datetime(2026, 11, 20, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(("found", "stories", "refused"), [
    (google(""), 0, ""), (google(ITEM.replace("<source url='https://bao.example'>Báo Ví Dụ</source>", "")), 0, ""),
    (answer("<html><form action='https://consent.google.com/save'></form></html>"), 0, "not_a_feed"),
    (answer(""), 0, "not_a_feed"), (answer(" \n"), 0, "not_a_feed"),
    (Answer(URL, failure="robots_forbid"), 0, "robots_forbid"), (Answer(URL, 302), 0, "http_302"),
])
def test_google_may_show_nothing_or_a_wall(found: Answer, stories: int, refused: str) -> None:
    reply = google_news.read(found)

    assert (len(reply.stories), reply.refused) == (stories, refused)


@pytest.mark.parametrize(("failure", "is_asked"), [("slow", False), ("busy", False), ("blocked", True), ("dns", True)])
def test_where_nothing_was_sent_the_turn_is_still_to_come_and_why_is_said_with_the_host(
    failure: str, is_asked: bool) -> None:
    reply = google_news.read(Answer(URL, failure=failure, detail="g.example is asked by another crawl"))

    assert reply.is_asked is is_asked
    assert reply.refused == ("dns" if failure == "dns" else "g.example is asked by another crawl")


def test_an_answer_that_is_the_name_of_a_file_opens_no_file(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(google(ITEM).body)

    reply = google_news.read(answer(str(file)))

    assert (reply.stories, reply.refused) == ((), "not_a_feed")
