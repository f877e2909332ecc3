/// The words that the gate knows. What is not here is a word like any other, and must stand in both questions.
enum QuestionWords {
    // MARK: Words that may begin a question

    /// English words of question: behind them the mark at the end says nothing.
    static let questions: Set<String> = [
        "what", "who", "whom", "whose", "which", "where", "when", "why", "how",
    ]

    /// Helping verbs that begin a question when they stand first.
    static let auxiliaries: Set<String> = [
        "is", "are", "was", "were", "do", "does", "did", "can", "could", "should", "would",
    ]

    /// Verbs by which something is asked for.
    static let requests: Set<String> = [
        "explain", "describe", "tell", "give", "show", "list", "name", "define", "summarize", "translate", "write",
        "calculate", "compare", "convert", "compute", "suggest", "recommend", "find", "generate", "create", "help",
        "outline",
        "classify", "count", "draw", "sort", "rewrite", "explore", "remind",
    ]

    /// Those of which "can you" asks for nothing else: nobody wants to know whether the model is able to.
    static let plainlyAsked: Set<String> = ["explain", "describe", "list", "define"]

    /// Those of which it does before "me": "can you tell a lie" is another matter.
    static let askedForMe: Set<String> = ["tell", "give", "show", "remind"]

    /// Where one of these is spoken of, the sign at the end may be the matter itself.
    static let aboutSigns: Set<String> = [
        "regex", "regexp", "glob", "wildcard", "factorial", "pattern", "punctuation", "sentence", "symbol", "operator",
        "expression", "optional", "sign", "mark",
    ]

    /// Verbs behind "how do I" and "how to" that say what somebody wants done, whoever does it. "How do I look" is not "how
    /// to look", so no verb of being or knowing is among them.
    static let deeds: Set<String> = [
        "add", "assemble", "attach", "bake", "boil", "brew", "build", "bundle", "calculate", "call", "change", "clean",
        "compile", "compress", "compute", "configure", "connect", "convert", "cook", "copy", "count", "create", "cut",
        "debug", "declare", "decode", "delete", "deploy", "disable", "disconnect", "download", "draw", "edit", "enable",
        "encode", "encrypt", "decrypt", "export", "extract", "filter", "fix", "format", "fry", "import", "increase",
        "decrease", "initialize", "insert", "install", "uninstall", "join", "knit", "list", "load", "lock", "unlock",
        "make", "measure", "merge", "mount", "move", "open", "close", "paint", "parse", "peel", "pin", "plant", "print",
        "prune", "publish", "read", "reduce", "remove", "rename", "repair", "replace", "reset", "resize", "restart",
        "reverse",
        "roast", "rotate", "run", "save", "schedule", "scale", "send", "set", "sharpen", "sort", "split", "start",
        "stop", "store", "swap", "sync", "tie", "train", "turn", "undo", "unmount", "update", "upgrade", "downgrade",
        "upload", "use", "validate", "wash", "write", "zip", "unzip",
    ]

    /// Words of question and of asking in other languages, for what stands politely beside them.
    static let foreign: Set<String> = [
        "was", "wer", "wie", "wo", "wann", "warum", "welche", "welcher", "welches", "erkläre", "nenne", "beschreibe",
        "liste",
        "quel", "quelle", "quels", "quelles", "qui", "où", "quand", "comment", "pourquoi", "combien", "explique",
        "donne",
        "qu'est-ce", "décris", "nomme", "qué", "quién", "cuál", "cuáles", "cómo", "cuándo", "dónde", "cuánto",
        "explica",
        "dime", "describe", "nombra", "che", "chi", "come", "dove", "quando", "perché", "quanto", "quale", "spiega",
        "descrivi", "dimmi", "wat", "wie", "waar", "wanneer", "waarom", "hoe", "noem",
    ]

    // MARK: Politeness

