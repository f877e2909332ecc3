"""How good an answer was."""

import re

from .. import texts
from ..bridge import get_bridge
from ..errors import BridgeError
from ..thoughts import Rateable
from .base import WorkshopCommand

_STARS = re.compile(r"([1-5])(?:\s*(?:/\s*5|stars?))?")


class CmdRate(WorkshopCommand):
    """
    say how good the last answer was

    Usage:
      rate
      rate <1-5>

    One star is poor, five are excellent. What is rated is the last answer that you got, by
    |wthink|n, |wask|n, |wsay|n or |wwhisper|n; without a number you see which one that is. You can
    change your mind: the last word counts.

    Example:
      rate 4
    """

    key = "rate"

    async def run(self) -> None:
        """Rate, or say what would be rated."""
        answer: Rateable | None = self.caller.ndb.workshop_answer
        typed = self.args.strip()
        stars = _STARS.fullmatch(typed.lower())
        if typed and not stars:
            self.tell(texts.RATE_USAGE)
        elif answer is None:
            self.tell(texts.NOTHING_TO_RATE)
        elif stars is None:
            told = texts.RATE_WHAT.format(name=answer.name, preview=answer.preview)
            self.tell(told + _before(answer))
        else:
            await self._rate(answer, int(stars[1]))

    async def _rate(self, answer: Rateable, stars: int) -> None:
        params = {"thought": answer.thought, "stars": stars, "caller": f"#{self.caller.id}"}
        await get_bridge().request("rate", params)
        if self.caller.ndb.workshop_answer is answer:  # no newer one has come meanwhile
            self.caller.ndb.workshop_answer = answer._replace(stars=stars)
        self.tell(
            texts.RATED.format(
                name=answer.name,
                preview=answer.preview,
                stars=_stars(stars),
                before=_before(answer) if answer.stars != stars else "",
            )
        )

    def explain(self, error: BaseException) -> None:
        """Tell what went wrong, in better words for an answer that is gone."""
        if isinstance(error, BridgeError) and error.name == "unknown_thought":
            self.tell(texts.NO_SUCH_ANSWER)
            return
        super().explain(error)


def _stars(stars: int) -> str:
    return f"{texts.number(stars)} star{'' if stars == 1 else 's'}"


def _before(answer: Rateable) -> str:
    """What the answer was given before, if anything."""
    return texts.RATED_BEFORE.format(stars=texts.number(answer.stars)) if answer.stars else ""
