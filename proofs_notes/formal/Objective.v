(** The upper bound: the objective of a network of rational weights is a rational, computed in integers. *)

From Coq Require Import Arith Lia Lra Psatz Field Bool.
From ConvexLandscape Require Export Numbers.
Open Scope R_scope.

(** ** The rational network of a certificate *)

Record rational_network := {
  hidden_weights : list (list Q);
  output_weights : list Q;
  free_offset : Q;
  free_slope : list Q
}.

Definition network_of (f : rational_network) : network := {|
  neurons := map (fun wa => {| hidden := real (fst wa); coefficient := Q2R (snd wa) |})
                 (combine (hidden_weights f) (output_weights f));
  offset := Q2R (free_offset f);
  slope := real (free_slope f)
|}.

Section Objective.
Variables (p : problem) (f : rational_network).

(** Common denominators: of X, of the hidden and output weights, of what is free, of y and of the weights of samples. *)
Definition of_rows : Z := common (concat (map snd (rows p))).
Definition of_hidden : Z := common (concat (hidden_weights f)).
Definition of_output : Z := common (output_weights f).
Definition of_free : Z := common (free_offset f :: free_slope f).
Definition targets : list Q := map fst (samples p).
Definition of_target : Z := common (match the_loss p with Huber d => d :: targets | _ => targets end).
Definition of_weights : Z := common (map snd (samples p)).

(** Where a function begins with [let], what follows is computed once and not for each argument. *)
Definition zrow : list Q -> list Z := let m := of_rows in fun x => map (cleared m) x.

Definition zneurons : list (list Z * Z) :=
  let m := of_hidden in
  let n := of_output in
  map (fun wa => (map (cleared m) (fst wa), cleared n (snd wa))) (combine (hidden_weights f) (output_weights f)).

Definition zphi (t : Z) : Z := ((if 0 <=? t then denominator (kappa p) else Qnum (kappa p)) * t)%Z.

Definition zneuron (x : list Z) (wa : list Z * Z) : Z := (snd wa * zphi (zdot x (fst wa)))%Z.

Definition zsum {A : Type} (h : A -> Z) (l : list A) : Z := fold_right (fun a s => h a + s)%Z 0%Z l.

(** The output times [scale_of_output]. *)
Definition zoutput : list Z -> Z :=
  let ns := zneurons in
  let m := of_free in
  let offset := (cleared of_free (free_offset f) * of_rows)%Z in
  let slope := map (cleared of_free) (free_slope f) in
  let scale := (of_hidden * of_output * denominator (kappa p))%Z in
  fun x => (zsum (zneuron x) ns * m + (offset + zdot x slope) * scale)%Z.

Definition scale_of_output : Z := (of_rows * of_hidden * of_output * denominator (kappa p) * of_free)%Z.

Lemma zsum_real {A : Type} (h : A -> Z) l : IZR (zsum h l) = sum (fun a => IZR (h a)) l.
Proof. unfold zsum. induction l as [|a l IH]; simpl; [reflexivity|]. now rewrite plus_IZR, IH. Qed.

Lemma zphi_real m t : (0 < m)%Z -> IZR (zphi t) = IZR m * IZR (denominator (kappa p)) * phi (Q2R (kappa p)) (IZR t / IZR m).
Proof.
  intros P. apply IZR_lt in P. unfold zphi, phi. rewrite mult_IZR, Q2R_fraction.
  assert (D := denominator_positive (kappa p)). assert (I := Rinv_0_lt_compat _ P).
  destruct (Z.leb_spec 0 t) as [L|L]; [apply IZR_le in L|apply IZR_lt in L].
  - rewrite Rmax_left, Rmin_right; unfold Rdiv; try nra. field. lra.
  - rewrite Rmax_right, Rmin_left; unfold Rdiv; try nra. field. lra.
Qed.

Lemma dot_two_cleared m n x w : (forall q, In q x -> clears m q) -> (forall q, In q w -> clears n q) ->
  IZR (zdot (map (cleared m) x) (map (cleared n) w)) = IZR m * IZR n * dot (real x) (real w).
Proof.
  intros X W. rewrite reals_dot, (cleared_row m x X), (cleared_row n w W), dot_scale_l, dot_scale_r. lra.
Qed.

Lemma clears_in l m : (forall q, In q m -> In q l) -> forall q, In q m -> clears (common l) q.
Proof. intros I q M. apply common_clears, I, M. Qed.

Lemma zoutput_real r : In r (rows p) ->
  IZR (zoutput (zrow (snd r))) = IZR scale_of_output * output (Q2R (kappa p)) (network_of f) (real (snd r)).
