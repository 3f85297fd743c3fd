(** A cover proves a bound (statement 7.2): the tree of boxes is followed bit by bit, and each leaf checked.

    What a leaf has to show is one line: some [e] that [short] accepts with [scale * g(u) <= e'u] on its cone. *)

From Coq Require Import Lia Lra Psatz Bool.
From ConvexLandscape Require Export Leaves Proposals.
Open Scope R_scope.

Section Cover.
Variables (one side : Z) (digits : nat) (free : option nat).
Variable short : list Z -> bool.
Hypothesis one_positive : (0 < one)%Z.
Hypothesis side_positive : (0 < side)%Z.

(** What vectors and values are multiplied by, so that all are integers. *)
Definition scale_of_leaf : Z := (side * side * one)%Z.

Definition unit_vector (j : nat) (a : Z) : list Z := repeat 0%Z j ++ [a].

Lemma dot_unit a : forall j u, dot (reals (unit_vector j a)) u = IZR a * nth j u 0.
Proof.
  unfold unit_vector. induction j as [|j IH]; intros [|b u]; simpl; try (unfold reals in IH; rewrite IH); lra.
Qed.

Definition is_fixed (j i : nat) : bool :=
  Nat.eqb i j || match free with Some b => Nat.eqb i b | None => false end.

(** The vector that a leaf of the face [u_j = s] has to prove short: any [e] and what it leaves over. *)
Definition above_leaf (j : nat) (s : Z) (b : box) (c v : list Z) (m : Z) : list Z :=
  let x := zscale side (zadd (zscale one c) v) in
  let own := match free with Some f => if Nat.eqb f j then 0 else side * side | None => side * side end%Z in
  let e := propose (is_fixed j) x (side * m) b own in
  let over := (side * m + snd (range (zadd x (zscale (-1) e)) b))%Z in
  zadd (zscale side e) (unit_vector j (s * Z.max 0 over)).

Definition leaf (j : nat) (s : Z) (b : box) (c : list Z) (ks : list kink) (t : bits) : option bits :=
  match lines one digits ks t with
  | Some (v, m, rest) => if short (above_leaf j s b c v m) then Some rest else None
  | None => None
  end.

(** The cone over a box on the face. *)
Definition on_face (j : nat) (s : Z) (tau : R) (b : box) (u : vector) : Prop :=
  0 <= tau /\ in_cone tau b u /\ IZR s * nth j u 0 = IZR side * tau.

Theorem leaf_sound j s b c ks t rest : leaf j s b c ks t = Some rest ->
  exists e, short e = true /\
  forall tau u, on_face j s tau b u -> Forall (open_at tau u) ks -> IZR scale_of_leaf * g c ks u <= dot (reals e) u.
Proof.
  unfold leaf. destruct (lines one digits ks t) as [[[v m] r]|] eqn:L; [|discriminate].
  destruct (short _) eqn:S; [|discriminate]. intros _. eexists. split; [exact S|].
  intros tau u (T & C & J) O.
  assert (H := lines_above one digits tau u (Z.lt_le_incl _ _ one_positive) T ks t v m r O L).
  unfold above_leaf. set (x := zscale side (zadd (zscale one c) v)).
  set (e := propose _ x _ _ _). set (over := (side * m + _)%Z).
  assert (B := range_bounds tau b u C (zadd x (zscale (-1) e))). destruct B as [_ B].
  rewrite reals_add, reals_scale, dot_add_l, dot_scale_l, dot_unit, mult_IZR.
  rewrite reals_add, reals_scale, dot_add_l, dot_scale_l in B.
  assert (X : dot (reals x) u = IZR side * (IZR one * dot (reals c) u + dot (reals v) u)).
  { unfold x. rewrite reals_scale, dot_scale_l, reals_add, dot_add_l, reals_scale, dot_scale_l. reflexivity. }
  assert (M : IZR over * tau <= IZR (Z.max 0 over) * tau)
    by (apply Rmult_le_compat_r; [assumption|apply IZR_le; lia]).
  unfold over in M at 1. rewrite plus_IZR, mult_IZR in M.
  set (p := IZR (Z.max 0 over)) in *. unfold scale_of_leaf, g. rewrite !mult_IZR.
  assert (P := side_positive). apply IZR_lt in P.
  replace (IZR s * p * nth j u 0) with (p * (IZR side * tau)) by (rewrite <- J; ring).
  set (w := IZR (snd (range (zadd x (zscale (-1) e)) b))) in *.
  assert (Q : IZR side * (IZR one * (dot (reals c) u + bends ks u)) <= dot (reals e) u + p * tau).
  { apply (Rmult_le_compat_l (IZR side)) in H; [|lra]. lra. }
  apply (Rmult_le_compat_l (IZR side)) in Q; [|lra]. lra.
Qed.

(** ** Trees *)

Definition even_interval (i : nat) (b : box) : bool :=
  match nth_error b i with Some (lo, hi) => Z.even (hi - lo) | None => false end.

(** Follow the bits: a leaf, or the coordinate that is halved and then both halves. The bits that are left, if
    all leaves hold. Recursion is at most as deep as there are bits: [fuel] is any list as long. *)
Fixpoint walk (fuel : bits) (width j : nat) (s : Z) (b : box) (c : list Z) (ks : list kink) (t : bits)
    : option bits :=
  let (c', open) := settle b c ks in
  match fuel, t with
  | _ :: fuel', true :: t' =>
      match number width 0 t' with
      | Some (i, t'') =>
          let i := Z.to_nat i in
          let (lower, upper) := halves i b in
          if even_interval i b && negb (Nat.eqb i j) then
            match walk fuel' width j s lower c' open t'' with
            | Some rest => walk fuel' width j s upper c' open rest
            | None => None
            end
          else None
      | None => None
      end
  | _, false :: t' => leaf j s b c' open t'
  | _, _ => None
  end.

Theorem walk_sound width j s : forall fuel b c ks t rest, walk fuel width j s b c ks t = Some rest ->
  forall tau u, on_face j s tau b u -> exists e, short e = true /\ IZR scale_of_leaf * g c ks u <= dot (reals e) u.
Proof.
  induction fuel as [|f fuel IH]; intros b c ks t rest W tau u (T & C & J).
  - simpl in W. destruct (settle_sound tau b u c ks T C) as [E O].
    destruct (settle b c ks) as [c' open]. destruct t as [|[|] t]; try discriminate.
    destruct (leaf_sound _ _ _ _ _ _ _ W) as (e & S & H). exists e. split; [assumption|]. rewrite E.
    apply (H tau); [repeat split; assumption|assumption].
  - simpl in W. destruct (settle_sound tau b u c ks T C) as [E O].
    destruct (settle b c ks) as [c' open]. destruct t as [|[|] t]; try discriminate.
    + destruct (number width 0 t) as [[i t']|]; [|discriminate].
      destruct (halves_cover tau b u C (Z.to_nat i)) as [P|P];
        destruct (halves (Z.to_nat i) b) as [lower upper]; cbn [fst snd] in P;
        destruct (_ && _); try discriminate;
        destruct (walk fuel width j s lower c' open t') as [t''|] eqn:F; try discriminate; rewrite E.
      * apply (IH _ _ _ _ _ F tau). repeat split; assumption.
      * apply (IH _ _ _ _ _ W tau). repeat split; assumption.
    + destruct (leaf_sound _ _ _ _ _ _ _ W) as (e & S & H). exists e. split; [assumption|]. rewrite E.
      apply (H tau); [repeat split; assumption|assumption].
Qed.

(** ** All faces of the cube *)

Fixpoint walk_all (faces : list (nat * Z)) (fuel : bits) (width dimension : nat) (c : list Z) (ks : list kink)
    (t : bits) : option bits :=
  match faces with
  | [] => Some t
  | (j, s) :: faces' =>
      match walk fuel width j s (face side dimension j s) c ks t with
      | Some rest => walk_all faces' fuel width dimension c ks rest
      | None => None
      end
  end.

Definition all_faces (dimension : nat) : list (nat * Z) :=
  flat_map (fun j => [(j, 1); (j, -1)]%Z) (seq 0 dimension).

(** Nothing is left but the rest of the last byte, in zeros. *)
Definition finished (t : option bits) : bool :=
  match t with Some rest => Nat.ltb (length rest) 8 && negb (existsb (fun b => b) rest) | None => false end.

Definition covered (width dimension : nat) (c : list Z) (ks : list kink) (t : bits) : bool :=
  finished (walk_all (all_faces dimension) t width dimension c ks t).

Lemma cone_entry tau b u : in_cone tau b u -> forall i, between tau (nth i b (0, 0)%Z) (nth i u 0).
Proof.
  unfold in_cone. induction 1 as [|a x b u B C IH]; intros [|i]; simpl; auto; unfold between; simpl; lra.
Qed.

Lemma face_pinned dimension j s tau u : (j < dimension)%nat -> (s = 1 \/ s = -1)%Z ->
  in_cone tau (face side dimension j s) u -> IZR s * nth j u 0 = IZR side * tau.
Proof.
  intros J S C. assert (H := cone_entry _ _ _ C j). unfold face in H.
  set (f := fun i => if Nat.eqb i j then (s * side, s * side)%Z else (- side, side)%Z) in H.
  rewrite (nth_indep _ _ (f 0%nat)) in H by (rewrite map_length, seq_length; lia).
  rewrite map_nth, seq_nth, Nat.add_0_l in H by assumption. unfold f in H. rewrite Nat.eqb_refl in H.
  unfold between in H. cbn [fst snd] in H. rewrite mult_IZR in H. destruct S; subst s; lra.
Qed.

Theorem covered_sound width dimension c ks t : covered width dimension c ks t = true ->
  forall u, u <> [] -> length u = dimension -> exists e, short e = true /\ IZR scale_of_leaf * g c ks u <= dot (reals e) u.
Proof.
  unfold covered. intros F u N D.
  destruct (faces_cover side u side_positive N) as (j & s & tau & J & S & T & C). rewrite D in J, C.
  assert (I : In (j, s) (all_faces dimension)).
  { apply in_flat_map. exists j. split; [apply in_seq; lia|]. destruct S; subst; simpl; auto. }
  revert F I. generalize (all_faces dimension). intros faces. generalize t at 2. induction faces as [|[j' s'] faces IH]; [easy|].
  simpl. intros t' F [E|I].
  - injection E as -> ->. destruct (walk _ _ _ _ _ _ _ t') as [r|] eqn:W; [|discriminate].
    apply (walk_sound _ _ _ _ _ _ _ _ _ W tau). split; [assumption|]. split; [assumption|].
    exact (face_pinned dimension j s tau u J S C).
  - destruct (walk _ _ _ _ _ _ _ t') as [r|]; [|discriminate]. exact (IH r F I).
Qed.

End Cover.