    /// What may stand before a question and adds nothing to it.
    static let politeHeads: [[String]] = [
        ["please"], ["kindly"], ["bitte"], ["bitte", ","], ["por", "favor"], ["por", "favor", ","], ["per", "favore"],
        ["per", "favore", ","],
        ["s'il", "te", "plaît", ","], ["s'il", "vous", "plaît", ","], ["alsjeblieft"], ["please", ","],
        ["hi", ","], ["hello", ","], ["hey", ","], ["hi", "there", ","], ["hello", "there", ","], ["hi", "!"],
        ["hello", "!"], ["hey", "!"], ["hi", "."], ["hello", "."],
    ]

    /// What may stand behind it.
    static let politeTails: [[String]] = [
        [",", "please"], [",", "bitte"], ["bitte"], [",", "por", "favor"], ["por", "favor"], [",", "per", "favore"],
        ["per", "favore"], [",", "s'il", "te", "plaît"], ["s'il", "te", "plaît"], [",", "s'il", "vous", "plaît"],
        ["s'il", "vous", "plaît"], [",", "alsjeblieft"], [",", "thanks"], [",", "thank", "you"],
        ["?", "thanks"], ["?", "thank", "you"], [".", "thanks"], [".", "thank", "you"],
    ]

    /// Where words are spoken of as words, "please" and "thanks" may be the matter itself: nothing is taken from the end.
    static let aboutWords: Set<String> = [
        "say", "says", "saying", "translate", "translation", "spell", "pronounce", "mean", "means", "meaning", "word",
        "words",
        "phrase", "write", "rhyme", "rhymes", "synonym", "antonym", "reply", "answer", "respond", "sagt", "heißt",
        "bedeutet",
        "übersetze", "dit", "dit-on", "signifie", "traduis", "dice", "significa", "traduce", "traduci", "zegt",
        "betekent",
        "type", "print", "repeat", "echo", "etymology", "use", "rewrite",
    ]

    /// Where spelling is spoken of, no other spelling is the same word.
    static let aboutSpelling: Set<String> = [
        "spelled", "spelt", "spelling", "letter", "letters", "character", "characters", "vowels", "consonants",
        "syllable",
        "syllables", "british", "american", "typed", "string", "text", "palindrome", "anagram", "alphabet",
        "alphabetical",
        "alphabetically", "lexicographically", "capitalized", "capitalize", "capitalised", "uppercase", "lowercase",
        "proper",
        "abbreviation", "contraction", "digits", "digit", "numeral", "numerals", "hyphen", "apostrophe", "grammar",
        "grammatical",
        "case", "keyword", "variable", "token", "tokens", "reverse", "reversed", "backwards", "scramble", "shuffle",
        "pun", "puns", "joke", "riddle", "acrostic", "crossword", "scrabble",
    ]

    /// Sayings before a question that only announce it.
    static let announcements: [[String]] = [
        ["tell", "me"], ["i", "want", "to", "know"], ["i", "would", "like", "to", "know"],
        ["i'd", "like", "to", "know"],
        ["do", "you", "know"], ["i", "wonder"], ["i", "am", "wondering"], ["i", "was", "wondering"],
    ]

    /// Sayings before a verb of asking that only announce it.
    static let wishes: [[String]] = [
        ["i", "want", "you", "to"], ["i", "would", "like", "you", "to"], ["i'd", "like", "you", "to"],
        ["i", "need", "you", "to"],
    ]

    /// The beginnings of "how to".
    static let ways: [[String]] = [
        ["how", "do", "i"], ["how", "can", "i"], ["how", "can", "we"], ["how", "does", "one"],
        ["how", "can", "one"], ["how", "would", "i"], ["how", "to"], ["show", "me", "how", "to"],
        ["tell", "me", "how", "to"],
        ["explain", "how", "to"], ["i", "want", "to", "know", "how", "to"],
        ["i", "would", "like", "to", "know", "how", "to"],
        ["what", "is", "the", "way", "to"], ["tell", "me", "how", "i", "can"], ["show", "me", "how", "i", "can"],
    ]

    // MARK: Spellings of one word