Proof.
  intros I. unfold zoutput, scale_of_output, output, network_of. simpl.
  assert (X : forall q, In q (snd r) -> clears of_rows q).
  { apply clears_in. intros q M. apply in_concat. exists (snd r). split; [now apply in_map|assumption]. }
  rewrite !plus_IZR, !mult_IZR, plus_IZR, mult_IZR.
  unfold zrow. rewrite dot_two_cleared; [|assumption|apply clears_in; intros; now right].
  rewrite cleared_value by (apply common_clears; now left).
  enough (E : IZR (zsum (zneuron (map (cleared of_rows) (snd r))) zneurons)
              = IZR of_rows * IZR of_hidden * IZR of_output * IZR (denominator (kappa p))
                * sum (fun j => coefficient j * phi (Q2R (kappa p)) (dot (real (snd r)) (hidden j)))
                      (map (fun wa => {| hidden := real (fst wa); coefficient := Q2R (snd wa) |})
                           (combine (hidden_weights f) (output_weights f)))) by (rewrite E; ring).
  rewrite zsum_real, <- sum_scale. unfold zneurons. rewrite !sum_map. apply sum_ext. intros [w a] W. simpl.
  unfold zneuron. cbn [fst snd]. rewrite mult_IZR.
  rewrite (cleared_value of_output a) by (apply common_clears; eapply in_combine_r; exact W).
  assert (H : forall q, In q w -> clears of_hidden q).
  { apply clears_in. intros q M. apply in_concat. exists w. split; [eapply in_combine_l; exact W|assumption]. }
  assert (PR : (0 < of_rows)%Z) by apply common_positive.
  assert (PH : (0 < of_hidden)%Z) by apply common_positive.
  rewrite (zphi_real (of_rows * of_hidden)) by lia. rewrite dot_two_cleared by assumption. rewrite !mult_IZR.
  apply IZR_lt in PR, PH.
  replace (IZR of_rows * IZR of_hidden * dot (real (snd r)) (real w) / (IZR of_rows * IZR of_hidden))
    with (dot (real (snd r)) (real w)) by (field; lra). ring.
Qed.

(** ** Predictions *)

Fixpoint add_at (s : nat) (a : Z) (l : list Z) : list Z :=
  match l, s with
  | [], _ => []
  | b :: l', O => (a + b)%Z :: l'
  | b :: l', S s' => b :: add_at s' a l'
  end.

Definition zpredictions : list Z :=
  let row := zrow in
  let out := zoutput in
  fold_right (fun r l => add_at (fst r) (out (row (snd r))) l) (repeat 0%Z (length (samples p))) (rows p).

Lemma add_at_length a : forall l s, length (add_at s a l) = length l.
Proof. induction l as [|b l IH]; intros [|s]; simpl; auto. Qed.

Lemma add_at_nth a : forall l s i, (i < length l)%nat ->
  nth i (add_at s a l) 0%Z = ((if Nat.eqb s i then a else 0) + nth i l 0)%Z.
Proof. induction l as [|b l IH]; intros [|s] [|i] I; simpl in *; try lia. apply IH. lia. Qed.

Lemma zpredictions_real : length zpredictions = length (samples p) /\
  forall i, (i < length (samples p))%nat ->
  IZR (nth i zpredictions 0%Z) = IZR scale_of_output * prediction p (network_of f) i.
Proof.
  unfold zpredictions, prediction.
  enough (H : forall l, (forall r, In r l -> In r (rows p)) ->
    let z := fold_right (fun r l => add_at (fst r) (zoutput (zrow (snd r))) l) (repeat 0%Z (length (samples p))) l in
    length z = length (samples p) /\ forall i, (i < length (samples p))%nat -> IZR (nth i z 0%Z) =
      IZR scale_of_output * sum (fun r => if Nat.eqb (fst r) i
        then output (Q2R (kappa p)) (network_of f) (real (snd r)) else 0) l) by (apply H; auto).
  induction l as [|r l IH]; intros S; simpl.
  - split; [apply repeat_length|]. intros i I. rewrite nth_repeat. lra.
  - destruct IH as [L E]; [intros; apply S; now right|]. split; [now rewrite add_at_length|].
    intros i I. rewrite add_at_nth, plus_IZR, E by (congruence || lia).
    destruct (Nat.eqb (fst r) i); [rewrite zoutput_real by (apply S; now left)|]; lra.
Qed.

(** ** Losses *)

(** The scale of [f] and [y] below, and what a loss is then multiplied by. *)
Definition scale_of_error : Z := (scale_of_output * of_target)%Z.

Definition scale_of_loss : Z :=
  match the_loss p with
  | SquaredHinge => 2 * (scale_of_error * scale_of_error * (scale_of_error * scale_of_error))
  | _ => 2 * (scale_of_error * scale_of_error)
  end%Z.

