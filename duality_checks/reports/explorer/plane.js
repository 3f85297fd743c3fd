// The panel of lines: what is dragged, what is pressed, and what then changes.
"use strict";

var mountPlane = (() => {
  const { element, svg, place, draggable, Rational } = Common;
  const REACH = 10, ONE = new Rational(1n), NONE = new Rational(0n);
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  const FIVE = [[14, 5, 40], [-14, 5, 40], [8, -13, 38], [8, 13, -38], [0, 1, 2]]; // a pentagram
  const PAPPUS = [[0, 1, 4], [0, 1, -4], [4, -3, -12], [4, -3, 12], [4, 3, -12], [4, 3, 12], [2, -3, 0], [2, 3, 0], [0, 1, 0]];
  const EXAMPLES = [
    { name: "Five lines in general position", lines: FIVE },
    { name: "A pencil and one more", lines: [[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, -1, 0], [1, 3, 8]] },
    { name: "A grid", lines: [-3, 0, 3].flatMap(k => [[1, 0, k], [0, 1, k]]) },
    { name: "Pappus: nine lines, nine triple points", lines: PAPPUS },
  ];

  const whole = x => new Rational(BigInt(Math.round(x)));
  // Ten hues far from each other, then ten between them, and again.
  const colorOf = id => `hsl(${(id * 108 + 12 * Math.floor(id / 10) + 98) % 360} 62% var(--tone))`;

  class Plane {
    constructor(root, data) {
      this.examples = [...(data?.begin ? [data.begin] : []), ...EXAMPLES, ...(data?.examples ?? [])];
      this.build(root);
      this.listen();
      this.begin(this.examples[0]);
    }

    // ---------------------------------------------------------------- state

    // All lines afresh, moved and scaled (exactly) so that all points can be seen.
    begin({ lines, names, infinity = null, name = "", own = true }) {
      cancelAnimationFrame(this.moving);
      const found = Lines.study(lines), points = found.points.map(point => PlanePictures.pointOf(point.at));
      const feet = found.rows.map(PlanePictures.floats).map(([a, b, c]) => [a * c, b * c]);
      const spread = [0, 1].map(i => (points.length ? points : feet).map(p => p[i])).map(all => (all.length ? all : [0]));
      const middle = spread.map(all => (Math.min(...all) + Math.max(...all)) / 2).map(x => Rational.of(Math.abs(x) < 1.5 ? 0 : Math.round(8 * x) / 8));
      const widest = Math.max(...spread.map((all, i) => Math.max(...all.map(x => Math.abs(x - middle[i].toNumber())))));
      const scale = widest > 8.2 || (widest > 0 && widest < 3) ? Rational.of(Math.round((16 * 6) / widest) / 16 || 1 / 16) : ONE;
      this.lines = lines.map((line, k) => {
        const [a, b, c] = line.map(Rational.of);
        const rest = c.minus(a.times(middle[0])).minus(b.times(middle[1]));
        return { ...Lines.held(k + 1, [a, b, rest.times(scale)], k % 2 ? 4.25 : 5), name: names?.[k] ?? String(k + 1) };
      });
      Object.assign(this, { past: [], share: ONE, selected: null, pointed: {}, reach: REACH, infinity, title: name, middle, scale, own });
      this.draw();
    }

    get central() { return this.share.sign() === 0; }

    line(id) { return this.lines.find(line => line.id === id); }

    put(line) {
      this.lines = this.lines.map(old => (old.id === line.id ? { ...old, ...line } : old));
      this.draw();
    }

    select(id) {
      if (this.selected === id) return;
      this.selected = id;
      this.draw();
    }

    // Lines as they are now can be had back.
    remember() {
      if (this.past.at(-1) !== this.lines) this.past = [...this.past.slice(-99), this.lines];
    }

    undo() {
      const before = this.past.filter(lines => lines !== this.lines);
      if (!before.length) return;
      [this.lines, this.past] = [before.at(-1), before.slice(0, -1)];
      if (!this.line(this.selected)) this.selected = null;
      this.draw();
    }

    add(line) {
      this.remember();
      const id = Math.max(0, ...this.lines.map(one => one.id)) + 1;
      this.lines = [...this.lines, { ...line, id, name: String(id) }];
      this.selected = id;
      this.draw();
    }

    delete(id) {
      this.remember();
      this.lines = this.lines.filter(line => line.id !== id);
      this.selected = null;
      this.draw();
    }

    // A line of the grid that meets all others in new points, if one is found, in the view if possible.
    fresh() {
      const among = () => [whole(14 * Math.random() - 7), whole(14 * Math.random() - 7)];
      let best = null;
      for (let trial = 0; trial < 80; trial++) {
        const made = Lines.between(0, among(), among());
        if (made.half.every(x => x.sign() === 0)) continue;
        const found = Lines.study([...this.shown(), Lines.shrunk(made, this.share)].map(Lines.equation)), k = found.rowOf.at(-1);
        const on = Lines.restriction(found, k).points, shown = on.filter(({ at }) => PlanePictures.pointOf(at).every(x => Math.abs(x) < 8));
        const merit = (found.rows.length > this.found.rows.length) * 1000 + shown.filter(point => point.rows.length === 2).length;
        if (!best || merit > best.merit) best = { made, merit };
      }
      return best.made;
    }

    // A row, and a point, in the coordinates in which the lines were given; null where those are not the reader's own.
    stated([a, b, c]) {
      if (!this.own) return null;
      const [p, q, r] = [a, b, c].map(Rational.of), [x, y] = this.middle;
      return Lines.canonical([p, q, r.over(this.scale).plus(p.times(x)).plus(q.times(y))]);
    }

    placeOf([x, y, w]) {
      if (!this.own) return null;
      return [x, y].map((one, i) => new Rational(one, w).over(this.scale).plus(this.middle[i]));
    }

    shown() { return this.lines.map(line => Lines.shrunk(line, this.share)); }

    // To one point, or back, in twelve steps that are themselves exact; as many are seen as there is time for.
    gather() {
      const back = this.central, still = matchMedia("(prefers-reduced-motion: reduce)").matches, since = performance.now();
      cancelAnimationFrame(this.moving);
      const step = time => {
        const done = still ? 12 : Math.max(0, Math.min(12, Math.floor((time - since) / 30)));
        this.share = new Rational(BigInt(back ? done : 12 - done), 12n);
        this.draw();
        if (done < 12) this.moving = requestAnimationFrame(step);
      };
      step(since);
    }

    // ---------------------------------------------------------------- by hand

    listen() {
      draggable(this.main, event => this.grasp(event));
      this.main.addEventListener("keydown", event => this.pressed(event));
      // Not at the picture itself: in Chromium a listener of the kind makes an SVG element a stop of Tab.
      this.root.addEventListener("focusin", event => {
        const id = event.target.dataset?.line;
        if (id) this.select(Number(id));
      });
      for (const kind of ["pointerover", "pointerdown"]) {
        this.root.addEventListener(kind, event => this.point(event.target.closest?.("[data-key], [data-point], [data-row]")));
      }
    }

    at(event) { return this.view.under(place(this.main, event)); }

    grasp(event) {
      const { line, end } = event.target.dataset, from = this.at(event);
      if (this.share.sign() && !this.share.equals(ONE)) return null; // lines are on their way
      if (!line) return this.stroke(event, from);
      const id = Number(line), before = this.line(id);
      this.main.querySelector(`.line[data-line="${id}"]`).focus({ preventScroll: true });
      this.select(id);
      this.remember();
      if (end !== undefined) return { move: later => this.turn(id, Number(end), this.at(later)) };
      if (this.central) return { move: later => this.turn(id, 0, this.at(later)) };
      return { move: later => this.carry(before, this.at(later).map((x, i) => x - from[i])) };
    }

    // Beside all lines a mouse or a pen draws a new one; a finger, which may have wanted to scroll, does not.
    stroke(event, from) {
      this.select(null);
      if (event.pointerType === "touch") return null;
      const start = from.map(whole);
      return {
        move: later => {
          const at = this.at(later), [p, q] = [from, at].map(this.view.shown);
          this.draft.setAttribute("d", PlanePictures.path([p, q]));
        },
        end: later => {
          this.draft.setAttribute("d", "");
          const at = this.at(later), long = Math.hypot(at[0] - from[0], at[1] - from[1]) > 1.5;
          const made = long && Lines.between(0, start, at.map(whole));
          if (made && made.half.some(x => x.sign())) this.add(this.central ? { ...made, mid: [NONE, NONE] } : made);
        },
      };
    }

    // The place of an end: a point of other lines if one is near, else a point of the grid.
    snapped(id, at) {
      const others = Lines.pointsOf(this.shown().filter(line => line.id !== id).map(Lines.equation));
      const distance = ({ at: point }) => Math.hypot(...PlanePictures.pointOf(point).map((x, i) => x - at[i]));
      const [near] = others.filter(point => distance(point) < 15 / this.view.unit).sort((p, q) => distance(p) - distance(q));
      if (near && !this.central) return [new Rational(near.at[0], near.at[2]), new Rational(near.at[1], near.at[2])];
      return at.map(x => whole(Math.max(-this.reach, Math.min(this.reach, x))));
    }

    turn(id, end, at) {
      const how = this.central ? Lines.turnedAbout : Lines.turned, made = how(this.line(id), end, this.snapped(id, at));
      if (made) this.put(made);
    }

    // The line moved by steps of the grid, and on to a point of others that is near.
    carry(before, by) {
      const moved = Lines.placed(before, Lines.plus(before.mid, by.map(whole)));
      const others = Lines.pointsOf(this.lines.filter(line => line.id !== before.id).map(Lines.equation));
      const there = Lines.placed(before, Lines.plus(before.mid, by.map(Rational.of)));
      const [a, b, c] = PlanePictures.floats(Lines.canonical(Lines.equation(there)));
      const distance = ({ at }) => Math.abs((([x, y]) => a * x + b * y - c)(PlanePictures.pointOf(at)));
      const seen = others.filter(({ at }) => PlanePictures.pointOf(at).every(x => Math.abs(x) <= this.reach));
      const [near] = seen.filter(point => distance(point) < 8 / this.view.unit).sort((p, q) => distance(p) - distance(q));
      this.put(near ? Lines.through(moved, near.at) : moved);
    }

    pressed(event) {
      const id = Number(event.target.dataset?.line), step = STEPS[event.key];
      if (event.key === "Escape") this.select(null);
      if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
      if (!id) return;
      if (event.key === "Delete" || event.key === "Backspace") {
        event.preventDefault();
        const next = this.lines[this.lines.findIndex(line => line.id === id) + 1] ?? this.lines.find(line => line.id !== id);
        this.delete(id);
        if (next) this.main.querySelector(`.line[data-line="${next.id}"]`).focus();
      }
      if (!step) return;
      event.preventDefault();
      this.remember();
      const line = this.line(id), by = step.map(whole);
      if (!this.central && !event.shiftKey) return this.put(Lines.placed(line, Lines.plus(line.mid, by)));
      const [end] = Lines.ends(this.central ? Lines.shrunk(line, NONE) : line);
      const made = (this.central ? Lines.turnedAbout : Lines.turned)(line, 0, Lines.plus(end, by));
      if (made) this.put(made);
    }

    // What is pointed at, in any picture, is seen in all of them.
    point(target) {
      if (!target || target.closest("[data-panel]") !== this.root) return;
      const { key, point, row } = target.dataset;
      this.pointed = { key, point, row };
      this.highlight();
    }

    // ---------------------------------------------------------------- the page

    build(root) {
      const button = (name, text, does) => element("button", { type: "button", "data-do": name, onclick: does }, text);
      this.root = root;
      root.dataset.panel = "plane";
      this.layers = Object.fromEntries(["under", "regions", "graph", "lines", "points", "handles"].map(name => [name, svg("g", { class: name })]));
      this.draft = svg("path", { class: "draft" });
      this.main = svg("svg", { viewBox: `0 0 ${PlanePictures.SIDE} ${PlanePictures.SIDE}`, class: "main", role: "group", "aria-label": "Lines in the plane" },
        ...Object.values(this.layers), this.draft);
      this.dual = svg("svg", { viewBox: `0 0 ${PlanePictures.SIDE} ${PlanePictures.SIDE}`, class: "dual", role: "img", "aria-label": "The tiling dual to the lines" });
      this.buttons = {
        add: button("add", "Add a line", () => this.add(this.fresh())),
        delete: button("delete", "Delete it", () => this.delete(this.selected)),
        undo: button("undo", "Undo", () => this.undo()),
        central: button("central", "All through one point", () => this.gather()),
        graph: button("graph", "Graph", () => { this.plain = !this.plain; this.draw(); }),
        all: button("all", "Show all", () => this.widen()),
      };
      this.chosen = element("select", { "aria-label": "Examples", onchange: () => this.begin(this.examples[this.chosen.selectedIndex]) },
        ...this.examples.map(({ name }) => element("option", {}, name)));
      this.told = element("p", { class: "told", "aria-live": "polite" });
      [this.counts, this.note] = ["counts", "note"].map(name => element("p", { class: name }));
      [this.facts, this.triple] = [element("dl", { class: "facts" }), element("div", { class: "triple" })];
      this.code = element("code");
      this.legend = element("figcaption");
      root.append(
        element("p", {}, "Drag a line to move it, one of its two ends to turn it; beside all lines, draw a new one with the mouse. " +
          "Ends snap to a grid and to points where other lines meet, so three lines through a point really meet there."),
        element("div", { class: "tools" }, ...Object.values(this.buttons), this.chosen),
        this.counts, this.told,
        element("div", { class: "twins" },
          element("figure", {}, this.main, element("figcaption", {}, "Bounded regions are orange, points of three and more lines green. The dots joined across walls are the graph of " +
            "regions, the tope graph. With the keyboard: Tab to a line, arrows move it, Shift and arrows turn it, Delete takes it away.")),
          element("figure", {}, this.dual, this.legend)),
        this.facts, this.note, this.triple,
        element("details", {}, element("summary", {}, "These lines in Python"), element("p", {}, this.code)));
    }

    widen() {
      const far = this.found.points.map(point => Math.max(...PlanePictures.pointOf(point.at).map(Math.abs)));
      this.reach = this.reach > REACH ? REACH : Math.max(REACH, 1.15 * Math.max(...far));
      this.draw();
    }

    draw() {
      this.found = Lines.study(this.shown().map(Lines.equation));
      this.view = PlanePictures.view(this.reach);
      this.idOf = this.found.rows.map((_, k) => this.lines[this.found.rowOf.indexOf(k)].id);
      this.names = this.found.rows.map((_, k) => this.lines[this.found.rowOf.indexOf(k)].name);
      this.row = this.selected === null ? -1 : this.found.rowOf[this.lines.findIndex(line => line.id === this.selected)];
      const cells = PlanePictures.cells(this.found, this.view), color = k => colorOf(this.idOf[k]);
      this.layers.under.replaceChildren(PlanePictures.dots(this.reach, this.view));
      this.layers.regions.replaceChildren(...cells.map(PlanePictures.regionShape));
      this.layers.graph.replaceChildren(...(this.plain ? [] : [PlanePictures.graph(this.found, cells)]));
      this.layers.points.replaceChildren(...this.found.points.flatMap(point => PlanePictures.pointMark(point, this.view)));
      this.drawLines();
      this.dual.replaceChildren(PlanePictures.tiling(this.found, color));
      this.drawTools(this.found.regions.length - cells.length);
      this.drawFacts();
      this.drawTriple(color);
      this.highlight();
    }

    // Lines keep their elements, which may have the focus.
    drawLines() {
      const old = new Map([...this.layers.lines.children].map(one => [Number(one.dataset.line), one]));
      const kept = this.shown().map((line, k) => this.drawLine(line, this.found.rowOf[k], old.get(line.id)));
      for (const [id, one] of old) if (!this.line(id)) one.remove();
      for (const one of kept) if (!one.parentNode) this.layers.lines.append(one);
      this.layers.handles.replaceChildren(...this.shown().flatMap(line => this.handles(line)));
    }

    drawLine(line, row, old) {
      const chord = PlanePictures.chord(PlanePictures.floats(this.found.rows[row]), this.reach);
      const group = old ?? svg("g", { class: "line", tabindex: 0, role: "button", "data-line": line.id });
      const d = chord ? PlanePictures.path(chord.map(this.view.shown)) : "", parts = { "data-line": line.id, "data-row": row, d };
      group.setAttribute("style", `--line: ${colorOf(line.id)}`);
      group.setAttribute("aria-label", PlaneWords.line(line.name, this.stated(this.found.rows[row])));
      group.classList.toggle("selected", line.id === this.selected);
      group.replaceChildren(svg("path", { class: "halo", d }), svg("path", { class: "hit", ...parts }),
        svg("path", { class: "seen", ...parts }), ...this.label(line, chord));
      return group;
    }

    label({ name }, chord) {
      if (!chord) return [];
      const [x, y] = PlanePictures.nameAt(chord.map(this.view.shown), name);
      return [svg("text", { class: "name", x: x.toFixed(1), y: y.toFixed(1) }, name)];
    }

    handles(line) {
      return Lines.ends(line).flatMap((at, end) => {
        const [x, y] = this.view.shown(at.map(one => one.toNumber())), where = { cx: x.toFixed(2), cy: y.toFixed(2) };
        const held = line.id === this.selected ? " selected" : "";
        return [
          svg("circle", { class: `handle${held}`, ...where, r: held ? 8 : 6, style: `--line: ${colorOf(line.id)}` }),
          svg("circle", { class: "grip", ...where, r: 17, "data-line": line.id, "data-end": end }),
        ];
      });
    }

    drawTools(hidden) {
      const { delete: gone, undo, central, graph, all } = this.buttons;
      gone.disabled = this.selected === null;
      undo.disabled = this.past.every(lines => lines === this.lines);
      central.textContent = this.central ? "Back to where they were" : "All through one point";
      central.setAttribute("aria-pressed", this.central);
      graph.setAttribute("aria-pressed", !this.plain);
      all.hidden = !hidden && this.reach === REACH;
      all.textContent = this.reach > REACH ? "Show the middle" : `Show all (${hidden} beyond the picture)`;
      this.legend.textContent = this.central || this.found.points.length === 1 && this.found.points[0].rows.length === this.found.rows.length
        ? "The zonogon, the sum of a segment across each line: its corners are the regions, its sides the walls between them, one pair of parallel sides a line."
        : "The zonogon, the sum of a segment across each line, tiled: corners are regions, sides are walls in the colour of their line, " +
          "and each point is a tile with a pair of parallel sides a line through it. Pull all lines through one point, and one tile is left.";
    }

    drawFacts() {
      const found = this.found, space = this.infinity === null ? null : { name: this.title, plane: this.infinity };
      this.facts.replaceChildren(...PlaneFacts.facts(found));
      this.counts.textContent = PlaneFacts.line(found);
      this.code.textContent = PlaneWords.code(found.rows.map(row => this.stated(row) ?? row), this.names);
      this.note.textContent = PlaneFacts.note(found, this.lines.map(line => line.name), space);
    }

    drawTriple(color) {
      const parts = this.row < 0 ? [] : PlaneFacts.triple(this.found, this.row, this.names, color, this.reach);
      this.triple.replaceChildren(element("h3", {}, "Deletion and restriction"), ...parts.length ? parts
        : [element("p", { class: "lead" }, "Click on a line to see what is left without it, and what is seen on it.")]);
    }

    // ---------------------------------------------------------------- what is pointed at

    highlight() {
      const { key, point, row } = this.pointed;
      for (const one of this.root.querySelectorAll(".on")) one.classList.remove("on");
      const same = (name, text) => text !== undefined && this.root.querySelectorAll(`[data-${name}="${text}"]`).forEach(one => one.classList.add("on"));
      same("key", key);
      same("point", point);
      same("row", row);
      if (key === undefined && point === undefined && this.row >= 0) same("row", String(this.row));
      this.told.textContent = this.words() || "Point at a region, a point or a line: it is marked in both pictures.";
    }

    words() {
      const { key, point, row } = this.pointed, region = this.found.regions.find(one => one.key === key);
      const meeting = this.found.points.find(one => one.key === point);
      if (region) return PlaneWords.ofRegion(region);
      if (meeting) return PlaneWords.ofPoint(meeting, this.placeOf(meeting.at), this.names);
      const k = row === undefined ? this.row : Number(row);
      return k >= 0 && k < this.names.length ? PlaneWords.ofLine(this.names[k], this.stated(this.found.rows[k]), Lines.restriction(this.found, k).points.length) : "";
    }
  }

  return function mountPlane(root, data) { new Plane(root, data); };
})();
