// What a report does when it is asked: it checks its certificate on a click, and tells about the chamber of the
// picture that is pointed at. The verdict is in whole numbers (check.js); what is told about chambers is in floats.
"use strict";

(() => {
  const embedded = (kind, number) => document.getElementById(`${kind}-${number}`)?.textContent;
  const leavesOf = new Map(); // by document, once it is checked

  // ---------------------------------------------------------------- the check

  function checked([problem, certificate]) {
    const leaves = [];
    return { found: ConvexLandscape.check(problem, certificate, leaf => leaves.push(leaf)), leaves };
  }

  // Beside the page, so that it can be scrolled meanwhile; in the page where that is not allowed.
  function startCheck(texts, done) {
    try {
      const source = `${document.getElementById("check").textContent}\n${checked}\nonmessage = event => postMessage(checked(event.data));`;
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
      worker.onmessage = event => { done(event.data); worker.terminate(); };
      worker.onerror = () => { worker.terminate(); done(checked(texts)); };
      worker.postMessage(texts);
    } catch {
      setTimeout(() => done(checked(texts)), 50);
    }
  }

  function decimal(text, up) { // rounded down, or up
    const [n, d] = text.split("/").map(BigInt), unit = 10n ** 12n, scaled = n * unit, by = d ?? 1n;
    let value = scaled / by;
    if (value * by > scaled) value--;
    if (up && value * by < scaled) value++;
    const size = value < 0n ? -value : value;
    return `${value < 0n ? "-" : ""}${size / unit}.${String(size % unit).padStart(12, "0")}`;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  for (const button of document.querySelectorAll("button[data-document]")) {
    const number = button.dataset.document, answer = button.parentElement.querySelector("output");
    button.hidden = false;
    button.addEventListener("click", () => {
      const start = performance.now();
      button.disabled = true;
      answer.replaceChildren("Checking \u2026");
      startCheck([embedded("problem", number), embedded("certificate", number)], ({ found, leaves }) => {
        const seconds = ((performance.now() - start) / 1000).toFixed(2), proven = found.verdict === "PROVEN";
        leavesOf.set(number, leaves);
        answer.replaceChildren(
          element("strong", proven ? "good" : "bad", found.verdict),
          ` by this page, in ${seconds} s, without the network: `,
          element("span", "mono", proven ? `${decimal(found.lower, false)} \u2264 p* \u2264 ${decimal(found.upper, true)}` : found.reason),
        );
        button.disabled = false;
      });
    });
  }

  // ---------------------------------------------------------------- the landscape, in floats

  function float(text) {
    const [n, d = "1"] = text.split("/");
    if (n.length < 300 && d.length < 300) return Number(n) / Number(d);
    return Number((BigInt(n) << 80n) / BigInt(d)) / 2 ** 80;
  }

  const { dot, times, unit, orthonormal, corners, largest } = Cones;
  const signOf = x => (x > 0 ? 1 : x < 0 ? -1 : 0);

  function dualOf(number, dual) {
    if (Array.isArray(dual)) return dual.map(float);
    if (dual.share) {
      return ConvexLandscape.dualOf(embedded("problem", number), embedded("certificate", number)).map(({ n, d }) => float(`${n}/${d}`));
    }
    const bytes = Uint8Array.from(atob(dual.entries), sign => sign.charCodeAt(0)), width = dual.bytes, step = float(dual.unit);
    return Array.from({ length: bytes.length / width }, (_, i) => {
      const entry = bytes.slice(i * width, (i + 1) * width).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
      return step * Number(BigInt.asIntN(8 * width, entry));
    });
  }

  const models = new Map();
  function model(number) {
    if (!models.has(number)) {
      const problem = JSON.parse(embedded("problem", number)), certificate = JSON.parse(embedded("certificate", number));
      const X = problem.X.map(row => row.map(float)), dual = dualOf(number, certificate.dual);
      const sample = Array.isArray(problem.readout) ? problem.readout.map(Number) : X.map((_, k) => k);
      const signs = u => times(X, u).map(signOf);
      const listed = new Map((certificate.chambers ?? []).map((chamber, i) => [signs(chamber.witness.map(float)).join(), i]));
      models.set(number, {
        X, signs, listed, certificate,
        z: sample.map(i => dual[i]),
        kappa: float(problem.kappa), beta: float(problem.beta),
        hidden: certificate.network.hidden.map(row => row.map(float)), output: certificate.network.output.map(float),
        basis: certificate.cover?.basis?.map(row => row.map(float)) ?? null,
      });
    }
    return models.get(number);
  }

  // The two rays of a chamber of rank 2, around a direction.
  function wedgeAround(rows, [x, y]) {
    let left = -Infinity, right = Infinity;
    const a = Math.atan2(y, x);
    for (const row of rows.filter(row => row.some(x => x !== 0))) {
      const wall = Math.atan2(-row[0], row[1]), turns = (a - wall) / Math.PI;
      left = Math.max(left, wall + Math.PI * Math.floor(turns));
      right = Math.min(right, wall + Math.PI * Math.ceil(turns));
    }
    return [left, right].map(angle => [Math.cos(angle), Math.sin(angle)]);
  }

  // ---------------------------------------------------------------- one picture

  const SVG = "http://www.w3.org/2000/svg";
  const numbers = text => text.split(" ").map(Number);

  class Picture {
    constructor(svg) {
      this.svg = svg;
      this.number = svg.closest("[data-document]").dataset.document;
      this.to = svg.dataset.to.split(";").map(numbers); // d x r: the picture's coordinates to weights
      this.back = svg.dataset.back.split(";").map(numbers); // r x d
      this.rank = this.back.length;
      // Rows, of weights of length 1 at right angles: in coordinates w = straight u lengths are those of weights.
      this.straight = orthonormal(this.back.map((_, i) => this.to.map(line => line[i])));
      this.pictured = this.back.map(row => this.straight.map(weights => dot(row, weights))); // r x r: p = pictured w
      const [x, y, width, height, left, right, low, high] = numbers(svg.dataset.plot);
      this.across = value => x + (width * (value - left)) / (right - left);
      this.up = value => y + height - (height * (value - low)) / (high - low);
      this.under = (px, py) => [left + ((px - x) / width) * (right - left), low + ((y + height - py) / height) * (high - low)];
      this.tall = [y, height];
      this.answer = svg.closest("figure").querySelector(".asked");
      this.at = this.rank === 2 ? [0, 0] : [0.1, 0.1];
      this.marks = svg.appendChild(document.createElementNS(SVG, "g"));
      this.marks.setAttribute("class", "marks");
    }

    // The direction under a point of the plot, in the picture's coordinates; null beside the disc.
    direction([a, b]) {
      if (this.rank === 2) return [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
      const square = a * a + b * b;
      return square < 1 ? [a * Math.sqrt(2 - square), b * Math.sqrt(2 - square), 1 - square] : null;
    }

    show(at) {
      const p = this.direction(at);
      if (!p) return;
      this.at = at;
      const known = model(this.number), u = times(this.to, p), signs = known.signs(u);
      this.rows ??= known.X.map(row => times(this.straight, row));
      const rays = this.rank === 3 ? this.around(signs) : wedgeAround(this.rows, times(this.straight, u));
      const leaf = side => (leavesOf.get(this.number) ?? []).find(one => one.side === side && this.holds(one, u));
      const leaves = ["plus", "minus"].map(leaf);
      this.mark(rays.map(ray => unit(times(this.pictured, ray))), leaves.filter(Boolean));
      this.tell(known, signs, this.values(known, signs, rays), leaves);
    }

    around(signs) {
      return corners(this.rows.map((row, k) => row.map(x => signs[k] * x)).filter(row => row.some(x => x !== 0)).map(unit));
    }

    // The largest values of v'phi(Xu) and of -v'phi(Xu) on the chamber, norm(u) <= 1.
    values(known, signs, rays) {
      const c = this.back.map((_, i) => this.rows.reduce((total, row, k) => total + known.z[k] * (signs[k] > 0 ? 1 : known.kappa) * row[i], 0));
      return [1, -1].map(side => largest(rays, c.map(x => side * x)));
    }

    inCover(u) {
      const { basis } = model(this.number);
      return basis ? times(basis, u) : u;
    }

    holds(leaf, u) {
      const t = this.inCover(u), size = Math.abs(t[leaf.face]);
      return t.every((x, i) => x / size >= leaf.from[i] - 1e-9 && x / size <= leaf.to[i] + 1e-9);
    }

    // The corners of a leaf's box, around it, in the picture's coordinates.
    corners(leaf) {
      const { basis } = model(this.number), free = leaf.from.map((_, i) => i).filter(i => i !== leaf.face);
      const turns = free.length === 1 ? [[0], [1]] : [[0, 0], [1, 0], [1, 1], [0, 1]];
      return turns.map(turn => {
        const t = leaf.from.map((x, i) => (free.includes(i) && turn[free.indexOf(i)] ? leaf.to[i] : x));
        const u = basis ? basis[0].map((_, j) => basis.reduce((total, line, i) => total + line[j] * t[i], 0)) : t;
        return unit(times(this.back, u));
      });
    }

    mark(rays, leaves) {
      this.marks.replaceChildren();
      this.outline(rays, "chamber");
      for (const leaf of leaves) if (leaf.from.length === this.rank) this.outline(this.corners(leaf), "leaf");
      const spot = document.createElementNS(SVG, "circle");
      spot.setAttribute("r", "2.2");
      spot.setAttribute("cx", this.across(this.at[0]));
      spot.setAttribute("cy", this.up(this.at[1]));
      this.marks.append(spot);
    }

    outline(rays, name) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", name);
      path.setAttribute("d", this.rank === 3 ? this.roundPath(rays) : this.bandPath(rays));
      this.marks.append(path);
    }

    roundPath(rays) { // great arcs from ray to ray; what is behind the picture goes along its edge
      const points = rays.flatMap((ray, i) => {
        const next = rays[(i + 1) % rays.length];
        return Array.from({ length: 16 }, (_, k) => unit(ray.map((x, e) => x * (16 - k) + next[e] * k)));
      });
      if (points.every(point => point[2] < 0)) return "";
      const flat = points.map(([x, y, z]) => {
        const scale = z >= 0 ? 1 / Math.sqrt(1 + z) : 1 / Math.hypot(x, y);
        return `${this.across(x * scale).toFixed(2)} ${this.up(y * scale).toFixed(2)}`;
      });
      return `M${flat.join("L")}Z`;
    }

    bandPath(rays) {
      const [from, to] = rays.map(ray => (Math.atan2(ray[1], ray[0]) * 180) / Math.PI), [top, height] = this.tall;
      const parts = to > from ? [[from, to]] : [[from, 180], [-180, to]];
      return parts.map(([a, b]) => `M${this.across(a)} ${top}H${this.across(b)}v${height}H${this.across(a)}Z`).join("");
    }

    tell(known, signs, values, leaves) {
      const counted = signs.length, on = signs.flatMap((sign, k) => (sign > 0 ? [k] : []));
      const slack = values.map((value, k) => `${(known.beta - value).toPrecision(4)} for ${k ? "\u2212v" : "v"}`);
      const shown = signs.slice(0, 60).map(sign => ({ 1: "+", "-1": "\u2212", 0: "0" })[sign]).join("");
      const facts = [
        ["signs of x_k'u", counted > 60 ? `${shown}\u2026 (${counted} rows)` : shown],
        ["rows on", on.length ? `${on.length} of ${counted}: ${ranges(on)}` : `none of ${counted}`],
        ["slack \u03b2 \u2212 max", slack.join(", ")],
        ["what proves it", this.proof(known, signs, leaves)],
        ["neurons in it", neurons(known, signs)],
      ];
      this.answer.replaceChildren(...facts.flatMap(([name, text]) => [element("dt", "", name), element("dd", "mono", text)]));
    }

    proof({ certificate, listed }, signs, leaves) {
      if (certificate.quadratic) return "quadratic functions, above \u00b1v'phi(Xu) everywhere";
      if (certificate.cover) {
        const told = leaves.map((leaf, k) => leaf && `${k ? "\u2212v" : "v"}: at most ${leaf.share.toFixed(4)} \u03b2 on the dashed cone`);
        return told.some(Boolean) ? told.filter(Boolean).join("; ") : "a cone of the cover: check the certificate here to see it";
      }
      if (!certificate.chambers) return "the checker's sweep over all faces";
      const place = listed.get(signs.join());
      if (place === undefined) return "a chamber of the list (too thin for floats to say which)";
      const told = ["plus", "minus"].map((name, k) => {
        const rows = Object.keys(certificate.chambers[place][name]).map(Number);
        return `${k ? "\u2212v" : "v"}: ${rows.length ? `multipliers of row${rows.length > 1 ? "s" : ""} ${ranges(rows)}` : "its gradient is short enough"}`;
      });
      return `number ${place} of the list. ${told.join("; ")}`;
    }
  }

  function ranges(rows) { // 0-2, 5
    const parts = [];
    for (const k of rows) {
      const last = parts.at(-1);
      if (last && last[1] === k - 1) last[1] = k; else parts.push([k, k]);
    }
    const shown = parts.slice(0, 12).map(([a, b]) => (a === b ? `${a}` : `${a}\u2013${b}`));
    return shown.join(", ") + (parts.length > 12 ? ", \u2026" : "");
  }

  function neurons({ hidden, output, X }, signs) {
    const found = hidden.flatMap((w, j) => {
      const size = Math.hypot(...w), heights = X.map(row => dot(row, w));
      const near = heights.map((height, k) => Math.abs(height) <= 1e-9 * size * Math.hypot(...X[k]));
      if (!heights.every((height, k) => near[k] || signOf(height) === signs[k])) return [];
      const edge = near.some((small, k) => small && signs[k]) ? ", at its edge" : "";
      return [`neuron ${j + 1}${edge} (output weight ${output[j].toPrecision(4)})`];
    });
    return found.join(", ") || "none";
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  for (const svg of document.querySelectorAll("svg[data-to]")) {
    const number = svg.closest("[data-document]").dataset.document;
    if (!embedded("problem", number)) continue;
    const picture = new Picture(svg), step = picture.rank === 2 ? [2, 0] : [0.02, 0.02];
    svg.setAttribute("tabindex", "0");
    const pointed = event => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      picture.show(picture.under(point.x, point.y));
    };
    svg.addEventListener("pointermove", pointed);
    svg.addEventListener("pointerdown", pointed);
    svg.addEventListener("focus", () => picture.show(picture.at));
    svg.addEventListener("keydown", event => {
      const move = STEPS[event.key];
      if (!move) return;
      event.preventDefault();
      picture.show(picture.at.map((x, i) => x + move[i] * step[i]));
    });
  }
})();