(** The loss of one sample, without its weight. *)
Definition zloss : Z -> Q -> Z :=
  let e := scale_of_error in
  let t := of_target in
  let s := scale_of_output in
  fun a q =>
  let f := (a * t)%Z in
  let y := (cleared t q * s)%Z in
  match the_loss p with
  | Squared => (f - y) * (f - y)
  | L1 => 2 * Z.abs (f - y) * e
  | Huber d =>
      let d := (cleared t d * s)%Z in
      if Z.abs (f - y) <=? d then (f - y) * (f - y) else 2 * d * Z.abs (f - y) - d * d
  | Hinge => 2 * Z.max 0 (e * e - y * f)
  | SquaredHinge => Z.max 0 (e * e - y * f) * Z.max 0 (e * e - y * f)
  end%Z.

Definition zlosses : Z :=
  let m := of_weights in
  let h := zloss in
  zsum (fun t => cleared m (snd (snd t)) * h (fst t) (fst (snd t)))%Z (combine zpredictions (samples p)).

Lemma scale_of_output_positive : (0 < scale_of_output)%Z.
Proof.
  unfold scale_of_output. repeat apply Z.mul_pos_pos; try apply common_positive. reflexivity.
Qed.

Lemma scale_of_error_positive : (0 < scale_of_error)%Z.
Proof. apply Z.mul_pos_pos; [apply scale_of_output_positive|apply common_positive]. Qed.

Lemma max_scaled m a : 0 <= m -> Rmax 0 (m * a) = m * Rmax 0 a.
Proof.
  intros M. destruct (Rle_or_lt 0 a); [rewrite !Rmax_right by nra|rewrite !Rmax_left by nra]; lra.
Qed.

Lemma Zmax_real a : IZR (Z.max 0 a) = Rmax 0 (IZR a).
Proof.
  destruct (Z.leb_spec 0 a) as [L|L].
  - rewrite Z.max_r, Rmax_right; [reflexivity|apply (IZR_le 0 a L)|assumption].
  - rewrite Z.max_l, Rmax_left; [reflexivity|apply Rlt_le, (IZR_lt a 0 L)|lia].
Qed.

Lemma zloss_real a x q : In q targets -> IZR a = IZR scale_of_output * x ->
  IZR (zloss a q) = IZR scale_of_loss * loss_at (the_loss p) x (Q2R q).
Proof.
  intros I A. set (e := IZR scale_of_error).
  assert (E : 0 < e) by (apply IZR_lt, scale_of_error_positive).
  assert (X : IZR (a * of_target) = e * x) by (unfold e, scale_of_error; rewrite !mult_IZR, A; ring).
  assert (C : forall d, In d (match the_loss p with Huber d => d :: targets | _ => targets end) ->
              IZR (cleared of_target d * scale_of_output) = e * Q2R d).
  { intros d D. unfold e, scale_of_error. rewrite !mult_IZR, cleared_value by (apply common_clears, D). ring. }
  assert (Y : IZR (cleared of_target q * scale_of_output) = e * Q2R q)
    by (apply C; destruct (the_loss p); try right; assumption).
  assert (D : IZR (a * of_target - cleared of_target q * scale_of_output) = e * (x - Q2R q))
    by (rewrite minus_IZR, X, Y; ring).
  assert (B : IZR (Z.abs (a * of_target - cleared of_target q * scale_of_output)) = e * Rabs (x - Q2R q))
    by (rewrite abs_IZR, D, Rabs_mult, (Rabs_right e) by lra; ring).
  assert (M : IZR (Z.max 0 (scale_of_error * scale_of_error
                            - cleared of_target q * scale_of_output * (a * of_target)))
              = e * e * Rmax 0 (1 - Q2R q * x)).
  { rewrite Zmax_real, minus_IZR, (mult_IZR (_ * _) (_ * _)), X, Y, mult_IZR. fold e.
    rewrite <- max_scaled by nra. f_equal. ring. }
  unfold zloss, scale_of_loss, loss_at. clear A. destruct (the_loss p) as [| |d| |].
  - rewrite !mult_IZR, D. fold e. simpl. field.
  - rewrite !mult_IZR, B. fold e. simpl. ring.
  - rewrite mult_IZR, mult_IZR. fold e. assert (Z := C d (or_introl eq_refl)).
    destruct (Z.leb_spec (Z.abs (a * of_target - cleared of_target q * scale_of_output))
                (cleared of_target d * scale_of_output)) as [L|L].
    + apply IZR_le in L. rewrite B, Z in L.
      destruct (Rle_dec _ _) as [_|N]; [|exfalso; apply N; nra]. rewrite !mult_IZR, D. field.
    + apply IZR_lt in L. rewrite B, Z in L.
      destruct (Rle_dec _ _) as [N|_]; [exfalso; nra|].
      rewrite minus_IZR, (mult_IZR _ (cleared of_target d * scale_of_output)), mult_IZR, mult_IZR, B, Z. field.
  - rewrite !mult_IZR in *. rewrite M. fold e. ring.
  - rewrite !mult_IZR in *. rewrite M. fold e. field.
