// must fail: requires that 'BlindPrompt' conform to 'Decodable'
import Foundation
import Persona

let prompt = try JSONDecoder().decode(BlindPrompt.self, from: Data())
