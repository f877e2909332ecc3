/// The first half of the dashboard's script: reading what may be anything, making elements, drawing.
///
/// Elements are made one by one and filled with text: no markup is ever made of what a backend says.
enum DashboardDrawing {
    static let js = #"""
        "use strict";

        const SVG = "http://www.w3.org/2000/svg";
        const LAMPS = {
            healthy: ["+", "healthy"], degraded: ["~", "degraded"], unhealthy: ["-", "unhealthy"],
            rate_limited: ["=", "rate limited"], config_error: ["!", "misconfigured"], unknown: ["?", "not asked yet"],
            disabled: ["x", "disabled"],
        };
        const VERDICTS = { good: ["+", "in order"], bad: ["!", "not in order"], unknown: ["?", "not known"] };
        const COLOURS = 6; // backends beyond so many share the last one

        const text = (value) => (typeof value === "string" ? value : "");
        const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
        const list = (value) => (Array.isArray(value) ? value : []);
        const object = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
        const count = (value) => (number(value) ?? 0).toLocaleString("en");
        const words = (value) => text(value).replaceAll("_", " ");
        const byId = (id) => document.getElementById(id);

        function duration(value) {
            const ms = number(value);
            if (ms === null) { return ""; }
            if (ms < 1) { return "<1 ms"; }
            return ms < 1000 ? Math.round(ms) + " ms" : (ms / 1000).toFixed(ms < 10000 ? 1 : 0) + " s";
        }

        function dollars(value) {
            const known = number(value);
            if (known === null) { return "not known"; }
            const size = Math.abs(known);
            const places = size === 0 || size >= 1 ? 2 : size >= .01 ? 3 : 6;
            const digits = size.toFixed(places);
            return (known < 0 ? "\u2212$" : "$") + (places > 2 ? digits.replace(/0+$/, "") : digits);
        }

        function ago(time) {
            const minutes = Math.floor((Date.now() - time) / 60000);
            if (minutes < 1) { return "just now"; }
            if (minutes < 60) { return minutes + " min"; }
            return minutes < 2880 ? Math.floor(minutes / 60) + " h" : Math.floor(minutes / 1440) + " days";
        }

        // making elements

        function make(kind, cls, ...content) {
            const made = document.createElement(kind);
            if (cls) { made.className = cls; }
            made.append(...content);
            return made;
        }

        function drawn(kind, attributes, ...content) {
            const made = document.createElementNS(SVG, kind);
            for (const [name, value] of Object.entries(attributes)) { made.setAttribute(name, value); }
            made.append(...content);
            return made;
        }

        function sign(mark) {
            const made = make("span", "sign", "[" + mark + "]");
            made.setAttribute("aria-hidden", "true"); // the word beside it says the same
            return made;
        }

        /** A time of day that says how long ago it is; `tick` keeps that right. */
        function moment(value, withAge) {
            const time = new Date(text(value));
            if (Number.isNaN(time.getTime())) { return make("span", ""); }
            const made = make("time", "");
            made.dateTime = time.toISOString();
            made.title = time.toLocaleString();
            const isToday = time.toDateString() === new Date().toDateString();
            const day = isToday ? "" : time.toLocaleDateString([], { month: "short", day: "numeric" }) + " ";
            made.dataset.at = day + time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
            if (withAge) { made.dataset.age = "yes"; }
            tick(made);
            return made;
        }

        function tick(made) {
            const age = made.dataset.age ? " (" + ago(new Date(made.dateTime)) + ")" : "";
            made.textContent = made.dataset.at + age.replaceAll(" ", "\u00a0");
        }

        function row(cells, heads = 0) {
            return make("tr", "", ...cells.map((cell, index) => {
                const isNumber = typeof cell === "object" && "number" in cell;
                const made = make(index < heads ? "th" : "td", isNumber ? "number" : "", isNumber ? cell.number : cell);
                if (index < heads) { made.scope = "row"; }
                return made;
            }));
        }

        // drawing