Qed.

Lemma sum_numbered {A : Type} (h : Z -> A -> R) : forall l ys n, length l = length ys ->
  sum (fun ay => h (fst ay) (snd ay)) (combine l ys)
  = sum (fun iy => h (nth (fst iy - n) l 0%Z) (snd iy)) (combine (seq n (length ys)) ys).
Proof.
  induction l as [|a l IH]; intros [|y ys] n L; simpl in *; try discriminate; [reflexivity|].
  rewrite Nat.sub_diag. f_equal. rewrite (IH ys (S n)) by lia. apply sum_ext. intros [i q] I.
  apply in_combine_l, in_seq in I. simpl. replace (i - n)%nat with (S (i - S n)) by lia. reflexivity.
Qed.

Lemma zlosses_real : IZR zlosses = IZR (of_weights * scale_of_loss) * total_loss p (network_of f).
Proof.
  destruct zpredictions_real as [L E]. unfold zlosses, total_loss, numbered.
  rewrite zsum_real, (sum_numbered (fun a s => IZR (cleared of_weights (snd s) * zloss a (fst s))) _ _ 0 L), <- sum_scale.
  apply sum_ext. intros [i [y s]] I. cbn [fst snd]. rewrite Nat.sub_0_r, !mult_IZR.
  assert (J := in_combine_r _ _ _ _ I).
  rewrite cleared_value by (apply common_clears; exact (in_map snd _ _ J)).
  rewrite (zloss_real _ (prediction p (network_of f) i)); [ring|exact (in_map fst _ _ J)|].
  apply E. apply in_combine_l, in_seq in I. lia.
Qed.

(** ** The penalty *)

Definition zwithout (place : option nat) (w : list Z) : list Z :=
  match place with None => w | Some b => firstn b w ++ skipn (S b) w end.

Definition largest_entry_z (e : list Z) : Z := fold_right (fun a m => Z.max (Z.abs a) m) 0%Z e.

(** The squares of the weights, for the 2-norm; else the least penalty over all scalings of the neurons. *)
Definition zpenalty : list Z * Z -> Z :=
  let m := (of_output * of_output)%Z in
  let n := (of_hidden * of_hidden)%Z in
  fun wa =>
  let w := zwithout (free_bias p) (fst wa) in
  match the_penalty p with
  | TwoNorm => zdot w w * m + snd wa * snd wa * n
  | OneNorm => zsum Z.abs w * Z.abs (snd wa)
  | InfNorm => largest_entry_z w * Z.abs (snd wa)
  end%Z.

Definition scale_of_penalty : Z :=
  match the_penalty p with
  | TwoNorm => 2 * (of_hidden * of_hidden * (of_output * of_output))
  | _ => of_hidden * of_output
  end%Z.

