(** Vectors as lists of reals: sums, inner products, norms, and two inequalities.

    Missing entries count as 0, so no lemma about inner products asks for equal lengths. *)

From Coq Require Export Reals List.
From Coq Require Import Lia Lra Psatz.
Export ListNotations.
Open Scope R_scope.

Definition vector := list R.

(** [sum f l]: the sum of [f a] over the entries [a] of [l]. *)
Fixpoint sum {A : Type} (f : A -> R) (l : list A) : R :=
  match l with [] => 0 | a :: l' => f a + sum f l' end.

Fixpoint dot (x u : vector) : R :=
  match x, u with a :: x', b :: u' => a * b + dot x' u' | _, _ => 0 end.

Fixpoint add (x y : vector) : vector :=
  match x, y with a :: x', b :: y' => (a + b) :: add x' y' | [], _ => y | _, [] => x end.

Definition scale (c : R) (x : vector) : vector := map (Rmult c) x.

(** The three norms of hidden weights. *)
Definition norm2 (u : vector) : R := sqrt (dot u u).
Definition norm1 (u : vector) : R := sum Rabs u.
Definition norm_inf (u : vector) : R := fold_right (fun a m => Rmax (Rabs a) m) 0 u.

(** ** Sums *)

Section Sums.
Context {A : Type}.

Lemma sum_ext (f g : A -> R) l : (forall a, In a l -> f a = g a) -> sum f l = sum g l.
Proof.
  induction l as [|a l IH]; simpl; intros H; [reflexivity|].
  rewrite (H a) by now left. rewrite IH; [reflexivity|]. intros b B. apply H. now right.
Qed.

Lemma sum_le (f g : A -> R) l : (forall a, In a l -> f a <= g a) -> sum f l <= sum g l.
Proof.
  induction l as [|a l IH]; simpl; intros H; [lra|].
  assert (f a <= g a) by (apply H; now left).
  assert (sum f l <= sum g l) by (apply IH; intros b B; apply H; now right). lra.
Qed.

