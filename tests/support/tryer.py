"""Somebody who runs the operations of `examples/`, as a front end would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.api import Data, Member
from tests.support.examples import Example, examples


@dataclass
class Tryer:
    """Somebody who runs examples by their names, and knows which."""

    member: Member
    by_name: dict[str, Example] = field(default_factory=lambda: {each.name: each for each in examples()})
    done: set[str] = field(default_factory=set)

    async def execute(self, name: str, /, **variables: Any) -> Any:
        """What the one root field of an example gives; AssertionError where a payload has errors."""
        (value,) = (await self.member.execute(self._text(name), **variables)).values()
        assert not (isinstance(value, dict) and value.get("errors")), (name, value)
        return value

    async def upload(self, name: str, files: dict[str, bytes], /, **fields: Any) -> Any:
        """The payload of a mutation that brings files; AssertionError where it has errors."""
        (payload,) = (await self.member.upload(self._text(name), {"input": fields}, files)).values()
        assert payload["errors"] == [], (name, payload)
        return payload

    async def refused(self, name: str, /, **fields: Any) -> list[str]:
        """The codes with which a mutation is refused."""
        (payload,) = (await self.member.execute(self._text(name), input=fields)).values()
        return [error["code"] for error in payload["errors"]]

    async def watch(self, name: str, until: Callable[[Data], bool], /, **variables: Any) -> list[Data]:
        """The events of a subscription, up to one that `until` likes."""
        events: list[Data] = []
        async for data in self.member.subscribe(self._text(name), **variables):
            events += data.values()
            if until(events[-1]):
                return events
        raise AssertionError(f"{name} ended behind {events}.")

    def _text(self, name: str) -> str:
        self.done.add(name)
        return self.by_name[name].text