Definition half_square (q : Q) : Q := (q * q * (1 # 2))%Q.

Definition zobjective : Q :=
  (fraction zlosses (of_weights * scale_of_loss)
   + beta p * (fraction (zsum zpenalty zneurons) scale_of_penalty
               + match the_intercept p with DecayedIntercept => half_square (free_offset f) | _ => 0 end))%Q.

Lemma without_reals b w : reals (zwithout b w) = without b (reals w).
Proof.
  destruct b; [|reflexivity]. unfold zwithout, without, reals. now rewrite map_app, firstn_map, skipn_map.
Qed.

Lemma without_scale b c w : without b (scale c w) = scale c (without b w).
Proof. destruct b; [|reflexivity]. unfold without, scale. now rewrite map_app, firstn_map, skipn_map. Qed.

Lemma largest_entry_real e : IZR (largest_entry_z e) = norm_inf (reals e).
Proof.
  induction e as [|a e IH]; simpl; [reflexivity|]. rewrite <- IH, <- abs_IZR.
  destruct (Z.le_ge_cases (Z.abs a) (largest_entry_z e)) as [L|L].
  - rewrite Z.max_r, Rmax_right; [reflexivity|now apply IZR_le|assumption].
  - rewrite Z.max_l, Rmax_left; [reflexivity|now apply IZR_le|assumption].
Qed.

Lemma sum_abs_real e : IZR (zsum Z.abs e) = norm1 (reals e).
Proof. unfold norm1, reals. rewrite zsum_real, sum_map. apply sum_ext. intros. apply abs_IZR. Qed.

(** What the penalty of a neuron becomes in zpenalty. *)
Definition best_penalty (j : neuron) : R :=
  match the_penalty p with
  | TwoNorm => (size p (hidden j) ^ 2 + coefficient j ^ 2) / 2
  | _ => size p (hidden j) * Rabs (coefficient j)
  end.

Lemma size_scale c w : 0 <= c -> size p (scale c w) = c * size p w.
Proof.
  intros C. unfold size. rewrite without_scale. set (v := without (free_bias p) w). destruct (the_penalty p).
  - unfold norm2. rewrite dot_scale_l, dot_scale_r, <- Rmult_assoc.
    rewrite sqrt_mult by (try apply dot_self; nra). now rewrite sqrt_square.
  - unfold norm1, scale. rewrite sum_map, <- sum_scale. apply sum_ext. intros a _.
    rewrite Rabs_mult, (Rabs_right c) by lra. reflexivity.
  - induction v as [|a v IH]; simpl; [lra|]. rewrite IH, Rabs_mult, (Rabs_right c) by lra.
    destruct (Rle_or_lt (Rabs a) (norm_inf v)) as [L|L].
    + rewrite !Rmax_right; try lra. now apply Rmult_le_compat_l.
    + rewrite !Rmax_left; try lra. apply Rmult_le_compat_l; lra.
Qed.

Lemma size_nonneg w : 0 <= size p w.
Proof. unfold size. destruct (the_penalty p); [apply norm2_nonneg|apply norm1_nonneg|apply norm_inf_nonneg]. Qed.

Lemma scales_positive : (0 < of_hidden /\ 0 < of_output /\ 0 < scale_of_penalty /\ 0 < of_weights * scale_of_loss)%Z.
Proof.
  assert (PH : (0 < of_hidden)%Z) by apply common_positive.
  assert (PO : (0 < of_output)%Z) by apply common_positive.
  assert (PW : (0 < of_weights)%Z) by apply common_positive.
  assert (PE := scale_of_error_positive).
  repeat split; try assumption.
  - unfold scale_of_penalty. destruct (the_penalty p); nia.
  - unfold scale_of_loss. destruct (the_loss p); nia.
Qed.

Lemma zpenalty_real w a : In (w, a) (combine (hidden_weights f) (output_weights f)) ->
  IZR (zpenalty (map (cleared of_hidden) w, cleared of_output a))
  = IZR scale_of_penalty * best_penalty {| hidden := real w; coefficient := Q2R a |}.
Proof.
  intros W. unfold zpenalty, scale_of_penalty, best_penalty. cbn [fst snd hidden coefficient].
  destruct scales_positive as (PH & PO & _). apply IZR_lt in PH, PO.
  assert (A : IZR (cleared of_output a) = IZR of_output * Q2R a)
    by (apply cleared_value, common_clears; eapply in_combine_r, W).
  assert (B : IZR (Z.abs (cleared of_output a)) = IZR of_output * Rabs (Q2R a))
    by (rewrite abs_IZR, A, Rabs_mult, (Rabs_right (IZR of_output)) by lra; reflexivity).
  assert (V : reals (zwithout (free_bias p) (map (cleared of_hidden) w))
              = without (free_bias p) (scale (IZR of_hidden) (real w))).
  { rewrite without_reals, cleared_row; [reflexivity|]. apply clears_in. intros q M. apply in_concat.
    exists w. split; [eapply in_combine_l; exact W|assumption]. }
  assert (S := size_scale (IZR of_hidden) (real w) ltac:(lra)). unfold size in *.
  destruct (the_penalty p).
  - rewrite plus_IZR, !mult_IZR, reals_dot, V, A, <- norm2_square, S. field.
  - rewrite !mult_IZR, sum_abs_real, V, B, S. ring.
  - rewrite !mult_IZR, largest_entry_real, V, B, S. ring.
Qed.

(** The value that is computed. *)
Theorem zobjective_real : Q2R zobjective
  = total_loss p (network_of f)
    + Q2R (beta p) * (sum best_penalty (neurons (network_of f))
                      + match the_intercept p with DecayedIntercept => offset (network_of f) ^ 2 / 2 | _ => 0 end).
Proof.
  destruct scales_positive as (_ & _ & PP & PL).
  unfold zobjective. rewrite Q2R_plus, Q2R_mult, Q2R_plus, !fraction_value by assumption. rewrite zlosses_real.
  apply IZR_lt in PP, PL. f_equal; [field; lra|]. f_equal. f_equal.
  - enough (E : IZR (zsum zpenalty zneurons)
                = IZR scale_of_penalty * sum best_penalty (neurons (network_of f))) by (rewrite E; field; lra).
    rewrite zsum_real, <- sum_scale. unfold zneurons, network_of. simpl. rewrite !sum_map.
    apply sum_ext. intros [w a] W. now apply zpenalty_real.
  - destruct (the_intercept p); [apply RMicromega.Q2R_0|apply RMicromega.Q2R_0|].
    unfold half_square. rewrite !Q2R_mult. simpl. unfold Q2R at 3. simpl. field.
Qed.

(** For the 2-norm it is the objective of the network. *)
Theorem attained : the_penalty p = TwoNorm -> objective p (network_of f) = Q2R zobjective.
Proof.
  intros T. rewrite zobjective_real. unfold objective, decay, best_penalty. rewrite T.
  rewrite (sum_ext (fun j => (size p (hidden j) ^ 2 + coefficient j ^ 2) / 2)
                   (fun j => / 2 * (size p (hidden j) ^ 2 + coefficient j ^ 2))) by (intros; lra).
  rewrite sum_scale. destruct (the_intercept p); field.
Qed.

(** Whether each neuron has something that the penalty sees, or is not heard in the output. *)
Definition scalable : bool :=
  let heard (norm : list Z -> Z) :=
    forallb (fun wa => (0 <? norm (zwithout (free_bias p) (fst wa))) || (snd wa =? 0))%Z zneurons in
  match the_penalty p with TwoNorm => true | OneNorm => heard (zsum Z.abs) | InfNorm => heard largest_entry_z end.

Lemma scalable_real : scalable = true -> the_penalty p = TwoNorm \/
  forall j, In j (neurons (network_of f)) -> 0 < size p (hidden j) \/ coefficient j = 0.
Proof.
  intros H. destruct (the_penalty p) eqn:T; [now left|right..]; intros j J; unfold network_of in J;
    apply in_map_iff in J; destruct J as ([w a] & <- & W); cbn [fst snd hidden coefficient];
    unfold scalable in H; rewrite T, forallb_forall in H; specialize (H _ (in_map _ _ _ W)); cbn [fst snd] in H;
    apply orb_true_iff in H; destruct scales_positive as (PH & PO & _); apply IZR_lt in PH, PO;
    assert (V : reals (zwithout (free_bias p) (map (cleared of_hidden) w))
                = without (free_bias p) (scale (IZR of_hidden) (real w)))
      by (rewrite without_reals, cleared_row; [reflexivity|]; apply clears_in; intros q M; apply in_concat;
          exists w; split; [eapply in_combine_l; exact W|assumption]);
    (destruct H as [H|H]; [left|right]).
  1, 3: apply Z.ltb_lt, IZR_lt in H; rewrite ?sum_abs_real, ?largest_entry_real, V in H;
    assert (S := size_scale (IZR of_hidden) (real w) ltac:(lra)); unfold size in *; rewrite T in *; nra.
  all: apply Z.eqb_eq, (f_equal IZR) in H;
    rewrite cleared_value in H by (apply common_clears; eapply in_combine_r, W);
    apply Rmult_integral in H; destruct H; [lra|assumption].
Qed.

End Objective.

(** ** Scaled neurons

    Hidden weights times t, the output weight divided by t > 0: the outputs stay the same, and the penalty of a
    neuron comes as close to the product of both sizes as one likes. *)

Definition balanced (p : problem) (e : R) (j : neuron) : neuron :=
  let t := sqrt ((Rabs (coefficient j) + e) / (size p (hidden j) + e)) in
  {| hidden := scale t (hidden j); coefficient := coefficient j / t |}.

Definition balance (p : problem) (e : R) (f : network) : network :=
  {| neurons := map (balanced p e) (neurons f); offset := offset f; slope := slope f |}.

Lemma balanced_factor p e j : 0 < e ->
  0 < sqrt ((Rabs (coefficient j) + e) / (size p (hidden j) + e)).
Proof.
  intros E. apply sqrt_lt_R0. assert (A := Rabs_pos (coefficient j)). assert (S := size_nonneg p (hidden j)).
  apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat; lra].
Qed.

Lemma phi_scale k c t : 0 < c -> phi k (c * t) = c * phi k t.
Proof.
  intros C. unfold phi. destruct (Rle_or_lt 0 t) as [P|P].
  - rewrite (Rmax_left t), (Rmin_right t), (Rmax_left (c * t)), (Rmin_right (c * t)) by nra. ring.
  - rewrite (Rmax_right t), (Rmin_left t), (Rmax_right (c * t)), (Rmin_left (c * t)) by nra. ring.
Qed.

Lemma balance_output p e k f x : 0 < e -> output k (balance p e f) x = output k f x.
Proof.
  intros E. unfold output, balance. simpl. f_equal. f_equal. rewrite sum_map. apply sum_ext. intros j _.
  unfold balanced. simpl. assert (T := balanced_factor p e j E). set (t := sqrt _) in *.
  rewrite dot_scale_r, phi_scale by assumption. field. lra.
Qed.

Lemma balance_loss p e f : 0 < e -> total_loss p (balance p e f) = total_loss p f.
Proof.
  intros E. unfold total_loss, prediction. apply sum_ext. intros i _. do 2 f_equal. apply sum_ext. intros r _.
  now rewrite balance_output.
Qed.

Lemma balance_fits p e f : fits p f -> fits p (balance p e f).
Proof.
  intros (H & I & L). split; [|split]; try assumption. intros j J. apply in_map_iff in J.
  destruct J as (i & <- & J). unfold balanced, scale. simpl. rewrite map_length. now apply H.
Qed.

Lemma balanced_penalty p e j : 0 < e ->
  size p (hidden (balanced p e j)) ^ 2 + coefficient (balanced p e j) ^ 2
  <= 2 * (size p (hidden j) * Rabs (coefficient j)) + e * (size p (hidden j) + Rabs (coefficient j)).
Proof.
  intros E. unfold balanced. simpl. assert (T := balanced_factor p e j E).
  assert (A := Rabs_pos (coefficient j)). assert (S := size_nonneg p (hidden j)).
  assert (Q : coefficient j * coefficient j = Rabs (coefficient j) * Rabs (coefficient j))
    by (rewrite <- Rabs_mult; symmetry; apply Rabs_right; nra).
  set (a := Rabs (coefficient j)) in *. set (s := size p (hidden j)) in *.
  assert (K : sqrt ((a + e) / (s + e)) * sqrt ((a + e) / (s + e)) = (a + e) / (s + e)).
  { apply sqrt_sqrt, Rlt_le, Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat; lra]. }
  rewrite size_scale by lra. fold s. set (t := sqrt _) in *. rewrite !Rmult_1_r.
  replace (t * s * (t * s)) with (t * t * (s * s)) by ring.
  replace (coefficient j / t * (coefficient j / t)) with (a * a / (t * t)) by (rewrite <- Q; field; lra).
  rewrite K. replace (a * a / ((a + e) / (s + e))) with (a * a * (s + e) / (a + e)) by (field; lra).
  assert (X : (a + e) / (s + e) * (s * s) <= (a + e) * s).
  { apply (Rmult_le_reg_r (s + e)); [lra|].
    replace ((a + e) / (s + e) * (s * s) * (s + e)) with ((a + e) * (s * s)) by (field; lra).
    assert (0 <= (a + e) * s * e) by (repeat apply Rmult_le_pos; lra). nra. }
  assert (Y : a * a * (s + e) / (a + e) <= a * (s + e)).
  { apply (Rmult_le_reg_r (a + e)); [lra|].
    replace (a * a * (s + e) / (a + e) * (a + e)) with (a * a * (s + e)) by (field; lra).
    assert (0 <= a * (s + e) * e) by (repeat apply Rmult_le_pos; lra). nra. }
  lra.
