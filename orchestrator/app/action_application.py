"""The application's part about actions, policies and handoff items; implements `surfaces.action_application`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.app.configured import Configured
from orchestrator.surfaces.application import CheckedPolicies, Document, Proposal


class ActionApp(Configured):
    """Approvals, policies and what waits for a person."""

    def list_approvals(self, *, everything: bool, limit: int) -> tuple[Document, ...]:
        """The actions that wait for somebody, or all."""
        from orchestrator.app.approvals import list_approvals  # noqa: PLC0415

        return list_approvals(self.settings(), everything=everything, limit=limit)

    def show_approval(self, action: str) -> Document:
        """An action in full."""
        from orchestrator.app.approvals import show_approval  # noqa: PLC0415

        return show_approval(self.settings(), action)

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
        """Approve an action, and do it once enough have."""
        from orchestrator.app.approving import Yes, approve  # noqa: PLC0415
        from orchestrator.app.doing import open_doing  # noqa: PLC0415  # brings the workflows' client

        yes = Yes(digest=digest, break_glass=break_glass, via=via)
        return await approve(self._logged(), action, yes, wait=wait, tell=tell, opened=open_doing)

    async def deny(self, action: str, *, reason: str, via: str = "cli") -> Document:
        """Say no to an action."""
        from orchestrator.app.approvals import deny  # noqa: PLC0415

        return await deny(self._logged(), action, reason=reason, via=via)

    async def review(self, action: str, *, note: str) -> Document:
        """Review what was done behind broken glass."""
        from orchestrator.app.approvals import review  # noqa: PLC0415

        return await review(self._logged(), action, note=note)

    async def settle(self, action: str, *, found: str | None, note: str, tell: Callable[[str], None]) -> Document:
        """Find out what became of an unknown outcome."""
        from orchestrator.app.approving import settle  # noqa: PLC0415
        from orchestrator.app.doing import open_doing  # noqa: PLC0415  # brings the workflows' client

        return await settle(self._logged(), action, found=found, note=note, tell=tell, opened=open_doing)

    def list_handoffs(self, *, states: Sequence[str], limit: int) -> tuple[Document, ...]:
        """What waits for a person."""
        from orchestrator.app.handoffs import list_handoffs  # noqa: PLC0415

        return list_handoffs(self.settings(), states=states, limit=limit)

    def show_handoff(self, item: str) -> Document:
        """One item with its facts and history."""
        from orchestrator.app.handoffs import show_handoff  # noqa: PLC0415

        return show_handoff(self.settings(), item)

    def change_handoff(self, item: str, *, what: str, note: str) -> Document:
        """Claim, release or resolve an item."""
        from orchestrator.app.handoffs import change_handoff  # noqa: PLC0415

        return change_handoff(self.settings(), item, what=what, note=note)

    def check_policies(self, folder: Path | None) -> CheckedPolicies:
        """Check a folder of policies."""
        from orchestrator.app.policies import check_policies  # noqa: PLC0415  # the YAML parser is not free

        return check_policies(self.settings(), folder)

    def explain_policy(self, action: str | None, *, about: Proposal | None, mode: str | None) -> Document:
        """Which rule decides about an action."""
        from orchestrator.app.policies import explain_policy  # noqa: PLC0415  # the same

        return explain_policy(self.settings(), action, about=about, mode=mode)
