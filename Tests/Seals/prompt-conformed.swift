// must fail: prevents automatic synthesis of 'init(from:)'
import Persona

extension BlindPrompt: @retroactive Decodable {}
