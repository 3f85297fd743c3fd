(** The boolean function whose yes is a theorem, as a program. Integers become those of zarith: that its arithmetic
    is that of Coq's [Z] is believed, and so is extraction itself. *)

From Coq Require Import Extraction ExtrOcamlBasic ExtrOcamlZBigInt.
From ConvexLandscape Require Import Checker.

Extraction "accept.ml" accept.
