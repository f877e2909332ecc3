#!/usr/bin/env bash
# Proves the seals: each snippet in this folder tries to break one, and must not compile, for the reason that its first
# line names. `control.swift` must compile, or the proof would prove nothing. Needs a debug build (`make build`).
set -euo pipefail
cd "$(dirname "$0")/../.."

modules=$(swift build --show-bin-path)/Modules
[ -d "$modules" ] || { echo "seals: no debug build; run: make build" >&2; exit 2; }
failed=0
proven=0

compile() { swiftc -typecheck -swift-version 6 -enable-upcoming-feature MemberImportVisibility \
    -I "$modules" -Xcc -fmodule-map-file="$PWD/Sources/CCurl/module.modulemap" -Xcc -DWORKSHOP_TRANSPORT "$1" 2>&1; }

if ! out=$(compile Tests/Seals/control.swift); then
    echo "seals: the control does not compile, so nothing is proven:" >&2
    echo "$out" >&2
    exit 1
fi

for snippet in Tests/Seals/*.swift; do
    [ "$snippet" = Tests/Seals/control.swift ] && continue
    expected=$(sed -n '1s|^// must fail: ||p' "$snippet")
    if out=$(compile "$snippet"); then
        echo "BROKEN  $snippet compiles" >&2
        failed=1
    elif ! grep -qF -- "$expected" <<<"$out"; then
        echo "UNCLEAR $snippet fails for another reason than '$expected':" >&2
        echo "$out" >&2
        failed=1
    else
        echo "sealed  $(basename "$snippet" .swift)"
        proven=$((proven + 1))
    fi
done

# Only the transport may use libcurl: its module is empty to anybody else. Proven in the tree itself, with the flags
# that SwiftPM gives the target.
probe=Sources/Bridge/SealProbe.swift
[ -e "$probe" ] && { echo "seals: $probe is in the way" >&2; exit 2; }
trap 'rm -f "$probe"' EXIT
printf 'internal import CCurl\n\nlet probe = curl_easy_init()\n' >"$probe"
if out=$(swift build --target Bridge 2>&1); then
    echo "BROKEN  Bridge may use CCurl" >&2
    failed=1
elif ! grep -q "cannot find 'curl_easy_init' in scope" <<<"$out"; then
    echo "UNCLEAR using CCurl in Bridge fails for another reason:" >&2
    tail -20 <<<"$out" >&2
    failed=1
else
    echo "sealed  libcurl-outside-routing"
    proven=$((proven + 1))
fi
rm -f "$probe"

# Inside Routing, by name.
if git grep -nE '^(internal |private |fileprivate |public |package |@[a-z]+ )*import CCurl' -- Sources ':!Sources/Routing/Transport'; then
    echo "BROKEN  libcurl is imported outside Sources/Routing/Transport" >&2
    failed=1
fi

echo "$proven passed, $failed failed"
exit "$failed"
