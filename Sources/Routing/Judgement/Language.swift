/// A language that an answer may be asked in, as far as it is told by script or by its small words.
public enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case german = "de"
    case french = "fr"
    case spanish = "es"
    case italian = "it"
    case portuguese = "pt"
    case dutch = "nl"
    case polish = "pl"
    case swedish = "sv"
    case turkish = "tr"
    case russian = "ru"
    case ukrainian = "uk"
    case japanese = "ja"
    case chinese = "zh"
    case korean = "ko"
    case arabic = "ar"
    case hindi = "hi"

    /// How a task names it as the target of a translation, folded phrases.
    var targets: String {
        switch self {
        case .english:
            "into english|to english|in english|ins englische|auf englisch|en anglais|al ingles|en ingles|in inglese|na angielski|на английский|~翻译成英文|~英語に|~译成英语"
        case .german: "into german|to german|in german|ins deutsche|auf deutsch|en allemand|al aleman|in tedesco"
        case .french:
            "into french|to french|in french|ins franzosische|auf franzosisch|en francais|al frances|in francese"
        case .spanish:
            "into spanish|to spanish|in spanish|ins spanische|auf spanisch|en espagnol|al espanol|in spagnolo"
        case .italian: "into italian|to italian|in italian|ins italienische|auf italienisch|en italien|in italiano"
        case .portuguese: "into portuguese|to portuguese|in portuguese|ins portugiesische|en portugais|para portugues"
        case .dutch: "into dutch|to dutch|in dutch|ins niederlandische|naar het nederlands"
        case .polish: "into polish|to polish|in polish|ins polnische|na polski"
        case .swedish: "into swedish|to swedish|in swedish|ins schwedische|till svenska"
        case .turkish: "into turkish|to turkish|in turkish|ins turkische|turkceye"
        case .russian: "into russian|to russian|in russian|ins russische|на русский"
        case .ukrainian: "into ukrainian|to ukrainian|in ukrainian|ins ukrainische|українською"
        case .japanese: "into japanese|to japanese|in japanese|ins japanische|en japonais|~日本語に|~日文"
        case .chinese: "into chinese|to chinese|in chinese|ins chinesische|en chinois|~中文|~中国語に"
        case .korean: "into korean|to korean|in korean|ins koreanische|~한국어로"
        case .arabic: "into arabic|to arabic|in arabic|ins arabische|~العربية"
        case .hindi: "into hindi|to hindi|in hindi|हिंदी में"
        }
    }

    /// Small words that tell it from its neighbours; none for those told by their script.
    fileprivate var smallWords: String {
        switch self {
        case .english:
            "the and of to is in that it was for with are this not from by but have has be on as you they which"
        case .german:
            "der die das und ist nicht ein eine zu den mit von auf im dem sich auch es wir sie werden aber noch als"
        case .french: "le la les et est une des du dans pas que qui pour sur sont par au avec nous il elle ne ce"
        case .spanish: "el la los las y es una del en que no por con para se un al su lo como donde dias de nos"
        case .italian: "il lo la gli e di che una del della non per con sono si nel alla piu un le ma dei come"
        case .portuguese: "o a os as e de que uma do da nao para com em no na por se um mais dos ao sao foi"
        case .dutch: "de het een en van is niet dat in te op zijn voor met aan ook maar wij zij wordt bij"
        case .polish: "i w na nie jest sie z do ze to o jak ale po jego oraz przez dla czy od"
        case .swedish: "och att det som en ett ar inte pa av for med den till har om vi men sig var"
        case .turkish: "ve bir bu da de icin ile degil olarak daha cok gibi ama var ne"
        case .russian, .ukrainian, .japanese, .chinese, .korean, .arabic, .hindi: ""
        }
    }

    private static let byWord: [Word: UInt32] = {
        var table: [Word: UInt32] = [:]
        for (index, language) in allCases.enumerated() {
            for word in language.smallWords.split(separator: " ") {
                table[Word(Array(word.utf8)[...]), default: 0] |= 1 << UInt32(index)
            }
        }
        return table
    }()

    /// Up to eight bytes of a word as one number: cheap to hash.
    private struct Word: Hashable {
        let value: UInt64

        init(_ bytes: ArraySlice<UInt8>) {
            value = bytes.prefix(8).reduce(UInt64(bytes.count) << 56) { $0 &* 31 &+ UInt64($1) }
        }
    }

    /// The language of folded text; nil when it cannot be said for sure.
    static func of(_ folded: [UInt8], scripts: ScriptCount) -> Language? {
        if let script = scripts.language { return script }
        guard scripts.isLatin else { return nil }
        var tally = [Int](repeating: 0, count: allCases.count)
        var words = 0
        var start = 0
        for (index, byte) in folded.enumerated() where byte == SentenceFolding.space {
            defer { start = index + 1 }
            guard index > start, index - start <= 6 else { words += index > start ? 1 : 0; continue }
            words += 1
            if words > 40 { break }
            guard var bits = byWord[Word(folded[start..<index])] else { continue }
            while bits != 0 {
                tally[bits.trailingZeroBitCount] += 1
                bits &= bits - 1
            }
        }
        guard let best = tally.indices.max(by: { tally[$0] < tally[$1] }) else { return nil }
        let second = tally.indices.filter { $0 != best }.map { tally[$0] }.max() ?? 0
        // A fifth of all words of a text are such small words.
        guard words >= 6, tally[best] >= 3, tally[best] * 6 >= words, tally[best] >= second + 2 else { return nil }
        return allCases[best]
    }
}

