"""Questions that are answered together: one transaction, each still answered by itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy.pool import QueuePool

from storage.store import Store
from storage.values import FeedVisit

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_questions_asked_together_see_what_those_before_them_wrote(store: Store) -> None:
    visit = FeedVisit("hue", "https://hue.vn/rss", NOW, 200, '"a"')

    answers = store.database.answer_all([
        lambda: store.outlets.register(["hue"]), lambda: store.outlets.begin_visit("hue", NOW),
        lambda: store.outlets.save_feed_visit(visit), lambda: store.outlets.feed_states("hue")[visit.url].etag,
        lambda: store.outlets.states()["hue"].first_visit_at])

    assert answers == [None, NOW, None, '"a"', NOW]


def test_a_question_that_fails_leaves_the_others_their_answers_and_their_rows(store: Store) -> None:
    def fail() -> None:
        raise ValueError("wrong")

    first, wrong, last = store.database.answer_all([
        lambda: store.outlets.register(["hue"]), fail, lambda: store.runs.start_wave(NOW)])

    assert (first, str(wrong), last) == (None, "wrong", 1)
    assert list(store.outlets.states()) == ["hue"]


def test_a_row_that_one_question_changes_is_read_anew_by_the_next(store: Store) -> None:
    store.outlets.register(["hue"])
    store.outlets.begin_visit("hue", NOW)

    _, due, _, later = store.database.answer_all([
        lambda: store.outlets.put_off("hue", NOW), lambda: store.outlets.states()["hue"].next_due_at,
        lambda: store.outlets.put_off("hue", NOW.replace(hour=9)),
        lambda: store.outlets.states()["hue"].next_due_at])

    assert (due, later) == (NOW, NOW.replace(hour=9))


def test_what_is_read_at_once_sees_one_instant_and_then_the_next(store: Store) -> None:
    def register(outlet_id: str) -> None:
        store.outlets.register([outlet_id])

    with ThreadPoolExecutor(1) as other:
        with store.database.read_at_once():
            first = list(store.outlets.states())
            other.submit(register, "hue").result()
            second = list(store.outlets.states())
        after = list(store.outlets.states())

    assert (first, second, after) == ([], [], ["hue"])


def test_what_is_written_while_reading_at_once_is_seen_and_waits_for_no_second_connection(store: Store) -> None:
    pool = store.database.engine.pool
    assert isinstance(pool, QueuePool)
    store.outlets.register(["hue"])

    with store.database.read_at_once():
        before = store.outlets.begin_visit("hue", NOW), pool.checkedout()
        store.outlets.put_off("hue", NOW)
        while_reading = store.outlets.states()["hue"].next_due_at, pool.checkedout()

    assert before == (NOW, 0) and while_reading == (NOW, 1) and pool.checkedout() == 0
