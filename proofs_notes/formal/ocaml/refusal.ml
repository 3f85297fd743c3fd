(* Why a document is not accepted, and why it is not judged at all. *)

exception Refused of string
exception Not_covered of string

let require condition reason = if not condition then raise (Refused reason)
