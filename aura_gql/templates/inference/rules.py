"""The table of rules: what a starter is.

The first row whose conditions all hold is the one, so that the most specific stand first: what is built on another
framework before that framework, what serves before what it serves with. `packages`, `beside` and `words` (of the
folder's name) hold where the starter has any of them, `names` where any such file lies in its own folder, `extensions`
where it has sources of any such kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aura_gql.templates.inference.records import Facts


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: what holds of a starter that meets its conditions. `what` is how a sentence calls it."""

    type: str
    category: str
    name: str
    what: str
    tags: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    is_typed: bool = False
    """Whether it is always written in TypeScript, so that its name need not say so."""

    def fits(self, facts: Facts) -> bool:
        """Whether all its conditions hold."""
        return (
            _any_of(self.packages, facts.packages)
            and _any_of(self.beside, facts.packages)
            and _any_of(self.words, facts.words)
            and _any_of(self.names, facts.names)
            and _any_of(self.extensions, facts.extensions)
        )


_DECK = ("slides", "deck", "presentation")
_WEB = ("http", "server")
_API = (*_WEB, "api")
_REST = (*_API, "json", "rest")

# fmt: off
RULES: Final = (
    # Documentation. TutorialKit and Starlight are built on Astro.
    Rule("tutorialkit", "docs", "TutorialKit", "A TutorialKit site of interactive lessons", ("astro", "tutorial"),
         packages=("@tutorialkit/astro",), is_typed=True),
    Rule("starlight", "docs", "Starlight", "A Starlight documentation site", ("astro",),
         packages=("@astrojs/starlight",)),
    Rule("vitepress", "docs", "VitePress", "A VitePress documentation site", ("vue",), packages=("vitepress",)),
    Rule("docusaurus", "docs", "Docusaurus", "A Docusaurus documentation site", ("react",),
         packages=("@docusaurus/core",)),
    # Made with React, and not for a web page; Expo asks for React Native, React and React DOM.
    Rule("expo", "mobile", "Expo", "An Expo app for phones and the web", ("react", "react-native"),
         packages=("expo",)),
    Rule("remotion", "media", "Remotion", "A video made with Remotion and React", ("react", "video"),
         packages=("remotion",)),
    # Presentations. A deck that is built of React components alone says so by its folder and nowhere else.
    Rule("slidev", "presentation", "Slidev", "A Slidev presentation written in Markdown", ("vue", "slides", "markdown"),
         packages=("@slidev/cli",)),
    Rule("revealjs", "presentation", "reveal.js", "A reveal.js presentation", ("slides",), packages=("reveal.js",)),
    Rule("react", "presentation", "React Slides", "A presentation made of React components", ("slides",),
         packages=("react",), words=_DECK),
    # Frameworks that render on the server and in the browser, before the libraries that they are made of.
    Rule("nextjs", "fullstack", "Next.js", "A Next.js app", ("react", "ssr"), packages=("next",)),
    Rule("nuxt", "fullstack", "Nuxt", "A Nuxt app", ("vue", "ssr"), packages=("nuxt",)),
    Rule("sveltekit", "fullstack", "SvelteKit", "A SvelteKit app", ("svelte", "ssr"), packages=("@sveltejs/kit",)),
    Rule("remix", "fullstack", "Remix", "A Remix app", ("react", "ssr"), packages=("@remix-run/react",)),
    Rule("reactrouter", "fullstack", "React Router", "A React Router app", ("react", "ssr"),
         packages=("@react-router/dev",)),
    Rule("solidstart", "fullstack", "SolidStart", "A SolidStart app", ("solid", "ssr"), packages=("@solidjs/start",)),
    Rule("analog", "fullstack", "Analog", "An Analog app", ("angular", "ssr"), packages=("@analogjs/platform",)),
    Rule("qwik", "fullstack", "Qwik", "A Qwik City app", ("qwik", "ssr"),
         packages=("@builder.io/qwik-city", "@qwik.dev/router")),
    Rule("qwik", "frontend", "Qwik", "A Qwik app", ("spa",), packages=("@builder.io/qwik", "@qwik.dev/core")),
    # Astro last of them: its integrations bring React, Vue and Svelte along.
    Rule("astro", "fullstack", "Astro", "An Astro site", ("ssr",), packages=("astro",)),
    # The browser. TresJS and Quasar are built on Vue.
    Rule("tresjs", "frontend", "TresJS", "A 3D scene of Vue components with TresJS", ("vue", "threejs", "spa"),
         packages=("@tresjs/core",)),
    Rule("quasar", "frontend", "Quasar", "A Quasar app", ("vue", "spa"), packages=("quasar",)),
    Rule("angular", "frontend", "Angular", "An Angular app", ("spa",), packages=("@angular/core",), is_typed=True),
    Rule("vue", "frontend", "Vue", "A Vue app of single-file components", ("spa",), packages=("vue",)),
    Rule("svelte", "frontend", "Svelte", "A Svelte app", ("spa",), packages=("svelte",)),
    Rule("solid", "frontend", "Solid", "A Solid app", ("spa",), packages=("solid-js",)),
    Rule("preact", "frontend", "Preact", "A Preact app", ("spa",), packages=("preact",)),
    Rule("react", "frontend", "React", "A React app", ("spa",), packages=("react",)),
    Rule("lit", "frontend", "Lit", "Web components with Lit", ("webcomponents",), packages=("lit",)),
    # Servers. Nest and Egg are built on Express and Koa; a GraphQL API is told by what serves it.
    Rule("nestjs", "backend", "Nest", "A Nest server", _API, packages=("@nestjs/core",), is_typed=True),
    Rule("egg", "backend", "Egg.js", "An Egg.js server", _WEB, packages=("egg",)),
    Rule("hono", "backend", "Hono", "A Hono server", _API, packages=("hono",)),
    Rule("fastify", "backend", "Fastify", "A Fastify server", _API, packages=("fastify",)),
    Rule("koa", "backend", "Koa", "A Koa server", _WEB, packages=("koa",)),
    Rule("json-graphql-server", "backend", "JSON GraphQL Server", "A GraphQL API over data in a file, without code",
         (*_API, "json", "graphql", "mock"), packages=("json-graphql-server",)),
    Rule("json-server", "backend", "JSON Server", "A REST API over a JSON file, without code", (*_REST, "mock"),
         packages=("json-server",)),
    Rule("graphql", "backend", "GraphQL + Express", "A GraphQL API served by Express", (*_API, "express"),
         packages=("express-graphql", "graphql"), beside=("express",)),
    Rule("graphql", "backend", "GraphQL", "A GraphQL API", _API, packages=("graphql",)),
    Rule("express", "backend", "Express", "An Express server", _WEB, packages=("express",)),
    # Libraries that make a page or a program of it where nothing above does.
    Rule("bootstrap", "frontend", "Bootstrap", "A page styled by Bootstrap", ("css",), packages=("bootstrap",)),
    Rule("rxjs", "frontend", "RxJS", "A playground for RxJS", ("observables",), packages=("rxjs",),
         names=("index.html",)),
    Rule("node", "scripting", "Nodemon", "A Node script that Nodemon restarts at every change", ("nodemon", "script"),
         packages=("nodemon",)),
    # A page that no script builds. Where it has a package.json, StackBlitz bundles index.ts or index.js into it by
    # itself, so that it is a page of code; one without is plain.
    Rule("static", "frontend", "Static page", "A static site of HTML, CSS and JavaScript", ("html", "css"),
         packages=("servor", "http-server", "live-server", "serve")),
    Rule("typescript", "frontend", "TypeScript page", "A page of plain TypeScript", ("vanilla",),
         names=("index.html",), extensions=("ts",)),
    Rule("javascript", "frontend", "JavaScript page", "A page of plain JavaScript", ("vanilla",),
         names=("package.json",), extensions=("html",)),
    Rule("static", "frontend", "Static page", "A static site of HTML, CSS and JavaScript", ("html", "css"),
         names=("index.html",)),
    # Programs.
    Rule("python", "scripting", "Python", "A Python program", ("script",), extensions=("py",)),
    Rule("typescript", "scripting", "TypeScript on Node", "A Node program in TypeScript", ("node", "script"),
         extensions=("ts", "mts")),
)
# fmt: on

# Whatever else has a package.json.
NODE: Final = Rule("node", "scripting", "Node.js", "A Node program", ("script",))


def rule_for(facts: Facts) -> Rule:
    """The row that a starter meets."""
    return next((rule for rule in RULES if rule.fits(facts)), NODE)


def _any_of(wanted: tuple[str, ...], there: Iterable[str]) -> bool:
    return not wanted or not set(wanted).isdisjoint(there)
