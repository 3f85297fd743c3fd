// A panel of the sphere of all directions of a neuron's weights, for a problem of rank 3 that was solved and proven. It is
// turned by the pointer or by arrow keys; chambers, or the cones of the proof, are coloured by how near they come to beta.
"use strict";

function mountSphere(root, data) {
  const { element, svg, draggable } = Common, { cross, dot, times, unit } = Cones, { pulled } = Turning;
  const model = Chambers.model(data), FADE = 3, MOST_CIRCLES = 150, MOST_BUTTONS = 8, MOST_SIGNS = 60, ARC = 32;
  const start = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const state = { turn: start, view: model.chambers.length ? "chambers" : "plus", asked: null, moving: false };

  // ---------------------------------------------------------------- the parts of the panel

  const canvas = element("canvas", { tabindex: "0", role: "img", "aria-label": "the sphere of directions; the arrow keys turn it, and what is in its middle is told beside it" });
  const views = [
    ["chambers", "chambers", model.chambers.length], ["plus", "cones of the proof, for v", model.cones.plus.length], ["minus", "for \u2212v", model.cones.minus.length],
  ].filter(([, , count]) => count > 0);
  const buttons = views.map(([view, name]) => element("button", { type: "button", "data-view": view, onclick: () => shown(view) }, name));
  const neurons = data.neurons.slice(0, MOST_BUTTONS).map(({ at, output }, j) =>
    element("button", { type: "button", class: `to ${output > 0 ? "plus" : "minus"}`, onclick: () => facing(at) }, `neuron ${j + 1}`));
  const rest = data.neurons.length > MOST_BUTTONS ? `and ${data.neurons.length - MOST_BUTTONS} more` : "";
  const caption = element("figcaption"), HOW = "Drag to turn, or use the arrow keys; point at a piece to ask about it. A dot is a neuron of the optimum, pale behind the sphere. ";
  const CAPTIONS = {
    chambers: "Each great circle is a sample, on for the neurons on one side of it. The fuller the colour of a chamber, the nearer v\u2032\u03c6(Xu), or its negative, comes to \u03b2 in it: slack 0 where it is full.",
    plus: "Each piece is a cone of the certificate. On all of it one linear function is above v\u2032\u03c6(Xu) and below \u03b2, full colour where just below; where that was not so the cone was halved.",
    minus: "The same for \u2212v: each piece is a cone on which one linear function is above \u2212v\u2032\u03c6(Xu) and below \u03b2.",
  };
  const told = element("dl", { class: "asked" }), facts = element("dl", { class: "facts" });

  root.classList.add("sphere");
  root.append(
    element("p", { class: "says" }, says()),
    element("div", { class: "tools" }, ...buttons),
    element("div", { class: "globe" },
      element("figure", {}, canvas, element("div", { class: "scale" }, element("span", {}, "\u2212v touches \u03b2"), element("i", {}), element("span", {}, "v touches \u03b2")),
        caption),
      element("div", {}, facts, element("div", { class: "tools" }, ...neurons, rest, element("button", { type: "button", class: "back", onclick: () => turned(start) }, "as it began")), told)),
  );

  function says() {
    const width = data.neurons.length, many = `${width} neuron${width === 1 ? "" : "s"}`;
    return "Each point of this sphere is a direction u of the weights of a neuron, and great circles, one a sample, cut it into chambers in which the same samples are on. "
      + (width === 0 ? "The optimum is zero: " : `The optimum has ${many}: `) + "v\u2032\u03c6(Xu) passes neither \u03b2 nor \u2212\u03b2 anywhere, which is proven" + (width === 0 ? "; no neuron pays for its weight decay." : ", and neurons sit where a chamber has no slack left.");
  }

  const short = value => Number(value.toPrecision(4)).toString().replaceAll("-", "\u2212");
  const fact = (key, name, text) => element("div", {}, element("dt", {}, name), element("dd", { "data-fact": key }, text));
  facts.append(
    fact("data", "data", data.title),
    fact("interval", "proven", `${data.lower} \u2264 p* \u2264 ${data.upper}`),
    fact("beta", "weight decay \u03b2", short(data.beta)),
    fact("chambers", "chambers", model.chambers.length ? model.chambers.length.toLocaleString("en") : "too many to draw"),
    fact("cones", "cones of the proof", model.cones.plus.length ? (model.cones.plus.length + model.cones.minus.length).toLocaleString("en") : "too many to draw"),
  );

  // ---------------------------------------------------------------- what changes

  function shown(view) {
    state.view = view;
    draw();
  }

  function turned(turn) {
    state.turn = turn;
    draw();
  }

  function facing(at) { // the point in the middle, what is up staying up as far as it can
    const up = state.turn[1], right = cross(up, at), safe = Math.hypot(...right) > 1e-6 ? unit(right) : state.turn[0];
    state.asked = at;
    turned([safe, cross(at, safe), at]);
    tell();
  }

  function ask(p) {
    state.asked = p;
    tell();
    draw();
  }

  // ---------------------------------------------------------------- what is told

  function tell() {
    const p = state.asked;
    if (!p) { told.replaceChildren(element("dt", {}, "chamber"), element("dd", {}, "point at one")); return; }
    const signs = model.signs(p), chamber = model.chamber(p), n = signs.length, on = [...signs].flatMap((sign, k) => (sign === "1" ? [k] : []));
    const value = model.value(p), cones = ["plus", "minus"].map(side => model.cone(side, p));
    const weights = model.weights(p).map((w, j) => `${data.names[j]} ${short(w)}`).join(", ");
    const rows = [
      ["weights u", weights],
      ["signs of x_k\u2032u", [...signs].slice(0, MOST_SIGNS).map((sign, k) => (sign === "1" ? "+" : data.rows[k].some(x => x !== 0) ? "\u2212" : "0")).join("") + (n > MOST_SIGNS ? `\u2026 (${n} samples)` : "")],
      ["samples on", on.length ? `${on.length} of ${n}: ${ranges(on)}` : `none of ${n}`],
      ["v\u2032\u03c6(Xu) here", `${short(value)} = ${short(value / data.beta)} \u03b2`],
      ["slack of the chamber", chamber ? `${short(data.beta - chamber.plus)} for v, ${short(data.beta - chamber.minus)} for \u2212v` : "too thin for floats to say"],
      ["what proves it", cones.map((cone, k) => cone && `${k ? "\u2212v" : "v"}: at most ${cone.share.toFixed(4)} \u03b2 on a cone around u`).filter(Boolean).join("; ") || "a cover of all directions"],
      ["neurons in it", inside(signs)],
    ];
    told.replaceChildren(...rows.flatMap(([name, text]) => [element("dt", {}, name), element("dd", { class: "mono" }, text)]));
  }

  function inside(signs) { // those on its walls too
    const found = data.neurons.flatMap(({ at, output }, j) => {
      const heights = data.rows.map(row => dot(row, at)), sizes = data.rows.map(row => Math.hypot(...row));
      const near = heights.map((height, k) => Math.abs(height) <= 1e-7 * sizes[k]);
      const same = heights.every((height, k) => near[k] || (height > 0 ? "1" : "0") === signs[k]);
      return same ? [`neuron ${j + 1}${near.some((small, k) => small && sizes[k] > 0) ? ", at its edge" : ""} (output weight ${short(output)})`] : [];
    });
    return found.join(", ") || "none";
  }

  function ranges(numbers) { // 0-2, 5
    const parts = [];
    for (const k of numbers) {
      const last = parts.at(-1);
      if (last && last[1] === k - 1) last[1] = k; else parts.push([k, k]);
    }
    return parts.slice(0, 12).map(([a, b]) => (a === b ? `${a}` : `${a}\u2013${b}`)).join(", ") + (parts.length > 12 ? ", \u2026" : "");
  }

  // ---------------------------------------------------------------- the drawing

  let size = 0, waiting = false;
  const middle = () => size / 2, radius = () => size / 2 - 8;

  function draw() { // at most once a frame
    root.dataset.facing = state.turn[2].map(x => x.toFixed(4)).join(" ");
    caption.textContent = HOW + CAPTIONS[state.view];
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
    if (!waiting) requestAnimationFrame(() => { waiting = false; paint(); });
    waiting = true;
  }

  function colours() {
    const style = getComputedStyle(root);
    return Object.fromEntries(["ink", "muted", "rule", "raised", "plus", "minus", "good"].map(name => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  function paint() {
    const width = Math.round(canvas.getBoundingClientRect().width), scale = devicePixelRatio || 1;
    size = Math.max(120, width);
    [canvas.width, canvas.height] = [size * scale, size * scale];
    const pen = canvas.getContext("2d"), colour = colours();
    pen.scale(scale, scale);
    pen.lineJoin = "round";
    disc(pen, radius());
    pen.fillStyle = colour.raised;
    pen.fill();
    if (state.view === "chambers") paintChambers(pen, colour); else paintCones(pen, colour, state.view);
    circles(pen, colour);
    disc(pen, radius());
    pen.strokeStyle = colour.ink;
    pen.lineWidth = 1.2;
    pen.stroke();
    marks(pen, colour);
    data.neurons.forEach(neuron => dotted(pen, colour, neuron));
  }

  function disc(pen, r) {
    pen.beginPath();
    pen.arc(middle(), middle(), r, 0, 2 * Math.PI);
  }

  // The path of an outline; what is behind the sphere goes along its edge. False where all of it is behind.
  function traced(pen, points) {
    const [x, y, z] = state.turn, m = middle(), R = radius();
    let front = false;
    pen.beginPath();
    for (let i = 0; i < points.length; i += 3) {
      const [a, b, c] = [points[i], points[i + 1], points[i + 2]], depth = z[0] * a + z[1] * b + z[2] * c;
      let across = x[0] * a + x[1] * b + x[2] * c, up = y[0] * a + y[1] * b + y[2] * c;
      if (depth > 0) front = true;
      else { const length = Math.hypot(across, up) || 1; across /= length; up /= length; }
      pen.lineTo(m + R * across, m - R * up);
    }
    pen.closePath();
    return front;
  }

  function filled(pen, points, color, strength) {
    if (strength < 0.01 || !points || !traced(pen, points)) return;
    pen.globalAlpha = strength;
    pen.fillStyle = color;
    pen.fill();
    pen.globalAlpha = 1;
  }

  const faded = share => Math.min(1, Math.max(0, share)) ** FADE;

  function paintChambers(pen, colour) {
    for (const { plus, minus, points } of model.chambers)
      filled(pen, points, plus >= minus ? colour.plus : colour.minus, faded(Math.max(plus, minus) / data.beta));
  }

  function paintCones(pen, colour, side) {
    for (const { points, share } of model.cones[side]) {
      filled(pen, points, colour[side], faded(share));
      if (!traced(pen, points)) continue;
      pen.strokeStyle = colour.ink;
      pen.globalAlpha = 0.55;
      pen.lineWidth = 0.7;
      pen.stroke();
      pen.globalAlpha = 1;
    }
  }

  // Half of each great circle is in front: half an ellipse.
  function circles(pen, colour) {
    const count = data.first.length;
    if (count > MOST_CIRCLES) return;
    pen.strokeStyle = colour.muted;
    pen.lineWidth = Math.max(0.3, 0.9 - count / 200);
    pen.globalAlpha = state.view === "chambers" ? 0.75 : 0.3;
    for (const k of data.first) { // from one end at the edge, (-b, a), over the point of the circle that is nearest
      const [a, b, c] = times(state.turn, unit(data.rows[k])), flat = Math.hypot(a, b) || 1;
      pen.beginPath();
      for (let i = 0; i <= ARC; i++) {
        const along = Math.cos((Math.PI * i) / ARC) / flat, off = (c * Math.sin((Math.PI * i) / ARC)) / flat;
        pen.lineTo(middle() - radius() * (along * b + off * a), middle() - radius() * (along * a - off * b));
      }
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  function marks(pen, colour) { // what is pointed at
    const p = state.asked;
    if (!p) return;
    const chamber = state.view === "chambers" ? model.chamber(p) : model.cone(state.view, p);
    if (chamber?.points && traced(pen, chamber.points)) {
      pen.strokeStyle = colour.ink;
      pen.lineWidth = 2.2;
      pen.stroke();
    }
  }

  function dotted(pen, colour, { at, output }) { // behind the sphere a neuron is pale
    const [x, y, z] = times(state.turn, at);
    const spot = (r, fill) => {
      pen.beginPath();
      pen.arc(middle() + radius() * x, middle() - radius() * y, r, 0, 2 * Math.PI);
      pen.fillStyle = fill;
      pen.fill();
    };
    pen.globalAlpha = z >= 0 ? 1 : 0.2;
    spot(8, colour.ink);
    spot(6.5, colour.raised);
    spot(4, output > 0 ? colour.plus : colour.minus);
    pen.globalAlpha = 1;
  }

  // ---------------------------------------------------------------- pointers and keys

  function under(event) { // the point of the sphere, or null beside it
    const box = canvas.getBoundingClientRect(), R = radius();
    const x = (event.clientX - box.left - middle()) / R, y = (middle() - (event.clientY - box.top)) / R, square = x * x + y * y;
    if (square >= 1) return null;
    const q = [x, y, Math.sqrt(1 - square)];
    return unit([0, 1, 2].map(i => state.turn[0][i] * q[0] + state.turn[1][i] * q[1] + state.turn[2][i] * q[2]));
  }

  draggable(canvas, event => {
    canvas.focus({ preventScroll: true });
    let last = [event.clientX, event.clientY];
    ask(under(event));
    return {
      move: moving => {
        const [x, y] = [moving.clientX, moving.clientY];
        state.moving = true;
        turned(pulled(state.turn, (x - last[0]) / radius(), (last[1] - y) / radius()));
        last = [x, y];
      },
      end: () => { state.moving = false; },
    };
  });
  canvas.addEventListener("pointermove", event => {
    if (state.moving || event.buttons) return;
    const p = under(event);
    if (p) ask(p);
  });
  canvas.addEventListener("keydown", event => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    state.turn = pulled(state.turn, step[0] * 0.1, -step[1] * 0.1);
    ask(state.turn[2]);
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(canvas.parentElement);
  tell();
  draw();
}
