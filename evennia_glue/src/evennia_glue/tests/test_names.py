"""The names of the game: which, how many, and when the daemon is told."""

from unittest.mock import patch

from django.test import override_settings
from evennia import create_object
from evennia.objects.objects import DefaultCharacter, DefaultRoom
from evennia.server import signals
from twisted.internet import defer
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import names
from evennia_glue.commands.route import CmdRoute
from evennia_glue.commands.think import CmdThink
from evennia_glue.names import GameNames, Gathered, gather

from .support import HELLO, Wire, WorkshopTest, awaited


class AtOnce:
    """As `cooperate`, but all steps at once."""

    def __init__(self, steps):
        for _ in steps:
            pass

    def whenDone(self):
        return defer.succeed(None)


class ByHand:
    """As `cooperate`, but the test says when it is done."""

    started: list["ByHand"] = []

    def __init__(self, steps):
        self.steps, self.done = steps, defer.Deferred()
        self.started.append(self)

    def whenDone(self):
        return self.done

    def finish(self):
        AtOnce(self.steps)
        self.done.callback(None)


class NamesTest(WorkshopTest):
    def setUp(self):
        super().setUp()
        for logged in ("log_info", "log_warn"):
            patcher = patch(f"evennia_glue.names.logger.{logged}")
            setattr(self, logged, patcher.start())
            self.addCleanup(patcher.stop)
        self.account.characters.add(self.char1)
        self.bridge.reactor.callWhenRunning = lambda call: call()

    def gathered(self, **kwargs) -> list[tuple[str, str]]:
        found = Gathered(kwargs.pop("limit", names.NAMES))
        AtOnce(gather(found, **kwargs))
        return [(row["class"], row["text"]) for row in found.rows]

    def installed(self, **kwargs) -> GameNames:
        game = GameNames(self.bridge, cooperate=kwargs.pop("cooperate", AtOnce), **kwargs)
        game.install()
        self.addCleanup(self.uninstall, game)
        return game

    def uninstall(self, game):
        for signal in names.SIGNALS:
            signal.disconnect(game.changed)
        self.bridge.unlisten("names")

    def told(self) -> list[str]:
        """What the daemon was told, but for the subscription; it answers."""
        sent = self.wire.sent()
        for message in sent:
            self.wire.answer(message, {"terms": 1, "passed_over": [0]})
        (told,) = [message["params"] for message in sent if message["method"] == "names"]
        return [row["text"] for row in told["names"]]

    def assert_idle(self):
        self.assertEqual(self.wire.sent(), [])
        self.assertEqual(awaited(self.clock), [])


class TestGather(NamesTest):
    def test_accounts_and_their_characters(self):
        found = self.gathered()
        self.assertIn(("account", self.account.username), found)
        self.assertIn(("account", self.account2.username), found)
        self.assertIn(("person", "Char"), found)
        texts = [text for _, text in found]
        for other in ("Room", "Obj"):
            self.assertNotIn(other, texts)

    def test_who_plays_comes_first(self):
        created = [("person", f"Newer{number}") for number in range(3)]
        for _, key in created:
            self.account2.characters.add(create_object(DefaultCharacter, key=key))
        found = self.gathered()
        for playing in (self.char1, self.char2):
            at = found.index(("person", playing.key))
            self.assertLess(at, min(found.index(row) for row in created))

    def test_characters_that_nobody_plays_now(self):
        other = create_object(DefaultCharacter, key="Old Wren")
        self.account2.characters.add(other)
        self.account2.db._playable_characters.append("no object")
        self.assertIn(("person", "Old Wren"), self.gathered())
        other.delete()
        self.assertNotIn(("person", "Old Wren"), self.gathered())

    def test_a_name_of_both_is_a_persons(self):
        self.char1.key = self.account.username.upper()
        found = [row for row in self.gathered() if row[1].lower() == self.account.username.lower()]
        self.assertEqual(found, [("person", self.account.username.upper())])

    def test_names_as_players_see_them(self):
        self.char1.key = "|rSir|n  Wren "
        self.assertIn(("person", "Sir Wren"), self.gathered())

    def test_no_name_of_any_length(self):
        self.char1.key = "x" * (names.LONGEST + 1)
        self.assertNotIn(self.char1.key, [text for _, text in self.gathered()])

    def test_configured_typeclasses(self):
        found = self.gathered(typeclasses=[DefaultRoom, DefaultCharacter])
        self.assertIn(("place", "Room"), found)
        self.assertIn(("person", "Char2"), found)

    def test_bounded(self):
        self.assertEqual(len(self.gathered(limit=2)), 2)
        with patch.object(names, "BYTES", 50):
            self.assertEqual(len(self.gathered()), 2)

    def test_in_steps(self):
        with patch.object(names, "CHUNK", 1):
            found = Gathered()
            steps = sum(1 for _ in gather(found, [DefaultRoom]))
            self.assertGreaterEqual(steps, 5)
            self.assertEqual(
                {row["text"] for row in found.rows},
                {text for _, text in self.gathered(typeclasses=[DefaultRoom])},
            )


