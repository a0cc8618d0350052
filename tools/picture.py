#!/usr/bin/env python3
"""Draws figures of a report page, or of the page of `prenorm reproduce`, side by side into one PNG for the docs.

usage: tools/picture.py PAGE.html OUT.png [--columns N] [--width PIXELS] FIGURE...

A FIGURE is the start of its name in the page: data-chart or data-heat of <figure>. `--list` prints the names instead.
Needs Chromium.
"""
import argparse
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

LARGEST_BYTES = 300_000


def figures_of(page):
    """Name to HTML, in the order of the page."""
    found = {}
    for figure in re.findall(r"<figure data-.*?</figure>", page, re.S):
        found[re.match(r'<figure data-(?:chart|heat)="([^"]*)"', figure).group(1)] = figure
    return found


def chosen(figures, starts):
    for start in starts:
        names = [name for name in figures if name.startswith(start)]
        if not names:
            sys.exit(f"picture.py: the page has no figure whose name starts with {start}; --list prints them")
        yield figures[names[0]]


def document(page, figures, columns):
    style = re.search(r"<style>.*?</style>", page, re.S).group(0)
    layout = (f"<style>body{{max-width:none;margin:0;padding:12px;display:grid;gap:12px 20px;align-items:start;"
              f"grid-template-columns:repeat({columns},minmax(0,1fr))}}figure{{margin:0}}button,details{{display:none}}"
              f"</style>")
    return (f'<!DOCTYPE html><html lang="en" style="color-scheme:light"><meta charset="utf-8">{style}{layout}'
            f'<body>{"".join(figures)}</body></html>')


def height_of(text, width, profile):
    """The height of the document, which Chromium writes into its title."""
    probe = text.replace("</body>", "<script>document.title=document.documentElement.scrollHeight</script></body>")
    html = pathlib.Path(profile, "probe.html")
    html.write_text(probe)
    dump = chromium(profile, f"--window-size={width},100", "--dump-dom", html)
    return int(re.search(r"<title>(\d+)</title>", dump).group(1))


def chromium(profile, *arguments):
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--force-device-scale-factor=1", f"--user-data-dir={profile}/profile", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def size_of(png):
    if png[:8] != b"\x89PNG\r\n\x1a\n" or zlib.crc32(png[12:29]) != struct.unpack(">I", png[29:33])[0]:
        sys.exit("picture.py: Chromium wrote no PNG")
    return struct.unpack(">II", png[16:24])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("figure", nargs="*")
    parser.add_argument("--columns", type=int, default=2)
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    page = options.page.read_text()
    figures = figures_of(page)
    if options.list or not options.figure:
        print("\n".join(figures))
        return
    text = document(page, list(chosen(figures, options.figure)), options.columns)
    with tempfile.TemporaryDirectory() as profile:
        height = height_of(text, options.width, profile)
        html = pathlib.Path(profile, "picture.html")
        html.write_text(text)
        chromium(profile, f"--window-size={options.width},{height}", f"--screenshot={options.out.absolute()}", html)
    png = options.out.read_bytes()
    width, height = size_of(png)
    print(f"{options.out}: {width} x {height}, {len(png)} bytes")
    if len(png) > LARGEST_BYTES:
        sys.exit(f"picture.py: pictures of the docs have at most {LARGEST_BYTES} bytes")


if __name__ == "__main__":
    main()
