"""Rotating Better Auth's secrets: by BETTER_AUTH_SECRETS both sides come to the same answer."""

from secrets import token_hex

from aura_gql.auth.service import AuthService
from aura_gql.infra.mongo import Database
from aura_gql.settings_groups import AuthSettings
from tests.support.better_auth import Application, Login, better_auth
from tests.support.node import needs_node

OLD, NEW = token_hex(32), token_hex(32)
BEFORE, AFTER = f"1:{OLD}", f"2:{NEW},1:{OLD}"


def service(database: Database, versions: str) -> AuthService:
    """Our service under a BETTER_AUTH_SECRETS."""
    settings = AuthSettings.model_validate({"better_auth_secrets": versions})
    assert settings.current_secret is not None
    return AuthService(database, settings.current_secret.get_secret_value())


async def email(database: Database, versions: str, login: Login) -> str | None:
    """Whose the login's cookie is to us under a BETTER_AUTH_SECRETS, its bearer being the same user's."""
    auth = service(database, versions)
    viewer = await auth.authenticate(login.header, None)
    assert viewer == await auth.authenticate(None, f"Bearer {login.bearer}")
    return viewer.email if viewer else None


@needs_node
async def test_a_rotation_refuses_what_better_auth_refuses(mongodb_uri: str, database: Database) -> None:
    # BETTER_AUTH_SECRET is there too, for it must count for nothing: first another one, then that of the old version.
    applications = [Application(token_hex(32), BEFORE), Application(OLD, AFTER)]
    async with better_auth(mongodb_uri, database, *applications) as (before, after):
        login = await before.sign_up()
        assert await email(database, BEFORE, login) == login.email
        # Better Auth decrypts with earlier secrets what they encrypted; they verify no cookie and no bearer.
        assert await after.email_of(login.header) is None
        assert await email(database, AFTER, login) is None
        again = await after.sign_in(login.email)
        assert await email(database, AFTER, again) == login.email
        assert (await email(database, BEFORE, again), await before.email_of(again.header)) == (None, None)
        ours = await service(database, AFTER).sign_in(login.email)
        assert await after.email_of(f"{ours.cookie_name}={ours.cookie_value}") == login.email
