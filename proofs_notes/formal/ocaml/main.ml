(* accept PROBLEM.json CERTIFICATE.json ...: the verdict of Coq's function on each pair.
   Exit 0 if all are proven, 1 if one is refused, 2 for no such use, 3 if one is not covered. *)

open Refusal

let read path =
  let channel = open_in_bin path in
  Fun.protect
    ~finally:(fun () -> close_in channel)
    (fun () -> really_input_string channel (in_channel_length channel))

let shown (q : Accept.q) =
  if Z.equal q.qden Z.one then Z.to_string q.qnum else Z.to_string q.qnum ^ "/" ^ Z.to_string q.qden

let judge problem certificate =
  try
    let document = Reading.bare (Json.parse (read problem)) in
    let p = Reading.problem document in
    let digest = Sha256.hex (Json.canonical document) in
    let c = Reading.certificate p digest (Json.parse (read certificate)) in
    if Accept.accept p c then (0, "PROVEN " ^ shown c.lower ^ " <= p* <= " ^ shown c.upper)
    else (1, "REFUSED: the function accept says no")
  with
  | Refused reason -> (1, "REFUSED: " ^ reason)
  | Not_covered reason -> (3, "NOT COVERED: " ^ reason)
  | Sys_error reason -> (2, "cannot read: " ^ reason)

let rec judge_all worst = function
  | [] -> worst
  | problem :: certificate :: rest ->
      let code, verdict = judge problem certificate in
      print_endline verdict;
      judge_all (max worst code) rest
  | [ _ ] -> 2

let () =
  match List.tl (Array.to_list Sys.argv) with
  | [] ->
      prerr_endline "usage: accept PROBLEM.json CERTIFICATE.json [PROBLEM.json CERTIFICATE.json ...]";
      exit 2
  | words -> exit (judge_all 0 words)