    /// Spellings that differ and mean the same, wherever they stand.
    static let spellings: [String: String] = [
        "what's": "what is", "who's": "who is", "where's": "where is", "how's": "how is", "when's": "when is",
        "why's": "why is", "don't": "do not", "doesn't": "does not", "didn't": "did not", "isn't": "is not",
        "aren't": "are not", "wasn't": "was not", "weren't": "were not", "can't": "can not", "cannot": "can not",
        "couldn't": "could not", "shouldn't": "should not", "wouldn't": "would not", "won't": "will not",
        "hasn't": "has not", "haven't": "have not", "hadn't": "had not", "i'm": "i am",
        "colour": "color", "colours": "colors", "favourite": "favorite", "behaviour": "behavior", "centre": "center",
        "metre": "meter", "metres": "meters", "litre": "liter", "litres": "liters", "kilometre": "kilometer",
        "kilometres": "kilometers", "summarise": "summarize", "organise": "organize", "initialise": "initialize",
        "optimise": "optimize", "analyse": "analyze", "neighbour": "neighbor", "neighbours": "neighbors",
        "aluminium": "aluminum", "theatre": "theater", "grey": "gray", "defence": "defense", "licence": "license",
        "travelling": "traveling", "cancelled": "canceled", "labelled": "labeled", "modelling": "modeling",
        "serialise": "serialize", "normalise": "normalize", "visualise": "visualize", "e-mail": "email",
        "e-mails": "emails",
    ]

    /// Numbers in letters. "One" is a pronoun as often as a number, and "second" a time.
    static let numbers: [String: String] = [
        "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
        "ten": "10",
        "eleven": "11", "twelve": "12", "fifteen": "15", "twenty": "20", "thirty": "30", "fifty": "50",
    ]

    /// Names that stand for the same in small letters, since no common word is written like them.
    static let names: Set<String> = [
        "france", "germany", "italy", "spain", "portugal", "england", "scotland", "ireland", "norway", "sweden",
        "finland",
        "denmark", "poland", "austria", "switzerland", "belgium", "greece", "russia", "ukraine", "canada", "mexico",
        "brazil",
        "argentina", "egypt", "kenya", "nigeria", "india", "australia", "europe", "africa", "asia", "america",
        "antarctica",
        "london", "berlin", "madrid", "vienna", "tokyo", "beijing", "moscow", "sydney", "amsterdam", "dublin", "lisbon",
        "shakespeare", "einstein", "mozart", "beethoven", "darwin", "linux", "javascript",
        "typescript", "kubernetes", "postgresql", "mysql", "sqlite", "kotlin", "haskell",
        "english", "german", "french", "spanish", "italian", "portuguese", "russian", "chinese",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "april",
        "june",
        "july", "september", "october", "november", "december", "jupiter", "saturn", "uranus", "neptune", "venus",
    ]

    /// Names that are common words in small letters, but for "in" before them.
    static let settingNames: Set<String> = ["python"]

    /// What one works in or with, so that it may as well stand before a question. Nobody believes in one, waits for one, or
    /// is caught using one.
    static let settings: Set<String> = [
        "python", "python 3", "java", "javascript", "typescript", "rust", "swift", "go", "golang", "c", "c++", "c#",
        "f#",
        "kotlin", "scala", "haskell", "elixir", "erlang", "ruby", "perl", "php", "r", "lua", "julia", "dart", "bash",
        "powershell", "zsh", "vim", "emacs", "sql", "postgres", "postgresql", "mysql", "sqlite", "redis", "mongodb",
        "excel", "google sheets", "latex", "html", "css", "react", "vue", "angular", "django", "flask", "rails", "node",
        "node.js", "git", "github", "docker", "kubernetes", "terraform", "ansible", "nginx", "linux", "ubuntu",
        "debian",
        "windows", "macos", "android", "ios", "pandas", "numpy", "pytorch", "tensorflow", "photoshop", "blender",
        "figma",
    ]

