"""The folders that builds fill, which no tool should look into."""

from aura_gql.projects.configuration.kind import StarterKind

_OUTPUTS = {
    StarterKind.ANGULAR: (".angular/",),
    StarterKind.ASTRO: (".astro/",),
    StarterKind.EXPO: (".expo/",),
    StarterKind.NEXT: (".next/", "out/"),
    StarterKind.NUXT: (".nuxt/", ".output/"),
    StarterKind.QUASAR: (".quasar/",),
    StarterKind.REACT_SCRIPTS: ("build/",),
    StarterKind.SVELTEKIT: (".svelte-kit/", "build/"),
}


def output_folders(kind: StarterKind) -> tuple[str, ...]:
    """Their names, with a `/` behind; also of those that are not there yet."""
    return ("dist/", "coverage/", *_OUTPUTS.get(kind, ()))
