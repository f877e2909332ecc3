"""One command makes the Workshop, shows how it is, and takes it away without a trace."""

from unittest.mock import Mock, patch

from django.db import connection
from evennia.objects.models import ObjectDB
from evennia.utils.create import create_object
from twisted.application.service import MultiService

from evennia_glue import installation, upgrade
from evennia_glue.commands import WorkshopCmdSet, install
from evennia_glue.rooms import Workshop

from .support import HELLO, CommandTest

ROOM = "evennia.objects.objects.DefaultRoom"
EXIT = "evennia.objects.objects.DefaultExit"


def everything_stored() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(rows)


class InstallTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.room1.swap_typeclass(ROOM, run_start_hooks=None)

    def typed(self, args: str) -> str:
        self.heard1.clear()
        self.type(install.CmdWorkshop(), f" {args}" if args else "")
        return self.turns()

    def turns(self) -> str:
        """Let the game and the daemon go on; all that is told."""
        for _ in range(30):
            for sent in self.wire.sent():
                if sent["method"] == "hello":
                    self.wire.answer(sent, HELLO)
            self.clock.advance(0)
        return "\n".join(self.heard1)

    def made(self):
        return Workshop.objects.filter_family().get()


class TestInstall(InstallTest):
    def test_makes_everything(self):
        told = self.typed("install")
        room = self.made()
        self.assertIn(f"[+] The room The Workshop (#{room.id}).", told)
        self.assertIn(f"A way in from Room (#{self.room1.id}): type workshop.", told)
        self.assertTrue(room.router.is_active)
        self.assertTrue(room.cmdset.has(WorkshopCmdSet))
        self.assertEqual([way.location for way in installation.ways_in(room)], [self.room1])
        self.assertEqual([way.destination for way in room.exits], [self.room1])
        self.assertEqual(upgrade.stored(), upgrade.LAYOUT)
        self.assertNotIn("daemon", told, "it is well, so nothing is said")

    def test_a_second_time_makes_nothing(self):
        self.typed("install")
        before = set(ObjectDB.objects.values_list("id", flat=True))
        told = self.typed("install")
        self.assertEqual(set(ObjectDB.objects.values_list("id", flat=True)), before)
        self.assertIn(f"[=] The room The Workshop (#{self.made().id}) is there.", told)
        self.assertIn("[=] The way in: workshop, from Room", told)

    def test_makes_what_is_missing(self):
        self.typed("install")
        room = self.made()
        room.router.delete()
        for way in installation.ways_in(room):
            way.delete()
        told = self.typed("install")
        self.assertTrue(self.made().router.is_active)
        self.assertIn("[+] A way in from Room", told)
        self.assertEqual(len(room.exits), 1, "the way back was there")

    def test_a_way_of_that_name_is_there(self):
        create_object(EXIT, "Workshop", location=self.room1, destination=self.room2)
        self.assertIn("type workshop door.", self.typed("install"))

    def test_from_nowhere(self):
        self.char1.location = None
        with self.settings_override(START_LOCATION=f"#{self.room2.id}"):
            self.assertIn(f"A way in from Room2 (#{self.room2.id})", self.typed("install"))

    def test_nowhere_to_begin(self):
        self.char1.location = None
        with self.settings_override(START_LOCATION="#99999"):
            self.assertIn("[!] No way leads in", self.typed("install"))

    def test_here(self):
        self.room1.locks.add("get:perm(Admin)")
        told = self.typed("install here")
        self.assertIn(f"Room (#{self.room1.id}) is a Workshop now.", told)
        room = self.made()
        self.assertEqual((room, room.key), (self.room1, "Room"))
        self.assertIn("get:perm(Admin)", str(room.locks))
        self.assertEqual(installation.ways_in(room), [])
        self.assertIn(f"[=] Room (#{room.id}) is a Workshop.", self.typed("install here"))

    def test_here_is_no_room(self):
        self.char1.location = self.obj1
        self.assertIn("You have to stand in a room", self.typed("install here"))
        self.assertFalse(installation.find().anything)

    def test_the_persona(self):
        told = self.typed("install")
        (persona,) = installation.find().personas
        self.assertEqual((persona.key, persona.location), ("Timmy", self.made()))
        self.assertIn(f"Timmy (#{persona.id}) stands at his bench.", told)
        self.assertIn(f"Timmy (#{persona.id}) is there.", self.typed("install"))

    def test_without_a_daemon(self):
        self.bridge.up, self.bridge.trouble = False, "cannot connect to /nowhere.sock: No such file"
        told = self.typed("install")
        self.assertIn("The room The Workshop", told)
        self.assertIn("[!] daemon    cannot connect to /nowhere.sock", told)
        self.assertIn("Start the daemon: workshop serve.", told)

    def test_nonsense(self):
        for args in ("instal", "install there", "help"):
            self.assertEqual(self.typed(args), install.USAGE)


