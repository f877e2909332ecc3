"""What the room is told of its lamps, and when: a table of histories."""

from django.test import SimpleTestCase

from evennia_glue.announcements import Announcements, Change

QUIET = 30.0


class TestAnnouncements(SimpleTestCase):
    def history(self, *moments, told=None):
        """What is told at each moment of `(time, states)`."""
        news = Announcements(QUIET, told)
        found = []
        for now, states in moments:
            if states is not None:
                news.see(states)
            found.append(news.due(now))
        self.news = news
        return found

    def test_what_is_there_at_first_is_no_news(self):
        self.assertEqual(self.history((0, {"a": "healthy", "b": "disabled"})), [[]])
        self.assertIsNone(self.news.wait(0))

    def test_a_change_is_told_once(self):
        told = self.history((0, {"a": "healthy"}), (1, {"a": "unhealthy"}), (2, {"a": "unhealthy"}))
        self.assertEqual(told, [[], [Change("a", "healthy", "unhealthy", 1)], []])

    def test_several_at_a_time(self):
        told = self.history(
            (0, {"a": "healthy", "b": "healthy", "c": "healthy"}),
            (1, {"a": "unhealthy", "b": "degraded", "d": "healthy"}),
        )
        self.assertEqual([change.name for change in told[1]], ["a", "b", "c", "d"])
        self.assertEqual(
            told[1][2:], [Change("c", "healthy", None, 1), Change("d", None, "healthy", 1)]
        )

    def test_one_that_flickers_is_summed_up(self):
        up, down = {"a": "healthy"}, {"a": "unhealthy"}
        told = self.history(
            *((0, up), (1, down), (2, up), (3, down), (4, up), (5, down)),
            *((30.9, None), (31, None), (32, None), (33, up)),
        )
        self.assertEqual([len(changes) for changes in told], [0, 1, 1, 0, 0, 0, 0, 1, 0, 1])
        self.assertEqual(told[7], [Change("a", "healthy", "unhealthy", 3)])
        self.assertEqual(told[9][0].times, 1)

    def test_how_long_to_wait(self):
        up, down = {"a": "healthy"}, {"a": "unhealthy"}
        self.history((0, up), (1, down), (2, up), (3, down))
        self.assertEqual(self.news.wait(3), 28)
        self.assertEqual(self.news.wait(40), 0)

    def test_one_that_flickered_and_is_as_before_is_not_told(self):
        up, down = {"a": "healthy"}, {"a": "unhealthy"}
        told = self.history((0, up), (1, down), (2, up), (3, down), (4, up), (40, None), (41, down))
        self.assertEqual([len(changes) for changes in told], [0, 1, 1, 0, 0, 0, 1])
        self.assertEqual(told[-1][0].times, 1, "what is long ago does not count")

    def test_not_asked_yet_is_no_news(self):
        told = self.history(
            *((0, {"a": "healthy"}), (1, {"a": "unknown"}), (2, {"a": "healthy"})),
            *((3, {"a": "unknown"}), (4, {"a": "unhealthy"})),
        )
        self.assertEqual([len(changes) for changes in told], [0, 0, 0, 0, 1])
        self.assertEqual(told[4][0].before, "healthy")

    def test_found_well_is_no_news_and_found_ill_is(self):
        told = self.history(
            (0, {"a": "unknown", "b": "unknown"}), (1, {"a": "healthy", "b": "unhealthy"})
        )
        self.assertEqual([change.name for change in told[1]], ["b"])
        self.assertEqual(self.news.told, {"a": "healthy", "b": "unhealthy"})

    def test_after_a_reload_only_what_the_room_does_not_know(self):
        told = {"a": "healthy", "b": "unhealthy"}
        found = self.history((0, {"a": "healthy", "b": "healthy"}), told=told)
        self.assertEqual(found, [[Change("b", "unhealthy", "healthy", 1)]])

    def test_one_that_is_gone_and_back_is_new(self):
        told = self.history((0, {"a": "healthy"}), (1, {}), (2, {"a": "healthy"}))
        self.assertEqual(
            told[1:], [[Change("a", "healthy", None, 1)], [Change("a", None, "healthy", 1)]]
        )
