internal import Crypto
internal import Foundation

/// The dashboard's page: one file that needs nothing else. It lies in the program, so that the program stays one file.
///
/// Nothing in it is made of anything: whatever is shown comes by `GET /api/events`, and is put in as text.
enum DashboardPage {
    /// The file.
    static let html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Workshop</title>
        <link rel="icon" href="data:,">
        <style>\(DashboardStyle.css)</style>
        </head>
        \(body)
        <script>\(script)</script>
        </html>

        """

    /// What may run and be loaded: this script, this style, nothing from elsewhere, and no markup made by the script.
    static let policy = [
        "default-src 'none'", "script-src '\(hash(script))'", "style-src '\(hash(DashboardStyle.css))'",
        "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    /// The headers that go with it, besides its type and its policy.
    static let headers = [
        (name: "X-Content-Type-Options", value: "nosniff"), (name: "X-Frame-Options", value: "DENY"),
        (name: "Referrer-Policy", value: "no-referrer"), (name: "Cross-Origin-Opener-Policy", value: "same-origin"),
        (name: "Cross-Origin-Resource-Policy", value: "same-origin"),
        (name: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=()"),
    ]

    private static let script = DashboardDrawing.js + DashboardModels.js + DashboardScript.js

    private static func hash(_ text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }

    private static let body = #"""
        <body>
        <a class="skip" href="#lamps">To the lamps</a>
        <header>
        <h1>Workshop</h1>
        <p id="line" class="line" data-state="waiting"><span class="sign" aria-hidden="true">[?]</span>
        <span class="word">connecting</span></p>
        <p id="daemon" class="quiet"></p>
        </header>
        <p id="spoken" class="spoken" role="status" aria-live="polite"></p>
        <main>
        <form id="keyform" class="panel" hidden>
        <label for="key">This door wants a key.</label>
        <input id="key" type="password" autocomplete="off" spellcheck="false" required>
        <button>Use it</button>
        <p class="quiet">It is kept until this tab is closed. <code>workshop key new</code> makes one.</p>
        </form>
        <section aria-labelledby="lamps">
        <h2 id="lamps" tabindex="-1">Lamps</h2>
        <ul id="lamplist" class="lamps"></ul>
        </section>
        <section id="modelsection" aria-labelledby="models" hidden>
        <h2 id="models">Models</h2>
        <div id="modelpanel" class="panel"></div>
        </section>
        <div class="pair">
        <div>
        <section aria-labelledby="costs">
        <h2 id="costs">Costs</h2>
        <div class="panel">
        <dl id="sums" class="sums"></dl>
        <figure>
        <div id="days"></div>
        <figcaption id="legend" class="legend"></figcaption>
        </figure>
        <div id="budgets"></div>
        <details>
        <summary>The days as a table</summary>
        <table id="daytable"><caption>Cost and requests by day and backend, in UTC</caption>
        <thead><tr><th scope="col">day</th><th scope="col">backend</th><th scope="col" class="number">cost</th>
        <th scope="col" class="number">answered</th><th scope="col" class="number">asked</th></tr></thead>
        <tbody></tbody></table>
        </details>
        </div>
        </section>
        <section aria-labelledby="audit">
        <h2 id="audit">Audit</h2>
        <div class="panel">
        <p id="verdict" class="verdict" data-verdict="unknown"><span class="sign" aria-hidden="true">[?]</span>
        <span class="word">not known</span></p>
        <dl id="record" class="record"></dl>
        </div>
        </section>
        </div>
        <section aria-labelledby="answers">
        <h2 id="answers">Who answered what</h2>
        <div class="panel">
        <table id="answertable"><caption>Thoughts answered this month, by kind of task</caption>
        <thead><tr><th scope="col">kind</th><th scope="col">by</th><th scope="col" class="number">thoughts</th></tr></thead>
        <tbody></tbody></table>
        <p class="none" hidden>Nothing has been answered this month.</p>
        </div>
        </section>
        </div>
        <section aria-labelledby="decisions">
        <h2 id="decisions">Last decisions</h2>
        <div class="panel">
        <table id="decisiontable" class="decisions"><caption>The newest first; what was asked is not kept here</caption>
        <thead><tr><th scope="col">time</th><th scope="col">kind</th><th scope="col">backend</th>
        <th scope="col">why</th><th scope="col" class="number">took</th><th scope="col" class="number">cost</th></tr></thead>
        <tbody></tbody></table>
        <p class="none" hidden>Nothing has been decided since the daemon started.</p>
        </div>
        </section>
        </main>
        <noscript><p>The dashboard needs JavaScript. <a href="/api/state">The same as JSON</a>.</p></noscript>
        </body>
        """#
}
