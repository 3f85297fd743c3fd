// A panel of training data over one feature: points and beta are dragged, and the optimum follows at once. Beside the
// learned function is the dual curve over all directions: it may touch beta and -beta, and where it does neurons sit.
// Everything here is in floats; the gap that is shown says how near the optimum is (one_feature.js).
"use strict";

function mountTraining(root, data) {
  const { element, svg, place, draggable } = Common;
  const SIGNS = { 1: "plus", "-1": "minus" }, LEAST = 1e-3, MOST = 1.5, STEPS = 1000, ROOM = 1.4, MOST_POINTS = 200;
  const START = -Math.PI / 2; // of the unrolled circle: the direction (0, -1), which no sample is on for
  const names = data?.names ?? ["x", "y"], given = data ? { [data.title]: [data.x, data.y, decay(data)] } : {};
  const sets = { ...given, ...presets() };

  const state = { x: [], y: [], beta: 1, found: null, asked: null, view: null, least: 1, most: 1, held: false, room: ROOM };

  // ---------------------------------------------------------------- the parts of the panel

  const says = element("p", { class: "says", "aria-live": "off" });
  const learned = svg("svg", { class: "learned", role: "group", "aria-label": "the data with the learned function; the points can be dragged" });
  const curve = svg("svg", { class: "curve", tabindex: "0", role: "img", "aria-label": "the dual curve over the directions of the weights, between beta and minus beta" });
  const round = svg("svg", { class: "round", role: "img", "aria-label": "the same curve around the circle of directions" });
  const slider = element("input", { type: "range", min: 0, max: STEPS, step: 1, class: "beta", "aria-label": "weight decay beta, logarithmic", oninput: () => slid() });
  const betaText = element("output", { class: "mono" });
  const chosen = element("select", { class: "set", "aria-label": "data", onchange: () => begin(chosen.value) }, ...Object.keys(sets).map(name => element("option", {}, name)));
  const add = element("button", { type: "button", class: "add", onclick: () => added() }, "add a point");
  const remove = element("button", { type: "button", class: "remove", onclick: () => removed(state.x.length - 1) }, "remove one");
  const told = element("p", { class: "told mono", "aria-live": "polite" });
  const facts = element("dl", { class: "facts" });

  root.classList.add("training");
  root.append(
    says,
    element("div", { class: "pair" },
      element("figure", {}, learned, element("figcaption", {}, "Drag a point, or choose one and use the arrow keys; a double click adds one. The thin bars are the residuals v = y \u2212 f: they are the dual variable. Dotted: the kinks of the neurons.")),
      element("figure", {}, curve, element("figcaption", {}, "g(u) = v\u2032\u03c6(Xu) over all directions u of a neuron\u2019s weights, the circle unrolled. Drag the band of \u00b1\u03b2; point at the curve to see the ramp that u stands for. Orange: neurons with a positive output weight, blue: negative. Ticks: where a sample is switched on or off."))),
    element("div", { class: "tools" }, element("label", { class: "slide" }, "weight decay \u03b2 ", slider, betaText), chosen, add, remove),
    element("div", { class: "under" }, element("figure", {}, round), element("div", {}, facts, told)),
  );

  function presets() {
    const along = (count, from, to) => Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
    const of = (x, f, beta) => [x, x.map(f), beta];
    const hat = [-2.2, -1.6, -1.1, -0.7, -0.2, 0.3, 0.8, 1.2, 1.7, 2.3];
    return {
      "a hat": of(hat, x => Math.round(100 * (1.4 - 1.3 * Math.abs(x)) + 12 * Math.sin(9 * x)) / 100, 0.5),
      "a wave": of(along(24, -3, 3), (x, i) => Math.sin(1.9 * x) + 0.15 * Math.sin(37 * i), 0.2),
      "a step": of(along(12, -2, 2), x => (x > 0 ? 1 : -1), 0.2),
      "noise": of(along(16, -2, 2), (x, i) => Math.sin(91 * i * i + 1), 0.3),
      "equal targets": of(along(8, -2, 2), () => 1, 0.3),
    };
  }

  // ---------------------------------------------------------------- what changes

  function decay({ x, y, beta, ratio }) {
    return beta ?? (ratio ?? 0.1) * OneFeature.betaMax(x, y);
  }

  function begin(name) {
    const [x, y, beta] = sets[name], largest = OneFeature.betaMax(x, y) || 1;
    const least = Math.min(LEAST * largest, beta || largest), most = Math.max(MOST * largest, beta);
    Object.assign(state, { x: [...x], y: [...y], beta: beta || largest, found: null, asked: null, least, most });
    state.view = viewOf(x, y);
    changed();
  }

  function viewOf(x, y) {
    const wide = Math.max(...x) - Math.min(...x) || 1, low = Math.min(0, ...y), high = Math.max(0, ...y), tall = high - low || 1;
    return { left: Math.min(...x) - 0.15 * wide, right: Math.max(...x) + 0.15 * wide, low: low - 0.25 * tall, high: high + 0.25 * tall };
  }

  const within = (value, low, high) => Math.min(high, Math.max(low, value));

  function setPoint(i, x, y) {
    const { left, right, low, high } = state.view;
    [state.x[i], state.y[i]] = [within(x, left, right), within(y, low, high)];
    changed();
  }

  function setBeta(beta) {
    state.beta = within(beta, state.least, state.most);
    changed();
  }

  const slid = () => setBeta(state.least * (state.most / state.least) ** (slider.value / STEPS));

  function added(x, y) {
    if (state.x.length >= MOST_POINTS) return;
    const { left, right } = state.view, at = x ?? left + (right - left) * (0.1 + 0.8 * ((0.618 * state.x.length) % 1));
    state.x.push(at);
    state.y.push(y ?? OneFeature.value(state.found.neurons, at));
    changed();
  }

  function removed(i) {
    if (state.x.length < 2) return;
    state.x.splice(i, 1);
    state.y.splice(i, 1);
    changed();
  }

  let waiting = false;
  function changed() { // at most once a frame, however fast the pointer is
    const start = performance.now();
    state.found = OneFeature.solve(state.x, state.y, state.beta, state.found?.neurons);
    state.spent = performance.now() - start;
    if (!waiting) requestAnimationFrame(() => { waiting = false; draw(); });
    waiting = true;
    describe();
  }

  // ---------------------------------------------------------------- words and numbers

  const short = value => (value === 0 ? "0" : Number(value.toPrecision(4)).toString().replaceAll("-", "\u2212"));
  const counted = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

  function describe() {
    const { found, beta } = state, { neurons, largest, relative, lower, upper, rounds } = found, share = beta / largest;
    const touches = "it stays between \u03b2 and \u2212\u03b2, and it touches them just where the neurons are: that is what makes no other network better.";
    says.textContent = largest === 0
      ? "No ramp goes with these targets, so the best network is zero at any weight decay. Drag a target, and the curve beside the data bends."
      : neurons.length === 0
      ? `\u03b2 is at least \u03b2_max = ${short(largest)}: the curve of the targets themselves stays within the band, so that no neuron pays for its weight decay and the best network is zero. Lower \u03b2 until the curve touches the band, and a first neuron appears there.`
      : `The line is the best of ALL two-layer ReLU networks at this weight decay; ${counted(neurons.length, "neuron")} make${neurons.length === 1 ? "s" : ""} it. The other curve shows why: ${touches}`;
    const pairs = [
      ["neurons", "neurons", `${neurons.length}`],
      ["optimum", "optimum p*", short(upper)],
      ["share", "\u03b2 / \u03b2_max", largest > 0 ? short(share) : "\u221e"],
      ["largest", "\u03b2_max", short(largest)],
      ["gap", "relative duality gap (floats, not a proof)", relative === 0 ? "0" : relative.toExponential(1)],
      ["spent", "solved here in", `${state.spent.toFixed(1)} ms, ${counted(rounds, "round")}`],
    ];
    facts.replaceChildren(...pairs.map(([key, name, text]) => element("div", {}, element("dt", {}, name), element("dd", { "data-fact": key }, text))));
    const closed = `The optimum lies between ${lower.toPrecision(10)} and ${upper.toPrecision(10)}`;
    told.textContent = state.asked === null
      ? `${closed}, up to rounding; rounds end at a gap of ${OneFeature.CLOSED}.`
      : askedText(state.asked);
    betaText.textContent = short(beta);
    slider.value = Math.round((STEPS * Math.log(beta / state.least)) / Math.log(state.most / state.least));
    slider.setAttribute("aria-valuetext", short(beta));
    remove.disabled = state.x.length < 2;
    add.disabled = state.x.length >= MOST_POINTS;
  }

  const direction = angle => [Math.cos(angle), Math.sin(angle)];
  const angleOf = u => { const angle = Math.atan2(u[1], u[0]); return angle < START ? angle + 2 * Math.PI : angle; };

  function askedText(angle) {
    const u = direction(angle), value = OneFeature.dual(state.x, state.found.v, u), on = state.x.filter(at => at * u[0] + u[1] > 0).length;
    const degrees = Math.round((angle * 180) / Math.PI), kink = Math.abs(u[0]) < 1e-9 ? "no kink" : `kink at ${names[0]} = ${short(-u[1] / u[0])}, on to the ${u[0] > 0 ? "right" : "left"} of it`;
    return `u at ${degrees}\u00b0: ${kink}; on for ${on} of ${counted(state.x.length, "sample")}; g(u) = ${short(value)} = ${(value / state.beta).toFixed(3).replace("-", "\u2212")} \u03b2`;
  }

  // ---------------------------------------------------------------- the drawings

  // Real pixels, so that letters are as large on a telephone as on a desk.
  function sheet(target, ratio, edges) {
    const width = Math.max(200, target.getBoundingClientRect().width), height = Math.round(within(width * ratio, 230, 360));
    target.setAttribute("viewBox", `0 0 ${width} ${height}`);
    return { width, height, left: edges[0], top: edges[1], right: width - edges[2], bottom: height - edges[3] };
  }

  const line = (x1, y1, x2, y2, kind) => svg("line", { x1, y1, x2, y2, class: kind });
  const text = (x, y, content, kind) => svg("text", { x, y, class: kind }, content);
  const path = (points, kind, close = "") => svg("path", { class: kind, d: points.length ? `M${points.map(([a, b]) => `${a.toFixed(2)} ${b.toFixed(2)}`).join("L")}${close}` : "" });

  function ticks(low, high, most) {
    const rough = (high - low) / most, unit = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(factor => factor * unit).find(size => size >= rough), first = Math.ceil(low / step - 1e-9);
    return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
  }

  const clip = `${root.parentElement.id}-clip`;
  // Of a tick: large and small numbers by their powers of ten.
  const label = value => (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3) ? Number(value.toPrecision(3)).toExponential().replaceAll("-", "\u2212").replace("+", "") : short(value));
  let plot = null; // where the data are in pixels
  function draw() {
    plot = drawLearned();
    band = drawCurve();
    drawRound();
  }

  function drawLearned() {
    const { x, y, found: { neurons, v } } = state, { left, right, low, high } = state.view, ups = ticks(low, high, 5);
    const box = sheet(learned, 0.66, [16 + 7.2 * Math.max(3, ...ups.map(at => label(at).length)), 10, 26, 40]);
    const across = at => box.left + ((at - left) / (right - left)) * (box.right - box.left);
    const up = at => box.bottom - ((at - low) / (high - low)) * (box.bottom - box.top);
    const focused = learned.contains(document.activeElement) ? document.activeElement.dataset.point : null;
    const grid = [
      ...ticks(left, right, box.width < 420 ? 4 : 7).flatMap(at => [line(across(at), box.bottom, across(at), box.bottom + 4, "tick"), text(across(at), box.bottom + 17, label(at), "number middle")]),
      ...ups.flatMap(at => [line(box.left, up(at), box.right, up(at), at === 0 ? "zero" : "rule"), text(box.left - 6, up(at) + 4, label(at), "number end")]),
      text((box.left + box.right) / 2, box.height - 5, names[0], "name middle"),
      text(4, 3, names[1], "name hanging"),
    ];
    const bent = neurons.map(one => ({ ...one, at: -one.u[1] / one.u[0] })).filter(({ at }) => at > left && at < right);
    const kinks = [left, ...bent.map(({ at }) => at).sort((a, b) => a - b), right];
    const points = at => [across(at), up(OneFeature.value(neurons, at))];
    const bars = x.map((at, i) => line(across(at), up(y[i] - v[i]), across(at), up(y[i]), `bar ${v[i] > 0 ? "plus" : "minus"}`));
    const dots = x.map((at, i) => svg("circle", { cx: across(at), cy: up(y[i]), r: 5.5, class: "point", tabindex: "0", "data-point": i, role: "button", "aria-label": `${names[0]} ${short(at)}, ${names[1]} ${short(y[i])}: arrow keys move it` }, svg("title", {}, `(${short(at)}, ${short(y[i])}), residual ${short(v[i])}`)));
    learned.replaceChildren(
      svg("clipPath", { id: clip }, svg("rect", { x: box.left, y: box.top - 4, width: box.right - box.left, height: box.bottom - box.top + 4 })),
      ...grid, ...bent.map(({ at }) => line(across(at), box.top, across(at), box.bottom, "kinkline")), ...bars,
      svg("g", { "clip-path": `url(#${clip})` }, ...ghost(box, across, up), path(kinks.map(points), "function")),
      ...bent.map(({ at, s }) => svg("circle", { cx: points(at)[0], cy: points(at)[1], r: 4.5, class: `kink ${SIGNS[s]}` })), ...dots);
    if (focused !== null) learned.querySelector(`[data-point="${focused}"]`)?.focus({ preventScroll: true });
    return { box, across, up, back: ([a, b]) => [left + ((a - box.left) / (box.right - box.left)) * (right - left), low + ((box.bottom - b) / (box.bottom - box.top)) * (high - low)] };
  }

  function ghost(box, across, up) { // the ramp of the direction that is pointed at, as high as there is room
    if (state.asked === null) return [];
    const { left, right, high } = state.view, u = direction(state.asked), ramp = at => Math.max(0, at * u[0] + u[1]);
    const most = Math.max(ramp(left), ramp(right)), kink = -u[1] / u[0], inside = kink > left && kink < right ? [kink] : [];
    if (!(most > 0)) return [];
    return [path([left, ...inside, right].map(at => [across(at), up((0.9 * high * ramp(at)) / most)]), "ghost")];
  }

  let band = null; // where beta is in pixels
  function drawCurve() {
    const { x, beta, found: { neurons, v, circle } } = state, box = sheet(curve, 0.66, [40, 10, 8, 40]), end = START + 2 * Math.PI;
    const reach = state.held ? state.room : ROOM * beta;
    const across = angle => box.left + ((angle - START) / (2 * Math.PI)) * (box.right - box.left);
    const up = value => (box.top + box.bottom) / 2 - (within(value / reach, -1, 1) * (box.bottom - box.top)) / 2;
    const corners = circle.kinks.map(angleOf), even = Array.from({ length: 361 }, (_, k) => START + ((end - START) * k) / 360);
    const points = [...even, ...corners].sort((a, b) => a - b).map(angle => [across(angle), up(OneFeature.dual(x, v, direction(angle)))]);
    const quarters = ["\u221290\u00b0", "0\u00b0", "90\u00b0", "180\u00b0", "270\u00b0"];
    const level = (sign, name) => [
      line(box.left, up(sign * beta), box.right, up(sign * beta), `level ${SIGNS[sign]}`), text(box.left - 6, up(sign * beta) + 4, name, `number end ${SIGNS[sign]}`),
      svg("rect", { x: box.left, y: up(sign * beta) - 9, width: box.right - box.left, height: 18, class: "grip", "data-sign": sign }),
    ];
    const asked = state.asked === null ? [] : [line(across(state.asked), box.top, across(state.asked), box.bottom, "asked")];
    curve.replaceChildren(
      svg("rect", { x: box.left, y: up(beta), width: box.right - box.left, height: up(-beta) - up(beta), class: "within" }),
      line(box.left, up(0), box.right, up(0), "zero"), line(across(Math.PI / 2), box.top, across(Math.PI / 2), box.bottom, "rule"), text(box.left - 6, up(0) + 4, "0", "number end"),
      ...corners.map(angle => line(across(angle), box.bottom - 5, across(angle), box.bottom + 1, "tick")),
      ...quarters.map((name, k) => text(across(START + (k * Math.PI) / 2), box.bottom + 16, name, `number ${k === 0 ? "" : k === 4 ? "end" : "middle"}`)),
      text(across(0), box.height - 5, "on to the right of its kink", "name middle"), text(across(Math.PI), box.height - 5, "on to the left", "name middle"),
      ...asked, path(points, "dual"), ...level(1, "\u03b2"), ...level(-1, "\u2212\u03b2"),
      ...neurons.map(({ u, s, t }) => svg("circle", { cx: across(angleOf(u)), cy: up(s * beta), r: 5, class: `neuron ${SIGNS[s]}` }, svg("title", {}, `a neuron, output weight times length ${short(s * t)}`))));
    return { box, across, reach, pixels: (box.bottom - box.top) / (2 * reach), middle: (box.top + box.bottom) / 2, angle: a => START + within((a - box.left) / (box.right - box.left), 0, 1) * 2 * Math.PI };
  }

  function drawRound() {
    const { x, beta, found: { neurons, v, circle } } = state, size = Math.max(160, round.getBoundingClientRect().width), middle = size / 2, R = 0.345 * size;
    round.setAttribute("viewBox", `0 0 ${size} ${size}`);
    const at = (angle, radius) => [middle + radius * Math.cos(angle), middle - radius * Math.sin(angle)];
    const angles = [...Array.from({ length: 361 }, (_, k) => (k * Math.PI) / 180), ...circle.kinks.map(angleOf)].map(angle => (angle + 2 * Math.PI) % (2 * Math.PI)).sort((a, b) => a - b);
    const values = angles.map(angle => OneFeature.dual(x, v, direction(angle)) / beta);
    const part = sign => path(angles.map((angle, k) => at(angle, R * within(sign * values[k], 0, 1.3))), `part ${SIGNS[sign]}`, "Z");
    const asked = state.asked === null ? [] : [line(middle, middle, ...at(state.asked, R), "asked")];
    round.replaceChildren(
      part(1), part(-1), svg("circle", { cx: middle, cy: middle, r: R, class: "edge" }), svg("circle", { cx: middle, cy: middle, r: 1.5, class: "hub" }),
      ...circle.kinks.map(u => line(...at(angleOf(u), R + 3), ...at(angleOf(u), R + 8), "tick")),
      ...["0\u00b0", "90\u00b0", "180\u00b0", "270\u00b0"].map((name, k) => text(at((k * Math.PI) / 2, R + 22)[0], at((k * Math.PI) / 2, R + 22)[1] + 4, name, "number middle")),
      ...asked, ...neurons.map(({ u, s }) => { const [cx, cy] = at(angleOf(u), R); return svg("circle", { cx, cy, r: 5, class: `neuron ${SIGNS[s]}` }); }));
  }

  // ---------------------------------------------------------------- pointers and keys

  draggable(learned, event => {
    const i = event.target.closest("[data-point]")?.dataset.point;
    if (i === undefined) return null;
    learned.querySelector(`[data-point="${i}"]`).focus({ preventScroll: true });
    const [a, b] = place(learned, event), from = [plot.across(state.x[i]) - a, plot.up(state.y[i]) - b]; // no jump at the start
    return { move: moving => { const [x, y] = place(learned, moving); setPoint(Number(i), ...plot.back([x + from[0], y + from[1]])); } };
  });
  learned.addEventListener("dblclick", event => { if (!event.target.closest("[data-point]")) added(...plot.back(place(learned, event))); });
  learned.addEventListener("keydown", event => {
    const i = Number(event.target.dataset.point), { left, right, low, high } = state.view;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (step) setPoint(i, state.x[i] + (step[0] * (right - left)) / 100, state.y[i] + (step[1] * (high - low)) / 100);
    else if (event.key === "Delete" || event.key === "Backspace") removed(i);
    else return;
    event.preventDefault();
  });

  function ask(angle) {
    state.asked = angle;
    describe();
    draw();
  }

  draggable(curve, event => {
    const grip = event.target.closest("[data-sign]");
    if (!grip) return null;
    const sign = Number(grip.dataset.sign), from = band.middle - sign * state.beta * band.pixels - place(curve, event)[1];
    Object.assign(state, { held: true, room: band.reach, asked: null });
    return {
      move: moving => setBeta((sign * (band.middle - place(curve, moving)[1] - from)) / band.pixels),
      end: () => { state.held = false; changed(); },
    };
  });
  for (const kind of ["pointermove", "pointerdown"])
    curve.addEventListener(kind, event => {
      if (!state.held) ask(band.angle(place(curve, event)[0]));
    });
  curve.addEventListener("pointerleave", () => { if (!state.held) ask(null); });
  curve.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const full = 2 * Math.PI, next = (state.asked ?? START) + (step * Math.PI) / 90;
    ask(START + ((next - START + full) % full));
  });
  round.addEventListener("pointermove", event => {
    const [a, b] = place(round, event), [, , size] = round.getAttribute("viewBox").split(" ").map(Number);
    ask(angleOf([a - size / 2, size / 2 - b]));
  });
  round.addEventListener("pointerleave", () => ask(null));

  new ResizeObserver(() => draw()).observe(root);
  begin(Object.keys(sets)[0]);
}
