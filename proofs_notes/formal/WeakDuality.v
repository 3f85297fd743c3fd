(** Weak duality (statement 2.4): a dual vector that is feasible bounds the objective of every network. *)

From Coq Require Import Arith Lia Lra Psatz.
From ConvexLandscape Require Import Definitions.
Open Scope R_scope.

(** ** The loss and its conjugate *)

(** [min over f of loss_at l f y + z * f], for [z] in the domain. *)
Definition conjugate (l : loss) (z y : R) : R :=
  match l with L1 | Hinge => z * y | _ => z * y - z * z / 2 end.

Definition in_domain (l : loss) (z y : R) : Prop :=
  match l with
  | Squared => True
  | L1 => Rabs z <= 1
  | Huber d => Rabs z <= Q2R d
  | Hinge => y * y = 1 /\ 0 <= z * y <= 1
  | SquaredHinge => y * y = 1 /\ 0 <= z * y
  end.

Lemma below_abs z e m : Rabs z <= m -> - (z * e) <= m * Rabs e.
Proof.
  intros Z. eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_Ropp, Rabs_mult.
  apply Rmult_le_compat_r; [apply Rabs_pos|assumption].
Qed.

Lemma abs_square e : Rabs e * Rabs e = e * e.
Proof. rewrite <- Rabs_mult. apply Rabs_right. nra. Qed.

Lemma fenchel l f z y : in_domain l z y -> conjugate l z y <= loss_at l f y + z * f.
Proof.
  assert (S : 0 <= (f - y + z) * (f - y + z)) by apply Rle_0_sqr.
  destruct l as [| |d| |]; unfold conjugate, in_domain, loss_at; intros D.
  - lra.
  - assert (H := below_abs _ (f - y) _ D). lra.
  - destruct (Rle_dec _ _) as [E|L]; [lra|]. apply Rnot_le_lt in L.
    assert (H := below_abs _ (f - y) _ (Rle_refl (Rabs z))).
    assert (Z := abs_square z). assert (0 <= Rabs z) by apply Rabs_pos. nra.
  - destruct D as [Y [P Q]].
    assert (E : z * f = z * y * (y * f)) by (replace (z * y * (y * f)) with (z * f * (y * y)) by ring; rewrite Y; lra).
    assert (1 - y * f <= Rmax 0 (1 - y * f)) by apply Rmax_r.
    assert (0 <= Rmax 0 (1 - y * f)) by apply Rmax_l. nra.
  - destruct D as [Y P].
    assert (E : z * f = z * y * (y * f)) by (replace (z * y * (y * f)) with (z * f * (y * y)) by ring; rewrite Y; lra).
    assert (F : z * z = z * y * (z * y)) by (replace (z * y * (z * y)) with (z * z * (y * y)) by ring; rewrite Y; lra).
    assert (1 - y * f <= Rmax 0 (1 - y * f)) by apply Rmax_r.
    set (m := Rmax 0 (1 - y * f)) in *.
    assert (0 <= (m - z * y) * (m - z * y)) by apply Rle_0_sqr. nra.
Qed.

(** The same with a weight. *)
Lemma weighted_fenchel l f z y s : 0 < s -> in_domain l (z / s) y ->
  s * conjugate l (z / s) y <= s * loss_at l f y + z * f.
Proof.
  intros S D. assert (H := fenchel l f _ _ D). apply (Rmult_le_compat_l s) in H; [|lra].
  replace (s * (loss_at l f y + z / s * f)) with (s * loss_at l f y + z * f) in H by (field; lra). exact H.
Qed.

(** ** Sums over rows and over samples *)

(** The entry of [z] that belongs to a row. *)
Definition entry (z : vector) (r : nat * list Q) : R := nth (fst r) z 0.

