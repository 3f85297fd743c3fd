(** What the checker accepts is true. *)

From Coq Require Import Arith Lia Lra Psatz Field Bool.
From ConvexLandscape Require Export Checker.
Open Scope R_scope.

(** ** Facts about vectors *)

Lemma dot_without b x u : (match b with Some i => nth i x 0 = 0 | None => True end) ->
  dot x u = dot (without b x) (without b u).
Proof.
  destruct b as [i|]; [|reflexivity]. unfold without. revert x u.
  induction i as [|i IH]; intros [|a x] [|c u]; simpl; intros H; rewrite ?dot_nil_r; try reflexivity.
  - rewrite H. lra.
  - f_equal. now rewrite IH.
Qed.

Lemma nth_reals i e : nth i (reals e) 0 = IZR (nth i e 0%Z).
Proof. unfold reals. rewrite <- (map_nth IZR). reflexivity. Qed.

Lemma square_compare a m : 0 <= m -> a * a <= m * m -> a <= m.
Proof. intros M H. apply Rsqr_incr_0_var; assumption. Qed.

Section Soundness.
Variables (p : problem) (c : certificate).

(** ** The dual vector *)

Lemma positive_real q : positive q = true -> 0 < Q2R q.
Proof.
  unfold positive. intros H. apply Z.ltb_lt, IZR_lt in H. rewrite Q2R_fraction.
  apply Rmult_lt_0_compat; [assumption|apply Rinv_0_lt_compat, denominator_positive].
Qed.

Lemma Qle_bool_real a b : Qle_bool a b = true -> Q2R a <= Q2R b.
Proof. intros H. apply Qle_Rle, Qle_bool_iff, H. Qed.

Lemma label_real y : label y = true -> Q2R y * Q2R y = 1.
Proof. intros H. apply Qeq_bool_iff, Qeq_eqR in H. rewrite Q2R_mult in H. rewrite H. apply RMicromega.Q2R_1. Qed.

Lemma abs_below z m : 0 <= m -> z * z <= m * m -> Rabs z <= m.
Proof. intros M H. apply square_compare; [assumption|]. now rewrite abs_square. Qed.

Lemma quotient_below z s m : 0 < s -> 0 <= m -> z * z <= m * s * (m * s) -> Rabs (z / s) <= m.
Proof.
  intros S M H. apply abs_below; [assumption|]. apply (Rmult_le_reg_r (s * s)); [nra|].
  replace (z / s * (z / s) * (s * s)) with (z * z) by (field; lra). lra.
Qed.

Lemma domain_sound z y s : positive s = true -> in_domain_q p (z, (y, s)) = true ->
  admissible p (Q2R z, (y, s)).
Proof.
  unfold in_domain_q, admissible, in_domain. intros P H. apply positive_real in P. split; [assumption|].
  assert (I := Rinv_0_lt_compat _ P).
  destruct (the_loss p) as [| |d| |]; rewrite ?andb_true_iff in H; auto.
  - apply Qle_bool_real in H. rewrite !Q2R_mult in H. apply quotient_below; lra.
  - destruct H as [D H]. apply positive_real in D. apply Qle_bool_real in H. rewrite !Q2R_mult in H.
    apply quotient_below; lra.
  - destruct H as [[L A] B]. apply label_real in L. apply Qle_bool_real in A, B.
    rewrite !Q2R_mult, ?RMicromega.Q2R_0 in *. split; [assumption|].
    replace (Q2R z / Q2R s * Q2R y) with (Q2R z * Q2R y * / Q2R s) by (field; lra).
    split; [apply Rmult_le_pos; lra|]. apply (Rmult_le_reg_r (Q2R s)); [assumption|].
    rewrite Rmult_assoc, Rinv_l by lra. lra.
  - destruct H as [L A]. apply label_real in L. apply Qle_bool_real in A.
    rewrite !Q2R_mult, ?RMicromega.Q2R_0 in *. split; [assumption|].
    replace (Q2R z / Q2R s * Q2R y) with (Q2R z * Q2R y * / Q2R s) by (field; lra).
    apply Rmult_le_pos; lra.
Qed.

Lemma numbers_real : numbers p = true ->
  0 < Q2R (beta p) /\ forall s, In s (samples p) -> positive (snd s) = true.
Proof.
  unfold numbers. intros H. rewrite !andb_true_iff in H. destruct H as [[H _] W].
  rewrite forallb_forall in W. split; [now apply positive_real|assumption].
Qed.

Definition z : vector := real (dual c).

Lemma combine_map_l {A B C : Type} (h : A -> B) (l : list A) (m : list C) :
  combine (map h l) m = map (fun ab => (h (fst ab), snd ab)) (combine l m).
Proof. revert m. induction l as [|a l IH]; intros [|b m]; simpl; try reflexivity. now rewrite IH. Qed.

(** ** The landscape *)

Lemma multiple_positive : (0 < multiple p c)%Z.
Proof.
  unfold multiple. set (d := denominator (beta p)). set (k := Z.gcd _ d).
  assert (D : (0 < d)%Z) by reflexivity.
  assert (K : (k | d)%Z) by apply Z.gcd_divide_r. destruct K as [m K].
  assert (0 <= k)%Z by apply Z.gcd_nonneg. assert (k <> 0)%Z by nia.
  rewrite K, Z.div_mul by assumption. nia.
Qed.

