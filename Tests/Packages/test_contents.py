"""What is in the packages, looked at where they lie."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
DIST = Path(os.environ.get("WORKSHOP_DIST", TOP / "dist"))
SUBCOMMAND = re.compile(r"^  ([a-z-]+)( |$)", re.MULTILINE)


def only(pattern: str) -> Path:
    """The one package of that name."""
    found = sorted(DIST.glob(pattern))
    if len(found) != 1:
        raise AssertionError(f"{DIST}/{pattern} is {found}; run: make dist")
    return found[0]


def run(*command: str | Path, **options: str | dict[str, str]) -> str:
    """What a command prints; it has to end well."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def subcommands(binary: Path, *path: str) -> list[str]:
    """The names that `--help` has, of the program or of one of its commands."""
    told = run(binary, *path, "--help").partition("SUBCOMMANDS:\n")[2]
    return [name for name, _ in SUBCOMMAND.findall(told) if name != "help"]


class Contents(unittest.TestCase):
    """The archive and the package, unpacked beside each other."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        with tarfile.open(only("workshop-*-linux-*.tar.gz")) as archive:
            cls.members = archive.getmembers()
            archive.extractall(cls.folder, filter="data")
        cls.archive = next(cls.folder.iterdir())
        cls.package = cls.folder / "package"
        run("dpkg-deb", "--raw-extract", only("workshop_*.deb"), cls.package)
        cls.binary = cls.archive / "bin/workshop"


class FilesTest(Contents):
    """What lies where, whose it is, and that the packages agree."""

    def test_version(self) -> None:
        """All packages are of the version that the program prints."""
        version = run(self.binary, "--version").split()[1]
        control = run("dpkg-deb", "--field", only("workshop_*.deb"), "Version").strip()
        self.assertEqual(control, version)
        self.assertTrue(only("workshop-*-linux-*.tar.gz").name.startswith(f"workshop-{version}-"))
        self.assertTrue(only("*.whl").name.startswith(f"evennia_glue-{version}-"))

    def test_sums(self) -> None:
        """The sums are those of the files, and no file has none."""
        for folder in (DIST, self.archive):
            told = dict(
                reversed(line.split(maxsplit=1))
                for line in (folder / "SHA256SUMS").read_text().splitlines()
            )
            files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
            self.assertEqual(set(told), files - {"SHA256SUMS"})
            for name, digest in told.items():
                self.assertEqual(hashlib.sha256((folder / name).read_bytes()).hexdigest(), digest)

    def test_same(self) -> None:
        """What is in both is the same; units differ by the place of the program alone."""
        units = "lib/systemd/system"
        for ours in self.archive.rglob("*"):
            path = str(ours.relative_to(self.archive)).replace(
                "site-functions", "vendor-completions"
            )
            if not ours.is_file() or path.startswith("share/doc/") or "/" not in path:
                continue
            place = path if path.startswith(("etc/", units)) else f"usr/{path}"
            want = ours.read_bytes()
            if path.endswith(".service"):
                want = want.replace(b"/usr/local/bin/workshop", b"/usr/bin/workshop")
            self.assertEqual((self.package / place).read_bytes(), want, path)

    def test_owners(self) -> None:
        """Everything is root's, nobody else may write, and the keys are for root's eyes."""
        for member in self.members:
            self.assertEqual((member.uid, member.gid), (0, 0), member.name)
            self.assertFalse(member.mode & 0o022, member.name)
        told = run("dpkg-deb", "--contents", only("workshop_*.deb")).splitlines()
        for line in told:
            rights, owner = line.split()[:2]
            self.assertEqual(owner, "root/root", line)
            self.assertNotEqual(rights[5], "w", line)
            self.assertNotEqual(rights[8], "w", line)
        self.assertEqual(
            [line[:10] for line in told if line.endswith("workshop.env")], ["-rw-------"]
        )

    def test_conffiles(self) -> None:
        """What an owner edits is a conffile, all of it and nothing else."""
        told = (self.package / "DEBIAN/conffiles").read_text().split()
        etc = self.package / "etc"
        found = {f"/{file.relative_to(self.package)}" for file in etc.rglob("*") if file.is_file()}
        self.assertEqual(set(told), found)

    def test_linked(self) -> None:
        """The program brings Swift's libraries, and looks for none in a folder of its builder's."""
        dynamic = run("readelf", "--dynamic", "--wide", self.binary)
        self.assertNotIn("swift", dynamic.lower())
        self.assertNotRegex(dynamic, "R(UN)?PATH")
        self.assertNotIn("debug_info", run("readelf", "--sections", "--wide", self.binary))

    def test_configuration(self) -> None:
        """The system's configuration is the example but for the two places of a system."""
        example = (self.archive / "share/workshop/configs/backends.yaml").read_text().splitlines()
        ours = (self.archive / "etc/workshop/backends.yaml").read_text().splitlines()
        self.assertEqual(
            [line for line in ours if line not in example],
            [
                "  socket: /run/workshop/workshop.sock",
                "ledger: {path: /var/lib/workshop/ledger.db}",
            ],
        )
        told = run(self.binary, "check", self.archive / "etc/workshop/backends.yaml")
        self.assertIn("/run/workshop/workshop.sock", told)

    @unittest.skipUnless(shutil.which("lintian"), "there is no lintian")
    def test_lintian(self) -> None:
        """Debian's own check finds no error, and nothing that it warns of."""
        told = run(
            "lintian", "--allow-root", "--profile", "debian", "--fail-on", "error,warning",
            only("workshop_*.deb"),
        )  # fmt: skip
        self.assertNotRegex(told, "(?m)^[EW]:")


