"""Names what a page is when it is no article: a wall, a soft 404, a paywall stub, scripts without text."""

import re

SHORT = 900  # characters of text up to which a phrase of a wall is believed; real short news items have 200 to 900
TOO_SHORT = 80  # the shortest real article that was seen has 180 characters (a Korean wire flash)
_CHALLENGE = re.compile(r"cf-browser-verification|cf_chl_|/cdn-cgi/challenge-platform|_incapsula_|px-captcha|"
                        r"g-recaptcha-response|hcaptcha\.com|ddos-guard|just a moment\.\.\.", re.I)
_WALL = re.compile(
    r"captcha|verify (?:that )?you are (?:a )?human|unusual traffic|access denied|are you a robot|enable javascript|"
    r"checking your browser|accept (?:all )?cookies|we value your privacy|log ?in to continue|please (?:log|sign) ?in|"
    r"xác (?:minh|nhận) (?:bạn )?(?:không phải|là người)|vui lòng đăng nhập|đăng nhập để (?:tiếp tục|xem)|"
    r"로그인이 필요|로그인 후 이용|자동 ?입력 방지|비정상적인 접근|접근이 (?:차단|거부)|본인 ?인증", re.I)
# A line of its own, at the end of what a stranger may read, that offers the rest to those who log in.
_LOGIN_LINE = re.compile(
    r"(?:(?:please|vui lòng|hãy|mời|bạn (?:cần|phải)|bạn đọc)\s+){0,2}(?:"
    r"đăng nhập (?:để|và) (?:được )?(?:đọc|xem)|(?:log|sign) ?in to (?:read|continue|view)|"
    r"로그인\s?(?:후|하시면|하면|하고).{0,20}(?:읽|보실|볼 수|이용|열람))", re.I)
_LOGIN_LINE_CHARS = 200  # the offer with a sentence about it; a paragraph of an article is longer
_GONE = re.compile(
    r"\b404\b|not found|page (?:does not|doesn't) exist|no longer available|không tìm thấy|không tồn tại|"
    r"đã bị (?:xóa|gỡ)|trang (?:bạn )?(?:yêu cầu|tìm kiếm)|찾을 수 없|존재하지 않|삭제된 (?:기사|페이지)|"
    r"없는 (?:기사|페이지)|잘못된 (?:접근|경로)|nie znaleziono", re.I)
_PAYWALL = re.compile(
    r"subscribe to (?:continue|read)|subscribers? only|to continue reading|already a subscriber|"
    r"(?:dành cho|chỉ) (?:thuê bao|độc giả (?:trả phí|vip))|đăng ký (?:gói|để đọc tiếp)|유료 ?(?:회원|기사|구독)|"
    r"구독(?:자 전용|하시면)|프리미엄 (?:회원|기사)|회원 전용|이 기사는 .{0,12}(?:회원|구독자)", re.I)


def find_refusal(*, source: str, visible: str, title: str, text: str, is_free: bool = True) -> str:
    """Why a page is refused: `wall`, `soft_404`, `paywall`, `script_only`, `no_text`, `too_short`; empty if it is not.

    `source` is the decoded page, `visible` all its text, `title` its heading and `<title>`, `text` what was extracted.
    Phrases count only in a page with little text: an article may well speak of captchas.
    """
    if len(text) >= SHORT:
        return ""
    said = f"{title}\n{text or visible[:2_000]}"
    if _CHALLENGE.search(source) and len(text) < TOO_SHORT * 3:
        return "wall"
    if _GONE.search(title) or (len(text) < SHORT // 3 and _GONE.search(said)):
        return "soft_404"
    if _PAYWALL.search(said) or (not is_free and len(text) < SHORT // 2):
        return "paywall"
    if _ends_in_login(text) or (len(text) < SHORT // 2 and _WALL.search(said)):
        return "wall"
    if len(text) >= TOO_SHORT:
        return ""
    if text:
        return "too_short"
    return "script_only" if source.count("<script") and len(visible) < TOO_SHORT else "no_text"


def find_notice(source: str, heading: str) -> str:
    """What a page says by its mark-up or `heading` that has no article: `wall`, `soft_404`; empty for any other."""
    if _CHALLENGE.search(source) or _CHALLENGE.search(heading) or _WALL.search(heading):
        return "wall"
    return "soft_404" if _GONE.search(heading) else ""


def _ends_in_login(text: str) -> bool:
    last = text.rpartition("\n")[2]
    return len(last) <= _LOGIN_LINE_CHARS and bool(_LOGIN_LINE.match(last))