/// How many letters of each script a text has.
struct ScriptCount {
    var latin = 0
    var cyrillic = 0
    var han = 0
    var kana = 0
    var hangul = 0
    var arabic = 0
    var devanagari = 0
    var other = 0
    /// Characters that stand for bytes which were no text.
    var broken = 0

    /// Counts the first and the last `limit` bytes.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            if lead < 0x80 {
                if lead | 0x20 >= UInt8(ascii: "a") && lead | 0x20 <= UInt8(ascii: "z") { latin += 1 }
                index += 1
                continue
            }
            let second = index + 1 < bytes.count ? bytes[index + 1] : 0
            let third = index + 2 < bytes.count ? bytes[index + 2] : 0
            switch lead {
            case 0xC3...0xC9: latin += 1
            case 0xD0...0xD3: cyrillic += 1
            case 0xD8...0xDB: arabic += 1
            case 0xCE, 0xCF, 0xD6, 0xD7: other += 1
            case 0xE0: if second == 0xA4 || second == 0xA5 { devanagari += 1 } else { other += 1 }
            case 0xE1: if second >= 0xB8 { latin += 1 } else { other += 1 }
            case 0xE3: if second == 0x81 || second == 0x82 || second == 0x83 { kana += 1 }
            case 0xE4...0xE9: han += 1
            case 0xEA...0xED: hangul += 1
            case 0xEF where second == 0xBF && third == 0xBD: broken += 1
            default: break
            }
            index += lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1
        }
    }

    private var all: Int { latin + cyrillic + han + kana + hangul + arabic + devanagari + other }

    /// Whether nearly all of it is Latin.
    var isLatin: Bool { latin > 0 && latin * 10 >= all * 9 }

    /// How many scripts have at least that many letters.
    func scripts(atLeast count: Int) -> Int {
        [latin, cyrillic, han + kana, hangul, arabic, devanagari, other].count { $0 >= count }
    }

    /// Letters of scripts that the other text has nothing of.
    func strangers(to other: ScriptCount) -> Int {
        (other.cyrillic == 0 ? cyrillic : 0) + (other.han + other.kana == 0 ? han + kana : 0)
            + (other.hangul == 0 ? hangul : 0) + (other.arabic == 0 ? arabic : 0)
            + (other.devanagari == 0 ? devanagari : 0)
    }

    /// The language that the script alone tells; nil for Latin, and when two scripts share the text.
    var language: Language? {
        let most = max(cyrillic, han + kana, hangul, arabic, devanagari)
        guard most > 0, most * 10 >= all * 6 else { return nil }
        switch most {
        case hangul: return .korean
        case arabic: return .arabic
        case devanagari: return .hindi
        case cyrillic: return .russian
        default: return kana * 10 > (han + kana) ? .japanese : .chinese
        }
    }
}
