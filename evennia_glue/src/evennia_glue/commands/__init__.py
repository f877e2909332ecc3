"""What can be typed in the Workshop."""

from evennia.commands.cmdset import CmdSet

from .ask import CmdAsk
from .backends import CmdBackends
from .compare import CmdCompare
from .costs import CmdCosts
from .lamps import CmdLamps
from .leakaudit import CmdLeakAudit
from .leaks import CmdLeaks
from .memory import CmdForget, CmdJournal
from .migrate import CmdMigrate
from .rate import CmdRate
from .route import CmdRoute
from .think import CmdThink


class WorkshopCmdSet(CmdSet):
    """The commands inside a Workshop."""

    key = "WorkshopCmdSet"

    def at_cmdset_creation(self) -> None:
        """Evennia's hook: fill the set."""
        for command in (
            *(CmdRoute, CmdThink, CmdAsk, CmdRate, CmdForget, CmdJournal),
            *(CmdLamps, CmdCosts, CmdLeakAudit, CmdLeaks, CmdBackends),
            *(CmdCompare, CmdMigrate),
        ):
            self.add(command())
