// must fail: 'task' is a 'let' constant
import Persona

func change(_ prompt: inout BlindPrompt) { prompt.task = "Timmy" }
