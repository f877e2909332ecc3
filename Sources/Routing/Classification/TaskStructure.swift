/// What a task looks like, whatever its words say: what `training/features.py` calls the structure.
struct TaskStructure: OptionSet {
    let rawValue: UInt64

    private init(_ bit: UInt64) { rawValue = 1 << bit }
    init(rawValue: UInt64) { self.rawValue = rawValue }

    static let bias = Self(0)
    static let firstLength: UInt64 = 1
    static let lengths = [20, 45, 90, 180, 400, 1_200, 4_000, 12_000]
    static let firstLines: UInt64 = 10
    static let endsAsking = Self(15), asks = Self(16), leadEndsWithColon = Self(17), exclaims = Self(18)
    static let leadAsks = Self(19), tailAsks = Self(20), asksTwice = Self(21)
    static let fence = Self(22), diff = Self(23), trace = Self(24), code = Self(25), table = Self(26)
    static let url = Self(27), path = Self(28), list = Self(29), someDigits = Self(30), manyDigits = Self(31)
    static let stamps = Self(32), json = Self(33), quotes = Self(34), mailHeader = Self(35), secret = Self(36)
    static let twoScripts = Self(37), shortAsk = Self(38), shortOrder = Self(39), materialAsks = Self(40)
    static let materialOrders = Self(41), codeAsks = Self(42), ellipsis = Self(43), braces = Self(44)
    static let image = Self(45), audio = Self(46), video = Self(47), pdf = Self(48), textFile = Self(49)
    static let otherFile = Self(50), shortWithFile = Self(51), noLetters = Self(52)
    static let count = 53

    /// Only so much of a text is counted; its length tells the rest.
    private static let counted = 16_384
    private static let countedLines = 200

    init(_ bytes: UnsafeBufferPointer<UInt8>, zones: TaskWords.Zones, attachments: [String]) {
        self = .bias
        var end = bytes.count
        while end > 0, bytes[end - 1] <= 0x20 { end -= 1 }
        let head = UnsafeBufferPointer(rebasing: bytes[0..<min(end, Self.counted)])
        let counts = Counts(head, all: bytes)
        let chars = counts.chars + max(0, end - Self.counted)
        let size = Self.lengths.firstIndex { chars < $0 } ?? Self.lengths.count
        insert(Self(Self.firstLength + UInt64(size)))
        let lines = addLines(UnsafeBufferPointer(rebasing: bytes[0..<end]))
        let band = lines == 1 ? 0 : lines < 4 ? 1 : lines < 10 ? 2 : lines < 40 ? 3 : 4
        insert(Self(Self.firstLines + UInt64(band)))
        addEnds(bytes, end: end, zones: zones, counts: counts)
        addCounts(counts, chars: chars)
        let hasQuestion = counts.questions > 0
        if chars < 90 { insert(hasQuestion ? .shortAsk : .shortOrder) }
        if lines > 3 || chars > 400 { insert(hasQuestion ? .materialAsks : .materialOrders) }
        if hasQuestion, contains(.code) || contains(.fence) { insert(.codeAsks) }
        for media in attachments { insert(Self.file(media)) }
        if !attachments.isEmpty, chars < 90 { insert(.shortWithFile) }
    }

    private static func file(_ media: String) -> Self {
        if media.hasPrefix("image/") { return .image }
        if media.hasPrefix("audio/") { return .audio }
        if media.hasPrefix("video/") { return .video }
        if media == "application/pdf" { return .pdf }
        return media.hasPrefix("text/") ? .textFile : .otherFile
    }

    private mutating func addEnds(
        _ bytes: UnsafeBufferPointer<UInt8>,
        end: Int,
        zones: TaskWords.Zones,
        counts: Counts
    ) {
        if counts.questions > 0 {
            insert(.asks)
            if counts.lastQuestion >= end - 2 { insert(.endsAsking) }
            if counts.firstQuestion <= zones.lead { insert(.leadAsks) }
            if counts.lastQuestion >= zones.tail, zones.tail > zones.lead { insert(.tailAsks) }
            if counts.questions > 1 { insert(.asksTwice) }
        }
        if end > 0, bytes[end - 1] == UInt8(ascii: "!") { insert(.exclaims) }
        if end > 2, bytes[(end - 3)..<end].allSatisfy({ $0 == UInt8(ascii: ".") }) { insert(.ellipsis) }
        var before = zones.lead
        while before > 0, bytes[before - 1] <= 0x20 { before -= 1 }
        if before > 0, bytes[before - 1] == UInt8(ascii: ":"), zones.tail > zones.lead { insert(.leadEndsWithColon) }
    }

