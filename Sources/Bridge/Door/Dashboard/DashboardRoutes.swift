internal import HTTPTypes
internal import ServiceLifecycle

/// The dashboard's paths and `/metrics`. Where there are keys, what all spend and do is for those that may operate.
struct DashboardRoutes: Sendable {
    let source: DashboardSource
    let feed: DashboardFeed

    init(_ source: DashboardSource) {
        self.source = source
        feed = DashboardFeed(source)
    }

    var routes: [DoorRoute] {
        [
            // There is nothing in it: what it shows it has to ask for.
            DoorRoute(method: .get, path: "/", access: .everybody) { _ throws(DoorError) in Self.page },
            DoorRoute(method: .get, path: "/api/state", access: .operators) { _ throws(DoorError) in
                .fresh(.json(await source.state()))
            },
            DoorRoute(method: .get, path: "/api/events", access: .operators) { call throws(DoorError) in
                // Who asks for the head alone looks at nothing.
                guard call.method == .get else { return .fresh(DoorAnswer(.whole([]), type: "text/event-stream")) }
                guard let viewer = await feed.enter() else { throw DoorError(.busy) }
                return .fresh(.events(Self.pieces(ViewerLine(feed: feed, viewer: viewer))))
            },
            DoorRoute(method: .get, path: "/metrics", access: .operators) { _ throws(DoorError) in
                .fresh(DoorAnswer(.whole(source.metrics()), type: MetricsText.mediaType))
            },
        ]
    }

    private static let page: DoorAnswer = {
        var answer = DoorAnswer(.whole(Array(DashboardPage.html.utf8)), type: "text/html; charset=utf-8")
        answer.headers[.contentSecurityPolicy] = DashboardPage.policy
        for (name, value) in DashboardPage.headers {
            guard let name = HTTPField.Name(name) else { continue }
            answer.headers[name] = value
        }
        // It is another one with another version.
        answer.headers[.cacheControl] = "no-cache"
        return answer
    }()

    /// Nothing is made before the one before it is sent: a viewer that reads slowly is told less.
    private static func pieces(_ line: ViewerLine) -> AsyncStream<DoorAnswer.Piece> {
        AsyncStream {
            for await _ in line.viewer.wakes.cancelOnGracefulShutdown() {
                return .success(await line.feed.news(for: line.viewer))
            }
            return nil
        }
    }
}

/// A viewer's place in the feed: however its answer ends, the place is free.
private final class ViewerLine: Sendable {
    let feed: DashboardFeed
    let viewer: DashboardFeed.Viewer

    init(feed: DashboardFeed, viewer: DashboardFeed.Viewer) {
        self.feed = feed
        self.viewer = viewer
    }

    deinit {
        let (feed, viewer) = (feed, viewer)
        Task { await feed.leave(viewer) }
    }
}

extension DoorAnswer {
    /// The same, for nobody to keep.
    fileprivate static func fresh(_ answer: DoorAnswer) -> DoorAnswer {
        var answer = answer
        answer.headers[.cacheControl] = "no-store"
        answer.headers[.xContentTypeOptions] = "nosniff"
        return answer
    }
}
