"""Settings are read by name, and a wrong one is named."""

from pathlib import Path

import pytest

from tta.app.settings import PREFIX, Settings, SettingsWrong, read_settings

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_nothing_given_is_the_embedded_default():
    assert read_settings({}) == Settings()


def test_each_kind_of_value_is_read():
    told = {
        "TTA_PORT": "9000",
        "TTA_STORE_DECLARED": "true",
        "TTA_KEYS_DIR": "/keys",
        "TTA_STORE_URL": "redis://h",
    }
    read = read_settings(told)
    assert (9000, True, Path("/keys"), "redis://h") == (
        read.port,
        read.store_declared,
        read.keys_dir,
        read.store_url,
    )


def test_a_tilde_is_the_home_where_no_shell_has_looked_at_it():
    assert read_settings({"TTA_DATA_DIR": "~/tta"}).data_dir == Path.home() / "tta"
    assert read_settings({}, data_dir=Path("~/tta")).data_dir == Path.home() / "tta"
    with pytest.raises(SettingsWrong, match="TTA_DATA_DIR"):
        read_settings({"TTA_DATA_DIR": "~nobody-of-that-name/tta"})


def test_what_the_command_line_says_wins():
    assert read_settings({"TTA_PORT": "9000"}, port=9001, host=None).port == 9001


def test_an_empty_variable_counts_as_none():
    assert read_settings({"TTA_PORT": ""}) == Settings()


def test_variables_of_others_are_left_alone():
    assert read_settings({"PATH": "/bin", "TTAX": "1"}) == Settings()


def test_a_misspelt_setting_is_named():
    with pytest.raises(SettingsWrong, match="TTA_STORE_ULR is not a setting"):
        read_settings({"TTA_STORE_ULR": "redis://h"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TTA_PORT", "many"),
        ("TTA_PORT", "65536"),
        ("TTA_WORKER_PORT", "-1"),
        ("TTA_STORE_DECLARED", "perhaps"),
        ("TTA_STORE_SLOTS", "1.5"),
        ("TTA_WORKER", "two words"),
        ("TTA_WORKER", "broken\n"),
        ("TTA_WORKER", "w" * 101),
        ("TTA_MODEL_CALLS_MAX", "0"),
        ("TTA_MODEL_CALLS_MAX", "65"),
        ("TTA_MODEL_TOKENS_PLAYER_DAY", "-1"),
        ("TTA_MODEL_TOKENS_STORE_DAY", "-1"),
    ],
)
def test_a_malformed_value_is_named(variable, value):
    with pytest.raises(SettingsWrong, match=f"^{variable}: "):
        read_settings({variable: value})


@pytest.mark.parametrize("origins", ["*", "banana", "https://a.example/path", "https://a.example, ftp://b"])
def test_what_no_browser_sends_as_an_origin_is_refused(origins):
    with pytest.raises(SettingsWrong, match="TTA_ORIGINS"):
        _ = read_settings({"TTA_ORIGINS": origins}).allowed_origins


def test_origins_are_read_with_commas_between():
    told = "https://play.example.org, http://localhost:5173,, http://[::1]:80"
    read = read_settings({"TTA_ORIGINS": told}).allowed_origins
    assert read == ("https://play.example.org", "http://localhost:5173", "http://[::1]:80")


@pytest.mark.parametrize(
    ("told", "is_https"),
    [
        ("", False),
        ("http://localhost:8000", False),
        ("https://api.example.org", True),
        ("https://[::1]:8443", True),
    ],
)
def test_only_an_https_origin_is_https(told, is_https):
    assert read_settings({"TTA_PUBLIC_ORIGIN": told}).is_https == is_https


@pytest.mark.parametrize(
    "told", ["https", "https:", "api.example.org", "https://a.example/", "HTTPS://a.example"]
)
def test_what_is_no_origin_is_named(told):
    with pytest.raises(SettingsWrong, match="TTA_PUBLIC_ORIGIN"):
        _ = read_settings({"TTA_PUBLIC_ORIGIN": told}).is_https


def test_a_wrong_durability_is_named():
    with pytest.raises(SettingsWrong, match="TTA_STORE_DURABILITY"):
        _ = read_settings({"TTA_STORE_DURABILITY": "always"}).durability


def test_the_password_comes_from_its_file(tmp_path):
    secret = tmp_path / "password"
    secret.write_text("hidden\n")
    assert read_settings({"TTA_GRAPH_PASSWORD_FILE": str(secret)}).password() == "hidden"


def test_a_missing_password_file_is_named(tmp_path):
    with pytest.raises(SettingsWrong, match="TTA_GRAPH_PASSWORD_FILE"):
        read_settings({"TTA_GRAPH_PASSWORD_FILE": str(tmp_path / "none")}).password()


def test_the_docs_list_every_setting():
    text = DOCS.read_text()
    missing = [f for f in Settings.__struct_fields__ if f"`{PREFIX}{f.upper()}`" not in text]
    assert missing == []