Qed.

Lemma balanced_decay p e f : 0 < e ->
  sum (fun j => size p (hidden j) ^ 2 + coefficient j ^ 2) (neurons (balance p e f))
  <= 2 * sum (fun j => size p (hidden j) * Rabs (coefficient j)) (neurons f)
     + e * sum (fun j => size p (hidden j) + Rabs (coefficient j)) (neurons f).
Proof.
  intros E. unfold balance. simpl (neurons _). rewrite sum_map, <- !sum_scale, <- sum_plus.
  apply sum_le. intros j _. now apply balanced_penalty.
Qed.

Lemma small_factor b m e : 0 <= b * m -> 0 < e -> exists d, 0 < d /\ b * m * d <= e.
Proof.
  intros M E. exists (e / (b * m + 1)). split; [apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat; lra]|].
  apply (Rmult_le_reg_r (b * m + 1)); [lra|].
  replace (b * m * (e / (b * m + 1)) * (b * m + 1)) with (b * m * e) by (field; lra). nra.
Qed.

(** For the other norms there are networks whose objectives come as near to the value as one likes. *)
Theorem approached p f e : 0 <= Q2R (beta p) -> fits p (network_of f) -> 0 < e ->
  exists n, fits p n /\ objective p n <= Q2R (zobjective p f) + e.
