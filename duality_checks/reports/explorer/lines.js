// Lines in the plane, exactly: what they count, and lines that can be held. No page is needed here, and no float
// decides anything: all signs are those of whole numbers.
"use strict";

var Lines = (() => {
  const { sign, primitive, Rational } = Common;

  // ---------------------------------------------------------------- regions, edges, points

  // The line ax + by = c as a primitive row of whole numbers, the first of a and b that is not zero positive.
  function canonical(line) {
    const values = line.map(Rational.of), scale = values.reduce((total, x) => total * x.bottom, 1n);
    const row = primitive(values.map(x => (x.top * scale) / x.bottom));
    const side = sign(row[0]) || sign(row[1]);
    if (!side) throw new RangeError(`${line} is no line: a and b are zero`);
    return side < 0 ? row.map(x => -x) : row;
  }

  // Where two lines meet: (x, y, w) in whole numbers for the point (x/w, y/w), w > 0; null if they are parallel.
  function meeting([a, b, c], [d, e, f]) {
    const point = primitive([c * e - f * b, a * f - d * c, a * e - d * b]), turn = BigInt(sign(point[2]));
    return turn ? point.map(x => x * turn) : null;
  }

  const heightAbove = ([a, b, c], [x, y, w]) => sign(a * x + b * y - c * w);

  function crossings(rows) {
    const points = new Map();
    rows.forEach((row, i) => rows.slice(0, i).forEach((other, j) => {
      const at = meeting(row, other);
      if (!at) return;
      const key = at.join();
      if (!points.has(key)) points.set(key, { key, at, rows: new Set() });
      points.get(key).rows.add(i).add(j);
    }));
    return [...points.values()].map(point => ({ ...point, rows: [...point.rows].sort((i, j) => i - j) }));
  }

  // The points on row k in the order of its direction (-b, a).
  function pointsOn({ rows, points }, k) {
    const [a, b] = rows[k], along = ([x, y]) => a * y - b * x;
    const on = points.filter(point => point.rows.includes(k));
    return on.sort(({ at: p }, { at: q }) => sign(along(p) * q[2] - along(q) * p[2]));
  }

  // A point of a line before all the points that others have on it.
  function start([a, b, c], [first]) {
    if (!first) return [a * c, b * c, a * a + b * b];
    const [x, y, w] = first.at;
    return [x + b * w, y - a * w, w];
  }

  const keyOf = signs => signs.map(one => (one > 0 ? "+" : "-")).join("");
  const regionOf = (key, bounded) => ({ key, signs: [...key].map(one => (one === "+" ? 1 : -1)), bounded, walls: [] });

  function different(lines) {
    const rows = [], rowOf = [], seen = new Map();
    for (const line of lines) {
      const row = canonical(line), key = row.join();
      if (!seen.has(key)) seen.set(key, rows.push(row) - 1);
      rowOf.push(seen.get(key));
    }
    return { rows, rowOf };
  }

  // Everything about lines [a, b, c], each number what Rational.of takes. Lines that are equal count once: `rows`
  // are the different ones, `rowOf` says which of them each line is.
  //   points:  { key, at: [x, y, w], rows: [those through it] }
  //   edges:   { row, below, above, bounded, ends }: a piece of a line, with the keys of the regions beside it and of
  //            the points at its ends
  //   regions: { key: "+-+", signs: [1, -1, 1], bounded, walls: [rows] }, one sign a row: that of ax + by - c
  //   chi:     [1, -n, m]: the coefficients of t^2, t, 1, by Moebius values: m adds up (lines through it) - 1
  function study(lines) {
    const { rows, rowOf } = different(lines);
    const points = crossings(rows), edges = rows.flatMap((_, k) => edgesOn(rows, points, k));
    const regions = new Map(rows.length ? [] : [["", regionOf("", false)]]);
    for (const { row, below, above, bounded } of edges) {
      for (const key of [below, above]) {
        if (!regions.has(key)) regions.set(key, regionOf(key, true));
        const region = regions.get(key);
        region.bounded &&= bounded;
        region.walls.push(row);
      }
    }
    const chi = [1, -rows.length, points.reduce((total, point) => total + point.rows.length - 1, 0)];
    return { rows, rowOf, points, edges, regions: [...regions.values()], chi };
  }

  // The pieces of row k, in the order of its direction: at each point the lines through it change sides.
  function edgesOn(rows, points, k) {
    const on = pointsOn({ rows, points }, k), at = start(rows[k], on), signs = rows.map(row => heightAbove(row, at));
    return Array.from({ length: on.length + 1 }, (_, place) => {
      for (const row of place ? on[place - 1].rows : []) signs[row] *= -1;
      const key = keyOf(signs), [below, above] = ["-", "+"].map(one => key.slice(0, k) + one + key.slice(k + 1));
      const ends = on.slice(Math.max(0, place - 1), place + 1).map(point => point.key);
      return { row: k, below, above, ends, bounded: ends.length === 2 };
    });
  }

  // Where lines meet.
  const pointsOf = lines => crossings(different(lines).rows);

  // Without row k, and on it: the points where the others meet it, whose polynomial is t - (how many).
  const deletion = ({ rows }, k) => study(rows.filter((_, i) => i !== k));

  function restriction(found, k) {
    const points = pointsOn(found, k);
    return { points, chi: [1, -points.length] };
  }

  // ---------------------------------------------------------------- lines that can be held

  // { id, mid, half }: the ends to hold are mid + half and mid - half.
  const plus = (p, q) => p.map((x, i) => x.plus(q[i]));
  const minus = (p, q) => p.map((x, i) => x.minus(q[i]));
  const times = (p, factor) => p.map(x => x.times(factor));
  const isZero = p => p.every(x => x.sign() === 0);
  const HALF = new Rational(1n, 2n);

  const ends = ({ mid, half }) => [plus(mid, half), minus(mid, half)];
  const between = (id, p, q) => ({ id, mid: times(plus(p, q), HALF), half: times(minus(p, q), HALF) });

  function equation({ mid, half }) {
    const [a, b] = [half[1].negated(), half[0]];
    return [a, b, a.times(mid[0]).plus(b.times(mid[1]))];
  }

  // The line ax + by = c, held beside its point next to the origin, its ends about so far from there.
  function held(id, line, reach) {
    const [a, b, c] = line.map(Rational.of), square = a.times(a).plus(b.times(b));
    const length = Rational.of(Math.round((16 * reach) / Math.sqrt(square.toNumber())) || 1).over(new Rational(16n));
    return { id, mid: times([a, b], c.over(square)), half: times([b, a.negated()], length) };
  }

  // The line with one of its ends (0 or 1) at another place; null where that is no line.
  function turned(line, end, at) {
    const other = ends(line)[1 - end], made = end === 0 ? between(line.id, at, other) : between(line.id, other, at);
    return isZero(made.half) ? null : made;
  }

  // The same when all lines go through the origin: the other end is opposite.
  function turnedAbout(line, end, at) {
    return isZero(at) ? null : { ...line, half: end === 0 ? at : times(at, new Rational(-1n)) };
  }

  // The parallel line through a point (x, y, w), its ends moved up or sideways, whichever is less.
  function through(line, [x, y, w]) {
    const [a, b, c] = equation(line), at = [new Rational(x, w), new Rational(y, w)];
    const rest = a.times(at[0]).plus(b.times(at[1])).minus(c);
    const steep = a.times(a).compare(b.times(b)) > 0, none = new Rational(0n);
    return { ...line, mid: plus(line.mid, steep ? [rest.over(a), none] : [none, rest.over(b)]) };
  }

  const placed = (line, mid) => ({ ...line, mid });
  const shrunk = (line, share) => ({ ...line, mid: times(line.mid, share) });

  return {
    study, pointsOf, deletion, restriction, canonical,
    ends, between, equation, held, turned, turnedAbout, through, placed, shrunk, plus,
  };
})();
