/*
 * The Workshop's pane in Evennia's web client: lamps, latencies, what thinking costs, and the audit's verdict.
 *
 * It stands beside the client's own panes, not among them: no layout that a browser has saved knows of it, and it
 * needs no GoldenLayout. Every text that comes from the game is put in as text; there is no HTML in here.
 */
(function () {
    "use strict";

    const HIDDEN = "evennia_glue.pane.hidden"; // in the browser's storage: the player has put it away
    const SVG = "http://www.w3.org/2000/svg";
    const WIDTH = 96;
    const HEIGHT = 20;
    const BUDGETS = 5;
    const SIGNS = { good: "+", bad: "!", unknown: "?" };
    const WORDS = { good: "in order", bad: "not in order", unknown: "not known" };

    let parts = null; // the elements that change
    let shown = new Map(); // the states that were last shown, by backend

    // what to show of what may be anything

    const text = (value) => (typeof value === "string" ? value : "");
    const number = (value) => (typeof value === "number" && isFinite(value) ? value : null);
    const list = (value) => (Array.isArray(value) ? value : []);
    const object = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});

    function milliseconds(value) {
        const known = number(value);
        return known === null ? "" : known < 1 ? "<1 ms" : Math.round(known) + " ms";
    }

    function dollars(value) {
        const known = number(value);
        if (known === null) { return "not known"; }
        return "$" + (known === 0 || known >= 1 ? known.toFixed(2) : known.toFixed(6).replace(/0+$/, ""));
    }

    function clock(value) {
        const time = new Date(text(value));
        return isNaN(time) ? "" : time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    }

    // making elements

    function make(kind, cls, words) {
        const made = document.createElement(kind);
        if (cls) { made.className = "workshop-" + cls; }
        if (words !== undefined) { made.textContent = words; }
        return made;
    }

    function drawn(kind, attributes) {
        const made = document.createElementNS(SVG, kind);
        for (const [name, value] of Object.entries(attributes)) { made.setAttribute(name, value); }
        return made;
    }

    /** A line for each run of latencies that is not broken by a failure. */
    function sparkline(history, name) {
        const values = list(history).map(number);
        const known = values.filter((value) => value !== null);
        const svg = drawn("svg", {
            class: "workshop-spark", viewBox: "0 0 " + WIDTH + " " + HEIGHT, width: WIDTH, height: HEIGHT, role: "img",
        });
        if (!known.length) {
            svg.setAttribute("aria-label", "no latency of " + name + " is known");
            return svg;
        }
        const most = Math.max(...known);
        const range = milliseconds(Math.min(...known)) + " to " + milliseconds(most);
        svg.setAttribute("aria-label", "latency of " + name + ", " + known.length + " looks, " + range);
        const step = WIDTH / Math.max(values.length - 1, 1);
        let run = [];
        const end = () => {
            if (run.length === 1) { run.push([run[0][0] + 1.5, run[0][1]]); }
            if (run.length) { svg.append(drawn("polyline", { points: run.map((point) => point.join()).join(" ") })); }
            run = [];
        };
        values.forEach((value, index) => {
            if (value === null) { end(); return; }
            const height = most > 0 ? value / most : 0;
            run.push([(index * step).toFixed(1), (HEIGHT - 2 - height * (HEIGHT - 4)).toFixed(1)].map(Number));
        });
        end();
        return svg;
    }

    // the lamps

    function lamp(row, history) {
        const name = text(row.backend) || "?";
        const item = make("li", "lamp");
        item.dataset.state = text(row.state);
        const head = make("div", "head");
        const sign = make("span", "sign", "[" + (text(row.sign) || "?") + "]");
        sign.setAttribute("aria-hidden", "true"); // the word says the same
        head.append(sign, " ", make("span", "name", name), " ", make("span", "word", text(row.word)));
        const latency = milliseconds(row.latency_ms);
        if (latency) { head.append(" ", make("span", "latency", latency)); }
        item.append(head, sparkline(history, name));
        const since = clock(row.since);
        const facts = [text(row.model), since && "since " + since, text(row.state) !== "healthy" && text(row.why)];
        item.append(make("div", "facts", facts.filter(Boolean).join(", ")));
        return item;
    }

    function onHealth(args, kwargs) {
        const health = object(kwargs);
        const rows = list(health.backends).map(object);
        const history = object(health.history);
        if (!health.here) {
            dark("You are not in a Workshop.", "away");
            return;
        }
        if (!health.up) {
            dark("The lamps are dark: the bridge to the Workshop is down.", "down");
            return;
        }
        parts.pane.dataset.state = "up";
        parts.status.textContent = "";
        parts.lamps.replaceChildren(...rows.map((row) => lamp(row, history[row.backend])));
        say(rows);
    }

    /** No lamps, and why. */
    function dark(why, state) {
        parts.pane.dataset.state = state;
        if (parts.status.textContent !== why) { parts.status.textContent = why; }
        parts.lamps.replaceChildren();
        parts.spoken.textContent = "";
        shown = new Map();
        if (state !== "down") {
            parts.costs.replaceChildren();
            parts.audit.replaceChildren();
        }
    }

    /** Tells a screen reader what has changed, and nothing else. */
    function say(rows) {
        const now = new Map(rows.map((row) => [text(row.backend), text(row.word)]));
        const changed = [...now].filter(([name, word]) => shown.has(name) && shown.get(name) !== word);
        if (changed.length) { parts.spoken.textContent = changed.map((pair) => pair.join(": ")).join(", "); }
        shown = now;
    }

    // what builders see

    function onCosts(args, kwargs) {
        const costs = object(kwargs);
        const today = object(costs.today);
        const lines = [make("h3", "", "Costs"), make("div", "today", "Today " + dollars(today.usd))];
        const asked = number(today.attempts);
        if (asked !== null) { lines[1].append(", " + asked.toLocaleString() + " asked"); }
        for (const row of list(costs.budgets).map(object).slice(0, BUDGETS)) {
            const whose = [row.scope, row.name, row.period].map(text).filter(Boolean).join(", ");
            const line = make("div", "budget");
            const used = number(row.percent);
            if (used !== null) {
                const bar = make("meter");
                Object.assign(bar, { min: 0, max: 100, high: 80, value: Math.min(used, 100) });
                bar.setAttribute("aria-label", "budget, " + whose);
                line.append(bar, " ");
            }
            const share = used === null ? "" : " (" + Math.round(used) + " %)";
            line.append(dollars(row.spent_usd) + " of " + dollars(row.limit_usd) + ", " + whose + share);
            lines.push(line);
        }
        parts.costs.replaceChildren(...lines);
    }

    function onAudit(args, kwargs) {
        const audit = object(kwargs);
        const verdict = Object.hasOwn(SIGNS, audit.verdict) ? audit.verdict : "unknown";
        const line = make("div", "verdict");
        line.dataset.verdict = verdict;
        const sign = make("span", "sign", "[" + SIGNS[verdict] + "]");
        sign.setAttribute("aria-hidden", "true");
        line.append(sign, " " + WORDS[verdict] + ": " + text(audit.why));
        const records = number(audit.records);
        const facts = [records !== null && records.toLocaleString() + " records"];
        facts.push(text(audit.root) && "root " + text(audit.root).slice(0, 12));
        const words = facts.filter(Boolean).join(", ");
        parts.audit.replaceChildren(make("h3", "", "Leak audit"), line, make("div", "facts", words));
    }

    // the pane itself

    function build() {
        const pane = make("aside");
        pane.id = "workshop-pane";
        pane.setAttribute("aria-label", "Workshop");
        const button = make("button", "toggle", "Workshop");
        button.type = "button";
        button.setAttribute("aria-controls", "workshop-body");
        const body = make("div", "body");
        body.id = "workshop-body";
        parts = {
            pane, button, body,
            status: make("p", "status"), lamps: make("ul", "lamps"),
            costs: make("section", "costs"), audit: make("section", "audit"), spoken: make("p", "spoken"),
        };
        parts.lamps.setAttribute("aria-label", "Lamps over the benches");
        for (const live of [parts.status, parts.spoken]) {
            live.setAttribute("role", "status");
            live.setAttribute("aria-live", "polite");
        }
        body.append(parts.status, parts.lamps, parts.costs, parts.audit, parts.spoken);
        pane.append(button, body);
        button.addEventListener("click", () => open(body.hidden));
        // the client takes every key for its input line, Enter and the space bar on a button too
        pane.addEventListener("keydown", (event) => event.stopPropagation());
        document.body.append(pane);
    }

    /** Shows the pane, or only its button; the client's own panes get the room that is left. */
    function open(wanted) {
        parts.body.hidden = !wanted;
        parts.button.setAttribute("aria-expanded", String(wanted));
        document.body.classList.toggle("workshop-open", wanted);
        try {
            localStorage.setItem(HIDDEN, wanted ? "" : "yes");
        } catch { /* a browser that keeps nothing */ }
        window.dispatchEvent(new Event("resize"));
    }

    function wasHidden() {
        try {
            return localStorage.getItem(HIDDEN) === "yes";
        } catch {
            return false;
        }
    }

    const watch = () => window.Evennia.msg("workshop_watch", [], {});

    const plugin = {
        init: function () {
            build();
            dark("Log in to see the lamps.", "out");
            const emitter = window.Evennia.emitter;
            emitter.on("workshop_health", onHealth);
            emitter.on("workshop_costs", onCosts);
            emitter.on("workshop_audit", onAudit);
        },
        postInit: function () { open(!wasHidden() && window.innerWidth >= 800); },
        onLoggedIn: watch,
        onConnectionClose: function () { dark("There is no connection to the game.", "out"); },
    };
    window.plugin_handler.add("workshop", plugin);
})();
