// What a sphere of directions shows, in floats: the chambers of a problem of rank 3 as polygons of great arcs, the
// cones of a cover, and what is known at a direction. Points p are on the unit sphere; u = weights p are a neuron's.
"use strict";

const Chambers = (() => {
  const { dot, cross, unit, times, orthonormal, corners, largest } = Cones;
  const FINE = 0.12; // the longest straight edge

  // The points of a polygon's edges, close enough for straight lines between them; one array of numbers.
  function outline(polygon) {
    const points = polygon.flatMap((from, i) => {
      const to = polygon[(i + 1) % polygon.length], parts = Math.max(1, Math.ceil(Math.acos(Math.min(1, dot(from, to))) / FINE));
      return Array.from({ length: parts }, (_, k) => unit(from.map((x, e) => x * (parts - k) + to[e] * k))).flat();
    });
    return Float64Array.from(points);
  }

  function signsOf({ signs }, n) { // for each chamber a text of n letters: 1 where its rows are positive
    const bytes = Uint8Array.from(atob(signs), letter => letter.charCodeAt(0)), width = Math.ceil(n / 8);
    return Array.from({ length: bytes.length / width }, (_, i) => {
      let text = "";
      for (let k = 0; k < n; k++) text += (bytes[i * width + (k >> 3)] >> (k & 7)) & 1;
      return text;
    });
  }

  // Chambers with their signs, the largest values of v'phi(Xu) and of its negative in them, and an outline.
  function chambersOf(data) {
    if (!data.chambers) return [];
    const rows = data.first.map(k => unit(data.rows[k]));
    return signsOf(data.chambers, data.rows.length).map((signs, i) => {
      const polygon = corners(data.first.map((k, j) => (signs[k] === "1" ? rows[j] : rows[j].map(x => -x))));
      return { number: i, signs, plus: data.chambers.plus[i], minus: data.chambers.minus[i], points: polygon.length > 2 ? outline(polygon) : null };
    });
  }

  // The cones of one side of a cover: [face, lower, upper, share] in its own coordinates t, p = to t.
  function conesOf(data, side) {
    if (!data.cones) return [];
    return data.cones[side].map(([face, ...rest], number) => {
      const lower = rest.slice(0, 3), upper = rest.slice(3, 6), free = [0, 1, 2].filter(i => i !== face);
      const polygon = [[0, 0], [1, 0], [1, 1], [0, 1]].map(turn => {
        const t = lower.slice();
        free.forEach((i, e) => { if (turn[e]) t[i] = upper[i]; });
        return unit(times(data.cones.to, t));
      });
      return { number, face, lower, upper, share: rest[6], points: outline(polygon) };
    });
  }

  function inverse([a, b, c]) { // of a 3 x 3 matrix, by its minors
    const columns = [cross(b, c), cross(c, a), cross(a, b)], size = dot(a, columns[0]);
    return [0, 1, 2].map(i => columns.map(column => column[i] / size));
  }

  // The chamber of a direction, where the page has no list: in coordinates w in which norm(w) = norm(u).
  function chamberAround(data, signs) {
    const sides = data.first.map(k => (signs[k] === "1" ? data.rows[k] : data.rows[k].map(x => -x))).map(unit), polygon = corners(sides);
    if (polygon.length < 3) return null;
    const c = [0, 1, 2].map(i => data.rows.reduce((total, row, k) => total + data.z[k] * (signs[k] === "1" ? 1 : data.kappa) * row[i], 0));
    const straight = orthonormal([0, 1, 2].map(i => data.weights.map(line => line[i]))); // so many weights of length 1
    const metric = straight.map(weights => [0, 1, 2].map(i => weights.reduce((total, x, j) => total + x * data.weights[j][i], 0)));
    const away = inverse(metric), gradient = [0, 1, 2].map(i => away.reduce((total, row, k) => total + row[i] * c[k], 0));
    const rays = polygon.map(p => times(metric, p));
    return { signs, plus: largest(rays, gradient), minus: largest(rays, gradient.map(x => -x)), points: outline(polygon) };
  }

  // What answers questions about directions.
  function model(data) {
    const chambers = chambersOf(data), numbers = new Map(chambers.map(one => [one.signs, one]));
    const cones = { plus: conesOf(data, "plus"), minus: conesOf(data, "minus") };
    const back = data.cones ? inverse(data.cones.to) : null;
    const heights = p => data.rows.map(row => dot(row, p));
    return {
      chambers, cones,
      weights: p => { const u = times(data.weights, p), size = Math.hypot(...u); return u.map(x => x / size); },
      signs: p => heights(p).map(height => (height > 0 ? 1 : 0)).join(""),
      chamber(p) {
        const signs = this.signs(p);
        return chambers.length ? numbers.get(signs) ?? null : chamberAround(data, signs);
      },
      // v'phi(Xu), u of length 1.
      value: p => heights(p).reduce((total, t, k) => total + data.z[k] * (t > 0 ? t : data.kappa * t), 0) / Math.hypot(...times(data.weights, p)),
      cone(side, p) {
        if (!back) return null;
        const t = times(back, p);
        return cones[side].find(({ face, lower, upper }) => {
          const size = Math.abs(t[face]);
          return t.every((x, i) => x >= size * (lower[i] - 1e-12) && x <= size * (upper[i] + 1e-12));
        }) ?? null;
      },
    };
  }

  return { model };
})();
