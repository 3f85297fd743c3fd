(** The checker: a boolean function of a problem and a certificate. A certificate is a dual vector, a network, and
    the proof of a bound: a cover of all directions (version 3), or a list of all chambers (version 1). *)

From Coq Require Import Arith Lia Lra Psatz Bool.
From ConvexLandscape Require Export WeakDuality Cover Chambers Basis Objective.
Open Scope R_scope.

Record cover := {
  cover_basis : option (list (list Q)); (* of the span of the rows; coordinates are those of X without one;
                                           where biases are free, one point that is taken off all rows *)
  cover_depth : nat;                    (* of halvings of one interval, at most *)
  cover_digits : nat;                   (* of a slope that is written *)
  cover_plus : bits;                    (* the tree for z *)
  cover_minus : bits                    (* the tree for -z *)
}.

Record chamber := {
  witness : list Q;                 (* a point inside *)
  chamber_plus : list (nat * Q);    (* multipliers of rows, for z *)
  chamber_minus : list (nat * Q)    (* and for -z *)
}.

Inductive evidence := Covered (k : cover) | Listed (l : list chamber).

Record certificate := {
  lower : Q;
  upper : Q;
  dual : list Q;
  trained : rational_network;
  proof : evidence
}.

Definition no_cover : cover :=
  {| cover_basis := None; cover_depth := 0; cover_digits := 0; cover_plus := []; cover_minus := [] |}.

Definition the_cover (c : certificate) : cover := match proof c with Covered k => k | Listed _ => no_cover end.
Definition basis (c : certificate) : option (list (list Q)) := cover_basis (the_cover c).
Definition depth (c : certificate) : nat := cover_depth (the_cover c).
Definition digits (c : certificate) : nat := cover_digits (the_cover c).
Definition plus (c : certificate) : bits := cover_plus (the_cover c).
Definition minus (c : certificate) : bits := cover_minus (the_cover c).

Section Checker.
Variables (p : problem) (c : certificate).

(** ** The problem and the vectors have their shape *)

Definition has_length {A : Type} (n : nat) (l : list A) : bool := Nat.eqb (length l) n.

Definition shapes : bool :=
  Nat.ltb 0 (columns p)
  && forallb (fun r => has_length (columns p) (snd r)) (rows p)
  && has_length (length (samples p)) (dual c)
  && forallb (has_length (columns p)) (hidden_weights (trained c))
  && match the_intercept p with NoIntercept => Qeq_bool (free_offset (trained c)) 0 | _ => true end
  && (free_linear p || match free_slope (trained c) with [] => true | _ => false end)
  && match free_bias p with Some b => Nat.ltb b (columns p) | None => true end.

Definition positive (q : Q) : bool := (0 <? Qnum q)%Z.

Definition numbers : bool :=
  positive (beta p) && positive (1 - kappa p) && forallb (fun s => positive (snd s)) (samples p).

(** ** The dual vector: its domain, what is free *)

Definition label (y : Q) : bool := Qeq_bool (y * y) 1.

(** For a sample with its entry of z: (z, (y, weight)). *)
Definition in_domain_q (t : Q * (Q * Q)) : bool :=
  let '(z, (y, s)) := t in
  match the_loss p with
  | Squared => true
  | L1 => Qle_bool (z * z) (s * s)
  | Huber d => positive d && Qle_bool (z * z) (d * s * (d * s))
  | Hinge => label y && Qle_bool 0 (z * y) && Qle_bool (z * y) s
  | SquaredHinge => label y && Qle_bool 0 (z * y)
  end.

Definition of_dual : Z := common (dual c).

(** ** The landscape, in integers *)

Definition basis_scale : Z := match basis c with None => 1%Z | Some bs => common (concat bs) end.

(** What all values are multiplied by, but for [multiple]. *)
Definition common_scale : Z := (denominator (kappa p) * of_rows p * basis_scale * of_dual)%Z.

(** The least factor for which beta times the scale is an integer. *)
Definition multiple : Z := (denominator (beta p) / Z.gcd common_scale (denominator (beta p)))%Z.

Definition zdual : list Z :=
  let m := multiple in let n := of_dual in map (fun z => m * cleared n z)%Z (dual c).

