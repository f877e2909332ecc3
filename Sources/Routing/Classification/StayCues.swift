internal import Persona

/// What a task says when it may not leave the machine, beyond doubt: looked for in the whole text, however long.
///
/// The text is folded as for the words of the classifier: that is a look-up for each scalar, where the folding that finds
/// identity terms asks for the properties of each.
struct StayCues: Sendable {
    static let all: [String] = phrases.split(separator: "|").map(String.init)

    private let automaton: TermAutomaton

    /// - Parameter folding: The table of ``TaskFolding``.
    init(folding: UnsafeBufferPointer<UInt16>) {
        automaton = TermAutomaton(
            Self.all.map { phrase in
                var phrase = phrase
                let folded = phrase.withUTF8 { Self.fold($0, folding) }
                // Not every script puts spaces between words, and some join endings to them.
                return TermAutomaton.Term(folded: folded, isWholeWord: folded.allSatisfy { $0 < 0x80 })
            }
        )
    }

    /// Whether the text says so.
    func speak(in bytes: UnsafeBufferPointer<UInt8>, folding: UnsafeBufferPointer<UInt16>) -> Bool {
        automaton.firstMatch(in: Self.fold(bytes, folding)) != nil
    }

    /// Folded scalars as UTF-8, one space between words; never longer than the text.
    static func fold(_ bytes: UnsafeBufferPointer<UInt8>, _ folding: UnsafeBufferPointer<UInt16>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count + 4) { out, count in
            var index = 0
            func put(_ code: UInt32) {
                if code == TaskFolding.dropped { return }
                let size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
                guard count + size <= out.count else { return }
                if size == 1 {
                    let byte = code == 0 ? UInt8(ascii: " ") : UInt8(code)
                    if byte == UInt8(ascii: " "), count == 0 || out[count - 1] == byte { return }
                    out[count] = byte
                } else {
                    var rest = code
                    for place in stride(from: size - 1, to: 0, by: -1) {
                        out[count + place] = 0x80 | UInt8(rest & 0x3F)
                        rest >>= 6
                    }
                    out[count] = UInt8(truncatingIfNeeded: 0xF00 >> UInt32(size) | rest)
                }
                count += size
            }
            while index < bytes.count {
                let (code, size) = TaskWords.scalar(bytes, at: index)
                index += size
                put(code < 0x80 ? UInt32(folding[Int(code)]) : TaskFolding.fold(code, folding))
            }
        }
    }

    private static let phrases =
        "must not leave|mustn t leave|may not leave this|never leave this|stay on this machine|stays on this machine"
        + "|stay on this computer|keep it local|keep this local|local only|locally only|no cloud|not to any cloud|any cloud"
        + "|do not upload|don t upload|offline only|strictly confidential|this is confidential|my password|password is"
        + "|api key is|streng vertraulich|nicht in die cloud|keine cloud|nur lokal|bleibt auf diesem rechner"
        + "|darf das haus nicht verlassen|darf den rechner nicht verlassen|passwort ist|mein passwort"
        + "|strictement confidentiel|ne doit pas sortir|reste en local|pas de cloud|mot de passe est|mon mot de passe"
        + "|estrictamente confidencial|no debe salir|no puede salir|sin nube|la contrasena es|mi contrasena"
        + "|strettamente riservato|non deve uscire|niente cloud|la password e|estritamente confidencial|nao pode sair"
        + "|a senha e|minha senha|strikt vertrouwelijk|mag niet naar buiten|geen cloud|wachtwoord is|scisle tajne"
        + "|scisle poufne|bez chmury|moje haslo|haslo to|prisne duverne|zadny cloud|moje heslo|strikt konfidentiellt"
        + "|inget moln|losenordet ar|строго конфиденциально|никуда не отправляй|мой пароль|пароль от"
        + "|строго конфіденційно|мій пароль|gizli kalsin|buluta gonderme|社外秘|极其机密|不要上传|不能外传|绝密"
        + "|외부 유출 금지|대외비|سري للغاية|अत्यंत गोपनीय"
}
