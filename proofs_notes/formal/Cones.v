(** Cones over boxes with integer ends (statement 7.2): faces of a cube cover space, halves of a box the box.

    A vector [u] is in the cone over a box with scale [tau >= 0] if each entry lies between [tau] times the two
    ends of its interval. Nothing is divided: the cone of a box is that of the box magnified. *)

From Coq Require Export ZArith List.
From Coq Require Import Arith Lia Lra Psatz.
From ConvexLandscape Require Export Vectors.
Open Scope R_scope.

Definition box := list (Z * Z).

(** ** Integer vectors *)

Definition reals : list Z -> vector := map IZR.

Fixpoint zdot (x u : list Z) : Z :=
  match x, u with a :: x', b :: u' => (a * b + zdot x' u')%Z | _, _ => 0%Z end.

Fixpoint zadd (x y : list Z) : list Z :=
  match x, y with a :: x', b :: y' => (a + b)%Z :: zadd x' y' | [], _ => y | _, [] => x end.

Definition zscale (c : Z) (x : list Z) : list Z := map (Z.mul c) x.

Lemma reals_add x : forall y, reals (zadd x y) = add (reals x) (reals y).
Proof.
  induction x as [|a x IH]; intros [|b y]; simpl; try reflexivity.
  f_equal; [apply plus_IZR|apply IH].
Qed.

Lemma reals_scale c x : reals (zscale c x) = scale (IZR c) (reals x).
Proof. induction x as [|a x IH]; simpl; [reflexivity|]. f_equal; [apply mult_IZR|apply IH]. Qed.

Lemma reals_dot x : forall y, IZR (zdot x y) = dot (reals x) (reals y).
Proof.
  induction x as [|a x IH]; intros [|b y]; simpl; try reflexivity.
  now rewrite plus_IZR, mult_IZR, IH.
Qed.

(** ** Cones *)

Definition between (tau : R) (i : Z * Z) (a : R) : Prop := IZR (fst i) * tau <= a <= IZR (snd i) * tau.

Definition in_cone (tau : R) (b : box) (u : vector) : Prop := Forall2 (between tau) b u.

(** The least and the largest value of [x'w] for [w] in the box. *)
Fixpoint range (x : list Z) (b : box) : Z * Z :=
  match x, b with
  | a :: x', (lo, hi) :: b' =>
      let (l, h) := range x' b' in
      if (0 <=? a)%Z then (a * lo + l, a * hi + h)%Z else (a * hi + l, a * lo + h)%Z
  | _, _ => (0, 0)%Z
  end.

Lemma range_bounds tau : forall b u, in_cone tau b u ->
  forall x, between tau (range x b) (dot (reals x) u).
Proof.
  unfold in_cone, between. induction 1 as [|[lo hi] a b u B C IH]; intros [|c x]; simpl; try lra.
  specialize (IH x). destruct (range x b) as [l h]. simpl in *.
  destruct (Z.leb_spec 0 c) as [P|P]; simpl; rewrite !plus_IZR, !mult_IZR.
  - apply IZR_le in P. nra.
  - apply IZR_lt in P. nra.
Qed.

(** ** Halving *)

(** Both halves of a box along coordinate [i]. The cut may be anywhere: it is in the middle, rounded down. *)
Fixpoint halves (i : nat) (b : box) : box * box :=
  match i, b with
  | _, [] => ([], [])
  | O, (lo, hi) :: b' => let m := Z.div2 (lo + hi) in ((lo, m) :: b', (m, hi) :: b')
  | S i', c :: b' => let (p, q) := halves i' b' in (c :: p, c :: q)
  end.

Lemma halves_cover tau b u : in_cone tau b u ->
  forall i, in_cone tau (fst (halves i b)) u \/ in_cone tau (snd (halves i b)) u.
Proof.
  unfold in_cone. induction 1 as [|[lo hi] a b u B C IH]; intros [|i]; simpl; auto.
  - destruct (Rle_or_lt a (IZR (Z.div2 (lo + hi)) * tau)) as [L|L]; [left|right];
      (constructor; [|assumption]); unfold between in *; simpl in *; lra.
  - destruct (IH i) as [P|P]; destruct (halves i b); [left|right]; now constructor.
Qed.

(** ** The faces of a cube *)

(** The face where coordinate [j] is [s] times [side], for [s = 1] or [-1]. *)
Definition face (side : Z) (dimension j : nat) (s : Z) : box :=
  map (fun i => if Nat.eqb i j then (s * side, s * side)%Z else (- side, side)%Z) (seq 0 dimension).

Lemma cone_of_entries tau (f : nat -> Z * Z) u : forall n,
  (forall i, (i < length u)%nat -> between tau (f (n + i)%nat) (nth i u 0)) ->
  in_cone tau (map f (seq n (length u))) u.
Proof.
  unfold in_cone. induction u as [|a u IH]; intros n H; simpl; constructor.
  - specialize (H 0%nat). rewrite Nat.add_0_r in H. apply H. simpl. lia.
  - apply IH. intros i I. specialize (H (S i)). rewrite Nat.add_succ_r in H. apply H. simpl. lia.
Qed.

Lemma largest_entry u : u <> [] -> exists j, (j < length u)%nat /\
  forall i, (i < length u)%nat -> Rabs (nth i u 0) <= Rabs (nth j u 0).
Proof.
  induction u as [|a u IH]; intros N; [easy|]. destruct u as [|b u].
  - exists 0%nat. split; [simpl; lia|]. intros [|i] I; simpl in *; [lra|lia].
  - destruct IH as (j & J & M); [discriminate|].
    destruct (Rle_or_lt (Rabs a) (Rabs (nth j (b :: u) 0))) as [L|L].
    + exists (S j). split; [simpl in *; lia|]. intros [|i] I; [exact L|]. apply M. simpl in *. lia.
    + exists 0%nat. split; [simpl; lia|]. intros [|i] I; [apply Rle_refl|].
      change (Rabs (nth i (b :: u) 0) <= Rabs a). specialize (M i). simpl in I.
      assert (Rabs (nth i (b :: u) 0) <= Rabs (nth j (b :: u) 0)) by (apply M; simpl; lia). lra.
Qed.

Theorem faces_cover side u : (0 < side)%Z -> u <> [] -> exists j s tau,
  (j < length u)%nat /\ (s = 1 \/ s = -1)%Z /\ 0 <= tau /\ in_cone tau (face side (length u) j s) u.
Proof.
  intros P N. apply IZR_lt in P. destruct (largest_entry u N) as (j & J & M).
  set (a := nth j u 0) in *. set (tau := Rabs a / IZR side).
  assert (T : IZR side * tau = Rabs a) by (unfold tau; field; lra).
  exists j, (if Rle_dec 0 a then 1 else -1)%Z, tau.
  split; [assumption|]. split; [destruct (Rle_dec 0 a); auto|].
  split; [apply Rmult_le_pos; [apply Rabs_pos|apply Rlt_le, Rinv_0_lt_compat; lra]|].
  apply cone_of_entries. intros i I. unfold between. rewrite Nat.add_0_l.
  destruct (Nat.eqb_spec i j) as [E|E]; cbn [fst snd].
  - subst i. fold a. rewrite mult_IZR, Rmult_assoc, T. destruct (Rle_dec 0 a) as [A|A].
    + rewrite Rabs_right by lra. lra.
    + rewrite Rabs_left by lra. lra.
  - specialize (M i I). rewrite <- T in M. rewrite opp_IZR.
    assert (H := Rle_abs (nth i u 0)). assert (H' := Rle_abs (- nth i u 0)). rewrite Rabs_Ropp in H'. lra.
Qed.
