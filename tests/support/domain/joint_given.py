"""Given what happened to several aggregates, when a joint decision is taken, then this happens to each."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.domain.given import fold
from tta.domain.base import Event, Refusal
from tta.domain.joint.deciding import (
    JointDecision,
    TwoRoundDecision,
    admit,
    all_targets,
    decided,
    further_targets,
)
from tta.domain.targets import AnyTarget, States

Happened = Mapping[Any, Any]
"""The events of each target: what mixes several kinds has no narrower type."""


class GivenAll:
    """Aggregates in the states that events led to; one that is not named never was."""

    def __init__(self, happened: Happened) -> None:
        self.states = {
            target: fold(target.module, target.module.initial, events) for target, events in happened.items()
        }
        self.decide: Any = None

    def loaded(self, targets: Sequence[AnyTarget]) -> States:
        return States({target: self.states.get(target, target.module.initial) for target in targets})

    def when(
        self, decision: JointDecision[Any], outside: Any = None, *, expects_one: bool = False
    ) -> "GivenAll":
        """As it is handled: the targets of both rounds, then the events."""

        def decide() -> dict[AnyTarget, list[Event]]:
            first = all_targets(decision)
            admit(decision, self.loaded(first), expects_one=expects_one)
            further: list[AnyTarget] = []
            if isinstance(decision, TwoRoundDecision):
                further = further_targets(decision, self.loaded(first))
            return decided(decision, self.loaded([*first, *further]), outside)

        self.decide = decide
        return self

    def then(self, happens: Happened) -> None:
        found = self.decide()
        assert {target: list(events) for target, events in happens.items()} == found
        for target, events in found.items():
            fold(target.module, self.states.get(target, target.module.initial), events)

    def then_refused(self, refusal: type[Exception], saying: str | None = None) -> None:
        with pytest.raises(refusal, match=saying) as refused:
            self.decide()
        assert refusal is refused.type
        assert str(refused.value) or not issubclass(refusal, Refusal), "a refusal prints both sides"


def given_all(happened: Happened) -> GivenAll:
    return GivenAll(happened)
