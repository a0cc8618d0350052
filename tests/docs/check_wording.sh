#!/usr/bin/env bash
# Comments, pages and help texts avoid phrases that readers stumble over (CONTRIBUTING.md says how to write instead).
# Prints file:line for each. Usage: check_wording.sh ROOT_OF_THE_PROJECT
set -euo pipefail
cd "$1"
shopt -s globstar nullglob
pages=(README.md docs/**/*.md)
sources=({prenorm,cli,corpora,tests}/**/*.{h,cpp} bench/**/*.cpp web/src/*.ts)
found=0
# refuse PATTERN ADVICE FILE...
refuse() {
  local pattern=$1 advice=$2
  shift 2
  if grep -nHPi -- "$pattern" "$@"; then
    printf '  -> %s\n' "$advice"
    found=$((found + 1))
  fi
}
told='(?<!un)\b(is|are|be) told\b' goes_on='\b(goes|go|going|gone) on (with|until|where|from|as)\b'
refuse "//.*$told" 'say: reported, detected, distinguished' "${sources[@]}"
refuse "//.*$goes_on" 'say: continues, is resumed' "${sources[@]}"
refuse '// (?-i:Of|Those of|That of) [^,;:]*\.$' 'a comment is a sentence or names what follows' "${sources[@]}"
refuse '//.*\b(where that is not|as the task has it|from nothing)\b' \
  'say: if not, according to the task, from scratch' "${sources[@]}"
# Modules and layers only: room for N tokens and floor() are fine.
rooms='\b(rooms|(this|that|each|every|which|other|lower|upper) (room|floor)|storeys?|upstairs|downstairs)\b'
refuse "//.*$rooms" 'say: modules, layers' "${sources[@]}"
refuse "$rooms" 'say: modules, layers' "${pages[@]}"
refuse "$told|$goes_on" 'say: reported, detected; continues, is resumed' "${pages[@]}"
refuse '\b(from nothing|as the task has it)\b' 'say: from scratch, according to the task' "${pages[@]}"
printf '%d files, %d phrases to reword\n' $((${#pages[@]} + ${#sources[@]})) "$found"
((found == 0 && ${#sources[@]} > 100))