Proof.
  intros B F E. set (n := network_of f) in *.
  assert (T : the_penalty p = TwoNorm \/ forall j, best_penalty p j = size p (hidden j) * Rabs (coefficient j))
    by (unfold best_penalty; destruct (the_penalty p); auto).
  destruct T as [T|T].
  - exists n. split; [assumption|]. unfold n. rewrite attained by assumption. lra.
  - set (m := sum (fun j => size p (hidden j) + Rabs (coefficient j)) (neurons n)).
    assert (M : 0 <= m).
    { unfold m. rewrite <- (sum_zero (neurons n)). apply sum_le. intros j _.
      assert (A := Rabs_pos (coefficient j)). assert (S := size_nonneg p (hidden j)). lra. }
    assert (BM : 0 <= Q2R (beta p) * m) by now apply Rmult_le_pos.
    destruct (small_factor _ _ e BM E) as (d & D & DE).
    exists (balance p d n). split; [now apply balance_fits|].
    rewrite zobjective_real. fold n. rewrite (sum_ext _ _ _ (fun j _ => T j)).
    unfold objective, decay. rewrite balance_loss by assumption.
    assert (H := balanced_decay p d n D). fold m in H. apply (Rmult_le_compat_l (Q2R (beta p) / 2)) in H; [|lra].
    change (offset (balance p d n)) with (offset n).
    destruct (the_intercept p); lra.
