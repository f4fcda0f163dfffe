"""The quick reader of plain front matter says what the strict one says, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.errors import ArticleError
from searchkit.ingest.frontmatter import _read_all
from searchkit.ingest.plainyaml import read_plain

DEPTH = 3


def strictly(block: str) -> list[tuple[str, str]] | None:
    """What the strict reader makes of ``block``, in order; ``None`` if it refuses."""
    try:
        return list(_read_all(block, "", 1, DEPTH).items())
    except ArticleError:
        return None


keys = st.sampled_from(["area", "og", "title", "y", "null", "a1", "a_b", "<<", "og:title", "- a"])
bits = st.sampled_from(
    ["Kent", "12:30", ": ", " #", "#", "'", "''", '"', "\\", "\\u2013", "\\xA3", "\\ud83d", "\\n",
     " ", "-", "<", "<<", "&a", "*a", "!x", "|", ">", "[", "{", "}", "?", "~", "%", "@", "`", ",",
     "\t", "…", "£5", "é", "\x85", "\xa0", "\u2028", "\ufeff", "\U0001f600", "---", "...", ":",
     "\x07"]
)  # fmt: skip
values = st.one_of(
    st.lists(bits, max_size=5).map("".join),
    st.lists(bits, max_size=5).map(lambda found: "'" + "".join(found) + "'"),
    st.lists(bits, max_size=5).map(lambda found: '"' + "".join(found) + '"'),
    st.lists(bits, max_size=5).map(lambda found: "Kent" + "".join(found)),
    st.text(max_size=8),
)
lines = st.builds(
    lambda indent, key, gap, value: " " * indent + key + gap + value,
    st.integers(0, 4),
    keys,
    st.sampled_from([": ", ":", ":  ", " : ", ":\t"]),
    values,
)
nested = st.builds(lambda indent, key: " " * indent + key + ":", st.integers(0, 4), keys)
plain = st.builds(
    lambda indent, key, value: f"{' ' * indent}{key}: {value}",
    st.sampled_from([0, 0, 0, 2, 2, 4]),
    st.sampled_from("abcdefghij"),
    st.sampled_from(["Kent Police", "'quoted'", '"Kent \\u2013 \\xA35"', "https://a.uk/b?c=d#e"]),
)
blocks = st.lists(st.one_of(lines, nested, plain), min_size=1, max_size=6).map(
    lambda found: "\n".join(found) + "\n"
)


@settings(max_examples=600)
@given(st.one_of(blocks, st.lists(st.one_of(nested, plain), max_size=6).map("\n".join)))
def test_what_is_read_is_what_the_strict_reader_reads(block: str) -> None:
    found = read_plain(block, DEPTH)
    if found is not None:
        assert list(found.items()) == strictly(block)


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("area: Kent\n", {"area": "Kent"}),
        ("og:\n  site:\n    name: A & B\n  type: x\nurl: y\n",
         {"og.site.name": "A & B", "og.type": "x", "url": "y"}),
        ("a: 'it''s'\nb: '5'\nc: \"\\xA35 \\u2013 \\\"x\\\"\"\n",
         {"a": "it's", "b": "5", "c": '£5 – "x"'}),
        ('a: "two\\nlines \\\\n"\nb: <p>Kent</p>\n', {"a": "two\nlines \\n", "b": "<p>Kent</p>"}),
        ("published:\n  time: 2021-03-12T09:51+00:00\n",
         {"published.time": "2021-03-12T09:51+00:00"}),
    ],
)  # fmt: skip
def test_plain_front_matter_is_read(block: str, found: dict[str, str]) -> None:
    assert read_plain(block, DEPTH) == found
    assert strictly(block) == list(found.items())


@pytest.mark.parametrize(
    "block",
    ["", "\n", "a:\n", "a: b", "a: b\na: c\n", "a:\n b: c\na:\n b: d\n", "a:\n  b: c\n d: e\n",
     " a: b\n", "a: b: c\n", "a: b #c\n", "a: - b\n", "a: b\n  c\n", "a: [b]\n", "a: &b c\n",
     "a:\n b:\n  c:\n   d: e\n", 'a: "\\ud83d"\n', 'a: "\\t"\n', "a: 'b' c\n", "a: ''\n"],
)  # fmt: skip
def test_whatever_else_is_left_to_the_strict_reader(block: str) -> None:
    assert read_plain(block, DEPTH) is None
