// must fail: 'Egress.Passage' initializer is inaccessible due to 'fileprivate' protection level
import Persona

@testable import Routing

func skip(_ receipt: EgressReceipt, _ request: SealedRequest) {
    _ = Egress.Passage(receipt: receipt, request: request)
}
