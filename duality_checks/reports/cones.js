// Vectors of floats, and cones between planes: the rays around one in space, and what a linear function reaches on it.
"use strict";

var Cones = (() => {
  const INSIDE = -1e-12; // how far beside a wall rounding leads

  function dot(a, b) {
    let total = 0;
    for (let i = 0; i < a.length; i++) total += a[i] * b[i];
    return total;
  }
  const times = (matrix, vector) => matrix.map(row => dot(row, vector));
  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const unit = a => { const length = Math.hypot(...a) || 1; return a.map(x => x / length); };

  // Unit vectors at right angles, the first k of which span what the first k of some independent vectors do.
  function orthonormal(vectors) {
    return vectors.reduce((found, vector) => [...found, unit(found.reduce((rest, q) => {
      const along = dot(rest, q);
      return rest.map((x, i) => x - along * q[i]);
    }, vector))], []);
  }

  // The rays around the cone { p : side'p >= 0 for all sides }, sides of length 1, in the order in which they turn to
  // the left: the cone of three sides, clipped by the others.
  function corners(sides) {
    const [first] = sides, farthest = size => sides.reduce((best, side) => (size(side) > size(best) ? side : best));
    const second = farthest(side => Math.hypot(...cross(first, side))), axis = cross(first, second);
    const third = farthest(side => Math.abs(dot(axis, side))), [a, b] = dot(axis, third) > 0 ? [second, third] : [third, second];
    let found = [cross(a, b), cross(b, first), cross(first, a)].map(unit);
    for (const side of sides) {
      const heights = found.map(ray => dot(side, ray));
      if (heights.every(height => height > INSIDE)) continue;
      found = found.flatMap((ray, i) => {
        const k = (i + 1) % found.length, kept = heights[i] >= 0 ? [ray] : [];
        if (heights[i] * heights[k] >= 0) return kept;
        const on = ray.map((x, e) => (x * heights[k] - found[k][e] * heights[i]) * Math.sign(heights[k]));
        return [...kept, unit(on)];
      });
    }
    return found;
  }

  // The largest c'w, norm(w) <= 1, on the cone of these rays, in a plane or in space: at c itself, on a wall, or on a ray.
  function largest(rays, c) {
    const next = i => rays[(i + 1) % rays.length];
    if (c.length === 3 && rays.every((a, i) => dot(cross(a, next(i)), c) >= 0)) return Math.hypot(...c);
    return rays.reduce((most, a, i) => {
      const [x, y] = orthonormal([a, next(i)]), end = [dot(x, next(i)), dot(y, next(i))], [s, t] = [dot(c, x), dot(c, y)];
      const between = t > 0 && s * end[1] >= t * end[0];
      return Math.max(most, dot(c, unit(a)), between ? Math.hypot(s, t) : 0);
    }, 0);
  }

  return { dot, times, cross, unit, orthonormal, corners, largest };
})();