(** [z' phi(X u)], summed over rows. *)
Definition landscape (p : problem) (z u : vector) : R :=
  sum (fun r => entry z r * phi (Q2R (kappa p)) (dot (real (snd r)) u)) (rows p).

(** A sample with its entry of z: (z, (y, weight)). *)
Definition dual_term (p : problem) (t : R * (Q * Q)) : R :=
  let '(z, (y, s)) := t in Q2R s * conjugate (the_loss p) (z / Q2R s) (Q2R y).

Definition admissible (p : problem) (t : R * (Q * Q)) : Prop :=
  let '(z, (y, s)) := t in 0 < Q2R s /\ in_domain (the_loss p) (z / Q2R s) (Q2R y).

(** What a decayed intercept takes off. *)
Definition intercept_term (p : problem) (z : vector) : R :=
  match the_intercept p with
  | DecayedIntercept => sum (entry z) (rows p) ^ 2 / (2 * Q2R (beta p))
  | _ => 0
  end.

Definition dual_value (p : problem) (z : vector) : R :=
  sum (dual_term p) (combine z (samples p)) - intercept_term p z.

(** A sum over samples of [g i], where only sample [s] counts. *)
Lemma pick (z : vector) s a : forall n,
  sum (fun iz => snd iz * (if Nat.eqb s (fst iz) then a else 0)) (combine (seq n (length z)) z)
  = (if Nat.leb n s then nth (s - n) z 0 else 0) * a.
Proof.
  induction z as [|c z IH]; intros n; simpl.
  - destruct (s - n)%nat; destruct (Nat.leb n s); lra.
  - rewrite IH. destruct (Nat.eqb_spec s n) as [E|E].
    + subst. rewrite Nat.sub_diag, (proj2 (Nat.leb_le n n)) by lia.
      rewrite (proj2 (Nat.leb_gt (S n) n)) by lia. lra.
    + destruct (Nat.leb_spec n s) as [L|L].
      * rewrite (proj2 (Nat.leb_le (S n) s)) by lia. replace (s - n)%nat with (S (s - S n)) by lia. lra.
      * rewrite (proj2 (Nat.leb_gt (S n) s)) by lia. lra.
Qed.

(** Pairing samples with their predictions is pairing rows with outputs. *)
Lemma rows_or_samples (p : problem) f (z : vector) :
  sum (fun iz => snd iz * prediction p f (fst iz)) (numbered z)
  = sum (fun r => entry z r * output (Q2R (kappa p)) f (real (snd r))) (rows p).
Proof.
  unfold numbered, prediction, entry.
  rewrite (sum_ext _ (fun iz => sum (fun r => snd iz * (if Nat.eqb (fst r) (fst iz)
             then output (Q2R (kappa p)) f (real (snd r)) else 0)) (rows p))).
  - rewrite sum_swap. apply sum_ext. intros r _.
    rewrite pick. now rewrite Nat.sub_0_r.
  - intros iz _. now rewrite sum_scale.
Qed.

Lemma losses_above p f z : length z = length (samples p) ->
  (forall t, In t (combine z (samples p)) -> admissible p t) ->
  sum (dual_term p) (combine z (samples p))
  <= total_loss p f + sum (fun iz => snd iz * prediction p f (fst iz)) (numbered z).
Proof.
  unfold total_loss, numbered. generalize (samples p). generalize 0%nat.
  induction z as [|a z IH]; intros n [|[y s] t] L D; simpl in *; try discriminate; [lra|].
  destruct (D _ (or_introl eq_refl)) as [P A].
  assert (F := weighted_fenchel (the_loss p) (prediction p f n) a (Q2R y) (Q2R s) P A).
  assert (H := IH (S n) t ltac:(lia) (fun u U => D u (or_intror U))). simpl in *. lra.
Qed.

(** ** The theorem *)

(** What is free in the outputs adds nothing to z'f. *)
Definition orthogonal (p : problem) (z : vector) : Prop :=
  (the_intercept p = FreeIntercept -> sum (entry z) (rows p) = 0) /\
  (free_linear p = true -> forall b, sum (fun r => entry z r * dot (real (snd r)) b) (rows p) = 0).

Lemma outputs p f z : fits p f -> orthogonal p z ->
  sum (fun r => entry z r * output (Q2R (kappa p)) f (real (snd r))) (rows p)
  = sum (fun j => coefficient j * landscape p z (hidden j)) (neurons f)
    + match the_intercept p with DecayedIntercept => offset f * sum (entry z) (rows p) | _ => 0 end.
Proof.
  intros (_ & C & S) (I & L). unfold output, landscape.
  rewrite (sum_ext _ (fun r => entry z r * sum (fun j => coefficient j * phi (Q2R (kappa p))
      (dot (real (snd r)) (hidden j))) (neurons f) +
      (offset f * entry z r + entry z r * dot (real (snd r)) (slope f)))) by (intros; lra).
  rewrite sum_plus, sum_plus, sum_scale.
  assert (M : sum (fun r => entry z r * dot (real (snd r)) (slope f)) (rows p) = 0).
  { destruct (free_linear p); [now apply L|]. rewrite S by reflexivity.
    rewrite (sum_ext _ (fun _ => 0)); [apply sum_zero|]. intros. rewrite dot_nil_r. lra. }
  rewrite M, Rplus_0_r.
  f_equal; [|destruct (the_intercept p);
             [rewrite C by reflexivity; lra|rewrite I by reflexivity; lra|reflexivity]].
  rewrite (sum_ext (fun r => entry z r * sum _ (neurons f))
             (fun r => sum (fun j => entry z r * (coefficient j * phi (Q2R (kappa p))
                (dot (real (snd r)) (hidden j)))) (neurons f))).
  2: { intros. now rewrite sum_scale. }
  rewrite sum_swap. apply sum_ext. intros j _.
  rewrite <- sum_scale. apply sum_ext. intros. lra.
Qed.

Theorem weak_duality (p : problem) (z : vector) :
  0 < Q2R (beta p) ->
  length z = length (samples p) ->
  (forall t, In t (combine z (samples p)) -> admissible p t) ->
  orthogonal p z ->
  (forall u, length u = columns p -> Rabs (landscape p z u) <= Q2R (beta p) * size p u) ->
  forall f, fits p f -> dual_value p z <= objective p f.
Proof.
  intros B N D O F f W.
  assert (L := losses_above p f z N D).
  rewrite rows_or_samples, (outputs p f z W O) in L.
  unfold objective, decay, dual_value, intercept_term. set (b := Q2R (beta p)) in *.
  assert (H : sum (fun j => coefficient j * landscape p z (hidden j)) (neurons f)
          <= b / 2 * sum (fun j => size p (hidden j) ^ 2 + coefficient j ^ 2) (neurons f)).
  { rewrite <- sum_scale. apply sum_le. intros j J. destruct W as (W & _).
    specialize (F (hidden j) (W j J)).
    set (a := coefficient j) in *. set (s := size p (hidden j)) in *.
    assert (a * landscape p z (hidden j) <= Rabs a * (b * s)).
    { eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult.
      apply Rmult_le_compat_l; [apply Rabs_pos|assumption]. }
    assert (a * a = Rabs a * Rabs a) by (symmetry; apply abs_square).
    assert (0 <= b * ((s - Rabs a) * (s - Rabs a))) by (apply Rmult_le_pos; [lra|apply Rle_0_sqr]).
    nra. }
  destruct (the_intercept p); [lra|lra|].
  set (t := sum (entry z) (rows p)) in *. set (c := offset f) in *.
  assert (C : c * t <= b / 2 * c ^ 2 + t ^ 2 / (2 * b)).
  { apply (Rmult_le_reg_l (2 * b)); [lra|].
    replace (2 * b * (b / 2 * c ^ 2 + t ^ 2 / (2 * b))) with (b * c * (b * c) + t * t) by (field; lra).
    assert (0 <= (b * c - t) * (b * c - t)) by apply Rle_0_sqr. nra. }
  lra.
Qed.
