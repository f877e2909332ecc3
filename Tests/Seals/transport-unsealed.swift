// must fail: cannot convert value of type 'OutgoingRequest' to expected argument type 'SealedRequest'
import Persona
import Routing

func send(_ transport: any Transport, _ request: OutgoingRequest, _ limits: TransferLimits) async {
    _ = await transport.send(request, limits: limits)
}
