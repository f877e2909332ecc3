"""Clean texts of our own: what players, programs and programmers write when they hide nothing."""

import base64
import hashlib
import json
import pathlib
import random
import struct
import uuid
import zlib
from collections.abc import Callable
from typing import Any

HERE = pathlib.Path(__file__)
ROOT = HERE.parents[3]
LARGEST = 1200

# A language, its openings, its middles and its ends: every combination is a sentence.
PROSE = {
    "de": (
        "Gestern Abend|Kurz vor Mitternacht|Nach dem langen Regen|Während die Glocken läuteten",
        "stand der Müller am Fluss|ging die alte Wirtin über den Hof|suchten wir den Schlüssel|"
        "hörte niemand das Läuten",
        "und zählte die Säcke.|weil das Wasser weiter stieg.|ohne ein Wort zu sagen.|"
        "obwohl es längst zu spät war.",
    ),
    "fr": (
        "Hier soir|Peu avant minuit|Après la longue pluie|Pendant que les cloches sonnaient",
        "le meunier regardait la rivière|l'aubergiste traversait la cour|nous cherchions la clé|"
        "personne n'entendait l'appel",
        "et comptait les sacs.|parce que l'eau montait encore.|sans dire un mot.|"
        "bien qu'il fût déjà trop tard.",
    ),
    "es": (
        "Anoche|Poco antes de medianoche|Después de la larga lluvia|Mientras sonaban las campanas",
        "el molinero miraba el río|la posadera cruzaba el patio|buscábamos la llave|"
        "nadie oía la llamada",
        "y contaba los sacos.|porque el agua seguía subiendo.|sin decir una palabra.|"
        "aunque ya era demasiado tarde.",
    ),
    "pl": (
        "Wczoraj wieczorem|Tuż przed północą|Po długim deszczu|Kiedy biły dzwony",
        "młynarz stał nad rzeką|gospodyni szła przez podwórze|szukaliśmy klucza|"
        "nikt nie słyszał wołania",
        "i liczył worki.|bo woda wciąż rosła.|nie mówiąc ani słowa.|choć było już za późno.",
    ),
    "ru": (
        "Вчера вечером|Незадолго до полуночи|После долгого дождя|Пока звонили колокола",
        "мельник стоял у реки|хозяйка шла через двор|мы искали ключ|никто не слышал зова",
        "и считал мешки.|потому что вода всё прибывала.|не говоря ни слова.|"
        "хотя было уже слишком поздно.",
    ),
    "ja": (
        "昨日の夜、|真夜中の少し前に、|長い雨のあと、|鐘が鳴る間、",
        "粉屋は川のそばに立ち、|宿の女将は庭を渡り、|私たちは鍵を探し、|誰も声を聞かず、",
        "袋を数えていた。|水はまだ増えていた。|一言も言わなかった。|もう遅すぎた。",
    ),
    "el": (
        "Χθες το βράδυ|Λίγο πριν τα μεσάνυχτα|Μετά τη μεγάλη βροχή",
        "ο μυλωνάς στεκόταν στο ποτάμι|ψάχναμε το κλειδί|κανείς δεν άκουγε",
        "και μετρούσε τα σακιά.|γιατί το νερό ανέβαινε.|χωρίς να πει λέξη.",
    ),
}
CHAT = (
    "brb dinner|lol no way|anyone got a spare rope? i'm stuck in the well again|gg|wtb 20 iron, pst|"
    "how do i get past the bridge troll??|omg the eel boss one-shot me|lfg crypt, need healer + 1 dps|"
    "/me waves at everyone|say hello to the guard for me|afk 5 min|the northern gate is closed till "
    "tuesday, take the ferry|ty!! <3|soooo tired today|hmmmm not sure about that one|NOOOOO my loot|"
    "can you write me a limerick about turnips|what's 17*23?|where is the inn? it's getting dark :(|"
    "I bought 3 apples, 2 loaves (stale) & a lantern for 14 silver - good deal?|u up?|w8 4 me at the "
    "x-roads|kk c u l8r|ok so first: the key; second: the tile; third: run|:) :D ^_^ (╯°□°)╯︵ ┻━┻|"
    "😂😂😂|🎉 happy birthday 🎂🎈|T_T|o/ hi all|@here raid at 20:00 CET, bring 5x potions & 10x arrows"
).split("|")
LOGS = (
    "2026-03-0{a} 12:{b}:07.{c} INFO  [pool-{a}-thread-{b}] c.example.web.Server - GET /v{a}/items/{c} "
    "200 {b}ms|"
    "Mar  {a} 04:{b}:11 host sshd[{c}]: Accepted publickey for git from 10.0.{a}.{b} port {c} ssh2: "
    "ED25519 SHA256:{h}|"
    "[{c}.{b}00123] usb {a}-1: new high-speed USB device number {b} using xhci_hcd|"
    '10.1.{a}.{b} - - [04/Mar/2026:12:{b}:00 +0000] "POST /api/think HTTP/1.1" 200 {c} "-" '
    '"curl/8.5.0"|'
    'E0304 12:{b}:07 {c} reconciler.go:{b}] "Failed" err="dial tcp 10.0.0.{a}:6443: connect: refused"|'
    "npm WARN deprecated har-validator@5.1.{a}: this library is no longer supported|"
    "  File \"/usr/lib/python3/x.py\", line {c}, in run\\n    raise ValueError(f'bad {{x!r}}')"
).split("|")
CODE = (
    "for (let i = 0; i < items.length; i += {a}) {{ sum += items[i].price * {b}; }}|"
    "def area(w: float, h: float) -> float:\n    return w * h / {a}.0\n|"
    "let total = rows.filter {{ $0.count > {b} }}.map(\\.price).reduce(0, +)|"
    "SELECT id, name || ' ' || surname AS full FROM users WHERE age > {b} ORDER BY {a};|"
    "#define MAX(a, b) ((a) > (b) ? (a) : (b))\nint x[{b}] = {{ {a}, {b}, {c} }};|"
    "sed -E 's/([0-9]+)-([a-z]+)/\\2_\\1/g' in.txt | awk '{{ print ${a} }}' | sort -u|"
    '<div class="card"><h2>{{{{ title }}}}</h2><p style="margin:{b}px">…</p></div>|'
    'fn main() {{ let v: Vec<u8> = vec![{a}, {b}]; println!("{{:?}}", v); }}|'
    "^(?:[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+)@[a-z0-9.-]{{2,{b}}}$|"
    '{{"id": {c}, "tags": ["a", "b"], "ok": true, "ratio": 0.{b}}}|'
    'public static final String KEY = "cache." + VERSION + "." + {c};|'
    'printf("%-10s|%5d|%x\\n", "row", {c}, 0x{c});|'
    "git rebase -i HEAD~{a} && git push --force-with-lease origin feature/x-{b}|"
    "char grid[3][4] = {{ {{'a','b','c'}}, {{'d','e','f'}}, {{'x','y','z'}} }};|"
    "const parts = ['2026', '0{a}', '{b}']; const day = parts.join('-');|"
    "RUN apt-get update && apt-get install -y --no-install-recommends libsqlite3-dev={a}.{b}.*"
).split("|")
MATHS = (
    "Solve x^2 - {a}x + {b} = 0 over the reals.|∫₀^{a} x² dx = ?|Prove that √{b} is irrational.|"
    "If f(x) = sin(x)/x, what is lim x→0?|α + β = π/{a}, so cos α = sin(β + {b}°)|"
    "\\frac{{a}}{{b}} = \\sum_{{i=0}}^{{n}} \\binom{{n}}{{i}} p^i|A = [[1, {a}], [{b}, 4]]; det A?|"
    "Let ε > 0. ∃ δ: |x − a| < δ ⇒ |f(x) − L| < ε.|{c} = 2^{a} · 3 · 5 + r, find r|"
    "x₁ = {a}, x₂ = {b}, Δx = x₂ − x₁, v = Δx/Δt ≈ 9.81 m/s²|"
    "The primes below 50: 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47|"
    "3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9: which constant?"
).split("|")
ART = (
    "  /\\_/\\\n ( o.o )\n  > ^ <",
    "+----+----+\n| a  | b  |\n+----+----+\n| 1  | 22 |\n+----+----+",
    "   *\n  ***\n *****\n*******\n   |",
    "┌──────┐\n│ door │\n└──┬───┘\n   │\n[hall]──[yard]",
    "#####\n#.@.#\n#..>#\n#####",
    "O---O---O\n|   |\nO   O---X",
    "name      qty   price\n-------- ---- -------\nrope        3    1.20\nlantern     1   14.00",
)


