"""TCP_NODELAY at every end that Evennia leaves alone."""

from unittest.mock import Mock, patch

from django.test import SimpleTestCase, override_settings
from evennia.server.portal.amp_server import AMPServerProtocol
from evennia.server.portal.telnet import TelnetProtocol
from twisted.application import internet
from twisted.application.service import MultiService
from twisted.internet.protocol import Protocol

from evennia_glue import nodelay


class TestNoDelay(SimpleTestCase):
    def connect(self, protocol_class, parent):
        protocol = protocol_class()
        protocol.transport = Mock()
        with patch.object(parent, "connectionMade", autospec=True) as made:
            protocol.connectionMade()
        made.assert_called_once_with(protocol)
        return protocol.transport.setTcpNoDelay

    def test_on(self):
        self.connect(nodelay.AMPPortalProtocol, AMPServerProtocol).assert_called_once_with(True)
        self.connect(nodelay.TelnetProtocol, TelnetProtocol).assert_called_once_with(True)

    @override_settings(WORKSHOP_NODELAY=False)
    def test_off(self):
        self.connect(nodelay.AMPPortalProtocol, AMPServerProtocol).assert_not_called()
        self.connect(nodelay.TelnetProtocol, TelnetProtocol).assert_not_called()
        server = Mock(start_stop_modules=[])
        nodelay.install(server)
        self.assertEqual(server.start_stop_modules, [])

    def test_the_portals_ends_by_the_plugin(self):
        portal, own = MultiService(), type("Own", (TelnetProtocol,), {})
        kinds = [AMPServerProtocol, own, nodelay.TelnetProtocol, Protocol]
        for kind in kinds:
            internet.TCPServer(0, Mock(protocol=kind)).setServiceParent(portal)
        MultiService().setServiceParent(portal)
        nodelay.start_plugin_services(portal)
        amp, telnet, already, other = [each.args[1].protocol for each in list(portal)[:4]]
        self.connect(amp, AMPServerProtocol).assert_called_once_with(True)
        self.connect(telnet, TelnetProtocol).assert_called_once_with(True)
        self.assertTrue(issubclass(telnet, own))
        self.assertEqual((already, other), (nodelay.TelnetProtocol, Protocol))

    def test_evennias_portal_is_as_the_plugin_needs_it(self):
        import inspect

        from evennia.server.portal.amp_server import AMPServerFactory
        from evennia.server.portal.service import EvenniaPortalService

        start = inspect.getsource(EvenniaPortalService.privilegedStartService)
        self.assertIn("self.register_plugins()", start.partition("register_telnet()")[2])
        self.assertIn("self.protocol()", inspect.getsource(AMPServerFactory.buildProtocol))

    def test_the_servers_end(self):
        server = Mock(start_stop_modules=[])
        nodelay.install(server)
        (hooks,) = server.start_stop_modules
        hooks.at_server_start()
        server.amp_protocol.transport.setTcpNoDelay.assert_called_once_with(True)

    def test_a_server_without_a_portal(self):
        server = Mock(start_stop_modules=[], amp_protocol=None)
        nodelay.install(server)
        with patch("evennia_glue.nodelay.logger.log_warn") as logged:
            server.start_stop_modules[0].at_server_start()
        logged.assert_called_once()

    def test_evennia_still_has_the_hooks_that_this_needs(self):
        import inspect

        from evennia.server.service import EvenniaServerService

        self.assertIn("start_stop_modules", inspect.getsource(EvenniaServerService.__init__))
        source = inspect.getsource(EvenniaServerService._call_start_stop)
        self.assertIn("getattr(mod, hookname", source)
