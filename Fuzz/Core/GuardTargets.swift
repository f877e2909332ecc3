#if DEBUG
    @testable internal import Persona
    @testable internal import Routing

    /// Whom the guard's targets guard: every class of term once. Nobody's own.
    private enum Guarded {
        static let identity = Identity(terms: [
            (.name, "Timmy"), (.alias, "Old Tim"), (.alias, "Sam"), (.name, "Merrowin"), (.owner, "Rowan Ashdown"),
            (.person, "Bess Harrow"), (.place, "Lantern Mill"), (.project, "Glasswing"),
            (.account, "rowan@wickerfen.example"), (.path, "/home/rowan/journal"), (.term, "the Keeper's Oath"),
        ])
        static let quick = IdentityIndex([identity])
        static let thorough = IdentityIndex([identity], skims: false)
        static let key = Array("a key of the fuzzer's own".utf8)
        static let card = PersonaID("timmy").map { PersonaCard(id: $0, identity: identity, voice: .plain) }
        static let guardian = card.map { PromptGuard(persona: $0, index: quick) }

        /// Stand-ins for the terms of a class that gets them.
        static let pseudonyms: Pseudonyms = {
            var pseudonyms = Pseudonyms(key: key, conversation: "one")
            let prompt = "timmy Timmy TIMMY, Old Tim and Sam met Bess Harrow at Lantern Mill: Glasswing."
            _ = pseudonyms.replace(quick.terms, in: [prompt])
            return pseudonyms
        }()
        static let restorer = PseudonymRestorer(pseudonyms)
        static let restorerOfJSON = PseudonymRestorer(pseudonyms, isJSON: true)
    }

    extension FuzzTarget {
        /// A request's texts before the guard: the quick way finds what the slow way is sure of, and nothing leaves in which a
        /// term stands as it is written. What is only guessed by the look of a text is asked of texts that look so.
        public static let prompts = FuzzTarget("prompts", longest: 2_048) { bytes in
            let fields = bytes.texts
            let quick = Set(Guarded.quick.traces(in: fields))
            let thorough = Set(Guarded.thorough.traces(in: fields))
            // What stands there plainly, the slow way may find once more in a word that it has written out in another spelling.
            let other = quick.symmetricDifference(thorough).filter { trace in
                quick.contains(trace)
                    || trace.certainty >= .disguised
                        && !quick.contains {
                            $0.certainty == .plain && $0.identityClass == trace.identityClass
                                && $0.field == trace.field
                        }
            }
            try promise(other.isEmpty, "the quick way finds something else: \(other)")
            let sure = Guarded.quick.traces(in: fields, .sure)
            try promise(sure.isEmpty || !quick.isEmpty, "something is sure and not found")
            guard let guardian = Guarded.guardian else { return }
            let pseudonyms = Pseudonyms(key: Guarded.key, conversation: "two")
            let judged = guardian.judge(fields: fields, pseudonyms: pseudonyms)
            try promise(judged.verdict != .refuse || judged.out.isEmpty, "a refused text leaves")
            for text in judged.out where judged.verdict == .allow || judged.verdict == .pseudonymise {
                let small = text.lowercased()
                for term in ["timmy", "merrowin", "rowan ashdown", "glasswing", "lantern mill"] {
                    try promise(!small.contains(term), "a term leaves, as \(judged.verdict)")
                }
                try promise(Guarded.quick.traces(in: [text], .sure).isEmpty, "what leaves is surely a term")
            }
        }

        /// The final bytes of a request: they are read the quick way and the slow way alike, and a text in which a term
        /// surely stands does not leave in JSON either.
        public static let egress = FuzzTarget("egress", longest: 2_048) { bytes in
            func leaves(_ body: [UInt8], _ index: IdentityIndex) -> Bool {
                let request = OutgoingRequest(method: .post, url: "http://any.test/v1", headers: [], body: body)
                return (try? EgressScan(index: index).seal(request)) != nil
            }
            try promise(
                leaves(bytes, Guarded.quick) == leaves(bytes, Guarded.thorough),
                "the quick way lets something else leave"
            )
            guard let text = String(validating: bytes, as: UTF8.self) else { return }
            let isNamed = ["timmy", "merrowin", "glasswing"].contains { text.lowercased().contains($0) }
            guard isNamed, bytes.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\\") }) else { return }
            var json = JSONWriter()
            json.object { json in
                json.key("task")
                json.string(text)
            }
            try promise(!leaves(json.bytes, Guarded.quick), "a term leaves in JSON")
        }

        /// Stand-ins in a reply: torn anywhere it is the same text, no stand-in is given out, and JSON stays JSON.
        ///
        /// The bytes 1 to 8 stand for the stand-ins, so that the fuzzer needs not guess them.
        public static let restorer = FuzzTarget("restorer") { bytes in
            let issued = Guarded.pseudonyms.issued
            let text = String(
                decoding: bytes.flatMap { byte -> [UInt8] in
                    guard (1...8).contains(byte) else { return [byte] }
                    return Array(issued[Int(byte) % issued.count].standIn.utf8)
                },
                as: UTF8.self
            )
            let scalars = Array(text.unicodeScalars)
            for restorer in [Guarded.restorer, Guarded.restorerOfJSON] {
                let whole = restorer.restored(text)
                for pieces in Tears.all(scalars, seed: bytes.seed) {
                    var torn = restorer
                    var out = ""
                    for piece in pieces { out += torn.feed(String(String.UnicodeScalarView(piece))) }
                    try promise(Array((out + torn.finish()).utf8) == Array(whole.utf8), "torn it is another text")
                }
                let small = whole.lowercased()
                for issued in issued where issued.standIn.utf8.count > 4 {
                    try promise(!small.contains(issued.standIn.lowercased()), "a stand-in is given out")
                }
            }
            if let object = JSONValue.object(text), !object.isEmpty {
                let restored = Guarded.restorerOfJSON.restored(text)
                try promise(JSONValue.object(restored) != nil, "restored it is no JSON")
            }
        }

        /// A reply that may name its model: torn anywhere the same is shown, and nothing is made up.
        public static let replyGuard = FuzzTarget("reply-guard") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            func shown(_ pieces: [String]) -> (text: [UInt8], caught: Int) {
                var replies = ReplyGuard()
                let out = pieces.reduce(into: "") { $0 += replies.feed($1) } + replies.finish()
                return (Array(out.utf8), replies.caught)
            }
            let whole = shown([text])
            for pieces in Tears.all(Array(text.unicodeScalars), seed: bytes.seed) {
                let torn = shown(pieces.map { String(String.UnicodeScalarView($0)) })
                try promise(torn == whole, "torn, something else is shown")
            }
            try promise(whole.caught > 0 || whole.text == Array(text.utf8), "nothing was caught and something changed")
            try promise(whole.text.count <= text.utf8.count + 4 * whole.caught, "more is shown than was said")
        }
    }
#endif