Lemma basis_scale_positive : (0 < basis_scale c)%Z.
Proof. unfold basis_scale. destruct (basis c); [apply common_positive|reflexivity]. Qed.

(** All scales of a value of the landscape, but for that of the basis. *)
Definition value_scale : Z := (denominator (kappa p) * of_rows p * of_dual c * multiple p c)%Z.

Lemma zdual_entry (r : nat * list Q) : IZR (nth (fst r) (zdual p c) 0%Z) = IZR (multiple p c * of_dual c) * entry z r.
Proof.
  unfold zdual, entry, z, real. set (f := fun q => (multiple p c * cleared (of_dual c) q)%Z).
  assert (F : forall l i, IZR (nth i (map f l) 0%Z) = IZR (f (nth i l 0%Q))).
  { assert (F0 : f 0%Q = 0%Z) by (unfold f, cleared; simpl; apply Z.mul_0_r).
    intros l i. rewrite <- (map_nth f), F0. reflexivity. }
  rewrite F. rewrite <- RMicromega.Q2R_0, map_nth. unfold f. rewrite !mult_IZR, Rmult_assoc. f_equal.
  destruct (nth_in_or_default (fst r) (dual c) 0%Q) as [I|E].
  - apply cleared_value, common_clears, I.
  - rewrite E, RMicromega.Q2R_0. unfold cleared. simpl. lra.
Qed.

Lemma weighted_real l u : dot (reals (weighted l)) u = sum (fun zx => IZR (fst zx) * dot (reals (snd zx)) u) l.
Proof.
  unfold weighted. induction l as [|a l IH]; simpl; [reflexivity|].
  now rewrite reals_add, dot_add_l, reals_scale, dot_scale_l, IH.
Qed.

Lemma row_real r u : In r (rows p) -> dot (reals (zrow p (snd r))) u = IZR (of_rows p) * dot (real (snd r)) u.
Proof.
  intros I. apply dot_cleared. intros q M. apply common_clears, in_concat.
  exists (snd r). split; [now apply in_map|assumption].
Qed.

Lemma phi_relu k t : phi k t = relu t + k * (t - relu t).
Proof.
  unfold phi. destruct (Rle_or_lt 0 t).
  - rewrite relu_pos, Rmax_left, Rmin_right by lra. lra.
  - rewrite relu_neg, Rmax_right, Rmin_left by lra. lra.
Qed.

Lemma merged_real u : g (fst (merged p c)) (snd (merged p c)) u = IZR value_scale * landscape p z u.
Proof.
  unfold merged. rewrite merge_sound. unfold g at 1. unfold bends. simpl (sum _ []).
  rewrite reals_scale, dot_scale_l, weighted_real, sum_map, <- sum_scale, Rplus_0_r, <- sum_plus.
  unfold pairs, landscape. rewrite sum_map, <- sum_scale. apply sum_ext. intros r I. cbn [fst snd].
  rewrite row_real by assumption. set (t := dot (real (snd r)) u).
  rewrite mult_IZR, zdual_entry. unfold gain. rewrite minus_IZR, phi_relu.
  assert (P : (0 < of_rows p)%Z) by apply common_positive. apply IZR_lt in P.
  rewrite relu_scale by lra. rewrite Q2R_fraction. assert (D := denominator_positive (kappa p)).
  unfold value_scale. rewrite !mult_IZR. field. lra.
Qed.

Lemma entries_real : IZR (zsum fst (pairs p c)) = IZR (multiple p c * of_dual c) * sum (entry z) (rows p).
Proof.
  unfold pairs. rewrite zsum_real, sum_map, <- sum_scale. apply sum_ext. intros r _. apply zdual_entry.
Qed.

Lemma dual_scale_positive : 0 < IZR (multiple p c * of_dual c).
Proof.
  assert (M := multiple_positive). assert (D : (0 < of_dual c)%Z) by apply common_positive. apply IZR_lt. nia.
Qed.

