#!/usr/bin/env bash
# Runs a command as on an older processor: our kernels, LibTorch and OpenBLAS use the instructions of LEVEL.
# Usage: tools/at_level.sh baseline|x86-64-v3|x86-64-v4 COMMAND [ARGUMENTS]
set -euo pipefail
case ${1:-} in
  baseline) export ATEN_CPU_CAPABILITY=default OPENBLAS_CORETYPE=Nehalem ;;
  x86-64-v3) export ATEN_CPU_CAPABILITY=avx2 OPENBLAS_CORETYPE=Haswell ;;
  x86-64-v4) ;;
  *) echo "at_level.sh: '${1:-}' is none of baseline, x86-64-v3, x86-64-v4" >&2 && exit 2 ;;
esac
export PRENORM_CPU_LEVEL=$1
exec "${@:2}"