Definition pairs : list (Z * list Z) :=
  let zs := zdual in let row := zrow p in map (fun r => (nth (fst r) zs 0%Z, row (snd r))) (rows p).

Definition weighted (l : list (Z * list Z)) : list Z :=
  fold_right (fun zx s => zadd (zscale (fst zx) (snd zx)) s) [] l.

Definition gain : Z := (denominator (kappa p) - Qnum (kappa p))%Z.

Definition merged : list Z * list kink :=
  merge (map (fun zx => (gain * fst zx, snd zx)%Z) pairs) (zscale (Qnum (kappa p)) (weighted pairs)) [].

(** What is free in the outputs adds nothing. *)
Definition ignores_what_is_free : bool :=
  match the_intercept p with FreeIntercept => zsum fst pairs =? 0 | _ => true end%Z
  && (negb (free_linear p) || zero (weighted pairs)).

(** ** The value of the dual *)

(** The common denominator of the inverses of the weights. *)
Definition of_inverses : Z := common (map (fun s => Qinv (snd s)) (samples p)).

Definition of_values : Z := common (targets p).

Definition dual_term_z : Q * (Q * Q) -> Z :=
  let n := of_dual in
  let m := of_inverses in
  let v := of_values in
  fun t =>
  let '(q, (y, s)) := t in
  let z := cleared n q in
  let y := cleared v y in
  match the_loss p with
  | L1 | Hinge => 2 * n * m * z * y
  | _ => 2 * n * m * z * y - v * (z * z) * cleared m (Qinv s)
  end%Z.

Definition intercept_term_q : Q :=
  match the_intercept p with
  | DecayedIntercept => let s := fraction (zsum fst pairs) (multiple * of_dual) in s * s / (2 * beta p)
  | _ => 0
  end.

Definition lower_bound : Q :=
  fraction (zsum dual_term_z (combine (dual c) (samples p))) (2 * (of_dual * of_dual) * of_values * of_inverses)
  - intercept_term_q.

(** ** Coordinates *)

Definition zbasis (bs : list (list Q)) : list (list Z) := let m := basis_scale in map (map (cleared m)) bs.

Definition coordinates (bs : list (list Z)) (x : list Z) : list Z := map (fun b => zdot b x) bs.

Definition in_coordinates (bs : list (list Z)) (k : kink) : kink :=
  new_kink (weight k) (coordinates bs (normal k)).

