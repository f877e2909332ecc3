/// The words that a comparison of answers knows.
enum ComparisonWords {
    /// Words that carry no content of their own.
    static let fillers = words(
        """
        a an the this that these those it its is are was were be been being am do does did done has have had having will \
        would shall should can could may might must of to in at by for from with as and or but if then than so such into \
        onto about over under between through there here which who whom whose what when where why how i you he she we they \
        me him her us them my your his our their also very just quite rather really one ones some any each every all both \
        sure certainly course answer called known named
        """
    )

    static let negations = words("not never no none cannot nobody nothing neither nor without nicht kein keine")

    /// What an answer says that begins so.
    static let stances: [String: Bool] = [
        "yes": true, "yeah": true, "yep": true, "true": true, "correct": true, "right": true, "ja": true, "oui": true,
        "no": false, "nope": false, "false": false, "incorrect": false, "wrong": false, "nein": false, "non": false,
    ]

    static let numbers: [String: String] = {
        let units = [
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
            "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        ]
        let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
        var numbers: [String: String] = [:]
        for (value, word) in units.enumerated() { numbers[word] = String(value) }
        for (place, word) in tens.enumerated() { numbers[word] = String((place + 2) * 10) }
        return numbers
    }()

    /// Behind these, "one" is no number.
    static let afterOne = words(
        "of or another thing way can should might may must would could has is who that more day"
    )

    /// Words that say the opposite of each other.
    static let opposites: [(String, String)] = [
        ("on", "off"), ("open", "closed"), ("open", "close"), ("up", "down"), ("before", "after"), ("left", "right"),
        ("more", "less"), ("more", "fewer"), ("increase", "decrease"), ("rise", "fall"), ("true", "false"),
        ("safe", "unsafe"), ("allowed", "forbidden"), ("legal", "illegal"), ("possible", "impossible"),
        ("hot", "cold"), ("high", "low"), ("higher", "lower"), ("larger", "smaller"), ("faster", "slower"),
        ("cheaper", "dearer"), ("always", "never"), ("all", "none"), ("east", "west"), ("north", "south"),
        ("positive", "negative"), ("win", "lose"), ("first", "last"), ("odd", "even"), ("inside", "outside"),
    ]

    private static func words(_ text: StaticString) -> Set<String> {
        Set(text.description.split(separator: " ").map(String.init))
    }
}
