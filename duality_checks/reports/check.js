// A checker of certificates in JavaScript: is this certificate a proof about this problem?
//
// In a page:        ConvexLandscape.check(problemText, certificateText)
// On the command:   node check.js PROBLEM.json CERTIFICATE.json [PROBLEM.json CERTIFICATE.json ...]
//
// The answer is PROVEN with an interval, REFUSED with a reason, or NOT COVERED with what this program cannot decide:
// covers with max pooling, and a logarithm in the middle between two decimals, as far as 120 digits tell. All
// arithmetic is that of whole numbers (BigInt), and nothing is fetched from anywhere. It is written from the description of the files (certificate-format.md) and from the
// statements of the notes, beside the checker in Python, which is the one to ask first.
//
// What is proven: for networks f(x) = sum_j alpha_j phi(w_j'x) of any width, phi(t) = max(t, 0) + kappa min(t, 0),
//
//     lower <= min sum_i s_i loss(f_i; y_i) + beta/2 sum_j (norm(w_j)^2 + alpha_j^2) <= upper.
//
// The upper end is the objective of one network. The lower end is d(z) = min_f sum_i s_i loss(f_i; y_i) + z'f, for a
// z with abs(z'phi(Xu)) <= beta norm(u) for every u. That is the long part; there are four ways to prove it: on every
// chamber of the hyperplanes x_k'u = 0, on cones that cover space, by quadratic functions, or on every face.
"use strict";