(** A row x in the coordinates (w, b + m'w) of u = (w, b): x - x_b m, times [basis_scale]. *)
Definition about (b : nat) (m x : list Z) : list Z := zadd (zscale basis_scale x) (zscale (- nth b x 0) m)%Z.

Definition kink_about (b : nat) (m : list Z) (k : kink) : kink := new_kink (weight k) (about b m (normal k)).

(** The largest row sum of [abs (B B' - I)], times the square of [basis_scale]. *)
Definition skewness (bs : list (list Z)) : Z :=
  let l := combine (seq 0 (length bs)) bs in
  let square := (basis_scale * basis_scale)%Z in
  fold_right (fun ib m => Z.max m (zsum (fun kb =>
    Z.abs (zdot (snd ib) (snd kb) - if Nat.eqb (fst ib) (fst kb) then square else 0)) l)%Z)
    0%Z l.

(** ** The bound *)

Definition one : Z := (2 ^ 48)%Z.
Definition side : Z := (2 ^ Z.of_nat (depth c))%Z.

(** beta times all scales, times the denominator of beta. *)
Definition radius : Z := (Qnum (beta p) * (common_scale * multiple * scale_of_leaf one side))%Z.

(** The square of the dual norm. *)
Definition dual_square (e : list Z) : Z :=
  match the_penalty p with
  | TwoNorm => zdot e e
  | OneNorm => let m := largest_entry_z e in m * m
  | InfNorm => let m := zsum Z.abs e in m * m
  end%Z.

(** Where a bias is free, nothing may be left of it. *)
Definition short (factor limit : Z) (e : list Z) : bool :=
  match free_bias p with Some b => (nth b e 0 =? 0)%Z | None => true end
  && (dual_square (zwithout (free_bias p) e) * factor <=? limit)%Z.

Definition factor : Z := (denominator (beta p) * denominator (beta p))%Z.
Definition limit : Z := (radius * radius)%Z.

(** The bits of a number below [dimension]. *)
Definition width (dimension : nat) : nat := Nat.log2 (2 * (dimension - 1) + 1).

Definition both_signs (accepted : list Z -> bool) (dimension : nat) (base : list Z) (ks : list kink) : bool :=
  let ks := filter heavy ks in
  covered one side (digits c) (free_bias p) accepted (width dimension) dimension base ks (plus c)
  && covered one side (digits c) (free_bias p) accepted (width dimension) dimension
       (zscale (-1) base) (map negated ks) (minus c).

(** abs(z'phi(Xu)) <= beta norm(u) for all u: in the coordinates of X, about a point, or in those of a basis. *)
Definition cover_bounded : bool :=
  let (base, ks) := merged in
  match basis c with
  | None => both_signs (short factor limit) (columns p) base ks
  | Some bs =>
      let zbs := zbasis bs in
      match free_bias p with
      | Some b =>
          let m := nth 0 zbs [] in
          has_length 1 bs && (nth b m 0 =? 0)%Z
          && both_signs (short factor limit) (columns p) (about b m base) (map (kink_about b m) ks)
      | None =>
          let square := (basis_scale * basis_scale)%Z in
          let skew := skewness zbs in
          match the_penalty p with TwoNorm => true | _ => false end
          && negb (has_length 0 bs)
          && (skew <? square)%Z
          && spanned zbs (base :: map normal ks)
          && both_signs (short (factor * square) (limit * (square - skew))) (length bs)
               (coordinates zbs base) (map (in_coordinates zbs) ks)
      end
  end.

(** ** The bound, chamber by chamber (statement 2.3) *)

(** The gradient of z'phi(Xu) on the chamber of [w]: rows with their entries of z, and the slopes of their sides. *)
Definition gradient (zxs : list (Z * list Z)) (w : list Z) : list Z :=
  fold_right (fun zx s =>
    zadd (zscale (fst zx * if positive_side w (snd zx) then denominator (kappa p) else Qnum (kappa p)) (snd zx)) s)%Z
    [] zxs.

(** What multipliers have to be multiplied by beside [m]. *)
Definition lift : Z := (denominator (kappa p) * of_dual * multiple)%Z.

(** The rows, each on its side and times its multiplier, times [m] and [lift]. *)
Definition pushed (lift : Z) (xs : list (list Z)) (w : list Z) (m : Z) (l : list (nat * Q)) : list Z :=
  fold_right (fun iq s =>
    let x := nth (fst iq) xs [] in
    let a := (lift * cleared m (snd iq))%Z in
    zadd (zscale (if positive_side w x then a else - a)%Z x) s) [] l.

Definition reach : Z := (Qnum (beta p) * (common_scale * multiple))%Z.

(** norm(c + X'S lambda) <= beta, for [sign] times z; a multiplier is positive, and not that of a row of zeros. *)
Definition chamber_holds (factor reach lift : Z) (xs : list (list Z)) (w : list Z) (c : list Z) (sign : Z)
    (l : list (nat * Q)) : bool :=
  let m := common (map snd l) in
  forallb (fun iq => positive (snd iq) && negb (zero (nth (fst iq) xs []))) l
  && short factor (reach * m * (reach * m))%Z (zadd (zscale (sign * m)%Z c) (pushed lift xs w m l)).

(** Points scaled to integers are in the same chambers. *)
Definition zwitness (h : chamber) : list Z := let m := common (witness h) in map (cleared m) (witness h).

Definition list_bounded (l : list chamber) : bool :=
  let zxs := pairs in
  let xs := map snd zxs in
  let holds := chamber_holds factor reach lift xs in
  complete (columns p) (hyperplanes xs) (map zwitness l)
  && forallb (fun h =>
       let w := zwitness h in
       let c := gradient zxs w in
       holds w c 1%Z (chamber_plus h) && holds w c (-1)%Z (chamber_minus h)) l.

Definition bounded : bool := match proof c with Covered _ => cover_bounded | Listed l => list_bounded l end.

Definition accept : bool :=
  shapes && numbers
  && forallb in_domain_q (combine (dual c) (samples p))
  && ignores_what_is_free
  && Qeq_bool (lower c) lower_bound
  && Qeq_bool (upper c) (zobjective p (trained c))
  && bounded.
End Checker.
