"""Who may type what."""

from evennia_glue.commands import WorkshopCmdSet

from .support import PLAYERS, CommandTest

BUILDERS = ("costs", "leakaudit", "compare")
ADMINS = ("backends", "migrate")
DEVELOPERS = ("leaks",)


class TestCmdSet(CommandTest):
    def setUp(self):
        super().setUp()
        self.commands = {command.key: command for command in WorkshopCmdSet().commands}

    def may(self, *permissions):
        """The keys that the second account may type with these permissions."""
        for who in (self.account2, self.char2):
            who.permissions.clear()
            who.permissions.batch_add(*permissions)
        return {key for key, known in self.commands.items() if known.access(self.char2, "cmd")}

    def test_who_may(self):
        self.assertEqual(self.may("Player"), set(PLAYERS))
        self.assertEqual(self.may("Builder"), {*PLAYERS, *BUILDERS})
        self.assertEqual(self.may("Admin"), {*PLAYERS, *BUILDERS, *ADMINS})
        self.assertEqual(self.may("Developer"), set(self.commands))
        self.assertEqual(set(self.commands), {*PLAYERS, *BUILDERS, *ADMINS, *DEVELOPERS})

    def test_one_command_can_be_given_to_somebody(self):
        for key in (*BUILDERS, *ADMINS, *DEVELOPERS):
            self.assertEqual(self.may("Player", key), {*PLAYERS, key})

    def test_every_one_has_its_help(self):
        for key, command in self.commands.items():
            with self.subTest(key):
                self.assertEqual(command.help_category.lower(), "workshop")
                self.assertIn(f"Usage:\n      {key}", command.__doc__)
                for switch in getattr(command, "switch_options", None) or ():
                    self.assertIn(switch, command.__doc__)

    def test_no_name_is_taken_twice_or_from_evennia(self):
        from evennia.commands.default.cmdset_character import CharacterCmdSet

        theirs = {name for command in CharacterCmdSet().commands for name in command._matchset}
        ours = [name for command in self.commands.values() for name in command._matchset]
        self.assertEqual(len(ours), len(set(ours)))
        self.assertEqual(theirs & set(ours), set())
