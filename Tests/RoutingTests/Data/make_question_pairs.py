"""Writes question_pairs_dev.jsonl and question_pairs_held.jsonl.

Pairs of questions, each the same question or another one: templates with slots, and pairs that
were written by hand. The held part has other templates, other words and other pairs by hand than
the part that the gate was written with; nobody looks at it while the gate is changed. The same
program writes the same bytes.
"""
# ruff: noqa: PLR0912, PLR0915, RUF001

import itertools
import json
import pathlib

HERE = pathlib.Path(__file__).parent


class Part:
    """The pairs of one file, each once."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], dict] = {}

    def near(self, kind: str, one: str, other: str) -> None:
        """Two questions that look alike and are not the same."""
        assert one != other, one
        self._add(kind, one, other, same=False)

    def same(self, kind: str, one: str, other: str) -> None:
        """One question in other words."""
        assert one != other, one
        self._add(kind, one, other, same=True)

    def _add(self, kind: str, one: str, other: str, *, same: bool) -> None:
        self.rows.setdefault(
            (one, other), {"class": kind, "same": same, "one": one, "other": other}
        )

    def flip(
        self,
        kind: str,
        templates: list[str],
        pairs: list[tuple[str, str]],
        things: list[str] | None = None,
    ) -> None:
        """Every template with either word of every pair; `{t}` is a thing."""
        for template, (one, other), thing in itertools.product(templates, pairs, things or [""]):
            self.near(kind, template.format(x=one, t=thing), template.format(x=other, t=thing))

    def write(self, name: str) -> None:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows.values())
        (HERE / name).write_text(text, encoding="utf-8")


def dev() -> Part:
    part = Part()
    devices = [
        "the kitchen light",
        "the heating",
        "Bluetooth",
        "dark mode",
        "the alarm",
        "two-factor authentication",
    ]
    part.flip(
        "polarity",
        [
            "How do I turn {x} {t}?",
            "Turn {x} {t}.",
            "What happens if I turn {x} {t}?",
            "Please turn {x} {t} at 7 pm.",
        ],
        [("on", "off"), ("up", "down")],
        devices,
    )
    part.flip(
        "polarity",
        [
            "How do I {x} {t}?",
            "Can you {x} {t}?",
            "Explain how to {x} {t}.",
            "Why would anyone {x} {t}?",
        ],
        [
            ("enable", "disable"),
            ("install", "uninstall"),
            ("lock", "unlock"),
            ("start", "stop"),
            ("open", "close"),
        ],
        ["the firewall", "the service", "the front door", "a plugin"],
    )
    part.flip(
        "polarity",
        [
            "How do I make pancakes {x} {t}?",
            "List recipes {x} {t}.",
            "Is coffee {x} {t} healthy?",
            "Write a haiku {x} {t}.",
        ],
        [("with", "without")],
        ["milk", "eggs", "sugar", "gluten", "salt", "rhymes"],
    )
    part.flip(
        "polarity",
        [
            "{x} {t} safe to eat raw?",
            "Why {x} {t} used in cooking?",
            "Explain why {t} {x} expensive.",
        ],
        [("is", "isn't"), ("is", "is not"), ("was", "wasn't")],
        ["salmon", "garlic", "rhubarb", "the liver of a polar bear"],
    )
    part.flip(
        "polarity",
        [
            "{x} I water a cactus every day?",
            "Why {x} we trust {t}?",
            "When {x} one call {t}?",
            "Explain when you {x} use {t}.",
        ],
        [("should", "shouldn't"), ("can", "can't"), ("could", "could not"), ("do", "don't")],
        ["the police", "a doctor", "a mutex", "a lawyer", "global variables"],
    )
    times = ["the war", "breakfast", "the update", "surgery", "sunset", "1990"]
    part.flip(
        "time order",
        [
            "What happened {x} {t}?",
            "Should I exercise {x} {t}?",
            "List the events {x} {t}.",
            "What do I do {x} {t}?",
        ],
        [("before", "after"), ("until", "since"), ("during", "after")],
        times,
    )
    part.flip(
        "numbers",
        [
            "List the top {x} {t}.",
            "What are the {x} best {t}?",
            "Name {x} {t}.",
            "Give me {x} examples of {t}.",
        ],
        [
            ("10", "100"),
            ("3", "5"),
            ("ten", "twelve"),
            ("5", "50"),
            ("two", "2,000"),
            ("1.5", "15"),
        ],
        ["films", "cities in Europe", "sorting algorithms", "vegetables", "songs"],
    )
    part.flip(
        "numbers",
        [
            "What is {x} plus 7?",
            "Calculate {x} * 4.",
            "Is {x} a prime number?",
            "Convert {x} to binary.",
            "What is {x} squared?",
        ],
        [
            ("12", "13"),
            ("12", "-12"),
            ("1.0", "10"),
            ("3", "3.5"),
            ("1e3", "1e4"),
            ("5", "5!"),
            ("7", "70"),
            ("1,000", "1.000"),
        ],
    )
    part.flip(
        "names",
        [
            "What is the capital of {x}?",
            "Who is the president of {x}?",
            "What is the population of {x}?",
            "How do I get a visa for {x}?",
            "Tell me about the history of {x}.",
            "What languages are spoken in {x}?",
        ],
        [
            ("France", "Italy"),
            ("Austria", "Australia"),
            ("Niger", "Nigeria"),
            ("Iran", "Iraq"),
            ("Slovakia", "Slovenia"),
            ("North Korea", "South Korea"),
            ("Guinea", "Guyana"),
            ("Ireland", "Iceland"),
            ("Sweden", "Switzerland"),
        ],
    )
    part.flip(
        "names",
        [
            "What is the weather like in {x}?",
            "Plan a weekend in {x}.",
            "How far is {x} from Berlin?",
            "Who founded {x}?",
        ],
        [
            ("Paris", "Rome"),
            ("London", "Londonderry"),
            ("Cologne", "Bologna"),
            ("Boston", "Austin"),
            ("Sydney", "Sidney"),
            ("St. Petersburg", "Pittsburgh"),
            ("Lyon", "León"),
            ("Basel", "Brussels"),
        ],
    )
    part.flip(
        "names",
        [
            "How do I reverse a list in {x}?",
            "What is a closure in {x}?",
            "Is {x} faster than Go?",
            "Write hello world in {x}.",
            "How do I read a file in {x}?",
            "How do I install {x} on Linux?",
        ],
        [
            ("Java", "JavaScript"),
            ("C", "C++"),
            ("C", "C#"),
            ("Swift", "Rust"),
            ("Python 2", "Python 3"),
            ("Perl", "Pearl"),
            ("Objective-C", "C"),
            ("PHP", "PHP 8"),
            ("TypeScript", "JavaScript"),
        ],
    )
    part.flip(
        "names",
        [
            "How do I encode a string as {x}?",
            "What is {x}?",
            "How many bytes does a character take in {x}?",
        ],
        [
            ("UTF-8", "UTF-16"),
            ("SHA-1", "SHA-256"),
            ("HTTP", "HTTPS"),
            ("IPv4", "IPv6"),
            ("TCP", "UDP"),
            ("JSON", "JSONL"),
            ("ASCII", "EBCDIC"),
            ("Base64", "Base32"),
            ("RAID 0", "RAID 1"),
            ("USB 2.0", "USB 3.0"),
            ("AES-128", "AES-256"),
        ],
    )
    part.flip(
        "units",
        [
            "What is 20 {x} in kelvin?",
            "Is 38 {x} warm?",
            "At how many {x} does water boil?",
            "Bake it at 200 {x}?",
        ],
        [("°C", "°F"), ("degrees Celsius", "degrees Fahrenheit")],
    )
    part.flip(
        "units",
        [
            "How many {x} are there in 5 miles?",
            "How many {x} is a marathon?",
            "How tall is the tower in {x}?",
        ],
        [
            ("kilometers", "meters"),
            ("feet", "inches"),
            ("km", "cm"),
            ("yards", "feet"),
            ("meters", "millimeters"),
        ],
    )
    part.flip(
        "units",
        [
            "How much is 10 {x} in yen?",
            "I have 50 {x}, what can I buy?",
            "Is 300 {x} a good price?",
        ],
        [
            ("dollars", "euros"),
            ("pounds", "dollars"),
            ("USD", "CAD"),
            ("$", "€"),
            ("cents", "dollars"),
        ],
    )
    part.flip(
        "units",
        [
            "How long is 90 {x}?",
            "Remind me in 5 {x}.",
            "How many {x} are in a year?",
            "Set a timer for 3 {x}.",
        ],
        [
            ("minutes", "seconds"),
            ("hours", "minutes"),
            ("days", "weeks"),
            ("months", "weeks"),
            ("ms", "s"),
        ],
    )
    part.flip(
        "dates",
        [
            "What is the weather on {x}?",
            "What happened on {x}?",
            "Is the shop open on {x}?",
            "Which saint's day is {x}?",
        ],
        [
            ("Monday", "Tuesday"),
            ("1 May", "1 March"),
            ("2020-01-02", "2020-02-01"),
            ("New Year's Eve", "New Year's Day"),
            ("July 4", "July 14"),
            ("Saturday", "Sunday"),
            ("09/11", "11/09"),
        ],
    )
    part.flip(
        "dates",
        [
            "Who won the World Cup in {x}?",
            "What was invented in {x}?",
            "Who was the pope in {x}?",
            "What will happen in {x}?",
        ],
        [
            ("1998", "1989"),
            ("2010", "2014"),
            ("44 BC", "44 AD"),
            ("the 1980s", "the 1890s"),
            ("May", "March"),
        ],
    )
    part.flip(
        "dates",
        ["What is on TV {x}?", "Will it rain {x}?", "What did I have to do {x}?"],
        [
            ("today", "tomorrow"),
            ("yesterday", "today"),
            ("tonight", "last night"),
            ("this week", "next week"),
        ],
    )
    part.flip(
        "quantifiers",
        [
            "Do {x} birds fly?",
            "Name {x} planets that have rings.",
            "Are {x} mushrooms edible?",
            "Delete {x} files.",
            "Did {x} students pass the exam?",
        ],
        [
            ("all", "some"),
            ("most", "all"),
            ("some", "no"),
            ("any", "all"),
            ("few", "a few"),
            ("both", "all"),
            ("many", "few"),
        ],
    )
    part.flip(
        "quantifiers",
        [
            "Do I {x} need a passport for {t}?",
            "Is it {x} windy in {t}?",
            "People {x} speak English in {t}: true or false?",
        ],
        [("always", "sometimes"), ("never", "often"), ("only", "also"), ("usually", "rarely")],
        ["Norway", "Chile", "Wales"],
    )
    part.flip(
        "comparatives",
        [
            "What is the {x} of an array?",
            "How do I find the {x} in SQL?",
            "What is the {x} number of players in chess?",
        ],
        [
            ("maximum", "minimum"),
            ("max", "min"),
            ("mean", "median"),
            ("sum", "product"),
            ("first element", "last element"),
        ],
    )
    part.flip(
        "comparatives",
        [
            "What is the {x} river in {t}?",
            "Which is the {x} city in {t}?",
            "Who is the {x} person in {t}?",
        ],
        [
            ("longest", "shortest"),
            ("largest", "smallest"),
            ("oldest", "youngest"),
            ("richest", "poorest"),
            ("largest", "second largest"),
        ],
        ["Asia", "Peru", "the world"],
    )
    part.flip(
        "comparatives",
        ["Is {t} {x} than beef?", "Why is {t} {x} than it was?", "Which fruit is {x} than {t}?"],
        [
            ("healthier", "unhealthier"),
            ("cheaper", "dearer"),
            ("more expensive", "less expensive"),
            ("heavier", "lighter"),
        ],
        ["tofu", "chicken", "a mango"],
    )
    part.flip(
        "comparatives",
        [
            "Sort the list in {x} order.",
            "Show the numbers {x} 50.",
            "Which countries have {x} than 10 million people?",
        ],
        [
            ("ascending", "descending"),
            ("above", "below"),
            ("more", "fewer"),
            ("at least", "at most"),
            ("over", "under"),
        ],
    )
    beings = [
        ("a dog", "a man"),
        ("the cat", "the mouse"),
        ("Alice", "Bob"),
        ("a teacher", "a student"),
        ("Rome", "Carthage"),
        ("the king", "the queen"),
        ("Google", "Apple"),
        ("the sun", "the moon"),
        ("a shark", "a whale"),
    ]
    for one, other in beings:
        for template in [
            "What happens when {a} bites {b}?",
            "Write a story in which {a} chases {b}.",
            "Why did {a} attack {b}?",
            "Is {a} bigger than {b}?",
            "Has {a} ever beaten {b}?",
            "Explain how {a} helps {b}.",
            "Does {a} owe {b} money?",
            "Translate to French: {a} sees {b}.",
        ]:
            part.near("roles", template.format(a=one, b=other), template.format(a=other, b=one))
    routes = [
        ("Paris", "Rome"),
        ("Leeds", "York"),
        ("home", "work"),
        ("Oslo", "Bergen"),
        ("A", "B"),
    ]
    for one, other in routes:
        for template in [
            "How do I get from {a} to {b}?",
            "Flights from {a} to {b}",
            "How long is the train from {a} to {b}?",
            "Convert from {a} to {b}.",
            "Copy the files from {a} to {b}.",
        ]:
            part.near("roles", template.format(a=one, b=other), template.format(a=other, b=one))
        part.near(
            "roles", f"How do I get from {one} to {other}?", f"How do I get to {one} from {other}?"
        )
        part.near("roles", f"Flights from {one} to {other}", f"Flights to {one} from {other}")
    part.flip(
        "words",
        [
            "What is a {x}?",
            "How do I draw a {x}?",
            "How much does a {x} cost?",
            "Where can I find a {x}?",
        ],
        [
            ("bat", "cat"),
            ("ship", "sheep"),
            ("stack", "queue"),
            ("class", "struct"),
            ("violin", "viola"),
            ("alligator", "crocodile"),
            ("desert", "dessert"),
            ("hare", "hair"),
            ("bass guitar", "guitar"),
            ("moose", "mouse"),
            ("comet", "meteor"),
            ("llama", "alpaca"),
            ("tortoise", "turtle"),
            ("raven", "crow"),
            ("virus", "bacterium"),
        ],
    )
    part.flip(
        "words",
        [
            "How do I {x} a file in Python?",
            "How can I {x} a row in SQL?",
            "What does it mean to {x} a branch?",
        ],
        [
            ("read", "write"),
            ("create", "delete"),
            ("insert", "update"),
            ("rename", "remove"),
            ("merge", "rebase"),
            ("copy", "move"),
            ("push", "pull"),
            ("lock", "log"),
            ("open", "close"),
            ("encode", "decode"),
            ("compress", "extract"),
        ],
    )
    part.flip(
        "words",
        [
            "{x} is the meeting?",
            "{x} did they sign the treaty?",
            "{x} does the river end?",
            "{x} is Anna leaving?",
        ],
        [("When", "Where"), ("Who", "Why"), ("How", "Why"), ("Where", "Why")],
    )
    part.flip(
        "modality",
        ["{x} I take ibuprofen with alcohol?", "{x} we invade?", "{x} she leave now?"],
        [("Can", "Should"), ("May", "Must"), ("Would", "Will"), ("Could", "Must")],
    )
    part.flip(
        "persons",
        [
            "What is {x} address?",
            "Where did {x} car go?",
            "How do I reset {x} password?",
            "What would {x} boss say?",
        ],
        [("my", "your"), ("his", "her"), ("their", "our"), ("my", "my wife's")],
    )
    part.flip(
        "persons",
        ["Why did {x} leave?", "How old is {x}?", "What does {x} want?", "Where was {x} born?"],
        [
            ("he", "she"),
            ("it", "he"),
            ("the man", "the woman"),
            ("Marie Curie", "Pierre Curie"),
            ("Bush", "George W. Bush"),
        ],
    )
    part.flip(
        "tense",
        [
            "Who {x} the king of Spain?",
            "What {x} the best phone?",
            "Where {x} the Olympics held?",
            "How many people {x} there?",
        ],
        [("is", "was"), ("are", "were"), ("is", "will be")],
    )
    part.flip(
        "prepositions",
        [
            "What is the book {x} the table?",
            "Who sits {x} Anna?",
            "Is the bank {x} the river?",
            "Put the box {x} the shelf.",
        ],
        [
            ("on", "under"),
            ("behind", "in front of"),
            ("inside", "outside"),
            ("left of", "right of"),
            ("near", "far from"),
        ],
    )
    part.flip(
        "articles",
        ["What is {x}?", "Explain {x}.", "Define {x}."],
        [
            ("time", "the time"),
            ("matter", "the matter"),
            ("a set", "the set"),
            ("point", "the point"),
            ("law", "the law"),
            ("a number of people", "the number of people"),
            ("state", "a state"),
            ("Chair", "a chair"),
        ],
    )
    part.flip(
        "capitals",
        ["How do I {x} furniture?", "What does {x} mean?", "Who is {x}?", "Tell me about {x}."],
        [
            ("polish", "Polish"),
            ("march", "March"),
            ("who", "WHO"),
            ("us", "US"),
            ("turkey", "Turkey"),
            ("swift", "Swift"),
            ("it", "IT"),
            ("job", "Job"),
            ("aids", "AIDS"),
            ("i", "I"),
        ],
    )
    german = ["Wie schalte ich {t} {x}?", "Soll ich {t} {x}lassen?"]
    part.flip(
        "german", german, [("ein", "aus"), ("an", "ab")], ["das Licht", "die Heizung", "den Ton"]
    )
    part.flip(
        "german",
        [
            "Ist {t} {x} gesund?",
            "Warum ist {t} {x} erlaubt?",
            "Rezepte {x} {t}",
            "Kuchen {x} {t}, bitte",
        ],
        [("", "nicht"), ("mit", "ohne"), ("noch", "nicht mehr"), ("immer", "nie")],
        ["Zucker", "Rauchen", "Milch"],
    )
    part.flip(
        "french",
        ["Comment faire un gâteau {x} {t} ?", "Pourquoi {t} {x} est utile ?"],
        [("avec", "sans"), ("avant", "après"), ("plus de", "moins de"), ("toujours", "jamais")],
        ["sucre", "lait", "beurre"],
    )
    part.flip(
        "spanish",
        ["¿Cómo hago un pastel {x} {t}?", "¿{t} {x} es bueno?", "¿Qué pasa {x} {t}?"],
        [("con", "sin"), ("antes de", "después de"), ("más", "menos"), ("siempre", "nunca")],
        ["leche", "la cena", "azúcar"],
    )
    part.flip(
        "italian",
        ["Come si fa la pasta {x} {t}?", "Perché {t} {x} fa bene?"],
        [("con", "senza"), ("prima di", "dopo"), ("più", "meno")],
        ["uova", "glutine", "sale"],
    )
    part.flip(
        "cjk",
        ["{x}を教えてください", "{x}とは何ですか", "{x}的首都是什么？"],
        [
            ("東京", "京都"),
            ("法国", "德国"),
            ("開く方法", "閉じる方法"),
            ("有り", "無し"),
            ("最大", "最小"),
        ],
    )
    part.flip(
        "russian",
        ["Как {x} свет?", "Почему {x} это?", "Что будет {x} войны?"],
        [("включить", "выключить"), ("можно", "нельзя"), ("до", "после"), ("открыть", "закрыть")],
    )
    part.flip(
        "commands",
        [
            "Please {x} the {t} now.",
            "Could you {x} the {t}?",
            "Remind me to {x} the {t} tomorrow.",
            "Who may {x} the {t}?",
        ],
        [
            ("raise", "lower"),
            ("buy", "sell"),
            ("send", "receive"),
            ("hire", "fire"),
            ("borrow", "lend"),
            ("fill", "empty"),
            ("enter", "leave"),
            ("arm", "disarm"),
            ("connect", "disconnect"),
            ("approve", "disapprove"),
        ],
        ["shares", "boat", "guards"],
    )
    part.flip(
        "classification",
        [
            "Classify the mood of this review: {x}",
            "Is this message spam? {x}",
            "Which team should answer: {x}",
            "Route this ticket: {x}",
        ],
        [
            ("I love it", "I loved it once"),
            ("It works", "It doesn't work"),
            ("Refund me", "Don't refund me"),
            ("The app crashes on start", "The app crashes on stop"),
            ("Great service", "Great service my foot"),
            ("It was not bad", "It was bad"),
            ("Cancel my order 81", "Cancel my order 18"),
            ("Win money", "Won money?"),
        ],
    )
    part.flip(
        "world",
        [
            "What does the {x} say when a player {t}?",
            "Describe the {x} after someone {t}.",
            "May a {x} enter if it {t}?",
        ],
        [
            ("goblin", "gnome"),
            ("first guard", "second guard"),
            ("innkeeper", "inn"),
            ("red door", "green door"),
            ("knight", "night"),
            ("queen", "queen's maid"),
            ("north gate", "south gate"),
            ("old well", "old wall"),
        ],
        ["knocks", "does not knock", "sings", "runs away"],
    )
    by_hand_near = [
        ("How do you spell colour?", "How do you spell color?"),
        ("Is colour British?", "Is color British?"),
        ("Sort two and ten alphabetically.", "Sort 2 and 10 alphabetically."),
        ("How many letters are in ten?", "How many letters are in 10?"),
        ("Is france capitalized?", "Is France capitalized?"),
        ("Who sang No, Thanks?", "Who sang No?"),
        ("Show that i squared is one.", "Show that I squared is one."),
        ("How many code points has \u00e9?", "How many code points has e\u0301?"),
        ("Is don't one token?", "Is do not one token?"),
        ("I am not unhappy with it. Is that good?", "I am unhappy with it. Is that good?"),
        ("Is it not impossible?", "Is it impossible?"),
        ("It is not true that no one came. Who came?", "It is true that no one came. Who came?"),
        ("Don't stop the server.", "Stop the server."),
        ("Don't not call me.", "Don't call me."),
        ("Do you know the muffin man?", "Do you know a muffin man?"),
        ("Who did Anna say left?", "Who said Anna left?"),
        ("How do I look?", "How to look?"),
        ("How do you feel?", "How do I feel?"),
        ("How do you know?", "How do I know?"),
        ("Let's eat, grandma.", "Let's eat grandma."),
        ("Translate 'please' to Spanish.", "Translate '' to Spanish."),
        ("Please translate please to Spanish.", "Translate to Spanish."),
        ("How do I say thank you in Thai, please?", "How do I say, please?"),
        ("Say thanks.", "Say, thanks."),
        ("Reply with: yes, please", "Reply with: yes"),
        ("What is the time?", "What is time?"),
        ("What is love?", "What is Love?"),
        ("Compute 5!", "Compute 5."),
        ("What does the regex a? match", "What does the regex a match"),
        ("What does `rm -rf` do?", "What does `rm -r` do?"),
        ("Explain f(x) = x^2.", "Explain f(x) = x^3."),
        ("Can you swim?", "Swim."),
        ("Can you translate French?", "Translate French."),
        ("Can you write code?", "Write code."),
        ("Would you describe yourself as happy?", "Describe yourself as happy."),
        ("Can you tell a lie?", "Tell a lie."),
        ("Could you tell salt from sugar?", "Tell salt from sugar."),
        ("What can you not explain?", "What can you explain?"),
        ("Explain what a monad isn't.", "Explain what a monad is."),
        (
            "Everything but the fish is fresh, isn't it?",
            "Everything and the fish is fresh, isn't it?",
        ),
        ("Is the glass half full?", "Is the glass full?"),
        ("Does he still smoke?", "Does he smoke?"),
        (
            "I have two cats and a dog. How many pets do I have?",
            "I have two dogs and a cat. How many cats do I have?",
        ),
        ("What is Rembrandt's picture?", "What is the picture of Rembrandt?"),
        ("Name the author of the book's review.", "Name the author of the book."),
        ("What is the king's mother's name?", "What is the mother's king's name?"),
        ("Only Anna ate the cake?", "Anna ate only the cake?"),
        ("Anna ate the only cake?", "Anna only ate the cake?"),
        ("Who shot the man with the gun?", "With the gun, who shot the man?"),
        ("In Rome, do as the Romans do.", "Do as the Romans in Rome do."),
        ("Are you sure.", "Are you sure?"),
        ("You are sure.", "You are sure?"),
        ("Why is 0.1 + 0.2 != 0.3?", "Why is 0.1 + 0.2 == 0.3?"),
        ("Explain i++.", "Explain ++i."),
        ("What does a.b() do?", "What does b.a() do?"),
        ("Is x < y?", "Is x > y?"),
        ("What is 7 - 3?", "What is 3 - 7?"),
        ("What is 8/2?", "What is 2/8?"),
        ("What's 50% of 80?", "What's 80% of 50 more than?"),
        ("Explain --verbose.", "Explain -verbose."),
        ("What is ~/bin?", "What is /bin?"),
        ("Summarize: I love it.", "Summarize: I loved it."),
        ("Classify the mood: great, just great", "Classify the mood: great just great"),
        ("Classify the mood: I am happy.", "Classify the mood: I am happy?"),
        ("Fix this:\nif x:\n  y()", "Fix this:\nif x:\ny()"),
        ('Is this spam? "You won"', 'Is this spam? "You won\'t"'),
        ("Tell me when dinner is.", "Tell me what dinner is."),
        ("I want to know who killed Laura.", "I want to know who Laura killed."),
        ("Tell me who the president is.", "Tell me who the president was."),
        ("How do I use it?", "How do I get used to it?"),
        ("Is it ok to drink and drive?", "Is it ok to drink or drive?"),
        ("Find flights under 100 or over 200.", "Find flights under 100 and over 200."),
        ("If A then B. Is A?", "If B then A. Is A?"),
        ("Give me a list of cities except Paris.", "Give me a list of cities like Paris."),
        ("Give me the list of errors.", "Give me a list of errors."),
        ("What is the definition of a limit?", "What is a limit?"),
        ("List the countries.", "List the counties."),
        ("What is Niger's capital?", "What is Nigeria's capital?"),
        ("Who is the queen's king?", "Who is the king's queen?"),
        ("What is my dog's age?", "What is my dog age in cat years?"),
        ("Write a poem about autumn.", "Write two poems about autumn."),
        ("Explain list comprehension.", "Explain lists comprehension errors."),
        ("Set the volume to 11.", "Set the volume to 1."),
        ("Call me Ishmael.", "Call Ishmael."),
        ("Did the vase break?", "Did he break the vase?"),
        ("The old man the boat. Explain.", "The old man in the boat. Explain."),
        ("What is inflammable?", "What is nonflammable?"),
        ("Is caffeine ever fatal?", "Is caffeine never fatal?"),
        ("Is biweekly twice a week?", "Is biweekly every two weeks?"),
        ("What is hypoglycemia?", "What is hyperglycemia?"),
        ("What is intranet?", "What is internet?"),
        ("What is an emigrant?", "What is an immigrant?"),
    ]
    for one, other in by_hand_near:
        part.near("by hand", one, other)

    # The same question in other words.
    topics = [
        "recursion",
        "the French Revolution",
        "photosynthesis",
        "how tides work",
        "a binary tree",
        "inflation",
    ]
    for topic in topics:
        base = f"Explain {topic}."
        for other in [
            f"Please explain {topic}.",
            f"Can you explain {topic}?",
            f"Could you please explain {topic}?",
            f"explain {topic}",
            f"Explain {topic}, please.",
            f"I want you to explain {topic}.",
            f"Would you please explain {topic}?",
            f"Hi, can you explain {topic}?",
            f"Help me understand {topic}.",
            f"I'd like an explanation of {topic}.",
            f"Give me an explanation of {topic}.",
        ]:
            part.same("asking", base, other)
    deeds = [
        "reverse a list in Python",
        "boil an egg",
        "install Git on Linux",
        "fix a flat tire",
        "sort an array in Swift",
    ]
    for deed in deeds:
        base = f"How do I {deed}?"
        for other in [
            f"How can I {deed}?",
            f"How to {deed}?",
            f"how do i {deed}",
            f"Tell me how to {deed}.",
            f"How does one {deed}?",
            f"Please tell me how to {deed}.",
            f"What is the way to {deed}?",
            f"What's the best way to {deed}?",
            f"Show me how to {deed}.",
            f"I need to {deed}. How?",
            f"Steps to {deed}",
        ]:
            part.same("how to", base, other)
    for one in ["France", "Japan", "Brazil", "Egypt"]:
        base = f"What is the capital of {one}?"
        for other in [
            f"What's the capital of {one}?",
            f"what is the capital of {one.lower()}",
            f"What is {one}'s capital?",
            f"Tell me what the capital of {one} is.",
            f"Do you know what the capital of {one} is?",
            f"Could you tell me what the capital of {one} is?",
            f"Which city is the capital of {one}?",
            f"{one}'s capital?",
            f"Name the capital of {one}.",
            f"What is the capital city of {one}?",
            f"Hello, what is the capital of {one}?",
            f"What is the capital of {one}? Thanks!",
        ]:
            part.same("facts", base, other)
    for who, what in [
        ("Hamlet", "wrote"),
        ("penicillin", "discovered"),
        ("the telephone", "invented"),
        ("Guernica", "painted"),
    ]:
        base = f"Who {what} {who}?"
        for other in [
            f"Tell me who {what} {who}.",
            f"who {what} {who}",
            f"Do you know who {what} {who}?",
            f"I would like to know who {what} {who}.",
            f"{who} was {what} by whom?",
            f"By whom was {who} {what}?",
            f"Please tell me who {what} {who}.",
        ]:
            part.same("facts", base, other)
    by_hand_same = [
        ("What color is the sky on Mars?", "What colour is the sky on Mars?"),
        ("List ten planets' moons.", "List 10 planets' moons."),
        ("In Python, how do I merge two lists?", "How do I merge two lists in Python?"),
        ("Give me a list of prime numbers below 50.", "List prime numbers below 50."),
        ("What is the definition of entropy?", "Define entropy."),
        ("Was ist die Hauptstadt von Peru?", "Was ist die Hauptstadt von Peru, bitte?"),
        ("Quelle est la capitale du Chili ?", "Quelle est la capitale du Chili, s'il te plaît ?"),
        ("¿Cuál es la capital de Perú?", "Por favor, ¿cuál es la capital de Perú?"),
        ("Why isn't Pluto a planet?", "Why is Pluto not a planet?"),
        ("How many legs does a spider have?", "What number of legs does a spider have?"),
        ("What is the boiling point of water?", "At what temperature does water boil?"),
        ("How old is the universe?", "What is the age of the universe?"),
        ("Is a tomato a fruit?", "Are tomatoes fruits?"),
        ("Summarize the plot of Dune.", "Summarise the plot of Dune."),
        ("What does CPU stand for?", "What is CPU short for?"),
        ("Who is the author of Dune?", "Who wrote Dune?"),
        ("What's the tallest mountain?", "What is the tallest mountain?"),
        ("I don't know how to tie a tie. How do I tie a tie?", "How do I tie a tie?"),
        ("Where's Wales?", "Where is Wales?"),
        ("Can you list the noble gases?", "List the noble gases."),
    ]
    for one, other in by_hand_same:
        part.same("by hand", one, other)
    return part


def held() -> Part:
    part = Part()
    part.flip(
        "polarity",
        ["How can I switch {x} {t}?", "Keep {t} {x}, please.", "Why is {t} {x}?"],
        [("on", "off"), ("in", "out")],
        ["the printer", "airplane mode", "the pump"],
    )
    part.flip(
        "polarity",
        [
            "Which users should I {x}?",
            "Show me how to {x} comments.",
            "Will the court {x} it?",
            "How to {x} {t}?",
        ],
        [
            ("allow", "deny"),
            ("include", "exclude"),
            ("accept", "reject"),
            ("show", "hide"),
            ("mount", "unmount"),
        ],
        ["the volume", "cookies"],
    )
    part.flip(
        "polarity",
        ["Is {t} {x}?", "List {x} reasons to keep {t}.", "Describe a {x} use of {t}."],
        [
            ("legal", "illegal"),
            ("possible", "impossible"),
            ("safe", "unsafe"),
            ("common", "uncommon"),
            ("good", "bad"),
        ],
        ["asbestos", "fracking", "a VPN"],
    )
    part.flip(
        "numbers",
        [
            "Count from 1 to {x}.",
            "What is the {x} times table?",
            "Is {x} even?",
            "Round {x} to a whole number.",
            "Who was the US president number {x}?",
            "Give me {x} random words.",
        ],
        [
            ("9", "90"),
            ("seven", "eleven"),
            ("0.5", "0.05"),
            ("2", "two hundred"),
            ("XI", "IX"),
            ("1/2", "1/3"),
        ],
    )
    part.flip(
        "names",
        [
            "How big is {x}?",
            "Who is the mayor of {x}?",
            "What is {x}'s currency?",
            "Is {x} in the EU?",
        ],
        [
            ("Georgia", "Germany"),
            ("Malta", "Yalta"),
            ("Vienna", "Venice"),
            ("Manchester", "Munich"),
            ("Dominica", "Dominican Republic"),
        ],
    )
    part.flip(
        "names",
        [
            "How do I use {x} with Docker?",
            "What port does {x} use?",
            "Compare {x} and Redis.",
            "How do I update {x}?",
        ],
        [
            ("MySQL", "PostgreSQL"),
            ("POP3", "IMAP"),
            ("Vue 2", "Vue 3"),
            ("Kafka", "Kafka Streams"),
            ("SSH", "SSL"),
        ],
    )
    part.flip(
        "units",
        [
            "What is 6 {x} in grams?",
            "How heavy are 2 {x}?",
            "Store 4 {x} of data?",
            "Drive at 60 {x}.",
        ],
        [
            ("oz", "lb"),
            ("kg", "mg"),
            ("MB", "GB"),
            ("MB", "Mb"),
            ("km/h", "mph"),
            ("liters", "gallons"),
        ],
    )
    part.flip(
        "dates",
        [
            "Book a table for {x}.",
            "What is the moon phase on {x}?",
            "How many days until {x}?",
            "Is {x} a holiday?",
        ],
        [
            ("Friday", "Thursday"),
            ("Christmas Eve", "Christmas Day"),
            ("6 am", "6 pm"),
            ("noon", "midnight"),
            ("June 1", "July 1"),
        ],
    )
    part.flip(
        "quantifiers",
        [
            "Have {x} of them arrived?",
            "Remove {x} duplicates.",
            "Is {x} true?",
            "Does {x} like jazz?",
        ],
        [
            ("all", "none"),
            ("everything", "nothing"),
            ("half", "most"),
            ("everyone", "someone"),
            ("either", "neither"),
        ],
    )
    part.flip(
        "comparatives",
        [
            "Which phone has the {x} battery?",
            "Who ran {x} than Bolt?",
            "What is the {x} price in May?",
            "Pick the {x} option.",
        ],
        [
            ("best", "worst"),
            ("faster", "slower"),
            ("highest", "lowest"),
            ("newest", "oldest"),
            ("safest", "riskiest"),
        ],
    )
    for one, other in [
        ("a wolf", "a bear"),
        ("Tom", "Jerry"),
        ("Intel", "AMD"),
        ("the buyer", "the seller"),
        ("France", "England"),
    ]:
        for template in [
            "Who wins if {a} fights {b}?",
            "Did {a} sue {b}?",
            "Tell a joke where {a} teaches {b}.",
            "How much did {a} pay {b}?",
            "Why does {a} fear {b}?",
            "Divide {a} by {b}.",
        ]:
            part.near("roles", template.format(a=one, b=other), template.format(a=other, b=one))
    part.flip(
        "words",
        ["What causes {x}?", "How is {x} treated?", "Draw {x} for me.", "Can {x} be reversed?"],
        [
            ("a cold", "the flu"),
            ("rust", "dust"),
            ("arthritis", "arthrosis"),
            ("a stroke", "a heart attack"),
            ("lightning", "lighting"),
            ("hypertension", "hypotension"),
        ],
    )
    part.flip(
        "german",
        [
            "Darf man hier {x} parken?",
            "Wie kann ich das Konto {x}?",
            "Was passiert {x} dem Essen?",
            "Nenne {x} Städte.",
        ],
        [
            ("nicht", "nur"),
            ("sperren", "entsperren"),
            ("vor", "nach"),
            ("drei", "dreizehn"),
            ("alle", "einige"),
        ],
    )
    part.flip(
        "french",
        ["Est-ce que je peux {x} le compte ?", "Nomme {x} villes.", "Que faire {x} l'examen ?"],
        [("ouvrir", "fermer"), ("trois", "treize"), ("avant", "après"), ("activer", "désactiver")],
    )
    part.flip(
        "dutch and portuguese",
        [
            "Hoe zet ik de lamp {x}?",
            "Wat gebeurt er {x} de oorlog?",
            "Como {x} a conta?",
            "O que fazer {x} o jantar?",
        ],
        [("aan", "uit"), ("voor", "na"), ("abrir", "fechar"), ("antes", "depois"), ("wel", "niet")],
    )
    by_hand_near = [
        ("Isn't water wet?", "Is water wet?"),
        ("Nobody doesn't like it. True?", "Nobody likes it. True?"),
        ("Can you list the planets?", "Can you list the plants?"),
        ("Tell me what it costs.", "Tell me what it cost."),
        ("Could you show me the door?", "Could you show me a door?"),
        ("I want you to list what I want.", "List what you want."),
        ("Hi, who are you?", "Hi, who am I?"),
        ("How do I make a bed?", "How do I make a bet?"),
        ("How can I train my dog?", "How can I train like my dog?"),
        ("How would I train my dog if I had none?", "How would I train my dog if I had one?"),
        ("What is Venus's mass?", "What is Venus's mean mass density?"),
        ("What is the speed of light?", "What is the speed of a light?"),
        ("Using Swift, how do I parse JSON?", "How do I parse Swift using JSON?"),
        ("For dogs, what is toxic?", "What is toxic dogs for?"),
        ("In 2020, who won?", "Who won 2020 in?"),
        ("Describe to me a man.", "Describe me to a man."),
        ("Explain to me the joke.", "Explain me to the joke."),
        ("Answer only yes or no: is it 5?", "Answer only yes or no: is it 6?"),
        ('Label: "not bad"', 'Label: "bad"'),
        ("Label the review; it was fine", "Label the review; it was fined"),
        ('What is "a"?', 'What is "A"?'),
        ("Is ‘on’ a word?", "Is ‘off’ a word?"),
        ("Write n! in Python.", "Write n in Python."),
        ("Explain x?.y.", "Explain x.y."),
        ("Please don't explain it.", "Please explain it."),
        ("Kindly give me no advice.", "Kindly give me advice."),
        ("Do you know what time is?", "Do you know what the time is?"),
        ("Tell me where Tom is and was.", "Tell me where Tom is."),
        ("Give me the definition of it, not of them.", "Define it and them."),
        ("Was war zuerst da, Huhn oder Ei?", "Was war zuletzt da, Huhn oder Ei?"),
        ("Why can cats see at night?", "Why can't cats see at night?"),
        ("How many states had the US?", "How many States has the US?"),
        ("Is Mercury a planet?", "Is mercury a planet?"),
        ("Who is may?", "Who is May?"),
        ("Convert 5 m to ft.", "Convert 5 M to ft."),
        ("What is pH 7?", "What is PH 7?"),
        ("Rename A to B.", "Rename B to A."),
        ("Subtract 3 from 9.", "Subtract 9 from 3."),
        ("Teach cats to like dogs?", "Teach dogs to like cats?"),
        ("Is this sentence false?", "Is this sentence false."),
        ("What is the point of life?", "What is a point of life?"),
        ("How do I unlock a locked phone?", "How do I lock an unlocked phone?"),
        ("Is it worth less?", "Is it worthless?"),
        ("What should I never do?", "What should I ever do?"),
        ("Explain everything but the end.", "Explain nothing but the end."),
    ]
    for one, other in by_hand_near:
        part.near("by hand", one, other)
    for topic in [
        "quantum entanglement",
        "the offside rule",
        "compound interest",
        "a hash map",
        "the water cycle",
    ]:
        base = f"Describe {topic}."
        for other in [
            f"Please describe {topic}.",
            f"Could you describe {topic}?",
            f"can you describe {topic}",
            f"Would you describe {topic} for me?",
            f"Describe {topic} please",
            f"I need you to describe {topic}.",
            f"Hey, could you describe {topic}?",
            f"A description of {topic}, please.",
            f"Describe {topic}",
        ]:
            part.same("asking", base, other)
    for deed in [
        "bake sourdough bread",
        "rename a column in PostgreSQL",
        "prune a rose",
        "unzip a file on Linux",
        "parse JSON in Go",
    ]:
        base = f"How can I {deed}?"
        for other in [
            f"How do I {deed}?",
            f"how to {deed}",
            f"Could you tell me how to {deed}?",
            f"What do I do to {deed}?",
            f"Explain how to {deed}.",
            f"I'd like to know how to {deed}.",
            f"How should I {deed}?",
            f"How would you {deed}?",
        ]:
            part.same("how to", base, other)
    for one in ["Spain", "Kenya", "Norway"]:
        base = f"What is the population of {one}?"
        for other in [
            f"What's {one}'s population?",
            f"How many people live in {one}?",
            f"what is the population of {one.lower()}?",
            f"Tell me the population of {one}.",
            f"Can you tell me what the population of {one} is?",
            f"I wonder what the population of {one} is.",
            f"Population of {one}?",
        ]:
            part.same("facts", base, other)
    for one, other in [
        ("Who was the first person on the Moon?", "Tell me who the first person on the Moon was."),
        ("What is the behaviour of a gas?", "What is the behavior of a gas?"),
        ("Wie alt ist die Erde?", "Bitte, wie alt ist die Erde?"),
        ("Come si dice?", "Per favore, come si dice?"),
        ("List five rivers.", "Please list 5 rivers."),
        ("Where is Lima?", "Where's Lima?"),
        ("What are the primary colors?", "What are the primary colours? Thank you."),
        ("Name a noble gas.", "Tell me the name of a noble gas."),
        ("Why can't penguins fly?", "Why can penguins not fly?"),
        ("Who painted the Mona Lisa?", "The Mona Lisa was painted by whom?"),
    ]:
        part.same("by hand", one, other)
    return part


if __name__ == "__main__":
    for name, part in [("dev", dev()), ("held", held())]:
        part.write(f"question_pairs_{name}.jsonl")
        near = sum(not row["same"] for row in part.rows.values())
        print(f"{name}: {near} near pairs, {len(part.rows) - near} of the same question")
