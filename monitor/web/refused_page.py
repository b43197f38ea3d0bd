"""The page of a refusal that no desk stands behind: whoever asks has no session yet, or a page just failed."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.web.refusals import LANGUAGE_COOKIE
from monitor.web.words import Words, choose_language, load_words

_PAGE = Markup("""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Twinwatch</title>
<link rel="stylesheet" href="/static/style.css">
</head>
<body>
<header class="top"><a class="brand" href="/">Twinwatch</a></header>
<main id="main">
<h1>{title}</h1>
<p>{told}</p>
<p><a href="{target}">{way}</a></p>
</main>
</body>
</html>
""")


def find_words(request: Request) -> Words:
    """The words of the language that whoever asks wishes."""
    return load_words(choose_language(
        request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, ""),
        request.headers.get("accept-language", ""),
    ))


def make_refused_page(request: Request, status: int, reason: str, **values: object) -> Response:
    """The refusal `reason` in the visitor's language, with the way to the login or to the first page."""
    words, is_login = find_words(request), status == 401
    title = words.say(f"error.{status}")
    page = _PAGE.format(
        language=words.language, title=title, told=words.say(f"refused.{reason}", **values),
        target="/login" if is_login else "/", way=words.say("login.title" if is_login else "error.home"),
    )
    return HTMLResponse(page, status, {"Content-Language": words.language, "Vary": "Accept-Language, Cookie"})
