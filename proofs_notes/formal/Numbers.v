(** From the rationals of a file to integers: common denominators, and what is left of them. *)

From Coq Require Import Lia Lra Field.
From ConvexLandscape Require Export Definitions Cones.
Open Scope R_scope.

Definition denominator (q : Q) : Z := Zpos (Qden q).

(** The least common denominator. *)
Definition common (l : list Q) : Z := fold_right (fun q m => Z.lcm (denominator q) m) 1%Z l.

Definition cleared (m : Z) (q : Q) : Z := (Qnum q * (m / denominator q))%Z.

Definition clears (m : Z) (q : Q) : Prop := (0 < m)%Z /\ (denominator q | m)%Z.

Lemma common_positive l : (0 < common l)%Z.
Proof.
  induction l as [|q l IH]; simpl; [lia|].
  assert (H := Z.lcm_nonneg (denominator q) (common l)).
  assert (Z.lcm (denominator q) (common l) <> 0)%Z; [|lia].
  intros E. apply Z.lcm_eq_0 in E. unfold denominator in E. destruct E; [discriminate|lia].
Qed.

Lemma common_clears l q : In q l -> clears (common l) q.
Proof.
  intros I. split; [apply common_positive|]. induction l as [|p l IH]; [easy|]. simpl. destruct I as [<-|I].
  - apply Z.divide_lcm_l.
  - eapply Z.divide_trans; [apply IH, I|]. apply Z.divide_lcm_r.
Qed.

Lemma denominator_positive q : 0 < IZR (denominator q).
Proof. apply IZR_lt. reflexivity. Qed.

Lemma Q2R_fraction q : Q2R q = IZR (Qnum q) / IZR (denominator q).
Proof. reflexivity. Qed.

Lemma cleared_value m q : clears m q -> IZR (cleared m q) = IZR m * Q2R q.
Proof.
  intros [P [k D]]. unfold cleared. rewrite D, Z.div_mul by discriminate.
  rewrite Q2R_fraction, !mult_IZR. assert (H := denominator_positive q). field. lra.
Qed.

Lemma cleared_row m x : (forall q, In q x -> clears m q) -> reals (map (cleared m) x) = scale (IZR m) (real x).
Proof.
  unfold reals, real, scale. intros H. rewrite !map_map. apply map_ext_in. intros q I. apply cleared_value, H, I.
Qed.

Lemma dot_cleared m x u : (forall q, In q x -> clears m q) ->
  dot (reals (map (cleared m) x)) u = IZR m * dot (real x) u.
Proof. intros H. now rewrite cleared_row, dot_scale_l. Qed.

(** A quotient of integers. *)
Definition fraction (n d : Z) : Q := Qmake n (Z.to_pos d).

Lemma fraction_value n d : (0 < d)%Z -> Q2R (fraction n d) = IZR n / IZR d.
Proof. intros P. unfold fraction, Q2R, Rdiv. simpl. now rewrite Z2Pos.id. Qed.
