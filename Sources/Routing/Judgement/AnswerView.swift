/// An answer as the checks look at it: measured once.
struct AnswerView {
    /// Longer answers are looked at from both ends only.
    static let window = 3_000

    /// Without white space at its ends.
    let text: UnsafeBufferPointer<UInt8>
    let task: UnsafeBufferPointer<UInt8>
    let kind: TaskKind
    let finish: FinishReason
    /// The beginning, folded.
    let folded: [UInt8]
    let taskFolded: [UInt8]
    let scripts: ScriptCount
    let taskScripts: ScriptCount
    /// Words, of the beginning.
    let words: Int
    /// Lines that are not blank, of the beginning.
    let lines: [Range<Int>]
    /// Whether it reads like code: a fence, or lines that end or begin as code does.
    let looksLikeCode: Bool
    /// What stands in it that no answer should hold.
    let marks: TextMarks.Found

    init(
        _ text: UnsafeBufferPointer<UInt8>,
        task: UnsafeBufferPointer<UInt8>,
        kind: TaskKind,
        finish: FinishReason,
        marks: TextMarks
    ) {
        let start = text.firstIndex { $0 > 0x20 } ?? text.count
        let end = text.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? start
        let text = UnsafeBufferPointer(rebasing: text[start..<max(start, end)])
        self.text = text
        self.task = task
        self.kind = kind
        self.finish = finish
        let head = UnsafeBufferPointer(rebasing: text.prefix(Self.window))
        folded = SentenceFolding.fold(head)
        taskFolded = SentenceFolding.fold(UnsafeBufferPointer(rebasing: task.prefix(600)))
        scripts = ScriptCount(head)
        taskScripts = ScriptCount(UnsafeBufferPointer(rebasing: task.prefix(Self.window)))
        words = Self.words(folded)
        lines = Self.lines(head)
        self.marks = marks.find(in: text, task: task, kind: kind)
        looksLikeCode = self.marks.fences > 0 || CodeLook.isLike(head, lines)
    }

    /// How many fences of code it has.
    var fences: Int { marks.fences }

    var isEmpty: Bool { text.isEmpty }

    private static func words(_ folded: [UInt8]) -> Int {
        var words = 0
        var isInside = false
        for byte in folded {
            let isLetter = byte > SentenceFolding.stop
            if isLetter && !isInside { words += 1 }
            isInside = isLetter
        }
        return words
    }

    private static func lines(_ text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var first: Int?
        for index in 0...text.count {
            if index < text.count, text[index] != UInt8(ascii: "\n") {
                if first == nil && text[index] > 0x20 { first = index }
                continue
            }
            if let from = first { lines.append(from..<index) }
            first = nil
        }
        return lines
    }
}

/// What code looks like without a fence.
enum CodeLook {
    static func isLike(_ text: UnsafeBufferPointer<UInt8>, _ lines: [Range<Int>]) -> Bool {
        var points = 0
        for line in lines.prefix(40) {
            if isLineEnd(text[line.upperBound - 1]) { points += 2 }
            if isLineStart(text[line.lowerBound]) { points += 1 }
            if opens(text, at: line) { points += 2 }
        }
        if points >= 2 { return true }
        let head = text.prefix(400)
        var symbols = 0
        for byte in head where isSymbol(byte) { symbols += 1 }
        return symbols * 12 > head.count
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case ";", "{", "}", ")", "]", ">": true
        default: false
        }
    }

    private static func isLineStart(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "<", "#", "@", "{", "}", "$", "^", "/": true
        default: false
        }
    }

    private static func isSymbol(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "(", ")", "{", "}", "[", "]", "=", "<", ">", "|", "$", "\\", ";", "*", "_": true
        default: false
        }
    }

    /// By their first byte: most lines begin with another one.
    private static let openings: [[[UInt8]]] = {
        var table = [[[UInt8]]](repeating: [], count: 256)
        for word in [
            "def ", "func ", "class ", "import ", "from ", "let ", "var ", "const ", "function ", "public ", "#include",
            "SELECT ", "select ", "INSERT ", "CREATE ", "for ", "if (", "while ", "return ", "fn ", "pub ", "struct ",
            "find ", "grep ", "awk ", "sed ", "cat ", "echo ", "#!/", "git ", "sudo ", "docker ", "curl ", "print",
        ].map({ Array($0.utf8) }) {
            table[Int(word[0])].append(word)
        }
        return table
    }()

    private static func opens(_ text: UnsafeBufferPointer<UInt8>, at line: Range<Int>) -> Bool {
        openings[Int(text[line.lowerBound])].contains { word in
            line.count >= word.count && text[line.lowerBound..<(line.lowerBound + word.count)].elementsEqual(word)
        }
    }
}
