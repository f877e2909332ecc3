"""What to do about a link that is not there."""

import os
import socket
import tempfile
from pathlib import Path

from django.test import SimpleTestCase, override_settings

from evennia_glue import status


class TestAdvice(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "workshop.sock"

    def test_by_what_the_bridge_says(self):
        table = {
            "WORKSHOP_TIMEOUT has to be a number": "Mend the setting",
            "the daemon did not say hello: BridgeTimeout": "upgrade the older one",
            "not connected yet": "in a moment",
            "the link was lost: Connection was closed cleanly": "server.allow_uids",
        }
        for trouble, told in table.items():
            self.assertIn(told, status.advice(trouble, str(self.path)))

    def asked(self) -> str:
        return status.advice(f"cannot connect to {self.path}", str(self.path))

    def test_nothing_there(self):
        self.assertIn("Nothing is there. Start the daemon: workshop serve.", self.asked())
        self.assertIn("set WORKSHOP_SOCKET", self.asked())

    def test_no_socket(self):
        self.path.write_text("")
        self.assertIn("What is there is no socket.", self.asked())

    def test_left_by_the_dead(self):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(self.path))
        self.assertIn("the daemon has died", self.asked())

    def test_alive(self):
        with socket.socket(socket.AF_UNIX) as alive:
            alive.bind(str(self.path))
            alive.listen()
            self.assertIn("Somebody listens there now", self.asked())

    def test_not_for_this_user(self):
        if os.geteuid() == 0:
            self.skipTest("root may look everywhere")
        self.path.parent.chmod(0)
        self.addCleanup(self.path.parent.chmod, 0o700)
        self.assertIn("see server.allow_uids", self.asked())


class TestNoDelay(SimpleTestCase):
    def line(self) -> str:
        return str(status._nodelay())

    def test_ways_to_have_it(self):
        self.assertIn("at the Server's end alone", self.line())
        with override_settings(PORTAL_SERVICES_PLUGIN_MODULES=["evennia_glue.nodelay"]):
            self.assertIn("at every end", self.line())
        with override_settings(
            AMP_SERVER_PROTOCOL_CLASS="evennia_glue.nodelay.AMPPortalProtocol",
            TELNET_PROTOCOL_CLASS="evennia_glue.nodelay.TelnetProtocol",
        ):
            self.assertIn("at every end", self.line())
