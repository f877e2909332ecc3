#!/usr/bin/env bash
# Makes the packages of one binary: an archive, a Debian package, the Python wheel, and their sums. `make dist` calls it.
#
# The same sources and tools give the same bytes: times are those of the last commit, names are sorted, owners are numbers.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: packaging/dist.sh [options]

  --binary FILE    the program, linked with --static-swift-stdlib (.build/release/workshop)
  --python FILE    a Python with pip and setuptools, for the wheel (python3)
  --checkouts DIR  the sources of what is linked in, for their licences (.build/checkouts)
  --output DIR     where the packages go (dist); what lies there is removed
  --help           this
USAGE
}

die() {
    echo "dist: $1" >&2
    exit "${2:-1}"
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=$here/.build/release/workshop
python=python3
checkouts=$here/.build/checkouts
output=$here/dist
while [ $# -gt 0 ]; do
    case $1 in
        --help) usage; exit 0 ;;
        --binary | --python | --checkouts | --output) [ -n "${2:-}" ] || die "$1 needs a value; --help lists the options" 64 ;;
        *) die "there is no option $1; --help lists them" 64 ;;
    esac
    declare "${1#--}=$2"
    shift 2
done
[ -x "$binary" ] || die "there is no program $binary; make release builds it"
if readelf -d "$binary" | grep -q 'NEEDED.*libswiftCore'; then
    die "$binary needs Swift's libraries where it runs; build it with --static-swift-stdlib"
fi
for tool in dpkg-deb dpkg-shlibdeps strip gzip; do
    command -v "$tool" >/dev/null || die "there is no $tool; apt-get install dpkg-dev binutils gzip"
done

# Version.swift is the one place; what was built and the Python package have to agree with it.
version=$(sed -n 's/.*current: StaticString = "\(.*\)"/\1/p' "$here/Sources/Bridge/Version.swift")
[ "$("$binary" --version)" = "workshop $version" ] || die "$binary is not of version $version; build it anew"
grep -qx "__version__ = \"$version\"" "$here/evennia_glue/src/evennia_glue/__init__.py" ||
    die "the __version__ of evennia_glue is not $version, as in Sources/Bridge/Version.swift"
arch=$(uname -m)
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$output"
mkdir -p "$output"

# The files of all packages, as they lie below a prefix.
tree=$work/tree
generate() { "$work/workshop" "$@"; }
strip -o "$work/workshop" "$binary"
install -D -m 0755 "$work/workshop" "$tree/bin/workshop"
mkdir -p "$tree/share/man/man1" "$tree/share/bash-completion/completions" "$tree/share/zsh/vendor-completions" \
    "$tree/share/fish/vendor_completions.d"
generate --experimental-dump-help | "$python" "$here/packaging/manpage.py" "$(date -d "@$SOURCE_DATE_EPOCH" +%F)" \
    | gzip -9n >"$tree/share/man/man1/workshop.1.gz"
generate --generate-completion-script bash | sed '1{/^#!/d}' >"$tree/share/bash-completion/completions/workshop"
generate --generate-completion-script zsh >"$tree/share/zsh/vendor-completions/_workshop"
generate --generate-completion-script fish >"$tree/share/fish/vendor_completions.d/workshop.fish"
for unit in workshop workshop-sidecar workshop-pipe user/workshop user/workshop-sidecar; do
    case $unit in user/*) folder=user ;; *) folder=system ;; esac
    install -D -m 0644 "$here/configs/systemd/$unit.service" "$tree/lib/systemd/$folder/${unit##*/}.service"
done
install -D -m 0644 "$here/packaging/sysusers.conf" "$tree/lib/sysusers.d/workshop.conf"
# The examples as they are, for a user's own daemon; below etc/ the same for the system's.
for file in backends.yaml manifest.yaml pipe.yaml personas/timmy/SOUL.md personas/timmy/persona.yaml; do
    install -D -m 0644 "$here/configs/$file" "$tree/share/workshop/configs/$file"
done
install -D -m 0644 "$here/configs/grafana/workshop.json" "$tree/share/workshop/grafana/workshop.json"
install -D -m 0644 "$here/configs/prometheus/alerts.yaml" "$tree/share/workshop/prometheus/alerts.yaml"

