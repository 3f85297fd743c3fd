(** A short vector above a linear function on a cone, proposed. Nothing is proven here, and nothing need be:
    Cover.v proves what it accepts, whatever is proposed. The computation is that of checker.py, so that both
    accept the same leaves. *)

From Coq Require Import Lia Bool.
From ConvexLandscape Require Import Cones.
Open Scope Z_scope.

Section Proposal.
Variable fixed : nat -> bool. (* the pinned coordinate, and a free one: there the proposal is 0 *)

Fixpoint others (i : nat) (c : list Z) (b : box) : list (Z * (Z * Z)) :=
  match c, b with
  | x :: c', interval :: b' => if fixed i then others (S i) c' b' else (x, interval) :: others (S i) c' b'
  | _, _ => []
  end.

Fixpoint ends (i : nat) (c : list Z) (b : box) : Z :=
  match c, b with
  | x :: c', (lo, hi) :: b' => (if fixed i then Z.max (x * lo) (x * hi) else 0) + ends (S i) c' b'
  | _, _ => 0
  end.

Definition clip (tau x : Z) (interval : Z * Z) : Z := Z.min (Z.max x (tau * fst interval)) (tau * snd interval).

Fixpoint clipped (tau : Z) (i : nat) (c : list Z) (b : box) : list Z :=
  match c, b with
  | x :: c', interval :: b' => (if fixed i then 0 else clip tau x interval) :: clipped tau (S i) c' b'
  | _, _ => []
  end.

(** One step of Newton's method for the scale tau at which the clipped vector is the projection. *)
Definition active (tau x : Z) (interval : Z * Z) : Z :=
  let (lo, hi) := interval in if tau * hi <? x then hi else if x <? tau * lo then lo else 0.

Fixpoint newton (steps : nat) (rest own furthest : Z) (l : list (Z * (Z * Z))) (tau least : Z)
    (most : option Z) : Z :=
  match steps with
  | O => match most with None => tau | Some m => Z.min m (Z.max tau least) end
  | S n =>
      let above := fold_right (fun y s => active tau (fst y) (snd y) * fst y + s) rest l in
      let below := fold_right (fun y s => let e := active tau (fst y) (snd y) in e * e + s) own l in
      let outside := below * tau <? above in
      let least := if outside then tau else least in
      let most := if outside then most else Some tau in
      let wanted :=
        if below =? 0 then if 0 <? above then 2 * tau + 1 + furthest else tau
        else Z.max (- ((- above) / below)) 0 in
      let close := match most with None => false | Some m => m - least <=? 1 end in
      if (wanted =? tau) || close then
        match most with None => tau | Some m => Z.min m (Z.max tau least) end
      else
        let inside := (least <? wanted) && match most with None => true | Some m => wanted <? m end in
        let next :=
          if inside then wanted else
          match most with Some m => (least + m) / 2 | None => 2 * least + 1 end in
        newton n rest own furthest l next least most
  end.

Definition largest (l : list (Z * (Z * Z))) : Z := fold_right (fun y m => Z.max (Z.abs (fst y)) m) 0 l.

(** For the linear function [c'u + constant tau]; [own] is the weight of the pinned coordinate. *)
Definition propose (c : list Z) (constant : Z) (b : box) (own : Z) : list Z :=
  let l := others 0 c b in
  let tau := newton (4 * length c + 8) (constant + ends 0 c b) own (largest l) l 0 0 None in
  clipped tau 0 c b.

End Proposal.
