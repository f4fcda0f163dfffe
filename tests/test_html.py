"""Whole pages: what they say about themselves, and their story without what stands around it."""

from __future__ import annotations

import time

import pytest

from searchkit.errors import ArticleError
from searchkit.ingest.html import is_whole_page, looks_like_html, read_page

PAGE = """<!DOCTYPE html>
<html lang="en"><head>
<title>Man jailed for theft | Example Police</title>
<meta property="og:title" content="Man jailed &amp; fined">
<meta property="og:site_name" content="Example Police">
<meta name="description" content="A man was jailed.">
<link rel="canonical" href="https://www.example.org/news/man">
<script type="application/ld+json">
{"@graph": [{"@type": "NewsArticle", "headline": "Other", "datePublished": "2021-03-02T10:00:00Z"}]}
</script><script type="application/ld+json">{broken</script>
<style>p { color: red }</style></head>
<body><nav><a href="/home">Home</a></nav><header>Our site</header>
<main><article><header><h1>Man jailed for <em>theft</em></h1></header>
<time datetime="2021-03-02">2 March 2021</time>
<p>A man was <b>jailed</b>
for theft.<br>He said nothing.</p><!-- not this -->
<p>See <a href="https://a.example/b">the page</a>, or https://c.example/d.</p>
<ul><li>One * star</li><li>Two</li></ul>
<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>
<img src="/face.jpg" alt="A face"><div class="social-share">Tweet</div>
<form>Your name<button>Send</button></form><p hidden>Nor this</p>
<p>Enough words to make this the story of the page and not some teaser beside it.</p>
</article></main><aside>Related</aside><footer>Copyright</footer></body></html>"""


def test_the_story_is_read_without_what_stands_around_it() -> None:
    page = read_page(PAGE)
    assert page.heading == "Man jailed for theft"
    assert page.text == (
        "Man jailed for theft\n\n2 March 2021\n\nA man was jailed for theft.\nHe said nothing.\n\n"
        "See the page, or c.example/d.\n\nOne * star\nTwo\n\na, b\n1, 2\n\n"
        "Enough words to make this the story of the page and not some teaser beside it."
    ).replace("c.example/d.", "c.example/….")


def test_metadata_is_named_as_in_front_matter() -> None:
    values = read_page(PAGE).values
    assert values["title"] == "Man jailed for theft | Example Police"
    assert values["og.title"] == "Man jailed & fined"
    assert values["og.site.name"] == "Example Police"
    assert values["description"] == "A man was jailed."
    assert values["canonical"] == "https://www.example.org/news/man"
    assert values["article.published.time"] == "2021-03-02T10:00:00Z"
    assert values["publish.date"] == "2021-03-02"


def test_addresses_are_collected() -> None:
    page = read_page(PAGE)
    assert page.links == ("https://a.example/b", "https://c.example/d")
    assert page.media == ("/face.jpg",)


def test_a_page_without_article_or_main_is_read_from_its_body() -> None:
    assert read_page("<html><body><div>One</div><div>Two</div></body></html>").text == "One\n\nTwo"


def test_a_page_without_text_is_refused() -> None:
    with pytest.raises(ArticleError, match="without a body"):
        read_page("<html><head></head><body> </body></html>", "a.html")


@pytest.mark.parametrize(
    ("text", "looks", "whole"),
    [
        ("<!doctype html><p>x", True, True),
        ("\n<!-- a --> <html>", True, False),
        ("<p>fragment</p>", True, False),
        ("<withheld> said", False, False),
        ("# Markdown <p>", False, False),
        ("<!-- -->" * 200 + "x", False, False),
    ],
)
def test_pages_are_told_from_text(text: str, looks: bool, whole: bool) -> None:
    assert (looks_like_html(text), is_whole_page(text)) == (looks, whole)


@pytest.mark.parametrize(
    "tail", ["<a " * 70_000, "<div>" * 3_000, "<p " + "a=1 " * 50_000 + ">x", "<!--" * 50_000]
)
def test_hostile_pages_take_no_more_than_moments(tail: str) -> None:
    start = time.process_time()
    assert read_page("<html><body>text " + tail).text.startswith("text")
    assert time.process_time() - start < 4
