// must fail: 'body' is a 'let' constant
import Persona

func change(_ sealed: inout SealedRequest) { sealed.body = [] }
