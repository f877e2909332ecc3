"""What Evennia 5 has merged is kept for a moment."""

import gc
import weakref
from unittest.mock import patch

from django.test import SimpleTestCase
from evennia.commands import cmdhandler
from evennia.commands.cmdset import CmdSet
from twisted.internet.task import Clock

from evennia_glue import merged


class TestMerged(SimpleTestCase):
    def setUp(self):
        self.clock = Clock()
        self.addCleanup(merged._held.clear)

    def test_held_for_a_moment(self):
        with patch.object(merged, "FORGETS", True):
            first, second = CmdSet(), CmdSet()
            known = [weakref.ref(first), weakref.ref(second)]
            merged.hold(first, self.clock)
            self.clock.advance(merged.HOLD - 1)
            merged.hold(second, self.clock)
            merged.hold(second, self.clock)
            del first, second
            gc.collect()
            self.assertTrue(all(each() for each in known))
            self.clock.advance(1)
            gc.collect()
            self.assertFalse(any(each() for each in known), "all go at the same time")
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_no_more_than_so_many(self):
        sets = [CmdSet() for _ in range(merged.MOST + 3)]
        with patch.object(merged, "FORGETS", True):
            for each in sets:
                merged.hold(each, self.clock)
        self.assertEqual(len(merged._held), merged.MOST)

    def test_where_evennia_does_it_itself(self):
        with patch.object(merged, "FORGETS", False):
            merged.hold(CmdSet(), self.clock)
        self.assertEqual((merged._held, self.clock.getDelayedCalls()), ({}, []))

    def test_which_evennia_that_is(self):
        import evennia

        self.assertEqual(merged.FORGETS, evennia.__version__.startswith("5."))
        self.assertTrue(hasattr(cmdhandler, "_CMDSET_MERGE_CACHE"))
