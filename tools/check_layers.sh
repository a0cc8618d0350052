#!/usr/bin/env bash
# Checks what includes what: a room of prenorm/ includes rooms of its own floor and below, never one above, never in a
# circle; rooms of the library without tensors include only each other, and no LibTorch.
# Prints file:line for each offence and fails. Usage: tools/check_layers.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

# From the ground up; rooms on one line share a floor.
floors="base
config
ops io metrics text data corpora optim
nn
models
decoding
training
tasks huggingface
lab report
pages demo
cli"
core=$(sed -n 's/^set(core_rooms \(.*\))$/\1/p' prenorm/CMakeLists.txt)
[[ -n $core ]] || { echo "prenorm/CMakeLists.txt: no line set(core_rooms ...) to read the rooms from"; exit 1; }

for room in $floors; do
  [[ -d $room || -d prenorm/$room ]] || { echo "tools/check_layers.sh: there is no room $room"; exit 1; }
done
offences=$(
  grep -rnE --include='*.h' --include='*.cpp' --include='*.cu' \
    '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<](prenorm/[^/">]+/|cli/|torch/|ATen/|c10/)' prenorm cli |
    awk -v floors="$floors" -v core="$core" '
      BEGIN {
        lines = split(floors, line, "\n")
        for (i = 1; i <= lines; ++i) { n = split(line[i], rooms, " "); for (k = 1; k <= n; ++k) floor[rooms[k]] = i }
        n = split(core, rooms, " "); for (k = 1; k <= n; ++k) is_core[rooms[k]] = 1
      }
      function room_of(path, part) { split(path, part, "/"); return part[1] == "prenorm" ? part[2] : part[1] }
      {
        split($0, field, ":"); place = field[1] ":" field[2]
        from = room_of(field[1]); included = $0; gsub(/^[^"<]*["<]|[">].*$/, "", included); to = room_of(included)
        if (to ~ /^(torch|ATen|c10)$/) {
          if (from in is_core) print place ": room " from " is built without LibTorch but includes " included
        } else if (!(from in floor) || !(to in floor)) {
          print place ": room " (from in floor ? to : from) " has no floor yet; give it one in tools/check_layers.sh"
        } else if (floor[to] > floor[from]) {
          print place ": room " from " includes " included " from a floor above it"
        } else if ((from in is_core) && !(to in is_core)) {
          print place ": room " from " is built without tensors but includes " included
        }
        if (from != to) edges[from " " to] = 1
      }
      # Circles can only run within a floor; tsort finds them.
      END { for (e in edges) print e | "tsort 2>&1 >/dev/null | sed \"s/^tsort: -: /rooms in a circle: /; s/^tsort: /  /\"" }'
)
[[ -z $offences ]] || { printf '%s\n' "$offences"; exit 1; }
