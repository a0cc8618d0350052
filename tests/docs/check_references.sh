#!/usr/bin/env bash
# Checks that every page, section and source file named in a document, comment, help text or message exists.
# Prints file:line for each that does not exist. Usage: check_references.sh ROOT_OF_THE_PROJECT
set -euo pipefail
cd "$1"
shopt -s globstar nullglob
documents=(*.md docs/**/*.md bench/**/*.md tests/**/*.md)
sources=(prenorm/**/*.{h,cpp} cli/**/*.{h,cpp} web/src/*.ts tests/**/*.{h,cpp,py} bench/**/*.{cpp,py} tools/* dev
  examples/*.toml)

# The anchors of a page, as GitHub generates them from headings.
anchors() {
  # shellcheck disable=SC2016  # the backquotes are Markdown's
  sed -n '/^```/,/^```/d; s/^##* //p' "$1" |
    sed 's/`//g; s/\[\([^]]*\)\]([^)]*)/\1/g' | tr '[:upper:]' '[:lower:]' | sed 's/[^[:alnum:]_ -]//g; s/ /-/g'
}
missing=0 checked=0
# expect PLACE NAME PATH [ANCHOR]
expect() {
  checked=$((checked + 1))
  if [[ ! -e $3 ]]; then
    printf '%s: names %s, which does not exist\n' "$1" "$2" && missing=$((missing + 1))
  elif [[ -n ${4:-} ]] && ! anchors "$3" | grep -qxF -- "$4"; then
    printf '%s: names the section #%s, which %s does not have\n' "$1" "$4" "$3" && missing=$((missing + 1))
  fi
}
# The first path that exists, else the first.
first_of() {
  local path
  for path in "$@"; do [[ -e $path ]] && break; done
  [[ -e $path ]] && echo "$path" || echo "$1"
}
# Prints place:name for each match of a pattern.
named() { grep -noHE "$@" | sed -E 's/^([^:]*:[0-9]+):/\1\t/' || true; }

# Links in documents, relative to the document.
while IFS=$'\t' read -r place link; do
  target=${link#\](} && target=${target%)}
  [[ $target =~ ^[a-z]+: ]] && continue
  folder=$(dirname "${place%:*}") path=${target%%#*} anchor=''
  [[ $target == *#* ]] && anchor=${target#*#}
  expect "$place" "$target" "${path:+$folder/}${path:-${place%:*}}" "$anchor"
done < <(named '\]\([^) ]+\)' "${documents[@]}")

# Pages by name, anywhere: docs/NAME.md, or NAME.md in docs or the root; with or without a section.
while IFS=$'\t' read -r place name; do
  path=${name%%#*} anchor=''
  [[ $name == *#* ]] && anchor=${name#*#}
  expect "$place" "$name" "$(first_of "$path" "docs/$path" "$(dirname "${place%:*}")/$path")" "$anchor"
done < <(named '\b([a-z]+/)*[A-Za-z0-9-]+\.md\b(#[a-z0-9-]+)?' "${sources[@]}")

# Source files by a path with a folder in it, in the root or in prenorm/, tests/ or cli/; in sources, only in comments.
while IFS=$'\t' read -r place name; do
  [[ $name =~ ^(ATen|torch|google|openai|tensorflow)/ ]] && continue
  beside=$(dirname "${place%:*}")/$name
  expect "$place" "$name" "$(first_of "$name" "prenorm/$name" "tests/$name" "cli/$name" "$beside")"
done < <(named '\b[A-Za-z_]+/[A-Za-z_/]+\.(h|cpp|py|sh|toml)\b' docs/**/*.md README.md CONTRIBUTING.md
  grep -noHP '//.*?\K(?<![A-Za-z_/."])[A-Za-z_]+(/[A-Za-z_]+)+\.(h|cpp|py|sh)\b' "${sources[@]}" |
    sed -E 's/^([^:]*:[0-9]+):/\1\t/')

printf '%d references, %d of them to what does not exist\n' "$checked" "$missing"
((missing == 0 && checked > 100))
