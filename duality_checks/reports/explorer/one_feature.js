// The global optimum of a two-layer ReLU network over one feature, in floats, in a millisecond or so.
//
//     min over t >= 0:  1/2 norm(f - y)^2 + beta sum_j t_j,   f = sum_j t_j s_j phi(X u_j),   X = [x, 1],
//
// over directions u_j of length 1 and signs s_j. With v = y - f the optimum is where g(u) = sum_i v_i phi(x_i cos +
// sin) stays within beta and -beta on the whole circle. g is a sinusoid between the 2m directions at which one of m
// different x has its kink, so its largest values are known in closed form. Neurons are added there and reweighed by
// an active set, and those of one sign between two kinks are one neuron, until the duality gap closes.
"use strict";

const OneFeature = (() => {
  const CLOSED = 1e-9, MOST_ROUNDS = 60, DEPENDENT = 1e-10, NOTHING = 1e-13, MOST_SLIDES = 30;

  const dot = (a, b) => { let total = 0; for (let i = 0; i < a.length; i++) total += a[i] * b[i]; return total; };
  const cross = (a, b) => a[0] * b[1] - a[1] * b[0];
  const unit = a => { const size = Math.hypot(a[0], a[1]); return [a[0] / size, a[1] / size]; };
  const ramp = (x, u) => Float64Array.from(x, at => Math.max(0, at * u[0] + u[1]));

  // The directions at which a sample is switched on, and then off, counterclockwise, and the samples each is of.
  function ring(x) {
    const places = [...new Set(x)].sort((a, b) => b - a);
    const of = new Map(places.map((place, k) => [place, k]));
    const samples = places.map(() => []);
    x.forEach((at, i) => samples[of.get(at)].push(i));
    const on = places.map(place => unit([1, -place]));
    return { places, samples, kinks: [...on, ...on.map(([a, b]) => [-a, -b])] };
  }

  // g = c'u on the arc that follows kink k: 2m gradients; the last arc has every sample off.
  function gradients({ places, samples }, v) {
    const m = places.length, weights = samples.map(those => those.reduce((total, i) => total + v[i], 0));
    const found = Array(2 * m).fill(null).map(() => [0, 0]);
    for (let k = 0, sum = [0, 0]; k < m; k++) found[k] = sum = [sum[0] + weights[k] * places[k], sum[1] + weights[k]];
    for (let k = m - 1, sum = [0, 0]; k > 0; k--) found[m + k - 1] = sum = [sum[0] + weights[k] * places[k], sum[1] + weights[k]];
    return found;
  }

  // The directions at which g, or -g, is largest nearby, and how large; s is the sign of g there.
  function peaks(circle, v) {
    const { kinks } = circle, slopes = gradients(circle, v), count = kinks.length, found = [];
    for (let k = 0; k < count; k++) {
      const c = slopes[k], before = slopes[(k + count - 1) % count], from = kinks[k], to = kinks[(k + 1) % count];
      for (const s of [1, -1]) {
        const size = Math.hypot(c[0], c[1]), at = [s * c[0], s * c[1]];
        if (size > 0 && cross(from, at) > 0 && cross(at, to) > 0) found.push({ u: unit(at), s, value: size });
        const value = s * dot(c, from); // at the kink: rises before it, and does not after it
        if (value > 0 && s * cross(from, before) >= 0 && s * cross(from, c) <= 0) found.push({ u: from, s, value });
      }
    }
    return found;
  }

  const largest = found => found.reduce((most, peak) => Math.max(most, peak.value), 0);

  // Which arc a direction is in, and whether it is one of the kinks that bound it.
  function place({ kinks }, u) {
    const count = kinks.length;
    for (let k = 0; k < count; k++) {
      const to = kinks[(k + 1) % count];
      if (kinks[k][0] === u[0] && kinks[k][1] === u[1]) return k;
      if (cross(kinks[k], u) > 0 && (cross(u, to) > 0 || (count === 2 && k === 0))) return k;
    }
    return count - 1;
  }

  // Orthonormal columns Q and triangular R with A = QR, one column after another.
  class Factors {
    constructor() { [this.Q, this.R] = [[], []]; }

    // The column as a combination of those before it, where it is one; else null, and it is one of them.
    append(column) {
      const { Q, R } = this, q = Float64Array.from(column), r = Array(Q.length).fill(0), whole = Math.sqrt(dot(q, q));
      for (let again = 0; again < 2; again++)
        for (let k = 0; k < Q.length; k++) {
          const share = dot(Q[k], q);
          r[k] += share;
          for (let i = 0; i < q.length; i++) q[i] -= share * Q[k][i];
        }
      const left = Math.sqrt(dot(q, q));
      if (!(left > DEPENDENT * whole) || Q.length === q.length) return backward(R, r);
      R.push([...r, left]);
      Q.push(q.map(value => value / left));
      return null;
    }

    cut(length) { [this.Q.length, this.R.length] = [length, length]; }
  }

  function backward(R, right) { // R t = right, R[j] is column j
    const t = right.slice();
    for (let j = t.length - 1; j >= 0; j--) {
      t[j] /= R[j][j];
      for (let i = 0; i < j; i++) t[i] -= R[j][i] * t[j];
    }
    return t;
  }

  function forward(R, right) { // R' t = right
    const t = right.slice();
    for (let j = 0; j < t.length; j++) {
      for (let i = 0; i < j; i++) t[j] -= R[j][i] * t[i];
      t[j] /= R[j][j];
    }
    return t;
  }

  // As far from t towards t + step as no entry is negative; those that come to nothing are left out.
  function moved(used, t, step, most) {
    let share = most, out = -1;
    step.forEach((change, k) => { if (change < 0 && t[k] + share * change < 0) { share = -t[k] / change; out = k; } });
    const next = t.map((value, k) => (k === out ? 0 : Math.max(0, value + share * step[k])));
    const kept = next.map((value, k) => k).filter(k => next[k] > 0);
    return { used: kept.map(k => used[k]), t: kept.map(k => next[k]), whole: out < 0 };
  }

  // The weights of the neurons that are used, and which are: an active set, as for nonnegative least squares.
  function reweighed(neurons, y, beta) {
    const signed = new Map(neurons.map(one => [one, one.column.map(value => one.s * value)])), factors = new Factors();
    let used = neurons.filter(one => one.t > 0), t = used.map(one => one.t), newest = null;
    const useless = new Set(); // what rounding alone would add, and drop again
    const move = (step, most) => {
      const before = used, next = moved(used, t, step, most);
      ({ used, t } = next);
      const same = before.findIndex((one, k) => used[k] !== one);
      if (same >= 0) factors.cut(Math.min(same, factors.Q.length));
      if (newest && !used.includes(newest)) useless.add(newest);
      newest = null;
      return next.whole;
    };
    for (let turn = 0; turn < 4 * neurons.length + 20; turn++) {
      let dependent = null;
      while (!dependent && factors.Q.length < used.length) dependent = factors.append(signed.get(used[factors.Q.length]));
      if (dependent) { // the same f with less to pay: one neuron against those before it
        const step = used.map((_, k) => (k < dependent.length ? -dependent[k] : k === dependent.length ? 1 : 0));
        const rises = step.reduce((total, change) => total + change, 0) > 0;
        move(rises ? step.map(change => -change) : step, Infinity);
        continue;
      }
      const { Q, R } = factors, pull = forward(R, used.map(() => beta));
      const wanted = backward(R, Q.map((q, k) => dot(q, y) - pull[k]));
      if (!move(wanted.map((value, k) => value - t[k]), 1)) continue;
      const v = residual(used, t, y), best = mostMissed(neurons.filter(one => !used.includes(one) && !useless.has(one)), signed, v, beta);
      if (!best) break;
      newest = best;
      used = [...used, best];
      t = [...t, 0];
    }
    return used.map((one, k) => ({ ...one, t: t[k] }));
  }

  function mostMissed(missing, signed, v, beta) {
    let best = null, most = 0;
    for (const one of missing) {
      const value = dot(signed.get(one), v), gain = (value - beta) / Math.sqrt(dot(one.column, one.column));
      if (value > beta * (1 + NOTHING) && gain > most) [best, most] = [one, gain];
    }
    return best;
  }

  function residual(neurons, t, y) {
    const v = Float64Array.from(y);
    neurons.forEach(({ column, s }, j) => { for (let i = 0; i < v.length; i++) v[i] -= t[j] * s * column[i]; });
    return v;
  }

  // Neurons of one sign between the same two kinks are one: the same function, and less to pay.
  function merged(circle, x, neurons) {
    const groups = new Map();
    for (const one of neurons) {
      const key = `${one.s} ${place(circle, one.u)}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    return [...groups.values()].map(group => {
      if (group.length === 1) return group[0];
      const w = group.reduce(([a, b], { u, t }) => [a + t * u[0], b + t * u[1]], [0, 0]), u = unit(w);
      return { u, s: group[0].s, column: ramp(x, u), t: Math.hypot(w[0], w[1]) };
    });
  }

  // Newton's method for neurons that slide between their kinks: 1/2 norm(f - y)^2 + beta sum_j norm(w_j), w_j = t_j u_j
  // in the arc it is in. One at a kink keeps its direction; one that comes to a kink stays there.
  function slid(circle, x, y, beta, neurons) {
    for (let turn = 0; turn < MOST_SLIDES; turn++) {
      const parts = neurons.map(one => ({ one, k: place(circle, one.u), w: one.u.map(value => one.t * value) }));
      for (const part of parts) part.free = circle.kinks[part.k] !== part.one.u && cross(circle.kinks[part.k], part.one.u) !== 0;
      if (!parts.some(part => part.free)) return neurons;
      const steps = newtonStep(x, y, beta, parts), before = cost(neurons, y, beta);
      if (!steps) return neurons;
      let next = null;
      for (let share = 1; !next && share > 1e-3; share /= 4) {
        const tried = parts.flatMap((part, j) => stepped(circle, x, part, steps[j], share));
        if (cost(tried, y, beta) < before * (1 - 1e-15)) next = tried;
      }
      if (!next) return neurons;
      neurons = next;
    }
    return neurons;
  }

  const cost = (neurons, y, beta) => {
    const v = residual(neurons, neurons.map(one => one.t), y);
    return 0.5 * dot(v, v) + beta * neurons.reduce((total, one) => total + one.t, 0);
  };

  function stepped({ kinks }, x, { one, k, w, free }, step, share) {
    if (!free) return one.t + share * step[0] > 0 ? [{ ...one, t: one.t + share * step[0] }] : [];
    const next = w.map((value, i) => value + share * step[i]), [from, to] = [kinks[k], kinks[(k + 1) % kinks.length]];
    if (dot(next, one.u) <= 0) return [{ ...one, t: one.t / 4 }];
    const u = cross(from, next) <= 0 ? from : cross(next, to) <= 0 ? to : unit(next);
    return [{ u, s: one.s, column: ramp(x, u), t: Math.abs(dot(next, u)) }];
  }

  function newtonStep(x, y, beta, parts) {
    const columns = [], owner = [], v = residual(parts.map(part => part.one), parts.map(part => part.one.t), y);
    parts.forEach(({ one, free }, j) => {
      if (!free) columns.push(one.column.map(value => one.s * value));
      else for (const i of [0, 1]) columns.push(one.column.map((value, k) => (value > 0 ? one.s * (i ? 1 : x[k]) : 0)));
      owner.push(...(free ? [[j, 0], [j, 1]] : [[j, -1]]));
    });
    const H = columns.map(a => columns.map(b => dot(a, b))), right = columns.map((column, i) => {
      const [j, e] = owner[i];
      return dot(column, v) - beta * (e < 0 ? 1 : parts[j].one.u[e]);
    });
    owner.forEach(([j, e], a) => owner.forEach(([other, f], b) => {
      if (j !== other || e < 0) return;
      const { u, t } = parts[j].one;
      H[a][b] += (beta / t) * ((e === f ? 1 : 0) - u[e] * u[f]);
    }));
    const found = symmetric(H, right);
    if (!found) return null;
    const steps = parts.map(() => []);
    owner.forEach(([j], a) => steps[j].push(found[a]));
    return steps;
  }

  function symmetric(H, right) { // H z = right by Cholesky; what is singular becomes a little less so
    const size = right.length, L = H.map(row => row.slice());
    for (let j = 0; j < size; j++) {
      L[j][j] += 1e-13 * H[j][j];
      for (let k = 0; k < j; k++) L[j][j] -= L[j][k] * L[j][k];
      if (!(L[j][j] > 0)) return null;
      L[j][j] = Math.sqrt(L[j][j]);
      for (let i = j + 1; i < size; i++) {
        for (let k = 0; k < j; k++) L[i][j] -= L[i][k] * L[j][k];
        L[i][j] /= L[j][j];
      }
    }
    const z = right.slice();
    for (let j = 0; j < size; j++) { for (let k = 0; k < j; k++) z[j] -= L[j][k] * z[k]; z[j] /= L[j][j]; }
    for (let j = size - 1; j >= 0; j--) { for (let k = j + 1; k < size; k++) z[j] -= L[k][j] * z[k]; z[j] /= L[j][j]; }
    return z;
  }

  // The best multiple of v that is feasible, and its value: a lower bound on the optimum (statement 2.5).
  function below(v, y, beta, size) {
    const square = dot(v, v), along = dot(v, y);
    if (!(square > 0) || along <= 0) return 0;
    const multiple = Math.min(along / square, size > 0 ? beta / size : Infinity);
    return multiple * along - 0.5 * multiple * multiple * square;
  }

  // x, y: arrays of numbers; start: neurons {u, s} of a problem near by.
  function solve(x, y, beta, start = []) {
    const circle = ring(x), bound = largest(peaks(circle, y));
    let neurons = start.map(({ u, s }) => ({ u, s, column: ramp(x, u), t: 0 }));
    let best = null, lower = 0;
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      neurons = slid(circle, x, y, beta, merged(circle, x, reweighed(neurons, y, beta)));
      const v = residual(neurons, neurons.map(one => one.t), y), found = peaks(circle, v), size = largest(found);
      const penalty = beta * neurons.reduce((total, one) => total + one.t, 0), upper = 0.5 * dot(v, v) + penalty;
      lower = Math.max(lower, below(v, y, beta, size));
      if (!best || upper <= best.upper) best = { neurons, v, upper, size, rounds: round };
      if (best.upper - lower <= CLOSED * best.upper) break;
      neurons = [...neurons, ...found.filter(peak => peak.value > beta).map(({ u, s }) => ({ u, s, column: ramp(x, u), t: 0 }))];
    }
    const gap = Math.max(0, best.upper - lower);
    return { ...best, lower, gap, relative: best.upper > 0 ? gap / best.upper : 0, largest: bound, circle };
  }

  const value = (neurons, at) => neurons.reduce((total, { u, s, t }) => total + s * t * Math.max(0, at * u[0] + u[1]), 0);
  const dual = (x, v, u) => x.reduce((total, at, i) => total + v[i] * Math.max(0, at * u[0] + u[1]), 0);
  const betaMax = (x, y) => largest(peaks(ring(x), y));

  return { solve, value, dual, betaMax, CLOSED };
})();