Lemma sum_plus (f g : A -> R) l : sum (fun a => f a + g a) l = sum f l + sum g l.
Proof. induction l as [|a l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma sum_scale c (f : A -> R) l : sum (fun a => c * f a) l = c * sum f l.
Proof. induction l as [|a l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma sum_zero l : sum (fun _ : A => 0) l = 0.
Proof. induction l as [|a l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma sum_app (f : A -> R) l m : sum f (l ++ m) = sum f l + sum f m.
Proof. induction l as [|a l IH]; simpl; [lra|rewrite IH; lra]. Qed.

Lemma sum_map {B : Type} (f : A -> R) (h : B -> A) l : sum f (map h l) = sum (fun b => f (h b)) l.
Proof. induction l as [|b l IH]; simpl; [lra|rewrite IH; lra]. Qed.

End Sums.

Lemma sum_swap {A B : Type} (f : A -> B -> R) l m :
  sum (fun a => sum (fun b => f a b) m) l = sum (fun b => sum (fun a => f a b) l) m.
Proof.
  induction l as [|a l IH]; simpl; [now rewrite sum_zero|]. rewrite IH, <- sum_plus. reflexivity.
Qed.

(** ** Inner products *)

Lemma dot_nil_r x : dot x [] = 0.
Proof. destruct x; reflexivity. Qed.

Lemma dot_comm x : forall u, dot x u = dot u x.
Proof. induction x as [|a x IH]; destruct u as [|b u]; simpl; try reflexivity. rewrite IH. lra. Qed.

Lemma length_add x : forall y, length x = length y -> length (add x y) = length x.
Proof. induction x as [|a x IH]; intros [|b y] L; simpl in *; try discriminate; auto. Qed.

Lemma dot_add_l x : forall y u, dot (add x y) u = dot x u + dot y u.
Proof.
  induction x as [|a x IH]; intros y u; simpl; [lra|].
  destruct y as [|b y], u as [|c u]; simpl; try lra. rewrite IH. lra.
Qed.

Lemma dot_add_r x y u : dot u (add x y) = dot u x + dot u y.
Proof. rewrite dot_comm, dot_add_l, (dot_comm x), (dot_comm y). reflexivity. Qed.

Lemma dot_scale_l c x : forall u, dot (scale c x) u = c * dot x u.
Proof. induction x as [|a x IH]; destruct u as [|b u]; simpl; try lra. rewrite IH. lra. Qed.

Lemma dot_scale_r c x u : dot u (scale c x) = c * dot u x.
Proof. rewrite dot_comm, dot_scale_l, (dot_comm x). reflexivity. Qed.

Lemma dot_self x : 0 <= dot x x.
Proof. induction x as [|a x IH]; simpl; [lra|nra]. Qed.

(** ** Cauchy-Schwarz *)

Lemma square_step a b s p q : 0 <= p -> 0 <= q -> s * s <= p * q -> 2 * a * b * s <= a * a * q + b * b * p.
Proof.
  intros P Q H.
  assert (0 <= a * a * q) by (apply Rmult_le_pos; [nra|assumption]).
  assert (0 <= b * b * p) by (apply Rmult_le_pos; [nra|assumption]).
  destruct (Rle_or_lt (2 * a * b * s) 0) as [L|L]; [lra|].
  apply Rsqr_incr_0_var; [|lra]. unfold Rsqr.
  assert (0 <= a * a * (b * b)) by (apply Rmult_le_pos; nra).
  assert (a * a * (b * b) * (s * s) <= a * a * (b * b) * (p * q)) by (apply Rmult_le_compat_l; assumption).
  assert (0 <= (a * a * q - b * b * p) * (a * a * q - b * b * p)) by (apply Rle_0_sqr).
  nra.
Qed.

Lemma cauchy_schwarz_squares x : forall u, dot x u * dot x u <= dot x x * dot u u.
Proof.
  induction x as [|a x IH]; intros u; [simpl; lra|].
  destruct u as [|b u]; simpl.
  - assert (0 <= dot x x) by apply dot_self. nra.
  - specialize (IH u). assert (P := dot_self x). assert (Q := dot_self u).
    assert (S := square_step a b _ _ _ P Q IH). nra.
Qed.

Lemma norm2_nonneg u : 0 <= norm2 u.
Proof. apply sqrt_pos. Qed.

Lemma norm2_square u : norm2 u * norm2 u = dot u u.
Proof. unfold norm2. apply sqrt_sqrt, dot_self. Qed.

Lemma cauchy_schwarz x u m : 0 <= m -> dot x x <= m * m -> dot x u <= m * norm2 u.
Proof.
  intros M X.
  assert (C := cauchy_schwarz_squares x u). rewrite <- (norm2_square u) in C.
  assert (N := norm2_nonneg u).
  assert (0 <= m * norm2 u) by (apply Rmult_le_pos; assumption).
  destruct (Rle_or_lt (dot x u) 0) as [L|L]; [lra|].
  apply Rsqr_incr_0_var; [unfold Rsqr|assumption].
  assert (dot x x * (norm2 u * norm2 u) <= m * m * (norm2 u * norm2 u))
    by (apply Rmult_le_compat_r; [nra|assumption]).
  nra.
Qed.

(** ** The 1-norm and the infinity-norm are dual to each other *)

Lemma norm1_nonneg u : 0 <= norm1 u.
Proof. unfold norm1. induction u as [|a u IH]; simpl; [lra|]. assert (H := Rabs_pos a). lra. Qed.

Lemma norm_inf_nonneg u : 0 <= norm_inf u.
Proof. induction u as [|a u IH]; simpl; [lra|]. eapply Rle_trans; [exact IH|apply Rmax_r]. Qed.

Lemma dot_norm1_norm_inf x : forall u, dot x u <= norm1 x * norm_inf u.
Proof.
  unfold norm1. induction x as [|a x IH]; intros u; simpl; [lra|].
  destruct u as [|b u]; simpl; [rewrite Rmult_0_r; lra|].
  assert (U := norm_inf_nonneg u). specialize (IH u).
  set (m := Rmax (Rabs b) (norm_inf u)).
  assert (Rabs b <= m) by apply Rmax_l.
  assert (norm_inf u <= m) by apply Rmax_r.
  assert (X := norm1_nonneg x). unfold norm1 in X.
  assert (sum Rabs x * norm_inf u <= sum Rabs x * m) by (apply Rmult_le_compat_l; assumption).
  assert (a * b <= Rabs a * m).
  { eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult.
    apply Rmult_le_compat_l; [apply Rabs_pos|assumption]. }
  rewrite Rmult_plus_distr_r. lra.
Qed.

Lemma dot_norm_inf_norm1 x u : dot x u <= norm_inf x * norm1 u.
Proof. rewrite dot_comm, Rmult_comm. apply dot_norm1_norm_inf. Qed.
