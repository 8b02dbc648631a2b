"""What is tried for a wish."""

from dataclasses import replace

import pytest

from aura_gql.kernel.errors import Unsupported
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.plans import fingerprint_of, language_of, plan_for
from aura_gql.sandboxes.choosing.records import ANYTHING, SandboxPlan, SandboxWish
from aura_gql.sandboxes.values import SandboxSize

LOCAL, E2B, DAYTONA = SandboxProviderName
ABSENT = "The sandbox provider E2B is not configured on this server."


@pytest.mark.parametrize(
    ("wish", "configured", "plan"),
    [
        (ANYTHING, {LOCAL, E2B}, SandboxPlan(LOCAL, (LOCAL,))),
        (SandboxWish(E2B), {LOCAL, E2B}, SandboxPlan(E2B, (E2B,))),
        (SandboxWish(E2B, fallback=(DAYTONA, LOCAL)), {LOCAL, E2B}, SandboxPlan(E2B, (E2B, LOCAL))),
        (SandboxWish(E2B, fallback=(LOCAL,)), {LOCAL}, SandboxPlan(E2B, (LOCAL,), detour=ABSENT)),
        (SandboxWish(fallback=(LOCAL, E2B, E2B)), {LOCAL, E2B}, SandboxPlan(LOCAL, (LOCAL, E2B))),
        (
            SandboxWish(size=SandboxSize.LARGE, language="python"),
            {LOCAL},
            SandboxPlan(LOCAL, (LOCAL,), SandboxSize.LARGE, "python"),
        ),
    ],
)
def test_what_is_there_is_tried_in_order(
    wish: SandboxWish, configured: set[SandboxProviderName], plan: SandboxPlan
) -> None:
    assert plan_for(wish, LOCAL, configured) == plan


@pytest.mark.parametrize("wish", [SandboxWish(E2B), SandboxWish(E2B, fallback=(DAYTONA,))])
def test_a_wish_that_nobody_can_meet_is_refused(wish: SandboxWish) -> None:
    with pytest.raises(Unsupported) as caught:
        plan_for(wish, LOCAL, {LOCAL})
    assert (caught.value.message, caught.value.field) == (ABSENT, ("provider",))


def test_wishes_are_told_apart_and_old_ones_stay_as_they_were() -> None:
    assert fingerprint_of(ANYTHING) == {"provider": None}
    assert fingerprint_of(SandboxWish(E2B)) == {"provider": "E2B"}
    wishes = [
        SandboxWish(E2B),
        SandboxWish(E2B, SandboxSize.LARGE),
        SandboxWish(E2B, fallback=(LOCAL,)),
        SandboxWish(E2B, fallback=(LOCAL, DAYTONA)),
        SandboxWish(E2B, fallback=(DAYTONA, LOCAL)),
    ]
    assert len({repr(fingerprint_of(wish)) for wish in wishes}) == len(wishes)


@pytest.mark.parametrize(
    ("command", "language"),
    [
        ("npm install && npm run dev", "javascript"),
        ("bun run start", "javascript"),
        ("python3 main.py", "python"),
        ("make", None),
        (None, None),
    ],
)
def test_a_start_command_tells_the_language(command: str | None, language: str | None) -> None:
    assert language_of(command) == language


def test_a_plan_remembers_why_it_has_grown_shorter() -> None:
    plan = SandboxPlan(E2B, (E2B, DAYTONA, LOCAL))
    shorter = plan.without(E2B, "E2B is full.").without(DAYTONA, "Daytona is down.")
    assert shorter == replace(plan, providers=(LOCAL,), detour="E2B is full. Daytona is down.")
