(** The bits that a string of base64 spells, as certificates write them. Nothing rests on this: whatever bits
    there are, what the checker accepts is true. *)

From Coq Require Export Ascii String.
From Coq Require Import Arith NArith List Bool.
From ConvexLandscape Require Import Leaves.
Import ListNotations.

(** The value of a digit; None for the padding at the end, and for what is no digit. *)
Definition sextet (a : ascii) : option N :=
  let n := N_of_ascii a in
  if (65 <=? n)%N && (n <=? 90)%N then Some (n - 65)%N
  else if (97 <=? n)%N && (n <=? 122)%N then Some (n - 71)%N
  else if (48 <=? n)%N && (n <=? 57)%N then Some (n + 4)%N
  else if (n =? 43)%N then Some 62%N
  else if (n =? 47)%N then Some 63%N
  else None.

Definition six_bits (n : N) : bits :=
  [N.testbit n 5; N.testbit n 4; N.testbit n 3; N.testbit n 2; N.testbit n 1; N.testbit n 0].

Fixpoint digits_of (s : string) : bits :=
  match s with
  | EmptyString => []
  | String a s' => match sextet a with Some n => six_bits n ++ digits_of s' | None => [] end
  end.

(** Whole bytes only: the last digit may have bits to spare. *)
Definition base64 (s : string) : bits :=
  let b := digits_of s in firstn (8 * (length b / 8)) b.
