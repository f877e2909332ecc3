#!/usr/bin/env bash
# Installs the dumb pipe, `workshop pipe`, as a service of this machine. docs/pipe.md says what a pipe is.
#
# It downloads nothing and asks nothing: it copies a binary that you have built, a configuration and a unit, and tells
# systemd. Each step is told before it is done; a second run changes only what is not so yet. What you have edited is never
# overwritten: a newer file is put beside it as FILE.new.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: scripts/install-pipe.sh [options]              install, or bring up to date
       scripts/install-pipe.sh --uninstall [options]  remove what was installed; your configuration stays
       scripts/install-pipe.sh --uninstall --purge    the configuration and the token, too

  --binary FILE    the program to install (.build/release/workshop)
  --prefix DIR     where the program goes: DIR/bin/workshop (/usr/local)
  --root DIR       put everything under DIR, and do not touch systemd: for packages and tests
  --open ADDRESS   listen there, such as 100.64.0.7:8001, with a token that is made for you
  --no-start       install, and start nothing
  --dry-run        tell every step, do none
  --help           this
USAGE
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=$here/.build/release/workshop
prefix=/usr/local
root=
open=
start=1
dry=
uninstall=
purge=

die() {
    echo "install-pipe: $1" >&2
    exit "${2:-1}"
}

value() { [ $# -ge 2 ] && [ -n "$2" ] || die "$1 needs a value; --help lists the options" 64; }

while [ $# -gt 0 ]; do
    case $1 in
        --binary) value "$@"; binary=$2; shift ;;
        --prefix) value "$@"; prefix=$2; shift ;;
        --root) value "$@"; root=$2; shift ;;
        --open) value "$@"; open=$2; shift ;;
        --no-start) start= ;;
        --dry-run) dry=1 ;;
        --uninstall) uninstall=1 ;;
        --purge) purge=1 ;;
        --help) usage; exit 0 ;;
        *) die "there is no option $1; --help lists them" 64 ;;
    esac
    shift
