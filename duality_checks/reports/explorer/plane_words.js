// What the panel of lines says: polynomials, and what is pointed at.
"use strict";

var PlaneWords = (() => {
  const MINUS = "\u2212", PRIME = "\u2032", SECOND = "\u2033", CHI = "\u03c7", POWERS = { 0: "", 1: "t", 2: "t\u00b2", 3: "t\u00b3" };

  // The coefficients from the highest power down: [1, -5, 6] is t^2 - 5t + 6.
  function polynomial(coefficients) {
    const terms = coefficients.map((value, k) => ({ value, power: coefficients.length - 1 - k })).filter(one => one.value);
    const texts = terms.map(({ value, power }, k) => {
      const number = Math.abs(value) === 1 && power ? "" : String(Math.abs(value));
      const before = k ? (value < 0 ? ` ${MINUS} ` : " + ") : value < 0 ? MINUS : "";
      return `${before}${number}${POWERS[power]}`;
    });
    return texts.join("") || "0";
  }

  // The same as a product, where t^2 - nt + m has whole roots; "" where it has none, or nothing is gained.
  function factors([, n, m]) {
    const root = Math.sqrt(n * n - 4 * m);
    if (!Number.isInteger(root) || !n) return "";
    const [low, high] = [(-n - root) / 2, (-n + root) / 2], factor = x => (x ? `(t ${MINUS} ${x})` : "t");
    return low === high ? `${factor(low)}\u00b2` : factor(low) + factor(high);
  }

  // The whole roots of a polynomial, each as often as it is one, if it has no others; else null.
  function roots(coefficients) {
    const found = [];
    let rest = coefficients;
    for (let root = 0; rest.length > 1; ) {
      const carried = rest.reduce((all, x) => [...all, (all.at(-1) ?? 0) * root + x], []);
      if (carried.pop() === 0) [rest] = [carried, found.push(root)];
      else if (++root > -coefficients[1]) return null;
    }
    return found;
  }

  const product = all => [...new Set(all)].map(root => {
    const power = all.filter(x => x === root).length, factor = root ? `(t ${MINUS} ${root})` : "t";
    return power === 1 ? factor : `${factor}${{ 2: "\u00b2", 3: "\u00b3" }[power]}`;
  }).join("");

  const value = (coefficients, t) => coefficients.reduce((total, x) => total * t + x, 0);

  const counted = (number, noun, many = `${noun}s`) => `${number} ${number === 1 ? noun : many}`;
  const listed = names => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join(""));
  const signText = key => (key ? [...key].map(one => (one === "-" ? MINUS : one)).join("\u2009") : "no signs");

  // The equation of a row.
  function equation([a, b, c]) {
    const term = (x, name, first) => {
      if (!x) return "";
      const number = Common.size(x) === 1n ? "" : String(Common.size(x));
      return `${x < 0n ? (first ? MINUS : ` ${MINUS} `) : first ? "" : " + "}${number}${name}`;
    };
    return `${term(a, "x", true)}${term(b, "y", !a)} = ${String(c).replace("-", MINUS)}`;
  }

  // What makes an arrangement of these rows.
  function code(rows, names) {
    if (!rows.length) return "";
    const list = all => `[${all.join(", ")}]`, own = names.some((name, k) => name !== String(k)) ? `, names=${JSON.stringify(names)}` : "";
    return `Arrangement(${list(rows.map(([a, b]) => list([a, b])))}, ${list(rows.map(([, , c]) => c))}${own})`;
  }

  function ofRegion({ key, bounded, walls }) {
    const place = bounded ? "bounded" : "unbounded";
    return `Region ${signText(key)}: ${place}, with ${counted(walls.length, "wall")}. A step across a wall changes one sign.`;
  }

  function ofPoint({ rows }, place, names) {
    const m = rows.length, where = `(${place?.join(", ").replaceAll("-", MINUS)})`, short = place && where.length < 30 ? ` in ${where}` : "";
    return `Lines ${listed(rows.map(k => names[k]))} meet${short}: a tile with ${2 * m} sides, and ` +
      `${m} ${MINUS} 1 = ${m - 1} for the last number of ${CHI}.`;
  }

  function line(name, row) {
    const text = row && equation(row);
    return text?.length < 30 ? `Line ${name}: ${text}` : `Line ${name}`;
  }

  function ofLine(name, row, on) {
    return `${line(name, row)}. ${counted(on, "point")} on it, so ${counted(on + 1, "piece")}: ` +
      `the sides of one colour in the tiling.`;
  }

  // What chi is made of.
  function reason(found) {
    const many = new Map();
    for (const { rows } of found.points) many.set(rows.length, (many.get(rows.length) ?? 0) + 1);
    const parts = [...many].sort(([a], [b]) => a - b).map(([m, times]) => (m === 2 ? `${times}` : `${times}\u00b7${m - 1}`));
    if (!parts.length) return "no two lines meet";
    const sum = parts.length > 1 || parts[0].includes("\u00b7") ? `${parts.join(" + ")} = ${found.chi[2]}` : parts[0];
    return `each point adds the lines through it ${MINUS} 1: ${sum}`;
  }

  return { MINUS, PRIME, SECOND, CHI, polynomial, factors, roots, product, value, counted, listed, equation, line, code, ofRegion, ofPoint, ofLine, reason, signText };
})();