class UnitsTest(Contents):
    """What each unit of the system may do."""

    def test_exposure(self) -> None:
        """No unit is more open than docs/install.md says."""
        text = (TOP / "docs/install.md").read_text()
        bounds = dict(re.findall(r"^\| `(workshop[a-z-]*)` \| ([0-9.]+) \|", text, re.MULTILINE))
        units = {file.stem: file for file in (TOP / "configs/systemd").glob("*.service")}
        self.assertEqual(set(bounds), set(units))
        for name, file in units.items():
            with self.subTest(name):
                told = run("systemd-analyze", "security", "--offline=true", "--no-pager", file)
                exposure = re.search(r"exposure level for \S+: ([0-9.]+)", told)
                self.assertIsNotNone(exposure, told)
                self.assertLessEqual(float(exposure[1]), float(bounds[name]))


class ManualTest(Contents):
    """The manual page."""

    @unittest.skipUnless(shutil.which("man"), "there is no man")
    def test_renders(self) -> None:
        """It renders without a warning, and tells of every command and option."""
        page = self.archive / "share/man/man1/workshop.1.gz"
        environment = os.environ | {"LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MANROFFOPT": "-ww"}
        done = subprocess.run(
            ["man", "--warnings", "--local-file", page],
            capture_output=True, text=True, timeout=60, check=True, env=environment,
        )  # fmt: skip
        self.assertEqual(done.stderr, "")
        names = subcommands(self.binary)
        self.assertIn("serve", names)
        for name in names:
            self.assertRegex(done.stdout, rf"(?m)^   workshop {name}$")
            for below in subcommands(self.binary, name):
                self.assertRegex(done.stdout, rf"(?m)^   workshop {name} {below}$")
        for option in re.findall(r"--[a-z-]+", run(self.binary, "think", "--help")):
            self.assertIn(option, done.stdout)


class CompletionsTest(Contents):
    """The completions, each in its shell."""

    def setUp(self) -> None:
        self.environment = os.environ | {"PATH": f"{self.binary.parent}:{os.environ['PATH']}"}

    def bash(self, *words: str) -> list[str]:
        """What bash offers for the last of the words."""
        file = self.archive / "share/bash-completion/completions/workshop"
        script = """
            source "$1"; shift
            [[ "$(complete -p workshop)" == *"-F _workshop workshop" ]]
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
            _workshop workshop "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        command = ["bash", "--norc", "--noprofile", "-c", script, "bash", file, "workshop", *words]
        return run(*command, env=self.environment, cwd=str(self.archive)).split()

    def test_bash(self) -> None:
        """bash completes every command, those below one, options, and files behind them."""
        for name in subcommands(self.binary):
            self.assertIn(name, self.bash(name[:-1]))
        self.assertEqual(self.bash("backends", "dis"), ["disable"])
        self.assertEqual(self.bash("serve", "--so"), ["--socket"])
        self.assertEqual(self.bash("serve", "--config", "inst"), ["install.md"])
        self.assertEqual(self.bash("nothing-of-that-name", "x"), [])

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh(self) -> None:
        """zsh finds it for the command."""
        folder = self.archive / "share/zsh/site-functions"
        script = """
            fpath=("$1" $fpath)
            autoload -Uz compinit
            compinit -u -D
            print $_comps[workshop]
            autoload +X _workshop
        """
        command = ["zsh", "-f", "-c", script, "zsh", folder]
        self.assertEqual(run(*command, env=self.environment).strip(), "_workshop")

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_fish(self) -> None:
        """fish completes commands and options."""
        file = self.archive / "share/fish/vendor_completions.d/workshop.fish"
        script = "source $argv[1]; complete -C 'workshop aud'; complete -C 'workshop serve --so'"
        told = run("fish", "--no-config", "-c", script, file, env=self.environment)
        self.assertEqual([line.split("\t")[0] for line in told.splitlines()], ["audit", "--socket"])
