"""Questions that are answered together: one transaction, each still answered by itself."""

from datetime import UTC, datetime

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
