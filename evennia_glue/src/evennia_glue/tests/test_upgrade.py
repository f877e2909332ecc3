"""What an older version left in the database is brought up to date."""

from pathlib import Path
from unittest.mock import Mock, patch

from django.core import serializers
from django.db import DatabaseError
from evennia.objects.models import ObjectDB
from evennia.scripts.models import ScriptDB
from twisted.application.service import MultiService

from evennia_glue import upgrade
from evennia_glue.commands import WorkshopCmdSet
from evennia_glue.rooms import Workshop

from .support import CommandTest

LAYOUTS = Path(__file__).with_name("layouts")


def load(layout: int) -> None:
    """The rows that a version with that layout has stored, without any hook of this one."""
    text = (LAYOUTS / f"{layout}.json").read_text()
    for each in serializers.deserialize("json", text):
        type(each.object)._base_manager.bulk_create([each.object])
    ObjectDB.flush_instance_cache(force=True)
    ScriptDB.flush_instance_cache(force=True)


class TestLayoutOne(CommandTest):
    """The rows that evennia_glue 0.1.0 stored before it counted layouts."""

    def setUp(self):
        super().setUp()
        load(1)
        self.rooms = list(Workshop.objects.filter_family().order_by("id"))

    def test_they_still_load(self):
        self.assertEqual([room.key for room in self.rooms], ["The Workshop", "The Cellar"])
        for room in self.rooms:
            self.assertIsInstance(room, Workshop)
            self.assertEqual(room.router.key, "backend_router")
            self.assertEqual([each.path for each in room.cmdset.get()[1:]], [WorkshopCmdSet.path])

    def test_is_stamped_once(self):
        self.assertEqual(upgrade.stored(), 1)
        self.assertEqual(upgrade.run()[-1], "the database is of layout 2 now, it was of 1")
        self.assertEqual((upgrade.stored(), upgrade.run()), (2, []))
        self.assertEqual([room.scripts.all().count() for room in self.rooms], [1, 1])

    def test_what_is_missing_or_twice(self):
        first, second = self.rooms
        first.router.delete()
        second.cmdset.add(WorkshopCmdSet, persistent=True)
        second.cmdset.add(WorkshopCmdSet)
        second.scripts.add(type(second.router))
        told = "\n".join(upgrade.run())
        self.assertIn(f"room #{first.id} had no script", told)
        self.assertIn(f"room #{second.id} had its commands 3 times", told)
        self.assertIn(f"room #{second.id} had its script twice", told)
        for room in self.rooms:
            self.assertEqual(room.scripts.all().count(), 1)
            self.assertTrue(room.router.is_active)
            self.assertEqual(list(room.cmdset_storage), ["", WorkshopCmdSet.path])
            self.assertEqual(len(room.cmdset.get()), 2)

    def test_of_a_later_version(self):
        upgrade.ServerConfig.objects.conf(upgrade.KEY, upgrade.LAYOUT + 1)
        self.rooms[0].router.delete()
        (told,) = upgrade.run()
        self.assertIn("of a later version", told)
        self.assertIsNone(self.rooms[0].router)
        self.assertEqual(upgrade.stored(), upgrade.LAYOUT + 1)


class TestMoved(CommandTest):
    def setUp(self):
        super().setUp()
        load(1)
        ObjectDB.objects.filter(id=901).update(
            db_typeclass_path="evennia_glue.old.Room",
            db_cmdset_storage=",evennia_glue.old.CmdSet,x.Y",
        )
        moved = {
            "evennia_glue.old.Room": "evennia_glue.rooms.Workshop",
            "evennia_glue.old.CmdSet": WorkshopCmdSet.path,
        }
        patcher = patch.dict(upgrade.MOVED, moved)
        patcher.start()
        self.addCleanup(patcher.stop)
        ObjectDB.flush_instance_cache(force=True)

    def test_paths_that_moved(self):
        self.assertEqual(len(upgrade.move()), 2)
        row = ObjectDB.objects.filter(id=901).values("db_typeclass_path", "db_cmdset_storage")[0]
        self.assertEqual(row["db_typeclass_path"], "evennia_glue.rooms.Workshop")
        self.assertEqual(row["db_cmdset_storage"], f",{WorkshopCmdSet.path},x.Y")
        self.assertIsInstance(ObjectDB.objects.get(id=901), Workshop)
        self.assertEqual(upgrade.move(), [])

    def test_a_path_is_no_part_of_another(self):
        ObjectDB.objects.filter(id=901).update(db_cmdset_storage=",evennia_glue.old.CmdSetOfMine")
        upgrade.move()
        (stored,) = ObjectDB.objects.filter(id=901).values_list("db_cmdset_storage", flat=True)
        self.assertEqual(stored, ",evennia_glue.old.CmdSetOfMine")


class TestAtStart(CommandTest):
    def test_a_game_without_a_workshop_is_not_touched(self):
        self.assertEqual(upgrade.run(), [])
        self.assertIsNone(upgrade.ServerConfig.objects.conf(upgrade.KEY))

    def test_says_in_the_log_what_was_changed(self):
        load(1)
        server = Mock(spec=MultiService, start_stop_modules=[])
        upgrade.install(server)
        with patch("evennia_glue.upgrade.logger.log_info") as logged:
            server.start_stop_modules[0].at_server_start()
        self.assertIn("evennia_glue: the database is of layout 2", logged.call_args[0][0])

    def test_a_database_that_is_not_migrated(self):
        with (
            patch("evennia_glue.upgrade.move", side_effect=DatabaseError("no such table")),
            patch("evennia_glue.upgrade.log_quietly") as logged,
        ):
            upgrade.install(Mock(spec=MultiService, start_stop_modules=[]))
        self.assertEqual(logged.call_count, 1)
