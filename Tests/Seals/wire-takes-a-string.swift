// must fail: cannot convert value of type 'String' to expected argument type 'BlindPrompt'
import Persona

@testable import Routing

func encode(_ wire: any WireFormat, _ backend: Backend, _ options: CallOptions) {
    _ = wire.encode("Timmy", for: backend, options: options)
}
