internal import Routing

extension ServerMessage {
    static func batch(_ id: RequestID, _ report: BatchReport) -> [UInt8] {
        result(id) { json in
            json.key("items")
            json.array(report.items) { json, item in
                json.object { json in
                    switch item.result {
                    case .success(let label):
                        json.key("label")
                        json.string(label)
                        json.key("shared")
                        json.boolean(item.isShared)
                    case .failure(let error):
                        json.key("error")
                        json.constant(error.code.name)
                        json.key("message")
                        json.constant(error.code.message)
                    }
                }
            }
            json.key("answered")
            json.integer(report.items.count { if case .success = $0.result { true } else { false } })
            json.key("calls")
            json.integer(report.calls)
            json.key("tokens")
            json.integer(report.tokens)
            json.key("cost_usd")
            if let cost = report.cost { json.number(cost.dollars) } else { json.null() }
            json.key("single")
            json.object { json in
                json.key("calls")
                json.integer(report.items.count { if case .success = $0.result { true } else { false } })
                json.key("tokens")
                json.integer(report.singleTokens)
                json.key("cost_usd")
                if let cost = report.singleCost { json.number(cost.dollars) } else { json.null() }
            }
        }
    }
}
