from aura_gql.projects.records import PackageManager, PackageRequest, ProjectConfiguration
from aura_gql.projects.stored import to_events, to_record, to_stored
from tests.projects.world import World

FULL = ProjectConfiguration(
    typescript=True,
    eslint=False,
    package_manager=PackageManager.YARN,
    additional_dependencies=(PackageRequest("a", "^1.0.0", dev=True), PackageRequest("b")),
)


async def test_a_project_comes_back_as_it_was_stored(world: World) -> None:
    project = await world.create("express", configuration=FULL)
    document = await world.stored(project.id)
    assert to_record(document) == project
    assert project.configuration == FULL
    assert [event.sequence for event in to_events(document)] == [1]


def test_a_configuration_is_stored_with_its_words() -> None:
    assert to_stored(FULL).model_dump(mode="json")["package_manager"] == "YARN"


async def test_only_the_latest_events_are_kept(world: World) -> None:
    project = await world.create()
    for number in range(70):
        await world.projects.update("alice", project.id, name=f"Name {number}")
    sequences = [event.sequence for event in to_events(await world.stored(project.id))]
    assert sequences == list(range(8, 72))
