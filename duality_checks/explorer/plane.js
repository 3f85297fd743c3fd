// Lines in the plane: what they count. `mountPlane.study` is the arithmetic, exact in whole numbers and without a
// page; the rest draws, in floats.
"use strict";

var mountPlane = (() => {
  const { element, sign, primitive, Rational } = Common;

  // ---------------------------------------------------------------- exact: regions, edges, points

  // The line ax + by = c as a primitive row of whole numbers whose first entry is positive; `side` is -1 where
  // that turned it over.
  function canonical(line) {
    const values = line.map(Rational.of), scale = values.reduce((total, x) => total * x.bottom, 1n);
    const row = primitive(values.map(x => (x.top * scale) / x.bottom));
    const side = sign(row[0]) || sign(row[1]);
    if (!side) throw new RangeError(`${line} is no line: a and b are zero`);
    return { row: side < 0 ? row.map(x => -x) : row, side };
  }

  // Where two lines meet: (x, y, w) in whole numbers, the point (x/w, y/w), w > 0; null if they are parallel.
  function meeting([a, b, c], [d, e, f]) {
    const point = primitive([c * e - f * b, a * f - d * c, a * e - d * b]);
    const turn = BigInt(sign(point[2]));
    return turn ? point.map(x => x * turn) : null;
  }

  const heightAbove = ([a, b, c], [x, y, w]) => sign(a * x + b * y - c * w);

  // Points on a line, one inside each of its pieces, in the order of its direction (-b, a).
  function samples([a, b, c], points) {
    if (!points.length) return [[a * c, b * c, a * a + b * b]];
    const along = ([x, y, w], by) => [x - by * b * w, y + by * a * w, w];
    const between = points.slice(1).map(([x, y, w], k) => {
      const [u, v, z] = points[k];
      return [x * z + u * w, y * z + v * w, 2n * w * z];
    });
    return [along(points[0], -1n), ...between, along(points.at(-1), 1n)];
  }

  function crossings(rows) {
    const points = new Map();
    rows.forEach((row, i) => rows.slice(0, i).forEach((other, j) => {
      const at = meeting(row, other);
      if (!at) return;
      const key = at.join();
      if (!points.has(key)) points.set(key, { at, lines: new Set() });
      points.get(key).lines.add(i).add(j);
    }));
    return [...points.values()].map(({ at, lines }) => ({ at, lines: [...lines].sort((i, j) => i - j) }));
  }

  // Everything about lines [a, b, c], each number a BigInt or what Rational.of takes. Lines that are equal count
  // once: `rows` are the different ones, `rowOf` says which of them each line is.
  //   regions: { key: "+-+", signs: [1, -1, 1], bounded }, one sign a row, of ax + by - c
  //   edges:   { row, below, above, bounded }: a piece of a line between two regions
  //   points:  { at: [x, y, w], lines: [rows through it] }
  //   chi:     [1, -n, sum of (lines through the point) - 1]: the coefficients of t^2, t, 1
  function study(lines) {
    const rows = [], rowOf = [], seen = new Map();
    for (const line of lines) {
      const { row } = canonical(line), key = row.join();
      if (!seen.has(key)) seen.set(key, rows.push(row) - 1);
      rowOf.push(seen.get(key));
    }
    const points = crossings(rows), regions = new Map(), edges = [];
    const region = signs => {
      const key = signs.map(one => (one > 0 ? "+" : "-")).join("");
      if (!regions.has(key)) regions.set(key, { key, signs, bounded: true });
      return regions.get(key);
    };
    rows.forEach((row, k) => {
      const [a, b] = row, along = ([x, y]) => a * y - b * x;
      const on = points.filter(point => point.lines.includes(k)).map(point => point.at);
      on.sort((p, q) => sign(along(p) * q[2] - along(q) * p[2]));
      const pieces = samples(row, on);
      pieces.forEach((at, place) => {
        const signs = rows.map(other => heightAbove(other, at));
        const [below, above] = [-1, 1].map(side => region(signs.map((one, i) => (i === k ? side : one))));
        const bounded = place > 0 && place < pieces.length - 1;
        if (!bounded) below.bounded = above.bounded = false;
        edges.push({ row: k, below: below.key, above: above.key, bounded });
      });
    });
    if (!rows.length) region([]).bounded = false;
    const chi = [1, -rows.length, points.reduce((total, point) => total + point.lines.length - 1, 0)];
    return { rows, rowOf, points, regions: [...regions.values()], edges, chi };
  }

  // ---------------------------------------------------------------- the panel

  function mount(root, data) {
    const found = study(data ? data.lines : [[1, 0, -3], [0, 1, 2], [1, 1, 3], [1, -1, 0], [2, 1, -4]]);
    root.append(element("p", {}, `${found.rows.length} lines, ${found.regions.length} regions`));
  }

  return Object.assign(function mountPlane(root, data) { mount(root, data); }, { study });
})();
