/// The second half of the dashboard's script: what is shown of each part, and the line to the daemon.
enum DashboardScript {
    static let js = #"""
        const backends = []; // names in the order of the lamps, for the colours
        const lamps = new Map(); // by backend: what has not changed is left alone, also where somebody reads it
        let drawDays = () => {};
        let shown = new Map(); // the words of the lamps that were last shown, by backend

        // the lamps

        function lamp(row) {
            const name = text(row.backend) || "?";
            const [mark, word] = LAMPS[text(row.state)] ?? ["?", words(row.state)];
            const item = make("li", "lamp");
            item.dataset.state = text(row.state);
            const head = make("div", "head", sign(mark), make("h3", "", name), make("span", "word", word));
            const facts = make("p", "facts quiet", text(row.model), row.local === true ? ", on this machine" : "");
            item.append(head, facts, make("p", "quiet", "since ", moment(row.since, true)));
            if (row.state !== "healthy" && text(row.why)) {
                const breaker = row.breaker !== "closed" ? "; breaker " + words(row.breaker) : "";
                item.append(make("p", "why", text(row.why) + breaker));
            }
            const history = object(row.history);
            const series = make("dl", "series");
            const answers = list(history.latency_ms).map(number);
            const all = [["answer", answers], ["first word", list(history.first_token_ms).map(number)]];
            if (!answers.length) { all.push(["probe", list(history.probe_ms).map(number)]); }
            for (const [what, values] of all) {
                if (!values.length) { continue; }
                const last = values.findLast((value) => value !== null);
                const value = make("dd", "value", last === undefined ? "none" : duration(last));
                series.append(make("dt", "", what), make("dd", "", sparkline(values, what + " of " + name)), value);
            }
            if (series.childElementCount) { item.append(series); }
            item.append(make("p", "work", work(row, answers.length)));
            return item;
        }

        /** Requests and errors, in words. */
        function work(row, asked) {
            const failures = Object.entries(object(row.failures));
            const failed = failures.reduce((sum, [, times]) => sum + (number(times) ?? 0), 0);
            if (!asked && !failed && !row.answered) { return "not asked since the start"; }
            const classes = failures.slice(0, 3).map(([name, times]) => words(name) + " " + count(times)).join(", ");
            const parts = [count(row.answered) + " answered"];
            parts.push(failed ? count(failed) + " failed (" + classes + ")" : "none failed");
            if (number(row.in_flight)) { parts.push(count(row.in_flight) + " under way"); }
            if (row.saturated === true) { parts.push("full"); }
            return parts.join(", ");
        }

        function onLamps(rows) {
            rows = list(rows).map(object);
            backends.splice(0, backends.length, ...rows.map((row) => text(row.backend)));
            for (const name of lamps.keys()) { if (!backends.includes(name)) { lamps.delete(name); } }
            const wanted = rows.map((row, index) => {
                const [was, is] = [lamps.get(backends[index]), JSON.stringify(row)];
                if (was?.is === is) { return was.item; }
                const item = lamp(row);
                lamps.set(backends[index], { is, item });
                return item;
            });
            arrange(byId("lamplist"), wanted);
            const now = new Map(rows.map((row) => [text(row.backend), (LAMPS[text(row.state)] ?? ["", "?"])[1]]));
            const changed = [...now].filter(([name, word]) => shown.has(name) && shown.get(name) !== word);
            if (changed.length) { say(changed.map((pair) => pair.join(": ")).join(", ")); }
            shown = now;
        }

        function onDaemon(daemon) {
            const facts = ["version " + text(daemon.version), " since "];
            byId("daemon").replaceChildren(...facts, moment(daemon.started, true),
                number(daemon.in_flight) ? ", " + count(daemon.in_flight) + " under way" : "");
        }

        // the costs

        function onCosts(costs) {
            const [today, month, savings] = [costs.today, costs.month, costs.savings].map(object);
            const sum = (what, amount, more) => make("div", "", make("dt", "", what),
                make("dd", "", amount, make("span", "more", more)));
            const sums = [
                sum("today", dollars(today.usd), count(today.answered) + " answered"),
                sum("this month", dollars(month.usd), count(month.answered) + " answered"),
            ];
            if (number(savings.saved_usd) !== null) {
                sums.push(sum("saved", dollars(savings.saved_usd), "against an API"));
            }
            byId("sums").replaceChildren(...sums);
            const days = list(costs.days).map(object);
            const gone = days.map((day) => text(day.backend)).filter((name) => !backends.includes(name));
            const names = [...backends, ...new Set(gone)];
            drawDays = () => {
                const width = Math.max(byId("days").clientWidth, 240);
                byId("days").replaceChildren(dayChart(costs, names, width));
            };
            drawDays();
            const paid = names.filter((name) => days.some((day) => text(day.backend) === name && number(day.usd) > 0));
            byId("legend").replaceChildren(...(paid.length ? paid.map((name) => swatch(name, names.indexOf(name)))
                : ["No request of these days cost anything."]));
            byId("budgets").replaceChildren(...list(costs.budgets).map(object).slice(0, 12).map(budget));
            byId("daytable").tBodies[0].replaceChildren(...days.toReversed().map((day) => row([
                text(day.day), text(day.backend), { number: dollars(day.usd) }, { number: count(day.answered) },
                { number: count(day.attempts) },
            ], 1)));
            onAnswers(list(costs.answers).map(object));
        }