class TestTelling(NamesTest):
    def test_at_the_start(self):
        self.installed()
        self.assertIn("Char", self.told())
        self.assertRegex(self.log_info.call_args[0][0], r"\d+ names guarded, 1 passed over")
        self.assertNotIn("Char", self.log_info.call_args[0][0])

    def test_each_name_once(self):
        game = self.installed()
        self.told()
        game.refresh()
        del self.char1.account  # another order of the same names
        game.refresh()
        game.changed(self.char1)
        game.changed(self.room1)
        self.assert_idle()

    def test_a_new_link_is_told_at_once(self):
        self.installed()
        before = self.told()
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.wire = Wire(self.bridge)
        with patch.object(names, "gather", side_effect=AssertionError("read again first")):
            self.wire.answer(self.wire.sent()[0], HELLO)
        self.assertEqual(self.told(), before)

    def test_without_a_link(self):
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.installed()
        self.wire = Wire(self.bridge)
        self.wire.answer(self.wire.sent()[0], HELLO)
        self.assertIn("Char", self.told())

    def test_changes_wait_for_company(self):
        self.installed()
        self.told()
        self.char1.key = "Wren"
        self.account2.username = "harrow"
        self.account2.save()
        signals.SIGNAL_ACCOUNT_POST_RENAME.send(self.account2)
        self.assertEqual(self.wire.sent(), [])
        self.clock.advance(names.WAIT)
        told = self.told()
        self.assertIn("Wren", told)
        self.assertIn("harrow", told)
        self.clock.advance(names.WAIT)
        self.assertEqual(self.wire.sent(), [])

    def test_a_new_character(self):
        self.installed()
        self.told()
        made, _ = DefaultCharacter.create("Bess", account=self.account)
        self.account.characters.add(made)
        self.clock.advance(names.WAIT)
        self.assertIn("Bess", self.told())

    def test_things_are_nobody(self):
        self.installed()
        self.told()
        create_object(DefaultRoom, key="Cellar")
        self.obj1.key = "Hammer"
        self.assert_idle()

    def test_changes_while_reading(self):
        ByHand.started.clear()
        game = self.installed(cooperate=ByHand)
        game.refresh()
        game.refresh()
        self.assertEqual(len(ByHand.started), 1)
        ByHand.started[0].finish()
        self.told()
        self.assertEqual(len(ByHand.started), 2)
        ByHand.started[1].finish()
        self.assertEqual(len(ByHand.started), 2)

    def test_reading_that_fails(self):
        ByHand.started.clear()
        game = self.installed(cooperate=ByHand)
        with patch("evennia_glue.errors.logger.log_err") as logged:
            ByHand.started[0].done.errback(ValueError("Char"))
        self.assertNotIn("Char", logged.call_args[0][0].replace("Character", ""))
        game.refresh()
        self.assertEqual(len(ByHand.started), 2)

    def test_a_sender_does_not_suffer(self):
        game = self.installed()
        self.told()
        with (
            patch.object(game, "_is_new", side_effect=ValueError("Char")),
            patch("evennia_glue.errors.logger.log_err") as logged,
        ):
            self.char1.key = "Wren"
        self.assertIn("looking at a new name failed", logged.call_args[0][0])

    def test_off(self):
        game = self.installed(guard=False)
        self.assertEqual(self.told(), [])
        game.refresh()
        self.char1.key = "Wren"
        self.assert_idle()

    def test_a_daemon_that_does_not_know_how(self):
        game = self.installed()
        request = self.wire.sent()[-1]
        self.wire.refuse(request, -32601, "method_not_found", "There is no such method.")
        self.assertIn("does not know how", self.log_warn.call_args[0][0])
        game.refresh()
        self.told()

    def test_a_link_that_is_lost(self):
        self.installed()
        self.log_warn.reset_mock()
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        told = [call[0][0] for call in self.log_warn.call_args_list]
        self.assertNotIn("guard", "".join(told))

    @override_settings(WORKSHOP_SOCKET="/nowhere.sock")
    def test_the_plugin_installs_it(self):
        from twisted.application.service import MultiService

        from evennia_glue import bridge

        with patch.object(GameNames, "install") as install:
            bridge.start_plugin_services(MultiService())
        install.assert_called_once()


