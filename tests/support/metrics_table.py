"""The table of metrics in docs/operations.md, from the code: `python -m tests.support.metrics_table` prints it."""

from collections.abc import Iterator

from prometheus_client.metrics import MetricWrapperBase

from aura_gql.infra.metrics import Metrics
from aura_gql.web.metrics_families import FAMILIES


def rows() -> list[tuple[str, str, tuple[str, ...], str]]:
    """The name as Prometheus shows it, the kind, the labels and the meaning of each metric of ours."""
    return sorted([*_counted(), *((_shown(one.name, one.kind), one.kind, one.labels, one.help) for one in FAMILIES)])


def _counted() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    for collector in Metrics("0").registry._collector_to_names:
        if isinstance(collector, MetricWrapperBase):
            kind = str(collector._type)
            yield _shown(collector._name, kind), kind, tuple(collector._labelnames), collector._documentation


def _shown(name: str, kind: str) -> str:
    return f"{name}_total" if kind == "counter" else name


def names() -> set[str]:
    """Every name that a query may use, those of the process and of histograms included."""
    ours = {name for name, *_ in rows()}
    histograms = [name for name, kind, *_ in rows() if kind == "histogram"]
    buckets = {f"{name}_{part}" for name in histograms for part in ("bucket", "count", "sum")}
    process = {sample.name for family in Metrics("0").registry.collect() for sample in family.samples}
    return ours | buckets | process


def table() -> str:
    """The table in Markdown."""
    lines = ["| metric | kind | labels | what it tells |", "| --- | --- | --- | --- |"]
    for name, kind, labels, meaning in rows():
        lines.append(f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in labels)} | {meaning} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
