from bson import ObjectId

from aura_gql.projects.jobs import initialisation_key, parse_initialisation_key


def test_a_key_names_the_project_and_the_attempt() -> None:
    project_id = ObjectId()
    assert parse_initialisation_key(initialisation_key(project_id, 3)) == (project_id, 3)
    assert initialisation_key(project_id, 3) != initialisation_key(project_id, 4)
