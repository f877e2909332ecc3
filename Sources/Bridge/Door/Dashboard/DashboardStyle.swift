/// How the dashboard looks.
///
/// Every text has a contrast of at least 4.5 : 1 on its ground, and no colour is needed: each state has a sign and a word.
enum DashboardStyle {
    static let css = #"""
        :root {
            --ground: #f6f4ef; --panel: #fffdf9; --edge: #e2ddd2; --ink: #26241f; --quiet: #67625a; --brass: #7c5a12;
            --good: #1c7440; --warn: #855800; --bad: #b3261e; --calm: #20609c; --off: #6a6660;
            --one: #20609c; --two: #a8570c; --three: #1c7440; --four: #8a3f86; --five: #7a6a00; --six: #b3261e;
            --more: #8b857a;
        }
        @media (prefers-color-scheme: dark) {
            :root {
                --ground: #17181a; --panel: #1f2124; --edge: #33363b; --ink: #e6e3dc; --quiet: #a39f96;
                --brass: #dcb765; --good: #69cf8e; --warn: #e3bf62; --bad: #ff968b; --calm: #86bff0; --off: #9f9b94;
                --one: #86bff0; --two: #f0a868; --three: #69cf8e; --four: #d99ad5; --five: #d8cb6a; --six: #ff968b;
                --more: #8d8a84;
            }
        }
        * { box-sizing: border-box; }
        html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
        body {
            max-width: 75rem; margin: 0 auto; padding: 1.25rem clamp(.75rem, 3vw, 2rem) 3rem;
            color: var(--ink); background: var(--ground); overflow-wrap: anywhere;
            font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
            font-variant-numeric: tabular-nums;
        }
        header {
            display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.25rem;
            padding-bottom: .75rem; border-bottom: 1px solid var(--edge);
        }
        h1 { margin: 0; font-size: 1.35rem; font-weight: 650; letter-spacing: .01em; color: var(--brass); }
        h2 { margin: 1.75rem 0 .6rem; font-size: 1rem; font-weight: 600; letter-spacing: .02em; }
        h2:focus { outline: none; }
        h3 { margin: 0; font-size: 1rem; font-weight: 600; }
        p { margin: 0; }
        code, .sign { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
        .line { font-size: .9rem; }
        .quiet, caption, figcaption, dt { color: var(--quiet); font-size: .875rem; }
        .panel, .lamp { background: var(--panel); border: 1px solid var(--edge); border-radius: .6rem; padding: 1rem; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 0 1.5rem; }
        .pair > * { min-width: 0; }
        .none { color: var(--quiet); }
        .spoken, .skip:not(:focus) {
            position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%);
            white-space: nowrap;
        }
        .skip:focus {
            position: absolute; top: .4rem; left: .4rem; padding: .3rem .7rem; background: var(--panel); color: var(--ink);
        }
        :focus-visible { outline: 2px solid var(--calm); outline-offset: 2px; border-radius: .2rem; }

        [data-state="healthy"], [data-state="live"], [data-verdict="good"] { --lamp: var(--good); }
        [data-state="degraded"], [data-state="rate_limited"] { --lamp: var(--warn); }
        [data-state="unhealthy"], [data-state="config_error"], [data-state="lost"], [data-verdict="bad"] {
            --lamp: var(--bad);
        }
        [data-state="unknown"], [data-state="waiting"], [data-verdict="unknown"] { --lamp: var(--calm); }
        [data-state="disabled"] { --lamp: var(--off); }
        .sign, .word { color: var(--lamp, var(--calm)); font-weight: 600; }

