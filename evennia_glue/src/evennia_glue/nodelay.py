"""Send at once on the sockets between player, Portal and Server.

Evennia sets no TCP_NODELAY on the link between its Portal and its Server (it did until 2018), so a
reply that is sent in a later turn of the reactor than the command's acknowledgement - the reply of
every asynchronous command - waits some 40 ms for the peer's delayed ACK. Three ends need it. With

    PORTAL_SERVICES_PLUGIN_MODULES += ["evennia_glue.nodelay"]

the Portal's two are set, the one towards the Server and the one towards the player, whatever
classes of protocol the game has there. The Server's is set by `evennia_glue.bridge`: Evennia
ignores AMP_CLIENT_PROTOCOL_CLASS. WORKSHOP_NODELAY = False turns all three off.

Instead of the plugin, the two classes below can stand in the game's settings by name:

    AMP_SERVER_PROTOCOL_CLASS = "evennia_glue.nodelay.AMPPortalProtocol"
    TELNET_PROTOCOL_CLASS = "evennia_glue.nodelay.TelnetProtocol"
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


def start_plugin_services(portal: MultiService) -> None:
    """Evennia's hook: called once in the Portal, before it listens."""
    for service in portal:
        factory = next(
            iter(getattr(service, "args", ())[1:2]), None
        )  # of a TCPServer(port, factory)
        kind = getattr(factory, "protocol", None)
        ours = isinstance(kind, type) and issubclass(
            kind, (AMPServerProtocol, EvenniaTelnetProtocol)
        )
        if ours and not issubclass(kind, NoDelay):
            factory.protocol = type(kind.__name__, (NoDelay, kind), {"__doc__": kind.__doc__})


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
