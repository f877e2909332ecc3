extension Words {
    /// Where the speaker is named: the name, or the last word of "a language model"; nil when it is not.
    var namingPlace: Int? {
        for place in items.indices where items[place].kind != nil {
            if isNaming(place) { return place }
        }
        return genericPlace
    }

    private func isNaming(_ place: Int) -> Bool {
        guard !isSomebodyElse(place), !isReported(place), items[place].kind == .strong || speaksOfModels else {
            return false
        }
        return isIntroduced(place) || isMaker(place) || isGreeting(place) || isSource(place)
    }

    /// "Claude Monet", "Gemini sign", "a Gemini": a name that goes on, or the sign of the zodiac.
    private func isSomebodyElse(_ place: Int) -> Bool {
        let name = items[place].text
        // Things and animals are called so, but not with a capital.
        if !items[place].isCapital, Self.nouns.contains(name) { return true }
        if ["gemini", "llama"].contains(name), place > 0, ["a", "an"].contains(items[place - 1].text), !speaksOfModels {
            return true
        }
        guard name == "claude" || name == "ernie" || name == "alisa", place + 1 < items.count else { return false }
        let next = items[place + 1]
        return next.isCapital && !next.isBehindMark && next.text.count > 2 && !Self.products.contains(next.text)
            && next.kind == nil
    }

    /// "She asked whether I was made by Google": somebody else's words.
    private func isReported(_ place: Int) -> Bool {
        guard let whether = items[..<place].firstIndex(where: { $0.text == "whether" || $0.text == "if" }), whether > 0
        else { return false }
        return ["asked", "asks", "ask", "wondered", "wonders", "wants", "knew", "know", "knows", "doubt", "doubted"]
            .contains(
                items[whether - 1].text
            ) || items[max(0, whether - 2)].text == "asked"
    }

    private static let nouns: Set<Substring> = words(
        "copilot llama llamas mistral gemini grok bing codex perplexity inflection vicuna moonshot"
    )

    private static let products: Set<Substring> = [
        "sonnet", "opus", "haiku", "instant", "code", "assistant", "model", "chat", "ai", "from", "here", "bot", "the",
    ]

    private var speaksOfModels: Bool {
        items.contains { Self.modelWords.contains($0.text) || Self.making.contains($0.text) }
    }

    private static let modelWords: Set<Substring> = words(
        """
        ai model assistant chatbot language llm trained developed created built bot gpt ki modell sprachmodell assistent ia \
        modelo modele mod\u{E8}le asistente assistente modello modelu ii \u{438}\u{438} \u{43C}\u{43E}\u{434}\u{435}\u{43B}\u{44C} \
        \u{430}\u{441}\u{441}\u{438}\u{441}\u{442}\u{435}\u{43D}\u{442} yapay zeka entwickelt d\u{E9}velopp\u{E9} desarrollado
        """
    )

    private static func words(_ text: String) -> Set<Substring> { Set(text.split(whereSeparator: \.isWhitespace)) }

    // MARK: "I am Claude", "as ChatGPT"

    /// Whether words that say who speaks lead to the name, with nothing between that says otherwise.
    private func isIntroduced(_ place: Int) -> Bool {
        var index = place - 1
        var steps = 0
        while index >= 0, steps < 14 {
            if let trigger = triggerEnding(at: index) {
                return trigger != .role || speaksInFirstPerson(behind: place, english: items[index].text == "as")
            }
            guard Self.fillers.contains(items[index].text) || items[index].kind != nil else { return false }
            index -= 1
            steps += 1
        }
        return false
    }

    private enum Trigger { case identity, role }

    private func triggerEnding(at index: Int) -> Trigger? {
        let one = String(items[index].text)
        let two = index > 0 ? items[index - 1].text + " " + one : one
        let three = index > 1 ? items[index - 2].text + " " + two : two
        if Self.talks.contains(two), index > 1, ["you're", "are", "currently"].contains(items[index - 2].text) {
            return .identity
        }
        if ["is", "are", "was"].contains(one), isOwnOrigin(before: index) { return .identity }
        if one == "ben", index == 0, items.contains(where: { Self.turkish.contains($0.text) }) { return .identity }
        if two == "this is", isLastOrCalls(index) { return .identity }
        if Self.identities.contains(one) || Self.identities.contains(two) || Self.identities.contains(three) {
            return .identity
        }
        // As the first words of a clause: "such as Claude" and "as good as Claude" are none.
        if two == "speaking as" { return .identity }
        let isRole =
            Self.roles.contains(one) && (index == 0 || items[index].isBehindMark)
            || Self.roles.contains(three) && (index == 2 || items[max(0, index - 2)].isBehindMark)
        return isRole ? .role : nil
    }

    /// "My underlying model is", "My creators are".
    private func isOwnOrigin(before index: Int) -> Bool {
        guard index > 0, Self.ownThings.contains(items[index - 1].text) else { return false }
        return items[max(0, index - 4)..<index].contains { $0.text == "my" }
    }

    static let ownThings: Set<Substring> = words(
        "model models engine architecture backend creator creators maker makers developer developers name vendor provider version base brain"
    )
    static let turkish: Set<Substring> = words(
        "taraf\u{131}ndan geli\u{15F}tirildim bir yapay zeka dil modeliyim asistan\u{131}y\u{131}m"
    )

    /// "This is Claude", "This is Claude speaking"; not "This is an OpenAI key".
    private func isLastOrCalls(_ index: Int) -> Bool {
        guard index + 1 < items.count, items[index + 1].kind != nil else { return false }
        guard index + 2 < items.count else { return true }
        return items[index + 2].isBehindMark || ["speaking", "here", "again"].contains(items[index + 2].text)
    }

    static let talks: Set<String> = Set(
        ["talking to", "talking with", "chatting with", "chatting to", "speaking to", "speaking with"]
    )

    static let identities: Set<String> = Set(
        [
            "i'm", "i am", "im", "my name is", "my name's", "name is", "call me", "i was", "i'm called", "i go by",
            "i run on", "i'm really", "i identify as", "i remain", "it's me", "it is me", "know me as", "knows me as",
            "refer to me as", "i come from", "i belong to", "i work for", "i work at", "you've reached", "i represent",
            "you have reached", "the name's", "i operate as", "i function as", "i answer to", "i go under",
            "olen", "olen siis", "\u{3B5}\u{3AF}\u{3BC}\u{3B1}\u{3B9}", "\u{623}\u{646}\u{627}",
            "\u{627}\u{633}\u{645}\u{64A}", "\u{92E}\u{948}\u{902}", "\u{928}\u{93E}\u{92E}", "t\u{F4}i l\u{E0}",
            "m\u{EC}nh l\u{E0}", "\u{5D0}\u{5E0}\u{5D9}", "vagyok", "\u{E9}n", "m\u{E1} olen", "ako si", "saya",
            "j'ai \u{E9}t\u{E9} cr\u{E9}\u{E9}", "jmenuji se", "numele meu este", "m\u{E5} jag",
            "ich bin", "bin ich", "ich hei\u{DF}e", "ich heisse", "name ist", "je suis", "m'appelle", "nom est", "soy",
            "me llamo", "llamo", "nombre es",
            "sono", "mi chiamo", "nome \u{E8}", "nome e'", "sou", "me chamo", "chamo", "nome \u{E9}", "ik ben",
            "ben ik", "naam is", "ik heet",
            "jestem", "nazywam si\u{119}", "imi\u{119} to", "jag \u{E4}r", "jag heter", "jeg er", "jeg hedder",
            "min\u{E4} olen", "ad\u{131}m",
            "\u{44F}", "\u{43C}\u{435}\u{43D}\u{44F} \u{437}\u{43E}\u{432}\u{443}\u{442}",
            "\u{437}\u{43E}\u{432}\u{443}\u{442}", "jsem", "sunt", "eu sunt",
            "\u{44F} \u{44D}\u{442}\u{43E}", "j'ai \u{E9}t\u{E9}", "\u{43C}\u{43E}\u{454} \u{456}\u{43C}'\u{44F}",
            "aku adalah", "saya adalah",
        ]
    )

    static let roles: Set<String> = Set(
        [
            "as", "being", "als", "en tant que", "en tant", "comme", "como", "come", "in quanto", "enquanto", "jako",
            "\u{43A}\u{430}\u{43A}",
            "\u{431}\u{443}\u{434}\u{443}\u{447}\u{438}", "speaking as", "since i'm", "som", "sebagai",
        ]
    )

    /// Words that may stand between "I am" and the name.
    static let fillers: Set<Substring> = words(
        """
        a an the just running chat actually really only simply in fact not but also still here your own new latest version model models language \
        large ai artificial intelligence assistant assistants chatbot bot called named known as of based on powered by virtual \
        helpful friendly conversational generative advanced multimodal trained developed created made built designed from and or \
        is name product part family instance member one creation version variant copy descendant service tool offering running-on same \
        entwickelte trainierte d\u{E9}velopp\u{E9}e cr\u{E9}\u{E9}e entra\u{EE}n\u{E9}e con\u{E7}ue desarrollada creada entrenada sviluppata creata addestrata desenvolvida criada \
        to \u{3C4}\u{3BF} \u{3BF} \u{3B7} m\u{1ED9}t \u{90F}\u{915} tekoäly kielimalli \
        intelligent digital program system llm experimental currently indeed always proud happily dear hello hi hey well so \
        ein eine der die das von dem den sprachmodell ki ki-assistent ki-modell assistent modell namens gro\u{DF}es nur eigentlich entwickeltes trainiertes \
        un une le la les de du des mod\u{E8}le langage langue ia assistant nomm\u{E9} appel\u{E9} d\u{E9}velopp\u{E9} cr\u{E9}\u{E9} par intelligence artificielle grand simplement \
        una el los modelo lenguaje asistente llamado virtual inteligencia artificial desarrollado creado por gran solo grande \
        uno il lo modello linguistico assistente chiamato sviluppato creato da dalla intelligenza artificiale di \
        um uma o modelo linguagem assistente chamado desenvolvido criado pela pelo intelig\u{EA}ncia da do \
        een het taalmodel assistent genaamd ontwikkeld door gemaakt model j\u{119}zykowy asystent o nazwie stworzony przez \
        \u{44D}\u{442}\u{43E} \u{43C}\u{43E}\u{434}\u{435}\u{43B}\u{44C} \u{44F}\u{437}\u{44B}\u{43A}\u{43E}\u{432}\u{430}\u{44F} \u{430}\u{441}\u{441}\u{438}\u{441}\u{442}\u{435}\u{43D}\u{442} \u{431}\u{43E}\u{43B}\u{44C}\u{448}\u{430}\u{44F} \u{438}\u{438} \u{447}\u{430}\u{442}-\u{431}\u{43E}\u{442} \u{43F}\u{43E} \u{438}\u{43C}\u{435}\u{43D}\u{438} \u{43E}\u{442} \
        bir yapay zeka dil modeli en och av
        """
    )

    /// "As Claude, I"; "as Claude came, I" speaks of somebody else.
    private func speaksInFirstPerson(behind place: Int, english: Bool) -> Bool {
        let next = items[(place + 1)...].first {
            $0.kind == nil && !Self.products.contains($0.text) && $0.text.first?.isLetter ?? false
        }
        if english, let next, !next.isBehindMark, !Self.firstPersons.contains(next.text),
            !Self.fillers.contains(next.text)
        {
            return false
        }
        return place + 1 >= items.count || items[(place + 1)...].contains { Self.firstPersons.contains($0.text) }
    }

    private static let firstPersons: Set<Substring> = words(
        """
        i i'm i've i'd i'll me my mine myself we our ich mir mich mein meine je j'ai j' me mon ma mes moi mam mog\u{119} mi mnie moim yo m\u{ED} mi mis puedo tengo soy \
        io posso mio mia sono ho eu posso tenho meu minha sou ik mij mijn mog\u{119} jestem moje \u{44F} \u{43C}\u{43D}\u{435} \u{43C}\u{43E}\u{439} \u{43C}\u{43E}\u{438} \u{43C}\u{435}\u{43D}\u{44F} \u{43C}\u{43E}\u{433}\u{443} no non n\u{E3}o ben benim jag
        """
    )

    // MARK: "made by Anthropic"

    private func isMaker(_ place: Int) -> Bool {
        guard items.contains(where: { Self.makerPersons.contains($0.text) }) else { return false }
        // "trained by researchers at OpenAI", "von OpenAI entwickelt".
        let before = items[max(0, place - 6)..<place]
        if let by = before.lastIndex(where: { Self.makers.contains($0.text) }),
            items[by..<place].allSatisfy({ !Self.stops.contains($0.text) }),
            items[max(0, by - 3)...].contains(where: { Self.making.contains($0.text) })
        {
            return true
        }
        // Where a case says what "by" says elsewhere.
        if place > 0, Self.making.contains(items[place - 1].text) { return true }
        // "Anthropic made me", "OpenAI's policies do not allow me".
        let behind = items[(place + 1)...].prefix(7)
        if behind.contains(where: { Self.making.contains($0.text) }),
            behind.contains(where: { ["me", "mich", "m'a", "mi", "\u{43C}\u{435}\u{43D}\u{44F}"].contains($0.text) })
        {
            return true
        }
        if behind.first.map({ Self.rules.contains($0.text) || $0.text == "usage" || $0.text == "content" }) ?? false,
            behind.contains(where: { ["me", "i", "my", "i'm"].contains($0.text) })
        {
            return true
        }
        // "My knowledge comes from OpenAI's training data".
        if items.prefix(2).contains(where: { $0.text == "my" }),
            items.prefix(5).contains(where: { Self.learning.contains($0.text) }),
            before.contains(where: { ["from", "by", "at", "of"].contains($0.text) }),
            !before.contains(where: { Self.stops.contains($0.text) })
        {
            return true
        }
        // "my creators at Anthropic", "my training at OpenAI".
        return before.contains { Self.origins.contains($0.text) }
            && before.contains {
                [
                    "my", "mein", "meine", "mon", "mes", "mi", "mis", "meus", "mio", "mijn", "moi",
                    "\u{43C}\u{43E}\u{438}",
                ].contains($0.text)
            }
    }

    static let makerPersons: Set<Substring> = words(
        """
        i i'm i've me my we myself ich mich mein meine je j'ai moi mon mes fui soy me mi mis he sono mio stato sou meu fui eu ik mij mijn \
        jestem \u{44F} \u{43C}\u{435}\u{43D}\u{44F} \u{43C}\u{43E}\u{438} zosta\u{142}em
        """
    )
    static let makers: Set<Substring> = words(
        "\u{432} \u{43A}\u{43E}\u{43C}\u{430}\u{43D}\u{434}\u{43E}\u{439} by from at von vom par por da dalla pela pelo door przez of with \u{43A}\u{43E}\u{43C}\u{43F}\u{430}\u{43D}\u{438}\u{435}\u{439} chez bei on using"
    )
    static let making: Set<Substring> = words(
        """
        made created developed trained built designed produced released engineered powered programmed owned operated maintained model assistant ai \
        entwickelt trainiert erstellt geschaffen gemacht entwickeltes trainiertes d\u{E9}velopp\u{E9} cr\u{E9}\u{E9} entra\u{EE}n\u{E9} con\u{E7}u desarrollado creado entrenado \
        sviluppato creato addestrato desenvolvido criado treinado ontwikkeld gemaakt getraind stworzony opracowany wytrenowany \
        \u{441}\u{43E}\u{437}\u{434}\u{430}\u{43D} \u{441}\u{43E}\u{437}\u{434}\u{430}\u{43D}\u{43D}\u{430}\u{44F} \u{441}\u{43E}\u{437}\u{434}\u{430}\u{43D}\u{43D}\u{44B}\u{439} \u{440}\u{430}\u{437}\u{440}\u{430}\u{431}\u{43E}\u{442}\u{430}\u{43D} \u{440}\u{430}\u{437}\u{440}\u{430}\u{431}\u{43E}\u{442}\u{430}\u{43D}\u{43D}\u{430}\u{44F} \u{440}\u{430}\u{437}\u{440}\u{430}\u{431}\u{43E}\u{442}\u{430}\u{43D}\u{43D}\u{44B}\u{439} \u{43E}\u{431}\u{443}\u{447}\u{435}\u{43D} \u{43E}\u{431}\u{443}\u{447}\u{435}\u{43D}\u{43D}\u{430}\u{44F} \u{441}\u{43E}\u{437}\u{434}\u{430}\u{43B}\u{430} \u{440}\u{430}\u{437}\u{440}\u{430}\u{431}\u{43E}\u{442}\u{430}\u{43B}\u{430} \
        \u{441}\u{43E}\u{437}\u{434}\u{430}\u{43B}\u{438} \u{440}\u{430}\u{437}\u{440}\u{430}\u{431}\u{43E}\u{442}\u{430}\u{43B}\u{438} \u{43E}\u{431}\u{443}\u{447}\u{438}\u{43B}\u{438} \u{43E}\u{431}\u{443}\u{447}\u{438}\u{43B}\u{430} \
        entwickelte d\u{E9}velopp\u{E9}e cr\u{E9}\u{E9}e entra\u{EE}n\u{E9}e desarrollada creada sviluppata creata addestrata criada desenvolvida treinada stworzona
        """
    )
    private static let stops: Set<Substring> = words(
        "about that which than like unlike read wrote book article using paper"
    )
    private static let rules: Set<Substring> = words("policies policy guidelines guideline rules terms training safety")
    static let learning: Set<Substring> = words("knowledge training weights parameters cutoff data")
    static let origins: Set<Substring> = words(
        """
        creator creators maker makers developer developers company team training owner owners parent engineers guidelines policies provider \
        entwickler sch\u{F6}pfer cr\u{E9}ateurs cr\u{E9}ateur d\u{E9}veloppeurs creadores creador desarrolladores criadores creatori makers \u{441}\u{43E}\u{437}\u{434}\u{430}\u{442}\u{435}\u{43B}\u{438} architecture
        """
    )

    // MARK: "Claude here", "written by ChatGPT"

    private func isGreeting(_ place: Int) -> Bool {
        guard items[place].kind == .strong else { return false }
        if place + 1 < items.count,
            ["here", "speaking", "hier", "ici", "aqu\u{ED}", "qui", "aqui", "olarak"].contains(items[place + 1].text),
            place < 3
        {
            return true
        }
        // A signature: the name behind a dash or a farewell, and nothing else.
        let farewells: Set<Substring> = [
            "best", "regards", "sincerely", "yours", "cheers", "love", "from", "signed", "hello", "truly", "warmly",
            "kind", "hi", "your", "wishes", "greetings", "thanks", "faithfully", "respectfully", "warm",
        ]
        guard place == items.count - 1, items.count <= 4 else { return false }
        return items.count == 1
            ? items[0].isBehindMark : items.dropLast().allSatisfy { farewells.contains($0.text) || $0.kind != nil }
    }

    private func isSource(_ place: Int) -> Bool {
        guard
            items.contains(where: { Self.sources.contains($0.text) }),
            let by = items[max(0, place - 3)..<place].lastIndex(where: { ["by", "from", "with"].contains($0.text) }),
            by > 0, Self.sources.contains(items[by - 1].text)
        else { return false }
        return items.count <= 3
            || items.prefix(3).contains { ["this", "the", "above"].contains($0.text) }
                && items.prefix(4).contains { ["response", "answer", "reply", "message", "text"].contains($0.text) }
    }

    static let sources: Set<Substring> = words("generated written answered produced provided response answer reply")

    // MARK: "an AI language model"

    /// "As an AI language model, I ..." and "I am a large language model" name nobody, and say that no person speaks.
    private var genericPlace: Int? {
        for (place, item) in items.enumerated() where Self.genericEnds.contains(item.text) {
            let before = items[max(0, place - 4)..<place]
            let isModel =
                item.text == "j\u{119}zykowy" && before.contains { $0.text == "model" }
                || before.contains {
                    [
                        "language", "ai", "de", "di", "langage", "lenguaje", "linguagem", "linguistico", "large",
                        "artificial", "j\u{119}zykowy", "\u{44F}\u{437}\u{44B}\u{43A}\u{43E}\u{432}\u{430}\u{44F}",
                    ].contains($0.text)
                }
                || ["ki-modell", "sprachmodell", "ki-sprachmodell", "taalmodel", "ki-assistent", "llm"].contains(
                    item.text
                )
            if isModel, isIntroduced(place) { return place }
        }
        return nil
    }

    static let genericEnds: Set<Substring> = words(
        """
        model llm chatbot assistant sprachmodell ki-sprachmodell ki-modell ki-assistent langage lenguaje linguagem linguistico taalmodel asystent j\u{119}zykowy \
        \u{43C}\u{43E}\u{434}\u{435}\u{43B}\u{44C} artificielle artificial artificiale ia
        """
    )

    /// Words that go on explaining a name: "Claude, an assistant that ...".
    static let explaining: Set<Substring> = words(
        """
        an a the made created developed trained built designed powered your which who here ein eine un une una um uma de een and from entwickelt \
        d\u{E9}velopp\u{E9} cr\u{E9}\u{E9} desarrollado creado sviluppato creato desenvolvido criado not by also running based
        """
    )
}