done
case $prefix in /*) ;; *) die "--prefix must be an absolute path" 64 ;; esac
case $prefix$root in *[[:space:]\|\&\\%]*) die "a path with spaces, |, &, % or backslashes is not supported" 64 ;; esac
[ -z "$purge" ] || [ -n "$uninstall" ] || die "--purge goes with --uninstall" 64
[ -z "$open" ] || [[ $open =~ ^(\[[0-9a-fA-F:]+\]|[0-9A-Za-z.-]+):[0-9]+$ ]] || die "--open wants ADDRESS:PORT, such as 100.64.0.7:8001" 64

root=${root%/}
target=$root$prefix/bin/workshop
etc=$root/etc/workshop
config=$etc/pipe.yaml
token=$etc/pipe.env
unit=$root/etc/systemd/system/workshop-pipe.service
# With a root of its own the machine's systemd is none of our business.
systemd=
[ -n "$root" ] || ! command -v systemctl >/dev/null || systemd=1

# Tells a step, then does it.
step() {
    local why=$1
    shift
    echo "- $why"
    echo "    $*"
    [ -n "$dry" ] || "$@"
}

# A file with this content and these rights; the content comes from a function. Nothing is done when it is so already.
write() {
    local why=$1 path=$2 mode=$3
    shift 3
    local new
    new=$("$@")
    if [ -e "$path" ] && [ "$(cat "$path" 2>/dev/null)" = "$new" ]; then
        echo "- $why: $path is as it should be"
        return
    fi
    echo "- $why"
    echo "    write $path, mode $mode"
    [ -n "$dry" ] && return
    mkdir -p "$(dirname "$path")"
    # Beside it first: nobody ever sees half a file, or one with other rights.
    (umask 077 && printf '%s\n' "$new" >"$path.tmp")
    chmod "$mode" "$path.tmp"
    mv "$path.tmp" "$path"
}

remove() {
    local path
    for path in "$@"; do
        if [ -e "$path" ]; then step "Remove $path." rm -f "$path"; else echo "- $path is not there"; fi
    done
}

if [ -z "$dry" ] && [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
    die "it writes to $prefix and /etc: run it as root, or look first with --dry-run"
fi

if [ -n "$uninstall" ]; then
    if [ -n "$systemd" ] && [ -e "$unit" ]; then
        step "Stop the service, and do not start it at boot." systemctl disable --now workshop-pipe.service
    fi
    remove "$unit"
    [ -z "$systemd" ] || step "Let systemd forget the unit." systemctl daemon-reload
    # The sidecar and the bridge use the same program; only what this script has put there goes.
    if [ -e "$target" ] && [ ! -e "$target.by-install-pipe" ]; then
        echo "- $target was not put there by this script, and stays"
    else
        remove "$target" "$target.by-install-pipe"
    fi
    if [ -n "$purge" ]; then
        remove "$config" "$config.new" "$token"
        if [ -d "$etc" ] && [ -z "$dry" ]; then rmdir --ignore-fail-on-non-empty "$etc"; fi
    else
        echo "- $etc stays; --purge removes its pipe.yaml and pipe.env, too"
    fi
    exit 0
fi

[ -x "$binary" ] || die "there is no program $binary; build it (make release), or name it with --binary"
"$binary" pipe --help >/dev/null 2>&1 || die "$binary has no command 'pipe'"

if [ -e "$target" ] && cmp -s "$binary" "$target"; then
    echo "- The program: $target is this one already"
else
    [ -e "$target" ] || mark=1
    step "Make the folder of the program." mkdir -p "$(dirname "$target")"
    # Beside it first, then renamed: a pipe that runs goes on with the old one.
    step "Copy the program." install -m 0755 "$binary" "$target.tmp"
    step "Put it in its place." mv "$target.tmp" "$target"
    [ -z "${mark:-}" ] || step "Note that it is ours to remove." touch "$target.by-install-pipe"
fi

make_config() {
    if [ -n "$open" ]; then
        sed "s|^  listen: .*|  listen: \"$open\"|" "$here/configs/pipe.yaml"
    else
        cat "$here/configs/pipe.yaml"
    fi
}
if [ ! -e "$config" ]; then
    write "The configuration" "$config" 0644 make_config
elif [ "$(cat "$config")" = "$(make_config)" ]; then
    echo "- The configuration: $config is as it should be"
else
    write "The configuration is yours and stays; the one of this version is put beside it" "$config.new" 0644 make_config
fi

make_token() {
    local bytes
    bytes=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf 'WORKSHOP_PIPE_TOKEN=%s\n' "$bytes"
}
if [ -n "$open" ] && [ ! -e "$token" ]; then
    write "A token, for systemd to give to the pipe; only root can read it" "$token" 0600 make_token
elif [ -e "$token" ]; then
    echo "- The token: $token is there"
fi

make_unit() { sed "s|/usr/local/bin/workshop|$prefix/bin/workshop|" "$here/configs/systemd/workshop-pipe.service"; }
write "The unit: a user of its own, nothing that it may write to" "$unit" 0644 make_unit

# The token as the pipe will see it; on no command line.
check() {
    if [ -r "$token" ]; then
        WORKSHOP_PIPE_TOKEN=$(sed -n 's/^WORKSHOP_PIPE_TOKEN=//p' "$token") "$target" pipe --config "$config" --check
    else
        "$target" pipe --config "$config" --check
    fi
}
step "Check the configuration." check

if [ -n "$systemd" ]; then
    step "Let systemd read the unit." systemctl daemon-reload
    if [ -n "$start" ]; then
        step "Start it at boot." systemctl enable workshop-pipe.service
        step "Start it now, with what is new." systemctl restart workshop-pipe.service
    fi
elif [ -z "$root" ]; then
    echo "- There is no systemd here; start it by hand: $target pipe --config $config"
fi
[ -z "$open" ] || echo "Give the bridge the token in $token: BACKEND_TALOS_API_KEY, with BACKEND_TALOS_HOST and BACKEND_TALOS_PORT for $open."
echo "Done. To undo it: scripts/install-pipe.sh --uninstall"
