(* SHA-256 (FIPS 180-4), by which a certificate names its problem. The constants are computed as the standard
   defines them: the first 32 bits of the fractional parts of roots of primes. *)

let primes count =
  let rec go found n =
    if List.length found = count then List.rev found
    else go (if List.exists (fun p -> n mod p = 0) found then found else n :: found) (n + 1)
  in
  go [] 2

(* floor(2^32 p^(1/k)) mod 2^32 *)
let fractional k p =
  let scaled = Z.mul (Z.of_int p) (Z.pow (Z.of_int 2) (32 * k)) in
  Z.to_int (Z.logand (Z.root scaled k) (Z.of_string "0xffffffff"))

let mask = 0xffffffff
let constants = Array.of_list (List.map (fractional 3) (primes 64))
let start = Array.of_list (List.map (fractional 2) (primes 8))
let rotated x n = ((x lsr n) lor (x lsl (32 - n))) land mask

let padded text =
  let size = String.length text in
  let zeros = (119 - (size mod 64)) mod 64 in
  let length = String.init 8 (fun i -> Char.chr (((8 * size) lsr (8 * (7 - i))) land 255)) in
  text ^ "\x80" ^ String.make zeros '\000' ^ length

let block state text offset =
  let w = Array.make 64 0 in
  for i = 0 to 15 do
    let byte k = Char.code text.[offset + (4 * i) + k] in
    w.(i) <- (byte 0 lsl 24) lor (byte 1 lsl 16) lor (byte 2 lsl 8) lor byte 3
  done;
  for i = 16 to 63 do
    let a = w.(i - 15) and b = w.(i - 2) in
    let s0 = rotated a 7 lxor rotated a 18 lxor (a lsr 3) in
    let s1 = rotated b 17 lxor rotated b 19 lxor (b lsr 10) in
    w.(i) <- (w.(i - 16) + s0 + w.(i - 7) + s1) land mask
  done;
  let s = Array.copy state in
  for i = 0 to 63 do
    let a = s.(0) and e = s.(4) in
    let s1 = rotated e 6 lxor rotated e 11 lxor rotated e 25 in
    let choice = (e land s.(5)) lxor (lnot e land mask land s.(6)) in
    let t1 = (s.(7) + s1 + choice + constants.(i) + w.(i)) land mask in
    let s0 = rotated a 2 lxor rotated a 13 lxor rotated a 22 in
    let majority = (a land s.(1)) lxor (a land s.(2)) lxor (s.(1) land s.(2)) in
    Array.blit s 0 s 1 7;
    s.(4) <- (s.(4) + t1) land mask;
    s.(0) <- (t1 + s0 + majority) land mask
  done;
  Array.mapi (fun i x -> (x + s.(i)) land mask) state

let hex text =
  let text = padded text in
  let rec go state offset = if offset = String.length text then state else go (block state text offset) (offset + 64) in
  String.concat "" (List.map (Printf.sprintf "%08x") (Array.to_list (go start 0)))
