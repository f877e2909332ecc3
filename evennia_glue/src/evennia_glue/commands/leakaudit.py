"""What has left this machine."""

from .. import texts
from ..bridge import get_bridge
from ..tables import audit
from .leaks import LOCK, LooksThroughLeaks

USAGE = (
    "Usage: leakaudit, leakaudit/quarantine [number], "
    "leakaudit/release <number>, leakaudit/deny <number>"
)


class CmdLeakAudit(LooksThroughLeaks):
    """
    show what has left this machine, and what was held back

    Usage:
      leakaudit
      leakaudit/quarantine [number]
      leakaudit/release <number>
      leakaudit/deny <number>

    Switches (for developers; see |whelp leaks|n):
      quarantine - what is held back until the owner has looked at it; with a number, one of them
      release - the very same question of the same player may leave from now on
      deny - it stays here

    Every request is in the ledger before its first byte is sent. This counts the records, looks
    for gaps among them, and shows what the guard did; then what there is to show for it: the
    ledger's tree, the last full audit, the last re-scan of what is kept, and the last test that
    the bytes sent do not depend on the persona. What is not known is called unknown.
    """

    key = "leakaudit"
    locks = f"cmd:perm(leakaudit) or perm(Builder);quarantine:{LOCK}"
    switch_options = ("deny", "quarantine", "release")

    async def run(self) -> None:
        """Ask for the audit, or look through what is held back."""
        leak = self.typed_number()
        switch = self.switches[0] if self.switches else ""
        needed = switch in ("deny", "release") or bool(self.args)
        if len(self.switches) > 1 or (self.args and not switch) or (needed and leak is None):
            self.tell(USAGE)
        elif not switch:
            answer = await get_bridge().request("audit")
            self.page(audit.page(answer, said=self.is_read_aloud))
        elif not self.access(self.caller, "quarantine"):
            self.tell(texts.NOT_YOURS_TO_DECIDE)
        elif switch == "quarantine":
            await self.look_through("list" if leak is None else "show", leak)
        else:
            await self.look_through(switch, leak)
