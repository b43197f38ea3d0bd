"""Every question of the store is among those that are asked of a million articles; here all are asked of a few."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.store import Store, open_store
from tests.storage.large_questions import QUESTIONS, WHOLE
from tests.storage.large_store import fill_large

FEW = 4000


class Noting:
    """Repositories that note by which of their methods they are asked, as `entries.frontier`."""

    def __init__(self, store: Store) -> None:
        self.database, self.asked = store.database, set[str]()
        for name, repository in find_repositories(store):
            setattr(self, name, _Noted(repository, name, self.asked))


class _Noted:
    def __init__(self, repository: object, name: str, asked: set[str]) -> None:
        self._repository, self._name, self._asked = repository, name, asked

    def __getattr__(self, name: str) -> Callable[..., Any]:
        self._asked.add(f"{self._name}.{name}")
        method: Callable[..., Any] = getattr(self._repository, name)
        return method


def find_repositories(store: Store) -> list[tuple[str, object]]:
    return [(name, value) for name, value in vars(store).items() if value is not store.database]


def find_methods(store: Store) -> set[str]:
    return {
        f"{name}.{method}" for name, repository in find_repositories(store) for method in vars(type(repository))
        if not method.startswith("_")
    }


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'few.db'}")
    fill_large(store.database, FEW)
    yield store
    store.close()


def test_no_question_of_the_store_is_missing_and_each_can_be_asked(few: Store) -> None:
    noting = Noting(few)

    for ask, _ in (*QUESTIONS.values(), *WHOLE.values()):
        ask(noting)  # type: ignore[arg-type]

    assert sorted(find_methods(few) - noting.asked) == []
    assert len(noting.asked) > 100
