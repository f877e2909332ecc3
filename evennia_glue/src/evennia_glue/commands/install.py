"""Set the Workshop up, look after it, and take it away; typed anywhere in the game."""

from collections.abc import Iterator
from typing import Any

import evennia
from evennia.commands.cmdset import CmdSet
from evennia.server.signals import SIGNAL_ACCOUNT_POST_LOGIN
from evennia.utils.evmenu import get_input
from twisted.application.service import MultiService
from twisted.internet.defer import Deferred

from .. import installation, status, upgrade
from ..bridge import PROTOCOL, get_bridge
from ..errors import WorkshopError
from .base import WorkshopCommand

USAGE = "Usage: workshop, workshop install [here], workshop upgrade, workshop uninstall"
PATIENCE = 3.0  # seconds for the daemon's hello
SURE = (
    "Every Workshop becomes an ordinary room, and its script, its commands and the persona go. "
    "Is that what you want? (|wyes|n/no)"
)


class CmdWorkshop(WorkshopCommand):
    """
    set up the Workshop, and see how it is

    Usage:
      workshop
      workshop install
      workshop install here
      workshop upgrade
      workshop uninstall

    Without a word (or with |wstatus|n), shows versions, socket, settings, what is in the game,
    and what to do if something is wrong.

    |winstall|n makes the Workshop, with a door to where you stand, and the persona in it; with
    |where|n the room that you stand in becomes one. What is there already stays as it is.
    |wupgrade|n brings what an older version left in the database up to date, which happens at
    every start of the Server as well. |wuninstall|n makes it an ordinary room again, and leaves
    nothing of this package in the database; it asks first.

    Where an exit is called workshop, type @workshop for this.
    """

    # With the prefix, an exit of that name does not hide the command, nor the command the exit.
    key = "@workshop"
    locks = "cmd:perm(Developer)"

    async def run(self) -> None:
        """Do what was asked for."""
        action, place = self.args.strip().lower(), getattr(self.caller, "location", None)
        if action in ("", "status"):
            await self._status()
        elif action in ("install", "install here"):
            await self._install(place, here=action.endswith("here"))
        elif action == "upgrade":
            self.tell("\n".join(upgrade.run()) or "Nothing had to be changed.")
        elif action == "uninstall":
            await self._uninstall()
        else:
            self.tell(USAGE)

    async def _status(self) -> None:
        path = get_bridge().path
        lines = [status.software(), await self._link(path)]
        await self.next_turn()
        for part in status.parts(path):
            lines += part
            await self.next_turn()
        self.tell(status.shown(lines))

    async def _link(self, path: str) -> status.Line:
        bridge = get_bridge()
        if not bridge.up:
            return status.no_daemon(bridge.trouble, path)
        params = {"client": "evennia_glue", "protocol": PROTOCOL}
        try:
            return status.daemon(await bridge.request("hello", params, timeout=PATIENCE))
        except WorkshopError as error:
            return status.no_daemon(bridge.trouble or f"no answer to hello: {error}", path)

    async def _install(self, place: Any, *, here: bool) -> None:
        try:
            await self._do(installation.install(place, here=here))
        except installation.InstallError as error:
            self.tell(f"{installation.WRONG} {error}")
            return
        link = await self._link(get_bridge().path)
        if link.sign != "well":
            self.tell(str(link))

    async def _uninstall(self) -> None:
        if not installation.find().anything:
            self.tell("There is nothing of it.")
            return
        if (await self._asked(SURE)).strip().lower() not in ("y", "yes"):
            self.tell("It stays.")
            return
        await self._do(installation.uninstall())
        self.tell(
            "Take its lines out of settings.py, and restart with |wevennia reboot|n: the daemon's "
            "link and this command go with them."
        )

    async def _do(self, steps: Iterator[str]) -> None:
        """Tell of each step as it is done."""
        for step in steps:
            self.tell(step)
            await self.next_turn()

    def _asked(self, question: str) -> Deferred[str]:
        answer: Deferred[str] = Deferred()
        get_input(self.caller, question, lambda _who, _asked, typed: answer.callback(typed))
        return answer


class AdminCmdSet(CmdSet):
    """What whoever sets the game up can type anywhere."""

    key = "WorkshopAdminCmdSet"

    def at_cmdset_creation(self) -> None:
        """Evennia's hook: fill the set."""
        self.add(CmdWorkshop())


def offer(sender: Any, **_: Any) -> None:
    """Give an account the command for as long as the Server runs, if it may use it."""
    may = sender.is_superuser or sender.check_permstring("Developer")
    if may and not sender.cmdset.has(AdminCmdSet):
        sender.cmdset.add(AdminCmdSet)


def install(server: MultiService) -> None:
    """Offer the command to everybody who logs in, and to who is there after a reload.

    The game's own command sets are not touched, and nothing of this is stored.
    """
    SIGNAL_ACCOUNT_POST_LOGIN.connect(offer)
    hooks = getattr(server, "start_stop_modules", None)
    if isinstance(hooks, list):
        hooks.append(_Start())


class _Start:
    """Stands among the game's start/stop modules."""

    def at_server_start(self) -> None:
        """Evennia's hook: the Server is up; the Portal's sessions come in the same turn."""
        get_bridge().reactor.callLater(0, _offer_all)


def _offer_all() -> None:
    for account in evennia.SESSION_HANDLER.all_connected_accounts():
        offer(account)
