"""Who would take a task, and why."""

from typing import Any

from .. import lamps, texts
from ..bridge import get_bridge
from ..safetext import safe_line
from .base import WorkshopCommand


class CmdRoute(WorkshopCommand):
    """
    show who at the benches would take a task

    Usage:
      route <task>

    Shows which backend and model would be asked, how the task is understood, who would be
    asked next, and why the others would not. Nothing is sent anywhere.

    Example:
      route summarise the minutes of the last meeting
    """

    key = "route"

    async def run(self) -> None:
        """Ask for a decision."""
        task = self.task()
        if task is not None:
            self.tell(_route(await get_bridge().ask("route", self.about(task))))


def _route(answer: dict[str, Any]) -> str:
    confidence = answer.get("confidence")
    sure = f", confidence {confidence:.2g}" if isinstance(confidence, int | float) else ""
    kind = f"{safe_line(answer.get('kind'), 40)}, {safe_line(answer.get('complexity'), 40)}{sure}"
    reasons = answer.get("why")
    why = "; ".join(safe_line(reason) for reason in reasons) if isinstance(reasons, list) else ""
    lines = [f"|wRoute:|n {texts.model(answer)}", f"|wKind:|n {kind}", f"|wWhy:|n {why}"]
    if answer.get("local_only"):
        lines.append("|wOnly here:|n this task stays on this machine")
    candidates = texts.rows(answer.get("candidates"))
    for place, row in enumerate(candidates):
        label = "Then" if place else "First"
        state = f"{lamps.sign(row.get('state'))} {lamps.lamp(row.get('state')).word}"
        role = safe_line(row.get("role", "?"), 40)
        lines.append(
            f"|w{label}:|n {texts.model(row)} ({role}, {state}): {safe_line(row.get('why', ''))}"
        )
    lines.extend(f"|wNot:|n {texts.rejected(row)}" for row in texts.rows(answer.get("rejected")))
    return "\n".join(lines)
