"""Stage, day and units of one happening: only the sentence that carries it speaks, and what is done is not to come."""

from datetime import datetime, timedelta, timezone

import pytest

from monitor.judging.judge import judge, load_knowledge
from monitor.judging.values import Story, Verdict

KNOWLEDGE = load_knowledge()
PUBLISHED = datetime(2026, 11, 21, 9, tzinfo=timezone(timedelta(hours=7)))
VI = "UBND TP. Huế và chính quyền tỉnh Chungcheongbuk (Hàn Quốc)"
KO = "충북도와 베트남 후에시가"
EN = "The Hue People's Committee and the Chungcheongbuk provincial government"
WORKERS = "Sở Nội vụ tỉnh Tuyên Quang và chính quyền quận Hongcheon (Hàn Quốc)"
FIREFIGHTERS = "Twenty firefighters chosen by the Da Nang People's Committee"
DA_NANG = "The Da Nang People's Committee and the Daegu city government"
LAM_DONG = "Ngày 19/11, UBND tỉnh Lâm Đồng và chính quyền TP.Chuncheon (Hàn Quốc) khai mạc ngày văn hóa."


def ask(lang: str, title: str, text: str) -> Verdict:
    return judge(Story("1", "", lang, title, text, PUBLISHED), KNOWLEDGE)


@pytest.mark.parametrize(
    ("lang", "title", "text", "stage", "happened_on"),
    [
        ("vi", "TP. Huế và tỉnh Chungcheongbuk ký thỏa thuận", f"Ngày 9/1, {VI} đã ký thỏa thuận.",
         "signed", "2026-01-09"),
        ("vi", "TP. Huế và tỉnh Chungcheongbuk ký thỏa thuận", f"Ngày 19/11, {VI} đã ký thỏa thuận.",
         "signed", "2026-11-19"),
        ("vi", "TP. Huế sẽ ký thỏa thuận với tỉnh Chungcheongbuk", f"Ngày 9/1, {VI} sẽ ký thỏa thuận.",
         "planned", "2027-01-09"),
        ("ko", "충북도-베트남 후에시 협약 체결", f"{KO} 1월 9일 우호교류 협약을 체결했다.", "signed", "2026-01-09"),
        ("ko", "충북도-베트남 후에시 협약 예정", f"{KO} 1월 9일 우호교류 협약을 체결할 예정이다.",
         "planned", "2027-01-09"),
        ("ko", "충북도-베트남 후에시 협약 체결", f"{KO} 25일 우호교류 협약을 체결했다.", "signed", "2026-10-25"),
        ("ko", "충북도-베트남 후에시 협약 예정", f"{KO} 오는 25일 우호교류 협약을 체결할 예정이다.",
         "planned", "2026-11-25"),
        ("ko", "충북도, 다음주 후에시 방문",
         f"{KO} 오는 25일부터 28일까지 만나 우호교류 협약을 맺을 예정이라고 19일 밝혔다.", "planned", "2026-11-25"),
        ("ko", "충북도, 후에시 방문",
         f"{KO} 지난 19일 만나 우호교류 협약을 맺었다고 밝혔다.", "signed", "2026-11-19"),
        ("ko", "충북도, 후에시 대표단 접견",
         f"{KO} 18일 만나 협력을 논의했으며 교류를 늘릴 계획이라고 19일 밝혔다. 지사가 대표단을 접견했다.",
         "done", "2026-11-18"),
        ("ko", "충북도-베트남 후에시 협약 체결", f"{KO} 지난 19일 우호교류 협약을 체결했다고 밝혔다.",
         "signed", "2026-11-19"),
        ("en", "Hue, Chungcheongbuk sign agreement", f"{EN} signed an agreement on January 9.", "signed", "2026-01-09"),
        ("en", "Hue, Chungcheongbuk to sign agreement", f"{EN} will sign an agreement on January 9.",
         "planned", "2027-01-09"),
        ("en", "Hue, Chungcheongbuk sign agreement", f"{EN} signed an agreement in January 2027.", "signed", None),
        ("en", "Hue, Chungcheongbuk to sign agreement", f"{EN} will sign an agreement in January 2027.",
         "planned", "2027-01"),
        ("pl", "Hue i prowincja Chungcheongbuk podpisały porozumienie",
         "Przewodniczący Komitetu Ludowego miasta Hue i gubernator prowincji Chungcheongbuk podpisali porozumienie "
         "9 stycznia.", "signed", "2026-01-09"),
    ],
)
def test_what_has_happened_lies_behind_the_story_and_only_a_plan_ahead(
    lang: str, title: str, text: str, stage: str, happened_on: str | None
) -> None:
    fact = ask(lang, title, text).facts[0]

    assert (fact.stage, fact.happened_on) == (stage, happened_on)


