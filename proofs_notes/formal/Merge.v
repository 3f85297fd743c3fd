(** From rows to hyperplanes: parallel and opposite rows make one kink, since for a > 0
    [max(a t, 0) = a max(t, 0)] and [max(-a t, 0) = a (max(t, 0) - t)]. *)

From Coq Require Import Lia Lra Psatz Bool.
From ConvexLandscape Require Export Leaves.
Open Scope R_scope.

(** The greatest common divisor of the entries. *)
Definition content (x : list Z) : Z := fold_right Z.gcd 0%Z x.

Lemma content_nonneg x : (0 <= content x)%Z.
Proof. destruct x; simpl; [lia|apply Z.gcd_nonneg]. Qed.

Lemma content_divides x a : In a x -> (content x | a)%Z.
Proof.
  induction x as [|b x IH]; [easy|]. simpl. intros [<-|I]; [apply Z.gcd_divide_l|].
  eapply Z.divide_trans; [apply Z.gcd_divide_r|auto].
Qed.

Definition primitive (x : list Z) : list Z := let c := content x in map (fun a => a / c)%Z x.

Lemma content_primitive x : zscale (content x) (primitive x) = x.
Proof.
  unfold zscale, primitive. rewrite map_map. transitivity (map (fun a => a) x); [|apply map_id].
  apply map_ext_in. intros a I. destruct (content_divides x a I) as [k K].
  destruct (Z.eq_dec (content x) 0) as [N|N]; [rewrite N in *; lia|].
  rewrite K at 1. rewrite Z.div_mul by assumption. lia.
Qed.

Fixpoint same (x y : list Z) : bool :=
  match x, y with
  | [], [] => true
  | a :: x', b :: y' => (a =? b)%Z && same x' y'
  | _, _ => false
  end.

Lemma same_equal x : forall y, same x y = true -> x = y.
Proof.
  induction x as [|a x IH]; intros [|b y]; simpl; try discriminate; [reflexivity|].
  intros H. apply andb_true_iff in H. destruct H as [H H']. apply Z.eqb_eq in H. subst. f_equal. auto.
Qed.

Definition new_kink (w : Z) (n : list Z) : kink := {| weight := w; normal := n; low := 0; high := 0 |}.

Definition heavier (w : Z) (k : kink) : kink := new_kink (weight k + w) (normal k).

(** Add [w max(p'u, 0)] to the kinks; the second result says whether a term [w p'u] is to be added as well. *)
Fixpoint insert (w : Z) (p : list Z) (opposite : list Z) (ks : list kink) : list kink * bool :=
  match ks with
  | [] => ([new_kink w p], false)
  | k :: ks' =>
      if same p (normal k) then (heavier w k :: ks', false)
      else if same opposite (normal k) then (heavier w k :: ks', true)
      else let (rest, turned) := insert w p opposite ks' in (k :: rest, turned)
  end.

(** The sum of [z max(x'u, 0)] over pairs (z, x), from the first on. *)
Fixpoint merge (pairs : list (Z * list Z)) (c : list Z) (ks : list kink) : list Z * list kink :=
  match pairs with
  | [] => (c, ks)
  | (z, x) :: pairs' =>
      let p := primitive x in
      let (ks', turned) := insert (content x * z) p (zscale (-1) p) ks in
      merge pairs' (if turned then zadd (zscale z x) c else c) ks'
  end.

Lemma relu_scale a t : 0 <= a -> relu (a * t) = a * relu t.
Proof.
  intros A. destruct (Rle_or_lt 0 t).
  - rewrite !relu_pos; [reflexivity|assumption|now apply Rmult_le_pos].
  - assert (0 <= a * - t) by (apply Rmult_le_pos; lra). rewrite !relu_neg; lra.
Qed.

Lemma relu_opp t : relu (- t) = relu t - t.
Proof.
  destruct (Rle_or_lt 0 t).
  - rewrite (relu_neg (- t)), (relu_pos t) by lra. lra.
  - rewrite (relu_pos (- t)), (relu_neg t) by lra. lra.
Qed.

Lemma bends_heavier w k ks u :
  bends (heavier w k :: ks) u = IZR w * relu (dot (reals (normal k)) u) + bends (k :: ks) u.
Proof. unfold bends, heavier. simpl. rewrite plus_IZR. lra. Qed.

Lemma insert_sound w p u : forall ks, 
  IZR w * relu (dot (reals p) u) + bends ks u
  = (if snd (insert w p (zscale (-1) p) ks) then IZR w * dot (reals p) u else 0)
    + bends (fst (insert w p (zscale (-1) p) ks)) u.
Proof.
  induction ks as [|k ks IH]; [unfold bends; simpl; lra|]. simpl.
  destruct (same p (normal k)) eqn:E; [|destruct (same (zscale (-1) p) (normal k)) eqn:E'].
  - apply same_equal in E. cbn [fst snd]. rewrite bends_heavier, <- E. lra.
  - apply same_equal in E'. cbn [fst snd].
    rewrite bends_heavier, <- E', reals_scale, dot_scale_l.
    replace (IZR (-1) * dot (reals p) u) with (- dot (reals p) u) by (simpl; lra). rewrite relu_opp. lra.
  - destruct (insert w p (zscale (-1) p) ks) as [rest turned]. cbn [fst snd] in *.
    unfold bends in *. simpl in *. lra.
Qed.

Lemma merge_sound u : forall pairs c ks,
  g (fst (merge pairs c ks)) (snd (merge pairs c ks)) u
  = sum (fun zx => IZR (fst zx) * relu (dot (reals (snd zx)) u)) pairs + g c ks u.
Proof.
  induction pairs as [|[z x] pairs IH]; intros c ks; simpl; [lra|].
  assert (H := insert_sound (content x * z) (primitive x) u ks).
  destruct (insert _ _ _ ks) as [ks' turned]. cbn [fst snd] in H. rewrite IH. unfold g.
  assert (C : dot (reals x) u = IZR (content x) * dot (reals (primitive x)) u)
    by (rewrite <- dot_scale_l, <- reals_scale, content_primitive; reflexivity).
  assert (P := content_nonneg x). apply IZR_le in P.
  rewrite mult_IZR in H. rewrite C, relu_scale by assumption.
  destruct turned; [rewrite reals_add, dot_add_l, reals_scale, dot_scale_l, C|]; lra.
Qed.

(** ** What may be done to kinks afterwards *)

Definition heavy (k : kink) : bool := negb (weight k =? 0)%Z.

Lemma bends_filter ks u : bends (filter heavy ks) u = bends ks u.
Proof.
  unfold bends, heavy. induction ks as [|k ks IH]; [reflexivity|]. simpl.
  destruct (Z.eqb_spec (weight k) 0) as [E|E]; simpl; [rewrite E|]; rewrite IH; lra.
Qed.

Definition negated (k : kink) : kink := new_kink (- weight k) (normal k).

Lemma g_negated c ks u : g (zscale (-1) c) (map negated ks) u = - g c ks u.
Proof.
  unfold g. rewrite reals_scale, dot_scale_l.
  assert (E : bends (map negated ks) u = - bends ks u); [|rewrite E; simpl; lra].
  unfold bends. rewrite sum_map. simpl.
  rewrite (sum_ext _ (fun k => -1 * (IZR (weight k) * relu (dot (reals (normal k)) u)))).
  - rewrite sum_scale. lra.
  - intros k _. rewrite opp_IZR. lra.
Qed.