class TestWaiting(NamesTest):
    """A task does not leave before the daemon knows whose names it may hold."""

    def setUp(self):
        super().setUp()
        ByHand.started.clear()

    def read(self, ends=ByHand.finish) -> None:
        """Lets the reading end, and one that came to be wanted in the meantime."""
        for reading in ByHand.started:
            ends(reading)

    def think(self) -> None:
        self.type(CmdThink(), " what does Char2 want?")

    def methods(self) -> list[str]:
        """What was sent since the last time; `names` is answered."""
        sent = self.wire.sent()
        for message in sent:
            if message["method"] == "names":
                self.wire.answer(message, {"terms": 1, "passed_over": []})
        return [message["method"] for message in sent]

    def test_until_the_daemon_has_answered(self):
        self.installed(cooperate=ByHand)
        self.wire.sent()
        self.think()
        self.assertIn("thinks ...", self.heard1[0])
        self.assertEqual(self.wire.sent(), [])
        self.read()
        (names_told,) = self.wire.sent()
        self.assertEqual(names_told["method"], "names")
        self.wire.answer(names_told, {"terms": 1, "passed_over": []})
        self.assertEqual(self.methods(), ["think"])
        self.assertFalse(self.log_warn.called)

    def test_a_route_waits_too(self):
        self.installed(cooperate=ByHand)
        self.wire.sent()
        self.type(CmdRoute(), " what does Char2 want?")
        self.assertEqual(self.wire.sent(), [])
        self.read()
        self.assertEqual(self.methods(), ["names"])
        self.assertEqual(self.methods(), ["route"])

    def test_not_for_ever(self):
        self.installed(cooperate=ByHand)
        self.wire.sent()
        self.think()
        self.clock.advance(names.PATIENCE)
        self.assertEqual(self.methods(), ["think"])
        self.assertIn("did not wait", self.log_warn.call_args[0][0])

    def test_stopped_while_it_waits(self):
        self.installed(cooperate=ByHand)
        self.wire.sent()
        self.think()
        stop = CmdThink()
        self.type(stop, "/stop")
        self.assertEqual(self.heard1[-1], "Timmy lets the thought go.")
        self.read()
        self.assertEqual(self.methods(), ["names"])
        self.assertEqual(self.wire.sent(), [])

    def test_a_newcomer_is_told_first(self):
        self.installed()
        self.told()
        self.char1.key = "Wren"
        self.think()
        self.assertEqual(self.methods(), ["names"])
        self.assertEqual(self.methods(), ["think"])

    def test_nothing_to_wait_for(self):
        self.installed()
        self.told()
        self.think()
        self.assertEqual(self.methods(), ["think"])

    def test_a_link_that_is_lost_while_it_waits(self):
        self.installed(cooperate=ByHand)
        self.think()
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.assertIn("the bridge to the Workshop is down", self.heard1[-2])
        self.assertFalse(self.char1.ndb.workshop_thought)

    def test_no_longer_than_there_is_hope(self):
        for broken in ("reading", "telling"):
            with self.subTest(broken), patch("evennia_glue.errors.logger.log_err"):
                ByHand.started.clear()
                game = self.installed(cooperate=ByHand)
                self.wire.sent()
                waited = game.settled()
                self.assertFalse(waited.called)
                if broken == "reading":
                    self.read(lambda reading: reading.done.errback(ValueError("Char")))
                else:
                    self.read()
                    (told,) = self.wire.sent()
                    self.wire.refuse(told, -32601, "method_not_found", "There is no such method.")
                self.assertTrue(waited.called)

    def test_off(self):
        self.installed(guard=False)
        self.wire.sent()
        self.think()
        self.assertEqual(self.methods(), ["think"])
