(** Is a vector a combination of others? Exact elimination says so; what is proven is all that is needed: then
    whatever is orthogonal to the others is orthogonal to it. *)

From Coq Require Import Lia Lra Psatz Bool.
From ConvexLandscape Require Export Merge.
Open Scope R_scope.

Definition orthogonal_to (q : vector) (x : list Z) : Prop := dot (reals x) q = 0.

(** A row, and a column in which it is not 0. *)
Definition pivot := (nat * list Z)%type.

(** A combination of [x] and the pivot's row that is 0 in its column. *)
Definition eliminate (x : list Z) (v : pivot) : list Z :=
  let a := nth (fst v) (snd v) 0%Z in
  let b := nth (fst v) x 0%Z in
  primitive (zadd (zscale a x) (zscale (- b) (snd v))).

Definition reduce (pivots : list pivot) (x : list Z) : list Z := fold_left eliminate pivots x.

Definition zero (x : list Z) : bool := forallb (fun a => (a =? 0)%Z) x.

Fixpoint first_nonzero (x : list Z) : option nat :=
  match x with
  | [] => None
  | a :: x' => if (a =? 0)%Z then option_map S (first_nonzero x') else Some O
  end.

Fixpoint echelon (pivots : list pivot) (xs : list (list Z)) : list pivot :=
  match xs with
  | [] => pivots
  | x :: xs' =>
      let y := reduce pivots x in
      match first_nonzero y with
      | Some j => echelon (pivots ++ [(j, y)]) xs'
      | None => echelon pivots xs'
      end
  end.

Definition good (q : vector) (v : pivot) : Prop :=
  nth (fst v) (snd v) 0%Z <> 0%Z /\ orthogonal_to q (snd v).

Lemma zero_orthogonal q x : zero x = true -> orthogonal_to q x.
Proof.
  unfold zero, orthogonal_to. revert q. induction x as [|a x IH]; intros [|b q]; simpl; try reflexivity.
  intros H. apply andb_true_iff in H. destruct H as [A H]. apply Z.eqb_eq in A. rewrite A.
  unfold reals in IH. rewrite IH by assumption. lra.
Qed.

Lemma primitive_orthogonal q x : orthogonal_to q (primitive x) <-> orthogonal_to q x.
Proof.
  unfold orthogonal_to.
  assert (E : dot (reals x) q = IZR (content x) * dot (reals (primitive x)) q)
    by (rewrite <- dot_scale_l, <- reals_scale, content_primitive; reflexivity).
  split; intros H; [rewrite E, H; lra|]. destruct (Z.eq_dec (content x) 0) as [Z|N].
  - apply zero_orthogonal. unfold zero, primitive. rewrite Z. apply forallb_forall. intros a I.
    apply in_map_iff in I. destruct I as (b & <- & _). now rewrite Zdiv_0_r || (destruct b; reflexivity).
  - rewrite E in H. apply Rmult_integral in H. destruct H as [H|H]; [|assumption].
    apply eq_IZR in H. contradiction.
Qed.

Lemma eliminate_orthogonal q v x : good q v -> orthogonal_to q (eliminate x v) <-> orthogonal_to q x.
Proof.
  intros [N O]. unfold eliminate. rewrite primitive_orthogonal. unfold orthogonal_to in *.
  rewrite reals_add, !reals_scale, dot_add_l, !dot_scale_l, O. apply not_0_IZR in N.
  split; intros H; [|rewrite H; lra].
  rewrite Rmult_0_r, Rplus_0_r in H. apply Rmult_integral in H. tauto.
Qed.

Lemma reduce_orthogonal q : forall pivots x, Forall (good q) pivots ->
  orthogonal_to q (reduce pivots x) <-> orthogonal_to q x.
Proof.
  induction pivots as [|v pivots IH]; intros x F; [reflexivity|]. inversion_clear F as [|? ? G F'].
  simpl. rewrite IH by assumption. now apply eliminate_orthogonal.
Qed.

Lemma first_nonzero_sound x j : first_nonzero x = Some j -> nth j x 0%Z <> 0%Z.
Proof.
  revert j. induction x as [|a x IH]; simpl; intros j E; [discriminate|].
  destruct (Z.eqb_spec a 0) as [Z|N]; [|now injection E as <-].
  destruct (first_nonzero x) as [i|]; [|discriminate]. injection E as <-. now apply IH.
Qed.

Lemma echelon_good q : forall xs pivots, Forall (good q) pivots -> (forall x, In x xs -> orthogonal_to q x) ->
  Forall (good q) (echelon pivots xs).
Proof.
  induction xs as [|x xs IH]; intros pivots F O; simpl; [assumption|].
  destruct (first_nonzero (reduce pivots x)) as [j|] eqn:E.
  - apply IH; [|intros y Y; apply O; now right]. apply Forall_app. split; [assumption|]. constructor; [|constructor].
    split; [now apply first_nonzero_sound|]. apply reduce_orthogonal; [assumption|]. apply O. now left.
  - apply IH; [assumption|]. intros y Y. apply O. now right.
Qed.

(** Every one of [xs] is a combination of [bs]. *)
Definition spanned (bs xs : list (list Z)) : bool :=
  let pivots := echelon [] bs in forallb (fun x => zero (reduce pivots x)) xs.

Theorem spanned_sound bs xs q : spanned bs xs = true -> (forall b, In b bs -> orthogonal_to q b) ->
  forall x, In x xs -> orthogonal_to q x.
Proof.
  unfold spanned. intros S O x I. rewrite forallb_forall in S.
  apply (reduce_orthogonal q (echelon [] bs)); [apply echelon_good; [constructor|assumption]|].
  apply zero_orthogonal, S, I.
Qed.
