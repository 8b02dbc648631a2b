"""Why an option can't be applied to a sort of project, whatever its files: one table for all of them."""

from collections.abc import Mapping
from types import MappingProxyType

from aura_gql.projects.configuration.kind import StarterKind

REASONS: Mapping[str, Mapping[StarterKind, str]] = MappingProxyType(
    {
        "typescript": {
            StarterKind.PAGE: "nothing there would compile TypeScript",
            StarterKind.ANGULAR: "Angular is written in TypeScript only, and this one has no tsconfig.json",
            StarterKind.ASTRO: "Astro reads TypeScript as it is, and this one has no tsconfig.json to extend",
            StarterKind.EGG: "Egg finds its controllers, routes and plugins by their names in JavaScript",
            StarterKind.EXPO: "Expo's own command writes its TypeScript configuration",
            StarterKind.NUXT: "Nuxt reads TypeScript as it is, and its own command writes the configuration",
            StarterKind.QUASAR: "Quasar turns TypeScript on by its own configuration; choose its TypeScript variant",
            StarterKind.QWIK: "Qwik's own command writes its TypeScript configuration",
            StarterKind.REMOTION: "Remotion's entry point is named in its scripts; choose its TypeScript variant",
            StarterKind.SLIDEV: "its slides are Markdown, and Slidev compiles TypeScript in components as it is",
            StarterKind.VUE_CLI: "Vue CLI compiles TypeScript with a plugin of its own, @vue/cli-plugin-typescript",
            StarterKind.FRAMEWORK: "the framework has a TypeScript set-up of its own; choose its TypeScript variant",
        },
        "eslint": {
            StarterKind.QUASAR: "Quasar has an ESLint set-up of its own",
            StarterKind.QWIK: "Qwik has an ESLint plugin of its own",
            StarterKind.REMOTION: "Remotion has an ESLint configuration of its own",
            StarterKind.SLIDEV: "its slides are Markdown, which ESLint does not read",
            StarterKind.FRAMEWORK: "the framework has an ESLint plugin of its own",
        },
        "tailwindcss": {
            StarterKind.NODE: "Tailwind needs a build of stylesheets to run in",
            StarterKind.PAGE: "Tailwind needs a build of stylesheets to run in",
            StarterKind.BUNDLED_PAGE: "Tailwind needs a build of stylesheets to run in",
            StarterKind.EGG: "Tailwind needs a build of stylesheets to run in",
            StarterKind.ASTRO: "Astro adds Tailwind by its own command, `astro add tailwind`",
            StarterKind.EXPO: "React Native has no stylesheets that Tailwind could make",
            StarterKind.QUASAR: "Quasar has classes of its own, many under the names of Tailwind's",
            StarterKind.REMOTION: "Remotion bundles Tailwind with a package of its own, @remotion/tailwind-v4",
            StarterKind.SLIDEV: "Slidev has UnoCSS, which takes Tailwind's class names",
            StarterKind.FRAMEWORK: "the framework has a Tailwind set-up of its own",
        },
    }
)


def reason_against(option: str, kind: StarterKind) -> str | None:
    """What continues "can't be applied because"; None where the files decide."""
    reason = REASONS[option].get(kind)
    return reason and f"the template is {kind}: {reason}"