        .lamps {
            display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: .9rem;
            margin: 0; padding: 0; list-style: none;
        }
        .lamp { position: relative; border-top: 3px solid var(--lamp); }
        .lamp .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .6rem; }
        .lamp .word { margin-left: auto; }
        .lamp .facts { margin-top: .15rem; }
        .lamp .why { margin-top: .35rem; font-size: .9rem; }
        .series { display: grid; grid-template-columns: 5.5rem 1fr 4.5rem; align-items: center; gap: .1rem .6rem;
            margin-top: .7rem; }
        .series dt, .series dd { margin: 0; }
        .series .value { text-align: right; font-size: .9rem; }
        .series .note { grid-column: 1 / -1; }
        .spark { display: block; width: 100%; height: 1.6rem; overflow: visible; }
        .spark polyline { fill: none; stroke: var(--one); stroke-width: 1.5; vector-effect: non-scaling-stroke;
            stroke-linejoin: round; stroke-linecap: round; }
        .spark .miss { stroke: var(--bad); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
        .lamp .work { margin-top: .6rem; font-size: .9rem; }

        .sums, .record { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .6rem 1rem;
            margin: 0; }
        .sums dd, .record dd { margin: 0; }
        .sums dd { font-size: 1.25rem; font-weight: 600; }
        .sums .more { display: block; font-size: .875rem; font-weight: 400; color: var(--quiet); }
        figure { margin: 1rem 0 .5rem; }
        .days { display: block; width: 100%; }
        .days text { fill: var(--quiet); font-size: 11px; }
        .days .axis { stroke: var(--edge); }
        .days .limit { stroke: var(--bad); stroke-dasharray: 5 4; }
        .days .limittext { fill: var(--bad); }
        .legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; }
        .legend svg { width: .75rem; height: .75rem; margin-right: .4rem; }
        .fill-0 { fill: var(--one); } .fill-1 { fill: var(--two); } .fill-2 { fill: var(--three); }
        .fill-3 { fill: var(--four); } .fill-4 { fill: var(--five); } .fill-5 { fill: var(--six); }
        .fill-6 { fill: var(--more); }
        .budget { margin-top: .6rem; font-size: .9rem; }
        .gauge { display: block; width: 100%; height: .5rem; margin-top: .2rem; border-radius: .25rem;
            background: var(--edge); }
        .gauge rect { fill: var(--good); }
        .gauge[data-level="near"] rect { fill: var(--warn); }
        .gauge[data-level="reached"] rect { fill: var(--bad); }
        details { margin-top: .9rem; }
        summary { cursor: pointer; color: var(--calm); font-size: .9rem; width: fit-content; }

        table { width: 100%; border-collapse: collapse; font-size: .9rem; }
        caption { padding-bottom: .4rem; text-align: left; }
        th, td { padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top;
            border-top: 1px solid var(--edge); }
        thead th { border-top: 0; color: var(--quiet); font-weight: 500; }
        tbody th { font-weight: 500; }
        .number { text-align: right; padding-right: 0; padding-left: .6rem; white-space: nowrap; }
        .decisions td:nth-child(4) { width: 45%; }
        .decisions details { margin: 0; }
        .decisions summary { color: inherit; }
        .decisions ul { margin: .2rem 0 .3rem; padding-left: 1.1rem; color: var(--quiet); font-size: .85rem; }
        .decisions .bad { color: var(--bad); }
        .verdict { font-size: 1rem; margin-bottom: .7rem; }
        .record dd { font-size: .9rem; }
        .hash { font-size: .8rem; }

        input, select, button { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--quiet);
            border-radius: .35rem; padding: .35rem .7rem; max-width: 100%; }
        button { cursor: pointer; }
        button:disabled { color: var(--quiet); cursor: default; }
        form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .8rem; }
        form[hidden] { display: none; }
        #modelpanel { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 1.2rem; }
        .sidecar form { margin-top: .6rem; }

        @media (prefers-reduced-motion: no-preference) {
            .lamp { transition: border-color .4s; }
            .gauge rect { transition: width .4s; }
        }
        @media (max-width: 44rem) {
            .decisions thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
            .decisions tbody tr { display: grid; grid-template-columns: 1fr auto; gap: .1rem .8rem; padding: .6rem 0;
                border-top: 1px solid var(--edge); }
            .decisions th, .decisions td { padding: 0; border: 0; }
            .decisions td:nth-child(4) { width: auto; grid-column: 1 / -1; grid-row: 3; }
            .decisions td:nth-child(3) { grid-column: 1; grid-row: 2; }
            .decisions td:nth-child(2) { text-align: right; }
            .decisions td:nth-child(5) { grid-column: 2; grid-row: 2; }
            .decisions td:nth-child(6) { grid-column: 1 / -1; text-align: left; color: var(--quiet); }
        }
        @media (forced-colors: active) {
            .gauge rect, .fill-0, .fill-1, .fill-2, .fill-3, .fill-4, .fill-5, .fill-6 { fill: CanvasText; }
        }
        """#
}
