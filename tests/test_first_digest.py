"""A digest from before the first visit says that nothing was read yet; one after failed visits, that none could be."""

import pytest

from monitor.digests.view import make_view
from storage.values import LedgerLine
from tests.digest_samples import make_content, make_line

NEVER = make_line("vntimes", state="unproven", last_seen_at=None, runs=0)
NEVER_TOO = make_line("cnnews", state="unproven", last_seen_at=None, runs=0)
FAILED = make_line("cnnews", state="unproven", state_reason="a.vn answers 403", last_seen_at=None, runs=0)
BROKEN = make_line("cnnews", state="broken", state_reason="connection refused")


@pytest.mark.parametrize(("language", "subject", "lead"), [
    ("en", "nothing was read yet", "Nothing was read yet"),
    ("ko", "첫 방문 전, 아직 확인한 매체 없음", "아직 아무것도 읽지 않았습니다. 매체 2곳을 처음 방문한 뒤부터"),
    ("vi", "chưa bắt đầu đọc tin", "Chưa bắt đầu đọc tin. Chỉ có thể kết luận sau khi 2 nguồn tin"),
])
def test_before_the_first_visit_a_digest_does_not_sound_like_a_failure(language: str, subject: str, lead: str) -> None:
    view = make_view(make_content(ledger=[NEVER, NEVER_TOO], language=language))

    assert subject in view.subject and view.lead.startswith(lead)


@pytest.mark.parametrize("failed", [FAILED, BROKEN])
def test_after_a_visit_that_failed_nothing_can_be_said(failed: LedgerLine) -> None:
    view = make_view(make_content(ledger=[NEVER, failed]))

    assert view.subject.endswith("nothing can be said, no outlet could be read")
    assert view.lead == "Nothing can be said about this period: none of the 2 outlets could be read."