        /** A line for each run of times that is not broken by a failure; a stroke at the foot for each failure. */
        function sparkline(values, what) {
            const width = 120;
            const height = 24;
            const known = values.filter((value) => value !== null);
            const most = Math.max(...known, 0);
            const failed = values.length - known.length;
            const svg = drawn("svg", {
                class: "spark", viewBox: "0 0 " + width + " " + height, preserveAspectRatio: "none", role: "img",
                "aria-label": what + ", the last " + values.length + ": "
                    + (known.length ? duration(Math.min(...known)) + " to " + duration(most) : "none answered")
                    + (failed ? ", " + failed + " failed" : ""),
            });
            const step = width / Math.max(values.length - 1, 1);
            let run = [];
            const end = () => {
                if (run.length === 1) { run.push([run[0][0] + 1.5, run[0][1]]); }
                if (run.length) { svg.append(drawn("polyline", { points: run.map((at) => at.join()).join(" ") })); }
                run = [];
            };
            values.forEach((value, index) => {
                const x = Number((index * step).toFixed(1));
                if (value === null) {
                    end();
                    svg.append(drawn("line", { class: "miss", x1: x, x2: x, y1: height - 6, y2: height }));
                    return;
                }
                const share = most > 0 ? value / most : 0;
                run.push([x, Number((height - 2 - share * (height - 4)).toFixed(1))]);
            });
            end();
            return svg;
        }

        /** Bars of cost, a day each, in parts by backend, with the day's budget as a line. */
        function dayChart(costs, backends, width) {
            const [height, left, top, foot] = [180, 48, 22, 20];
            const first = Date.parse(text(costs.first_day));
            const length = Math.min(Math.round((Date.parse(text(costs.last_day)) - first) / 86400000) + 1, 62);
            const days = new Map();
            for (const entry of list(costs.days).map(object)) {
                const index = Math.round((Date.parse(text(entry.day)) - first) / 86400000);
                days.set(index, [...(days.get(index) ?? []), entry]);
            }
            const total = (entries) => entries.reduce((sum, entry) => sum + (number(entry.usd) ?? 0), 0);
            const dearest = Math.max(...[...days.values()].map(total), 0);
            const limit = number(list(costs.budgets).map(object)
                .find((budget) => budget.scope === "everything" && budget.period === "day")?.limit_usd);
            const fits = limit !== null && (limit <= dearest * 4 || dearest === 0);
            const most = Math.max(dearest, fits ? limit : 0) || 1;
            const svg = drawn("svg", {
                class: "days", viewBox: "0 0 " + width + " " + height, role: "img",
                "aria-label": "Cost by day, " + length + " days, at most " + dollars(dearest) + " a day"
                    + (limit === null ? "" : "; the day's budget is " + dollars(limit)) + ". The table below says each.",
            });
            const y = (usd) => height - foot - (usd / most) * (height - foot - top);
            const label = (x, at, words, anchor, cls) => {
                const made = drawn("text", { x, y: at, "text-anchor": anchor }, words);
                if (cls) { made.setAttribute("class", cls); }
                svg.append(made);
            };
            for (const usd of [0, dearest]) {
                svg.append(drawn("line", { class: "axis", x1: left, x2: width, y1: y(usd), y2: y(usd) }));
            }
            if (dearest > 0) { label(left - 6, y(dearest) + 4, "$" + Number(dearest.toPrecision(2)), "end"); }
            const step = (width - left) / Math.max(length, 1);
            for (const [index, entries] of days) {
                if (!(index >= 0 && index < length)) { continue; }
                let sum = 0;
                for (const entry of entries) {
                    const usd = number(entry.usd) ?? 0;
                    const bar = drawn("rect", {
                        class: "fill-" + Math.min(Math.max(backends.indexOf(text(entry.backend)), 0), COLOURS),
                        x: left + index * step + step * .15, width: step * .7,
                        y: y(sum + usd), height: Math.max(y(sum) - y(sum + usd), 0),
                    }, drawn("title", {}, text(entry.day) + ", " + text(entry.backend) + ": " + dollars(usd)));
                    svg.append(bar);
                    sum += usd;
                }
            }
            if (fits) {
                svg.append(drawn("line", { class: "limit", x1: left, x2: width, y1: y(limit), y2: y(limit) }));
                label(width, y(limit) - 5, "budget of a day " + dollars(limit), "end", "limittext");
            } else if (limit !== null) {
                label(width, 11, "budget of a day " + dollars(limit) + ", far above", "end");
            }
            label(left, height - 4, text(costs.first_day), "start");
            label(width, height - 4, "today", "end");
            return svg;
        }

        function swatch(name, index) {
            const square = drawn("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" },
                drawn("rect", { class: "fill-" + Math.min(index, COLOURS), width: 10, height: 10, rx: 2 }));
            return make("span", "", square, name);
        }

        """#
}
