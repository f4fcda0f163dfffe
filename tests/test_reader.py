"""One source to one article, in three formats, or one clear reason why not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.article import Article, Rejected
from searchkit.errors import ArticleError
from searchkit.ingest.formats import Format, format_of
from searchkit.ingest.reader import article_id, normal_url, parse_article, read_article
from searchkit.settings import IngestLimits

RELEASE = """```yaml
area: Kent
og:
  description: A man was jailed for theft in Exampleton on Monday.
  title: Man jailed
title: Man jailed for theft | Kent Police
url: https://www.kent.police.uk/news/man-jailed/
```

19:05 02/02/2021

**A man was jailed** for theft, officers of Essex Police said.

Quote reference 46/12345/21. See https://e.example/x.

Find out more here
"""


def test_a_release_becomes_an_article() -> None:
    article = parse_article(RELEASE, path="kent/1.md")
    assert article.title == "Man jailed for theft"
    assert article.title_source == "title"
    assert article.body == (
        "A man was jailed for theft, officers of Essex Police said.\n\n"
        "Quote reference 46/12345/21. See e.example/…."
    )
    assert article.lead == "A man was jailed for theft in Exampleton on Monday."
    assert article.force is not None
    assert (article.area, article.force.id, article.mentions) == ("Kent", "kent", ("essex",))
    assert article.date.iso == "2021-02-02T19:05:00+00:00"
    assert article.references == ("46/12345/21",)
    assert article.links == ("https://e.example/x",)
    assert article.meta["og.title"] == "Man jailed"
    assert article.sha256 == hashlib.sha256(RELEASE.encode()).hexdigest()
    assert Article.from_json(article.to_json()) == article


SEEDS = {
    "000_939fb2e9a25a1d78.txt": (
        "Recruitment campaign uses actors to keep cops on street",
        "2021-02-02T19:05:00+00:00",
        "essex",
    ),
    "003_4723a9d7870babc3.txt": (
        "Be the Difference",
        "2020-07-14T12:25:00+01:00",
        "avon-and-somerset",
    ),
    "004_a380245022b8a975.txt": (
        "Almost 2,300 hopefuls keen to become Hertfordshire police officers",
        "2020-08-21",
        "hertfordshire",
    ),
}


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_read_as_people_read_them(seeds: Path, name: str) -> None:
    article = parse_article((seeds / name).read_bytes(), path=name)
    title, when, force = SEEDS[name]
    assert article.force is not None
    assert (article.title, article.date.iso, article.force.id) == (title, when, force)
    assert "Find out more here" not in article.body
    assert not set("*#`_") & set(article.body.replace("(*)", ""))
    assert article.lead.endswith(".")


def test_words_of_an_address_are_not_words_of_the_text(seeds: Path) -> None:
    article = parse_article((seeds / "004_a380245022b8a975.txt").read_bytes())
    assert "diversity" not in article.body
    assert "hertspoliceofficer.co.uk/diversity" in article.links


def test_markdown_without_front_matter_is_an_article() -> None:
    article = parse_article("# Man jailed\n\nA man was jailed on Monday.\n", path="a.md")
    assert (article.title, article.title_source) == ("Man jailed", "heading")
    assert article.body == "A man was jailed on Monday."
    plain = parse_article("A man was jailed. He was 30.\n\nMore.", path="a.txt")
    assert (plain.title, plain.title_source) == ("A man was jailed.", "first-line")


def test_a_page_is_an_article_whatever_its_file_is_called() -> None:
    page = (
        "<!doctype html><title>Man jailed | Kent Police</title><meta property='og:url' "
        "content='https://www.kent.police.uk/x'><h1>Man jailed</h1><p>A man was jailed.</p>"
    )
    for name in ("a.html", "a.txt"):
        article = parse_article(page, path=name, format=format_of(name))
        assert (article.title, article.body) == ("Man jailed", "A man was jailed.")
        assert article.force is not None
        assert article.force.source == "host"


def test_one_json_object_is_an_article() -> None:
    line = json.dumps(
        {
            "headline": "Man jailed",
            "body": "A **man** was jailed.",
            "url": "https://www.kent.police.uk/x",
            "datePublished": "2021-03-02",
            "tags": ["theft", "court"],
        }
    )
    article = parse_article(line)
    assert (article.title, article.body) == ("Man jailed", "A man was jailed.")
    assert article.date.iso == "2021-03-02"
    assert article.meta["tags"] == "theft, court"
    markup = parse_article('{"title": "T", "content": "<p>One <b>two</b></p><p>three</p>"}')
    assert markup.body == "One two\n\nthree"


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_byte_order_marks_and_any_line_end_are_accepted(newline: str) -> None:
    data = b"\xef\xbb\xbf" + RELEASE.replace("\n", newline).encode()
    assert parse_article(data).body == parse_article(RELEASE).body


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "empty", None),
        (b" \n\t\n", "empty", None),
        (b"one\ntwo \xff", "not UTF-8 at byte 8", 2),
        ("text".encode("utf-16"), "encoded as UTF-16", None),
        (b"one\n\x00", "NUL byte", 2),
        (b"```yaml\ntitle: A\n\ntext", "no end", 1),
        (b"```yaml\ntitle: A\ntitle: B\n```\ntext", "is there twice", 3),
        (b"```yaml\narea: Kent\n```\n", "neither a title nor any text", None),
        (b"x" * 2_000, "2,000 bytes long, the limit is 1,000", None),
        (b'{"title": "a\n', "not valid JSON", 1),
        (b'{"title": "\\ud800"}', "lone surrogate", None),
        (b"<html><body></body></html>", "without a body", None),
    ],
)
def test_what_is_no_article_is_rejected_for_one_clear_reason(
    data: bytes, reason: str, line: int | None
) -> None:
    rejected = read_article(data, path="x", limits=IngestLimits(article_bytes=1_000))
    assert isinstance(rejected, Rejected)
    assert (rejected.path, rejected.line) == ("x", line)
    assert reason in rejected.reason
    assert "\n" not in rejected.reason


@pytest.mark.parametrize("text", ["[]", "[1]", '"text"', "7"])
def test_json_that_is_no_object_is_rejected(text: str) -> None:
    with pytest.raises(ArticleError, match="not one object"):
        parse_article(text, format=Format.JSON)


def test_text_with_half_a_character_pair_is_rejected() -> None:
    with pytest.raises(ArticleError, match="lone surrogate") as caught:
        parse_article("one\n\ud800", path="x")
    assert caught.value.line == 2


def test_an_id_survives_what_does_not_change_the_page() -> None:
    same = {
        article_id(url, "")
        for url in (
            "https://www.Kent.police.uk/a/b?x=1&utm_source=mail#top",
            "http://www.kent.police.uk/a/b/?x=1",
            "https://www.kent.police.uk:443/a/b?x=1&PHPSESSID=9",
        )
    }
    assert len(same) == 1
    assert len(same.pop()) == 16
    assert article_id("https://a.example/?id=1", "") != article_id("https://a.example/?id=2", "")
    assert article_id("", "One  text") == article_id("", "One text") != article_id("", "Other")
    assert normal_url("http://[broken") == ""


def test_a_description_that_is_cut_or_says_nothing_is_no_lead() -> None:
    for description in (
        "A man was jailed for&hellip;",
        "A man was jailed for theft, officers of Ess",
        "Man jailed for theft",
        "Latest news from our officers in the county",
    ):
        changed = RELEASE.replace(
            "A man was jailed for theft in Exampleton on Monday.", description
        )
        assert parse_article(changed).lead == (
            "A man was jailed for theft, officers of Essex Police said."
        )


def test_metadata_is_unescaped_and_wholly_encoded_addresses_are_decoded() -> None:
    article = parse_article(
        "---\ntitle: Caf&eacute; &amp;amp; bar\nog:url: https%3a%2f%2fwww.kent.police.uk%2fa%3Fb\n"
        "og:site_name: <p>Kent Police</p>\n---\nA man was jailed."
    )
    assert article.title == "Café & bar"
    assert article.url == "https://www.kent.police.uk/a?b"
    assert article.meta["og.site.name"] == "Kent Police"


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_article_or_rejected(data: bytes) -> None:
    outcome = read_article(data, path="x")
    assert isinstance(outcome, Rejected) or (outcome.title and len(outcome.id) == 16)


@settings(max_examples=60)
@given(st.text(max_size=120))
def test_reading_is_the_same_every_time_and_survives_storage(text: str) -> None:
    outcome = read_article(text.encode(errors="surrogatepass"), path="a.md")
    assert read_article(text.encode(errors="surrogatepass"), path="a.md") == outcome
    assert isinstance(outcome, Rejected) or Article.from_json(outcome.to_json()) == outcome
