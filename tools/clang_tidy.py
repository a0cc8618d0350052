#!/usr/bin/env python3
"""Runs clang-tidy on sources in the groups in which they are compiled.

usage: tools/clang_tidy.py BUILD_DIRECTORY SOURCE...

Sources that share a group share the time for reading LibTorch, which is most of it. A group is a source of CMake that
includes others, and the static analyzer passes over what is included. So the sources of each group are copied into one
file, and findings are reported where the sources have them. Ends with 1 if there are any.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Clang cannot compile LibTorch 1.13 as C++20 with libstdc++, whose constexpr std::vector<c10::IValue> needs a type that
# is still incomplete. libc++ 14 lacks what other sources need. The check that is left out takes longer on LibTorch's
# headers than all others together.
WITH_LIBTORCH = ["--extra-arg=-stdlib=libc++"]
CHECKS_WITH_LIBTORCH = ["-performance-unnecessary-value-param"]
# A group sees a using declaration of one source in the next.
CHECKS_OF_GROUPS = ["-misc-unused-using-decls"]
# Nobody waits for a string that a test builds slowly, shapes of tests are small, and writers that a test kills leak on
# purpose.
CHECKS_OF_TESTS = ["-performance-*", "-bugprone-implicit-widening-of-multiplication-result",
                   "-clang-analyzer-cplusplus.NewDeleteLeaks"]


class Unit:
    """A source of the build, or a group that CMake wrote; `sources` are ours, relative to the root."""

    def __init__(self, entry):
        self.entry = entry
        unit = pathlib.Path(entry["file"])
        included = re.findall(r'^#include "(.*)"', unit.read_text(), re.M) if "/Unity/" in entry["file"] else [unit]
        self.sources = [os.path.relpath(source, ROOT) for source in included]

    def options(self):
        uses_libtorch = re.search(r"-isystem \S*torch", self.entry["command"])
        checks = (CHECKS_WITH_LIBTORCH if uses_libtorch else []) + (CHECKS_OF_GROUPS if len(self.sources) > 1 else [])
        if self.sources[0].startswith("tests/"):
            checks += CHECKS_OF_TESTS
        return (WITH_LIBTORCH if uses_libtorch else []) + ([f"--checks={','.join(checks)}"] if checks else [])

    def flatten(self, path):
        """Copies the sources into one file and returns the entry that compiles it, and which line is whose."""
        text, owners = [], [None]
        for source in self.sources:
            lines = (ROOT / source).read_text().splitlines()
            text += lines
            owners += [(source, number) for number in range(1, len(lines) + 1)]
        path.write_text("\n".join(text) + "\n")
        # Sources include what is beside them by its name alone.
        beside = "".join(f" -I{folder}" for folder in sorted({(ROOT / s).parent for s in self.sources}))
        command = self.entry["command"].replace(self.entry["file"], str(path)) + beside
        return {**self.entry, "file": str(path), "command": command}, owners


def units_of(database, wanted):
    for entry in json.loads((database / "compile_commands.json").read_text()):
        unit = Unit(entry)
        if wanted.intersection(unit.sources):
            yield unit


def findings(output, path, owners):
    """The output without counts of suppressed warnings, with lines of `path` named by the sources they come from."""
    def source_of(match):
        source, line = owners[int(match.group(1))]
        return f"{source}:{line}:"
    output = re.sub(rf"^{re.escape(str(path))}:(\d+):", source_of, output, flags=re.M)
    return "".join(line + "\n" for line in output.splitlines() if not re.fullmatch(r"\d+ warnings? generated\.", line))


def run(unit, directory, path, owners):
    command = ["clang-tidy", "--quiet", "-p", str(directory), *unit.options(), str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, findings(done.stdout + done.stderr, path, owners)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    directory = build / "lint"
    directory.mkdir(exist_ok=True)
    units = list(units_of(build, {os.path.relpath(source, ROOT) for source in sys.argv[2:]}))
    entries, jobs = [], []
    for number, unit in enumerate(units):
        path = directory / f"unit_{number}.cpp"
        entry, owners = unit.flatten(path)
        entries.append(entry)
        jobs.append((unit, path, owners))
    (directory / "compile_commands.json").write_text(json.dumps(entries))
    status = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("PRENORM_JOBS", os.cpu_count()))) as pool:
        started = [pool.submit(run, unit, directory, path, owners) for unit, path, owners in jobs]
        for number, done in enumerate(concurrent.futures.as_completed(started), 1):
            code, text = done.result()
            status |= code != 0
            print(text, end="", flush=True)
            print(f"clang-tidy: {number} of {len(started)} groups", file=sys.stderr, flush=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
