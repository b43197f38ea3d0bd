"""Finds persons with their office in a sentence that tells of a signing; it does not decide which sentence does."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from monitor.judging.cues import is_unspaced
from monitor.judging.reading import View

# So far from a name its office may stand: "Chủ tịch UBND tỉnh Quảng Nam Nguyễn Văn A", "A, the governor of".
BEFORE, AFTER = 70, 24
KOREAN_NAME = 3
# Bodies and crowds that the lexicon has among heads; none of them signs.
_NO_OFFICE = frozenset({"대표단", "방문단", "공무원", "의원", "officials", "official", "head of", "代表団"})

# The surnames that nearly everybody bears (Korea: the hundred most frequent of the 2015 census that are not also
# common nouns, in Hangul and in the spellings of passports and papers; Vietnam: the forty most frequent).
_KO_SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송류유홍전고문손양배백허남심노하곽성차주우구민진나엄채원천방공현함"
    "변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국"
)
_VN_IN_HANGUL = (
    "응우옌|응웬|쩐|레|팜|호앙|후인|판|부|보|당|부이|도|호|응오|즈엉|리|딘|쯔엉|르엉|하|타이|또|찐|"
    "다오|럼|풍|쩌우|까오|도안|마이"
)
_VN_GLUED = "응우옌|응웬|응오|즈엉|쯔엉|호앙|쩐|팜"
_VN_SURNAMES = (
    "Nguyễn|Nguyen|Trần|Tran|Lê|Le|Phạm|Pham|Hoàng|Hoang|Huỳnh|Huynh|Phan|Vũ|Vu|Võ|Vo|Đặng|Dang|Bùi|Bui|Đỗ|Do|Hồ|Ho|"
    "Ngô|Ngo|Dương|Duong|Lý|Ly|Đinh|Dinh|Trương|Truong|Mai|Cao|Đoàn|Doan|Tạ|Ta|Lương|Luong|Hà|Ha|Thái|Thai|Tô|To|"
    "Trịnh|Trinh|Đào|Dao|Lâm|Lam|Phùng|Phung|Châu|Chau|Tống|Tong|Quách|Chu|Lưu|Luu|Vương|Vuong|Triệu|Trieu|Y"
)
_KR_SURNAMES = (
    "Kim|Lee|Yi|Park|Pak|Choi|Choe|Jung|Jeong|Chung|Kang|Cho|Jo|Yoon|Yun|Jang|Chang|Lim|Rim|Im|Han|Oh|Seo|Suh|Shin|"
    "Sin|Kwon|Gwon|Hwang|Ahn|An|Song|Ryu|Yoo|Yu|Hong|Jeon|Chun|Ko|Koh|Go|Moon|Mun|Son|Sohn|Yang|Bae|Baek|Paik|Heo|Hur|"
    "Nam|Shim|Sim|Noh|Roh|Ha|Kwak|Gwak|Sung|Seong|Cha|Joo|Ju|Woo|Koo|Ku|Min|Jin|Na|Um|Eom|Chae|Won|Bang|Byun|Byeon|Pyo"
)
_CAPITAL = r"[A-ZĐÀ-ÖØ-Þ\u1EA0-\u1EF9]"
_GIVEN = rf"(?:{_CAPITAL}[^\W\d_]*(?:-[^\W\d_]+)?)"
_LATIN_NAME = re.compile(
    rf"(?<![\w-])(?:(?:{_VN_SURNAMES})(?: {_GIVEN}){{1,3}}|(?:{_KR_SURNAMES})[ -]{_GIVEN}(?: {_GIVEN})?)(?![\w-])"
)
_HANGUL_NAME = re.compile(
    rf"(?<![가-힣\w])(?:(?:{_VN_IN_HANGUL})(?: (?!인민|주석|시장|당서기|부)(?:[가-힣]{{1,3}}|[A-Z])(?![가-힣])){{1,3}}"
    rf"|(?:{_VN_GLUED})[가-힣]{{2,4}}?(?=[\s,·.)(]|$)|[{_KO_SURNAMES}][가-힣]{{2}})"
)
# Behind a name of three syllables: a particle, a space or a sign, else it is the front of a longer word.
_NAME_END = re.compile(r"(?:과|와|이|가|은|는|의|에게|을|를|도)?(?=[\s,·.)(]|$)")
# How words end that names of persons do not.
_NO_NAME = re.compile(r"[시청위회측국장에는을를의적해]$|^(?:이어서|한국인|주요한|이번엔)$")
_WITNESSES = re.compile(
    r"chứng kiến|với sự tham dự|tham dự lễ ký|witness|in the presence of|attended by|présence|anwesenheit", re.I
)
_WITNESSES_BEFORE = re.compile(r"(?:참석|배석|입회)한 가운데")
# What ends the reach of an office.
_STOP = re.compile(r"[.;:!?\n]")
# Between a name and the office behind it: a comma, a dash, an opening bracket, a short word.
_LINK = re.compile(r"\s*[,(–-]\s*(?:(?:the|then|là)\s+)?(?:\w+\s+){0,2}$")


class Person(NamedTuple):
    """A person: `name` as printed; `start` and `end` hold name and office, in the sentence's field."""

    name: str
    start: int
    end: int


