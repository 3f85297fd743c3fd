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

(** Common denominators: of X, of the hidden and output weights, of what is free, and of y. *)
Definition of_rows : Z := common (concat (map snd (rows p))).
Definition of_hidden : Z := common (concat (hidden_weights f)).
Definition of_output : Z := common (output_weights f).
Definition of_free : Z := common (free_offset f :: free_slope f).
Definition of_target : Z := common (match the_loss p with Huber d => d :: target p | _ => target p end).

Definition zrow (x : list Q) : list Z := map (cleared of_rows) x.

Definition zneurons : list (list Z * Z) :=
  map (fun wa => (map (cleared of_hidden) (fst wa), cleared of_output (snd wa)))
      (combine (hidden_weights f) (output_weights f)).

Definition zphi (t : Z) : Z := ((if 0 <=? t then denominator (kappa p) else Qnum (kappa p)) * t)%Z.

Definition zneuron (x : list Z) (wa : list Z * Z) : Z := (snd wa * zphi (zdot x (fst wa)))%Z.

Definition zsum {A : Type} (h : A -> Z) (l : list A) : Z := fold_right (fun a s => h a + s)%Z 0%Z l.

(** The output times [scale_of_output]. *)
Definition zoutput (x : list Z) : Z :=
  (zsum (zneuron x) zneurons * of_free
   + (cleared of_free (free_offset f) * of_rows + zdot x (map (cleared of_free) (free_slope f)))
     * (of_hidden * of_output * denominator (kappa p)))%Z.

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

Definition scales_positive := (common_positive, denominator_positive).

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
  fold_right (fun r l => add_at (fst r) (zoutput (zrow (snd r))) l) (repeat 0%Z (length (target p))) (rows p).

Lemma add_at_length a : forall l s, length (add_at s a l) = length l.
Proof. induction l as [|b l IH]; intros [|s]; simpl; auto. Qed.

Lemma add_at_nth a : forall l s i, (i < length l)%nat ->
  nth i (add_at s a l) 0%Z = ((if Nat.eqb s i then a else 0) + nth i l 0)%Z.
Proof. induction l as [|b l IH]; intros [|s] [|i] I; simpl in *; try lia. apply IH. lia. Qed.

Lemma zpredictions_real : length zpredictions = length (target p) /\
  forall i, (i < length (target p))%nat ->
  IZR (nth i zpredictions 0%Z) = IZR scale_of_output * prediction p (network_of f) i.
