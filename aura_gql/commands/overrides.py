"""Settings that the command line goes before."""

from pathlib import Path

from aura_gql.settings import Settings


def with_overrides(
    settings: Settings, host: str | None = None, port: int | None = None, data_directory: Path | None = None
) -> Settings:
    """The settings with those of the arguments that were given; the data folder is made absolute."""
    given = {"host": host, "port": port, "data_directory": data_directory}
    update: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    update["data_directory"] = (data_directory or settings.server.data_directory).absolute()
    return settings.model_copy(update={"server": settings.server.model_copy(update=update)})
