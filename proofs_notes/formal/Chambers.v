(** A list of chambers that is complete (statement 1.1): hyperplanes separate its points from each other, and
    there are as many as there can be. No polynomial is needed for that, only deletion and restriction. *)

From Coq Require Import Arith Lia Lra Psatz Bool Permutation.
From ConvexLandscape Require Export Span.
Open Scope R_scope.

(** A hyperplane has the two points on different sides; all have them on one side, none through them. *)
Definition apart (ns : list (list Z)) (u v : vector) : Prop :=
  Exists (fun n => dot (reals n) u * dot (reals n) v < 0) ns.
Definition together (ns : list (list Z)) (u v : vector) : Prop :=
  Forall (fun n => 0 < dot (reals n) u * dot (reals n) v) ns.

(** No hyperplane passes through the point. *)
Definition off (ns : list (list Z)) (u : vector) : Prop := together ns u u.

Definition pairwise {A : Type} : (A -> A -> Prop) -> list A -> Prop := @ForallOrdPairs A.

Lemma apart_sym ns u v : apart ns u v -> apart ns v u.
Proof. apply Exists_impl. intros n H. lra. Qed.

Lemma together_sym ns u v : together ns u v -> together ns v u.
Proof. apply Forall_impl. intros n H. lra. Qed.

Lemma together_trans ns u v w : together ns u v -> together ns v w -> together ns u w.
Proof.
  unfold together. intros H H'. induction ns as [|n ns IH]; constructor;
    inversion_clear H as [|? ? P F]; inversion_clear H' as [|? ? P' F']; [|auto].
  set (a := dot _ u) in *. set (b := dot _ v) in *. set (c := dot _ w) in *.
  assert (0 < a * b * (b * c)) by now apply Rmult_lt_0_compat.
  assert (0 <= b * b) by apply Rle_0_sqr. nra.
Qed.