Proof.
  unfold zpredictions, prediction.
  enough (H : forall l, (forall r, In r l -> In r (rows p)) ->
    let z := fold_right (fun r l => add_at (fst r) (zoutput (zrow (snd r))) l) (repeat 0%Z (length (target p))) l in
    length z = length (target p) /\ forall i, (i < length (target p))%nat -> IZR (nth i z 0%Z) =
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

Definition zloss (a : Z) (q : Q) : Z :=
  let e := scale_of_error in
  let f := (a * of_target)%Z in
  let y := (cleared of_target q * scale_of_output)%Z in
  match the_loss p with
  | Squared => (f - y) * (f - y)
  | L1 => 2 * Z.abs (f - y) * e
  | Huber d =>
      let d := (cleared of_target d * scale_of_output)%Z in
      if Z.abs (f - y) <=? d then (f - y) * (f - y) else 2 * d * Z.abs (f - y) - d * d
  | Hinge => 2 * Z.max 0 (e * e - y * f)
  | SquaredHinge => Z.max 0 (e * e - y * f) * Z.max 0 (e * e - y * f)
  end%Z.

Definition zlosses : Z := zsum (fun ay => zloss (fst ay) (snd ay)) (combine zpredictions (target p)).

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

Lemma zloss_real a x q : In q (target p) -> IZR a = IZR scale_of_output * x ->
  IZR (zloss a q) = IZR scale_of_loss * loss_at (the_loss p) x (Q2R q).
Proof.
  intros I A. set (e := IZR scale_of_error).
  assert (E : 0 < e) by (apply IZR_lt, scale_of_error_positive).
  assert (X : IZR (a * of_target) = e * x) by (unfold e, scale_of_error; rewrite !mult_IZR, A; ring).
  assert (C : forall d, In d (match the_loss p with Huber d => d :: target p | _ => target p end) ->
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

Lemma zlosses_real : IZR zlosses = IZR scale_of_loss * total_loss p (network_of f).
Proof.
  destruct zpredictions_real as [L E]. unfold zlosses, total_loss, numbered.
  rewrite zsum_real, (sum_numbered (fun a y => IZR (zloss a y)) _ _ 0 L), <- sum_scale.
  apply sum_ext. intros [i q] I. simpl. rewrite Nat.sub_0_r. apply zloss_real; [eapply in_combine_r, I|].
  apply E. apply in_combine_l, in_seq in I. lia.
Qed.

(** ** The penalty, for the 2-norm *)

Definition zwithout (place : option nat) (w : list Z) : list Z :=
  match place with None => w | Some b => firstn b w ++ skipn (S b) w end.

Definition zsquares : Z :=
  zsum (fun wa => let w := zwithout (free_bias p) (fst wa) in
          zdot w w * (of_output * of_output) + snd wa * snd wa * (of_hidden * of_hidden))%Z zneurons.

Definition scale_of_squares : Z := (of_hidden * of_hidden * (of_output * of_output))%Z.

Definition zobjective : Q :=
  (fraction zlosses scale_of_loss + beta p * fraction zsquares (2 * scale_of_squares))%Q.

Lemma without_reals b w : reals (zwithout b w) = without b (reals w).
Proof.
  destruct b; [|reflexivity]. unfold zwithout, without, reals. now rewrite map_app, firstn_map, skipn_map.
Qed.

Lemma without_scale b c w : without b (scale c w) = scale c (without b w).
Proof. destruct b; [|reflexivity]. unfold without, scale. now rewrite map_app, firstn_map, skipn_map. Qed.

Theorem zobjective_real : the_penalty p = TwoNorm -> Q2R zobjective = objective p (network_of f).
Proof.
  intros T. unfold zobjective, objective. rewrite Q2R_plus, Q2R_mult.
  assert (PH : (0 < of_hidden)%Z) by apply common_positive.
  assert (PO : (0 < of_output)%Z) by apply common_positive.
  assert (PS : (0 < scale_of_squares)%Z) by (unfold scale_of_squares; nia).
  assert (PE := scale_of_error_positive).
  assert (PL : (0 < scale_of_loss)%Z) by (unfold scale_of_loss; destruct (the_loss p); nia).
  rewrite !fraction_value by lia. rewrite zlosses_real.
  assert (PL' := IZR_lt _ _ PL). assert (PS' := IZR_lt _ _ PS). rewrite (mult_IZR 2).
  replace (IZR scale_of_loss * total_loss p (network_of f) / IZR scale_of_loss)
    with (total_loss p (network_of f)) by (field; lra).
  enough (E : IZR zsquares = IZR scale_of_squares
              * sum (fun j => size p (hidden j) ^ 2 + coefficient j ^ 2) (neurons (network_of f)))
    by (rewrite E; field; lra).
  unfold zsquares. rewrite zsum_real, <- sum_scale. unfold zneurons, network_of. simpl. rewrite !sum_map.
  apply sum_ext. intros [w a] W. cbn [fst snd hidden coefficient].
  rewrite plus_IZR, !mult_IZR, reals_dot, without_reals.
  rewrite (cleared_value of_output a) by (apply common_clears; eapply in_combine_r; exact W).
  rewrite (cleared_row of_hidden w).
  2: { apply clears_in. intros q M. apply in_concat. exists w. split; [eapply in_combine_l; exact W|assumption]. }
  rewrite without_scale, dot_scale_l, dot_scale_r. unfold size. rewrite T.
  assert (N := norm2_square (without (free_bias p) (real w))). rewrite <- N.
  unfold scale_of_squares. rewrite !mult_IZR. ring.
Qed.

End Objective.
