"""Plugins in the configuration of Vite, by its text."""

import re

CONFIGS = tuple(f"vite.config.{ending}" for ending in ("js", "ts", "mjs", "mts"))
NEW_CONFIG = "import { defineConfig } from 'vite';\n\nexport default defineConfig({\n});\n"

_IMPORT = re.compile(r"^import\s(?:(?!^import\s)[^;'\"])*['\"][^'\"\n]+['\"];?[ \t]*\r?\n", re.MULTILINE)
_START = re.compile(r"(?:\bdefineConfig\(|^export default |^const config(?:: \w+)? = |\breturn |=> \()\{", re.MULTILINE)
_PLUGINS = re.compile(r"\bplugins:\s*\[\s*")
_NUXT_START = re.compile(r"^export default defineNuxtConfig\(\{[ \t]*\r?\n", re.MULTILINE)
_TAILWIND = "import tailwindcss from '@tailwindcss/vite';\n"
# Looking for the plugins takes time that grows with the square of it, and people's own are a few hundred characters.
_MAX_LENGTH = 16 * 1024


def with_plugin(config: str) -> str | None:
    """A Vite configuration with Tailwind's plugin; None where its shape is not one that we know, or it is too long."""
    if len(config) > _MAX_LENGTH:
        return None
    start = next((found for found in _START.finditer(config) if not _is_in_comment(config, found.start())), None)
    if start is None:
        return None
    plugins = [found for found in _PLUGINS.finditer(config, start.end()) if _depth(config, start.end(), found) == 0]
    if plugins and not _is_in_comment(config, plugins[0].start()):
        end = plugins[0].end()
        after = "" if config[end : end + 1] == "]" else ", "
        config = f"{config[:end]}tailwindcss(){after}{config[end:]}"
    elif re.search(r"\bplugins\b", config) or config[start.end() :].lstrip(" \t")[:1] not in ("\n", "\r"):
        return None
    else:
        config = f"{config[: start.end()]}\n  plugins: [tailwindcss()],{config[start.end() :]}"
    return _with_import(config)


def with_nuxt_plugin(config: str) -> str | None:
    """A Nuxt configuration with Tailwind's plugin for Vite; None where its shape is not one that we know."""
    start = _NUXT_START.search(config)
    if start is None or re.search(r"\bvite\s*:", config):
        return None
    return _with_import(f"{config[: start.end()]}  vite: {{ plugins: [tailwindcss()] }},\n{config[start.end() :]}")


def _with_import(config: str) -> str:
    imports = list(_IMPORT.finditer(config))
    at = imports[-1].end() if imports else 0
    return f"{config[:at]}{_TAILWIND}{config[at:]}"


def _depth(config: str, start: int, found: re.Match[str]) -> int:
    """How many braces and brackets are open between the start of the object and what was found."""
    between = config[start : found.start()]
    return sum(between.count(bracket) for bracket in "{[(") - sum(between.count(bracket) for bracket in "}])")


def _is_in_comment(config: str, at: int) -> bool:
    line = config[config.rfind("\n", 0, at) + 1 : at].lstrip()
    return line.startswith(("//", "*", "/*"))
