"""What has left this machine."""

from ..bridge import get_bridge
from ..tables import audit
from .base import WorkshopCommand


class CmdLeakAudit(WorkshopCommand):
    """
    show what has left this machine, and what was held back

    Usage:
      leakaudit

    Every request is in the ledger before its first byte is sent. This counts the records, looks
    for gaps among them, and shows what the guard did; then what there is to show for it: the
    ledger's tree, the last full audit, the last re-scan of what is kept, and the last test that
    the bytes sent do not depend on the persona. What is not known is called unknown.
    """

    key = "leakaudit"
    locks = "cmd:perm(Builder)"

    async def run(self) -> None:
        """Ask for the audit."""
        self.tell(audit.table(await get_bridge().request("audit")))
