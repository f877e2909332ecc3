/// The words that speak for a kind of task: data, not code.
enum ClassifierCues {
    /// What a cue says.
    enum Meaning {
        /// Points for a kind.
        case kind(TaskKind, Double)
        /// The task must stay on this machine.
        case stays
        /// The task takes more thought.
        case complex
    }

    struct Cue {
        let phrase: String
        let meaning: Meaning
        let reason: String
    }

    static let all: [Cue] =
        kinds.flatMap { row in
            row.phrases.split(separator: "|").map {
                Cue(phrase: String($0), meaning: .kind(row.kind, row.weight), reason: row.reason)
            }
        } + words(staying, .stays) + words(complex, .complex)

    private static func words(_ list: String, _ meaning: Meaning) -> [Cue] {
        list.split(separator: "|").map { Cue(phrase: String($0), meaning: meaning, reason: "") }
    }

    private static let staying =
        "must not leave|stay on this machine|stays on this machine|keep it local|keep this local|local only"
        + "|no cloud|not to any cloud|do not upload|don t upload|offline only|confidential|password is|api key is"

    private static let complex = "step by step|end to end|from scratch|trade offs|migrate|refactor|production|all files"

    private static let kinds: [(kind: TaskKind, weight: Double, reason: String, phrases: String)] = [
        (
            .status, 4, "asks to list, read, note or check one thing",
            "list|read|show|note|jot|remember that|write down|remind me|check if|check whether|is the|are the|open the"
                + "|which files|what s in|status|how many files|did the|save this"
        ),
        (
            .classification, 5, "asks for one of several categories",
            "classify|which category|spam or not|positive or negative|sentiment|yes or no|true or false|label this"
                + "|does this match|is this a"
        ),
        (
            .extraction, 5, "asks to pull data out of a text",
            "extract|pull out|list all names|find all dates|as json|into a table|as csv|tags from|reformat|parse out"
        ),
        (
            .quickAnswer, 6, "wants a short answer at once",
            "quick|quickly|in one word|one word|tl dr|tldr|just the number|asap|right now|short answer|one line"
        ),
        (
            .knowledge, 3, "asks about the world",
            "what is|what are|who was|who is|explain|how does|tell me about|why is the|when did|where is|describe how"
        ),
        (
            .summarization, 6, "asks for a summary",
            "summarise|summarize|summary|sum up|shorten|key points|condense|consolidate|in brief"
        ),
        (
            .translation, 7, "asks for a translation",
            "translate|translation|into french|into german|into spanish|into english|into latin|auf deutsch|in english"
        ),
        (
            .contentCreation, 4, "asks for a text to be written",
            "write a story|write a poem|poem|story|haiku|letter|limerick|name ideas|names for|dialogue|slogan|verse"
                + "|description of|invent"
        ),
        (
            .analysis, 4, "asks to compare or weigh",
            "analyse|analyze|compare|evaluate|weigh|pros and cons|assess|what stands behind|trend|versus|implications"
        ),
        (
            .reasoning, 4, "asks for a chain of thought",
            "prove|proof|why does|solve|puzzle|riddle|how many ways|deduce|logic|theorem|probability|step by step|plan a"
                + "|equation|integral"
        ),
        (
            .codeReview, 7, "asks for code to be judged",
            "review this|review the|code review|review my|this diff|pull request|is this code|look over this"
        ),
        (
            .debugging, 5, "asks for the cause of a fault",
            "debug|bug|crash|crashes|error|exception|stack trace|traceback|fails with|does not work|doesn t work"
                + "|segfault|why do i get|broken"
        ),
        (
            .architecture, 7, "asks for a design",
            "design a|architecture|architect|plugin system|which database|microservice|schema for|refactoring plan"
                + "|system design|how should we structure"
        ),
        (
            .orchestration, 6, "asks to split and coordinate work",
            "split this goal|split into tasks|coordinate|orchestrate|spawn|work plan|delegate|assign tasks|project plan"
        ),
        (
            .codeGeneration, 6, "asks for new code",
            "write a function|write a script|write a parser|write code|implement|write tests|unit tests|write a program"
                + "|a regex|write a class|generate code|in bulk|bash script|python script|sql query"
        ),
        (
            .research, 6, "asks for a survey of sources",
            "research|survey of|literature|sources on|references|state of the art|find out everything|with sources"
        ),
        (
            .longDocument, 7, "speaks of long material",
            "page log|pages|whole book|entire book|full transcript|all chapters|these files|whole log|page document"
        ),
        (
            .multimodal, 6, "speaks of an image, audio or video",
            "this picture|this image|this photo|the picture|the photo|screenshot|in the image|this audio|recording|video"
                + "|a picture"
        ),
        (
            .general, 3, "is small talk",
            "hello|hi|good morning|good evening|thanks|thank you|how are you|lol|goodbye"
        ),
    ]
}
