"""What a file is written in, told by its name, and whether it is text at all."""

from pathlib import PurePosixPath

PLAINTEXT = "plaintext"

_BY_NAME = {
    ".babelrc": "json",
    ".bash_profile": "shellscript",
    ".bashrc": "shellscript",
    ".editorconfig": "ini",
    ".npmrc": "ini",
    ".prettierrc": "json",
    ".profile": "shellscript",
    ".stackblitzrc": "json",
    "containerfile": "dockerfile",
    "dockerfile": "dockerfile",
    "gemfile": "ruby",
    "go.mod": "go",
    "jsconfig.json": "jsonc",
    "makefile": "makefile",
    "pipfile": "toml",
    "rakefile": "ruby",
    "tsconfig.json": "jsonc",
    "uv.lock": "toml",
    "yarn.lock": "yaml",
}

_BY_EXTENSION = {
    "astro": "astro",
    "bash": "shellscript",
    "c": "c",
    "cc": "cpp",
    "cfg": "ini",
    "cjs": "javascript",
    "conf": "ini",
    "cpp": "cpp",
    "cs": "csharp",
    "css": "css",
    "cts": "typescript",
    "dart": "dart",
    "diff": "diff",
    "ex": "elixir",
    "exs": "elixir",
    "go": "go",
    "gql": "graphql",
    "graphql": "graphql",
    "h": "c",
    "handlebars": "handlebars",
    "hbs": "handlebars",
    "hpp": "cpp",
    "htm": "html",
    "html": "html",
    "ini": "ini",
    "ipynb": "json",
    "java": "java",
    "js": "javascript",
    "json": "json",
    "json5": "jsonc",
    "jsonc": "jsonc",
    "jsx": "jsx",
    "kt": "kotlin",
    "less": "less",
    "lua": "lua",
    "map": "json",
    "markdown": "markdown",
    "md": "markdown",
    "mdx": "mdx",
    "mjs": "javascript",
    "mts": "typescript",
    "patch": "diff",
    "php": "php",
    "pl": "perl",
    "prisma": "prisma",
    "ps1": "powershell",
    "py": "python",
    "pyi": "python",
    "r": "r",
    "rb": "ruby",
    "rs": "rust",
    "sass": "sass",
    "scala": "scala",
    "scss": "scss",
    "sh": "shellscript",
    "sql": "sql",
    "svelte": "svelte",
    "svg": "xml",
    "swift": "swift",
    "toml": "toml",
    "ts": "typescript",
    "tsx": "tsx",
    "vue": "vue",
    "wat": "wat",
    "webmanifest": "json",
    "xml": "xml",
    "yaml": "yaml",
    "yml": "yaml",
    "zsh": "shellscript",
}


def language_of(path: str) -> str:
    """The editor's name for the language of the file at `path` (parts joined by `/`); `plaintext` where none fits."""
    name = PurePosixPath(path).name.lower()
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.startswith(("dockerfile.", "makefile.")):
        return name.partition(".")[0]
    if name.startswith("tsconfig.") and name.endswith(".json"):
        return "jsonc"
    stem, _, extension = name.rpartition(".")
    return _BY_EXTENSION.get(extension, PLAINTEXT) if stem else PLAINTEXT


def is_binary(data: bytes) -> bool:
    """Whether an editor can't show `data` as text: it holds a NUL byte or is not UTF-8. Empty data is text."""
    if b"\0" in data:
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False
