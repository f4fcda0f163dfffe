"""Front matter: found by its fence, read strictly, every value the text that was written."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.errors import ArticleError
from searchkit.ingest.frontmatter import flattened, split
from searchkit.settings import IngestLimits


def values(block: str) -> dict[str, str]:
    return split(f"```yaml\n{block}\n```\nbody\n").values


def refusal(block: str) -> ArticleError:
    with pytest.raises(ArticleError) as caught:
        split(f"```yaml\n{block}\n```\nbody\n", path="a.md")
    return caught.value


def test_a_yaml_fence_parts_metadata_from_body() -> None:
    front = split("```yaml\ntitle: A\nog:\n  title: B\n```\n\nText.\n")
    assert front.found
    assert front.values == {"title": "A", "og.title": "B"}
    assert front.body.strip() == "Text."


@pytest.mark.parametrize("end", ["---", "..."])
def test_dashes_are_a_fence_too(end: str) -> None:
    front = split(f"---\ntitle: A\n{end}\nText --- here.\n---\nmore")
    assert front.values == {"title": "A"}
    assert front.body.strip() == "Text --- here.\n---\nmore"


def test_text_without_a_fence_is_all_body() -> None:
    front = split("# A heading\n\n```yaml\na: b\n```\n")
    assert (front.found, front.values) == (False, {})
    assert front.body.startswith("# A heading")


def test_empty_lines_may_stand_before_the_fence() -> None:
    assert split("\n\n```yaml\ntitle: A\n```\n").values == {"title": "A"}


def test_empty_front_matter_has_no_values() -> None:
    assert split("---\n---\nText").values == {}


@pytest.mark.parametrize(
    "written", ["12:30", "2020-08-21", "1e3", "0x10", "yes", "null", "~", "1_000", "=", "-5"]
)
def test_scalars_stay_the_text_that_was_written(written: str) -> None:
    assert values(f"time: {written}") == {"time": written}


def test_escapes_and_folded_lines_are_read_as_yaml_means_them() -> None:
    assert values("a: \"We\\u2019re\\_in\"\nb: 'it''s'\nc: one\n  two") == {
        "a": "We’re\xa0in",
        "b": "it's",
        "c": "one two",
    }


def test_lists_are_joined_and_mappings_in_lists_are_numbered() -> None:
    assert values("tags: [burglary, theft]\nby:\n- name: A\n- name: B\nnone: []") == {
        "tags": "burglary, theft",
        "by.0.name": "A",
        "by.1.name": "B",
        "none": "",
    }


@pytest.mark.parametrize(
    ("block", "word", "line"),
    [
        ("a: &x 1\nb: *x", "anchor", 2),
        ("b: *x", "alias", 2),
        ("a: !!python/object:os.system 1", "tag", 2),
        ("a:\n  <<: {b: c}", "merge key", 3),
        ("a: 1\nb: 2\na: 3", "'a' is there twice", 4),
        ("og.title: x\nog:\n  title: y", "'og.title' is there twice", 4),
        ("- a\n- b", "a list", 2),
        ("just words", "not a list of keys and values", 2),
        ("? [a]\n: b", "itself a list", 2),
        ("a: b\n--- \nc: d", "second YAML document", 3),
        ("a: 'open", "not valid YAML", 3),
        ("title: one: two", "not valid YAML", 2),
        ("a: b\nc: \x07", "character YAML does not allow", 3),
    ],
)
def test_what_is_refused_is_named_with_its_line_in_the_file(
    block: str, word: str, line: int
) -> None:
    error = refusal(block)
    assert word in error.reason
    assert (error.path, error.line) == ("a.md", line)


@pytest.mark.parametrize("opening", ["```yaml\ntitle: A\n", "---\ntitle: A\n\nText\n"])
def test_a_fence_that_never_ends_is_reported_where_it_begins(opening: str) -> None:
    with pytest.raises(ArticleError, match="no end") as caught:
        split("\n" + opening)
    assert caught.value.line == 2


def test_sizes_and_depths_over_the_limit_are_refused() -> None:
    with pytest.raises(ArticleError, match=r"100,00\d bytes"):
        split("```yaml\na: " + "x" * 100_000 + "\n```\n")
    assert "nested more than 16 deep" in refusal("a: " + "[" * 17 + "]" * 17).reason
    limits = IngestLimits(front_matter_bytes=200_000)
    assert len(split("```yaml\na: " + "x" * 100_000 + "\n```\n", limits=limits).values["a"]) == 1e5


HOSTILE = {
    "brackets": "a: " + "[" * 60_000,
    "braces": "a: " + "{a: " * 12_000,
    "dashes": "a:\n" + "- " * 30_000,
    "questions": "? " * 30_000,
    "merge bomb": "a: &a {k: v}\n"
    + "\n".join(
        f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [*{chr(97 + n)}, *{chr(97 + n)}]}}" for n in range(20)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_quickly_and_kills_nothing(name: str) -> None:
    code = (
        "import resource, sys\n"
        # Seconds of the processor: how busy the machine is does not matter.
        "resource.setrlimit(resource.RLIMIT_CPU, (10, 10))\n"
        "from searchkit.errors import ArticleError\n"
        "from searchkit.ingest.frontmatter import split\n"
        "try:\n    split('```yaml\\n' + sys.stdin.read() + '\\n```\\n')\n"
        "except ArticleError as error:\n    print('refused', error.line)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=HOSTILE[name],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("refused")


def test_json_objects_flatten_by_the_same_rules() -> None:
    tree = {"a": {"b": 1, "c": None}, "tags": ["x", 2], "by": [{"name": "A"}], "ok": True}
    assert flattened(tree, "", 16) == {
        "a.b": "1",
        "a.c": "",
        "ok": "true",
        "tags": "x, 2",
        "by.0.name": "A",
    }
    deep: dict[str, object] = {}
    for _ in range(20):
        deep = {"a": deep}
    with pytest.raises(ArticleError, match="nested"):
        flattened(deep, "", 16)


keys = st.text(st.sampled_from("abcxyz"), min_size=1, max_size=4)
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufeff\u2028\u2029"),
    max_size=12,
)


@settings(max_examples=150)
@given(
    st.dictionaries(keys, st.one_of(texts, st.dictionaries(keys, texts, min_size=1)), min_size=1)
)
def test_whatever_yaml_writes_is_read_back(tree: dict[str, str | dict[str, str]]) -> None:
    block = yaml.safe_dump(tree, allow_unicode=True)
    expected = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            expected |= {f"{key}.{inner}": text for inner, text in value.items()}
        else:
            expected[key] = value
    assert split(f"```yaml\n{block}```\n").values == expected


@settings(max_examples=200)
@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#?,% \n<`~.\\")))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = split(f"---\n{text}\n---\n").values
    except ArticleError as error:
        refused = error
        read = {"line": str(refused.line)}
    assert all(isinstance(value, str) for value in read.values())
    assert read.get("line") != "None"