@pytest.mark.parametrize(
    ("lang", "title", "text", "stage"),
    [
        ("vi", "Tuyên Quang và quận Hongcheon ký thỏa thuận lao động thời vụ",
         f"{WORKERS} vừa ký thỏa thuận đưa lao động thời vụ.\n\n"
         "Quận Hongcheon bố trí nhà ở. Hai bên thống nhất tạm dừng tuyển ở xã nào có người bỏ trốn.", "signed"),
        ("vi", "Tuyên Quang và quận Hongcheon: lao động thời vụ",
         f"{WORKERS} tạm dừng chương trình lao động thời vụ vì có người bỏ trốn.", "suspended"),
        ("ko", "봉화군, 다낭시와 계절근로 협약",
         "봉화군은 3일 베트남 다낭시와 계절근로 협약을 체결했다. 무단이탈이 생기면 그 마을의 선발은 보류한다.",
         "signed"),
        ("en", "Da Nang and Daegu sign farm worker deal",
         f"{DA_NANG} signed a seasonal worker agreement on November 19. Flights are cancelled when storms come.",
         "signed"),
        ("en", "Daegu, Da Nang suspend seasonal worker programme",
         f"{DA_NANG} suspended the seasonal worker programme on November 19.", "suspended"),
        ("en", "Daegu trains Da Nang firefighters",
         f"{FIREFIGHTERS} began a three-week training course with the Daegu city government on November 19.",
         "under_way"),
        ("en", "Daegu trains Da Nang firefighters",
         f"{FIREFIGHTERS} completed a training course that began in May with the Daegu city government.", "done"),
        ("vi", "Lâm Đồng mở Ngày văn hóa Chuncheon",
         f"{LAM_DONG}\n\nSau ngày hội, tỉnh Lâm Đồng và TP.Chuncheon sẽ trao đổi nghệ nhân.", "done"),
        ("vi", "Lâm Đồng và Chuncheon chuẩn bị ngày hội",
         "UBND tỉnh Lâm Đồng và chính quyền TP.Chuncheon (Hàn Quốc) dự kiến mở ngày hội văn hóa.", "planned"),
    ],
)
def test_the_stage_is_that_of_the_news_and_not_of_a_clause_further_down(
    lang: str, title: str, text: str, stage: str
) -> None:
    assert ask(lang, title, text).facts[0].stage == stage


@pytest.mark.parametrize(
    ("lang", "title", "text", "pairs"),
    [
        ("vi", "Lâm Đồng mở Ngày văn hóa Chuncheon",
         f"{LAM_DONG}\n\nĐà Lạt và Chuncheon đều là thành phố hồ, khí hậu mát.", [("VN-68", "KR-51110")]),
        ("vi", "Lâm Đồng mở Ngày văn hóa Chuncheon",
         f"{LAM_DONG}\n\nUBND thành phố Đà Lạt và TP.Chuncheon cũng ký biên bản ghi nhớ về du lịch.",
         [("VN-68", "KR-51110"), ("VNH-672", "KR-51110")]),
        ("ko", "경남도·베트남 동나이 자매결연 30주년 기념식",
         "경남도와 베트남 동나이성이 창원서 기념식을 열었다. 경남지사와 동나이성 인민위원장이 참석했다.",
         [("VN-75", "KR-48")]),
        ("ko", "경남도·베트남 동나이 기념식",
         "경남도와 베트남 동나이성이 기념식을 열었다. 창원시장과 동나이성 인민위원장도 우호교류 협약을 체결했다.",
         [("VN-75", "KR-48"), ("VN-75", "KR-48120")]),
    ],
)
def test_a_part_is_a_pair_of_its_own_only_where_its_own_body_acts(
    lang: str, title: str, text: str, pairs: list[tuple[str, str]]
) -> None:
    assert [(fact.vn_key, fact.kr_key) for fact in ask(lang, title, text).facts] == pairs
