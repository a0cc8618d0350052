#!/usr/bin/env bash
# Checks includes against the table of modules in docs/architecture.md. A module may include modules of its own layer
# and of lower ones, without cycles. Modules of the library without tensors include only each other and no LibTorch.
# Prints file:line for each offence and fails. Usage: tools/check_layers.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

# "LAYER MODULE", one per line, from rows such as | 2 | `ops/`, `io/` | ... |
layers=$(sed -n 's/^| \([0-9][0-9]*\) | \(`[^|]*\) |.*/\1 \2/p' docs/architecture.md |
  awk '{ layer = $1; while (match($0, /`[a-z]+\/`/)) { print layer, substr($0, RSTART + 1, RLENGTH - 3); $0 = substr($0, RSTART + RLENGTH) } }')
core="corpora $(sed -n 's/^set(core_modules \(.*\))$/\1/p' prenorm/CMakeLists.txt)"
[[ -n $layers ]] || { echo "docs/architecture.md: no table of modules to read the layers from"; exit 1; }
[[ $core != "corpora " ]] || { echo "prenorm/CMakeLists.txt: no line set(core_modules ...) to read the modules from"; exit 1; }

status=0
while read -r _ module; do
  [[ -d $module || -d prenorm/$module ]] || { echo "docs/architecture.md: there is no module $module"; status=1; }
done <<<"$layers"
offences=$(
  grep -rnE --include='*.h' --include='*.cpp' --include='*.cu' \
    '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<](prenorm/[^/">]+/|cli/|corpora/|torch/|ATen/|c10/)' \
    prenorm cli corpora |
    awk -v layers="$layers" -v core="$core" '
      BEGIN {
        lines = split(layers, line, "\n")
        for (i = 1; i <= lines; ++i) { split(line[i], row, " "); layer[row[2]] = row[1] + 0 }
        n = split(core, modules, " "); for (k = 1; k <= n; ++k) is_core[modules[k]] = 1
      }
      function module_of(path, part) { split(path, part, "/"); return part[1] == "prenorm" ? part[2] : part[1] }
      {
        split($0, field, ":"); place = field[1] ":" field[2]
        from = module_of(field[1]); included = $0; gsub(/^[^"<]*["<]|[">].*$/, "", included); to = module_of(included)
        if (to ~ /^(torch|ATen|c10)$/) {
          if (from in is_core) print place ": module " from " is built without LibTorch but includes " included
        } else if (!(from in layer) || !(to in layer)) {
          print place ": module " (from in layer ? to : from) " has no layer yet; give it one in docs/architecture.md"
        } else if (layer[to] > layer[from]) {
          print place ": module " from " includes " included " of a layer above it"
        } else if ((from in is_core) && !(to in is_core)) {
          print place ": module " from " is built without tensors but includes " included
        }
        if (from != to) edges[from " " to] = 1
      }
      # Cycles are possible only within a layer; tsort finds them.
      END { for (e in edges) print e | "tsort 2>&1 >/dev/null | sed \"s/^tsort: -: /modules in a circle: /; s/^tsort: /  /\"" }'
)
[[ -z $offences ]] || { printf '%s\n' "$offences"; status=1; }
exit "$status"
