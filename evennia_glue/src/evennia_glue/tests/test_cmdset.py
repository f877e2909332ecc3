"""Who may type what."""

from evennia_glue.commands import WorkshopCmdSet

from .support import PLAYERS, CommandTest


class TestCmdSet(CommandTest):
    def test_who_may(self):
        commands = {command.key: command for command in WorkshopCmdSet().commands}
        self.assertEqual(sorted(commands), sorted([*PLAYERS, "costs", "leakaudit", "leaks"]))
        self.be_player()
        for key, command in commands.items():
            self.assertEqual(command.access(self.char2, "cmd"), key in PLAYERS, key)
            self.assertEqual(command.help_category.lower(), "workshop")
            self.assertIn("Usage:", command.__doc__)
        self.account2.permissions.add("Builder")
        for key, command in commands.items():
            self.assertEqual(command.access(self.char2, "cmd"), key != "leaks", key)
        self.account2.permissions.add("Developer")
        self.assertTrue(commands["leaks"].access(self.char2, "cmd"))
