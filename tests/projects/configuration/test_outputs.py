from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.outputs import output_folders


def test_each_is_a_folder() -> None:
    for kind in StarterKind:
        assert {"dist/", "coverage/"} <= set(output_folders(kind))
        assert all(folder.endswith("/") for folder in output_folders(kind))
    assert ".next/" in output_folders(StarterKind.NEXT)