class TestUninstall(InstallTest):
    def say_yes(self, answer: str) -> str:
        with patch.object(install, "get_input") as asked:
            self.typed("uninstall")
            self.assertEqual(asked.call_count, 1)
            asked.call_args[0][2](self.char1, "", answer)
        return self.turns()

    def test_leaves_no_trace(self):
        self.typed("install")
        self.typed("install here")
        room = next(each for each in installation.find().rooms if each != self.room1)
        self.char2.cmdset.add(WorkshopCmdSet, persistent=True)
        self.assertIn("evennia_glue", everything_stored())
        told = self.say_yes("yes")
        self.assertIn(f"The Workshop (#{room.id}) is an ordinary room.", told)
        self.assertIn(f"Room (#{self.room1.id}) is an ordinary room.", told)
        self.assertEqual(self.room1.typeclass_path, ROOM)
        self.assertNotIn("evennia_glue", everything_stored())
        self.assertFalse(self.room1.cmdset.has(WorkshopCmdSet))
        self.assertEqual(self.room1.scripts.all().count(), 0)
        self.assertEqual([way.key for way in installation.ways_in(room)], ["workshop"])
        self.assertEqual(self.typed("uninstall"), "There is nothing of it.")

    def test_asks_first(self):
        self.typed("install")
        before = everything_stored()
        self.assertIn("It stays.", self.say_yes("no\r\n"))
        self.assertEqual(everything_stored(), before)

    def test_a_class_of_the_games_own_is_left(self):
        self.room1.swap_typeclass(OwnWorkshop)
        told = self.say_yes("y")
        self.assertIn(f"[!] Room (#{self.room1.id}) is left: its class", told)
        self.assertIsNotNone(self.room1.router)


class OwnWorkshop(Workshop):
    """A game's own."""

    __module__ = "typeclasses.rooms"


class TestStatus(InstallTest):
    def test_all_is_well(self):
        self.typed("install")
        told = self.typed("")
        self.assertIn("[+] package   evennia_glue 0.1.0, Evennia", told)
        self.assertIn("[+] daemon    workshop 0.1.0, protocol 1", told)
        self.assertIn("[+] socket    /nowhere.sock", told)
        self.assertIn("[+] settings  all in order", told)
        self.assertIn(f"entered from Room (#{self.room1.id})", told)
        self.assertIn("[+] lamps     backend_router, every 10 s", told)
        self.assertIn(f"[+] database  layout {upgrade.LAYOUT}", told)
        self.assertNotIn("[!]", told)

    def test_nothing_is_there(self):
        told = self.typed("status")
        self.assertIn("[-] room      there is none yet\n", told)
        self.assertIn("Make one: workshop install", told)

    def test_what_is_wrong(self):
        self.typed("install")
        self.made().router.delete()
        upgrade.ServerConfig.objects.conf(upgrade.KEY, delete=True)
        with self.settings_override(WORKSHOP_TIMEOUT=0, WORKSHOP_SOCKT="x", WORKSHOP_NODELAY=False):
            told = self.typed("")
        self.assertIn("[!] setting   WORKSHOP_TIMEOUT has to be a number of seconds", told)
        self.assertIn("[!] setting   WORKSHOP_SOCKT is none of this package's.", told)
        self.assertIn("[-] no-delay  switched off", told)
        self.assertIn("[!] lamps     no script", told)
        self.assertIn("[!] database  layout 1, this package's is 2", told)
        told = self.typed("upgrade")
        self.assertIn(f"room #{self.made().id} had no script", told)
        self.assertEqual(self.typed("upgrade"), "Nothing had to be changed.")

    def test_the_daemon_says_nothing(self):
        self.type(install.CmdWorkshop())
        self.wire.sent()
        self.clock.advance(install.PATIENCE)
        self.turns()
        self.assertIn("[!] daemon    no answer to hello", self.heard1[-1])

    def test_of_another_version(self):
        self.type(install.CmdWorkshop())
        (hello,) = self.wire.sent()
        self.wire.answer(hello, {**HELLO, "version": "0.0.9"})
        self.turns()
        self.assertIn("[!] daemon    workshop 0.0.9, protocol 1\n", self.heard1[-1])
        self.assertIn("upgrade the older one", self.heard1[-1])


class TestOffer(InstallTest):
    def has(self, account) -> bool:
        return account.cmdset.has(install.AdminCmdSet)

    def test_to_who_may(self):
        install.offer(self.account, session=self.session)
        install.offer(self.account, session=self.session)
        sets = [each for each in self.account.cmdset.get() if each.key == "WorkshopAdminCmdSet"]
        self.assertEqual(len(sets), 1)
        self.assertNotIn("evennia_glue", str(self.account.cmdset_storage), "it is not stored")
        install.offer(self.account2)
        self.assertFalse(self.has(self.account2))
        self.account2.permissions.add("Developer")
        install.offer(self.account2)
        self.assertTrue(self.has(self.account2))

    def test_at_login_and_after_a_reload(self):
        server = Mock(spec=MultiService, start_stop_modules=[])
        install.install(server)
        self.addCleanup(install.SIGNAL_ACCOUNT_POST_LOGIN.disconnect, install.offer)
        install.SIGNAL_ACCOUNT_POST_LOGIN.send(sender=self.account, session=self.session)
        self.assertTrue(self.has(self.account))
        self.account.cmdset.remove(install.AdminCmdSet)
        server.start_stop_modules[0].at_server_start()
        self.assertFalse(self.has(self.account), "the Portal's sessions are not there yet")
        self.clock.advance(0)
        self.assertTrue(self.has(self.account))

    def test_locked(self):
        command = install.CmdWorkshop()
        self.assertTrue(command.access(self.char1, "cmd"))
        self.be_player()
        self.assertFalse(command.access(self.char2, "cmd"))
        self.assertIn("Usage:", command.__doc__)

    def test_an_exit_of_that_name_hides_nothing(self):
        from evennia.commands.cmdparser import cmdparser

        self.typed("install")
        (way,) = installation.ways_in(self.made())
        way.at_cmdset_get()
        commands = install.AdminCmdSet() + way.cmdset.current
        for line, key in (("workshop", "workshop"), ("@workshop", "@workshop")):
            self.assertEqual([each[2].key for each in cmdparser(line, commands, self.char1)], [key])
        (found,) = cmdparser("workshop install here", commands, self.char1)
        self.assertEqual((found[2].key, found[1].strip()), ("@workshop", "install here"))
