"""Tells a word that is part of an office's, an institution's or an outlet's name from a word that the story says."""

import re

from monitor.judging.cues import Cue
from monitor.judging.reading import View

# So far in front of a word its name may begin.
REACH = 60
_BEFORE = re.compile(
    r"(?:Sở|Bộ|Ban|Cục|Chi cục|Phòng|Trung tâm|Vụ|Tổng cục|Ủy ban|Hội|Viện|Trường|Khoa|Báo|Tạp chí|Đài|Nhà hát):?\s"
    r"(?:[^\W\d_]+(?: - |, | )){0,9}$"
    r"|(?:[Dd]epartments?|[Mm]inistry|[Bb]ureau|[Oo]ffice|[Dd]ivision|[Ss]ervice|[Ii]nstitute|[Uu]niversity) "
    r"(?:of|for) (?:[\w']+,? ){0,4}$"
)
# A centre's name goes on in small letters: "Trung tâm Xúc tiến đầu tư, thương mại và du lịch".
_BEFORE_SMALL = re.compile(r"Trung tâm (?:Xúc tiến|Hỗ trợ|Khuyến|Dịch vụ)(?:,? (?!về|trong)[^\W\d_]+){0,6},? $")
_AFTER_KOREAN = re.compile(
    r"[가-힣]{0,6}(?:청|부 ?장관|국장|과장|실장|센터|공사|공단|협회|부시장|부지사|구역|위원회|재단|신문|일보|방송|"
    r"(?:교육|연구|기술|연수|수련|의료)원(?:[은이의에과]|$|(?=\W)))"
    r"|원(?:[은이의에과]|$|(?=\W))|[가-힣]{0,5}국(?:[은이의에과]|에서)?(?![가-힣])"
)
_AFTER_LATIN = re.compile(
    r"(?: (?:and |& )?[A-Z][\w-]+){0,3} (?:Department|Ministry|Bureau|Office|Committee|Agency|Institute|University|"
    r"College|Hospital|Foundation|Newspaper|News|Times|Daily|Herald|Company|Group|Corporation)\b"
)


def is_in_office_name(view: View, cue: Cue) -> bool:
    """Whether a word is part of such a name ("Sở Y tế", "Department of Health", "보건국장", "Báo Nông nghiệp")."""
    start, end = cue.start - view.sentence.start, cue.end - view.sentence.start
    before = view.text[max(0, start - REACH):start]
    if _BEFORE_SMALL.search(before) or _AFTER_KOREAN.match(view.text, end):
        return True
    return view.text[start].isupper() and bool(_BEFORE.search(before) or _AFTER_LATIN.match(view.text, end))
