"""Where settings come from, which source wins, and what is said of nonsense."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.errors import SettingsError
from searchkit.settings import (
    SETTINGS,
    ClusterOptions,
    cluster_options,
    load_settings,
    surroundings,
)


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables of a user whose home and working folder are empty."""
    monkeypatch.chdir(tmp_path)
    return {"HOME": str(tmp_path / "home")}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_every_default_passes_its_own_check() -> None:
    for setting in SETTINGS:
        assert setting.check(setting.default) == setting.default


def test_the_nearest_source_wins(variables: dict[str, str], tmp_path: Path) -> None:
    assert load_settings(variables).text("index") == "index"
    write(tmp_path / "home/.config/searchkit/config.toml", 'index = "a"\nlimit = 5\n')
    assert load_settings(variables).text("index") == "a"
    write(tmp_path / "searchkit.toml", 'index = "b"\nfacets = ["force"]\n')
    assert load_settings(variables).text("index") == "b"
    variables["SEARCHKIT_INDEX"] = "c"
    loaded = load_settings(variables)
    assert loaded.text("index") == "c"
    assert loaded.whole("limit") == 5
    assert loaded.names("facets") == ("force",)
    assert loaded.origins["index"] == "environment SEARCHKIT_INDEX"
    assert loaded.origins["facets"] == str(tmp_path / "searchkit.toml")
    assert loaded.override("index", "d", "--index").text("index") == "d"


def test_xdg_folders_are_honoured(variables: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "xdg/searchkit/config.toml", "limit = 7")
    variables["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
    variables["XDG_STATE_HOME"] = str(tmp_path / "state")
    assert load_settings(variables).whole("limit") == 7
    assert surroundings(variables).state_folder == tmp_path / "state" / "searchkit"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("limt = 3", "there is no setting 'limt'"),
        ("limit = 0", "limit must be from 1 to 1e+06, not 0"),
        ("limit = true", "limit must be a whole number, not True"),
        ('limit = "many"', "limit must be a whole number, not 'many'"),
        ('color = "red"', "color must be one of auto, always, never, not 'red'"),
        ('pager = "perhaps"', "pager must be true or false, not 'perhaps'"),
        ('snippet = "wide"', "snippet must be none, lead or a number of characters"),
        ("facets = 3", "facets must be names, separated by commas, not 3"),
        ('index = ""', "index must be some text, not ''"),
        ('opensearch_tls = "maybe"', "opensearch_tls must be one of auto, on, off, not 'maybe'"),
        ("opensearch_shards = -1", "opensearch_shards must be from 0 to 1,024, not -1"),
        ("opensearch_replicas = 1.5", "opensearch_replicas must be a whole number, not 1.5"),
        ("opensearch_refresh = -1", "opensearch_refresh must be from 0 to 86,400, not -1"),
        ("index = ", "is not TOML"),
    ],
)
def test_nonsense_is_named_with_its_file(
    text: str, reason: str, variables: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path / "searchkit.toml", text)
    with pytest.raises(SettingsError) as caught:
        load_settings(variables)
    assert str(caught.value).startswith(str(tmp_path / "searchkit.toml"))
    assert reason in str(caught.value)


def test_a_misspelt_setting_is_suggested(variables: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "searchkit.toml", "limt = 3")
    with pytest.raises(SettingsError) as caught:
        load_settings(variables)
    assert caught.value.hint == "did you mean limit?"


def test_switches_and_numbers_can_come_from_variables(variables: dict[str, str]) -> None:
    variables |= {
        "SEARCHKIT_PAGER": "no",
        "SEARCHKIT_LOCK_TIMEOUT": "2.5",
        "SEARCHKIT_FACETS": "a,b",
    }
    loaded = load_settings(variables)
    assert not loaded.on("pager")
    assert loaded.seconds("lock_timeout") == 2.5
    assert loaded.names("facets") == ("a", "b")


def test_colour_is_refused_by_no_color_and_links_by_dumb_terminals() -> None:
    assert surroundings({"HOME": "/", "NO_COLOR": "1"}).no_color
    assert not surroundings({"HOME": "/", "NO_COLOR": ""}).no_color
    assert not surroundings({"HOME": "/", "TERM": "dumb"}).hyperlinks
    assert surroundings({"HOME": "/", "TERM": "xterm-256color"}).hyperlinks


