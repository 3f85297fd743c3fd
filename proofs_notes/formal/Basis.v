(** Coordinates (statement 1.4): a landscape sees only the projection of u onto the span of the rows, and its
    coordinates in a basis that is nearly orthonormal are hardly longer than u.

    All that is needed of linear algebra is that projections exist. *)

From Coq Require Import Arith Lia Lra Psatz.
From ConvexLandscape Require Export Vectors.
Open Scope R_scope.

(** The combination of the vectors [bs] with coefficients [t]. *)
Fixpoint combination (t : vector) (bs : list vector) : vector :=
  match t, bs with a :: t', b :: bs' => add (scale a b) (combination t' bs') | _, _ => [] end.

Lemma dot_combination x : forall bs t, dot x (combination t bs) = dot (map (dot x) bs) t.
Proof.
  induction bs as [|b bs IH]; intros [|a t]; simpl; try apply dot_nil_r.
  rewrite dot_add_r, dot_scale_r, IH. lra.
Qed.

Lemma combination_orthogonal q : forall bs t, (forall b, In b bs -> dot b q = 0) -> dot (combination t bs) q = 0.
Proof.
  induction bs as [|b bs IH]; intros [|a t] H; simpl; try reflexivity.
  rewrite dot_add_l, dot_scale_l, (H b) by now left. rewrite IH; [lra|]. intros c C. apply H. now right.
Qed.

Lemma dot_zero q r : dot q q = 0 -> dot q r = 0.
Proof. intros Z. assert (C := cauchy_schwarz_squares q r). rewrite Z in C. nra. Qed.

(** [u] is [combination t bs + q], as far as inner products can tell, and [q] is orthogonal to all [bs]. *)
Theorem projection bs : forall u, exists t q, length t = length bs /\
  (forall x, dot x u = dot x (combination t bs) + dot x q) /\ (forall b, In b bs -> dot b q = 0).
Proof.
  induction bs as [|b bs IH]; intros u.
  - exists [], u. repeat split; [|easy]. intros x. simpl. rewrite dot_nil_r. lra.
  - destruct (IH b) as (tb & qb & Lb & Eb & Ob). destruct (IH u) as (tu & qu & Lu & Eu & Ou).
    assert (Bq : forall q, (forall c, In c bs -> dot c q = 0) -> dot b q = dot qb q).
    { intros q H. rewrite dot_comm, Eb, dot_comm, combination_orthogonal by assumption. rewrite dot_comm. lra. }
    destruct (Req_dec (dot qb qb) 0) as [Z|N].
    + exists (0 :: tu), qu. split; [simpl; lia|]. split.
      * intros x. simpl. rewrite dot_add_r, dot_scale_r, Eu. lra.
      * intros c [<-|C]; [|now apply Ou]. rewrite Bq by assumption. now apply dot_zero.
    + set (s := dot qb qu / dot qb qb).
      exists (s :: add tu (scale (- s) tb)), (add qu (scale (- s) qb)). split.
      { simpl. f_equal. rewrite length_add; [assumption|]. unfold scale. rewrite map_length. congruence. }
      split.
      * intros x. simpl. rewrite !dot_add_r, !dot_scale_r, !dot_combination, dot_add_r, dot_scale_r.
        rewrite <- !dot_combination. rewrite (Eu x), (Eb x). lra.
      * assert (O : forall c, In c bs -> dot c (add qu (scale (- s) qb)) = 0).
        { intros c C. rewrite dot_add_r, dot_scale_r, Ou, Ob by assumption. lra. }
        intros c [<-|C]; [|now apply O].
        rewrite Bq by assumption. rewrite dot_add_r, dot_scale_r. unfold s. field. assumption.
Qed.

Lemma projection_shorter u v q : (forall x, dot x u = dot x v + dot x q) -> dot v q = 0 -> dot v v <= dot u u.
Proof.
  intros E O. rewrite (E u), (dot_comm u v), (dot_comm u q), (E v), (E q), (dot_comm q v), O.
  assert (H := dot_self q). lra.
Qed.

(** ** A basis that is nearly orthonormal *)

Section Skew.
Variables (r : nat) (B : nat -> vector) (eps : R).

Definition indices : list nat := seq 0 r.
Definition delta (i k : nat) : R := if Nat.eqb i k then 1 else 0.
Hypothesis skew : forall i, In i indices -> sum (fun k => Rabs (dot (B i) (B k) - delta i k)) indices <= eps.