        function budget(row) {
            const used = number(row.percent) ?? 0;
            const whose = row.scope === "backend" ? " of " + text(row.name) : "";
            const state = used >= 100 ? ", used up" : used >= 80 ? ", nearly used up" : "";
            const made = make("div", "budget", "budget of the " + text(row.period) + whose + ": " + dollars(row.spent_usd)
                + " of " + dollars(row.limit_usd) + " (" + Math.round(used) + " %" + state + ")");
            const gauge = drawn("svg", { class: "gauge", viewBox: "0 0 100 4", preserveAspectRatio: "none",
                "aria-hidden": "true" }, drawn("rect", { width: Math.min(Math.max(used, 0), 100), height: 4 }));
            gauge.dataset.level = used >= 100 ? "reached" : used >= 80 ? "near" : "";
            made.append(gauge);
            return made;
        }

        function onAnswers(answers) {
            let kind = null;
            fill("answertable", answers.map((share) => {
                const again = text(share.kind) === kind; // said, but not seen twice
                const made = row([make("span", again ? "spoken" : "", words(share.kind)), text(share.backend),
                    { number: count(share.thoughts) }], 1);
                kind = text(share.kind);
                return made;
            }));
        }

        /** Makes these the children, in this order; those that are in their place are not touched. */
        function arrange(parent, wanted) {
            for (const old of [...parent.children]) { if (!wanted.includes(old)) { old.remove(); } }
            wanted.forEach((one, index) => {
                if (parent.children[index] !== one) { parent.insertBefore(one, parent.children[index] ?? null); }
            });
        }

        function fill(id, rows) {
            const table = byId(id);
            table.tBodies[0].replaceChildren(...rows);
            table.hidden = !rows.length;
            table.nextElementSibling.hidden = Boolean(rows.length);
        }

        // the audit

        function onAudit(audit) {
            const verdict = Object.hasOwn(VERDICTS, audit.verdict) ? audit.verdict : "unknown";
            const [mark, word] = VERDICTS[verdict];
            const line = byId("verdict");
            line.dataset.verdict = verdict;
            line.replaceChildren(sign(mark), " ", make("span", "word", word), ": " + text(audit.why));
            const facts = [["records", count(audit.records)], ["leaves", count(audit.leaves)]];
            facts.push(["proved", text(audit.verified) ? moment(audit.verified, true) : "never: workshop audit does"]);
            if (number(audit.scanned) !== null) { facts.push(["payloads read again", count(audit.scanned)]); }
            facts.push(["root", make("code", "hash", text(audit.root).slice(0, 16))]);
            byId("record").replaceChildren(...facts.map(([name, value]) =>
                make("div", "", make("dt", "", name), make("dd", "", value))));
        }

        // the decisions

        const rows = new Map(); // by thought: what a reader has opened stays open

        function decision(made) {
            const answered = made.outcome === "answered";
            const served = text(made.served);
            const who = make("span", "", answered ? served : "");
            if (!answered) { who.append(make("span", "bad", words(made.outcome))); }
            if (made.cached === true) { who.append(", from the cache"); }
            if (made.fallback === true) { who.append(", in place of " + text(made.selected)); }
            if (number(made.attempts) > 1) { who.append(", " + count(made.attempts) + " asked"); }
            const more = make("ul", "");
            const chain = list(made.considered).map(text).join(", then ");
            if (chain) { more.append(make("li", "", "order: " + chain)); }
            for (const one of list(made.rejected).map(object)) {
                more.append(make("li", "", "not " + text(one.backend) + ": " + text(one.why)));
            }
            const quality = number(made.quality);
            if (quality !== null) { more.append(make("li", "", "judged " + Math.round(quality * 100) + " %")); }
            if (text(made.model)) { more.append(make("li", "", "model " + text(made.model))); }
            more.append(make("li", "", "task: " + words(made.complexity) + ", classified with "
                + Math.round((number(made.confidence) ?? 0) * 100) + " %, by " + words(made.criterion)));
            more.append(make("li", "", "thought " + text(made.thought)));
            const why = make("details", "", make("summary", "", text(made.reason) || "nobody could take it"), more);
            return row([moment(made.time, false), words(made.kind), who, why, { number: duration(made.ms) },
                { number: made.cost_usd === null ? "" : dollars(made.cost_usd) }], 1);
        }

