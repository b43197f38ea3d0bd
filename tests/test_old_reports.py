"""A report of long ago that is printed anew is dated by its own words, and history in a new one dates nothing."""

from datetime import UTC, datetime

import pytest

from monitor.judging.judge import judge, load_knowledge
from monitor.judging.values import Story

KNOWLEDGE = load_knowledge()
KO = "베트남 닌빈성 대표단 제천시 방문…의림지 둘러봐"
VI = "Đoàn công tác thành phố Jecheon (Hàn Quốc) thăm và làm việc tại tỉnh Ninh Bình"
TALK = "대표단은 제천시장을 만나 관광 협력 방안을 논의했다."


@pytest.mark.parametrize(("lang", "title", "text", "day"), [
    ("ko", KO, f"베트남 닌빈성 대표단이 2026년 1월 5일 제천시를 방문했다. {TALK}", "2026-01-05"),
    ("vi", VI, "Ngày 5/1/2026, đoàn công tác TP Jecheon (Hàn Quốc) đã đến thăm UBND tỉnh Ninh Bình.", "2026-01-05"),
    # A day of now comes first; two old ones leave open which is meant; since when dates nothing.
    ("ko", KO, "베트남 닌빈성 대표단이 20일 제천시를 방문했다. 2026년 1월 5일에 이어 두 번째다.", "2026-11-20"),
    ("ko", KO, f"베트남 닌빈성 대표단이 2026년 1월 5일과 2025년 3월 2일 제천시를 방문했다. {TALK}", None),
    ("ko", KO, f"2026년 1월 5일 교류를 시작한 이후 베트남 닌빈성 대표단이 제천시를 방문했다. {TALK}", None),
    ("ko", KO, f"베트남 닌빈성 대표단이 제천시를 방문했다. {TALK} 두 도시는 2024년 1월 5일 처음 만났다.", None),
])
def test_a_report_is_dated_by_an_old_day_only_where_its_proof_says_so(
    lang: str, title: str, text: str, day: str | None
) -> None:
    verdict = judge(Story("1", "", lang, title, text, datetime(2026, 11, 22, tzinfo=UTC)), KNOWLEDGE)

    assert [fact.happened_on for fact in verdict.facts] == [day]
