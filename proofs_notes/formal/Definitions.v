(** What is proven something about: problems, networks of any width, and the objective.

    Whoever believes a theorem of this folder has to read this file, and the three norms, [sum] and [dot] in
    Vectors.v. Nothing else: all other definitions serve the proofs. *)

From Coq Require Export QArith Qreals.
From Coq Require Import Arith.
From ConvexLandscape Require Export Vectors.
Open Scope R_scope.

(** ** A problem: the rationals of a problem file *)

Inductive loss := Squared | L1 | Huber (delta : Q) | Hinge | SquaredHinge.
Inductive penalty := TwoNorm | OneNorm | InfNorm.
Inductive intercept := NoIntercept | FreeIntercept | DecayedIntercept.

Record problem := {
  the_loss : loss;
  the_penalty : penalty;
  kappa : Q;                     (* the slope of the activation on the negative side *)
  beta : Q;                      (* the weight decay *)
  rows : list (nat * list Q);    (* each row x of X, with the number of the sample that it belongs to *)
  samples : list (Q * Q);        (* of each sample: y, and the weight of its loss *)
  columns : nat;                 (* the number of columns of X *)
  the_intercept : intercept;     (* may outputs add a constant? *)
  free_linear : bool;            (* may outputs add a linear function of x? *)
  free_bias : option nat         (* the column whose weights the penalty leaves out *)
}.

Definition real : list Q -> vector := map Q2R.

(** ** A network: real weights, as many neurons as one likes *)

Record neuron := { hidden : vector; coefficient : R }.
Record network := { neurons : list neuron; offset : R; slope : vector }.

Definition phi (k t : R) : R := Rmax t 0 + k * Rmin t 0.

Definition output (k : R) (f : network) (x : vector) : R :=
  sum (fun j => coefficient j * phi k (dot x (hidden j))) (neurons f) + offset f + dot x (slope f).

(** The networks that a problem is about. *)
Definition fits (p : problem) (f : network) : Prop :=
  (forall j, In j (neurons f) -> length (hidden j) = columns p) /\
  (the_intercept p = NoIntercept -> offset f = 0) /\
  (free_linear p = false -> slope f = []).

(** ** The objective *)

Definition loss_at (l : loss) (f y : R) : R :=
  match l with
  | Squared => (f - y) * (f - y) / 2
  | L1 => Rabs (f - y)
  | Huber d => if Rle_dec (Rabs (f - y)) (Q2R d) then (f - y) * (f - y) / 2
               else Q2R d * Rabs (f - y) - Q2R d * Q2R d / 2
  | Hinge => Rmax 0 (1 - y * f)
  | SquaredHinge => Rmax 0 (1 - y * f) * Rmax 0 (1 - y * f) / 2
  end.

(** What the network says about sample i: the sum over its rows. *)
Definition prediction (p : problem) (f : network) (i : nat) : R :=
  sum (fun r => if Nat.eqb (fst r) i then output (Q2R (kappa p)) f (real (snd r)) else 0) (rows p).

Definition numbered {A : Type} (l : list A) : list (nat * A) := combine (seq 0 (length l)) l.

Definition total_loss (p : problem) (f : network) : R :=
  sum (fun s => Q2R (snd (snd s)) * loss_at (the_loss p) (prediction p f (fst s)) (Q2R (fst (snd s))))
      (numbered (samples p)).

(** The norm of a neuron's hidden weights, but for its bias where that is free. *)
Definition without (place : option nat) (w : vector) : vector :=
  match place with None => w | Some b => firstn b w ++ skipn (S b) w end.

Definition size (p : problem) (w : vector) : R :=
  let w := without (free_bias p) w in
  match the_penalty p with TwoNorm => norm2 w | OneNorm => norm1 w | InfNorm => norm_inf w end.

Definition decay (p : problem) (f : network) : R :=
  sum (fun j => size p (hidden j) ^ 2 + coefficient j ^ 2) (neurons f)
  + match the_intercept p with DecayedIntercept => offset f ^ 2 | _ => 0 end.

Definition objective (p : problem) (f : network) : R := total_loss p f + Q2R (beta p) / 2 * decay p f.
