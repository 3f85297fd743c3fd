(* From documents to the records that Coq's function is about; as strict as checker.py, one way to write each thing. *)

open Refusal
open Json

(* Accept has modules Z and N of its own; here Z is that of zarith. *)
module Zarith = Z
open Accept
module Z = Zarith

let max_digits = 4000
let too_long = Z.pow (Z.of_int 10) max_digits

(* ---- values *)

let fields names where = function
  | Object o ->
      List.iter (fun name -> require (List.mem_assoc name o) (where ^ ": missing field " ^ name)) names;
      require (List.length o = List.length names) (where ^ ": unknown field");
      o
  | _ -> raise (Refused (where ^ " is not an object"))

let array where = function List l -> l | _ -> raise (Refused (where ^ " is not a list"))

let sized length where value =
  let l = array where value in
  require (List.length l = length) (where ^ " has another length");
  l

let text where = function String s -> s | _ -> raise (Refused (where ^ " is not a string"))
let is_digit c = c >= '0' && c <= '9'
let all_digits s = s <> "" && String.for_all is_digit s

(* Decimal digits without a leading zero. *)
let is_natural s = all_digits s && (s = "0" || s.[0] <> '0')

let rational where value =
  let bad () = raise (Refused (where ^ " is not a string such as '7' or '-3/4'")) in
  let s = match value with String s -> s | _ -> bad () in
  let negative = s <> "" && s.[0] = '-' in
  let s = if negative then String.sub s 1 (String.length s - 1) else s in
  let top, bottom =
    match String.split_on_char '/' s with [ a ] -> (a, None) | [ a; b ] -> (a, Some b) | _ -> bad ()
  in
  if not (is_natural top) || (negative && top = "0") then bad ();
  Option.iter (fun b -> if not (is_natural b) || b = "0" then bad ()) bottom;
  let short s = require (String.length s <= max_digits) (where ^ ": too many digits") in
  short top;
  Option.iter short bottom;
  let n = Z.of_string top and d = Z.of_string (Option.value bottom ~default:"1") in
  if bottom <> None then
    require (Z.gt d Z.one && Z.equal (Z.gcd n d) Z.one) (where ^ " is not in lowest terms");
  { qnum = (if negative then Z.neg n else n); qden = d }

let vector where value = List.map (rational where) (array where value)

let vector_of length where value =
  ignore (sized length where value);
  vector where value

let common_denominator_is_short where values =
  let grow scale q =
    let scale = Z.lcm scale q.qden in
    require (Z.lt scale too_long) (where ^ ": the common denominator is too long");
    scale
  in
  ignore (List.fold_left grow Z.one values)

(* Nor entries over the common denominator whose products would be: there are as many factors as columns. *)
let minors_are_short where rows =
  let entries = List.concat rows in
  common_denominator_is_short where entries;
  let scale = List.fold_left (fun scale q -> Z.lcm scale q.qden) Z.one entries in
  let rank = min (List.length rows) (List.length (List.hd rows)) in
  let limit = Z.pow (Z.of_int 10) (max 40 (max_digits / rank)) in
  let short q = Z.lt (Z.abs (Z.mul q.qnum (Z.div scale q.qden))) limit in
  require (List.for_all short entries) (where ^ ": an integer is too long")

let whole least most where = function
  | Int s when String.length s <= 4 && int_of_string s >= least && int_of_string s <= most -> int_of_string s
  | _ -> raise (Refused (where ^ " is not a small integer"))

let index count where = function
  | String s when is_natural s && String.length s <= String.length (string_of_int count) && int_of_string s < count ->
      int_of_string s
  | _ -> raise (Refused (where ^ " is not a row number"))

let rec nat n = if n = 0 then O else S (nat (n - 1))
let integer n = { qnum = Z.of_int n; qden = Z.one }
let equals q n = Z.equal q.qden Z.one && Z.equal q.qnum (Z.of_int n)

(* ---- base64, in the one way to write each string of bytes *)

let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

let base64 where value =
  let s = text where value in
  let bad () = raise (Refused (where ^ " is not base64")) in
  let size = String.length s in
  if size mod 4 <> 0 then bad ();
  let padding = if size = 0 || s.[size - 1] <> '=' then 0 else if s.[size - 2] <> '=' then 1 else 2 in
  let digit c = match String.index_opt alphabet c with Some k -> k | None -> bad () in
  let values = List.init (size - padding) (fun i -> digit s.[i]) in
  let bits = List.concat_map (fun v -> List.init 6 (fun i -> (v lsr (5 - i)) land 1 = 1)) values in
  let used = List.length bits / 8 * 8 in
  if List.exists Fun.id (List.filteri (fun i _ -> i >= used) bits) then bad ();
  List.filteri (fun i _ -> i < used) bits

(* ---- the problem *)

let labelled = [ "hinge"; "squared-hinge"; "logistic" ]

let loss value =
  let s = text "problem: loss" value in
  match s with
  | "squared" -> (s, Squared)
  | "l1" -> (s, L1)
  | "hinge" -> (s, Hinge)
  | "squared-hinge" -> (s, SquaredHinge)
  | "logistic" -> raise (Not_covered "the logistic loss, whose bounds rest on logarithms")
  | _ when String.starts_with ~prefix:"huber:" s ->
      let delta = rational "problem: loss: delta" (String (String.sub s 6 (String.length s - 6))) in
      require (Z.sign delta.qnum > 0) "problem: loss: delta is not positive";
      ("huber", Huber delta)
  | _ -> raise (Refused "problem: loss is unknown")

let penalty value =
  match text "problem: penalty" value with
  | "2-norm" -> TwoNorm
  | "1-norm" -> OneNorm
  | "inf-norm" -> InfNorm
  | _ -> raise (Refused "problem: penalty is unknown")

let readout rows count value =
  (match value with Object _ -> raise (Not_covered "max pooling") | _ -> ());
  if value = String "identity" then List.init rows Fun.id
  else begin
    let found = List.map (index count "problem: readout") (sized rows "problem: readout" value) in
    require (found <> List.init rows Fun.id) "problem: readout: this list is written 'identity'";
    found
  end

let weights version count o =
  if version < 3 then List.init count (fun _ -> integer 1)
  else begin
    let found = vector_of count "problem: weights" (List.assoc "weights" o) in
    List.iter (fun s -> require (Z.sign s.qnum > 0) "problem: a weight is not positive") found;
    require (not (List.for_all (fun s -> equals s 1) found)) "problem: weights that are all 1 are not written";
    let inverses = List.map (fun s -> { qnum = s.qden; qden = s.qnum }) found in
    common_denominator_is_short "problem: weights" (found @ inverses);
    found
  end

let column_of_ones rows width =
  let is_ones j = List.for_all (fun row -> equals (List.nth row j) 1) rows in
  match List.filter is_ones (List.init width Fun.id) with
  | [ j ] -> j
  | _ -> raise (Refused "problem: free biases need exactly one column of ones")

let known = [ "intercept"; "linear"; "intercept+linear"; "decayed-intercept"; "biases"; "biases+linear" ]

let free version o =
  if version = 1 then ""
  else begin
    let s = text "problem: free" (List.assoc "free" o) in
    require (List.mem s known || (version = 3 && s = "nothing")) "problem: free is unknown";
    s
  end

let constant name expected o where =
  require (List.assoc name o = expected) (Printf.sprintf "%s: %s is another" where name)

(* Without what says how X was made of a table: nothing rests on it. *)
let bare = function Object o -> Object (List.remove_assoc "preparation" o) | other -> other

let version_of document =
  match document with
  | Object o -> ( match List.assoc_opt "version" o with Some (Int ("2" | "3" as v)) -> int_of_string v | _ -> 1)
  | _ -> 1

let problem document =
  let version = version_of document in
  let later = match version with 2 -> [ "free" ] | 3 -> [ "free"; "weights" ] | _ -> [] in
  let names = [ "format"; "version"; "loss"; "penalty"; "readout"; "kappa"; "beta"; "X"; "y" ] @ later in
  let o = fields names "problem" document in
  constant "format" (String "convex-landscape problem") o "problem";
  constant "version" (Int (string_of_int version)) o "problem";
  let get name = List.assoc name o in
  let free = free version o in
  let name, the_loss = loss (get "loss") in
  let the_penalty = penalty (get "penalty") in
  let beta = rational "problem: beta" (get "beta") in
  let kappa = rational "problem: kappa" (get "kappa") in
  require (Z.sign beta.qnum > 0) "problem: beta is not positive";
  require (Z.lt kappa.qnum kappa.qden) "problem: kappa is not below 1";
  let lines = array "problem: X" (get "X") in
  require (lines <> []) "problem: X has no rows";
  let width = List.length (array "problem: X[0]" (List.hd lines)) in
  require (width > 0) "problem: X has no columns";
  let target = vector "problem: y" (get "y") in
  let count = List.length target in
  require (get "readout" <> String "identity" || count = List.length lines) "problem: y has another length";
  if List.mem name labelled then
    List.iter (fun y -> require (equals y 1 || equals y (-1)) "problem: a label is not 1 or -1") target;
  let rows = List.map (vector_of width "problem: X") lines in
  minors_are_short "problem: X" rows;
  common_denominator_is_short "problem: y" target;
  let weights = weights version count o in
  let samples = readout (List.length rows) count (get "readout") in
  let has part = List.mem part (String.split_on_char '+' free) in
  {
    the_loss;
    the_penalty;
    kappa;
    beta;
    rows = List.map2 (fun k row -> (nat k, row)) samples rows;
    samples = List.combine target weights;
    columns = nat width;
    the_intercept =
      (if free = "decayed-intercept" then DecayedIntercept
       else if has "intercept" || has "biases" then FreeIntercept
       else NoIntercept);
    free_linear = has "linear";
    free_bias = (if has "biases" then Some (nat (column_of_ones rows width)) else None);
  }

(* ---- the certificate *)

let rec split_at n l =
  match l with x :: rest when n > 0 -> let a, b = split_at (n - 1) rest in (x :: a, b) | _ -> ([], l)

let packed length document =
  let o = fields [ "unit"; "bytes"; "entries" ] "dual" document in
  let unit = rational "dual.unit" (List.assoc "unit" o) in
  let width = whole 1 64 "dual.bytes" (List.assoc "bytes" o) in
  let bits = base64 "dual.entries" (List.assoc "entries" o) in
  require (List.length bits = 8 * width * length) "dual.entries has another number of bytes";
  let value l =
    let n = List.fold_left (fun n bit -> Z.add (Z.shift_left n 1) (if bit then Z.one else Z.zero)) Z.zero l in
    if List.hd l then Z.sub n (Z.shift_left Z.one (8 * width)) else n
  in
  let times n =
    let top = Z.mul unit.qnum n in
    let common = Z.gcd top unit.qden in
    { qnum = Z.div top common; qden = Z.div unit.qden common }
  in
  let rec entries bits =
    if bits = [] then [] else let first, rest = split_at (8 * width) bits in times (value first) :: entries rest
  in
  entries bits

let dual version length = function
  | Object _ as o when version = 3 -> packed length o
  | other -> vector_of length "dual" other

let basis width = function
  | Null -> None
  | value ->
      let lines = array "cover.basis" value in
      require (lines <> [] && List.length lines <= width) "cover.basis has too many rows, or none";
      let rows = List.map (vector_of width "cover.basis") lines in
      minors_are_short "cover.basis" rows;
      Some rows

let cover width value =
  let o = fields [ "basis"; "depth"; "bits"; "plus"; "minus" ] "cover" value in
  let part name = List.assoc name o in
  Covered
    {
      cover_basis = basis width (part "basis");
      cover_depth = nat (whole 0 64 "cover.depth" (part "depth"));
      cover_digits = nat (whole 1 48 "cover.bits" (part "bits"));
      cover_plus = base64 "cover.plus" (part "plus");
      cover_minus = base64 "cover.minus" (part "minus");
    }

let multipliers rows where = function
  | Object o ->
      let entry (row, value) =
        let q = rational where value in
        require (Z.sign q.qnum > 0) (where ^ ": the multiplier is not positive");
        (nat (index rows where (String row)), q)
      in
      let found = List.map entry o in
      common_denominator_is_short where (List.map snd found);
      found
  | _ -> raise (Refused (where ^ " is not an object"))

let chamber rows width value =
  let o = fields [ "witness"; "plus"; "minus" ] "chamber" value in
  let part name = List.assoc name o in
  let witness = vector_of width "witness" (part "witness") in
  common_denominator_is_short "witness" witness;
  { witness; chamber_plus = multipliers rows "plus" (part "plus"); chamber_minus = multipliers rows "minus" (part "minus") }

let evidence rows width version value =
  if version = 3 then cover width value else Listed (List.map (chamber rows width) (array "chambers" value))

(* Version 2 says nothing of how the bound is proven: the checker sweeps the sphere itself. *)
let version_of_certificate = function
  | Object o -> (
      match List.assoc_opt "version" o with
      | Some (Int "2") -> raise (Not_covered "certificates of version 2, without chambers and without a cover")
      | Some (Int "3") when List.mem_assoc "quadratic" o && not (List.mem_assoc "cover" o) -> raise (Not_covered "quadratic functions in place of a cover")
      | Some (Int "3") -> (
          match List.assoc_opt "dual" o with
          | Some (Object rule) when List.mem_assoc "share" rule -> raise (Not_covered "a dual that the network says")
          | _ -> 3)
      | _ -> 1)
  | _ -> 1

let certificate p digest document =
  let version = version_of_certificate document in
  let proof = if version = 3 then "cover" else "chambers" in
  let names = [ "format"; "version"; "problem"; "lower"; "upper"; "dual"; "network"; proof ] in
  let o = fields names "certificate" document in
  constant "format" (String "convex-landscape certificate") o "certificate";
  constant "version" (Int (string_of_int version)) o "certificate";
  let get name = List.assoc name o in
  let width = List.length (snd (List.hd p.rows)) in
  let offset = if p.the_intercept = NoIntercept then 0 else 1 in
  let skips = offset + if p.free_linear then width else 0 in
  let network = fields ([ "hidden"; "output" ] @ if skips > 0 then [ "skip" ] else []) "network" (get "network") in
  let hidden = List.map (vector_of width "hidden") (array "hidden" (List.assoc "hidden" network)) in
  let output = vector_of (List.length hidden) "output" (List.assoc "output" network) in
  let skip = if skips > 0 then vector_of skips "skip" (List.assoc "skip" network) else [] in
  let proof = evidence (List.length p.rows) width version (get proof) in
  let dual = dual version (List.length p.samples) (get "dual") in
  require (text "certificate: problem" (get "problem") = digest) "certificate: written for another problem";
  common_denominator_is_short "dual" dual;
  common_denominator_is_short "hidden" (List.concat hidden);
  common_denominator_is_short "output" (output @ skip);
  require (version = 1 || p.the_penalty = TwoNorm) "certificate: with this norm chambers must be listed";
  let offsets, slope = split_at offset skip in
  {
    lower = rational "lower" (get "lower");
    upper = rational "upper" (get "upper");
    dual;
    trained =
      {
        hidden_weights = hidden;
        output_weights = output;
        free_offset = (match offsets with [ c ] -> c | _ -> integer 0);
        free_slope = slope;
      };
    proof;
  }
