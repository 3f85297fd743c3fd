(* JSON as checker.py reads it: strict, and no key of an object twice. *)

open Refusal

type t =
  | Null
  | Bool of bool
  | Int of string
  | Float
  | String of string
  | List of t list
  | Object of (string * t) list

let fail place = raise (Refused (Printf.sprintf "not one JSON value: at byte %d" place))

let utf8 buffer code = Buffer.add_utf_8_uchar buffer (Uchar.of_int code)

let parse text =
  let size = String.length text in
  let place = ref 0 in
  let peek () = if !place < size then text.[!place] else '\000' in
  let next () =
    if !place >= size then fail !place;
    incr place;
    text.[!place - 1]
  in
  let rec skip () =
    match peek () with
    | (' ' | '\t' | '\n' | '\r') when !place < size -> incr place; skip ()
    | _ -> ()
  in
  let word expected value = String.iter (fun c -> if next () <> c then fail !place) expected; value in
  let hex () =
    let digit c =
      match c with
      | '0' .. '9' -> Char.code c - 48
      | 'a' .. 'f' -> Char.code c - 87
      | 'A' .. 'F' -> Char.code c - 55
      | _ -> fail !place
    in
    let rec go n value = if n = 0 then value else go (n - 1) ((16 * value) + digit (next ())) in
    go 4 0
  in
  (* A lone surrogate is no character; no text of ours has one. *)
  let escaped buffer =
    match next () with
    | ('"' | '\\' | '/') as c -> Buffer.add_char buffer c
    | 'b' -> Buffer.add_char buffer '\b'
    | 'f' -> Buffer.add_char buffer '\012'
    | 'n' -> Buffer.add_char buffer '\n'
    | 'r' -> Buffer.add_char buffer '\r'
    | 't' -> Buffer.add_char buffer '\t'
    | 'u' ->
        let code = hex () in
        if code >= 0xd800 && code < 0xdc00 then begin
          if next () <> '\\' || next () <> 'u' then fail !place;
          let low = hex () in
          if low < 0xdc00 || low > 0xdfff then fail !place;
          utf8 buffer (0x10000 + ((code - 0xd800) * 1024) + (low - 0xdc00))
        end
        else if code >= 0xdc00 && code <= 0xdfff then fail !place
        else utf8 buffer code
    | _ -> fail !place
  in
  let string () =
    let buffer = Buffer.create 32 in
    let rec go () =
      match next () with
      | '"' -> Buffer.contents buffer
      | '\\' -> escaped buffer; go ()
      | c when Char.code c < 32 -> fail !place
      | c -> Buffer.add_char buffer c; go ()
    in
    go ()
  in
  let digits () =
    let start = !place in
    while (match peek () with '0' .. '9' -> !place < size | _ -> false) do incr place done;
    if !place = start then fail !place;
    !place - start
  in
  let number () =
    let start = !place in
    if peek () = '-' then incr place;
    let first = peek () in
    if digits () > 1 && first = '0' then fail !place;
    let whole = !place in
    if peek () = '.' then begin incr place; ignore (digits ()) end;
    if peek () = 'e' || peek () = 'E' then begin
      incr place;
      if peek () = '+' || peek () = '-' then incr place;
      ignore (digits ())
    end;
    if !place = whole then Int (String.sub text start (whole - start)) else Float
  in
  let rec value () =
    skip ();
    let found =
      match peek () with
      | '{' -> incr place; skip (); if peek () = '}' then (incr place; Object []) else Object (members [])
      | '[' -> incr place; skip (); if peek () = ']' then (incr place; List []) else List (elements [])
      | '"' -> incr place; String (string ())
      | 't' -> word "true" (Bool true)
      | 'f' -> word "false" (Bool false)
      | 'n' -> word "null" Null
      | 'N' -> word "NaN" Float
      | 'I' -> word "Infinity" Float
      | '-' | '0' .. '9' -> number ()
      | _ -> fail !place
    in
    skip ();
    found
  and elements found =
    let found = value () :: found in
    match next () with ',' -> elements found | ']' -> List.rev found | _ -> fail !place
  and members found =
    skip ();
    if next () <> '"' then fail !place;
    let key = string () in
    require (not (List.mem_assoc key found)) "duplicate key";
    skip ();
    if next () <> ':' then fail !place;
    let found = (key, value ()) :: found in
    match next () with ',' -> members found | '}' -> List.rev found | _ -> fail !place
  in
  let found = value () in
  if !place < size then fail !place;
  found

(* The text that digests are of: keys in order, no spaces. Only for documents in which no character is escaped. *)
let rec canonical = function
  | String s -> "\"" ^ s ^ "\""
  | Int s -> s
  | List l -> "[" ^ String.concat "," (List.map canonical l) ^ "]"
  | Object o ->
      let sorted = List.sort (fun (a, _) (b, _) -> compare a b) o in
      "{" ^ String.concat "," (List.map (fun (k, v) -> canonical (String k) ^ ":" ^ canonical v) sorted) ^ "}"
  | Null | Bool _ | Float -> invalid_arg "canonical"
