import Routing
import Testing

@testable import Bridge

@Suite("A model's name says who is asked, or that nobody has it")
struct ModelNamesTests {
    @Test(
        "each name has one meaning",
        arguments: [
            ("auto", "virtual auto"), ("fast", "virtual fast"), ("quality", "virtual quality"),
            ("cheap", "virtual cheap"), ("code_generation", "kind code_generation"), ("general", "kind general"),
            ("desk", "backend desk"), ("gone", "backend gone"), ("router/shared", "offer router shared"),
            ("router/vendor/big", "offer router vendor/big"), ("router/auto", "offer router auto"),
            ("desk/coder", "offer desk coder"), ("desk/code", "offer desk coder"), ("vendor/big", "model vendor/big"),
            ("shared", "model shared"), ("lost", "model lost"), ("coder", "offer desk coder"),
            ("code", "offer desk coder"), ("desk/shared", "offer desk shared"),
            ("gpt-4o", "none"), ("desk/big", "none"), ("router/coder", "none"), ("Auto", "none"), ("", "none"),
            ("desk/", "none"), ("/shared", "none"), ("nobody/shared", "none"),
        ]
    )
    func meaning(_ name: String, _ expected: String) throws {
        let meaning =
            switch try DialectCases.names().meaning(of: name) {
            case .virtual(let virtual): "virtual \(virtual.rawValue)"
            case .kind(let kind): "kind \(kind.rawValue)"
            case .backend(let backend): "backend \(backend)"
            case .offer(let backend, let model): "offer \(backend) \(model)"
            case .model(let model): "model \(model)"
            case nil: "none"
            }
        #expect(meaning == expected)
    }

    @Test(
        "the meaning goes into the request",
        arguments: [
            ("auto", nil, nil, nil, nil), ("fast", nil, nil, nil, .speedFirst), ("cheap", nil, nil, nil, .costFirst),
            ("quality", nil, nil, nil, .qualityFirst), ("debugging", nil, nil, .debugging, nil),
            ("desk", "desk", nil, nil, nil), ("router/shared", "router", "shared", nil, nil),
            ("shared", nil, "shared", nil, nil), ("code", "desk", "coder", nil, nil),
        ] as [(String, String?, String?, TaskKind?, RoutingPolicy.Criterion?)]
    )
    func applied(
        _ name: String,
        backend: String?,
        model: String?,
        kind: TaskKind?,
        criterion: RoutingPolicy.Criterion?
    ) throws {
        var params = DialectCases.request().params
        try DialectCases.names().apply(name, to: &params)
        #expect(params.backend == backend)
        #expect(params.constraints.model == model)
        #expect(params.kind == kind)
        #expect(params.constraints.criterion == criterion)
    }

    @Test("a name that nothing has is refused, with the nearest one")
    func unknown() throws {
        for (name, hint) in [("qualty", true), ("something-else", false)] {
            var params = DialectCases.request().params
            let error = #expect(throws: DoorError.self) { try DialectCases.names().apply(name, to: &params) }
            #expect(error?.code == .unknownModel)
            #expect(error?.field == "model")
            #expect(error?.message.contains("did you mean quality?") == hint)
            #expect(error?.message.contains(name) == false)
        }
    }

    @Test("the list has every name once, and each of its names has a meaning")
    func list() throws {
        let names = try DialectCases.names()
        let list = names.entries
        #expect(Set(list.map(\.name)).count == list.count)
        for entry in list { #expect(names.meaning(of: entry.name) != nil, "\(entry.name)") }
        let own = list.dropFirst(ModelNames.Virtual.allCases.count + TaskKind.allCases.count)
        #expect(
            own.map { "\($0.sort.rawValue) \($0.name)" } == [
                "backend desk", "backend router", "model qwen-8b", "model gemma-4b", "model shared",
                "model desk/shared", "model router/shared", "model vendor/big", "model router/auto", "profile coder",
            ]
        )
        #expect(list.filter { $0.name == "shared" }.flatMap(\.backends).map(\.rawValue) == ["desk", "router"])
    }

    @Test("one model can be looked up; what is not listed cannot")
    func one() throws {
        let names = try DialectCases.names()
        #expect(
            names.openAIModel("gemma-4b", created: 5)?.text
                == #"{"id":"gemma-4b","object":"model","created":5,"owned_by":"desk","#
                + #""workshop":{"sort":"model","backends":["desk"]}}"#
        )
        #expect(
            names.anthropicModel("auto", created: 86_400)?.text
                == #"{"type":"model","id":"auto","display_name":"auto","created_at":"1970-01-02T00:00:00Z","#
                + #""workshop":{"sort":"virtual","backends":[]}}"#
        )
        #expect(names.openAIModel("lost", created: 5) == nil)
        #expect(names.anthropicModel("gpt-4o", created: 5) == nil)
    }
}
