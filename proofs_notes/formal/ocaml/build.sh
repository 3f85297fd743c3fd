#!/usr/bin/env bash
# build.sh [PROGRAM]: the second checker, from Coq's sources to a program. Needs coqc, ocamlfind and zarith
# (Debian: apt-get install coq ocaml-nox ocaml-findlib libzarith-ocaml-dev).
# WHOLE names a folder with Whole.vo, all sources compiled as one text, if there is one: then they are not compiled.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath -m "${1:-accept}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/*.ml "$here"/Extract.v "$work"
cd "$work"
if [ -n "${WHOLE:-}" ]; then
    # There each file is a module, and so it is in what is extracted.
    sed -i 's/Require Import Checker\./Require Import Whole. Import Checker./' Extract.v
    coqc -q -Q "$WHOLE" ConvexLandscape Extract.v
    printf 'include Definitions\ninclude Checker\n' >>accept.ml
else
    mkdir proof
    cp "$here"/../*.v proof
    while read -r file; do (cd proof && coqc -q -Q . ConvexLandscape "$file"); done < <(grep '\.v$' "$here/../_CoqProject")
    coqc -q -Q proof ConvexLandscape Extract.v
fi
rm accept.mli # it would hide nothing that matters
# What extraction writes has unused names; what is written by hand has warnings of its own.
ocamlfind ocamlopt -w -a -package zarith -c accept.ml
ocamlfind ocamlopt -w +a-4-9-40-41-42-44-45-70 -package zarith -linkpkg \
    refusal.ml json.ml sha256.ml accept.cmx reading.ml main.ml -o "$program"