        function onDecisions(decisions) {
            decisions = list(decisions).map(object);
            const names = decisions.map((made) => text(made.thought));
            for (const name of rows.keys()) { if (!names.includes(name)) { rows.delete(name); } }
            decisions.forEach((made, index) => {
                if (!rows.has(names[index])) { rows.set(names[index], decision(made)); }
            });
            const table = byId("decisiontable");
            arrange(table.tBodies[0], names.map((name) => rows.get(name)));
            table.hidden = !names.length;
            table.nextElementSibling.hidden = Boolean(names.length);
        }

        // the line to the daemon

        const PARTS = {
            daemon: (part) => onDaemon(object(part)), lamps: onLamps, decisions: onDecisions,
            costs: (part) => onCosts(object(part)), audit: (part) => onAudit(object(part)),
            models: (part) => onModels(object(part)),
        };
        const SILENCE = 40000; // the daemon says every quarter of a minute that it is there
        let line = null; // what ends the connection that there is
        let tries = 0;
        let again = 0;

        /** Tells a screen reader; the same twice is told twice. */
        function say(what) {
            const spoken = byId("spoken");
            spoken.textContent = spoken.textContent === what ? what + "." : what;
        }

        function connected(state, mark, what) {
            const made = byId("line");
            if (made.dataset.state === "live" && state === "lost") { say("connection lost"); }
            if (made.dataset.state === "lost" && state === "live") { say("connected again"); }
            made.dataset.state = state;
            made.replaceChildren(sign(mark), " ", make("span", "word", what));
        }

        const key = () => { try { return sessionStorage.getItem("key") ?? ""; } catch { return ""; } };
        const bearer = () => (key() ? { Authorization: "Bearer " + key() } : {});

        function take(block) {
            let [name, data] = ["", ""];
            for (const one of block.split("\n")) {
                if (one.startsWith("event: ")) { name = one.slice(7); }
                if (one.startsWith("data: ")) { data += one.slice(6); }
            }
            if (Object.hasOwn(PARTS, name) && data) { PARTS[name](JSON.parse(data)); }
        }

        async function listen(ending) {
            let timer = 0;
            const heard = () => {
                clearTimeout(timer);
                timer = setTimeout(() => ending.abort(), SILENCE);
            };
            try {
                heard();
                const headers = { Accept: "text/event-stream", ...bearer() };
                const answer = await fetch("api/events", { headers, cache: "no-store", signal: ending.signal });
                byId("keyform").hidden = ![401, 403].includes(answer.status);
                if (answer.status === 401) { return "a key is wanted"; }
                if (answer.status === 403) { return "this key may not operate"; }
                if (!answer.ok) { return "the daemon says " + answer.status; }
                const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
                let rest = "";
                for (let piece; !(piece = await reader.read()).done;) {
                    heard();
                    tries = 0;
                    connected("live", "+", "live");
                    const blocks = (rest + piece.value).split("\n\n");
                    rest = blocks.pop();
                    blocks.forEach(take);
                }
                return "the daemon has gone";
            } catch {
                return "no connection";
            } finally {
                clearTimeout(timer);
            }
        }

        /** Listens while the page is looked at; comes back by itself when the line is cut. */
        async function connect() {
            clearTimeout(again);
            line?.abort();
            if (document.hidden) { line = null; return; }
            const ending = line = new AbortController();
            const why = await listen(ending);
            if (line !== ending) { return; }
            connected("lost", "-", why);
            again = setTimeout(connect, Math.min(1000 * 2 ** tries, 15000));
            tries += 1;
        }

        document.addEventListener("visibilitychange", connect);
        byId("keyform").addEventListener("submit", (event) => {
            event.preventDefault();
            try { sessionStorage.setItem("key", byId("key").value); } catch { /* a browser that keeps nothing */ }
            byId("key").value = "";
            connect();
        });
        new ResizeObserver(() => drawDays()).observe(byId("days").parentElement);
        setInterval(() => document.querySelectorAll("time[data-age]").forEach(tick), 30000);
        connect();
        """#
}
