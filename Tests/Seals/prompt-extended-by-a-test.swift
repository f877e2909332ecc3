// must fail: 'let' property 'task' may not be initialized directly
@testable import Persona

extension BlindPrompt {
    init(smuggled: String) {
        self.task = smuggled
        self.attachments = []
    }
}
