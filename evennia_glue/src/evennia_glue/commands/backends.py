"""The backends, and what an operator does with them."""

from typing import Any

from evennia.utils import logger

from .. import texts
from ..bridge import get_bridge
from ..errors import BridgeError, WorkshopError
from ..safetext import safe_line
from ..tables import backends
from ..texts import rows
from .base import WorkshopCommand

Row = dict[str, Any]
NAME_BYTES, MODEL_BYTES = 64, 128
WORDS = ("enable", "disable", "drain")
USAGE = (
    "Usage: backends [name], backends/enable <name>, backends/disable <name>, "
    "backends/drain <name>, backends/model <name> [= <model>], backends/models [name], "
    "backends/reload"
)


class CmdBackends(WorkshopCommand):
    """
    look after the backends

    Usage:
      backends [name]
      backends/enable <name>
      backends/disable <name>
      backends/drain <name>
      backends/model <name> = <model>
      backends/model <name>
      backends/models [name]
      backends/reload

    Switches:
      enable - it gets tasks again, whatever the configuration says
      disable - it gets none
      drain - it finishes what it has, and gets nothing new
      model - ask it for another of its models; without one, for that of the configuration again
      models - which models there are
      reload - read the daemon's configuration again

    Without a switch all are listed, or one with all that is known of it. What you say of a backend
    is kept over restarts of the daemon, until somebody says something else. Who changed what
    stands in the server's log. Backends are added in the daemon's configuration, not here.

    Examples:
      backends/drain gpt
      backends/model gpt = gpt-5-mini
    """

    key = "backends"
    aliases = ("backend",)
    locks = "cmd:perm(backends) or perm(Admin)"
    switch_options = (*WORDS, "model", "models", "reload")

    async def run(self) -> None:
        """Show, or do."""
        switch = self.switches[0] if self.switches else ""
        if len(self.switches) > 1 or not self._fits(switch):
            self.tell(USAGE)
        elif _size(self.lhs) > NAME_BYTES or _size(self.rhs or "") > MODEL_BYTES:
            self.tell(
                f"That is too long: a name has at most {NAME_BYTES} bytes, "
                f"a model's at most {MODEL_BYTES}."
            )
        elif switch == "reload":
            await self._reload()
        elif switch == "models":
            await self._models()
        elif switch == "model":
            await self._model()
        elif switch:
            await self._say(switch)
        else:
            await self._show()

    def _fits(self, switch: str) -> bool:
        """Whether what was typed behind a switch is what it takes."""
        if switch == "reload":
            return not self.args
        if switch == "model":
            return bool(self.lhs) and self.rhs != ""
        return self.rhs is None and (switch not in WORDS or bool(self.lhs))

    async def _show(self) -> None:
        answer = await get_bridge().request("backends")
        if not self.lhs:
            self.page(backends.page(answer, said=self.is_read_aloud))
            return
        row = _row(answer, self.lhs)
        if row:
            self.page(backends.one(row, said=self.is_read_aloud))
        else:
            self.tell(texts.NO_SUCH_BACKEND)

    async def _models(self) -> None:
        answer = await get_bridge().request("models")
        await self.next_turn()
        shown = backends.models(answer, self.lhs, said=self.is_read_aloud)
        self.page(texts.NO_SUCH_BACKEND if shown is None else shown)

    async def _say(self, word: str) -> None:
        row = await self._do({"action": word, "backend": self.lhs}, f"{word} {self.lhs}")
        why = f": {safe_line(row['why'])}" if row.get("why") else ""
        self.tell(f"{safe_line(self.lhs)} is {safe_line(row.get('service') or '?', 40)} now{why}.")
        busy = backends.under_way(row)
        if word != "enable" and busy:
            self.tell(f"It still has {busy} under way, and finishes that.")

    async def _model(self) -> None:
        bridge = get_bridge()
        if bridge.up and "switch" not in bridge.capabilities:
            self.tell(texts.NOT_OFFERED)
            return
        params = {"action": "switch", "backend": self.lhs}
        chosen = f"model {self.rhs}" if self.rhs else "the model of the configuration"
        if self.rhs:
            params["model"] = self.rhs
        row = await self._do(params, f"{chosen} for {self.lhs}")
        name, model = safe_line(self.lhs), safe_line(row.get("model") or "?", MODEL_BYTES)
        configured = row.get("configured_model")
        told = f"{name} is asked for {model} from now on"
        if configured and configured != row.get("model"):
            told += f"; the configuration says {safe_line(configured, MODEL_BYTES)}"
        self.tell(f"{told}.")

    async def _reload(self) -> None:
        answer = await self._ask("reload", None, "reload")
        self.tell("The configuration is read again.")
        waits = answer.get("needs_restart")
        if isinstance(waits, list) and waits:
            told = ", ".join(safe_line(path) for path in waits)
            self.tell(f"This takes effect when the daemon is started again: {told}")
        told = backends.problems(answer.get("warnings"))
        if told:
            self.page("\n".join(["|yWarnings:|n", *told]))

    async def _do(self, params: Row, what: str) -> Row:
        """Have the daemon change a backend; its row as it is then."""
        answer = await self._ask("backends", params, what)
        return _row(answer, self.lhs) or {}

    async def _ask(self, method: str, params: Row | None, what: str) -> Row:
        """Ask for a change, and write in the log who did and what came of it."""
        outcome = "failed"
        try:
            answer = await get_bridge().request(method, params)
            outcome = "done"
        except BridgeError as error:
            outcome = f"refused ({error.name or error.code})"
            raise
        except WorkshopError as error:
            outcome = f"not done ({type(error).__name__})"
            raise
        finally:
            account = self.account.key if self.account else "nobody"
            who = f"{self.caller.key} (#{self.caller.id}, account {account})"
            logger.log_sec(f"evennia_glue: backends: {_printable(f'{who}: {what}: {outcome}')}")
        return answer

    def explain(self, error: BaseException) -> None:
        """Tell what went wrong; of a configuration all that is wrong."""
        if isinstance(error, BridgeError) and error.name == "unknown_backend":
            self.tell(texts.NO_SUCH_BACKEND)
        elif isinstance(error, BridgeError) and error.data.get("field") == "model":
            self.tell(texts.NO_SUCH_MODEL)
        elif isinstance(error, BridgeError) and error.name == "bad_configuration":
            told = backends.problems(error.data.get("problems"))
            self.page("\n".join([f"|y{texts.NOTHING_CHANGED}|n", *told]))
        else:
            super().explain(error)


def _row(answer: Row, name: str) -> Row | None:
    return next((row for row in rows(answer.get("backends")) if row.get("backend") == name), None)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _printable(text: str) -> str:
    """A text that is one line of a log, whatever somebody typed."""
    return "".join(char if char.isprintable() else "?" for char in text)