    /// What a thing has one of, so that "X's N" is "the N of X". Not "picture": Rembrandt's is not one of Rembrandt.
    static let attributes: Set<String> = [
        "capital", "population", "currency", "area", "size", "height", "length", "width", "depth", "age", "flag",
        "anthem",
        "mayor", "president", "king", "queen", "author", "atomic number", "boiling point", "melting point", "radius",
        "mass",
        "density", "diameter", "temperature", "climate", "language", "speed", "purpose", "syntax",
    ]

    // MARK: Words that say why two questions differ

    /// Words that turn a question around.
    static let polarity: Set<String> = [
        "not", "no", "never", "without", "with", "nobody", "nothing", "none", "neither", "nor", "except", "unless",
        "on", "off",
        "enable", "disable", "enabled", "disabled", "allow", "deny", "forbid", "start", "stop", "open", "close", "lock",
        "unlock", "true", "false", "include", "exclude", "increase", "decrease", "add", "remove", "install",
        "uninstall", "accept", "reject", "up", "down", "in", "out", "for", "against", "like", "dislike", "legal",
        "illegal",
        "safe", "unsafe", "possible", "impossible", "hardly", "barely", "nicht", "kein", "keine", "ohne", "mit", "nie",
        "pas",
        "jamais", "sans", "avec", "sin", "con", "nunca", "senza", "mai", "non", "niet", "geen", "zonder", "met", "ein",
        "aus",
    ]

    /// Words of how many.
    static let quantifiers: Set<String> = [
        "all", "every", "each", "some", "any", "most", "many", "few", "several", "both", "either", "only", "always",
        "often",
        "sometimes", "rarely", "a", "an", "the", "one", "first", "last", "next", "previous", "half", "double", "once",
        "twice",
        "another", "other", "same", "alle", "jede", "einige", "tous", "chaque", "quelques", "todos", "cada", "algunos",
    ]

    /// Words of more and less, before and after.
    static let comparatives: Set<String> = [
        "more", "less", "max", "min", "maximum", "minimum", "most", "least", "best", "worst", "better", "worse",
        "bigger",
        "smaller", "larger", "largest", "smallest", "biggest", "higher", "lower", "highest", "lowest", "longest",
        "shortest",
        "longer", "shorter", "older", "younger", "oldest", "youngest", "newest", "faster", "slower", "fastest",
        "slowest",
        "cheaper", "cheapest", "before", "after", "above", "below", "over", "under", "until", "since", "ascending",
        "descending", "greater", "fewer", "mehr", "weniger", "vor", "nach", "plus", "moins", "avant", "après", "más",
        "menos",
        "antes", "después", "prima", "dopo", "più", "meno",
    ]

    /// Words of units.
    static let units: Set<String> = [
        "km", "m", "cm", "mm", "kg", "g", "mg", "lb", "lbs", "oz", "ml", "l", "kb", "mb", "gb", "tb", "kib", "mib",
        "gib",
        "celsius", "fahrenheit", "kelvin", "°c", "°f", "meters", "feet", "foot", "inches", "inch", "miles", "mile",
        "yards",
        "kilometers", "kilograms", "grams", "pounds", "ounces", "liters", "gallons", "seconds", "minutes", "hours",
        "days",
        "weeks", "months", "years", "milliseconds", "dollars", "euros", "usd", "eur", "gbp", "bits", "bytes", "percent",
        "%",
        "hertz", "watts", "volts", "amps", "radians", "degrees", "mph", "kmh", "bit", "byte", "second", "minute",
        "hour",
    ]

    /// Words of time.
    static let dates: Set<String> = [
        "today", "tomorrow", "yesterday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december", "am", "pm", "bc", "ad", "spring", "summer", "autumn", "fall", "winter", "morning", "evening",
        "night",
        "week", "month", "year", "century", "decade", "noon", "midnight", "heute", "morgen", "gestern", "demain",
        "hier",
        "mañana", "ayer", "hoy", "domani", "ieri", "oggi",
    ]
}
