// Compiles: the guard makes a prompt, the scan seals a request, the transport takes it.
import Persona
import Routing

func control(_ gate: PromptGuard, _ scan: EgressScan, _ transport: any Transport, _ limits: TransferLimits) async throws
{
    let prompt: BlindPrompt = try gate.blind(PromptDraft(task: "count the barrels"))
    let request = OutgoingRequest(method: .get, url: "http://127.0.0.1/", headers: [], body: Array(prompt.task.utf8))
    let sealed: SealedRequest = try scan.seal(request)
    _ = await transport.send(sealed, limits: limits)
}
