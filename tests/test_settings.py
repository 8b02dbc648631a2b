"""Settings: their sources, their faults told in a line each, and their documentation."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aura_gql.settings import Mode, Settings, SettingsError, load_settings
from tests.support import env_example

SECRET = "s" * 32
PRODUCTION = {
    "DATABASE_URL": "mongodb://db.example.com/?replicaSet=a",
    "MONGODB_DB_NAME": "aura",
    "BETTER_AUTH_SECRET": SECRET,
    "BLOB_DIRECTORY": "/srv/blobs",
}
R2 = {
    "R2_ACCOUNT_ID": "abc123",
    "R2_ACCESS_KEY_ID": "key",
    "R2_SECRET_ACCESS_KEY": "very-hidden",
    "R2_BUCKET": "bucket",
}

SetEnv = Callable[..., None]


@pytest.fixture
def set_env(monkeypatch: pytest.MonkeyPatch) -> SetEnv:
    """Sets variables in an environment that has no others of ours."""
    ours = {name.upper() for group in env_example.groups() for name in group.model_fields}
    for name in list(os.environ):
        if name.upper() in ours:
            monkeypatch.delenv(name)

    def set_all(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_all


def problems(mode: Mode) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(mode, None)
    return str(caught.value).splitlines()


def test_development_needs_nothing(set_env: SetEnv) -> None:
    settings = load_settings(Mode.DEVELOPMENT, None)
    assert settings.database.database_url is None
    assert settings.blob_directory == Path(".aura/blobs")
    assert (settings.graphiql_enabled, settings.introspection_enabled) == (True, True)
    assert (settings.environment, settings.log_format) == ("development", "console")


def test_production_names_everything_that_is_missing(set_env: SetEnv) -> None:
    named = [line.partition(":")[0] for line in problems(Mode.PRODUCTION)]
    assert named == ["DATABASE_URL", "MONGODB_DB_NAME", "BETTER_AUTH_SECRET", "R2_BUCKET"]


def test_an_empty_variable_is_a_missing_one(set_env: SetEnv) -> None:
    set_env(**PRODUCTION | {"BETTER_AUTH_SECRET": ""})
    assert problems(Mode.PRODUCTION) == ["BETTER_AUTH_SECRET: is required to serve."]


@pytest.mark.parametrize(
    ("variables", "current"),
    [
        ({}, SECRET),
        ({"BETTER_AUTH_SECRETS": f"7:{'n' * 32}"}, "n" * 32),
        ({"BETTER_AUTH_SECRETS": f" 12 : {'n:' * 16} , 3:old", "BETTER_AUTH_SECRET": ""}, "n:" * 16),
    ],
)
def test_the_first_of_several_secrets_is_the_one(set_env: SetEnv, variables: dict[str, str], current: str) -> None:
    set_env(**PRODUCTION | variables)
    secret = load_settings(Mode.PRODUCTION, None).auth.current_secret
    assert secret is not None
    assert secret.get_secret_value() == current


def test_production_with_a_folder(set_env: SetEnv) -> None:
    set_env(**PRODUCTION)
    settings = load_settings(Mode.PRODUCTION, None)
    assert settings.blob_directory == Path("/srv/blobs")
    assert (settings.graphiql_enabled, settings.introspection_enabled) == (False, False)
    assert (settings.environment, settings.log_format) == ("production", "json")


def test_production_with_r2(set_env: SetEnv) -> None:
    set_env(**PRODUCTION | R2 | {"BLOB_DIRECTORY": ""})
    settings = load_settings(Mode.PRODUCTION, None)
    assert settings.blob_directory is None
    assert settings.storage.endpoint_url == "https://abc123.r2.cloudflarestorage.com"


@pytest.mark.parametrize(
    ("environment", "prefix"), [("", "aura/production/"), ("Staging EU/2", "aura/staging-eu-2/"), ("dev", "aura/dev/")]
)
def test_environments_can_share_a_bucket(set_env: SetEnv, environment: str, prefix: str) -> None:
    set_env(**PRODUCTION | R2 | {"BLOB_DIRECTORY": "", "ENVIRONMENT": environment})
    set_env(R2_KEY_PREFIX="aura/{environment}/")
    assert load_settings(Mode.PRODUCTION, None).r2_key_prefix == prefix


def test_a_key_that_would_not_be_used(set_env: SetEnv) -> None:
    set_env(**PRODUCTION | R2 | {"BLOB_DIRECTORY": "", "R2_KMS_KEY_ID": "mine"})
    assert problems(Mode.PRODUCTION) == ["R2_KMS_KEY_ID: counts for R2_ENCRYPTION=aws:kms alone."]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("missing", sorted(R2))
def test_half_of_r2_is_refused(set_env: SetEnv, mode: Mode, missing: str) -> None:
    set_env(**PRODUCTION | R2 | {"BLOB_DIRECTORY": "", missing: ""})
    assert [line.partition(":")[0] for line in problems(mode)] == [missing]


def test_one_store_is_enough(set_env: SetEnv) -> None:
    set_env(**PRODUCTION | R2)
    assert problems(Mode.PRODUCTION) == ["BLOB_DIRECTORY: can't stand beside R2_* settings; choose one."]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "eighty", "should be a valid integer, unable to parse string as an integer"),
        ("PORT", "70000", "should be less than or equal to 65535"),
        ("MAX_FILE_BYTES", "0", "should be greater than or equal to 1"),
        ("LOG_LEVEL", "LOUD", "should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("BETTER_AUTH_SECRET", "hunter2-hunter2", "should have at least 32 characters, not 15"),
        ("BETTER_AUTH_SECRETS", "hunter2", "should be version:secret, separated by commas; entry 1 is not"),
        ("BETTER_AUTH_SECRETS", f"2:{SECRET},1:", "should be version:secret, separated by commas; entry 2 is not"),
        ("BETTER_AUTH_SECRETS", f"-2:{SECRET}", "should be version:secret, separated by commas; entry 1 is not"),
        ("BETTER_AUTH_SECRETS", f"2:{SECRET},2:hunter2", "should have each version once, but 2 is there again"),
        (
            "BETTER_AUTH_SECRETS",
            f"2:hunter2,1:{SECRET}",
            "should have at least 32 characters in its first secret, not 7",
        ),
        ("DATABASE_URL", "postgres://me:hunter2@db", "should begin with mongodb:// or mongodb+srv://"),
        ("GRAPHIQL_ENABLED", "hunter2", "should be a valid boolean, unable to interpret input"),
        ("EXECUTION_TIMEOUT_MS", "600001", "should not be over EXECUTION_MAX_TIMEOUT_MS"),
    ],
)
def test_a_wrong_value_is_one_line_that_does_not_tell_it(set_env: SetEnv, name: str, value: str, told: str) -> None:
    set_env(**{name: value})
    assert problems(Mode.DEVELOPMENT) == [f"{name}: {told}."]


def test_trusted_documents_alone_need_a_manifest(set_env: SetEnv) -> None:
    set_env(TRUSTED_DOCUMENTS_ONLY="true")
    assert problems(Mode.DEVELOPMENT) == ["TRUSTED_DOCUMENTS: is required beside TRUSTED_DOCUMENTS_ONLY."]


def test_every_wrong_value_is_told_at_once(set_env: SetEnv) -> None:
    set_env(PORT="x", MAX_FILE_BYTES="x", R2_BUCKET="x")
    assert [line.partition(":")[0] for line in problems(Mode.DEVELOPMENT)] == ["PORT", "R2_BUCKET", "MAX_FILE_BYTES"]


def test_secrets_stay_out_of_sight(set_env: SetEnv) -> None:
    set_env(**PRODUCTION | R2 | {"BLOB_DIRECTORY": "", "DATABASE_URL": "mongodb://me:very-hidden@db/"})
    set_env(BETTER_AUTH_SECRETS="1:very-hidden-very-hidden-very-hidden")
    shown = repr(load_settings(Mode.PRODUCTION, None))
    assert "very-hidden" not in shown
    assert SECRET not in shown


def test_the_environment_goes_before_the_file(set_env: SetEnv, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9001\nHOST=0.0.0.0\nSOMETHING_ELSE=1\n")
    set_env(PORT="9002")
    settings = load_settings(Mode.DEVELOPMENT, file)
    assert (settings.server.host, settings.server.port) == ("0.0.0.0", 9002)


def test_a_missing_file_is_none_at_all(set_env: SetEnv, tmp_path: Path) -> None:
    assert isinstance(load_settings(Mode.DEVELOPMENT, tmp_path / ".env"), Settings)


def test_the_example_is_what_the_settings_say() -> None:
    committed = Path(__file__).parents[1] / ".env.example"
    assert committed.read_text() == env_example.render(), "run: python -m tests.support.env_example > .env.example"


def test_the_example_is_a_valid_file(set_env: SetEnv, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(env_example.render().replace("\n#", "\n").replace("\n ", "\n# "))
    assert load_settings(Mode.DEVELOPMENT, file) == load_settings(Mode.DEVELOPMENT, None)


def test_every_setting_is_described_once() -> None:
    fields = [(name, field) for group in env_example.groups() for name, field in group.model_fields.items()]
    assert len({name for name, _ in fields}) == len(fields)
    units = {"_ms": "illiseconds", "_s": "econds", "_bytes": "ytes", "_days": "ays"}
    for name, field in fields:
        assert field.description
        assert all(word in field.description for suffix, word in units.items() if name.endswith(suffix)), name
