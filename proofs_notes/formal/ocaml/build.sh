#!/usr/bin/env bash
# build.sh [PROGRAM]: the second checker, from Coq's sources to a program. Needs coqc, ocamlfind and zarith
# (Debian: apt-get install coq ocaml-nox libzarith-ocaml-dev). COMPILED names a folder of compiled sources, if any.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath -m "${1:-accept}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/*.ml "$here"/Extract.v "$work"
cd "$work"
compiled=${COMPILED:-$work/proof}
if [ -z "${COMPILED:-}" ]; then
    mkdir proof
    cp "$here"/../*.v proof
    while read -r file; do (cd proof && coqc -q -Q . ConvexLandscape "$file"); done < <(grep '\.v$' "$here/../_CoqProject")
fi
coqc -q -Q "$compiled" ConvexLandscape Extract.v
# What extraction writes has unused names; what is written by hand has warnings of its own.
ocamlfind ocamlopt -w -a -package zarith -c accept.mli accept.ml
ocamlfind ocamlopt -w +a-4-9-40-41-42-44-45-70 -package zarith -linkpkg \
    refusal.ml json.ml sha256.ml accept.cmx reading.ml main.ml -o "$program"
