"""Search: what is found however it is written, what is not, and that the index follows every change."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from storage.copying import copy_store
from storage.engine import Database
from storage.folding import find_grams, fold_text, split_words
from storage.repository.search import find_word
from storage.search_index import TABLE
from storage.store import Store, open_store
from storage.values import EventQuery, SearchWord
from tests.factories import event_row, new_fact, new_verdict, save_article, save_event
from tests.fake_clock import START_AT


def save_told(store: Store, id: str, number: int, title: str, quote: str = "ký", **values: str) -> None:
    """An event of one article with this headline and quote."""
    block = f"VN-46|KR-44#{number}"
    article_id = save_article(store, number, title=title, **values)
    store.articles.save_verdict(new_verdict(article_id, new_fact(block=block, quote=quote)), START_AT)
    facts = [fact.id for fact in store.events.block_facts(block)]
    store.events.save_block(block, [event_row(id, *facts, block=block)], {}, START_AT)


def search(store: Store, words: str, keys: tuple[str, ...] = (), outlet_ids: tuple[str, ...] = ()) -> list[str]:
    query = EventQuery(words=tuple(SearchWord(word, keys, outlet_ids) for word in split_words(words)))
    return sorted(event.id for event in store.event_pages.find(query))


@pytest.mark.parametrize(("written", "folded"), [
    ("Thành phố Huế", "thanh pho hue"),
    ("ĐÀ NẴNG", "da nang"),
    ("Ð", "ð"),
    ("thỏa thuận", "thoa thuan"),
    ("tho\u0309a  thuận\n", "thoa thuan"),
    ("Ｈｕｅ", "hue"),
    ("签署", "签签署署"),
    ("a\0b\u200bc", "abc"),
    ("Straße", "strasse"),
])
def test_text_is_folded(written: str, folded: str) -> None:
    assert fold_text(written) == folded


def test_a_korean_stem_is_the_beginning_of_its_forms() -> None:
    assert fold_text("후에시와").startswith(fold_text("후에시")) and fold_text("후엔").startswith(fold_text("후에"))
    assert not fold_text("호치민").startswith(fold_text("후에"))
    assert len(find_grams(fold_text("협약"))) > 1


def test_a_word_inside_another_is_not_asked_for_twice() -> None:
    assert split_words("hue Huế thành huest") == ("huest", "thanh")
    assert len(split_words(" ".join(chr(letter) * 3 for letter in range(97, 120)))) == 12


TOLD = {
    "vi": ("Thành phố Huế ký thỏa thuận hợp tác với Chungcheongnam", "Hai bên trao đổi công nhân thời vụ"),
    "ko": ("충남도, 베트남 후에시와 우호협력 협약…다낭에는 대표단", "계절근로자를 보내기로 했다"),
    "en": ("Hue city, RoK's province sign 100% “friendship_deal”", "signed an agreement"),
    "zh": ("越南顺化市与韩国签署协议", "签署"),
}


@pytest.mark.parametrize(("words", "found"), [
    ("hue", ["en", "vi"]),
    ("Huế", ["en", "vi"]),
    ("THANH PHO", ["vi"]),
    ("thành phố huế", ["vi"]),
    ("trao doi", ["vi"]),
    ("huế hanoi", []),
    ("후에", ["ko"]),
    ("다낭", ["ko"]),
    ("협약", ["ko"]),
    ("계절근로자", ["ko"]),
    ("협약 대표단", ["ko"]),
    ("후예", []),
    ("签署", ["zh"]),
    ("署签", []),
    ("100%", ["en"]),
    ("0%0", []),
    ("_deal", ["en"]),
    ("ndship deal", ["en"]),
    ("xdeal", []),
    ("ho", ["vi"]),
    ("시", ["ko"]),
])
def test_what_is_searched_for_is_found_however_it_is_written(store: Store, words: str, found: list[str]) -> None:
    for number, (lang, (title, quote)) in enumerate(TOLD.items(), 1):
        save_told(store, lang, number, title, quote, lang=lang)

    assert search(store, words) == found


@pytest.mark.parametrize("words", [
    '"', '""', "'", "hue\"", "AND", "hue AND", "NEAR(hue)", "text:hue", "*", "hue*", "^hue", "-hue", "(", "{hue}",
    "%", "_", "\\", "hue\\", "';DROP TABLE events;--", "\0", "\ud800", "🙂🙂🙂", "ᄒ", "\u0301", "x" * 200, "협" * 200,
])
def test_no_query_does_harm(store: Store, words: str) -> None:
    save_told(store, "a", 1, "Huế và Chungcheongnam")

    assert search(store, words) in ([], ["a"])
    assert search(store, "hue") == ["a"]


def test_an_event_is_found_by_its_places_and_outlets(store: Store) -> None:
    save_told(store, "a", 1, "Tin", outlet_id="one")
    save_told(store, "b", 2, "Huế", outlet_id="two")

    assert search(store, "hue") == ["b"]
    assert search(store, "hue", keys=("VN-46",)) == ["a", "b"]
    assert search(store, "hue", keys=("VN-01",)) == ["b"]
    assert search(store, "hue", outlet_ids=("one",)) == ["a", "b"]


def test_where_many_events_hold_a_word_each_is_asked_in_turn(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 5):
        save_told(store, f"e{number}", number, f"Huế ký số {number}")

    few = search(store, "hue ky")
    monkeypatch.setattr("storage.repository.event_narrowing.FEW", 1)

    assert search(store, "hue ky") == few == ["e1", "e2", "e3", "e4"]
    assert search(store, "ký", keys=("VN-46",), outlet_ids=("nothing",)) == few


def test_the_index_follows_merges_and_lost_facts(store: Store) -> None:
    save_told(store, "a", 1, "Huế ký")
    facts = [fact.id for fact in store.events.block_facts("VN-46|KR-44#1")]
    at = START_AT + timedelta(hours=1)

    store.events.save_block("VN-46|KR-44#1", [event_row("b", *facts, block="VN-46|KR-44#1")], {"a": "b"}, at)
    after_merge = search(store, "hue")
    store.events.save_block("VN-46|KR-44#1", [], {}, at)

    assert after_merge == ["b"] and search(store, "hue") == []
    with store.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM event_texts")) == 0


def test_a_copy_is_searched_as_its_source(store: Store, empty_database: str) -> None:
    save_told(store, "a", 1, "충남도, 후에시와 협약")
    other = Database(empty_database)
    from storage.upgrade import upgrade

    upgrade(other)
    copy_store(store.database, other)
    other.close()

    copied = open_store(empty_database)
    assert search(copied, "협약") == ["a"]
    copied.close()


def test_the_index_is_used(store: Store) -> None:
    save_event(store, "a")
    question = find_word(SearchWord("hue"), "yes", is_sqlite=store.database.is_sqlite).ids
    explain = "EXPLAIN QUERY PLAN " if store.database.is_sqlite else "EXPLAIN "
    with store.database.read() as session:
        if not store.database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = str(question.compile(store.database.engine, compile_kwargs={"literal_binds": True}))
        lines = [" ".join(map(str, row)) for row in session.execute(text(explain + plan.replace(":", "\\:")))]

    wanted = f"{TABLE} VIRTUAL TABLE INDEX" if store.database.is_sqlite else "ix_event_texts_grams"
    assert any(wanted in line for line in lines), lines
