// must fail: 'BlindPrompt' initializer is inaccessible due to 'fileprivate' protection level
import Persona

let prompt = BlindPrompt(PromptDraft(task: "Timmy"))
