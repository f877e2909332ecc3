// must fail: 'SealedRequest' initializer is inaccessible due to 'fileprivate' protection level
@testable import Persona

let sealed = SealedRequest(OutgoingRequest(method: .get, url: "", headers: []))