Qed.

(** ** The best scaling

    It makes both sizes equal, and the penalty of a neuron their product. *)

Definition evened (p : problem) (j : neuron) : neuron :=
  if Req_EM_T (coefficient j) 0 then {| hidden := scale 0 (hidden j); coefficient := 0 |} else
  let t := sqrt (Rabs (coefficient j) / size p (hidden j)) in
  {| hidden := scale t (hidden j); coefficient := coefficient j / t |}.

Lemma evened_neuron p k x j : 0 < size p (hidden j) \/ coefficient j = 0 ->
  coefficient (evened p j) * phi k (dot x (hidden (evened p j))) = coefficient j * phi k (dot x (hidden j)) /\
  size p (hidden (evened p j)) ^ 2 + coefficient (evened p j) ^ 2 = 2 * (size p (hidden j) * Rabs (coefficient j)).
Proof.
  intros H. unfold evened. destruct (Req_EM_T (coefficient j) 0) as [Z|N]; cbn [hidden coefficient].
  - rewrite Z, size_scale, Rabs_R0 by lra. split; [ring|simpl; ring].
  - destruct H as [S|]; [|contradiction]. assert (A := Rabs_pos_lt _ N). set (a := coefficient j) in *.
    set (s := size p (hidden j)) in *.
    assert (P : 0 < Rabs a / s) by (apply Rmult_lt_0_compat; [assumption|apply Rinv_0_lt_compat; assumption]).
    assert (T := sqrt_lt_R0 _ P). assert (K := sqrt_sqrt _ (Rlt_le _ _ P)). set (t := sqrt _) in *. split.
    + rewrite dot_scale_r, phi_scale by assumption. field. lra.
    + rewrite size_scale by lra. fold s. simpl. rewrite !Rmult_1_r.
      assert (Q : a * a = Rabs a * Rabs a) by (rewrite <- Rabs_mult; symmetry; apply Rabs_right; nra).
      replace (t * s * (t * s)) with (t * t * (s * s)) by ring.
      replace (a / t * (a / t)) with (Rabs a * Rabs a / (t * t)) by (rewrite <- Q; field; lra).
      rewrite K. field. lra.
Qed.

(** Where all neurons can be scaled so, one network has the value itself as its objective. *)
Theorem reached p f : fits p (network_of f) -> scalable p f = true ->
  exists n, fits p n /\ objective p n = Q2R (zobjective p f).
Proof.
  intros F H. apply scalable_real in H. set (n := network_of f) in *. destruct H as [T|H].
  { exists n. split; [assumption|]. now apply attained. }
  destruct (the_penalty p) eqn:T; [exists n; split; [assumption|now apply attained]|..];
  (exists {| neurons := map (evened p) (neurons n); offset := offset n; slope := slope n |};
   assert (O : forall k x, output k {| neurons := map (evened p) (neurons n); offset := offset n; slope := slope n |} x
                           = output k n x)
     by (intros k x; unfold output; cbn [neurons offset slope]; do 2 f_equal; rewrite sum_map; apply sum_ext;
         intros j J; now apply evened_neuron, H);
   split;
   [destruct F as (W & F); split; [|exact F]; intros j J; apply in_map_iff in J; destruct J as (i & <- & J);
    unfold evened, scale; destruct (Req_EM_T _ _); cbn [hidden]; rewrite map_length; now apply W|];
   rewrite zobjective_real; fold n; unfold objective, decay;
   assert (L : total_loss p {| neurons := map (evened p) (neurons n); offset := offset n; slope := slope n |}
               = total_loss p n)
     by (unfold total_loss, prediction; apply sum_ext; intros i _; do 2 f_equal; apply sum_ext; intros r _;
         now rewrite O);
   rewrite L; cbn [neurons offset]; rewrite sum_map;
   rewrite (sum_ext _ (fun j => 2 * best_penalty p j))
     by (intros j J; unfold best_penalty; rewrite T; now apply (evened_neuron p 0 []), H);
   rewrite sum_scale; destruct (the_intercept p); field).
Qed.
