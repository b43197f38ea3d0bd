"""Makes pages as they are found out there of labelled stories: menus, related headlines, captions, other places."""

import random
from collections.abc import Sequence
from typing import Any

from monitor.judging.judge import Knowledge
from monitor.judging.lines import parse_story
from monitor.judging.localities import find_story_mentions
from seeds.catalogue import Catalogue

Row = dict[str, Any]
HEADLINES = {
    "vi": (
        "{vn} khởi công tuyến đường ven sông", "{vn}: nông dân được mùa vải", "Bắt nhóm trộm xe máy ở {vn}",
        "{vn} công bố điểm chuẩn vào lớp 10", "Giá lúa ở {vn} nhích nhẹ", "Hàn Quốc: {kr} đón tuyết đầu mùa",
        "Tour mùa thu {kr} giảm giá", "{vn} họp báo về kỳ họp thứ tám", "Cháy kho hàng ở {kr}, không ai bị thương",
        "{vn} lấy ý kiến về quy hoạch chợ đêm", "Đội bóng {kr} thắng đậm trên sân nhà", "{vn} thêm hai trường chuẩn",
    ),
    "ko": (
        "{kr}, 겨울철 제설 대책 마련", "{kr} 도서관 새 단장", "{vn} 여행 특가 판매", "{kr} 청년 창업 지원 공모",
        "베트남 {vn}서 버스 사고", "{kr} 벚꽃길 이번 주말 절정", "{vn} 커피값 오름세", "{kr}의회 추경안 심사",
        "{kr} 고교 야구 결승 진출", "{kr} 하수관 정비 착공", "{vn} 직항 예약 급증", "{kr} 어르신 한글 교실",
    ),
    "en": (
        "{kr} plants ten thousand trees", "{vn} opens new bus station", "Heavy rain forecast for {vn}",
        "{kr} library extends hours", "Two held over fraud in {kr}", "{vn} coffee prices edge up",
        "Autumn leaves peak in {kr}", "{vn} drafts plan for night market", "{kr} side wins at home",
        "{vn} schools reopen after holiday", "Fire at a warehouse in {kr}", "{vn} lists ten old houses",
    ),
}
RELATED = {"vi": "Tin liên quan", "ko": "많이 본 뉴스", "en": "Related news"}
MENUS = {
    "vi": ("Trang chủ", "Chính trị", "Kinh tế", "Văn hóa", "Thể thao", "Quốc tế"),
    "ko": ("홈", "정치", "경제", "사회", "문화", "스포츠", "국제"),
    "en": ("Home", "Politics", "Business", "Society", "Culture", "Sports", "World"),
}
CAPTIONS = {
    "vi": ("Ảnh: PV", "(Ảnh minh họa)", "Một góc trung tâm {vn}. Ảnh: Tư liệu", "Thực hiện: Nhóm phóng viên"),
    "ko": ("사진=본사 자료", "▲ 행사장 모습.", "/사진 제공=독자", "{kr} 전경. 사진=자료"),
    "en": ("Photo: file", "(Photo by staff)", "A view of downtown {kr}. Photo: file", "Reporting by our desk"),
}
BYLINES = {"vi": "Theo PV Thời sự", "ko": "김기자 기자 press@paper.example", "en": "By our correspondent"}


class Noise:
    """Noise in the language of a story, drawn from `chance`, with names of both gazetteers."""

    def __init__(self, knowledge: Knowledge, catalogue: Catalogue, chance: random.Random) -> None:
        self._knowledge, self._catalogue, self._chance = knowledge, catalogue, chance
        places = [p for p in knowledge.gazetteer.localities.values() if p.level == 1]
        self._present = [p for p in places if knowledge.gazetteer.current(p.key) == p.key]
        self._towns = [p for p in knowledge.gazetteer.localities.values() if p.level == 2 and p.country == "KR"]

    def bury(self, row: Row) -> Row:
        """The story behind a menu of all provinces and in front of ten headlines, captions and a byline between."""
        lang = row["lang"] if row["lang"] in HEADLINES else "en"
        lines = row["text"].split("\n")
        for caption in self._chance.sample(CAPTIONS[lang], 2):
            lines.insert(self._chance.randint(1, len(lines)), self._fill(caption, lang))
        lines.insert(0, BYLINES[lang])
        behind = [RELATED[lang], *(self._fill(title, lang) for title in self._chance.sample(HEADLINES[lang], 10))]
        return {**row, "text": "\n".join([*self._menu(lang), *lines, *behind])}

    def mix(self, rows: Sequence[Row]) -> Row:
        """A page that tells several of the stories, which are of one language, one after the other."""
        parts = self._chance.sample(rows, self._chance.choice([2, 3, 4]))
        return {**parts[0], "text": "\n".join(row["text"] for row in parts)}

    def move(self, row: Row) -> Row:
        """The story with its places changed for others of the same country and level, wherever they are named."""
        story = parse_story(row, self._catalogue)
        moved = {"title": story.title, "text": story.text}
        found = find_story_mentions(story, self._knowledge.gazetteer)
        new = {m.key: self._other(m.key, row["lang"]) for m in found if m.key}
        for mention in sorted(found, key=lambda m: (m.field, -m.start)):
            if mention.key and mention.note in ("name", "listed", "context", "default"):
                whole = moved[mention.field]
                moved[mention.field] = whole[:mention.start] + new[mention.key] + whole[mention.end:]
        return {**row, **moved}

    def _other(self, key: str, lang: str) -> str:
        unit = self._knowledge.gazetteer.localities[key]
        pool = [p for p in self._present if p.country == unit.country] if unit.level == 1 else self._towns
        if unit.level > 1 and unit.country == "VN":
            return self._name(key, lang)
        return self._name(self._chance.choice(pool).key, lang)

    def _name(self, key: str, lang: str) -> str:
        return self._knowledge.gazetteer.name(key, lang)

    def _menu(self, lang: str) -> list[str]:
        names = [self._name(p.key, lang) for p in self._present]
        return [*MENUS[lang], *names] if self._chance.random() < 0.5 else [" | ".join([*MENUS[lang], *names])]

    def _fill(self, text: str, lang: str) -> str:
        vn, kr = (self._chance.choice([p for p in self._present if p.country == c]) for c in ("VN", "KR"))
        return text.format(vn=self._name(vn.key, lang), kr=self._name(kr.key, lang))
