(** One cone (statement 7.2): a sum of bends is at most a linear function there.

    [g c ks u] is [c'u] plus, for each kink (weight, normal), the weight times [max (normal'u, 0)]. All landscapes
    [z'phi(Xu)] are of this form, for phi(t) = kappa t + (1 - kappa) max(t, 0). *)

From Coq Require Import Lia Lra Psatz Bool.
From ConvexLandscape Require Export Cones.
Open Scope R_scope.

Definition relu (t : R) : R := Rmax t 0.

Lemma relu_pos t : 0 <= t -> relu t = t.
Proof. intros. apply Rmax_left. lra. Qed.

Lemma relu_neg t : t <= 0 -> relu t = 0.
Proof. intros. apply Rmax_right. lra. Qed.

(** A kink, and the range of its normal on a box. *)
Record kink := { weight : Z; normal : list Z; low : Z; high : Z }.

Definition bends (ks : list kink) (u : vector) : R :=
  sum (fun k => IZR (weight k) * relu (dot (reals (normal k)) u)) ks.

Definition g (c : list Z) (ks : list kink) (u : vector) : R := dot (reals c) u + bends ks u.

(** ** Kinks that a box decides *)

Fixpoint settle (b : box) (c : list Z) (ks : list kink) : list Z * list kink :=
  match ks with
  | [] => (c, [])
  | k :: ks' =>
      let (l, h) := range (normal k) b in
      let (c', rest) := settle b c ks' in
      if (0 <=? l)%Z then (zadd (zscale (weight k) (normal k)) c', rest)
      else if (h <=? 0)%Z then (c', rest)
      else (c', {| weight := weight k; normal := normal k; low := l; high := h |} :: rest)
  end.

(** Neither sign is decided, and the range is right. *)
Definition open_at (tau : R) (u : vector) (k : kink) : Prop :=
  (low k < 0 < high k)%Z /\ between tau (low k, high k) (dot (reals (normal k)) u).

Lemma settle_sound tau b u c ks : 0 <= tau -> in_cone tau b u ->
  g c ks u = g (fst (settle b c ks)) (snd (settle b c ks)) u /\ Forall (open_at tau u) (snd (settle b c ks)).
Proof.
  intros T C. unfold g. induction ks as [|k ks [E O]]; [split; [reflexivity|constructor]|].
  assert (B := range_bounds tau b u C (normal k)).
  simpl. destruct (range (normal k) b) as [l h]. destruct (settle b c ks) as [c' rest].
  unfold between in B. cbn [fst snd] in *.
  destruct (Z.leb_spec 0 l) as [L|L]; [|destruct (Z.leb_spec h 0) as [H|H]]; cbn [fst snd bends sum] in *.
  - split; [|assumption]. apply IZR_le in L.
    rewrite reals_add, reals_scale, dot_add_l, dot_scale_l, (relu_pos (dot _ _)) by nra.
    unfold bends in *. lra.
  - split; [|assumption]. apply IZR_le in H. rewrite (relu_neg (dot _ _)) by nra. unfold bends in *. lra.
  - split; [unfold bends in *; simpl in *; lra|]. constructor; [|assumption].
    unfold open_at, between. simpl. split; [lia|assumption].
Qed.

(** ** Lines above the kinks that are open *)

(** The line [s t + k tau] is above [one max(t, 0)] between [l tau] and [h tau] if it is so at both ends. *)
Definition chord_constant (one s l h : Z) : Z := Z.max (- s * l) ((one - s) * h).

Lemma chord_above one s l h tau t : (0 <= one)%Z -> (l < 0 < h)%Z -> 0 <= tau -> between tau (l, h) t ->
  IZR one * relu t <= IZR s * t + IZR (chord_constant one s l h) * tau.
Proof.
  intros O [L H] T [B B']. unfold chord_constant. simpl in *. apply IZR_lt in L, H. apply IZR_le in O.
  assert (K : IZR (- s * l) <= IZR (Z.max (- s * l) ((one - s) * h))) by (apply IZR_le; lia).
  assert (K' : IZR ((one - s) * h) <= IZR (Z.max (- s * l) ((one - s) * h))) by (apply IZR_le; lia).
  set (k := IZR (Z.max _ _)) in *. rewrite mult_IZR, opp_IZR in K. rewrite mult_IZR, minus_IZR in K'.
  set (a := IZR s) in *. set (o := IZR one) in *. set (x := IZR l) in *. set (y := IZR h) in *.
  assert (K1 : - a * x * tau <= k * tau) by (apply Rmult_le_compat_r; assumption).
  assert (K2 : (o - a) * y * tau <= k * tau) by (apply Rmult_le_compat_r; assumption).
  assert (P : 0 <= y * tau) by (apply Rmult_le_pos; lra).
  assert (N : 0 <= - x * tau) by (apply Rmult_le_pos; lra).
  destruct (Rle_or_lt 0 t) as [S|S].
  - rewrite relu_pos by assumption. destruct (Rle_or_lt a o) as [A|A].
    + assert ((o - a) * t <= (o - a) * (y * tau)) by (apply Rmult_le_compat_l; lra). nra.
    + assert (0 <= k * tau).
      { assert (0 <= a * (- x * tau)) by (apply Rmult_le_pos; lra). lra. }
      assert (0 <= (a - o) * t) by (apply Rmult_le_pos; lra). nra.
  - rewrite relu_neg by lra. destruct (Rle_or_lt 0 a) as [A|A].
    + assert (a * (- t) <= a * (- x * tau)) by (apply Rmult_le_compat_l; lra). nra.
    + assert (0 <= - a * (- t)) by (apply Rmult_le_pos; lra). nra.
Qed.

(** The bits of a certificate, and how the slope of an open kink of negative weight is read from them: "0" is
    the nearer of 0 and 1, "10" the other, "11" is followed by the digits of a number between. *)
Definition bits := list bool.

Fixpoint number (count : nat) (value : Z) (b : bits) : option (Z * bits) :=
  match count, b with
  | O, _ => Some (value, b)
  | S n, d :: b' => number n (2 * value + if d then 1 else 0)%Z b'
  | S _, [] => None
  end.

Section Slopes.
Variable one : Z.      (* slopes are integers from 0 to this *)
Variable digits : nat. (* of a slope that is written *)

Definition written_slope (k : kink) (b : bits) : option (Z * bits) :=
  let nearer := if (0 <? low k + high k)%Z then one else 0%Z in
  match b with
  | false :: b' => Some (nearer, b')
  | true :: false :: b' => Some (one - nearer, b')%Z
  | true :: true :: b' =>
      match number digits 0 b' with
      | Some (m, rest) =>
          let s := (m * one / 2 ^ Z.of_nat digits)%Z in
          if (0 <=? s)%Z && (s <=? one)%Z then Some (s, rest) else None
      | None => None
      end
  | _ => None
  end.

Lemma written_slope_range k b s rest : (0 <= one)%Z -> written_slope k b = Some (s, rest) -> (0 <= s <= one)%Z.
Proof.
  unfold written_slope. intros O. destruct b as [|[|] [|[|] b]]; try discriminate;
    try (intros [= <- <-]; destruct (0 <? low k + high k)%Z; lia).
  destruct (number digits 0 b) as [[m r]|]; [|discriminate].
  destruct (Z.leb_spec 0 (m * one / 2 ^ Z.of_nat digits)); [|discriminate].
  destruct (Z.leb_spec (m * one / 2 ^ Z.of_nat digits) one); [|discriminate].
  simpl. intros [= <- <-]. lia.
Qed.

(** A line [(s n)'u + m tau] above an open kink of normal n: the chord, or a slope that is read. *)
Definition line (k : kink) (b : bits) : option (Z * Z * bits) :=
  if (0 <? weight k)%Z then
    let s := (high k * one / (high k - low k))%Z in
    Some (weight k * s, weight k * chord_constant one s (low k) (high k), b)%Z
  else match written_slope k b with Some (s, b') => Some (weight k * s, 0, b')%Z | None => None end.

Lemma line_above k b s m rest tau u : (0 <= one)%Z -> 0 <= tau -> open_at tau u k ->
  line k b = Some (s, m, rest) ->
  IZR one * (IZR (weight k) * relu (dot (reals (normal k)) u))
  <= IZR s * dot (reals (normal k)) u + IZR m * tau.
Proof.
  unfold line. intros O T [L B]. set (t := dot (reals (normal k)) u) in *.
  destruct (Z.ltb_spec 0 (weight k)) as [P|P].
  - intros [= <- <- <-]. set (c := (high k * one / (high k - low k))%Z). rewrite !mult_IZR.
    assert (H := chord_above one c (low k) (high k) tau t O L T B). apply IZR_lt in P.
    apply (Rmult_le_compat_l (IZR (weight k))) in H; [|lra]. nra.
  - destruct (written_slope k b) as [[c r]|] eqn:E; [|discriminate]. intros [= <- <- <-].
    apply written_slope_range in E; [|assumption]. destruct E as [E E'].
    apply IZR_le in P, E, E', O. rewrite mult_IZR.
    assert (IZR c * t <= IZR one * relu t).
    { destruct (Rle_or_lt 0 t); [rewrite relu_pos by assumption|rewrite relu_neg by lra]; nra. }
    assert (0 <= - IZR (weight k) * (IZR one * relu t - IZR c * t)) by (apply Rmult_le_pos; lra). nra.
Qed.

(** The sum of the lines above all open kinks: a vector, a constant, and the bits that are left. *)
Fixpoint lines (ks : list kink) (b : bits) : option (list Z * Z * bits) :=
  match ks with
  | [] => Some ([], 0%Z, b)
  | k :: ks' =>
      match line k b with
      | Some (s, m, b') =>
          match lines ks' b' with
          | Some (c, total, rest) => Some (zadd (zscale s (normal k)) c, m + total, rest)%Z
          | None => None
          end
      | None => None
      end
  end.

Lemma lines_above tau u : (0 <= one)%Z -> 0 <= tau -> forall ks b c m rest, Forall (open_at tau u) ks ->
  lines ks b = Some (c, m, rest) -> IZR one * bends ks u <= dot (reals c) u + IZR m * tau.
Proof.
  intros O T. induction ks as [|k ks IH]; intros b c m rest F E; simpl in E.
  - injection E as <- <- <-. unfold bends. simpl. lra.
  - destruct (line k b) as [[[s a] b']|] eqn:K; [|discriminate].
    destruct (lines ks b') as [[[c' m'] r]|] eqn:R; [|discriminate]. injection E as <- <- <-.
    inversion F as [|? ? F1 F2]; subst.
    assert (H := line_above k b s a b' tau u O T F1 K). assert (H' := IH b' c' m' r F2 R).
    rewrite reals_add, reals_scale, dot_add_l, dot_scale_l, plus_IZR. unfold bends in *. simpl. lra.
Qed.

End Slopes.
