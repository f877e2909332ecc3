"""Send at once on the sockets between player, Portal and Server.

Evennia sets no TCP_NODELAY on the link between its Portal and its Server (it did until 2018), so a
reply that is sent in a later turn of the reactor than the command's acknowledgement - the reply of
every asynchronous command - waits some 40 ms for the peer's delayed ACK. Three ends need it:

    AMP_SERVER_PROTOCOL_CLASS = "evennia_glue.nodelay.AMPPortalProtocol"  # the Portal's
    TELNET_PROTOCOL_CLASS = "evennia_glue.nodelay.TelnetProtocol"         # the player's

and the Server's, which `evennia_glue.bridge` sets by itself: Evennia ignores
AMP_CLIENT_PROTOCOL_CLASS. WORKSHOP_NODELAY = False turns all three off. Mix `NoDelay` into your
own class if your game has one already.
"""

from typing import Any

from django.conf import settings
from evennia.server.portal.amp_server import AMPServerProtocol
from evennia.server.portal.telnet import TelnetProtocol as EvenniaTelnetProtocol
from evennia.utils import logger
from twisted.application.service import MultiService


def wanted() -> bool:
    """Whether the game leaves it on."""
    return getattr(settings, "WORKSHOP_NODELAY", True) is not False


class NoDelay:
    """Mix in before a protocol over TCP."""

    transport: Any

    def connectionMade(self) -> None:  # noqa: N802
        if wanted():
            self.transport.setTcpNoDelay(True)
        super().connectionMade()  # type: ignore[misc]


class AMPPortalProtocol(NoDelay, AMPServerProtocol):
    """The Portal's end of the link to the Server."""


class TelnetProtocol(NoDelay, EvenniaTelnetProtocol):
    """The Portal's end of a player's telnet."""


class _ServerEnd:
    """Stands among the game's start/stop modules, whose hooks run when the Portal is linked."""

    def __init__(self, server: MultiService) -> None:
        self.server = server

    def at_server_start(self) -> None:
        """Evennia's hook: the Server is up, and its link to the Portal open."""
        try:
            self.server.amp_protocol.transport.setTcpNoDelay(True)
        except AttributeError as error:
            logger.log_warn(f"evennia_glue: no TCP_NODELAY on the link to the Portal: {error}")


def install(server: MultiService) -> None:
    """Have the Server's end set whenever it is linked to the Portal."""
    hooks = getattr(server, "start_stop_modules", None)
    if wanted() and isinstance(hooks, list):
        hooks.append(_ServerEnd(server))