# What is linked in, and on which terms it may be given on.
licences() {
    for folder in "$checkouts"/*/; do
        for file in "$folder"LICENSE* "$folder"NOTICE*; do
            [ -f "$file" ] || continue
            printf '\n======== %s: %s\n\n' "$(basename "$folder")" "$(basename "$file")"
            cat "$file"
        done
    done
    local swift
    swift=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")/share/swift/LICENSE.txt
    [ ! -f "$swift" ] || { printf '\n======== Swift and its libraries: LICENSE.txt\n\n'; cat "$swift"; }
}
mkdir -p "$tree/share/doc/workshop"
cp "$here/LICENSE" "$here/LICENSE-Unicode.txt" "$here/CHANGELOG.md" "$tree/share/doc/workshop/"
licences | gzip -9n >"$tree/share/doc/workshop/licences-of-what-is-linked.txt.gz"

# What a system's daemon is configured with: the example, with the places of a system.
etc=$work/etc
cp -r "$tree/share/workshop/configs" "$etc"
sed -i 's|^  # socket: .*|  socket: /run/workshop/workshop.sock\n\nledger: {path: /var/lib/workshop/ledger.db}|' "$etc/backends.yaml"
grep -q '^  socket: /run/workshop/' "$etc/backends.yaml" || die "configs/backends.yaml has no line for the socket any more"
install -m 0600 "$here/packaging/workshop.env" "$etc/workshop.env"

# The archive.
name=workshop-$version-linux-$arch
mkdir "$work/$name"
cp -r "$tree/." "$work/$name/"
mkdir "$work/$name/etc"
cp -r "$etc" "$work/$name/etc/workshop"
mv "$work/$name/share/zsh/vendor-completions" "$work/$name/share/zsh/site-functions"
cp "$here/LICENSE" "$here/docs/install.md" "$work/$name/"
(cd "$work/$name" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum >"$work/sums" && mv "$work/sums" SHA256SUMS)
tar -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu -cf - "$name" \
    | gzip -6n >"$output/$name.tar.gz"

# The Debian package.
root=$work/root
mkdir -p "$root/usr" "$root/etc" "$root/DEBIAN"
cp -r "$tree/." "$root/usr/"
cp -r "$etc" "$root/etc/workshop"
sed -i 's|/usr/local/bin/workshop|/usr/bin/workshop|' "$root"/usr/lib/systemd/*/*.service
# Debian 12 still has these below /lib.
mkdir -p "$root/lib/systemd"
mv "$root/usr/lib/systemd/system" "$root/lib/systemd/system"
doc=$root/usr/share/doc/workshop
rm "$doc/LICENSE" "$doc/LICENSE-Unicode.txt"
gzip -9n "$doc/CHANGELOG.md"
{
    cat "$here/packaging/debian/copyright"
    echo
    sed 's/^$/./; s/^/ /' "$here/LICENSE-Unicode.txt"
} >"$doc/copyright"
maintainer=$(sed -n 's/^Maintainer: //p' "$here/packaging/debian/control")
printf 'workshop (%s) stable; urgency=medium\n\n  * CHANGELOG.md.gz says what is new.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$(date -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
install -D -m 0644 "$here/packaging/debian/lintian-overrides" "$root/usr/share/lintian/overrides/workshop"
(cd "$root" && find etc -type f -printf '/%p\n' | sort) >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 0755 "$here/packaging/debian/$script" "$root/DEBIAN/$script"; done
mkdir -p "$work/shlibs/debian"
printf 'Source: workshop\n\nPackage: workshop\nArchitecture: any\n' >"$work/shlibs/debian/control"
depends=$(cd "$work/shlibs" && dpkg-shlibdeps -O -e"$root/usr/bin/workshop" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || die "dpkg-shlibdeps does not say what $binary needs"
size=$(du -sk --apparent-size "$root/usr" "$root/lib" "$root/etc" | awk '{ sum += $1 } END { print sum }')
sed -e "s|@VERSION@|$version|; s|@ARCHITECTURE@|$architecture|; s|@SIZE@|$size|; s|@SHLIBS@|$depends|" \
    "$here/packaging/debian/control" >"$root/DEBIAN/control"
(cd "$root" && find etc lib usr -type f | sort | xargs md5sum) >"$root/DEBIAN/md5sums"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz -z1 --build "$root" "$output/workshop_${version}_$architecture.deb" >/dev/null

# The wheel. From a copy: setuptools leaves folders beside what it builds.
cp -r "$here/evennia_glue" "$work/evennia_glue"
rm -rf "$work"/evennia_glue/{build,dist} "$work"/evennia_glue/src/*.egg-info
find "$work/evennia_glue" -name __pycache__ -prune -exec rm -rf {} +
isolation=
"$python" -c 'import setuptools, sys; sys.exit(int(setuptools.__version__.split(".")[0]) < 77)' 2>/dev/null &&
    isolation=--no-build-isolation
"$python" -m pip wheel -q --disable-pip-version-check --no-deps $isolation -w "$output" "$work/evennia_glue"

(cd "$output" && sha256sum -- * >"$work/sums" && mv "$work/sums" SHA256SUMS && ls -l)