class _Name(NamedTuple):
    text: str
    start: int
    end: int


class _Office(NamedTuple):
    start: int
    end: int


def find_signatories(view: View) -> list[Person]:
    """The persons of a sentence that are named with their office, witnesses left out; names in Latin and Hangul."""
    names = list(_find_names(view))
    offices = _find_offices(view)
    found = (_with_office(name, names, offices, view) for name in names)
    return [person for person in found if person and not _is_witness(person, view)]


def _find_names(view: View) -> Iterator[_Name]:
    text = _without_localities(view)
    for match in _LATIN_NAME.finditer(text):
        yield _Name(match.group(), *(place + view.sentence.start for place in match.span()))
    for match in _HANGUL_NAME.finditer(text):
        is_short = len(match.group()) == KOREAN_NAME
        if not is_short or (_NAME_END.match(text, match.end()) and not _NO_NAME.search(match.group())):
            yield _Name(match.group(), *(place + view.sentence.start for place in match.span()))


def _without_localities(view: View) -> str:
    """The sentence, as long as it was, with the names of localities blanked: "Quảng Nam Nguyễn Văn A" is no Mr Nam."""
    text = view.text
    for mention in view.mentions:
        if mention.note != "home":
            start, end = mention.start - view.sentence.start, mention.end - view.sentence.start
            text = text[:start] + "_" * (end - start) + text[end:]
    return text


def _find_offices(view: View) -> list[_Office]:
    """The words for heads, overlapping ones as one, grown to whole words where they are glued on ("경북도지사")."""
    cues = [cue for cue in view.cues if cue.group == "body.head" and cue.word not in _NO_OFFICE]
    found: list[_Office] = []
    for cue in sorted(cues, key=lambda cue: (cue.start, cue.end)):
        start = cue.start
        while start > view.sentence.start and is_unspaced(view.text[start - view.sentence.start - 1]):
            start -= 1
        if found and start < found[-1].end:
            found[-1] = _Office(found[-1].start, max(cue.end, found[-1].end))
        else:
            found.append(_Office(start, cue.end))
    return found


def _with_office(name: _Name, names: list[_Name], offices: list[_Office], view: View) -> Person | None:
    """The name with the nearest office of its own; in Hangul it may stand right behind, elsewhere behind a comma."""
    behind = [o for o in offices if name.end <= o.start <= name.end + AFTER and _follows(name, o, view)]
    before = [o for o in offices if o.end <= name.start <= o.end + BEFORE and _leads(name, o, names, view)]
    for office in (*behind[-1:], *before[-1:]) if is_unspaced(name.text[0]) else (*before[:1], *behind[:1]):
        return Person(name.text, min(name.start, office.start), max(name.end, office.end))
    return None


def _follows(name: _Name, office: _Office, view: View) -> bool:
    gap = view.text[name.end - view.sentence.start:office.start - view.sentence.start]
    if is_unspaced(name.text[0]):
        # "이철우 경북도지사", "응우옌 반 A 후에시 인민위원회 위원장": no particle, no comma.
        return gap.startswith(" ") and not re.search(r"[,·.]|(?:과|와|이|가|은|는) ", gap)
    return bool(_LINK.match(gap))


def _leads(name: _Name, office: _Office, names: list[_Name], view: View) -> bool:
    gap = view.text[office.end - view.sentence.start:name.start - view.sentence.start]
    others = any(office.end <= other.start < name.start for other in names)
    if is_unspaced(name.text[0]):
        return gap == " " and not others
    return not others and not _STOP.search(gap) and not re.search(r",| và | and ", gap)


def _is_witness(person: Person, view: View) -> bool:
    front = view.text[:person.start - view.sentence.start]
    after = view.text[person.end - view.sentence.start:]
    return bool(_WITNESSES.search(front) or _WITNESSES_BEFORE.search(after))