Lemma sum_delta f i : forall l, NoDup l -> In i l -> sum (fun k => delta i k * f k) l = f i.
Proof.
  induction l as [|a l IH]; intros N I; [easy|]. inversion_clear N as [|? ? NI N']. simpl. unfold delta at 1.
  destruct I as [->|I].
  - rewrite Nat.eqb_refl. rewrite (sum_ext _ (fun _ => 0)); [rewrite sum_zero; lra|].
    intros k K. unfold delta. destruct (Nat.eqb_spec i k); [now subst|lra].
  - destruct (Nat.eqb_spec i a); [now subst|]. rewrite IH by assumption. lra.
Qed.

Lemma quadratic_form T :
  (1 - eps) * sum (fun i => T i * T i) indices
  <= sum (fun i => sum (fun k => T i * T k * dot (B i) (B k)) indices) indices.
Proof.
  set (E := fun i k => Rabs (dot (B i) (B k) - delta i k)).
  assert (S : forall i k, E i k = E k i).
  { intros i k. unfold E, delta. now rewrite dot_comm, (Nat.eqb_sym i k). }
  assert (A : sum (fun i => sum (fun k => E i k * (T i * T i)) indices) indices
              <= eps * sum (fun i => T i * T i) indices).
  { rewrite <- sum_scale. apply sum_le. intros i I.
    rewrite (sum_ext _ (fun k => (T i * T i) * E i k)) by (intros; lra). rewrite sum_scale.
    specialize (skew i I). assert (0 <= T i * T i) by apply Rle_0_sqr. unfold E. nra. }
  assert (A' : sum (fun i => sum (fun k => E i k * (T k * T k)) indices) indices
               = sum (fun i => sum (fun k => E i k * (T i * T i)) indices) indices).
  { rewrite sum_swap. apply sum_ext. intros k _. apply sum_ext. intros i _. now rewrite S. }
  assert (D : sum (fun i => T i * T i) indices
              = sum (fun i => sum (fun k => delta i k * (T i * T k)) indices) indices).
  { apply sum_ext. intros i I. symmetry. apply (sum_delta (fun k => T i * T k)); [apply seq_NoDup|assumption]. }
  assert (P : sum (fun i => sum (fun k => delta i k * (T i * T k)) indices) indices
              - / 2 * (sum (fun i => sum (fun k => E i k * (T i * T i)) indices) indices
                       + sum (fun i => sum (fun k => E i k * (T k * T k)) indices) indices)
              <= sum (fun i => sum (fun k => T i * T k * dot (B i) (B k)) indices) indices).
  { rewrite <- sum_plus, <- sum_scale.
    match goal with |- sum ?f ?l - sum ?h ?l <= ?m => enough (sum f l <= sum h l + m) by lra end.
    rewrite <- sum_plus. apply sum_le. intros i _.
    rewrite <- sum_plus, <- sum_scale, <- sum_plus. apply sum_le. intros k _.
    set (x := T i). set (y := T k). set (e := dot (B i) (B k) - delta i k).
    replace (dot (B i) (B k)) with (delta i k + e) by (unfold e; lra).
    unfold E. fold e.
    assert (H : - (x * y * e) <= Rabs e * ((x * x + y * y) / 2)).
    { destruct (Rle_or_lt 0 e) as [N|N]; [rewrite Rabs_right by lra|rewrite Rabs_left by lra].
      - assert (0 <= e * ((x + y) * (x + y))) by (apply Rmult_le_pos; [lra|apply Rle_0_sqr]). lra.
      - assert (0 <= - e * ((x - y) * (x - y))) by (apply Rmult_le_pos; [lra|apply Rle_0_sqr]). lra. }
    lra. }
  rewrite A', <- D in P. lra.
Qed.

End Skew.

Lemma dot_indices x t : length t = length x ->
  dot x t = sum (fun i => nth i x 0 * nth i t 0) (seq 0 (length t)).
Proof.
  revert t. induction x as [|a x IH]; intros [|b t] L; simpl in *; try discriminate; [reflexivity|].
  f_equal. rewrite IH by lia. rewrite <- seq_shift, sum_map. reflexivity.
Qed.

(** Coordinates in a basis [bs] with [eps] as above are at most as long as what they stand for. *)
Theorem coordinates_short (bs : list vector) (t : vector) eps : length t = length bs ->
  (forall i, In i (seq 0 (length bs)) ->
     sum (fun k => Rabs (dot (nth i bs []) (nth k bs []) - delta i k)) (seq 0 (length bs)) <= eps) ->
  (1 - eps) * dot t t <= dot (combination t bs) (combination t bs).
Proof.
  intros L H. set (v := combination t bs).
  assert (Q := quadratic_form (length bs) (fun i => nth i bs []) eps H (fun i => nth i t 0)).
  unfold indices in Q. rewrite <- L in Q. rewrite (dot_indices t t eq_refl).
  eapply Rle_trans; [exact Q|]. apply Req_le.
  assert (E : forall x, dot x v = sum (fun k => nth k t 0 * dot x (nth k bs [])) (seq 0 (length t))).
  { intros x. unfold v. rewrite dot_combination, dot_indices by (now rewrite map_length).
    apply sum_ext. intros k K. apply in_seq in K.
    rewrite (nth_indep (map (dot x) bs) 0 (dot x [])) by (rewrite map_length; lia). rewrite map_nth. lra. }
  rewrite E. apply sum_ext. intros i _. rewrite (dot_comm v), E, <- sum_scale.
  apply sum_ext. intros k _. lra.
Qed.
