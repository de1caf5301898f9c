"""What the surfaces ask of the application about actions, policies and what waits for a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playbooks.problems import Problem

Document = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An action that a policy is asked about; environment None is that of the settings, reach None unknown."""

    action: str
    environment: str | None = None
    services: tuple[str, ...] = ()
    reach: float | None = None
    unit: str = ""
    tainted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPolicies:
    """What was found in a folder of policies, and how many rules are in it."""

    folder: str
    rules: int
    problems: tuple[Problem, ...]


class ActionApplication(Protocol):
    """Approvals, policies and handoff items. Heavy imports happen inside the methods."""

    def list_approvals(self, *, everything: bool, limit: int) -> tuple[Document, ...]:
        """The actions that wait for somebody, or all of them, the newest first."""
        ...

    def show_approval(self, action: str) -> Document:
        """An action in full; `digest` is of what would be done, `open_to_you` whether an approval of yours would count.

        InputError with the nearest ids when there is none.
        """
        ...

    async def approve(
        self,
        action: str,
        *,
        digest: str,
        break_glass: str | None,
        wait: bool,
        tell: Callable[[str], None],
        via: str = "cli",
    ) -> Document:
        """Approve what has that digest as this user, and do it once enough have; the action with a `result`.

        `tell` hears what happens. `wait` waits until it is verified. `via` says where it was typed. The result's
        `status` is done, waiting, accepted, unknown, failed, unverified or refused; the same again for an approval
        that is repeated.
        """
        ...

    async def deny(self, action: str, *, reason: str, via: str = "cli") -> Document:
        """Say no to an action as this user; the action with a `result`."""
        ...

    async def review(self, action: str, *, note: str) -> Document:
        """Review what another did behind broken glass; the action with a `result`."""
        ...

    async def settle(self, action: str, *, found: str | None, note: str, tell: Callable[[str], None]) -> Document:
        """Find out what became of an unknown outcome by reading, or by what a person found (`done`, `absent`)."""
        ...

    def list_handoffs(self, *, states: Sequence[str], limit: int) -> tuple[Document, ...]:
        """What waits for a person, the most urgent first; no states named are open and claimed."""
        ...

    def show_handoff(self, item: str) -> Document:
        """One item with its facts and history; InputError with the nearest ids when there is none."""
        ...

    def change_handoff(self, item: str, *, what: str, note: str) -> Document:
        """Claim, release or resolve an item as this user; `refused` says why where its state does not allow it."""
        ...

    def check_policies(self, folder: Path | None) -> CheckedPolicies:
        """Check a folder of policies, else the one that counts."""
        ...

    def explain_policy(self, action: str | None, *, about: Proposal | None, mode: str | None) -> Document:
        """Which rule decides about a proposed action (`A-7`), or about what is described, and why."""
        ...
