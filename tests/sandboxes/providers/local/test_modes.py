"""Which modes this process may try."""

import os

from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes


def test_root_never_gets_a_mode_that_runs_code_as_root() -> None:
    if os.geteuid() == 0:
        assert IsolationMode.USER not in possible_modes()
        assert all(mode.private_uid for mode in possible_modes())
    else:
        assert possible_modes() == (IsolationMode.USER,)