    private mutating func addCounts(_ counts: Counts, chars: Int) {
        if counts.hasURL { insert(.url) }
        if counts.hasPath { insert(.path) }
        if counts.hasSecret { insert(.secret) }
        if counts.digits * 25 > chars { insert(.someDigits) }
        if counts.digits * 7 > chars { insert(.manyDigits) }
        if counts.quotes > 0 { insert(.quotes) }
        if counts.braces > 3 { insert(.braces) }
        let letters = counts.latin + counts.cyrillic + counts.other
        let scripts = [counts.latin, counts.cyrillic, counts.other].count { $0 * 6 > letters }
        if scripts > 1 { insert(.twoScripts) }
        if letters == 0 { insert(.noLetters) }
    }

    /// What the starts and ends of the lines tell.
    /// - Returns: How many lines there are, up to 200.
    private mutating func addLines(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var marks = LineMarks()
        var lines = 0
        var start = 0
        while lines < Self.countedLines {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            marks.add(UnsafeBufferPointer(rebasing: bytes[start..<end]))
            lines += 1
            if end == bytes.count { break }
            start = end + 1
        }
        if marks.diff >= 2 { insert(.diff) }
        if marks.trace >= 1 { insert(.trace) }
        if marks.fence >= 1 { insert(.fence) }
        if marks.code >= 2 { insert(.code) }
        if marks.items >= 2 { insert(.list) }
        if marks.cells >= 3 { insert(.table) }
        if marks.stamps >= 3 { insert(.stamps) }
        if marks.json >= 1 { insert(.json) }
        if marks.header >= 2 { insert(.mailHeader) }
        return lines
    }
}

extension TaskStructure {
    /// One pass over the bytes.
    fileprivate struct Counts {
        var chars = 0
        var latin = 0
        var cyrillic = 0
        var other = 0
        var digits = 0
        var quotes = 0
        var braces = 0
        var questions = 0
        var firstQuestion = 0
        var lastQuestion = 0
        var hasURL = false
        var hasPath = false
        var hasSecret = false

        private static let secrets: [StaticString] = [
            "sk-", "ghp_", "AKIA", "BEGIN RSA", "PRIVATE KEY", "xoxb-", "glpat-", "Bearer ey", "eyJhbGci",
        ]

        /// - Parameters:
        ///   - head: What is counted.
        ///   - all: The whole text, for what hangs over.
        init(_ head: UnsafeBufferPointer<UInt8>, all: UnsafeBufferPointer<UInt8>) {
            for index in 0..<head.count {
                let byte = head[index]
                if byte & 0xC0 != 0x80 { chars += 1 }
                if byte < 0x80 { addASCII(byte, index, head) } else { addOther(byte, index, all) }
            }
        }

        @inline(__always)
        private mutating func addASCII(_ byte: UInt8, _ index: Int, _ head: UnsafeBufferPointer<UInt8>) {
            switch byte {
            case 0x61...0x7A, 0x41...0x5A:
                latin += 1
                switch byte {
                case 0x73, 0x67, 0x41, 0x42, 0x50, 0x78, 0x65:  // s g A B P x e: how the marks of secrets begin
                    if !hasSecret { hasSecret = Self.secrets.contains { head.holds($0, at: index) } }
                default: break
                }
            case 0x30...0x39: digits += 1
            case 0x3F: ask(index)
            case 0x22: quotes += 1
            case 0x7B, 0x7D, 0x3B: braces += 1
            case 0x2F:
                if index == 0 || head[index - 1] == 0x20 || head[index - 1] == 0x7E { hasPath = true }
                if index > 1, head[index - 1] == 0x2F, head[index - 2] == 0x3A { hasURL = true }
            default: break
            }
        }

        private mutating func addOther(_ byte: UInt8, _ index: Int, _ all: UnsafeBufferPointer<UInt8>) {
            switch byte {
            case 0xC3...0xC9: latin += 1
            case 0xD0...0xD3: cyrillic += 1
            case 0xE2:
                if all.holds("\u{201C}", at: index) || all.holds("\u{201E}", at: index) { quotes += 1 }
            case 0xEF, 0xF0: break
            case 0xD7...0xDB, 0xE0...0xFF:
                // Ideographs and the like say about twice as much as a letter.
                other += 1
                if byte >= 0xE3 { chars += 1 }
            case 0xAB: quotes += 1
            case 0x9F where index >= 2:
                if all[index - 1] == 0xD8 || (all[index - 1] == 0xBC && all[index - 2] == 0xEF) { ask(index) }
            default: break
            }
        }

        private mutating func ask(_ index: Int) {
            if questions == 0 { firstQuestion = index }
            lastQuestion = index
            questions += 1
        }
    }