Lemma together_or_apart ns u v : off ns u -> off ns v -> together ns u v \/ apart ns u v.
Proof.
  unfold off, together, apart. intros H H'. induction ns as [|n ns IH]; [left; constructor|].
  inversion_clear H as [|? ? P F]; inversion_clear H' as [|? ? P' F'].
  destruct (Rlt_dec (dot (reals n) u * dot (reals n) v) 0) as [L|L]; [right; now constructor|].
  destruct (IH F F') as [T|T]; [left|right; now constructor 2].
  constructor; [|assumption]. set (a := dot _ u) in *. set (b := dot _ v) in *.
  destruct (Rtotal_order (a * b) 0) as [|[E|]]; [lra| |lra].
  apply Rmult_integral in E. destruct E as [E|E]; rewrite E in *; lra.
Qed.

Lemma not_both ns u v : together ns u v -> apart ns u v -> False.
Proof.
  unfold together, apart. intros F E. apply Exists_exists in E. destruct E as (n & I & L).
  rewrite Forall_forall in F. specialize (F n I). lra.
Qed.

(** ** One hyperplane more

    Of points that [n] and [ns] separate, those of one list are separated by [ns] alone; for each of the others
    there is a point on the hyperplane of [n], and [ns] separates these. *)

Definition between_two (n : list Z) (ns : list (list Z)) (us : list vector) (h : vector) : Prop :=
  dot (reals n) h = 0 /\ exists b b', In b us /\ In b' us /\
  dot (reals n) b * dot (reals n) b' < 0 /\ together ns h b /\ together ns h b'.

Lemma between_more n ns u us h : between_two n ns us h -> between_two n ns (u :: us) h.
Proof. intros (Z & b & b' & B & B' & R). split; [assumption|]. exists b, b'. simpl. tauto. Qed.

Lemma meet n ns u a : together ns u a -> dot (reals n) u * dot (reals n) a < 0 ->
  exists h, dot (reals n) h = 0 /\ together ns h u.
Proof.
  intros T L. set (s := dot (reals n) u) in *. set (t := dot (reals n) a) in *.
  exists (add (scale (Rabs t) u) (scale (Rabs s) a)). split.
  - rewrite dot_add_r, !dot_scale_r. fold s t. unfold Rabs. destruct (Rcase_abs s), (Rcase_abs t); nra.
  - unfold together in *. apply Forall_forall. intros m M. rewrite Forall_forall in T. specialize (T m M).
    rewrite dot_add_r, !dot_scale_r. set (x := dot (reals m) u) in *. set (y := dot (reals m) a) in *.
    assert (S : s <> 0) by (intros Z; rewrite Z in L; lra).
    assert (W : t <> 0) by (intros Z; rewrite Z in L; lra).
    apply Rabs_pos_lt in S, W. assert (X : x <> 0) by (intros Z; rewrite Z in T; lra).
    assert (0 < x * x) by nra.
    replace ((Rabs t * x + Rabs s * y) * x) with (Rabs t * (x * x) + Rabs s * (x * y)) by ring.
    assert (0 < Rabs t * (x * x)) by now apply Rmult_lt_0_compat.
    assert (0 < Rabs s * (x * y)) by now apply Rmult_lt_0_compat. lra.
Qed.

Lemma all_apart_or_one_together ns u : off ns u -> forall l, Forall (off ns) l ->
  Forall (apart ns u) l \/ exists a, In a l /\ together ns u a.
Proof.
  intros O. induction 1 as [|a l A F IH]; [left; constructor|].
  destruct (together_or_apart ns u a O A) as [T|T]; [right; exists a; simpl; auto|].
  destruct IH as [IH|(b & B & T')]; [left; now constructor|right; exists b; simpl; auto].
Qed.

Lemma deletion_restriction n ns : forall us, Forall (off (n :: ns)) us -> pairwise (apart (n :: ns)) us ->
  exists l h, length us = (length l + length h)%nat /\ incl l us /\
  pairwise (apart ns) l /\ Forall (between_two n ns us) h /\ pairwise (apart ns) h.
Proof.
  induction us as [|u us IH]; intros O S.
  { exists [], []. repeat split; try constructor. easy. }
  inversion_clear O as [|? ? Ou O']. inversion_clear S as [|? ? Su S'].
  destruct (IH O' S') as (l & hs & L & I & Pl & B & Ph).
  assert (Ol : Forall (off ns) l).
  { apply Forall_forall. intros a A. rewrite Forall_forall in O'. specialize (O' a (I a A)). now inversion_clear O'. }
  assert (Ou' : off ns u) by now inversion_clear Ou.
  destruct (all_apart_or_one_together ns u Ou' l Ol) as [F|(a & A & T)].
  - exists (u :: l), hs. split; [simpl; lia|]. split; [intros x [<-|X]; simpl; auto|].
    split; [now constructor|]. split; [|assumption]. revert B. apply Forall_impl. intros. now apply between_more.
  - assert (Y : dot (reals n) u * dot (reals n) a < 0).
    { rewrite Forall_forall in Su. specialize (Su a (I a A)).
      inversion_clear Su as [? ? X|? ? X]; [assumption|]. exfalso. exact (not_both _ _ _ T X). }
    destruct (meet n ns u a T Y) as (h & Z & Hu).
    assert (Ha : together ns h a) by (eapply together_trans; eassumption).
    exists l, (h :: hs). split; [simpl; lia|]. split; [intros x X; right; auto|]. split; [assumption|]. split.
    + constructor.
      * split; [assumption|]. exists u, a. simpl. auto.
      * revert B. apply Forall_impl. intros. now apply between_more.
    + constructor; [|assumption]. apply Forall_forall. intros k K. rewrite Forall_forall in B.
      destruct (B k K) as (_ & b & b' & Ib & Ib' & N & Tb & Tb').
      assert (Ok : off ns k) by (eapply together_trans; [exact Tb|apply together_sym, Tb]).
      assert (Oh : off ns h) by (eapply together_trans; [exact Hu|apply together_sym, Hu]).
      destruct (together_or_apart ns h k Oh Ok) as [W|W]; [exfalso|assumption].
      assert (Tu : together ns u k) by (eapply together_trans; [apply together_sym, Hu|exact W]).
      assert (Ub : together ns u b) by (eapply together_trans; [exact Tu|exact Tb]).
      assert (Ub' : together ns u b') by (eapply together_trans; [exact Tu|exact Tb']).
      rewrite Forall_forall in Su. pose proof (Su b Ib) as Sb. pose proof (Su b' Ib') as Sb'.
      inversion_clear Sb as [? ? X|? ? X]; [|exact (not_both _ _ _ Ub X)].
      inversion_clear Sb' as [? ? X'|? ? X']; [|exact (not_both _ _ _ Ub' X')].
      set (s := dot (reals n) u) in *. set (x := dot (reals n) b) in *. set (x' := dot (reals n) b') in *.
      assert (0 < (- (s * x)) * (- (s * x'))) by (apply Rmult_lt_0_compat; lra).
      assert (0 <= s * s) by apply Rle_0_sqr. nra.
Qed.

(** ** The hyperplanes that others cut out of one *)

(** Parallel and opposite ones once, zero rows not at all: rows are primitive. *)
Fixpoint distinct (ns : list (list Z)) : list (list Z) :=
  match ns with
  | [] => []
  | n :: ns' =>
      let ls := distinct ns' in
      let opposite := zscale (-1) n in
      if zero n || existsb (fun m => same n m || same opposite m) ls then ls else n :: ls
  end.

Definition cut (n : list Z) (ns : list (list Z)) : list (list Z) :=
  match first_nonzero n with
  | Some j => distinct (map (fun m => eliminate m (j, n)) ns)
  | None => ns
  end.

Lemma distinct_incl ns : incl (distinct ns) ns.
Proof.
  induction ns as [|n ns IH]; simpl; [easy|]. destruct (_ || _); intros m M; [right; auto|].
  destruct M as [<-|M]; simpl; auto.
Qed.

Lemma distinct_sound ns n : In n ns -> zero n = true \/ exists m, In m (distinct ns) /\
  (n = m \/ zscale (-1) n = m).
Proof.
  induction ns as [|k ns IH]; [easy|]. simpl. intros [->|I].
  - destruct (zero n) eqn:Z; [now left|]. simpl. right.
    destruct (existsb _ _) eqn:E.
    + apply existsb_exists in E. destruct E as (m & M & S). apply orb_true_iff in S. exists m.
      split; [assumption|]. destruct S as [S|S]; apply same_equal in S; auto.
    + exists n. simpl. auto.
  - destruct (IH I) as [Z|(m & M & S)]; [now left|]. right. exists m. split; [|assumption].
    destruct (_ || _); simpl; auto.
Qed.

Lemma opposite_products n u v :
  dot (reals (zscale (-1) n)) u * dot (reals (zscale (-1) n)) v = dot (reals n) u * dot (reals n) v.
Proof. rewrite !reals_scale, !dot_scale_l. simpl. ring. Qed.

Lemma distinct_apart ns u v : apart ns u v -> apart (distinct ns) u v.
Proof.
  unfold apart. intros E. apply Exists_exists in E. destruct E as (n & I & L). apply Exists_exists.
  destruct (distinct_sound ns n I) as [Z|(m & M & [<-|<-])].
  - assert (H := zero_orthogonal u n Z). unfold orthogonal_to in H. rewrite H in L. lra.
  - eauto.
  - eexists. split; [exact M|]. now rewrite opposite_products.
Qed.

Lemma eliminated n j m u v : dot (reals n) u = 0 -> dot (reals n) v = 0 ->
  exists k, IZR (nth j n 0%Z) * IZR (nth j n 0%Z) * (dot (reals m) u * dot (reals m) v)
            = k * k * (dot (reals (eliminate m (j, n))) u * dot (reals (eliminate m (j, n))) v).
Proof.
  intros U V. unfold eliminate. cbn [fst snd]. set (y := zadd _ _). exists (IZR (content y)).
  assert (E : forall h, dot (reals n) h = 0 ->
              IZR (nth j n 0%Z) * dot (reals m) h = IZR (content y) * dot (reals (primitive y)) h).
  { intros h H. rewrite <- dot_scale_l, <- dot_scale_l, <- !reals_scale, content_primitive. unfold y.
    rewrite reals_add, dot_add_l, !reals_scale, !dot_scale_l, H. ring. }
  replace (IZR (nth j n 0%Z) * IZR (nth j n 0%Z) * (dot (reals m) u * dot (reals m) v))
    with (IZR (nth j n 0%Z) * dot (reals m) u * (IZR (nth j n 0%Z) * dot (reals m) v)) by ring.
  rewrite (E u U), (E v V). ring.
Qed.

Lemma cut_apart n ns u v : dot (reals n) u = 0 -> dot (reals n) v = 0 -> apart ns u v -> apart (cut n ns) u v.
Proof.
  intros U V A. unfold cut. destruct (first_nonzero n) as [j|] eqn:J; [|assumption].
  apply distinct_apart. apply Exists_exists in A. destruct A as (m & M & L). apply Exists_exists.
  eexists. split; [apply in_map, M|]. cbn beta. destruct (eliminated n j m u v U V) as (k & E).
  apply first_nonzero_sound, not_0_IZR in J. set (a := IZR (nth j n 0%Z)) in *.
  assert (0 < a * a) by nra. assert (0 <= k * k) by apply Rle_0_sqr.
  set (s := dot (reals m) u * dot (reals m) v) in *. set (t := _ * dot _ v) in *. nra.
Qed.

Lemma cut_off n ns u : dot (reals n) u = 0 -> off ns u -> off (cut n ns) u.
Proof.
  intros U O. unfold cut. destruct (first_nonzero n) as [j|] eqn:J; [|assumption].
  apply first_nonzero_sound, not_0_IZR in J.
  apply Forall_forall. intros p P. apply distinct_incl, in_map_iff in P. destruct P as (m & <- & M).
  unfold off, together in O. rewrite Forall_forall in O. specialize (O m M).
  destruct (eliminated n j m u u U U) as (k & E). set (a := IZR (nth j n 0%Z)) in *.
  assert (0 < a * a) by nra. assert (0 <= k * k) by apply Rle_0_sqr.
  set (s := dot (reals m) u * dot (reals m) u) in *. set (t := _ * dot _ u) in *.
  assert (0 < a * a * s) by now apply Rmult_lt_0_compat. nra.
Qed.

(** ** How many points there can be *)

(** With a hyperplane [n] more, as many more as others cut chambers out of [n]; [fuel] is at least the dimension
    less one where the number is to be exact, and it is a bound with any. *)
Fixpoint count (fuel : nat) : list (list Z) -> Z :=
  fix over (ns : list (list Z)) : Z :=
    match ns with
    | [] => 1
    | n :: ns' =>
        let without := over ns' in
        without + match fuel with O => without | S fuel' => count fuel' (cut n ns') end
    end%Z.

Lemma count_cons fuel n ns : count fuel (n :: ns)
  = (count fuel ns + match fuel with O => count fuel ns | S fuel' => count fuel' (cut n ns) end)%Z.
Proof. destruct fuel; reflexivity. Qed.

Lemma count_positive fuel : forall ns, (1 <= count fuel ns)%Z.
Proof.
  induction fuel as [|fuel IH]; induction ns as [|n ns IHn]; try (simpl; lia); rewrite count_cons; [lia|].
  specialize (IH (cut n ns)). lia.
Qed.

Lemma pairwise_impl {A : Type} (P Q : A -> A -> Prop) l :
  (forall a b, In a l -> In b l -> P a b -> Q a b) -> pairwise P l -> pairwise Q l.
Proof.
  intros H. induction 1 as [|a l F S IH]; constructor.
  - apply Forall_forall. intros b B. rewrite Forall_forall in F. apply H; simpl; auto.
  - apply IH. intros b c B C. apply H; simpl; auto.
Qed.

Theorem count_sound fuel : forall ns us, Forall (off ns) us -> pairwise (apart ns) us ->
  (Z.of_nat (length us) <= count fuel ns)%Z.
Proof.
  induction fuel as [|fuel IHf]; induction ns as [|n ns IH]; intros us O S;
    try (destruct us as [|u [|v us]]; [simpl; lia..|]; inversion_clear S as [|? ? F _];
         inversion_clear F as [|? ? X _]; now inversion X);
    rewrite count_cons; destruct (deletion_restriction n ns us O S) as (l & h & L & I & Pl & B & Ph);
    rewrite L, Nat2Z.inj_add; apply Z.add_le_mono.
  1, 3: apply IH; [|assumption]; apply Forall_forall; intros a A; rewrite Forall_forall in O;
    specialize (O a (I a A)); now inversion_clear O.
  all: assert (Oh : Forall (off ns) h) by
    (revert B; apply Forall_impl; intros k (_ & b & b' & _ & _ & _ & T & _);
     eapply together_trans; [exact T|apply together_sym, T]).
  - now apply IH.
  - assert (Zh : forall k, In k h -> dot (reals n) k = 0) by (rewrite Forall_forall in B; intros k K; apply B, K).
    apply IHf.
    + apply Forall_forall. intros k K. apply cut_off; [auto|]. rewrite Forall_forall in Oh. auto.
    + revert Ph. apply pairwise_impl. intros a b A A'. apply cut_apart; auto.
Qed.

(** ** A list of integer points *)

(** Hyperplane by hyperplane the points are parted, until each is alone. *)
Fixpoint separated (ns : list (list Z)) (ws : list (list Z)) : bool :=
  match ws with
  | [] | [_] => true
  | _ =>
      match ns with
      | [] => false
      | n :: ns' =>
          let (above, below) := partition (fun w => 0 <? zdot n w)%Z ws in
          separated ns' above && separated ns' below
      end
  end.

Definition complete (fuel : nat) (ns : list (list Z)) (ws : list (list Z)) : bool :=
  forallb (fun w => forallb (fun n => negb (zdot n w =? 0)%Z) ns) ws
  && separated ns ws
  && (count fuel ns =? Z.of_nat (length ws))%Z.

Lemma pairwise_app {A : Type} (P : A -> A -> Prop) l m : pairwise P l -> pairwise P m ->
  (forall a b, In a l -> In b m -> P a b) -> pairwise P (l ++ m).
Proof.
  induction 1 as [|a l F S IH]; intros M H; simpl; [assumption|]. constructor.
  - apply Forall_app. split; [assumption|]. apply Forall_forall. intros b B. apply H; simpl; auto.
  - apply IH; [assumption|]. intros b c B C. apply H; simpl; auto.
Qed.

Lemma parted {A : Type} (f : A -> bool) l : let (m, k) := partition f l in
  Permutation l (m ++ k) /\ (forall a, In a m -> f a = true) /\ (forall a, In a k -> f a = false).
Proof.
  induction l as [|a l IH]; simpl; [repeat split; (constructor || easy)|].
  destruct (partition f l) as [m k]. destruct IH as (P & M & K). destruct (f a) eqn:E; simpl.
  - repeat split; [now constructor| |assumption]. intros b [<-|B]; auto.
  - repeat split; [now apply Permutation_cons_app|assumption|]. intros b [<-|B]; auto.
Qed.

Lemma separated_sound : forall ns ws, separated ns ws = true -> Forall (fun w => off ns (reals w)) ws ->
  exists us, Permutation ws us /\ pairwise (fun v w => apart ns (reals v) (reals w)) us.
Proof.
  induction ns as [|n ns IH]; intros ws S O;
    (destruct ws as [|w [|w' ws]]; [exists []; split; constructor|exists [w]; split; [reflexivity|repeat constructor]|]).
  { discriminate. }
  simpl in S. set (all := w :: w' :: ws) in *. set (f := fun w => (0 <? zdot n w)%Z) in *.
  change ((let (above, below) := partition f all in separated ns above && separated ns below) = true) in S.
  assert (P := parted f all). destruct (partition f all) as [above below]. destruct P as (P & A & B).
  apply andb_true_iff in S. destruct S as [S S'].
  assert (O' : forall l, incl l all -> Forall (fun w => off ns (reals w)) l).
  { intros l L. apply Forall_forall. intros x X. rewrite Forall_forall in O. specialize (O x (L x X)).
    now inversion_clear O. }
  assert (Ia : incl above all) by (intros x X; apply (Permutation_in x (Permutation_sym P)), in_or_app; auto).
  assert (Ib : incl below all) by (intros x X; apply (Permutation_in x (Permutation_sym P)), in_or_app; auto).
  destruct (IH _ S (O' _ Ia)) as (us & Pu & Ru). destruct (IH _ S' (O' _ Ib)) as (vs & Pv & Rv).
  exists (us ++ vs). split; [now rewrite P, Pu, Pv|].
  assert (more : forall l, pairwise (fun v w => apart ns (reals v) (reals w)) l ->
                           pairwise (fun v w => apart (n :: ns) (reals v) (reals w)) l).
  { intros l. apply pairwise_impl. intros a b _ _ X. now constructor 2. }
  apply pairwise_app; [auto..|]. intros a b X Y. constructor.
  apply (Permutation_in a (Permutation_sym Pu)) in X. apply (Permutation_in b (Permutation_sym Pv)) in Y.
  assert (Ob := O). rewrite Forall_forall in Ob. specialize (Ob b (Ib b Y)). inversion_clear Ob as [|? ? N _].
  apply A in X. apply B in Y. unfold f in X, Y. apply Z.ltb_lt, IZR_lt in X. apply Z.ltb_ge, IZR_le in Y.
  rewrite reals_dot in X, Y. nra.
Qed.

(** Some step from [u] in direction [d] leaves the sides on which [u] is. *)
Lemma small_step u d : forall ns, exists e, 0 < e /\ forall n, In n ns -> dot (reals n) u <> 0 ->
  0 < dot (reals n) u * (dot (reals n) u + e * dot (reals n) d).
Proof.
  intros ns. enough (H : exists e, 0 < e /\ forall n, In n ns -> dot (reals n) u <> 0 ->
    forall t, 0 < t <= e -> 0 < dot (reals n) u * (dot (reals n) u + t * dot (reals n) d)).
  { destruct H as (e & E & H). exists e. split; [assumption|]. intros n I N. apply H; [assumption..|lra]. }
  induction ns as [|n ns (e & E & H)]; [exists 1; split; [lra|easy]|].
  set (a := dot (reals n) u). set (b := dot (reals n) d).
  assert (A : 0 <= Rabs a) by apply Rabs_pos. assert (B : 0 <= Rabs b) by apply Rabs_pos.
  destruct (Req_dec a 0) as [Z|N].
  - exists e. split; [assumption|]. intros m [<-|M] N; [contradiction|now apply H].
  - assert (P := Rabs_pos_lt a N). exists (Rmin e (Rabs a / (2 * (Rabs b + 1)))).
    assert (Q : 0 < Rabs a / (2 * (Rabs b + 1)))
      by (apply Rmult_lt_0_compat; [assumption|apply Rinv_0_lt_compat; lra]).
    split; [now apply Rmin_glb_lt|]. intros m [<-|M] Nm t T.
    + fold a b. assert (T' : t <= Rabs a / (2 * (Rabs b + 1))) by (eapply Rle_trans; [apply T|apply Rmin_r]).
      assert (t * (2 * (Rabs b + 1)) <= Rabs a).
      { apply (Rmult_le_compat_r (2 * (Rabs b + 1))) in T'; [|lra].
        replace (Rabs a / (2 * (Rabs b + 1)) * (2 * (Rabs b + 1))) with (Rabs a) in T' by (field; lra). assumption. }
      assert (X : - (a * (t * b)) <= Rabs a * (t * Rabs b)).
      { eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_Ropp, !Rabs_mult, (Rabs_right t) by lra. lra. }
      assert (Y : Rabs a * (t * Rabs b) < Rabs a * Rabs a) by (apply Rmult_lt_compat_l; nra).
      rewrite <- Rabs_mult, (Rabs_right (a * a)) in Y by nra. nra.
    + apply H; [assumption..|]. split; [lra|]. eapply Rle_trans; [apply T|apply Rmin_l].
Qed.

(** Every point is in the closure of a listed chamber. *)
Theorem complete_sound fuel ns ws : complete fuel ns ws = true -> forall u,
  exists w, In w ws /\ off ns (reals w) /\ forall n, In n ns -> 0 <= dot (reals n) (reals w) * dot (reals n) u.
Proof.
  unfold complete. rewrite !andb_true_iff. intros [[O S] C] u. apply Z.eqb_eq in C.
  assert (Oz : Forall (fun w => off ns (reals w)) ws).
  { apply Forall_forall. intros w W. rewrite forallb_forall in O. specialize (O w W). rewrite forallb_forall in O.
    apply Forall_forall. intros n N. specialize (O n N). apply negb_true_iff, Z.eqb_neq, not_0_IZR in O.
    rewrite reals_dot in O. nra. }
  destruct (separated_sound ns ws S Oz) as (vs & P & R).
  destruct ws as [|d ws]; [assert (X := count_positive fuel ns); simpl in C; lia|].
  destruct (small_step u (reals d) ns) as (e & E & H).
  set (v := add u (scale e (reals d))).
  assert (V : forall n, dot (reals n) v = dot (reals n) u + e * dot (reals n) (reals d))
    by (intros n; unfold v; now rewrite dot_add_r, dot_scale_r).
  assert (Ov : off ns v).
  { apply Forall_forall. intros n N. rewrite V. destruct (Req_dec (dot (reals n) u) 0) as [Z|Z].
    - rewrite Z. inversion_clear Oz as [|? ? D _]. unfold off, together in D. rewrite Forall_forall in D.
      specialize (D n N). assert (0 < e * e) by nra. nra.
    - specialize (H n N Z). nra. }
  destruct (all_apart_or_one_together ns v Ov (map reals vs)) as [F|(w & W & T)].
  - apply Forall_forall. intros x X. apply in_map_iff in X. destruct X as (y & <- & Y).
    rewrite Forall_forall in Oz. apply Oz. apply (Permutation_in y (Permutation_sym P)), Y.
  - exfalso. assert (K : (Z.of_nat (length (v :: map reals vs)) <= count fuel ns)%Z).
    { apply count_sound.
      - constructor; [assumption|]. apply Forall_forall. intros x X. apply in_map_iff in X.
        destruct X as (y & <- & Y). rewrite Forall_forall in Oz. apply Oz.
        apply (Permutation_in y (Permutation_sym P)), Y.
      - constructor; [assumption|]. clear - R. induction R as [|a l A R IH]; constructor; [|assumption].
        clear - A. induction A; constructor; assumption. }
    rewrite C in K. apply Permutation_length in P. simpl in K. rewrite map_length, <- P in K. simpl in K. lia.
  - apply in_map_iff in W. destruct W as (y & <- & Y). exists y.
    assert (I : In y (d :: ws)) by (apply (Permutation_in y (Permutation_sym P)), Y).
    split; [assumption|]. split; [rewrite Forall_forall in Oz; now apply Oz|].
    intros n N. unfold together in T. rewrite Forall_forall in T. specialize (T n N).
    destruct (Req_dec (dot (reals n) u) 0) as [Z|Z]; [rewrite Z; lra|]. specialize (H n N Z). rewrite V in T.
    set (a := dot (reals n) u) in *. set (b := a + _) in *. set (x := dot (reals n) (reals y)) in *.
    assert (0 < (b * x) * (a * b)) by now apply Rmult_lt_0_compat.
    assert (0 <= b * b) by apply Rle_0_sqr. nra.
Qed.

(** ** Rows and their hyperplanes *)

Definition hyperplanes (rows : list (list Z)) : list (list Z) := distinct (map primitive rows).

Lemma row_of_hyperplane rows x : In x rows -> zero x = true \/
  exists n k, In n (hyperplanes rows) /\ k <> 0 /\ forall u, dot (reals x) u = k * dot (reals n) u.
Proof.
  intros I. assert (E : forall u, dot (reals x) u = IZR (content x) * dot (reals (primitive x)) u)
    by (intros u; rewrite <- dot_scale_l, <- reals_scale, content_primitive; reflexivity).
  destruct (Z.eq_dec (content x) 0) as [Z|N].
  - left. apply forallb_forall. intros a A. apply content_divides in A. rewrite Z in A. destruct A as [k A].
    apply Z.eqb_eq. lia.
  - apply not_0_IZR in N. destruct (distinct_sound (map primitive rows) (primitive x) (in_map _ _ _ I)) as [Z|(m & M & S)].
    + left. rewrite <- (content_primitive x). unfold zero, zscale in *. apply forallb_forall. intros a A.
      apply in_map_iff in A. destruct A as (b & <- & B). rewrite forallb_forall in Z. specialize (Z b B).
      apply Z.eqb_eq in Z. apply Z.eqb_eq. lia.
    + right. destruct S as [S|S].
      * exists m, (IZR (content x)). split; [exact M|]. split; [assumption|]. intros u. now rewrite E, S.
      * exists m, (- IZR (content x)). split; [exact M|]. split; [lra|]. intros u.
        rewrite E, <- S, reals_scale, dot_scale_l. simpl. ring.
Qed.

(** On which side of a row the points of a listed chamber are. *)
Definition positive_side (w x : list Z) : bool := (0 <? zdot x w)%Z.

Theorem sides_sound fuel rows ws : complete fuel (hyperplanes rows) ws = true -> forall u,
  exists w, In w ws /\ forall x, In x rows ->
  if positive_side w x then 0 <= dot (reals x) u else dot (reals x) u <= 0.
Proof.
  intros C u. destruct (complete_sound _ _ _ C u) as (w & W & O & H). exists w. split; [assumption|].
  intros x X. unfold positive_side. destruct (row_of_hyperplane rows x X) as [Z|(n & k & N & K & E)].
  - assert (P := zero_orthogonal u x Z). unfold orthogonal_to in P. rewrite P. destruct (_ <? _)%Z; lra.
  - specialize (H n N). unfold off, together in O. rewrite Forall_forall in O. specialize (O n N).
    assert (V := reals_dot x w). rewrite E in *. set (a := dot (reals n) u) in *.
    set (b := dot (reals n) (reals w)) in *. assert (0 < k * k) by nra.
    assert (Y : 0 < k * b * (k * b)) by nra. assert (0 <= k * b * (k * a)) by nra.
    destruct (Z.ltb_spec 0 (zdot x w)) as [L|L]; [apply IZR_lt in L|apply IZR_le in L]; nra.
Qed.
