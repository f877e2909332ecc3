"""Which backends the demo uses: what answers on this machine, what there are keys for."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]
PROBE = 0.5  # seconds


class Provider(NamedTuple):
    """A service that needs a key; its model can be chosen with `<NAME>_MODEL`.

    The daemon knows its address, its format and the variable of its key.
    """

    name: str
    model: str
    role: str
    max_context: int

    @property
    def key(self) -> str:
        """The variable that holds its key."""
        return f"{self.name.upper()}_API_KEY"


PROVIDERS = (
    Provider("anthropic", "claude-sonnet-4-20250514", "reasoning", 200_000),
    Provider("openai", "gpt-5", "breadth", 272_000),
    Provider("gemini", "gemini-2.5-pro", "multimodal", 1_000_000),
    Provider("xai", "grok-4", "speed", 256_000),
    Provider("moonshot", "kimi-k2.5", "long-context", 256_000),
    Provider("openrouter", "openrouter/auto", "fallback", 128_000),
)
SERVERS = (
    ("ollama", "ollama", "http://127.0.0.1:11434", "/v1"),
    ("llama", "llamacpp", "http://127.0.0.1:8080/v1", ""),
    ("llama-2", "llamacpp", "http://127.0.0.1:8081/v1", ""),
)
"""Name, provider, address, and what is behind it where OpenAI's list of models is."""


def model_of(url: str, wanted: str | None = None) -> str | None:
    """The model that a server on this machine offers; None if nothing like it answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/models", timeout=PROBE) as answer:
            names = [str(row["id"]) for row in json.load(answer)["data"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return wanted if wanted in names else next(iter(names), None)


def local(url: str, model: str, provider: str = "custom", max_context: int = 8192) -> Json:
    """A backend on this machine."""
    return {
        "provider": provider,
        "url": url,
        "model": model,
        "role": "local",
        "local": True,
        "max_context": max_context,
        "prices": {"input": 0, "output": 0},
    }


def find(env: Mapping[str, str]) -> dict[str, Json]:
    """The backends that can be used as things are; empty if there are none."""
    found: dict[str, Json] = {}
    for name, provider, url, behind in SERVERS:
        wanted = env.get("OLLAMA_MODEL") if name == "ollama" else None
        model = model_of(url + behind, wanted)
        if model:
            found[name] = local(url, model, provider)
    for service in PROVIDERS:
        if env.get(service.key):
            found[service.name] = {
                "provider": service.name,
                "model": env.get(f"{service.name.upper()}_MODEL") or service.model,
                "role": service.role,
                "local": False,
                "max_context": service.max_context,
            }
    return found


def stand_in(port: int) -> dict[str, Json]:
    """The backend that stands in for a model."""
    return {"stand-in": local(f"http://127.0.0.1:{port}/v1", "stand-in")}


def configuration(
    backends: dict[str, Json],
    run: Path,
    personas: Path,
    defaults: Json | None = None,
    routing: Json | None = None,
) -> dict[str, Any]:
    """A whole configuration of the daemon, with its socket and ledger in the folder `run`."""
    return {
        "server": {
            "socket": str(run / "workshop.sock"),
            "persona": "timmy",
            "personas": str(personas),
        },
        "ledger": {"path": str(run / "ledger.db")},
        "defaults": {
            "timeouts": {
                "connect_ms": 2000,
                "first_token_ms": 20_000,
                "stall_ms": 10_000,
                "total_ms": 60_000,
            },
            "allowed_fails": 3,
            "cooldown_s": 30,
            "health_interval_s": 5,
            **(defaults or {}),
        },
        "routing": {"deadline_s": 120, "max_attempts": 4, **(routing or {})},
        "backends": backends,
    }


def describe(backends: dict[str, Json]) -> list[str]:
    """The backends in words, one line each; says which of them cost money."""
    lines = []
    for name, backend in backends.items():
        bill = "" if backend["local"] else "  (a provider: every thought is on your bill)"
        where = backend.get("url", backend["provider"])
        lines.append(f"  {name}: {backend['model']}, {where}{bill}")
    return lines
