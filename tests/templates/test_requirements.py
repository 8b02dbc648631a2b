"""A start command that installs packages is told from one that does not."""

import pytest

from aura_gql.templates.requirements import installs_packages


@pytest.mark.parametrize(
    "command",
    [
        "npm install && npm run dev",
        "npm ci && npm start",
        "pnpm i && pnpm dev",
        "yarn && yarn dev",
        "yarn",
        "yarn install",
        "npx servor --reload",
        "pnpm dlx serve",
        "pip install -r requirements.txt && python3 main.py",
    ],
)
def test_these_need_a_network(command: str) -> None:
    assert installs_packages(command)


@pytest.mark.parametrize(
    "command",
    ["node index.js", "npm start", "npm run install-nothing", "yarn dev", "python3 -m http.server 8000", "bash ci", ""],
)
def test_these_need_none(command: str) -> None:
    assert not installs_packages(command)
