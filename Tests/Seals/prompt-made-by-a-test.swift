// must fail: 'BlindPrompt' initializer is inaccessible due to 'fileprivate' protection level
@testable import Persona

let prompt = BlindPrompt(PromptDraft(task: "Timmy"))
