/// The part of the dashboard's script that shows the models of the sidecars and who waits for one, and switches them.
enum DashboardModels {
    static let js = #"""
        const SIDECARS = {
            ready: ["healthy", "+", "ready"], starting: ["degraded", "~", "loading"],
            stopping: ["degraded", "~", "stopping"], stopped: ["disabled", "x", "no model loaded"],
            failed: ["config_error", "!", "failed"],
        };
        const sidecars = new Map(); // by name: what somebody is about to choose stays chosen

        function onModels(models) {
            const rows = list(models.sidecars).map(object);
            byId("modelsection").hidden = !rows.length;
            const names = rows.map((row) => text(row.sidecar));
            for (const name of sidecars.keys()) { if (!names.includes(name)) { sidecars.delete(name); } }
            const isNew = names.some((name) => !sidecars.has(name));
            for (const row of rows) {
                const name = text(row.sidecar);
                if (!sidecars.has(name)) { sidecars.set(name, sidecar(name)); }
                showSidecar(sidecars.get(name), row);
            }
            const made = names.map((name) => sidecars.get(name).root);
            if (byId("modelpanel").childElementCount !== made.length || isNew) {
                byId("modelpanel").replaceChildren(...made);
                offer();
            }
        }

        /** The elements of one sidecar. */
        function sidecar(name) {
            const parts = { root: make("div", "sidecar"), facts: make("div", ""), said: make("p", "quiet") };
            parts.select = make("select", "");
            parts.button = make("button", "", "Switch");
            parts.form = make("form", "", make("label", "", "Switch to ", parts.select), parts.button, parts.said);
            parts.form.hidden = true; // until it is known to what
            parts.form.addEventListener("submit", (event) => {
                event.preventDefault();
                change(name, parts);
            });
            parts.root.append(parts.facts, parts.form);
            return parts;
        }

        function showSidecar(parts, row) {
            const [reply, queue] = [row.reply, row.queue].map(object);
            const known = SIDECARS[text(reply.state)] ?? ["unhealthy", "-", "does not answer"];
            const [state, mark, word] = known;
            const head = make("p", "", sign(mark), " ", make("strong", "", text(row.sidecar)), " ", make("span", "word", word));
            head.dataset.state = state;
            const active = text(reply.active);
            if (active) { head.append(": " + active); }
            const lines = [head];
            const loading = object(reply.progress);
            const target = text(queue.switching_to) || text(reply.next) || (reply.progress ? text(reply.profile) : "");
            if (target) {
                const expected = number(loading.expected_s);
                const elapsed = number(loading.elapsed_s);
                lines.push(make("p", "", "on its way to " + target
                    + (elapsed === null ? "" : ", " + Math.round(elapsed) + " s")
                    + (expected === null ? "" : " of about " + Math.round(expected) + " s")));
            }
            const failure = object(reply.error);
            if (reply.state === "failed" && text(failure.message)) { lines.push(make("p", "", text(failure.message))); }
            lines.push(make("p", "quiet", waiting(list(queue.waiting).map(object), number(queue.in_flight) ?? 0)));
            parts.facts.replaceChildren(...lines);
        }

        /** Who waits for which model, in words. */
        function waiting(tickets, inFlight) {
            const counts = new Map();
            for (const ticket of tickets) {
                counts.set(text(ticket.profile), (counts.get(text(ticket.profile)) ?? 0) + 1);
            }
            const longest = Math.max(...tickets.map((ticket) => number(ticket.waited_s) ?? 0), 0);
            const queue = tickets.length
                ? "queue: " + [...counts].map(([name, times]) => times + " for " + name).join(", ")
                    + ", the longest for " + Math.round(longest) + " s"
                : "nobody waits";
            return queue + "; " + count(inFlight) + " under way";
        }

        /** Fills the choices with the profiles that there are. */
        async function offer() {
            try {
                const answer = await fetch("models/available", { headers: bearer(), cache: "no-store" });
                if (!answer.ok) { return; }
                for (const row of list(object(await answer.json()).sidecars).map(object)) {
                    const parts = sidecars.get(text(row.sidecar));
                    const profiles = list(object(row.reply).profiles).map(object);
                    if (!parts || !profiles.length) { continue; }
                    parts.select.replaceChildren(...profiles.map((profile) => {
                        const made = make("option", "", text(profile.name) || text(profile.id));
                        made.value = text(profile.id);
                        return made;
                    }));
                    parts.form.hidden = false;
                }
            } catch { /* it is asked again with the next sidecar */ }
        }

        async function change(name, parts) {
            const profile = parts.select.value;
            parts.button.disabled = true;
            parts.said.textContent = "";
            let said = "no connection";
            try {
                const answer = await fetch("models/switch", {
                    method: "POST", headers: { "Content-Type": "application/json", ...bearer() },
                    body: JSON.stringify({ sidecar: name, profile, if_busy: "wait", wait: false }),
                });
                const error = object(object(await answer.json().catch(() => null)).error);
                if ([401, 403].includes(answer.status)) { byId("keyform").hidden = false; }
                said = answer.ok ? name + " is on its way to " + profile
                    : text(error.message) || "the daemon says " + answer.status;
            } catch { /* said already */ }
            parts.button.disabled = false;
            parts.said.textContent = said;
            say(said);
        }

        """#
}
