// Turning in space, for panels that show it: rotations as three rows, and arcs of great circles seen from the front.
"use strict";

var Turning = (() => {
  const { dot, unit, cross } = Cones;
  const product = (a, b) => a.map(row => [0, 1, 2].map(j => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]));

  // Turned as a ball whose front is pulled to the right and up by so many radians.
  function pulled(turn, right, up) {
    const [c, s, d, t] = [Math.cos(right), Math.sin(right), Math.cos(up), Math.sin(up)];
    const around = [[c, 0, s], [0, 1, 0], [-s, 0, c]], over = [[1, 0, 0], [0, d, t], [0, -t, d]];
    const made = product(over, product(around, turn)), x = unit(made[0]);
    const y = unit(made[1].map((value, i) => value - dot(made[1], x) * x[i])); // it stays a rotation after many steps
    return [x, y, cross(x, y)];
  }

  // Points of the shorter arc from a to b, the last left out.
  function arc(a, b) {
    const steps = Math.max(2, Math.ceil(Math.acos(Math.max(-1, Math.min(1, dot(a, b)))) * 10));
    return Array.from({ length: steps }, (_, k) => unit(a.map((x, i) => x * (steps - k) + b[i] * k)));
  }

  // A point of the sphere in the plane of the picture; from behind it goes to the rim.
  function flat([x, y, z]) {
    const length = z >= 0 ? 1 : Math.hypot(x, y) || 1;
    return [x / length, y / length];
  }

  // The great circle across a normal, in two halves: in front and behind.
  function circle(normal) {
    const [a, b, c] = unit(normal), across = unit(Math.hypot(a, b) > 1e-9 ? [-b, a, 0] : [1, 0, 0]);
    const towards = cross(across, [a, b, c]), sign = towards[2] < 0 ? -1 : 1;
    const half = side => Array.from({ length: 41 }, (_, k) => {
      const angle = (Math.PI * k) / 40;
      return across.map((x, i) => x * Math.cos(angle) + side * sign * towards[i] * Math.sin(angle));
    });
    return { front: half(1), back: half(-1) };
  }

  return { pulled, arc, flat, circle };
})();