Lemma orthogonal_sound : ignores_what_is_free p c = true -> orthogonal p z.
Proof.
  unfold ignores_what_is_free, orthogonal. intros H. apply andb_true_iff in H. destruct H as [H H'].
  assert (S := dual_scale_positive).
  assert (X : (0 < of_rows p)%Z) by apply common_positive. apply IZR_lt in X.
  split; intros F; rewrite F in *; simpl in *.
  - apply Z.eqb_eq, (f_equal IZR) in H. rewrite entries_real in H.
    apply Rmult_integral in H. destruct H; [lra|assumption].
  - intros b. assert (E := zero_orthogonal b _ H'). unfold orthogonal_to in E. rewrite weighted_real in E.
    unfold pairs in E. rewrite sum_map in E. cbn [fst snd] in E.
    rewrite (sum_ext _ (fun r => IZR (multiple p c * of_dual c) * IZR (of_rows p)
                                 * (entry z r * dot (real (snd r)) b))) in E.
    + rewrite sum_scale in E. apply Rmult_integral in E. destruct E as [E|]; [nra|assumption].
    + intros r I. rewrite zdual_entry, row_real by assumption. ring.
Qed.

Lemma lower_bound_real : numbers p = true -> Q2R (lower_bound p c) = dual_value p z.
Proof.
  intros N. apply numbers_real in N. destruct N as [B W].
  unfold lower_bound, dual_value. rewrite Q2R_minus.
  assert (PD : (0 < of_dual c)%Z) by apply common_positive.
  assert (PV : (0 < of_values p)%Z) by apply common_positive.
  assert (PI : (0 < of_inverses p)%Z) by apply common_positive.
  f_equal.
  - rewrite fraction_value by nia. rewrite zsum_real. unfold z, real. rewrite combine_map_l, sum_map.
    rewrite (sum_ext _ (fun t => IZR (2 * (of_dual c * of_dual c) * of_values p * of_inverses p)
                                 * dual_term p (Q2R (fst t), snd t))).
    + rewrite sum_scale, !mult_IZR. apply IZR_lt in PD, PV, PI. field. lra.
    + intros [a [y s]] I. unfold dual_term_z, dual_term, conjugate. cbn [fst snd].
      assert (J := in_combine_r _ _ _ _ I). assert (P := positive_real _ (W _ J)). cbn [snd] in P.
      assert (A : IZR (cleared (of_dual c) a) = IZR (of_dual c) * Q2R a)
        by (apply cleared_value, common_clears; eapply in_combine_l, I).
      assert (Y : IZR (cleared (of_values p) y) = IZR (of_values p) * Q2R y)
        by (apply cleared_value, common_clears; exact (in_map fst _ _ J)).
      assert (V : IZR (cleared (of_inverses p) (/ s)) = IZR (of_inverses p) * / Q2R s).
      { rewrite cleared_value by (apply common_clears; exact (in_map (fun s => Qinv (snd s)) _ _ J)).
        rewrite Q2R_inv; [reflexivity|]. intros E. apply Qeq_eqR in E. rewrite RMicromega.Q2R_0 in E. lra. }
      destruct (the_loss p); rewrite ?minus_IZR, !mult_IZR, A, Y, ?V; field; lra.
  - unfold intercept_term_q, intercept_term. destruct (the_intercept p); try apply RMicromega.Q2R_0.
    assert (S := dual_scale_positive). assert (M := multiple_positive).
    assert (T : Q2R (fraction (zsum fst (pairs p c)) (multiple p c * of_dual c)) = sum (entry z) (rows p))
      by (rewrite fraction_value, entries_real by nia; field; lra).
    assert (U : Q2R (2 * beta p) = 2 * Q2R (beta p)) by (rewrite Q2R_mult; f_equal; unfold Q2R; simpl; field).
    unfold Qdiv. rewrite !Q2R_mult, T, Q2R_inv, U; [field; lra|].
    intros E. apply Qeq_eqR in E. rewrite RMicromega.Q2R_0, U in E. lra.
Qed.

(** ** The bound *)

Definition all_scales : R := IZR (value_scale * basis_scale c * scale_of_leaf one (side c)).

Lemma side_positive : (0 < side c)%Z.
Proof. unfold side. apply Z.pow_pos_nonneg; lia. Qed.

Lemma one_positive : (0 < one)%Z.
Proof. reflexivity. Qed.

Lemma all_scales_positive : 0 < all_scales.
Proof.
  apply IZR_lt. unfold value_scale, scale_of_leaf.
  assert (A := side_positive). assert (B := one_positive). assert (M := multiple_positive).
  assert (D : (0 < of_dual c)%Z) by apply common_positive.
  assert (X : (0 < of_rows p)%Z) by apply common_positive. assert (Q := basis_scale_positive).
  repeat apply Z.mul_pos_pos; (assumption || reflexivity).
Qed.

Lemma radius_real : IZR (radius p c) = Q2R (beta p) * IZR (denominator (beta p)) * all_scales.
Proof.
  unfold radius, all_scales, common_scale, value_scale. rewrite Q2R_fraction. rewrite !mult_IZR.
  assert (H := denominator_positive (beta p)). field. lra.
Qed.

(** What [short] accepts is a short vector, where [limit / factor] is [m^2]. *)
Lemma dual_norm_bound e u m : 0 <= m -> IZR (dual_square p e) <= m * m ->
  dot (reals e) u <= m * match the_penalty p with TwoNorm => norm2 u | OneNorm => norm1 u | InfNorm => norm_inf u end.
Proof.
  intros M. unfold dual_square. destruct (the_penalty p); intros H.
  - rewrite reals_dot in H. now apply cauchy_schwarz.
  - rewrite mult_IZR, largest_entry_real in H. apply square_compare in H; [|assumption].
    eapply Rle_trans; [apply dot_norm_inf_norm1|]. apply Rmult_le_compat_r; [apply norm1_nonneg|assumption].
  - rewrite mult_IZR, sum_abs_real in H. apply square_compare in H; [|assumption].
    eapply Rle_trans; [apply dot_norm1_norm_inf|]. apply Rmult_le_compat_r; [apply norm_inf_nonneg|assumption].
Qed.

Lemma short_sound m l e u : 0 <= Q2R (beta p) -> 0 <= m ->
  IZR l = (Q2R (beta p) * IZR (denominator (beta p)) * m) * (Q2R (beta p) * IZR (denominator (beta p)) * m) ->
  short p (factor p) l e = true -> dot (reals e) u <= Q2R (beta p) * m * size p u.
Proof.
  intros B A E H. unfold short in H. apply andb_true_iff in H. destruct H as [F H].
  rewrite (dot_without (free_bias p)).
  2: { destruct (free_bias p) as [b|]; [|exact I]. rewrite nth_reals. apply Z.eqb_eq in F. now rewrite F. }
  rewrite <- without_reals. unfold size.
  apply dual_norm_bound; [apply Rmult_le_pos; lra|].
  apply Z.leb_le, IZR_le in H. unfold factor in H. rewrite E, !mult_IZR in H.
  assert (D := denominator_positive (beta p)). set (d := IZR (denominator (beta p))) in *.
  set (s := IZR (dual_square _ _)) in *.
  apply (Rmult_le_reg_r (d * d)); [nra|]. nra.
Qed.

(** ** Coordinates of a basis *)

Lemma coordinates_real bs x : reals (coordinates bs x) = map (fun b => dot (reals b) (reals x)) bs.
Proof. unfold coordinates, reals. rewrite map_map. apply map_ext. intros b. apply reals_dot. Qed.

Definition zbasis_real (bs : list (list Q)) : Prop :=
  map reals (zbasis c bs) = map (fun b => scale (IZR (basis_scale c)) (real b)) bs.

Lemma zbasis_sound bs : basis c = Some bs -> zbasis_real bs.
Proof.
  intros E. unfold zbasis_real, zbasis. rewrite map_map. apply map_ext_in. intros b I. apply cleared_row.
  intros q M. unfold basis_scale. rewrite E. apply common_clears, in_concat. eauto.
Qed.

(** Where [u] is a combination of the basis and something orthogonal to it. *)
Lemma dot_coordinates bs x t q u : zbasis_real bs ->
  (forall y, dot y u = dot y (combination t (map real bs)) + dot y q) -> orthogonal_to q x ->
  IZR (basis_scale c) * dot (reals x) u = dot (reals (coordinates (zbasis c bs) x)) t.
Proof.
  intros Z E O. rewrite E, O, Rplus_0_r, dot_combination, coordinates_real.
  rewrite <- (map_map reals (fun b => dot b (reals x))), Z, !map_map. rewrite <- dot_scale_l. f_equal.
  unfold scale at 1. rewrite map_map. apply map_ext. intros b. now rewrite dot_scale_l, (dot_comm (real b)).
Qed.

Lemma g_coordinates bs base ks t q u : zbasis_real bs ->
  (forall y, dot y u = dot y (combination t (map real bs)) + dot y q) ->
  (forall x, In x (base :: map normal ks) -> orthogonal_to q x) ->
  IZR (basis_scale c) * g base ks u
  = g (coordinates (zbasis c bs) base) (map (in_coordinates (zbasis c bs)) ks) t.
Proof.
  intros Z E O. unfold g, bends. rewrite Rmult_plus_distr_l, (dot_coordinates bs base t q u Z E)
    by (apply O; now left). f_equal.
  rewrite sum_map, <- sum_scale. apply sum_ext. intros k K. unfold in_coordinates. simpl.
  rewrite <- (dot_coordinates bs (normal k) t q u Z E) by (apply O; right; now apply in_map).
  assert (S := basis_scale_positive). apply IZR_lt in S. rewrite relu_scale by lra. ring.
Qed.

(** Where a free bias moves by [a]. *)
Fixpoint moved (b : nat) (a : R) (u : vector) : vector :=
  match u, b with [], _ => [] | x :: u, O => x + a :: u | x :: u, S b => x :: moved b a u end.

Lemma moved_length a : forall u b, length (moved b a u) = length u.
Proof. induction u as [|x u IH]; intros [|b]; simpl; auto. Qed.

Lemma dot_moved a : forall u x b, (b < length u)%nat -> dot x (moved b a u) = dot x u + nth b x 0 * a.
Proof.
  induction u as [|y u IH]; intros x b B; simpl in B; [lia|].
  destruct x as [|e x]; [destruct b; simpl; lra|]. destruct b as [|b]; simpl; [lra|]. rewrite IH by lia. lra.
Qed.

Lemma without_moved a : forall u b, (b < length u)%nat -> without (Some b) (moved b a u) = without (Some b) u.
Proof.
  induction u as [|y u IH]; intros b B; simpl in B; [lia|]. destruct b as [|b]; [reflexivity|].
  specialize (IH b ltac:(lia)). unfold without in *. simpl in *. now rewrite IH.
Qed.

Lemma dot_about b m x u : reals (map (cleared (basis_scale c)) m) = scale (IZR (basis_scale c)) (real m) ->
  (b < length u)%nat -> nth b (map (cleared (basis_scale c)) m) 0%Z = 0%Z ->
  dot (reals (about c b (map (cleared (basis_scale c)) m) x)) (moved b (dot (real m) u) u)
  = IZR (basis_scale c) * dot (reals x) u.
Proof.
  intros Z B N. set (zm := map (cleared (basis_scale c)) m) in *. unfold about.
  rewrite reals_add, dot_add_l, !reals_scale, !dot_scale_l, !dot_moved by assumption.
  rewrite !nth_reals, N, Z, dot_scale_l, opp_IZR. ring.
Qed.

Lemma g_about b m base ks u : reals (map (cleared (basis_scale c)) m) = scale (IZR (basis_scale c)) (real m) ->
  (b < length u)%nat -> nth b (map (cleared (basis_scale c)) m) 0%Z = 0%Z ->
  IZR (basis_scale c) * g base ks u
  = g (about c b (map (cleared (basis_scale c)) m) base) (map (kink_about c b (map (cleared (basis_scale c)) m)) ks)
      (moved b (dot (real m) u) u).
Proof.
  intros Z B N. unfold g, bends. rewrite Rmult_plus_distr_l, (dot_about b m base u Z B N). f_equal.
  rewrite sum_map, <- sum_scale. apply sum_ext. intros k K. unfold kink_about. cbn [weight normal new_kink].
  rewrite (dot_about b m (normal k) u Z B N).
  assert (S := basis_scale_positive). apply IZR_lt in S. rewrite relu_scale by lra. ring.
Qed.

Lemma zmax_list {A : Type} (h : A -> Z) l a : In a l -> (h a <= fold_right (fun b m => Z.max m (h b)) 0%Z l)%Z.
Proof. induction l as [|b l IH]; [easy|]. simpl. intros [->|I]; [lia|]. specialize (IH I). lia. Qed.

Lemma numbered_nth {A : Type} (l : list A) d i : In i (seq 0 (length l)) -> In (i, nth i l d) (combine (seq 0 (length l)) l).
Proof.
  intros I. apply in_seq in I.
  assert (E : nth i (combine (seq 0 (length l)) l) (0%nat, d) = (i, nth i l d)).
  { rewrite combine_nth by apply seq_length. f_equal. rewrite seq_nth; lia. }
  rewrite <- E. apply nth_In. rewrite combine_length, seq_length. lia.
Qed.

Lemma sum_numbered_nth {A : Type} (h : nat -> A -> R) d : forall (l : list A) n,
  sum (fun ia => h (fst ia) (snd ia)) (combine (seq n (length l)) l) = sum (fun i => h i (nth (i - n) l d)) (seq n (length l)).
Proof.
  induction l as [|a l IH]; intros n; simpl; [reflexivity|]. rewrite Nat.sub_diag. f_equal. rewrite IH.
  apply sum_ext. intros i I. apply in_seq in I. replace (i - n)%nat with (S (i - S n)) by lia. reflexivity.
Qed.

Lemma skewness_sound bs : zbasis_real bs -> forall i, In i (seq 0 (length bs)) ->
  sum (fun k => Rabs (dot (nth i (map real bs) []) (nth k (map real bs) []) - delta i k)) (seq 0 (length bs))
  <= IZR (skewness c (zbasis c bs)) / (IZR (basis_scale c) * IZR (basis_scale c)).
Proof.
  intros Z i I. assert (S := basis_scale_positive). apply IZR_lt in S. set (s := IZR (basis_scale c)) in *.
  assert (L : length (zbasis c bs) = length bs) by (unfold zbasis; apply map_length).
  apply (Rmult_le_reg_l (s * s)); [nra|].
  replace (s * s * (IZR (skewness c (zbasis c bs)) / (s * s))) with (IZR (skewness c (zbasis c bs))) by (field; lra).
  unfold skewness. rewrite L. rewrite <- L in I.
  assert (H := zmax_list (fun ib => zsum (fun kb =>
    Z.abs (zdot (snd ib) (snd kb) - if Nat.eqb (fst ib) (fst kb) then basis_scale c * basis_scale c else 0)%Z)
    (combine (seq 0 (length (zbasis c bs))) (zbasis c bs))) _ _ (numbered_nth (zbasis c bs) [] i I)).
  rewrite L in H. apply IZR_le in H. eapply Rle_trans; [|exact H]. apply Req_le. rewrite <- sum_scale, zsum_real.
  rewrite <- L at 2. cbn [fst snd].
  rewrite (sum_numbered_nth (fun k b => IZR (Z.abs (zdot (nth i (zbasis c bs) []) b
     - if Nat.eqb i k then basis_scale c * basis_scale c else 0))) []).
  rewrite L. apply sum_ext. intros k K. rewrite Nat.sub_0_r.
  assert (N : forall j, reals (nth j (zbasis c bs) []) = scale s (nth j (map real bs) [])).
  { intros j. change (scale s (nth j (map real bs) [])) with ((fun b => scale s b) (nth j (map real bs) [])).
    rewrite <- (map_nth reals), <- (map_nth (fun b => scale s b)). rewrite map_map. now rewrite Z. }
  rewrite abs_IZR, minus_IZR, reals_dot, !N, dot_scale_l, dot_scale_r. unfold delta, s.
  rewrite <- (Rabs_right (IZR (basis_scale c) * IZR (basis_scale c))) at 1 by (unfold s in S; nra).
  rewrite <- Rabs_mult. f_equal. destruct (Nat.eqb i k); rewrite ?mult_IZR; simpl; ring.
Qed.

(** ** Both signs, all directions *)

Lemma both_signs_sound accepted dimension base ks : both_signs p c accepted dimension base ks = true ->
  forall t m, t <> [] -> length t = dimension -> 
  (forall e, accepted e = true -> dot (reals e) t <= m) ->
  IZR (scale_of_leaf one (side c)) * Rabs (g base ks t) <= m.
Proof.
  unfold both_signs. intros H t m N D S. apply andb_true_iff in H. destruct H as [H H'].
  destruct (covered_sound _ _ _ _ _ one_positive side_positive _ _ _ _ _ H t N D) as (e & A & E).
  destruct (covered_sound _ _ _ _ _ one_positive side_positive _ _ _ _ _ H' t N D) as (e' & A' & E').
  apply S in A, A'. rewrite g_negated in E'.
  assert (F : g base (filter heavy ks) t = g base ks t) by (unfold g; now rewrite bends_filter).
  rewrite F in *. unfold Rabs. destruct (Rcase_abs _); lra.
Qed.

Theorem cover_bounded_sound : shapes p c = true -> 0 <= Q2R (beta p) -> cover_bounded p c = true ->
  forall u, length u = columns p -> Rabs (landscape p z u) <= Q2R (beta p) * size p u.
Proof.
  intros W B H u L. unfold cover_bounded in H.
  assert (M := merged_real u). destruct (merged p c) as [base ks]. cbn [fst snd] in M.
  assert (A := all_scales_positive). assert (Q := basis_scale_positive). apply IZR_lt in Q.
  apply (Rmult_le_reg_l all_scales); [assumption|].
  assert (V : 0 < IZR value_scale).
  { apply IZR_lt. unfold value_scale. assert (X := multiple_positive).
    assert (D : (0 < of_dual c)%Z) by apply common_positive.
    assert (Y : (0 < of_rows p)%Z) by apply common_positive.
    repeat apply Z.mul_pos_pos; (assumption || reflexivity). }
  assert (E : all_scales * Rabs (landscape p z u)
              = IZR (scale_of_leaf one (side c)) * (IZR (basis_scale c) * Rabs (g base ks u))).
  { rewrite M, Rabs_mult, (Rabs_right (IZR value_scale)) by lra. unfold all_scales. rewrite !mult_IZR. ring. }
  rewrite E. clear E. destruct (basis c) as [bs|] eqn:K.
  - assert (Z := zbasis_sound bs K). destruct (free_bias p) as [b|] eqn:F.
    { rewrite !andb_true_iff in H. destruct H as [[H0 H1] H2].
      destruct bs as [|m [|? ?]]; try discriminate H0. clear H0.
      unfold zbasis in Z, H1, H2. cbn [map nth] in Z, H1, H2. apply Z.eqb_eq in H1. injection Z as Zm.
      assert (BL : (b < length u)%nat).
      { unfold shapes in W. rewrite !andb_true_iff, F in W. destruct W as [_ W]. apply Nat.ltb_lt in W. lia. }
      rewrite <- (Rabs_right (IZR (basis_scale c))) by lra. rewrite <- Rabs_mult.
      rewrite (g_about b m base ks u Zm BL H1).
      assert (NU : moved b (dot (real m) u) u <> []) by (destruct u; [simpl in BL; lia|destruct b; discriminate]).
      apply (both_signs_sound _ _ _ _ H2 _ _ NU ltac:(now rewrite moved_length)). intros e S.
      apply (short_sound all_scales _ e (moved b (dot (real m) u) u) B) in S;
        [|lra|unfold limit; now rewrite mult_IZR, radius_real].
      eapply Rle_trans; [exact S|]. apply Req_le. unfold size. rewrite F, without_moved by assumption. ring. }
    rewrite !andb_true_iff in H. destruct H as [[[[P H0] H1] H2] H3].
    assert (T : the_penalty p = TwoNorm) by (destruct (the_penalty p); try discriminate; auto).
    clear P.
    destruct (projection (map real bs) u) as (t & q & Lt & Eu & O). rewrite map_length in Lt.
    assert (OZ : forall b, In b (zbasis c bs) -> orthogonal_to q b).
    { intros b I. unfold orthogonal_to. assert (J : In (reals b) (map reals (zbasis c bs))) by now apply in_map.
      rewrite Z in J. apply in_map_iff in J. destruct J as (b' & <- & J).
      rewrite dot_scale_l, O by now apply in_map. ring. }
    rewrite <- (Rabs_right (IZR (basis_scale c))) by lra. rewrite <- Rabs_mult.
    rewrite (g_coordinates bs base ks t q u Z Eu) by (apply (spanned_sound _ _ _ H2 OZ)).
    assert (NT : t <> []).
    { intros ->. simpl in Lt. unfold has_length in H0. rewrite <- Lt in H0. discriminate. }
    apply (both_signs_sound _ _ _ _ H3 t _ NT Lt). intros e S. unfold short in S. rewrite F in S. cbn [andb zwithout] in S.
    apply Z.leb_le, IZR_le in S. unfold dual_square, limit, factor in S. rewrite T in S.
    apply Z.ltb_lt, IZR_lt in H1. rewrite !mult_IZR, minus_IZR, mult_IZR, radius_real, reals_dot in S.
    rewrite mult_IZR in H1.
    assert (C := coordinates_short (map real bs) t _ ltac:(rewrite map_length; exact Lt)
                   ltac:(rewrite map_length; apply (skewness_sound bs Z))).
    assert (SH := projection_shorter u _ q Eu ltac:(apply combination_orthogonal; exact O)).
    set (v := dot (combination t (map real bs)) (combination t (map real bs))) in *.
    set (s := IZR (basis_scale c)) in *. set (w := IZR (skewness c (zbasis c bs))) in *.
    assert (D := denominator_positive (beta p)). set (d := IZR (denominator (beta p))) in *.
    assert (CS := cauchy_schwarz_squares (reals e) t). set (ee := dot (reals e) (reals e)) in *.
    set (x := dot (reals e) t) in *. set (tt := dot t t) in *.
    assert (TT : 0 <= tt) by apply dot_self. assert (EE : 0 <= ee) by apply dot_self.
    unfold size. rewrite T, F. cbn [without]. set (n := norm2 u). assert (NN : 0 <= n) by apply norm2_nonneg.
    assert (N2 : n * n = dot u u) by apply norm2_square. rewrite <- N2 in SH.
    set (m := Q2R (beta p) * all_scales).
    assert (M0 : 0 <= m) by (apply Rmult_le_pos; lra).
    replace (all_scales * (Q2R (beta p) * n)) with (m * n) by (unfold m; ring).
    apply square_compare; [apply Rmult_le_pos; assumption|].
    assert (S' : ee * (s * s) <= m * m * (s * s - w)).
    { apply (Rmult_le_reg_r (d * d)); [nra|]. unfold m. nra. }
    assert (C' : (s * s - w) * tt <= s * s * (n * n)).
    { replace (s * s - w) with (s * s * (1 - w / (s * s))) by (field; lra).
      rewrite Rmult_assoc. apply Rmult_le_compat_l; [nra|]. lra. }
    apply (Rmult_le_reg_r (s * s)); [nra|].
    assert (S1 : ee * (s * s) * tt <= m * m * (s * s - w) * tt) by (apply Rmult_le_compat_r; assumption).
    assert (S2 : m * m * ((s * s - w) * tt) <= m * m * (s * s * (n * n)))
      by (apply Rmult_le_compat_l; [nra|assumption]).
    assert (S3 : x * x * (s * s) <= ee * tt * (s * s)) by (apply Rmult_le_compat_r; [nra|assumption]).
    nra.
  - assert (S1 : IZR (basis_scale c) = 1) by (unfold basis_scale; now rewrite K). rewrite S1, Rmult_1_l.
    assert (NU : u <> []).
    { intros ->. unfold shapes in W. rewrite !andb_true_iff in W.
      destruct W as [[[[[[W _] _] _] _] _] _]. apply Nat.ltb_lt in W. simpl in L. lia. }
    apply (both_signs_sound _ _ _ _ H u _ NU L). intros e S.
    apply (short_sound all_scales _ e u B) in S; [lra..|]. unfold limit. now rewrite mult_IZR, radius_real.
Qed.

(** ** The same from a list of chambers *)

Section Listed.
Variables (w : list Z) (u : vector) (sides : forall x, In x (map snd (pairs p c)) ->
  if positive_side w x then 0 <= dot (reals x) u else dot (reals x) u <= 0).

Lemma gradient_real : dot (reals (gradient p (pairs p c) w)) u = IZR value_scale * landscape p z u.
Proof.
  assert (E : forall l, dot (reals (gradient p l w)) u = sum (fun zx =>
    IZR (fst zx * if positive_side w (snd zx) then denominator (kappa p) else Qnum (kappa p)) * dot (reals (snd zx)) u) l).
  { induction l as [|zx l IH]; simpl; [reflexivity|]. now rewrite reals_add, dot_add_l, reals_scale, dot_scale_l, IH. }
  rewrite E. clear E. unfold landscape. rewrite <- sum_scale. unfold pairs. rewrite sum_map.
  apply sum_ext. intros r I. cbn [fst snd].
  assert (S := sides (zrow p (snd r)) ltac:(unfold pairs; rewrite map_map; exact (in_map _ _ _ I))).
  rewrite mult_IZR, zdual_entry. rewrite row_real in * by assumption. set (t := dot (real (snd r)) u) in *.
  assert (P : (0 < of_rows p)%Z) by apply common_positive. apply IZR_lt in P.
  assert (D := denominator_positive (kappa p)). unfold value_scale, phi. rewrite !mult_IZR.
  destruct (positive_side w (zrow p (snd r))).
  - rewrite Rmax_left, Rmin_right by nra. ring.
  - rewrite Rmax_right, Rmin_left, Q2R_fraction by nra. field. lra.
Qed.

Lemma pushed_nonneg m l : (forall q, In q (map snd l) -> clears m q) ->
  (forall iq, In iq l -> positive (snd iq) = true) -> 0 <= dot (reals (pushed (lift p c) (map snd (pairs p c)) w m l)) u.
Proof.
  set (xs := map snd (pairs p c)) in *. unfold pushed. induction l as [|[i q] l IH]; intros C P; [simpl; lra|].
  simpl. rewrite reals_add, dot_add_l, reals_scale, dot_scale_l.
  assert (H : 0 <= dot (reals (pushed (lift p c) xs w m l)) u) by (apply IH; intros; [apply C|apply P]; simpl; auto).
  unfold pushed in H. apply Rplus_le_le_0_compat; [|exact H].
  assert (Q := positive_real q (P _ (or_introl eq_refl))). assert (X := C q (or_introl eq_refl)).
  assert (V := cleared_value m q X). destruct X as [M _]. apply IZR_lt in M.
  assert (A : 0 <= IZR (lift p c * cleared m q)).
  { rewrite mult_IZR, V. assert (L : 0 < IZR (lift p c)).
    { apply IZR_lt. unfold lift. assert (Y := multiple_positive). assert (W : (0 < of_dual c)%Z) by apply common_positive.
      repeat apply Z.mul_pos_pos; (assumption || reflexivity). }
    apply Rmult_le_pos; [lra|apply Rmult_le_pos; lra]. }
  destruct (nth_in_or_default i xs []) as [I|E].
  - specialize (sides _ I). destruct (positive_side w (nth i xs [])); [|rewrite opp_IZR]; nra.
  - rewrite E. simpl. lra.
Qed.

Lemma chamber_sound sign l : 0 <= Q2R (beta p) -> basis_scale c = 1%Z ->
  chamber_holds p (factor p) (reach p c) (lift p c) (map snd (pairs p c)) w (gradient p (pairs p c) w) sign l = true ->
  IZR sign * landscape p z u <= Q2R (beta p) * size p u.
Proof.
  intros B K H. unfold chamber_holds in H. apply andb_true_iff in H. destruct H as [P H].
  rewrite forallb_forall in P. set (m := common (map snd l)) in *.
  assert (M : (0 < m)%Z) by apply common_positive. assert (M' := M). apply IZR_lt in M'.
  assert (V : 0 < IZR value_scale).
  { apply IZR_lt. unfold value_scale. assert (X := multiple_positive).
    assert (D : (0 < of_dual c)%Z) by apply common_positive.
    assert (Y : (0 < of_rows p)%Z) by apply common_positive.
    repeat apply Z.mul_pos_pos; (assumption || reflexivity). }
  apply (short_sound (IZR value_scale * IZR m) _ _ u B) in H; [|nra|].
  - rewrite reals_add, dot_add_l, reals_scale, dot_scale_l, gradient_real, mult_IZR in H.
    assert (N := pushed_nonneg m l (common_clears _)
      ltac:(intros iq I; specialize (P iq I); now apply andb_true_iff in P)).
    apply (Rmult_le_reg_l (IZR value_scale * IZR m)); [nra|]. lra.
  - unfold reach, common_scale, value_scale. rewrite K, !mult_IZR. assert (D := denominator_positive (beta p)).
    rewrite Q2R_fraction. field. lra.
Qed.

End Listed.

Lemma list_bounded_sound l : proof c = Listed l -> 0 <= Q2R (beta p) -> list_bounded p c l = true ->
  forall u, Rabs (landscape p z u) <= Q2R (beta p) * size p u.
Proof.
  unfold list_bounded. intros E B H u. apply andb_true_iff in H. destruct H as [C H].
  destruct (sides_sound _ _ _ C u) as (w & W & S). apply in_map_iff in W. destruct W as (h & <- & I).
  rewrite forallb_forall in H. specialize (H h I). apply andb_true_iff in H. destruct H as [H H'].
  assert (K : basis_scale c = 1%Z) by (unfold basis_scale, basis, the_cover; now rewrite E).
  apply (chamber_sound _ u S) in H, H'; [|assumption..]. unfold Rabs. destruct (Rcase_abs _); lra.
Qed.

Theorem bounded_sound : shapes p c = true -> 0 <= Q2R (beta p) -> bounded p c = true ->
  forall u, length u = columns p -> Rabs (landscape p z u) <= Q2R (beta p) * size p u.
Proof.
  intros W B H u L. unfold bounded in H. destruct (proof c) as [k|l] eqn:E.
  - now apply cover_bounded_sound.
  - now apply (list_bounded_sound l).
Qed.

(** ** The theorem *)

Lemma trained_fits : shapes p c = true -> fits p (network_of (trained c)).
Proof.
  unfold shapes. intros H. rewrite !andb_true_iff in H. destruct H as [[[[[[_ _] _] W] I] S] _].
  split; [|split].
  - intros j J. apply in_map_iff in J. destruct J as ([w a] & <- & J). simpl.
    rewrite forallb_forall in W. apply in_combine_l, W, Nat.eqb_eq in J. unfold real. now rewrite map_length.
  - intros F. rewrite F in I. simpl in *. apply Qeq_bool_iff, Qeq_eqR in I. rewrite I. apply RMicromega.Q2R_0.
  - intros F. rewrite F in S. simpl in *. destruct (free_slope (trained c)); [reflexivity|discriminate].
Qed.

Theorem lower_sound : accept p c = true -> forall f, fits p f -> Q2R (lower c) <= objective p f.
Proof.
  unfold accept. intros H f F. rewrite !andb_true_iff in H. destruct H as [[[[[[W N] D] O] L] _] B].
  apply Qeq_bool_iff, Qeq_eqR in L. rewrite L, lower_bound_real by assumption.
  destruct (numbers_real N) as [P S].
  apply weak_duality; try assumption.
  - unfold shapes in W. rewrite !andb_true_iff in W. destruct W as [[[[[[_ _] W] _] _] _] _].
    apply Nat.eqb_eq in W. unfold z, real. now rewrite map_length.
  - intros [a s] I. unfold z, real in I. rewrite combine_map_l in I. apply in_map_iff in I.
    destruct I as ([b [y t]] & E & I). injection E as <- <-. rewrite forallb_forall in D.
    apply domain_sound; [exact (S _ (in_combine_r _ _ _ _ I))|apply D, I].
  - now apply orthogonal_sound.
  - apply bounded_sound; [assumption|lra|assumption].
Qed.

(** What is accepted is true. No network, of any width and with any real weights, is below [lower]; networks
    come as near to [upper] as one likes; and one reaches it: for the 2-norm that of the certificate, for the other
    norms that of the certificate with its neurons scaled, if they can be. *)
Theorem checker_sound : accept p c = true ->
  (forall f, fits p f -> Q2R (lower c) <= objective p f) /\
  (forall e, 0 < e -> exists f, fits p f /\ objective p f <= Q2R (upper c) + e) /\
  (scalable p (trained c) = true -> exists f, fits p f /\ objective p f = Q2R (upper c)).
Proof.
  intros A. split; [now apply lower_sound|].
  unfold accept in A. rewrite !andb_true_iff in A. destruct A as [[[[[[W N] _] _] _] U] _].
  apply trained_fits in W. apply Qeq_bool_iff, Qeq_eqR in U. rewrite U. split.
  - intros e E. apply approached; [|assumption..]. apply numbers_real in N. lra.
  - intros S. now apply reached.
Qed.

End Soundness.