const ConvexLandscape = (() => {
  class Refusal extends Error {}
  class NotCovered extends Error {}

  function require_(condition, reason) {
    if (!condition) throw new Refusal(reason);
  }

  // ---------------------------------------------------------------- whole numbers and fractions

  const size = a => (a < 0n ? -a : a);
  const larger = (a, b) => (a > b ? a : b);
  const bitLength = a => (a === 0n ? 0 : a.toString(2).length);

  function gcd(a, b) {
    [a, b] = [size(a), size(b)];
    while (b) [a, b] = [b, a % b];
    return a;
  }

  const divided = (a, b) => { // rounded down; b > 0
    const quotient = a / b;
    return quotient * b > a ? quotient - 1n : quotient;
  };
  const dividedUp = (a, b) => -divided(-a, b);

  function squareRoot(a) { // rounded down
    if (a < 2n) return a;
    let root = 1n << BigInt((bitLength(a) + 1) >> 1);
    for (;;) {
      const next = (root + a / root) >> 1n;
      if (next >= root) return root;
      root = next;
    }
  }

  function dot(a, b) {
    let total = 0n;
    for (let i = 0; i < a.length; i++) total += a[i] * b[i];
    return total;
  }

  // A fraction n/d with d > 0, not in lowest terms: most of those that are added have the same d.
  const Q = (n, d = 1n) => ({ n, d });
  const ZERO = Q(0n), ONE = Q(1n);
  const times = (a, b) => Q(a.n * b.n, a.d * b.d);
  const over = (a, b) => (b.n > 0n ? Q(a.n * b.d, a.d * b.n) : Q(-a.n * b.d, -a.d * b.n));
  const minus = a => Q(-a.n, a.d);
  const absolute = a => Q(size(a.n), a.d);
  const compare = (a, b) => a.n * b.d - b.n * a.d; // its sign counts
  const same = (a, b) => compare(a, b) === 0n;
  const greater = (a, b) => (compare(a, b) > 0n ? a : b);
  function plus(a, b) {
    if (a.d === b.d) return Q(a.n + b.n, a.d);
    const shared = gcd(a.d, b.d);
    return Q(a.n * (b.d / shared) + b.n * (a.d / shared), a.d * (b.d / shared));
  }
  const sum = values => values.reduce(plus, ZERO);

  // Whole numbers over one denominator.
  function overOne(values) {
    let scale = 1n;
    for (const d of new Set(values.map(value => value.d))) scale *= d / gcd(scale, d);
    return { entries: values.map(value => value.n * (scale / value.d)), scale };
  }

  function rowsOverOne(rows) {
    const { entries, scale } = overOne(rows.flat());
    let from = 0;
    return { rows: rows.map(row => entries.slice(from, (from += row.length))), scale };
  }

  // ---------------------------------------------------------------- reading: one way to write each thing

  const MOST_DIGITS = 4000, SHORT_DIGITS = 40;
  const TOO_LONG = 10n ** BigInt(MOST_DIGITS);

  // JSON with objects as maps, no key twice, integers as BigInt, and any other number as { inexact }.
  function parsed(text) {
    let at = 0;
    const fail = () => { throw new Refusal(`not one JSON value: at character ${at}`); };
    const space = () => { while (" \t\n\r".includes(text[at] ?? "x")) at++; };
    const taken = sign => { space(); return text[at] === sign && ++at > 0; };

    function string() {
      const start = at++;
      while (text[at] !== '"') {
        if (at >= text.length) fail();
        at += text[at] === "\\" ? 2 : 1;
      }
      try { return JSON.parse(text.slice(start, ++at)); } catch { return fail(); }
    }

    function members(close, member) { // what stands between brackets
      at++;
      if (taken(close)) return;
      do { space(); member(); } while (taken(","));
      if (!taken(close)) fail();
    }

    function value() {
      space();
      if (text[at] === '"') return string();
      if (text[at] === "[") {
        const list = [];
        members("]", () => list.push(value()));
        return list;
      }
      if (text[at] === "{") {
        const found = new Map();
        members("}", () => {
          if (text[at] !== '"') fail();
          const key = string();
          require_(!found.has(key), `duplicate key ${JSON.stringify(key).slice(0, 80)}`);
          if (!taken(":")) fail();
          found.set(key, value());
        });
        return found;
      }
      const word = /true|false|null|NaN|-?Infinity|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
      word.lastIndex = at;
      const found = word.exec(text)?.[0] ?? fail();
      at += found.length;
      if (["true", "false", "null"].includes(found)) return JSON.parse(found);
      if (!/^-?[0-9]+$/.test(found)) return { inexact: found };
      require_(found.length <= 4300, "not one JSON value: an integer of more than 4300 digits");
      return BigInt(found);
    }

    const found = value();
    space();
    return at === text.length ? found : fail();
  }

  const shown = value =>
    value instanceof Map ? "an object" : Array.isArray(value) ? "a list" : String(canonical(value)).slice(0, 80);

  // The same value in the one spelling that is digested: keys sorted, no spaces, letters beyond ASCII escaped.
  function canonical(value) {
    if (value instanceof Map)
      return `{${[...value.keys()].sort().map(key => `${canonical(key)}:${canonical(value.get(key))}`)}}`;
    if (Array.isArray(value)) return `[${value.map(canonical)}]`;
    if (typeof value === "string")
      return JSON.stringify(value).replace(/[^ -~]/g, sign => "\\u" + sign.charCodeAt(0).toString(16).padStart(4, "0"));
    return value === null || typeof value !== "object" ? String(value) : value.inexact;
  }

  function fields(value, names, where) {
    require_(value instanceof Map, `${where} is not an object`);
    for (const name of names) require_(value.has(name), `${where}: missing field '${name}'`);
    for (const name of value.keys()) require_(names.includes(name), `${where}: unknown field ${shown(name)}`);
    return value;
  }

  function array(value, length, where) {
    require_(Array.isArray(value), `${where} is not a list`);
    require_(length === null || value.length === length, `${where} has ${value.length} entries, not ${length}`);
    return value;
  }

  function rational(value, where) {
    const found = typeof value === "string" ? /^(-?(?:0|[1-9][0-9]*))(?:\/([1-9][0-9]*))?$/.exec(value) : null;
    require_(found && value !== "-0", `${where}: ${shown(value)} is not a string such as '7' or '-3/4'`);
    const [n, d] = [found[1], found[2] ?? "1"];
    const digits = Math.max(n.replace("-", "").length, d.length);
    require_(digits <= MOST_DIGITS, `${where}: a number of ${digits} digits; the limit is ${MOST_DIGITS}`);
    const read = Q(BigInt(n), BigInt(d));
    const lowest = !found[2] || (read.d > 1n && gcd(read.n, read.d) === 1n);
    require_(lowest, `${where}: ${value.slice(0, 80)} is not in lowest terms`);
    return read;
  }

  const vector = (value, length, where) => array(value, length, where).map(entry => rational(entry, where));

  function wholeNumber(value, least, most, where) {
    const fits = typeof value === "bigint" && value >= BigInt(least) && value <= BigInt(most);
    require_(fits, `${where} is ${shown(value)}, not an integer from ${least} to ${most}`);
    return Number(value);
  }

  function place(value, count, where) { // the number of a row or of a sample
    const fits = /^(0|[1-9][0-9]*)$/.test(value) && value.length <= 15 && Number(value) < count;
    require_(fits, `${where}: ${shown(value)} is not a row number from '0' to '${count - 1}'`);
    return Number(value);
  }

  // Products of long denominators without common factors would take hours.
  function denominatorIsShort(values, where) {
    let scale = 1n;
    for (const d of new Set(values.map(value => value.d))) {
      scale *= d / gcd(scale, d);
      require_(scale < TOO_LONG, `${where}: the common denominator has more than ${MOST_DIGITS} digits`);
    }
  }

  function minorsAreShort(rows, where) {
    denominatorIsShort(rows.flat(), where);
    const digits = Math.max(SHORT_DIGITS, Math.floor(MOST_DIGITS / Math.min(rows.length, rows[0].length)));
    const limit = 10n ** BigInt(digits);
    const short = overOne(rows.flat()).entries.every(entry => size(entry) < limit);
    require_(short, `${where}: over the common denominator an integer has more than ${digits} digits`);
  }

  // ---------------------------------------------------------------- problem.json

  const LOSSES = ["squared", "l1", "hinge", "squared-hinge", "logistic"];
  const LABELLED = ["hinge", "squared-hinge", "logistic"];
  const PENALTIES = ["2-norm", "1-norm", "inf-norm"];
  const FREE = ["intercept", "linear", "intercept+linear", "decayed-intercept", "biases", "biases+linear"];

  function readProblem(text) {
    const document = parsed(text);
    require_(document instanceof Map, "problem is not an object");
    document.delete("preparation");
    const version = document.get("version");
    require_([1n, 2n, 3n, 4n].includes(version), `problem: version is ${shown(version)}, not 1, 2, 3 or 4`);
    const later = [[], ["free"], ["free", "weights"], ["free", "weights", "coupling"]][Number(version) - 1];
    fields(document, ["format", "version", "loss", "penalty", "readout", "kappa", "beta", "X", "y", ...later], "problem");
    const named = (name, known) => {
      require_(known.includes(document.get(name)), `problem: ${name} is ${shown(document.get(name))}, not one of ${known}`);
      return document.get(name);
    };
    named("format", ["convex-landscape problem"]);
    const penalty = named("penalty", PENALTIES);
    const free = version === 1n ? "nothing" : named("free", version === 2n ? FREE : ["nothing", ...FREE]);
    if (version === 4n) named("coupling", ["2-norm"]);
    const loss = readLoss(document.get("loss"));
    const [beta, kappa] = ["beta", "kappa"].map(name => rational(document.get(name), `problem: ${name}`));
    require_(beta.n > 0n, "problem: beta is not positive");
    require_(kappa.n < kappa.d, "problem: kappa is not below 1");

    const lines = array(document.get("X"), null, "problem: X");
    require_(lines.length > 0, "problem: X has no rows");
    const width = array(lines[0], null, "problem: X[0]").length;
    require_(width > 0, "problem: X has no columns");
    const rows = lines.map((line, k) => vector(line, width, `problem: X[${k}]`));
    minorsAreShort(rows, "problem: X");

    const { samples, largest, targets } = readSamples(document, rows.length, version === 4n), n = targets[0].length;
    require_(!largest || free === "nothing", "problem: with max pooling nothing can be free");
    const fits = !LABELLED.includes(loss.kind) || targets.flat().every(y => size(y.n) === y.d);
    require_(fits, `problem: ${loss.kind} needs labels 1 and -1`);
    denominatorIsShort(targets.flat(), "problem: y");
    const weighted = version === 3n || version === 4n;
    const weights = weighted ? readWeights(document.get("weights"), n, version === 4n) : Array(n).fill(ONE);
    const cuts = largest ? [...rows, ...comparisons(rows, samples, kappa)] : rows;
    if (largest) minorsAreShort(cuts, "problem: X");

    const ones = rows[0].map((_, j) => j).filter(j => rows.every(row => same(row[j], ONE)));
    const biased = free.includes("biases");
    require_(!biased || ones.length === 1, "problem: free biases need exactly one column of ones");
    const plain = penalty === "2-norm" && !largest && !biased;
    require_(targets.length === 1 || plain, "problem: outputs share neurons with the 2-norm, without max pooling and free biases");
    const columns = free.includes("linear") ? rows[0].map((_, j) => rows.map(row => row[j])) : [];
    const added = ["nothing", "linear"].includes(free) ? columns : [rows.map(() => ONE), ...columns];
    return {
      loss, penalty, samples, largest, rows, targets, n, beta, kappa, weights, cuts, added,
      decayed: free === "decayed-intercept",
      bias: biased ? ones[0] : null,
      digest: sha256(canonical(document)),
    };
  }

  function readLoss(value) {
    require_(typeof value === "string", "problem: loss is not a string");
    if (value.startsWith("huber:")) {
      const delta = rational(value.slice(6), "problem: loss: delta");
      require_(delta.n > 0n, "problem: loss: delta is not positive");
      return { kind: "huber", delta };
    }
    require_(LOSSES.includes(value), `problem: loss is ${shown(value)}, not huber:DELTA or one of ${LOSSES}`);
    return { kind: value };
  }

  // Which sample each row belongs to; whether a sample's output is the largest over its rows, not their sum.
  function readSamples(document, count, several) {
    const where = "problem: readout", identity = Array.from({ length: count }, (_, k) => k);
    let readout = document.get("readout");
    if (readout === "identity")
      return { samples: identity, largest: false, targets: readTargets(document.get("y"), count, several) };
    const largest = readout instanceof Map;
    if (largest) readout = fields(readout, ["max"], where).get("max");
    const targets = readTargets(document.get("y"), null, several), [target] = targets;
    const samples = array(readout, count, where).map(entry => {
      require_(typeof entry === "string", `${where}: an entry is not a string`);
      return place(entry, target.length, where);
    });
    require_(samples.some((sample, k) => sample !== k), `${where}: this list is written 'identity'`);
    if (largest) {
      require_(new Set(samples).size === target.length, `${where}: a sample has no rows to take the largest of`);
      require_(count > target.length, `${where}: this list is written without max`);
    }
    return { samples, largest, targets };
  }

  // The targets of each output. With several outputs the text has a list of them for each sample.
  function readTargets(value, count, several) {
    if (!several) return [vector(value, count, "problem: y")];
    const rows = array(value, count, "problem: y"), width = rows.length ? array(rows[0], null, "problem: y[0]").length : 0;
    require_(width > 1, `problem: y has ${width} outputs, and version 4 is for more than one`);
    const entries = rows.map((row, i) => vector(row, width, `problem: y[${i}]`));
    return entries[0].map((_, b) => entries.map(row => row[b]));
  }

  function readWeights(value, count, always) {
    const weights = vector(value, count, "problem: weights");
    weights.forEach((weight, i) => require_(weight.n > 0n, `problem: weights[${i}] is not positive`));
    const needed = always || weights.some(weight => !same(weight, ONE));
    require_(needed, "problem: weights that are all 1 are not written, in version 1 or 2");
    denominatorIsShort([...weights, ...weights.map(weight => over(ONE, weight))], "problem: weights");
    return weights;
  }

  // With max pooling: where two rows of a sample change places as the largest.
  function comparisons(rows, samples, kappa) {
    const difference = (a, b, factor) => a.map((x, i) => plus(x, minus(times(factor, b[i]))));
    const found = [];
    for (let sample = 0; sample <= Math.max(...samples); sample++) {
      const own = rows.filter((_, k) => samples[k] === sample);
      own.forEach((first, k) => own.slice(k + 1).forEach(second => {
        found.push(difference(first, second, ONE));
        if (kappa.n < 0n) found.push(difference(first, second, kappa), difference(second, first, kappa));
      }));
    }
    return found;
  }

  // ---------------------------------------------------------------- certificate.json

  // Of each output there are a dual vector, a column of `output` and what is added to it. A single output has no list
  // of them in the text; more, which share neurons, have one cover.
  function readCertificate(text, problem) {
    const document = parsed(text);
    require_(document instanceof Map, "certificate is not an object");
    const version = document.get("version"), q = problem.targets.length, several = q > 1;
    const known = several ? version === 4n : [1n, 2n, 3n].includes(version);
    require_(known, `certificate: version is ${shown(version)}, not ${several ? "4" : "1, 2 or 3"}`);
    const kind = version === 3n && document.has("quadratic") ? "quadratic" : ["chambers", null, "cover", "cover"][Number(version) - 1];
    const names = ["format", "version", "problem", "lower", "upper", "dual", "network", ...(kind ? [kind] : [])];
    fields(document, names, "certificate");
    require_(document.get("format") === "convex-landscape certificate", "certificate: another format");
    require_(document.get("problem") === problem.digest, "certificate: written for another problem");

    const free = problem.added.length, d = problem.rows[0].length;
    const each = (value, length, name, read) =>
      several ? array(value, length, name).map((one, i) => read(one, `${name}[${i}]`)) : [read(value, name)];
    const network = fields(document.get("network"), ["hidden", "output", ...(free ? ["skip"] : [])], "network");
    const hidden = array(network.get("hidden"), null, "hidden").map((row, j) => vector(row, d, `hidden[${j}]`));
    const output = several
      ? each(network.get("output"), hidden.length, "output", (row, name) => vector(row, q, name))
      : vector(network.get("output"), hidden.length, "output").map(alpha => [alpha]);
    const skips = free ? each(network.get("skip"), q, "skip", (row, name) => vector(row, free, name)) : Array(q).fill([]);
    denominatorIsShort(hidden.flat(), "hidden");
    denominatorIsShort([...output, ...skips].flat(), "output");
    const spelled = document.get("dual"), rule = !several && version !== 1n && spelled instanceof Map && spelled.has("share");
    const packed = value => version !== 1n && value instanceof Map;
    const readDual = (value, name) => (packed(value) ? packedVector(value, problem.n) : vector(value, problem.n, name));
    const duals = rule ? null : each(spelled, q, "dual", readDual);
    if (duals) denominatorIsShort(duals.flat(), "dual");
    return {
      lower: rational(document.get("lower"), "lower"),
      upper: rational(document.get("upper"), "upper"),
      bounds: [document.get("lower"), document.get("upper")],
      duals, rule: rule ? readRule(spelled) : null, hidden, output, skips,
      chambers: kind === "chambers" ? readChambers(document.get(kind), problem.cuts.length, d) : null,
      cover: kind === "cover" ? readCover(document.get(kind), d, several ? ["tree"] : ["plus", "minus"]) : null,
      quadratic: kind === "quadratic" ? readQuadratic(document.get(kind), d) : null,
    };
  }

  function readRule(value) { // by which the network says the dual
    const document = fields(value, ["share", "unit"], "dual");
    const [share, unit] = ["share", "unit"].map(name => rational(document.get(name), `dual.${name}`));
    require_(share.n > 0n && unit.n > 0n, "dual: its share or its unit is not positive");
    return { share, unit };
  }

  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  function bytesOf(value, where) { // of base64
    const spelled = typeof value === "string" && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
    require_(spelled, `${where} is not base64`);
    const bytes = [];
    let bits = 0, held = 0;
    for (const sign of value.replace(/=+$/, "")) {
      held = ((held << 6) | DIGITS.indexOf(sign)) & 0xfff;
      bits += 6;
      if (bits >= 8) bytes.push((held >> (bits -= 8)) & 0xff);
    }
    require_((held & ((1 << bits) - 1)) === 0 && bits < 6, `${where} is not base64`);
    return bytes;
  }

  const unsigned = bytes => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

  // Integers of so many bytes each, most significant first.
  const signedIntegers = (data, width) => Array.from({ length: data.length / width }, (_, i) =>
    BigInt.asIntN(8 * width, unsigned(data.slice(i * width, (i + 1) * width))));

  function packedVector(value, length) {
    const document = fields(value, ["unit", "bytes", "entries"], "dual");
    const unit = rational(document.get("unit"), "dual.unit");
    const width = wholeNumber(document.get("bytes"), 1, 64, "dual.bytes");
    const data = bytesOf(document.get("entries"), "dual.entries");
    const fits = data.length === width * length;
    require_(fits, `dual.entries has ${data.length} bytes, not ${width} for each of ${length}`);
    return signedIntegers(data, width).map(entry => times(unit, Q(entry)));
  }

  function readChambers(value, count, d) {
    return array(value, null, "chambers").map((entry, i) => {
      const where = `chambers[${i}]`;
      const document = fields(entry, ["witness", "plus", "minus"], where);
      const witness = vector(document.get("witness"), d, `${where}.witness`);
      denominatorIsShort(witness, `${where}.witness`);
      const [above, below] = ["plus", "minus"].map(name => readMultipliers(document.get(name), count, `${where}.${name}`));
      return { witness: overOne(witness).entries, multipliers: [above, below] };
    });
  }

  function readMultipliers(value, count, where) {
    require_(value instanceof Map, `${where} is not an object`);
    const rows = [...value.keys()].map(key => place(key, count, where));
    const values = [...value.values()].map(entry => rational(entry, where));
    values.forEach((entry, i) => require_(entry.n > 0n, `${where}[${rows[i]}]: the multiplier is not positive`));
    denominatorIsShort(values, where);
    return { rows, values };
  }

  const MOST_HALVINGS = 64, CHORD_BITS = 48, MOST_CUTS = 64;

  function readCover(value, d, trees) {
    const document = fields(value, ["basis", "depth", "bits", ...trees], "cover");
    return {
      basis: readBasis(document.get("basis"), d, "cover.basis"),
      depth: wholeNumber(document.get("depth"), 0, MOST_HALVINGS, "cover.depth"),
      bits: wholeNumber(document.get("bits"), 1, CHORD_BITS, "cover.bits"),
      ...Object.fromEntries(trees.map(name => [name, bytesOf(document.get(name), `cover.${name}`)])),
    };
  }

  function readBasis(value, d, where) {
    if (value === null) return null;
    const count = array(value, null, where).length;
    require_(count > 0 && count <= d, `${where} has ${count} rows, and X has ${d} columns`);
    const basis = value.map((line, i) => vector(line, d, `${where}[${i}]`));
    minorsAreShort(basis, where);
    return basis;
  }

  function readQuadratic(value, d) {
    const document = fields(value, ["basis", "plus", "minus"], "quadratic");
    const basis = readBasis(document.get("basis"), d, "quadratic.basis");
    return { basis, parts: ["plus", "minus"].map(name => readPieces(document.get(name), 0, `quadratic.${name}`)) };
  }

  // What is behind so many cuts: another one, or a function.
  function readPieces(value, cuts, where) {
    require_(cuts <= MOST_CUTS, `${where}: more than ${MOST_CUTS} cuts, one after the other`);
    if (value instanceof Map && value.has("cut")) {
      const document = fields(value, ["cut", "above", "below"], where);
      const part = name => readPieces(document.get(name), cuts + 1, `${where}.${name}`), given = document.get("cut");
      if (typeof given === "string") return { at: rational(given, `${where}.cut`), above: part("above"), below: part("below") };
      const cut = vector(given, null, `${where}.cut`);
      require_(cut.every(x => x.d === 1n), `${where}.cut is not of whole numbers`);
      return { cut: cut.map(x => x.n), above: part("above"), below: part("below") };
    }
    const further = value instanceof Map && value.has("degree"), last = further ? "gram" : "products";
    const biased = !further && value instanceof Map && value.has("bias");
    const document = fields(value, ["share", "rows", last, ...(further ? ["degree"] : biased ? ["bias"] : [])], where);
    const read = {
      share: rational(document.get("share"), `${where}.share`),
      rows: bytesOf(document.get("rows"), `${where}.rows`),
      [last]: bytesOf(document.get(last), `${where}.${last}`),
    };
    if (biased) read.bias = rational(document.get("bias"), `${where}.bias`);
    if (!further) return read;
    const degree = wholeNumber(document.get("degree"), 4, 6, `${where}.degree`);
    require_(degree % 2 === 0, `${where}.degree is 5, not 4 or 6`);
    return { degree, ...read };
  }

  // ---------------------------------------------------------------- logarithms, in decimals of forty digits

  // A claim about the logistic loss states its bounds to the last digit: so each logarithm and each power of e is the
  // decimal nearest to it, and then the next one above. Numbers here are binary fractions with so many places.
  const DECIMALS = 40n, PLACES = 420n, ROUGHLY = 1n << 60n; // what computing in them may be off by, by far
  const MOST = 10n ** DECIMALS, LEAST = MOST / 10n;

  // The exponent e and the numbers n, d for which the positive value is n/d 10^e with LEAST <= n/d < MOST.
  function placed({ n, d }) {
    let e = BigInt(n.toString().length - d.toString().length) - DECIMALS;
    const at = () => (e > 0n ? [n, d * 10n ** e] : [n * 10n ** -e, d]);
    for (let [a, b] = at(); a >= MOST * b; [a, b] = at()) e++;
    return [...at(), e];
  }

  const tenTo = e => (e > 0n ? Q(10n ** e) : Q(1n, 10n ** -e));
  const decimalDown = value => { const [n, d, e] = placed(value); return times(Q(n / d), tenTo(e)); };
  const decimalUp = value => { const [n, d, e] = placed(value); return times(Q(dividedUp(n, d)), tenTo(e)); };

  // The decimal after the one that is nearest to a value which is known but for `error`.
  function afterNearest(value, error) {
    const [n, d, e] = placed(absolute(value)), nearest = change => (2n * (n + change) + d) / (2n * d);
    const off = dividedUp(error.n * n * value.d, error.d * size(value.n)); // the error in the scale of n
    if (nearest(off) !== nearest(-off)) throw new NotCovered("a logarithm too close to the middle of two decimals");
    const digits = nearest(0n);
    if (value.n > 0n) return times(Q(digits + 1n), tenTo(e));
    return digits === LEAST ? times(Q(1n - MOST), tenTo(e - 1n)) : times(Q(1n - digits), tenTo(e));
  }

  function atanh(n, d) { // of n/d, at most 1/3, as a binary fraction
    let power = (n << PLACES) / d, total = 0n;
    for (let k = 1n; power !== 0n; k += 2n, power = (power * n * n) / (d * d)) total += power / k;
    return total;
  }

  const LOG_2 = 2n * atanh(1n, 3n), ERROR = Q(ROUGHLY, 1n << PLACES);

  function logAbove(value) {
    if (same(value, ONE)) return ZERO;
    const k = BigInt(bitLength(value.n) - bitLength(value.d)); // value = 2^k f with f between 1/2 and 2
    const [n, d] = k > 0n ? [value.n, value.d << k] : [value.n << -k, value.d];
    return afterNearest(Q(k * LOG_2 + 2n * atanh(n - d, n + d), 1n << PLACES), ERROR);
  }

  function expAbove(value) { // of minus a value >= 0, below 100
    const exponent = (value.n << PLACES) / value.d, k = exponent / LOG_2;
    let power = 1n << PLACES, total = 0n;
    for (let i = 1n; power !== 0n; i++) {
      total += power;
      power = (-power * (exponent - k * LOG_2)) / (i << PLACES);
    }
    return exponent === 0n ? afterNearest(ONE, ZERO) : afterNearest(Q(total, 1n << (PLACES + k)), Q(ROUGHLY, 1n << (PLACES + k)));
  }

  // Above log(1 + e^t) = max(t, 0) + log(1 + e^-abs(t)).
  function logOnePlusExpAbove(t) {
    const distance = t.n === 0n ? ZERO : decimalDown(absolute(t));
    const tail = compare(distance, Q(100n)) < 0n ? expAbove(distance) : Q(1n, 10n ** DECIMALS);
    return plus(greater(t, ZERO), logAbove(decimalUp(plus(ONE, tail))));
  }

  // Below -a log a - (1 - a) log(1 - a).
  function entropyBelow(a) {
    const shares = [a, plus(ONE, minus(a))].filter(share => share.n !== 0n && !same(share, ONE));
    return minus(sum(shares.map(share => times(share, logAbove(decimalUp(share))))));
  }

  // ---------------------------------------------------------------- the upper bound: a network's objective

  // f_i of one output of the network, and of what may be added to it. Over the denominator R W A kappa.d all terms are whole.
  function outputs(problem, hidden, output, skip) {
    const { rows, scale: R } = rowsOverOne(problem.rows), { rows: weights, scale: W } = rowsOverOne(hidden);
    const { entries, scale: A } = overOne([...output, ...skip]);
    const alphas = entries.slice(0, output.length), thetas = entries.slice(output.length);
    const { n: slope, d: unit } = problem.kappa;
    const values = Array(problem.n).fill(0n), tops = Array(problem.n).fill(null);
    rows.forEach((row, k) => {
      const fired = weights.map(w => dot(row, w)).map(t => (t > 0n ? unit : slope) * t), i = problem.samples[k];
      if (problem.largest) tops[i] = tops[i] ? tops[i].map((top, j) => larger(top, fired[j])) : fired;
      else values[i] += dot(alphas, fired);
      problem.added.forEach((column, j) => {
        values[i] += thetas[j] * column[k].n * (R / column[k].d) * W * unit;
      });
    });
    tops.forEach((top, i) => { if (top) values[i] += dot(alphas, top); });
    return values.map(value => Q(value, R * W * A * unit));
  }

  function lossOf({ kind, delta }, f, y) {
    const half = a => Q(a.n, 2n * a.d), error = plus(f, minus(y)), distance = absolute(error);
    const short = greater(plus(ONE, minus(times(y, f))), ZERO);
    switch (kind) {
      case "squared": return half(times(error, error));
      case "l1": return distance;
      case "huber":
        return compare(distance, delta) <= 0n
          ? half(times(error, error))
          : plus(times(delta, distance), minus(half(times(delta, delta))));
      case "hinge": return short;
      case "squared-hinge": return half(times(short, short));
      case "logistic": return logOnePlusExpAbove(minus(times(y, f)));
      default: throw new NotCovered(`the ${kind} loss`);
    }
  }

  // With the 1-norm and the inf-norm the neurons are balanced first, which leaves norm(w) abs(alpha) of each.
  function penaltyOf(problem, hidden, output, skip) {
    const rows = hidden.map(row => row.filter((_, j) => j !== problem.bias).map(absolute));
    const square = values => { const { entries, scale } = overOne(values); return Q(dot(entries, entries), scale * scale); };
    let penalty;
    if (problem.penalty === "2-norm") {
      const both = square([...rows.flat(), ...output]);
      penalty = Q(both.n, 2n * both.d);
    } else {
      const norms = rows.map(problem.penalty === "1-norm" ? sum : row => row.reduce(greater, ZERO));
      penalty = sum(norms.map((norm, j) => times(norm, absolute(output[j]))));
    }
    const decay = problem.decayed ? square(skip) : ZERO;
    return times(problem.beta, plus(penalty, Q(decay.n, 2n * decay.d)));
  }

  // The sum of the losses of all outputs; hidden weights are counted once.
  function objective(problem, { hidden, output, skips }) {
    const weights = overOne(problem.weights);
    const losses = problem.targets.flatMap((target, b) => {
      const y = overOne(target), fitted = outputs(problem, hidden, output.map(row => row[b]), skips[b]);
      return fitted.map((f, i) => times(Q(weights.entries[i], weights.scale), lossOf(problem.loss, f, Q(y.entries[i], y.scale))));
    });
    return plus(sum(losses), penaltyOf(problem, hidden, output.flat(), skips.flat()));
  }

  // ---------------------------------------------------------------- z, where the network says it

  function descentOf({ kind, delta }, f, y) { // minus the slope of the loss
    const error = plus(y, minus(f));
    switch (kind) {
      case "squared": return error;
      case "huber": return compare(absolute(error), delta) <= 0n ? error : error.n > 0n ? delta : minus(delta);
      case "squared-hinge": return times(error, y).n > 0n ? error : ZERO; // with a label y it is y (1 - y f)
      default: throw new Refusal(`dual: the ${kind} loss has no rational slope everywhere to say it by`);
    }
  }

  function said(problem, { rule, hidden, output, skips }) {
    return outputs(problem, hidden, output.flat(), skips[0]).map((f, i) => {
      const weighted = times(problem.weights[i], descentOf(problem.loss, f, problem.targets[0][i]));
      const steps = over(times(rule.share, weighted), rule.unit);
      return times(rule.unit, Q(steps.n / steps.d)); // towards 0
    });
  }

  // ---------------------------------------------------------------- the lower bound: the value of z

  // min over f of loss(f; y) + z f for one sample; null where it is minus infinity.
  function conjugate({ kind, delta }, z, y) {
    const product = times(z, y), parabola = plus(product, Q(-z.n * z.n, 2n * z.d * z.d));
    const within = bound => compare(absolute(z), bound) <= 0n;
    switch (kind) {
      case "squared": return parabola;
      case "l1": return within(ONE) ? product : null;
      case "huber": return within(delta) ? parabola : null;
      case "hinge": return product.n >= 0n && compare(product, ONE) <= 0n ? product : null;
      case "squared-hinge": return product.n >= 0n ? parabola : null;
      case "logistic": return product.n >= 0n && compare(product, ONE) <= 0n ? entropyBelow(product) : null;
      default: throw new NotCovered(`the ${kind} loss`);
    }
  }

  const dualValue = (problem, duals) => sum(duals.map((dual, b) => dualValueOf(problem, problem.targets[b], dual)));

  function dualValueOf(problem, target, dual) {
    const z = overOne(dual), y = overOne(target), weights = overOne(problem.weights);
    const values = z.entries.map((entry, i) => {
      const weight = Q(weights.entries[i], weights.scale);
      const found = conjugate(problem.loss, over(Q(entry, z.scale), weight), Q(y.entries[i], y.scale));
      require_(found, `dual: entry ${i} is outside the domain of the conjugate of the ${problem.loss.kind} loss`);
      return times(weight, found);
    });
    // What is free in f must not change z'f; a decayed intercept c adds beta/2 c^2 - c sum z, least at a parabola's end.
    const moments = problem.added.map(column => sum(column.map((b, k) => times(dual[problem.samples[k]], b))));
    if (!problem.decayed) {
      moments.forEach((moment, j) => require_(moment.n === 0n, `dual: not orthogonal to free column ${j}`));
      return sum(values);
    }
    const halved = over(times(moments[0], moments[0]), times(Q(2n), problem.beta));
    return plus(sum(values), minus(halved));
  }

  // ---------------------------------------------------------------- z'phi(Xu) in whole numbers

  // z by row and X over one denominator each. `unit` is what all of z_k slope x_k, slope 1 or kappa, are multiplied by.
  function landscape(problem, dual) {
    const { rows, scale: R } = rowsOverOne(problem.rows);
    const { entries, scale: Z } = overOne(problem.samples.map(sample => dual[sample]));
    return { rows, z: entries, unit: R * Z * problem.kappa.d };
  }

  const isZero = row => row.every(x => x === 0n);
  const content = row => row.reduce(gcd, 0n);
  const firstSign = row => (row.find(x => x !== 0n) > 0n ? 1n : -1n);

  // z'phi(Xu) = base'u + sum_h w_h max(0, n_h'u): the n_h are primitive, one a hyperplane, oriented as its first row.
  function kinks(problem, dual) {
    const { rows, z, unit } = landscape(problem, dual);
    return { ...kinksOf(problem, rows, z), unit };
  }

  function kinksOf(problem, rows, z) {
    const { n: slope, d: one } = problem.kappa, bend = one - slope, planes = new Map();
    const base = rows[0].map(() => 0n);
    rows.forEach((row, k) => {
      if (isZero(row)) return;
      const divisor = content(row), normal = row.map(x => x / divisor), way = firstSign(normal);
      const key = normal.map(x => way * x).join();
      if (!planes.has(key)) planes.set(key, { normal, way, weight: 0n });
      const plane = planes.get(key);
      plane.weight += bend * divisor * z[k];
      // max(0, -t) = max(0, t) - t: a row against its plane's normal leaves all of itself in the linear part.
      const share = z[k] * (plane.way === way ? slope : one);
      row.forEach((x, i) => { base[i] += share * x; });
    });
    return { planes: [...planes.values()], base };
  }

  const opposite = g => ({
    ...g, base: g.base.map(x => -x), heights: g.heights?.map(x => -x), planes: g.planes.map(plane => ({ ...plane, weight: -plane.weight })),
  });

  // ---------------------------------------------------------------- the first way: all chambers, one by one

  // The chambers of the hyperplanes with these normals. A hyperplane that is added to others cuts as many chambers in
  // two as the others make on it. More than the limit need not be counted.
  function chamberCount(normals, limit) {
    if (normals.length < 2) return 1 + normals.length;
    if (normals[0].length === 2) return 2 * normals.length;
    let count = 1;
    for (let k = 0; k < normals.length && count <= limit; k++) count += chamberCount(restricted(normals.slice(0, k), normals[k]), limit - count);
    return count;
  }

  function distinct(rows) {
    const found = new Map();
    for (const row of rows) {
      if (isZero(row)) continue;
      const divisor = content(row) * firstSign(row), normal = row.map(x => x / divisor);
      found.set(normal.join(), normal);
    }
    return [...found.values()];
  }

  // What normals cut out of one hyperplane, in the coordinates but for one in which its normal is not 0.
  function restricted(normals, own) {
    const j = own.findIndex(x => x !== 0n), others = row => row.filter((_, i) => i !== j);
    return distinct(normals.map(row => others(row.map((x, i) => own[j] * x - row[j] * own[i]))));
  }

  function listProves(problem, dual, chambers) {
    const cuts = rowsOverOne(problem.cuts), g = landscape(problem, dual), seen = new Map();
    chambers.forEach((chamber, i) => {
      const sides = cuts.rows.map(row => dot(row, chamber.witness));
      const on = sides.findIndex((side, k) => side === 0n && !isZero(cuts.rows[k]));
      require_(on < 0, `chambers[${i}]: the witness is on the hyperplane of row ${on}`);
      const signs = sides.map(side => (side > 0n ? "+" : "-")).join("");
      require_(!seen.has(signs), `chambers[${i}] is the same chamber as chambers[${seen.get(signs)}]`);
      seen.set(signs, i);
      const c = gradient(problem, g, sides);
      chamber.multipliers.forEach((multipliers, m) => {
        const name = `chambers[${i}].${m ? "minus" : "plus"}`;
        chamberIsBounded(problem, g.unit, m ? c.map(x => -x) : c, multipliers, cuts, sides, name);
      });
    });
    const count = chamberCount(distinct(cuts.rows), chambers.length);
    const known = count > chambers.length ? `more than ${chambers.length}` : `only ${count}`;
    require_(count === chambers.length, `chambers: ${chambers.length} are listed, but there are ${known}`);
  }

  // The gradient of z'phi(Xu) on a chamber, from a point in it: with max pooling the largest row of each sample counts.
  function gradient(problem, { rows, z }, sides) {
    const { n: slope, d: one } = problem.kappa;
    const steepness = side => (side > 0n ? one : slope), tops = new Map();
    rows.forEach((_, k) => {
      const key = problem.largest ? problem.samples[k] : k, height = side => side * steepness(side);
      if (!tops.has(key) || height(sides[k]) > height(sides[tops.get(key)])) tops.set(key, k);
    });
    const c = rows[0].map(() => 0n);
    for (const k of tops.values()) rows[k].forEach((x, i) => { c[i] += steepness(sides[k]) * z[k] * x; });
    return c;
  }

  // norm_*(c + sum_k lambda_k s_k x_k) <= beta, s_k the side of row k that the chamber is on.
  function chamberIsBounded(problem, unit, c, multipliers, cuts, sides, where) {
    const { entries: lambdas, scale } = overOne(multipliers.values), whole = scale * cuts.scale;
    const moved = c.map(x => x * whole);
    multipliers.rows.forEach((k, m) => {
      require_(!isZero(cuts.rows[k]), `${where}: a multiplier on the zero row ${k}`);
      const share = (sides[k] > 0n ? lambdas[m] : -lambdas[m]) * unit;
      cuts.rows[k].forEach((x, i) => { moved[i] += share * x; });
    });
    const held = problem.bias === null || moved[problem.bias] === 0n;
    require_(held, `${where}: the multipliers leave something of the free bias`);
    const rest = moved.filter((_, i) => i !== problem.bias).map(size);
    const { n, d } = problem.beta, radius = n * unit * whole;
    const short =
      problem.penalty === "2-norm" ? dot(rest, rest) * d * d <= radius * radius
        : problem.penalty === "1-norm" ? rest.every(x => x * d <= radius)
          : rest.reduce((a, b) => a + b, 0n) * d <= radius;
    require_(short, `${where}: the bound norm_*(c + X'S lambda) <= beta fails`);
  }

  // ---------------------------------------------------------------- the second way: cones that cover space

  class Bits {
    constructor(bytes, where) { Object.assign(this, { bytes, where, at: 0 }); }
    next() {
      require_(this.at < 8 * this.bytes.length, `${this.where}: the tree ends too early`);
      const bit = (this.bytes[this.at >> 3] >> (7 - (this.at & 7))) & 1;
      this.at++;
      return bit;
    }
    number(count) {
      let value = 0n;
      while (count--) value = 2n * value + BigInt(this.next());
      return value;
    }
    end() {
      const over = 8 * this.bytes.length - this.at;
      require_(over < 8 && this.number(over) === 0n, `${this.where}: something is left after the tree`);
    }
  }

  function coverProves(problem, dual, cover) {
    onlyThe2Norm(problem);
    const g = problem.largest ? maxima(problem, dual, cover.basis) : covered(problem, dual, cover.basis);
    facesHold(g, cover, new Bits(cover.plus, "cover.plus"));
    facesHold(opposite(g), cover, new Bits(cover.minus, "cover.minus"));
  }

  function covered(problem, dual, basis) {
    const seen = kinks(problem, dual);
    return basis !== null && problem.bias !== null ? aboutPoint(problem, seen, basis) : inCoordinates(problem, seen, basis);
  }

  // With max pooling z'h(u) = base't + sum_i z_i max_p a_p't over the pieces of sample i: its rows and kappa times each,
  // every one once. `planes` are the differences of two pieces of a sample; base has what samples of one piece add.
  function maxima(problem, dual, basis) {
    const { rows, z, unit } = landscape(problem, dual), { n: slope, d: one } = problem.kappa;
    const normals = rows.filter(row => !isZero(row)).map(normal => ({ normal }));
    const { limit } = inCoordinates(problem, { planes: normals, base: rows[0], unit }, basis);
    const B = basis && rowsOverOne(basis).rows, own = Array.from({ length: problem.n }, () => new Map()), heights = Array(problem.n).fill(0n);
    rows.forEach((row, k) => {
      heights[problem.samples[k]] = z[k];
      for (const share of [one, slope]) {
        const piece = row.map(x => share * x), seen = B ? B.map(line => dot(line, piece)) : piece;
        own[problem.samples[k]].set(seen.join(), seen);
      }
    });
    const pieces = [], planes = [];
    let base = (B ?? rows[0]).map(() => 0n);
    own.forEach((some, owner) => {
      const first = pieces.length;
      for (const entries of some.values()) pieces.push({ entries, owner });
      if (some.size === 1) base = base.map((x, i) => x + heights[owner] * pieces[first].entries[i]);
      for (let q = first; q < pieces.length; q++)
        for (let p = first; p < q; p++)
          planes.push({ p, q, normal: pieces[q].entries.map((x, i) => x - pieces[p].entries[i]), weight: heights[owner] });
    });
    return { planes, base, limit, free: null, pieces, heights };
  }

  function onlyThe2Norm(problem) {
    require_(problem.penalty === "2-norm", `certificate: with the ${problem.penalty} chambers must be listed`);
  }

  function onlySumsInThe2Norm(problem) {
    onlyThe2Norm(problem);
    require_(!problem.largest, "certificate: with max pooling chambers must be listed");
  }

  // The same in coordinates t with u = B't. `limit` is beta^2 (1 - eps) in the scale of base and weights, a fraction; beta
  // times `unit` is no more than its root.
  function inCoordinates(problem, g, basis) {
    const square = a => times(a, a), beta = square(times(problem.beta, Q(g.unit)));
    if (basis === null) return { ...g, limit: beta, free: problem.bias };
    const { rows: B, scale } = rowsOverOne(basis), whole = scale * scale;
    const known = rank([...B, ...g.planes.map(plane => plane.normal)]);
    require_(known === B.length, `the basis has ${B.length} rows, but with X their rank is ${known}`);
    const skew = B.map((a, i) => B.reduce((total, b, k) => total + size(dot(a, b) - (i === k ? whole : 0n)), 0n)).reduce(larger);
    require_(skew < whole, "the basis is too far from orthonormal to bound a norm");
    return {
      planes: g.planes.map(plane => ({ ...plane, normal: B.map(b => dot(b, plane.normal)) })),
      base: B.map(b => dot(b, g.base)),
      limit: times(times(beta, Q(whole)), Q(whole - skew, whole)),
      unit: squareRoot(g.unit * g.unit * (whole - skew)),
      free: null,
    };
  }

  // The same in coordinates (w, b + m'w) of u = (w, b), b its free bias: m is taken off all rows, and norm(w) stays.
  function aboutPoint(problem, g, basis) {
    const { rows: [m], scale } = rowsOverOne(basis), { bias } = problem;
    const one = basis.length === 1 && m[bias] === 0n;
    require_(one, "the basis: with free biases it is one row, with 0 in the column of ones");
    const moved = row => row.map((x, i) => scale * x - row[bias] * m[i]);
    const beta = times(problem.beta, Q(g.unit * scale));
    return {
      planes: g.planes.map(plane => ({ ...plane, normal: moved(plane.normal) })),
      base: moved(g.base),
      limit: times(beta, beta),
      unit: g.unit * scale,
      free: bias,
    };
  }

  function rank(rows) {
    let found = 0;
    for (let left = distinct(rows); left.length; found++) left = restricted(left.slice(1), left[0]);
    return found;
  }

  function facesHold(g, cover, bits) {
    const r = g.several ? g.base[0].length : g.base.length, one = 1n << BigInt(cover.depth);
    for (let j = 0; j < r; j++) {
      for (const sigma of [1n, -1n]) {
        const lo = Array(r).fill(-one), hi = Array(r).fill(one);
        lo[j] = hi[j] = sigma * one;
        boxHolds(g, cover, bits, { j, sigma, one, lo, hi }, g.planes.filter(plane => plane.weight !== 0n), g.base);
      }
    }
    bits.end();
  }

  // c is base plus all w_h n_h of rows that are known to be positive; `open` are the rows not known to have one sign.
  // With several outputs c has a row each, and planes that touch the box stay open: maxima may lie on them.
  function boxHolds(g, cover, bits, box, open, c) {
    if (g.pieces) return pooledBoxHolds(g, cover, bits, box, open, c);
    const undecided = [], moved = (part, weight, normal) => part.map((x, i) => x + weight * normal[i]);
    for (const plane of open) {
      const [low, high] = interval(plane.normal, box), { normal, weight, weights } = plane;
      if (g.several && low <= 0n && high >= 0n) undecided.push({ ...plane, low, high });
      else if (low >= 0n) c = g.several ? c.map((part, b) => moved(part, weights[b], normal)) : moved(c, weight, normal);
      else if (high > 0n) undecided.push({ ...plane, low, high });
    }
    if (!bits.next()) return (g.several ? sharedLeafHolds : leafHolds)(g, cover, bits, box, undecided, c);
    halvesHold(g, cover, bits, box, undecided, c);
  }

  function halvesHold(g, cover, bits, box, undecided, c) {
    const r = box.lo.length, i = Number(bits.number((r - 1).toString(2).length * (r > 1)));
    require_(i < r && i !== box.j, `${bits.where}: no coordinate ${i} to halve on a face of coordinate ${box.j}`);
    const ends = box.lo[i] + box.hi[i];
    require_(ends % 2n === 0n, `${bits.where}: an interval is halved more than ${cover.depth} times`);
    const to = (corner, end) => corner.map((x, k) => (k === i ? end : x));
    boxHolds(g, cover, bits, { ...box, hi: to(box.hi, ends / 2n) }, undecided, c);
    boxHolds(g, cover, bits, { ...box, lo: to(box.lo, ends / 2n) }, undecided, c);
  }

  function interval(normal, { lo, hi }) {
    let low = 0n, high = 0n;
    normal.forEach((x, i) => {
      low += x * (x > 0n ? lo[i] : hi[i]);
      high += x * (x > 0n ? hi[i] : lo[i]);
    });
    return [low, high];
  }

  // A piece that is nowhere above another one of its sample goes, while that one is there; one that stays alone is added.
  function pooledBoxHolds(g, cover, bits, box, open, c) {
    const gone = new Set(), spans = open.map(plane => ({ ...plane, span: interval(plane.normal, box) }));
    for (const { p, q, span: [low, high] } of spans)
      if (!gone.has(p) && !gone.has(q) && (low >= 0n || high <= 0n)) gone.add(low >= 0n ? p : q);
    const undecided = spans.filter(({ p, q }) => !gone.has(p) && !gone.has(q));
    const left = new Set(undecided.flatMap(({ p, q }) => [p, q])), seen = new Set(spans.flatMap(({ p, q }) => [p, q]));
    for (const k of seen) {
      if (gone.has(k) || left.has(k)) continue;
      const { entries, owner } = g.pieces[k];
      c = c.map((x, i) => x + g.heights[owner] * entries[i]);
    }
    if (bits.next()) return halvesHold(g, cover, bits, box, undecided, c);
    const one = 1n << BigInt(CHORD_BITS), samples = new Map();
    for (const k of [...left].sort((a, b) => a - b)) {
      const { entries, owner } = g.pieces[k];
      samples.set(owner, [...(samples.get(owner) ?? []), entries]);
    }
    let constant = 0n, total = c.map(x => x * one);
    const add = (share, row) => { total = total.map((x, i) => x + share * row[i]); };
    for (const [owner, own] of samples) {
      const weight = g.heights[owner];
      if (weight > 0n) {
        const [line, height] = lid(own, box);
        add(weight, line);
        constant += weight * height;
      } else readShares(cover, bits, own.length).forEach((share, k) => add(weight * share, own[k]));
    }
    leafIsShort(g, cover, bits, box, total, constant);
  }

  // Shares that add up to 1, times 2^CHORD_BITS: one piece has all, or each but the last a number or none.
  function readShares(cover, bits, count) {
    const whole = 1n << BigInt(cover.bits), finer = BigInt(CHORD_BITS - cover.bits);
    if (!bits.next()) {
      const chosen = Number(bits.number((count - 1).toString(2).length * (count > 1)));
      require_(chosen < count, `${bits.where}: no piece ${chosen} of the ${count} that are left of a sample`);
      return Array.from({ length: count }, (_, k) => (k === chosen ? whole << finer : 0n));
    }
    const found = Array.from({ length: count - 1 }, () => (bits.next() ? bits.number(cover.bits) : 0n));
    const rest = found.reduce((left, share) => left - share, whole);
    require_(rest >= 0n, `${bits.where}: the shares of the pieces of a sample are more than 1`);
    return [...found, rest].map(share => share << finer);
  }

  const NEARLY = 36n, less = (a, b) => a.map((x, i) => x - b[i]);

  // A line and a constant above all pieces on the box, times 2^CHORD_BITS: a chord between the first two pieces, then one
  // between that and the third, and so on, without pieces that are hardly ever the largest.
  function lid(pieces, box) {
    const raised = pieces.map(piece => piece.map(x => x << BigInt(CHORD_BITS))), gone = new Set();
    const unit = [...box.lo, ...box.hi].map(size).reduce(larger), length = row => row.reduce((sum, x) => sum + size(x), 0n);
    for (let a = 0; a < raised.length; a++) {
      for (let b = a + 1; b < raised.length; b++) {
        if (gone.has(a) || gone.has(b)) continue;
        const [low, high] = interval(less(raised[b], raised[a]), box), near = (unit * (length(raised[a]) + length(raised[b]))) >> NEARLY;
        if (low >= -near || high <= near) gone.add(low >= -near ? a : b);
      }
    }
    let [line, ...others] = raised.filter((_, k) => !gone.has(k));
    for (const piece of others) {
      const way = less(piece, line), [low, high] = interval(way, box);
      if (high <= 0n) continue;
      const share = divided(high << BigInt(CHORD_BITS), high - (low < 0n ? low : 0n));
      line = line.map((x, i) => x + ((share * way[i]) >> BigInt(CHORD_BITS)));
    }
    return [line, raised.map(piece => interval(less(piece, line), box)[1]).reduce(larger)];
  }

  // Undecided rows become linear: those of positive weight by the chord above max(0, t), the others by a line s t.
  function leafHolds(g, cover, bits, box, undecided, c) {
    const one = 1n << BigInt(CHORD_BITS);
    let constant = 0n, total = c.map(x => x * one);
    for (const { normal, weight, low, high } of undecided) {
      let share;
      if (weight > 0n) {
        share = divided(one * high, high - low);
        constant += weight * larger(-share * low, (one - share) * high);
      } else {
        share = readSlope(cover, bits, low, high);
      }
      total = total.map((x, i) => x + share * weight * normal[i]);
    }
    leafIsShort(g, cover, bits, box, total, constant);
  }

  function leafIsShort(g, cover, bits, box, estimate, constant) {
    const total = estimate.map(x => x * box.one);
    total[box.j] += box.sigma * constant;
    const scale = box.one << BigInt(CHORD_BITS), square = leastSquare(total, box, g.free);
    const short = square && compare(square, times(g.limit, Q(scale * scale))) <= 0n;
    require_(short, `${bits.where}: the leaf that ends at bit ${bits.at}: the bound norm(e) <= beta fails`);
    if (cover.visit) cover.visit(leafInFloats(bits.where, box, square, times(g.limit, Q(scale * scale))));
  }

  function readSlope(cover, bits, low, high) { // times 2^CHORD_BITS
    const one = 1n << BigInt(CHORD_BITS), nearer = low + high > 0n ? one : 0n;
    if (!bits.next()) return nearer;
    return bits.next() ? bits.number(cover.bits) << BigInt(CHORD_BITS - cover.bits) : one - nearer;
  }

  // For pictures: which side it is of, the ends of its box, and norm(e) as a share of beta.
  function leafInFloats(where, { j, one, lo, hi }, square, limit) {
    const share = Math.sqrt(Number(((square.n * limit.d) << 64n) / (square.d * limit.n)) / 2 ** 64);
    const [from, to] = [lo, hi].map(ends => ends.map(end => Number(end) / Number(one)));
    return { side: where.replace("cover.", ""), face: j, from, to, share };
  }

  // The least norm(e)^2 of the vectors e(tau), tau >= 0, with c't <= e't on the cone over the box; null if there is none.
  // e_i(tau) is c_i clipped to tau [lo_i, hi_i], and what that leaves of c goes to coordinate j:
  // rest(tau) = sigma c_j + sum_i max over [lo_i, hi_i] of (c_i - e_i) t_i, which falls as tau grows. norm(e) is least
  // where rest(tau) = tau, or at 0 if rest(0) <= 0. (In a free coordinate e is 0. If that is j, rest(tau) must be <= 0.)
  // Here box ends are whole, tau and rest are so many times larger, and rest is linear between tau_i = c_i / end_i.
  function leastSquare(c, { j, sigma, one, lo, hi }, free) {
    const others = c.map((_, i) => i).filter(i => i !== j && i !== free);
    let fixed = sigma * c[j] * one;
    if (free !== null && free !== j) fixed += larger(c[free] * lo[free], c[free] * hi[free]);
    const own = free === j ? 0n : one * one;
    const clippedTo = (i, { n, d }) => (c[i] * d > n * hi[i] ? hi[i] : c[i] * d < n * lo[i] ? lo[i] : null);
    const line = tau => { // rest(tau) - own tau = above - below tau, at and, if tau is between corners, around tau
      let above = fixed, below = own;
      for (const i of others) {
        const end = clippedTo(i, tau);
        if (end !== null) [above, below] = [above + c[i] * end, below + end * end];
      }
      return [above, below];
    };
    const falls = tau => { const [above, below] = line(tau); return above * tau.d <= below * tau.n; };
    let tau = ZERO;
    if (!falls(ZERO)) {
      const corners = others.flatMap(i => [lo[i], hi[i]].filter(end => c[i] * end > 0n).map(end => Q(size(c[i]), size(end))));
      corners.sort((a, b) => Number(compare(a, b) > 0n) - Number(compare(a, b) < 0n));
      const k = corners.findIndex(falls), left = k < 0 ? corners.at(-1) ?? ZERO : corners[k - 1] ?? ZERO;
      const inside = k < 0 ? Q(left.n + left.d, left.d) : Q(left.n * corners[k].d + corners[k].n * left.d, 2n * left.d * corners[k].d);
      const [above, below] = line(inside);
      if (below === 0n) return null;
      tau = Q(above, below);
    }
    let square = own * tau.n * tau.n;
    for (const i of others) {
      const end = clippedTo(i, tau), e = end === null ? c[i] * tau.d : end * tau.n;
      square += e * e;
    }
    return Q(square, tau.d * tau.d);
  }

  // ---------------------------------------------------------------- the same for outputs that share neurons

  const DIRECTION_BITS = 24n, lineUp = (shares, rows, start) =>
    start.map((x, i) => shares.reduce((total, share, k) => total + share * rows[k][i], x));

  // Over one denominator: base and weights have an entry for each output.
  function sharedProves(problem, duals, cover) {
    const seen = duals.map(dual => kinks(problem, dual)), common = seen.reduce((a, { unit }) => (a / gcd(a, unit)) * unit, 1n);
    const found = seen.map(g => {
      const factor = common / g.unit, planes = g.planes.map(plane => ({ ...plane, weight: plane.weight * factor }));
      return inCoordinates(problem, { planes, base: g.base.map(x => x * factor), unit: common }, cover.basis);
    });
    const planes = found[0].planes.map(({ normal }, h) => ({ normal, weight: 1n, weights: found.map(g => g.planes[h].weight) }));
    const g = {
      several: true,
      planes: planes.filter(plane => !isZero(plane.weights)),
      base: found.map(({ base }) => base),
      limit: found[0].limit,
    };
    facesHold(g, cover, new Bits(cover.tree, "cover.tree"));
  }

  function sharedLeafHolds(g, cover, bits, box, undecided, c) {
    const one = 1n << BigInt(CHORD_BITS), twice = box.lo.map((x, i) => x + box.hi[i]);
    const middle = c.map((part, b) => undecided.reduce((sum, { weights, low, high }) => sum + weights[b] * larger(0n, low + high), dot(part, twice)));
    const longest = middle.map(size).reduce(larger);
    const a = longest ? middle.map(x => divided(x << DIRECTION_BITS, longest)) : middle.map((_, b) => (b ? 0n : 1n));
    const terms = undecided.map(({ normal, weights, low, high }) => {
      const chord = divided(one * high, high - low), height = dot(a, weights);
      const slope = height > 0n ? chord : readSlope(cover, bits, low, high);
      return { normal, weights, low, high, chord, height, slope, rest: larger(-chord * low, (one - chord) * high) };
    });
    const held = squaresHold(g, box, a, c, terms) || isPushedBack(g, box, c, terms);
    require_(held, `${bits.where}: the leaf that ends at bit ${bits.at}: neither bound of norm(Z'phi(Xu)) by beta holds`);
  }

  // What g = Z'phi(Xu) is along a, by one linear function, and across it, by intervals: the sum of the squares.
  function squaresHold(g, box, a, c, terms) {
    const one = 1n << BigInt(CHORD_BITS), whole = dot(a, a), normals = terms.map(term => term.normal);
    const twice = box.lo.map((x, i) => x + box.hi[i]), widths = box.lo.map((x, i) => box.hi[i] - x);
    const rests = terms.map(term => term.rest), nothing = c[0].map(() => 0n);
    const lines = c.map((part, b) => lineUp(terms.map(term => term.weights[b] * term.chord), normals, part.map(x => x * one)));
    const along = lineUp(a, lines, nothing);
    const ends = (line, weights) => {
      const reach = dot(line.map(size), widths) + dot(weights.map(size), rests);
      return [dot(line, twice) + dot(weights, rests), reach];
    };
    const [middle, reach] = ends(along, terms.map(term => term.height)), back = larger(reach - middle, 0n);
    let across = 0n;
    lines.forEach((line, b) => {
      const rest = line.map((x, i) => whole * x - a[b] * along[i]);
      const [at, far] = ends(rest, terms.map(term => whole * term.weights[b] - a[b] * term.height));
      across += (size(at) + far) ** 2n;
    });
    const shortest = box.lo.reduce((sum, x, i) => sum + larger(larger(x, -box.hi[i]), 0n) ** 2n, 0n), under = 4n * one * one * shortest;
    const ahead = lineUp(terms.map(term => term.height * term.slope), normals, lineUp(a, c, nothing).map(x => x * one)).map(x => x * box.one);
    ahead[box.j] += box.sigma * terms.reduce((sum, { height, rest }) => sum + larger(height, 0n) * rest, 0n);
    const square = leastSquare(ahead, box, null);
    if (!square) return false;
    const near = greater(times(square, Q(1n, (one * box.one) ** 2n)), Q(back * back, under));
    return compare(plus(times(near, Q(whole)), Q(across, under)), times(g.limit, Q(whole * whole))) <= 0n;
  }

  // All terms make norm(g) smaller than norm(Nu), so much that beta is above both together.
  function isPushedBack(g, box, c, terms) {
    const one = 1n << BigInt(CHORD_BITS), normals = terms.map(term => term.normal);
    const twice = box.lo.map((x, i) => x + box.hi[i]), widths = box.lo.map((x, i) => box.hi[i] - x);
    const lines = c.map((part, b) => {
      const line = lineUp(terms.map(term => term.weights[b] * term.slope), normals, part.map(x => x * one)).map(x => x * box.one);
      line[box.j] += box.sigma * terms.reduce((sum, { height, weights, rest }) => sum + (height > 0n ? weights[b] * rest : 0n), 0n);
      return line;
    });
    const columns = c[0].map((_, i) => lines.map(line => line[i])), scale = (one * box.one) ** 2n;
    const matrix = columns.map((x, i) => columns.map((y, k) => (i === k ? g.limit.n * scale : 0n) - g.limit.d * dot(x, y)));
    for (const { normal, weights, low, high, height, slope } of terms) {
      const way = height > 0n ? -1n : 1n, line = columns.map(column => way * dot(weights, column));
      let push = dot(line, twice) + dot(line.map(size), widths);
      for (const other of terms) {
        const both = way * dot(weights, other.weights), chord = other.height > 0n;
        const farthest = chord ? other.rest : larger(-other.slope * other.low, (one - other.slope) * other.high);
        push += larger(0n, chord ? -both : both) * farthest * box.one;
      }
      if (push > 0n) return false;
      if (height > 0n) continue;
      const bends = [[one - slope, high], [slope, -low]].filter(side => side[1]).map(([share, reach]) => (-push * share) / reach);
      const bend = bends.reduce((x, y) => (x < y ? x : y)) * box.one * g.limit.d;
      normal.forEach((x, i) => normal.forEach((y, k) => { matrix[i][k] += bend * x * y; }));
    }
    return isPositiveDefinite(matrix, matrix.length);
  }

  // ---------------------------------------------------------------- the third way: quadratic functions

  const PARAMETER = 3, LENGTH_BITS = 32n; // bytes of a parameter; binary places of lengths
  const MULTIPLIER = 4, PRODUCT_BITS = 24n; // bytes of a signed multiplier; its binary places, and those of cuts

  function quadraticProves(problem, dual, { basis, parts: [above, below] }) {
    onlySumsInThe2Norm(problem);
    const g = covered(problem, dual, basis);
    const all = [{ n: -1n, d: 1n }, { n: 1n, d: 1n }];
    piecesHold(problem, g, above, [], all, "quadratic.plus");
    piecesHold(problem, opposite(g), below, [], all, "quadratic.minus");
  }

  // The span is that of b/R, b a free bias.
  function piecesHold(problem, g, part, facets, span, where) {
    if (part.at) {
      require_(problem.bias !== null, `${where}: a cut at a bias, which is not free`);
      piecesHold(problem, g, part.above, facets, [part.at, span[1]], `${where}.above`);
      piecesHold(problem, g, part.below, facets, [span[0], part.at], `${where}.below`);
      return;
    }
    const plain = !part.cut && !part.degree;
    require_(plain || problem.bias === null, `${where}: with free biases neither planes nor forms prove anything`);
    if (!part.cut) {
      if (part.degree) formHolds(problem, g, part, where);
      else quadraticHolds(problem, g, part, facets, span, where);
      return;
    }
    const count = part.cut.length, columns = g.base.length;
    require_(count === columns, `${where}.cut has ${count} entries, not ${columns}`);
    piecesHold(problem, g, part.above, [...facets, part.cut], span, `${where}.above`);
    piecesHold(problem, g, part.below, [...facets, part.cut.map(x => -x)], span, `${where}.below`);
  }

  // On the sphere g(u) <= c'u + u'Qu + theta, all times 2^places; beta less that is positive if this matrix is:
  // [[s I - Q, -c/2], [-c'/2, beta - theta - s]] for s = share beta. With free biases norm(w)^2 has s, and for r = bias beta
  // and t = b/R in its span r (t - low)(high - t) is added to the function, which is not less then.
  function quadraticHolds(problem, g, { share, bias, rows: data, products }, facets, span, where) {
    require_((bias === undefined) === (problem.bias === null), `${where}: a bias exactly where biases are free`);
    require_(bias === undefined || bias.n >= 0n, `${where}.bias is negative`);
    const radius = problem.bias === null ? 1n : biasRadius(g.planes, problem.bias);
    const longest = g.planes.reduce((most, plane) => Math.max(most, ...plane.normal.map(x => bitLength(size(x)))), 0);
    const places = BigInt(65 + longest), d = g.base.length;
    const c = g.base.map(x => x << places), square = c.map(() => c.map(() => 0n)), read = parametersOf(data, where);
    let theta = 0n;
    for (const { normal, weight } of g.planes.filter(plane => plane.weight !== 0n)) {
      const { side, length } = heights(normal, problem.bias, radius, span);
      if (side) { // max(0, t) is t, or 0
        if (side > 0) normal.forEach((x, i) => { c[i] += (weight << places) * x; });
        continue;
      }
      const term = parabola(length, weight, read, places, where);
      theta += term.constant;
      normal.forEach((x, i) => {
        c[i] += term.linear * x;
        normal.forEach((y, k) => { square[i][k] += term.square * x * y; });
      });
    }
    read.finished();
    // Times 2, the denominators of shares, ends and beta, and the square of 2^32 R, to be whole.
    const other = bias ?? { n: 0n, d: 1n }, [low, high] = span, ends = low.d * high.d;
    const sizes = share.d * other.d * radius ** 2n * ends;
    const whole = sizes * problem.beta.d, beta = (problem.beta.n * g.unit) << places;
    const own = (sizes / share.d) * share.n, r = share.d * other.n; // sizes r / other.d = r radius^2 ends
    const ofSquare = (r * ends) << (2n * LENGTH_BITS);
    const ofBias = (r * (low.n * high.d + high.n * low.d) * radius) << LENGTH_BITS;
    const ofOne = r * low.n * high.n * radius ** 2n;
    const along = c.map((x, i) => -x * whole - (i === problem.bias ? ofBias * beta : 0n));
    const matrix = square.map((row, i) => [
      ...row.map((x, k) => 2n * ((i === k ? (i === problem.bias ? ofSquare : own) * beta : 0n) - x * whole)), along[i],
    ]);
    const corner = (sizes - own + ofOne) * beta - theta * whole;
    matrix.push([...along, 2n * corner]);
    // Times 2^(3 PRODUCT_BITS) to be whole with the products.
    const added = productsOf(facets, products, d, where), gain = sizes * beta;
    const exact = matrix.map((row, i) => row.map((x, k) => (x << (3n * PRODUCT_BITS)) - gain * added[i][k]));
    const bounded = isPositiveDefinite(exact, d + 1);
    require_(bounded, `${where}: the function is not proven to be at most beta`);
  }

  // Parameters one by one, of which there are as many as are taken.
  function parametersOf(data, where) {
    let from = 0;
    const read = () => {
      require_(from + PARAMETER <= data.length, `${where}: there are parameters for too few rows`);
      return unsigned(data.slice(from, (from += PARAMETER)));
    };
    read.finished = () => require_(from === data.length, `${where}: there are parameters for too many rows`);
    return read;
  }

  // Twice (f'u)(g'u) and (f'u)(norm(w) + w'u), with their multipliers, as a matrix in (u, 1), times 2^(3 PRODUCT_BITS).
  function productsOf(facets, data, d, where) {
    const pairs = (facets.length * (facets.length - 1)) / 2, count = pairs + facets.length * d;
    require_(data.length === MULTIPLIER * count, `${where}.products: another number of multipliers than products`);
    const numbers = signedIntegers(data, MULTIPLIER);
    require_(numbers.slice(0, pairs).every(x => x >= 0n), `${where}.products: a negative multiplier`);
    const matrix = Array.from({ length: d + 1 }, () => Array(d + 1).fill(0n));
    const add = (factor, f, w) => {
      for (let i = 0; i <= d; i++) for (let k = 0; k <= d; k++) matrix[i][k] += factor * (f[i] * w[k] + w[i] * f[k]);
    };
    let place = 0;
    facets.forEach((f, i) => facets.slice(i + 1).forEach(g => add(numbers[place++], [...f, 0n], [...g, 0n])));
    for (const f of facets) {
      const w = numbers.slice(place, (place += d));
      add(1n << PRODUCT_BITS, [...f, 0n], [...w, squareRoot(dot(w, w)) + 1n]);
    }
    return matrix;
  }

  // 2^32 R, rounded up: R is the largest norm of a row (x, 1) without its bias.
  function biasRadius(planes, bias) {
    let most = { n: 0n, d: 1n };
    for (const { normal } of planes) {
      const square = { n: normOfWeights(normal, bias), d: normal[bias] ** 2n };
      if (square.n * most.d > most.n * square.d) most = square;
    }
    return squareRoot((most.n << (2n * LENGTH_BITS)) / most.d) + 1n;
  }

  function normOfWeights(normal, bias) {
    const weights = normal.filter((_, i) => i !== bias);
    return dot(weights, weights);
  }

  // 2^32 L, rounded up: abs(n'u) <= L for norm(u) = 1, or for norm(w) = 1 and b/R in the span; and the sign of n'u
  // there if it has but one, else 0.
  function heights(normal, bias, radius, span) {
    const own = squareRoot(normOfWeights(normal, bias) << (2n * LENGTH_BITS)) + 1n;
    if (bias === null) return { side: 0, length: own };
    const step = normal[bias] * radius, beyond = sign => span.every(end => sign * step * end.n >= own * end.d);
    const [low, high] = span.map(end => dividedUp(size(step * end.n), end.d));
    return { side: beyond(1n) ? 1 : beyond(-1n) ? -1 : 0, length: own + (low > high ? low : high) };
  }

  // w max(0, t) <= linear t + square t^2 + constant for abs(t) <= length / 2^32; the coefficients are rounded up.
  function parabola(length, weight, parameter, places, where) {
    const one = 1n << BigInt(8 * PARAMETER), unit = 1n << LENGTH_BITS;
    if (weight > 0n) {
      const x = parameter(); // tau = length x / (unit one)
      require_(x > 0n, `${where}: tau is 0`);
      return {
        linear: (weight << places) / 2n,
        square: dividedUp((weight * one * unit) << places, 4n * length * x),
        constant: dividedUp((weight * length * x) << places, 4n * one * unit),
      };
    }
    const a = parameter(), b = parameter();
    require_(b <= a && a <= one - b, `${where}: a parabola that is not below max(0, t)`);
    return {
      linear: divided((weight * a) << places, one),
      square: dividedUp((weight * b * unit) << places, one * length),
      constant: 0n,
    };
  }

  // Of degree 4 or 6: c'u is at most m + (c'u)^2/(4 m), m a share of beta, and beta less that and all the rest is a form
  // on the sphere. All of it times 4 m and the denominator of beta is to have a positive semidefinite matrix.
  function formHolds(problem, g, { degree, share, rows: data, gram }, where) {
    const longest = g.planes.reduce((most, plane) => Math.max(most, ...plane.normal.map(x => bitLength(size(x)))), 0);
    const places = BigInt(65 + degree * longest), d = g.base.length, whole = problem.beta.d, half = degree / 2;
    const c = g.base.map(x => x << places), powers = Array.from({ length: half + 1 }, () => []);
    const read = parametersOf(data, where);
    for (const { normal, weight } of g.planes.filter(plane => plane.weight !== 0n)) {
      const { linear, even } = curve(normal, weight, half, read, places, where);
      normal.forEach((x, i) => { c[i] += linear * x; });
      even.forEach((value, k) => powers[k].push({ normal, value }));
    }
    read.finished();
    const beta = (problem.beta.n * g.unit) << places, m = divided(share.n * beta, share.d);
    require_(m > 0n, `${where}.share: nothing of beta for the linear part`);
    const rest = beta - m - powers[0].reduce((sum, { value }) => sum + value, 0n) * whole;
    let form = new Map(sortedLists(d, 2).map(([i, k]) => {
      const square = powers[1].reduce((sum, { normal, value }) => sum + value * normal[i] * normal[k], 0n) * whole;
      const entry = 4n * m * ((i === k ? rest : 0n) - square) - c[i] * c[k] * whole * whole;
      return [monomial([i, k]), (i === k ? 1n : 2n) * entry];
    }));
    for (let k = 2; k <= half; k++) form = lessPowers(timesNorm(form, d), powers[k], 4n * m * whole, d, k);
    const full = gramOf(form, 4n * m * beta, gram, d, half, where);
    // Rounded down: each entry loses less than 1, so no eigenvalue is lowered by more than the number of rows.
    const small = BigInt(Math.max(bitLength((4n * m * beta) << PRODUCT_BITS) - 64, 0));
    const bounded = hasSquareRoot(full.map(row => row.map(x => x >> small)), BigInt(full.length));
    require_(bounded, `${where}: the function is not proven to be at most beta`);
  }

  // All lists of so many numbers below d in order, the lists in order too; monomials are named by theirs.
  function sortedLists(d, count) {
    let lists = [[]];
    for (let i = 0; i < count; i++)
      lists = lists.flatMap(list => Array.from({ length: d }, (_, k) => k).filter(k => !(k < list.at(-1))).map(k => [...list, k]));
    return lists;
  }

  const monomial = variables => [...variables].sort((i, k) => i - k).join();

  function timesNorm(form, d) {
    const found = new Map();
    for (const [name, value] of form)
      for (let k = 0; k < d; k++) {
        const key = monomial([...name.split(",").map(Number), k, k]);
        found.set(key, (found.get(key) ?? 0n) + value);
      }
    return found;
  }

  // A form of degree 2 half less the powers of heights, each with its value times a scale.
  function lessPowers(form, powers, scale, d, half) {
    const lists = sortedLists(d, half), names = new Map(lists.map((list, k) => [list.join(), k]));
    const heights = lists.map(list => powers.map(({ normal }) => list.reduce((product, i) => product * normal[i], 1n)));
    const shares = heights.map(line => line.map((x, k) => x * powers[k].value * scale)), found = new Map(form);
    for (const list of sortedLists(d, 2 * half)) {
      const [a, b] = [list.slice(0, half), list.slice(half)].map(part => names.get(part.join()));
      let total = 0n;
      for (let k = 0; k < powers.length; k++) total += shares[a][k] * heights[b][k];
      found.set(list.join(), (found.get(list.join()) ?? 0n) - orders(list) * total);
    }
    return found;
  }

  // In how many orders a list can be.
  function orders(list) {
    const factorial = n => (n < 2 ? 1n : BigInt(n) * factorial(n - 1));
    const counts = new Map();
    list.forEach(i => counts.set(i, (counts.get(i) ?? 0) + 1));
    return [...counts.values()].reduce((number, count) => number / factorial(count), factorial(list.length));
  }

  // The matrix of a form in the products of half as many variables, times 2^(PRODUCT_BITS + 1): an entry is written
  // where the last variable of the first product is after the first one of the second, the form says the others.
  function gramOf(form, unit, data, d, half, where) {
    const products = sortedLists(d, half), matrix = products.map(() => products.map(() => 0n));
    const places = products.flatMap((_, b) => products.slice(0, b + 1).map((_, a) => [a, b]));
    const isWritten = ([a, b]) => products[a].at(-1) > products[b][0], written = places.filter(isWritten);
    require_(data.length === MULTIPLIER * written.length, `${where}.gram: another number of entries than the form leaves open`);
    const left = new Map([...form].map(([key, x]) => [key, x << PRODUCT_BITS]));
    signedIntegers(data, MULTIPLIER).forEach((number, place) => {
      const [a, b] = written[place], key = monomial([...products[a], ...products[b]]);
      matrix[a][b] = matrix[b][a] = 2n * number * unit;
      left.set(key, left.get(key) - (a === b ? 1n : 2n) * number * unit);
    });
    for (const [a, b] of places.filter(place => !isWritten(place)))
      matrix[a][b] = matrix[b][a] = (a === b ? 2n : 1n) * left.get([...products[a], ...products[b]].join());
    return matrix;
  }

  // A root R in integers of 4^bits (matrix - (margin + rows) I) less remainders, which are from 0 on and below 4^bits
  // beside the diagonal: so they lower no eigenvalue by more than the number of rows.
  function hasSquareRoot(matrix, margin) {
    const bits = BigInt((Math.max(...matrix.map((row, i) => bitLength(size(row[i])))) >> 1) + 1), root = [];
    for (const [i, line] of matrix.entries()) {
      const row = [], without = j => row.reduce((left, x, k) => left - x * root[j][k], line[j] << (2n * bits));
      for (let j = 0; j < i; j++) row.push(divided(without(j), root[j][j]));
      const left = (line[i] - margin - BigInt(matrix.length)) << (2n * bits), rest = row.reduce((sum, x) => sum - x * x, left);
      if (rest <= 0n) return false;
      root.push([...row, squareRoot(rest)]);
    }
    return true;
  }

  // w max(0, t) <= linear t + even[0] + even[1] t^2 + ... for t = n'u, norm(u) = 1; the coefficients are rounded up.
  function curve(normal, weight, half, read, places, where) {
    const one = 1n << BigInt(8 * PARAMETER), length = Q(squareRoot(dot(normal, normal) << (2n * LENGTH_BITS)) + 1n, 1n << LENGTH_BITS);
    const isAbove = weight > 0n, numbers = Array.from({ length: isAbove ? half - 1 : 2 }, read);
    require_((isAbove ? numbers : numbers.slice(1)).every(x => x > 0n), `${where}: a curve that touches at 0`);
    const points = numbers.map(x => Q(x, one)), slope = isAbove ? Q(1n, 2n) : points[0];
    const rest = plus(ONE, minus(slope)), share = compare(slope, rest) < 0n ? slope : rest;
    let scale = times(times(Q(weight << places), share), length);
    const even = (isAbove ? above(points) : below(points[1], half)).map(x => {
      const value = times(scale, x);
      scale = times(scale, Q(length.d ** 2n, length.n ** 2n));
      return dividedUp(value.n, value.d);
    });
    return { linear: ((weight << places) * slope.n) / slope.d, even };
  }

  // Polynomials in s^2 that are at least s for 0 <= s <= 1 (with points where they touch it), and at most s.
  function above(points) {
    const of = n => Q(BigInt(n)), squared = x => times(x, x);
    if (points.length === 1) {
      const [x] = points, next = plus(ONE, x), scale = times(times(of(2), x), squared(next));
      return [times(squared(x), plus(ONE, times(of(2), x))), plus(squared(next), times(of(2), squared(x))), of(-1)].map(y => over(y, scale));
    }
    const p = plus(...points), q = times(...points), pp = squared(p), qq = squared(q), scale = times(of(2), times(times(pp, p), q));
    const middle = sum([squared(pp), minus(times(pp, q)), times(of(3), qq)]);
    return [times(qq, plus(pp, q)), middle, plus(times(of(3), q), times(of(-2), pp)), ONE].map(y => over(y, scale));
  }

  function below(y, half) {
    const of = n => Q(BigInt(n)), yy = times(y, y), yyy = times(yy, y);
    if (half === 2) return [ZERO, over(of(3), times(of(2), y)), over(of(-1), times(of(2), yyy))];
    const value = coefficients => coefficients.reduceRight((total, x) => plus(times(total, y), of(x)), ZERO);
    const scale = times(times(of(2), yyy), times(value([1, 1]), value([1, 1])));
    return [ZERO, times(yy, value([3, 6, 4, 2])), value([-1, -2, -3, -4]), value([1, 2])].map(x => over(x, scale));
  }

  // All leading minors are positive: the pivots of elimination without fractions.
  function isPositiveDefinite(matrix, count) {
    let last = 1n;
    for (let k = 0; k < count; k++) {
      const pivot = matrix[k][k];
      if (pivot <= 0n) return false;
      for (let i = k + 1; i < count; i++)
        matrix[i] = matrix[i].map((x, j) => (j < k ? x : (x * pivot - matrix[i][k] * matrix[k][j]) / last));
      last = pivot;
    }
    return true;
  }

  // ---------------------------------------------------------------- the fourth way: every face of a plane or of space

  // A largest value of g(u) = z'phi(Xu) for norm(u) = 1 lies inside a face of the arrangement; there it is in the
  // direction of the gradient projected onto the face, and its value is the length of that projection. So it is enough
  // that each such projection is no longer than beta, or does not lie inside its face. The same for -g.
  function sweepProves(problem, dual) {
    onlySumsInThe2Norm(problem);
    const { rows, z, unit } = landscape(problem, dual), known = rank(rows);
    const fits = known === 3 || (known === 2 && problem.bias === null);
    require_(fits, `certificate: without chambers the rank must be 3, or 2 without free biases, not ${known}`);
    const square = times(times(problem.beta, problem.beta), Q(unit * unit));
    const swept = (ownRows, where) => facesAreShort(inIndependentRows(kinksOf(problem, ownRows, z)), square, where);
    if (problem.bias === null) return swept(rows, "");
    // With the bias alone g changes by whole pieces, and not at all beyond its kinks, where rows are 0: so it is largest
    // where some row is 0, and there the others are those of the differences from it, without a bias.
    const plain = rows.map(row => row.filter((_, j) => j !== problem.bias));
    const kinksOfBias = new Map(plain.map((row, k) => [row.join(), k]));
    for (const k of kinksOfBias.values())
      swept(plain.map(row => row.map((x, i) => x - plain[k][i])), `at the kink of row ${k}, `);
  }

  // In coordinates t, u = sum of t_i times the i-th of some independent normals: norm(u)^2 = t'Gt.
  function inIndependentRows({ planes, base }) {
    const chosen = [];
    for (const { normal } of planes) if (rank([...chosen, normal]) > chosen.length) chosen.push(normal);
    const to = vector => chosen.map(row => dot(row, vector));
    return {
      planes: planes.map(({ normal, weight }) => ({ normal: to(normal), weight })),
      base: to(base),
      gram: chosen.map(to),
    };
  }

  function facesAreShort(g, square, where) {
    if (g.base.length === 2) return circleIsShort(g, [[1n, 0n], [0n, 1n]], -1, square, where);
    // Each cell of space has an arc of some circle beside it.
    g.planes.forEach(({ normal }, j) => {
      const first = normal.findIndex(x => x !== 0n), unitAt = i => normal.map((_, k) => BigInt(k === i));
      const spanning = [0, 1, 2].filter(i => i !== first).map(i => cross(normal, unitAt(i)));
      circleIsShort(g, spanning, j, square, where);
    });
  }

  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const turn = (a, b) => a[0] * b[1] - a[1] * b[0]; // positive if b is less than half a turn to the left of a

  // What is asked of a gradient c in coordinates with norm(u)^2 = t'Gt, in two or three of them.
  function measure(gram) {
    const [p, q, r] = gram;
    const inverse = gram.length === 2 ? [[q[1], -p[1]], [-q[0], p[0]]] : [cross(q, r), cross(r, p), cross(p, q)];
    const determinant = dot(p, inverse.map(row => row[0]));
    const raised = c => inverse.map(row => dot(row, c)); // where c't is largest, up to a positive factor
    return { raised, isLong: (c, { n, d }) => dot(c, raised(c)) * d > n * determinant };
  }

  // Once around the circle that two vectors span: its rays and arcs and, if it is plane j, the cells beside its arcs.
  function circleIsShort(g, spanning, j, square, where) {
    const flat = vector => spanning.map(b => dot(b, vector));
    const raisedSpan = spanning.map(b => g.gram.map(row => dot(row, b)));
    const inPlane = measure(raisedSpan.map(flat)), inSpace = measure(g.gram), flatGram = raisedSpan.map(flat);
    const rays = [];
    g.planes.forEach(({ normal }, k) => {
      if (k === j) return;
      const [x, y] = flat(normal);
      rays.push({ k, ray: [-y, x], side: -1n }, { k, ray: [y, -x], side: 1n }); // and its side to the left of the ray
    });
    const half = ([x, y]) => y < 0n || (y === 0n && x < 0n);
    rays.sort((a, b) => half(a.ray) - half(b.ray) || (turn(b.ray, a.ray) > 0n) - (turn(a.ray, b.ray) > 0n));

    // Beyond the last ray, just before the first, whose plane is about to change its side.
    const sides = g.planes.map(() => 0n);
    for (const { k, side } of rays) sides[k] = side;
    let c = g.base.map((x, i) => g.planes.reduce((sum, { normal, weight }, k) => (sides[k] > 0n ? sum + weight * normal[i] : sum), x));
    let last = rays.at(-1).ray;
    for (const { k, ray, side } of rays) {
      if (turn(last, ray) !== 0n) {
        arcIsShort(flat(c), last, ray, inPlane, square, where);
        if (j >= 0) cellsAreShort(g, c, sides, j, inSpace, square, where);
        const value = dot(flat(c), ray), length = ray.reduce((sum, x, i) => sum + x * dot(flatGram[i], ray), 0n);
        require_(value * value * square.d <= square.n * length, `${where}on a ray: the bound abs(z'phi(Xu)) <= beta norm(u) fails`);
      }
      const { normal, weight } = g.planes[k];
      c = c.map((x, i) => x + side * weight * normal[i]);
      sides[k] = side;
      last = ray;
    }
  }

  function arcIsShort(c, from, to, { raised, isLong }, square, where) {
    if (!isLong(c, square)) return;
    const peak = raised(c), sides = [turn(from, peak), turn(peak, to)];
    const inside = sides.every(side => side > 0n) || sides.every(side => side < 0n);
    require_(!inside, `${where}on an arc: the bound abs(z'phi(Xu)) <= beta norm(u) fails`);
  }

  function cellsAreShort(g, c, sides, j, { raised, isLong }, square, where) {
    const { normal: own, weight } = g.planes[j];
    for (const side of [1n, -1n]) {
      const gradient = side > 0n ? c.map((x, i) => x + weight * own[i]) : c;
      if (!isLong(gradient, square)) continue;
      const peak = raised(gradient), way = side * dot(own, peak);
      const inside = way !== 0n && g.planes.every(({ normal }, k) => k === j || way * sides[k] * dot(normal, peak) > 0n);
      require_(!inside, `${where}in a cell: the bound abs(z'phi(Xu)) <= beta norm(u) fails`);
    }
  }

  // ---------------------------------------------------------------- the claim

  function proofHolds(problem, { duals, chambers, cover, quadratic }) {
    const [dual] = duals;
    if (duals.length > 1) sharedProves(problem, duals, cover);
    else if (chambers) listProves(problem, dual, chambers);
    else if (cover) coverProves(problem, dual, cover);
    else if (quadratic) quadraticProves(problem, dual, quadratic);
    else sweepProves(problem, dual);
  }

  // { verdict: "PROVEN", lower, upper } (exact, as text), { verdict: "REFUSED", reason } or "NOT COVERED" with one.
  // Each leaf of a cover that holds is shown to `visit`, if there is one.
  function check(problemText, certificateText, visit = null) {
    try {
      const problem = readProblem(problemText), certificate = readCertificate(certificateText, problem);
      if (certificate.cover) certificate.cover.visit = visit;
      require_(same(certificate.upper, objective(problem, certificate)), "upper: not the objective of the network");
      certificate.duals ??= [said(problem, certificate)];
      require_(same(certificate.lower, dualValue(problem, certificate.duals)), "lower: not the value of the dual");
      proofHolds(problem, certificate);
      require_(compare(certificate.lower, certificate.upper) <= 0n, "the lower bound is above the upper bound");
      const [lower, upper] = certificate.bounds;
      return { verdict: "PROVEN", lower, upper };
    } catch (error) {
      if (error instanceof NotCovered) return { verdict: "NOT COVERED", reason: error.message };
      if (error instanceof Refusal) return { verdict: "REFUSED", reason: error.message };
      if (error instanceof RangeError) return { verdict: "REFUSED", reason: "too deep or too large for this checker" };
      throw error;
    }
  }

  // The dual vector of a certificate that is read, in fractions n/d.
  function dualOf(problemText, certificateText) {
    const problem = readProblem(problemText), certificate = readCertificate(certificateText, problem);
    return certificate.duals?.[0] ?? said(problem, certificate);
  }

  const sentence = ({ verdict, reason, lower, upper }) =>
    verdict === "PROVEN" ? `PROVEN ${lower} <= p* <= ${upper}` : `${verdict}: ${reason}`;

  // ---------------------------------------------------------------- SHA-256, of ASCII

  // Words are the first 32 bits of the fractional parts of the roots of the first primes.
  function fractionsOfRoots(primes, power) {
    return primes.map(p => {
      let low = 0n, high = BigInt(p) << 32n; // around p^(1/power) 2^32
      while (high - low > 1n) {
        const middle = (low + high) >> 1n;
        if (middle ** power <= BigInt(p) << (32n * power)) low = middle; else high = middle;
      }
      return Number(low & 0xffffffffn);
    });
  }

  const primes = [];
  for (let p = 2; primes.length < 64; p++) if (primes.every(q => p % q)) primes.push(p);
  const constants = fractionsOfRoots(primes, 3n), start = fractionsOfRoots(primes.slice(0, 8), 2n);

  function sha256(text) {
    const state = [...start];
    const length = (text.length + 9 + 63) & ~63; // a one, zeros, the number of bits
    const data = new DataView(new ArrayBuffer(length));
    for (let i = 0; i < text.length; i++) data.setUint8(i, text.charCodeAt(i));
    data.setUint8(text.length, 0x80);
    data.setBigUint64(length - 8, BigInt(text.length) * 8n);
    const turn = (x, n) => (x >>> n) | (x << (32 - n)), words = new Uint32Array(64);
    for (let block = 0; block < length; block += 64) {
      for (let t = 0; t < 16; t++) words[t] = data.getUint32(block + 4 * t);
      for (let t = 16; t < 64; t++) {
        const x = words[t - 15], y = words[t - 2];
        words[t] = words[t - 16] + words[t - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let t = 0; t < 64; t++) {
        const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants[t] + words[t]) | 0;
        const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
      }
      [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] = (state[i] + x) | 0; });
    }
    return state.map(x => (x >>> 0).toString(16).padStart(8, "0")).join("");
  }

  return { check, dualOf, sentence, sha256 };
})();

// ---------------------------------------------------------------- the command

if (typeof module !== "undefined" && typeof require !== "undefined") {
  module.exports = ConvexLandscape;
  if (require.main === module) {
    const paths = process.argv.slice(2), files = require("node:fs");
    const read = path => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(files.readFileSync(path));
    try {
      if (paths.length === 0 || paths.length % 2) throw new Error("usage: node check.js PROBLEM.json CERTIFICATE.json ...");
      for (let i = 0; i < paths.length; i += 2) {
        const found = ConvexLandscape.check(read(paths[i]), read(paths[i + 1]));
        console.log(ConvexLandscape.sentence(found));
        if (found.verdict !== "PROVEN") process.exitCode = 1;
      }
    } catch (error) {
      console.error(error.message);
      process.exitCode = 2;
    }
  }
}
