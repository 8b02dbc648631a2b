"""Each unit as a line: base amount = amount * factor + offset."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit of one kind; its base unit has factor 1 and offset 0."""

    kind: str
    factor: float
    offset: float = 0.0


UNITS = {
    "m": Unit("length", 1),
    "km": Unit("length", 1000),
    "mi": Unit("length", 1609.344),
    "ft": Unit("length", 0.3048),
    "kg": Unit("mass", 1),
    "g": Unit("mass", 0.001),
    "lb": Unit("mass", 0.45359237),
    "C": Unit("temperature", 1),
    "K": Unit("temperature", 1, -273.15),
    "F": Unit("temperature", 5 / 9, -160 / 9),
}
SYMBOLS = tuple(UNITS)


class UnknownConversion(ValueError):
    """The units are unknown or measure different things."""


def convert(amount: float, source: str, target: str) -> float:
    """`amount` of `source`, in `target`."""
    for symbol in (source, target):
        if symbol not in UNITS:
            raise UnknownConversion(f"unknown unit {symbol!r}, try one of {', '.join(SYMBOLS)}")
    start, end = UNITS[source], UNITS[target]
    if start.kind != end.kind:
        raise UnknownConversion(f"{source} measures {start.kind}, {target} measures {end.kind}")
    base = amount * start.factor + start.offset
    return (base - end.offset) / end.factor