def picture(rng: random.Random) -> bytes:
    """Return a small PNG of noise."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + rng.randbytes(3 * 12) for _ in range(12))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 12, 12, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def filled(form: str, rng: random.Random) -> str:
    """Return a form with numbers in its places."""
    numbers = {"a": rng.randrange(1, 10), "b": rng.randrange(10, 60), "c": rng.randrange(100, 9999)}
    key = base64.b64encode(rng.randbytes(32)).decode().rstrip("=")
    return form.format(**numbers, h=key)


def of_repository(rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Return pieces of this project's own sources and documents, but for those about leaks."""
    files = [
        path
        for folder in ("Sources", "docs", "scripts", "evennia_glue", "Benchmarks")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".swift", ".md", ".py", ".sh", ".h"}
        and path.stat().st_size > LARGEST
        # Tables of names, letters and ciphers are no ordinary text.
        and "Persona" not in path.parts
        and "leak" not in path.name
    ]
    out = []
    for _ in range(count):
        path = rng.choice(files)
        text = path.read_text(encoding="utf-8")
        start = rng.randrange(max(1, len(text) - LARGEST))
        out.append((f"repository {path.suffix}", text[start : start + rng.randrange(80, LARGEST)]))
    return out


def of_tasks(rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Return tasks that the classifier was trained on, which were made up, in many languages."""
    rows = []
    for path in sorted((ROOT / "training" / "tasks").glob("*.jsonl")):
        rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    kinds = [("task " + row.get("lang", "en"), row["task"][:LARGEST]) for row in rows]
    return rng.sample(kinds, min(count, len(kinds)))


def made(rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Return texts of every made-up kind in turn."""

    def prose() -> tuple[str, str]:
        language = rng.choice(list(PROSE))
        gap = "" if language == "ja" else " "
        sentences = [
            gap.join(rng.choice(part.split("|")) for part in PROSE[language]) for _ in range(3)
        ]
        return f"prose {language}", (gap or "").join(sentences)

    def identifiers() -> tuple[str, str]:
        number = uuid.UUID(bytes=rng.randbytes(16), version=4)
        digest = hashlib.sha1(rng.randbytes(8)).hexdigest()
        return "identifiers", rng.choice(
            (
                f"Compare {number} with {uuid.UUID(bytes=rng.randbytes(16), version=4)}.",
                f"git show {digest} | head; git log {digest[:8]}..{digest[8:15]}",
                f"sha256:{hashlib.sha256(rng.randbytes(8)).hexdigest()}  image.tar",
                f"mac {rng.randbytes(6).hex(':')} ip 192.168.{rng.randrange(256)}.{rng.randrange(256)}",
                f"fe80::{rng.randbytes(2).hex()}:{rng.randbytes(2).hex()}%eth0 up",
                f"order AB-{rng.randrange(10**6)}-{rng.randrange(99)}, ISBN 978-3-16-148410-{rng.randrange(9)}",
                f"{rng.randbytes(16).hex(' ')}\n{rng.randbytes(16).hex(' ')}",
            )
        )

    def embedded() -> tuple[str, str]:
        data = base64.b64encode(picture(rng)).decode()
        return "picture in code", f'<img alt="door" src="data:image/png;base64,{data}">'

    def table() -> tuple[str, str]:
        rows = "\n".join(
            f"| {rng.choice(('rope', 'salt', 'wax', 'tin'))} | {rng.randrange(99)} | "
            f"{rng.choice('ABCD')} |"
            for _ in range(rng.randrange(3, 9))
        )
        return "table", f"Sum the second column:\n| thing | count | shelf |\n|---|---:|---|\n{rows}"

    kinds: list[Callable[[], tuple[str, str]]] = [
        prose,
        prose,
        identifiers,
        embedded,
        table,
        lambda: ("chat", " ".join(rng.sample(CHAT, rng.randrange(1, 3)))),
        lambda: ("log", "\n".join(filled(rng.choice(LOGS), rng) for _ in range(3))),
        lambda: ("code", filled(rng.choice(CODE), rng)),
        lambda: ("maths", filled(rng.choice([form for form in MATHS if "frac" not in form]), rng)),
        lambda: ("art", "Explain this picture:\n" + rng.choice(ART)),
    ]
    return [kinds[place % len(kinds)]() for place in range(count)]


def cases(count: int) -> list[dict[str, Any]]:
    """Return about so many clean texts, a third of each source, the same in every run."""
    rng = random.Random("clean")
    rows = of_tasks(rng, count // 3) + of_repository(rng, count // 3) + made(rng, count // 3)
    return [{"stratum": kind, "text": text} for kind, text in rows if text.strip()]