class TestClusters:
    def test_nothing_set_is_as_many_shards_as_needed_with_a_copy_and_no_password(
        self, variables: dict[str, str]
    ) -> None:
        assert cluster_options(variables) == ClusterOptions()
        assert ClusterOptions() == ClusterOptions("auto", "", "", "", 0, 1, 0, 30.0)

    def test_what_is_set_arrives(self, variables: dict[str, str], tmp_path: Path) -> None:
        write(tmp_path / "searchkit.toml", "opensearch_shards = 6\nopensearch_refresh = 30\n")
        variables |= {
            "SEARCHKIT_OPENSEARCH_TLS": "on",
            "SEARCHKIT_OPENSEARCH_CA": "/etc/ca.pem",
            "SEARCHKIT_OPENSEARCH_REPLICAS": "2",
            "SEARCHKIT_OPENSEARCH_USER": "anna",
            "SEARCHKIT_OPENSEARCH_PASSWORD": "hunter2",
        }
        wanted = ClusterOptions("on", "/etc/ca.pem", "anna", "hunter2", 6, 2, 30)
        assert cluster_options(variables) == wanted

    def test_a_password_is_not_shown_by_accident(self, variables: dict[str, str]) -> None:
        variables |= {
            "SEARCHKIT_OPENSEARCH_USER": "anna",
            "SEARCHKIT_OPENSEARCH_PASSWORD": "hunter2",
        }
        assert "hunter2" not in repr(cluster_options(variables))
        loaded = load_settings(variables)
        assert "hunter2" not in repr(loaded)
        assert not any("user" in name or "password" in name for name in loaded.values)

    @pytest.mark.parametrize("name", ["USER", "PASSWORD"])
    def test_a_user_needs_a_password(self, name: str, variables: dict[str, str]) -> None:
        variables[f"SEARCHKIT_OPENSEARCH_{name}"] = "hunter2"
        with pytest.raises(SettingsError, match="go together") as caught:
            cluster_options(variables)
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize("name", ["opensearch_password", "opensearch_user"])
    def test_a_password_may_stand_in_no_file(
        self, name: str, variables: dict[str, str], tmp_path: Path
    ) -> None:
        write(tmp_path / "searchkit.toml", f'{name} = "hunter2"')
        with pytest.raises(SettingsError, match=f"{name} may stand in no file") as caught:
            load_settings(variables)
        assert caught.value.hint == f"set SEARCHKIT_{name.upper()} instead"
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize("way", ["file", "variable"])
    def test_an_address_with_a_password_is_refused_and_not_repeated(
        self, way: str, variables: dict[str, str], tmp_path: Path
    ) -> None:
        place = "opensearch://anna:hunter2@host/news"
        if way == "file":
            write(tmp_path / "searchkit.toml", f'index = "{place}"')
        else:
            variables["SEARCHKIT_INDEX"] = place
        with pytest.raises(SettingsError, match="index has a user or a password") as caught:
            load_settings(variables)
        assert "SEARCHKIT_OPENSEARCH_PASSWORD" in caught.value.hint
        assert "hunter2" not in str(caught.value) + caught.value.hint
        assert caught.value.__suppress_context__


class TestConfigCommand:
    @pytest.fixture(autouse=True)
    def _home(self, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        for setting in SETTINGS:
            monkeypatch.delenv(setting.variable, raising=False)
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        monkeypatch.setenv("HOME", variables["HOME"])

    def test_it_shows_every_setting_as_toml(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["config"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(" = ")[0] for line in lines] == [setting.name for setting in SETTINGS]
        assert any(line.startswith("pager = true ") for line in lines)

    def test_it_shows_where_each_value_comes_from(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("SEARCHKIT_LIMIT", "3")
        assert main(["config", "--show-origin", "--index", "elsewhere"]) == 0
        told = capsys.readouterr()
        assert re_spaced('index = "elsewhere" # --index') in re_spaced(told.out)
        assert re_spaced("limit = 3 # environment SEARCHKIT_LIMIT") in re_spaced(told.out)
        assert "searchkit.toml" in told.err
        main(["config", "--json"])
        assert json.loads(capsys.readouterr().out)["limit"] == {
            "value": 3,
            "origin": "environment SEARCHKIT_LIMIT",
        }

    def test_a_broken_file_ends_every_command_with_its_name(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(tmp_path / "searchkit.toml", "limt = 3")
        assert main(["stats"]) == Exit.USAGE
        assert capsys.readouterr().err == (
            f"error: {tmp_path / 'searchkit.toml'}: there is no setting 'limt'\n"
            "       did you mean limit?\n"
        )


def re_spaced(text: str) -> str:
    return " ".join(text.split())