    /// What lines look like, counted.
    fileprivate struct LineMarks {
        var diff = 0
        var trace = 0
        var fence = 0
        var code = 0
        var items = 0
        var cells = 0
        var stamps = 0
        var json = 0
        var header = 0

        private static let traces: [StaticString] = [
            "Traceback (", "  File \"", "    at ", "\tat ", "panic:", "goroutine ", "Caused by:", "Exception in ",
        ]
        private static let codes: [StaticString] = [
            "def ", "func ", "class ", "fn ", "import ", "#include", "function ", "public ", "private ", "const ",
            "let ",
            "var ", "return ", "SELECT ", "#!/", "from ", "for (", "if (", "while (",
        ]
        private static let headers: [StaticString] = [
            "From:", "To:", "Subject:", "Date:", "Von:", "Betreff:", "De :", "De:",
        ]

        mutating func add(_ line: UnsafeBufferPointer<UInt8>) {
            guard let last = line.last else { return }
            var indent = 0
            while indent < line.count, line[indent] == 0x20 || line[indent] == 0x09 { indent += 1 }
            let bare = UnsafeBufferPointer(rebasing: line[indent...])
            if line.holds("@@ ", at: 0) || line.holds("diff --git", at: 0) { diff += 2 }
            if line.holds("+++ ", at: 0) || line.holds("--- ", at: 0) { diff += 1 }
            if Self.traces.contains(where: { line.holds($0, at: 0) }) { trace += 1 }
            if line.holds("```", at: 0) { fence += 1 }
            if Self.codes.contains(where: { bare.holds($0, at: 0) }) { code += 1 }
            if last == 0x7B || last == 0x7D || last == 0x3B
                || (last == 0x3A && line.count > 1 && line[line.count - 2] == 0x29)
            {
                code += 1
            }
            if Self.headers.contains(where: { line.holds($0, at: 0) }) { header += 1 }
            if line.count < 160 { addCells(line) }
            addStart(bare)
        }

        private mutating func addStart(_ bare: UnsafeBufferPointer<UInt8>) {
            guard let first = bare.first else { return }
            let isDigit = (0x30...0x39).contains(first)
            if bare.holds("- ", at: 0) || bare.holds("* ", at: 0) || bare.holds("\u{2022}", at: 0) {
                items += 1
            } else if isDigit, bare.count > 2, bare[1] == 0x2E || bare[1] == 0x29, bare[2] == 0x20 {
                items += 1
            }
            if first == 0x7B || first == 0x5B, bare.contains(0x22) { json += 1 }
            if bare.count > 8, isDigit || first == 0x5B, (0x30...0x39).contains(bare[1]),
                bare.prefix(24).contains(0x3A)
            {
                stamps += 1
            }
        }

        private mutating func addCells(_ line: UnsafeBufferPointer<UInt8>) {
            var commas = 0
            var semicolons = 0
            var tabs = 0
            var bars = 0
            for byte in line {
                switch byte {
                case 0x2C: commas += 1
                case 0x3B: semicolons += 1
                case 0x09: tabs += 1
                case 0x7C: bars += 1
                default: break
                }
            }
            if max(commas, semicolons, tabs, bars) >= 2 { cells += 1 }
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether that text stands there.
    @inline(__always)
    fileprivate func holds(_ text: StaticString, at index: Int) -> Bool {
        let size = text.utf8CodeUnitCount
        guard index + size <= count else { return false }
        let start = text.utf8Start
        for place in 0..<size where self[index + place] != start[place] { return false }
        return true
    }
}
