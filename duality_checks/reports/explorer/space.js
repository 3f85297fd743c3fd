// Planes through 0 in space: the sphere that they cut into chambers, and the zonotope whose corners these are. Both
// turn together, and what is pointed at in one is marked in the other. What bounds what was found exactly beforehand.
"use strict";

var mountSpace = (() => {
  const { element, svg, draggable } = Common, { dot, times, cross, unit } = Cones, { pulled, arc, flat, circle } = Turning;
  const { MINUS, CHI, counted, listed, signText } = PlaneWords;
  const SIDE = 500, MIDDLE = SIDE / 2, RADIUS = 225;
  const BEGINNING = pulled(pulled([[1, 0, 0], [0, 1, 0], [0, 0, 1]], 0.5, 0.25), 0.2, -0.6);
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const KINDS = { 2: "minus", 3: "plus", 4: "good", 5: "bad" };

  const colorOf = k => `hsl(${(k * 108 + 12 * Math.floor(k / 10) + 206) % 360} 62% var(--tone))`;
  const shown = ([x, y]) => `${(MIDDLE + RADIUS * x).toFixed(1)} ${(MIDDLE - RADIUS * y).toFixed(1)}`;
  const path = points => `M${points.map(shown).join("L")}`;
  const spot = ([x, y], r, more) => svg("circle", { cx: (MIDDLE + RADIUS * x).toFixed(1), cy: (MIDDLE - RADIUS * y).toFixed(1), r, ...more });
  const kind = ray => KINDS[Math.min(5, ray.planes.length)];

  class Space {
    constructor(root, { shapes }) {
      this.root = root;
      root.dataset.panel = "space";
      [this.turn, this.pointed, this.labelled] = [BEGINNING, {}, true];
      this.build(shapes);
      this.begin(shapes[0]);
    }

    build(shapes) {
      const picture = (name, label) => svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: name, tabindex: 0, role: "img", "aria-label": label });
      this.ball = picture("ball", "The sphere cut by the planes; arrow keys turn it");
      this.body = picture("body", "The zonotope of the planes; arrow keys turn it");
      this.chosen = element("select", { "aria-label": "Arrangements", onchange: () => this.begin(shapes[this.chosen.selectedIndex]) },
        ...shapes.map(({ name }) => element("option", {}, name)));
      this.names = element("button", { type: "button", "data-do": "labels", onclick: () => { this.labelled = !this.labelled; this.draw(); } }, "Orders");
      this.told = element("p", { class: "told", "aria-live": "polite" });
      [this.facts, this.note] = [element("dl", { class: "facts" }), element("p", { class: "note" })];
      this.root.append(
        element("p", {}, "Planes through one point cut space into cones, the chambers, and a sphere around that point into the pieces on the left. " +
          "On the right each chamber is a corner of the zonotope, the sum of a segment across each plane. Drag either to turn both."),
        element("div", { class: "tools" }, this.chosen, this.names), this.told,
        element("div", { class: "twins" },
          element("figure", {}, this.ball, element("figcaption", {}, "A great circle a plane. Dots are rays, where two planes meet, or three (orange), four (green), more (red).")),
          element("figure", {}, this.body, element("figcaption", {}, "A corner a chamber, an edge a wall in the colour of its plane, a face a ray: a polygon with a pair of parallel sides for each plane through the ray."))),
        this.facts, this.note);
      for (const one of [this.ball, this.body]) {
        draggable(one, event => this.grasp(one, event));
        one.addEventListener("keydown", event => this.pressed(event));
      }
      for (const name of ["pointerover", "pointerdown"]) this.root.addEventListener(name, event => this.point(event.target.closest?.("[data-key], [data-ray], [data-plane]")));
    }

    // A shape, and which rays are around each chamber.
    begin(shape) {
      const around = shape.chambers.map(() => []);
      shape.rays.forEach((ray, k) => ray.chambers.forEach(chamber => around[chamber].push(k)));
      const size = Math.max(...shape.chambers.map(({ at }) => Math.hypot(...at)));
      Object.assign(this, { shape, around, size, pointed: {} });
      this.names.hidden = shape.chambers.every(({ label }) => label === null);
      this.drawFacts();
      this.draw();
    }

    grasp(picture, event) {
      picture.focus({ preventScroll: true });
      let last = [event.clientX, event.clientY];
      const scale = 2 / picture.getBoundingClientRect().width;
      return {
        move: later => {
          const now = [later.clientX, later.clientY], [right, up] = [(now[0] - last[0]) * scale, (last[1] - now[1]) * scale];
          last = now;
          this.turn = pulled(this.turn, right, up);
          this.draw();
        },
      };
    }

    pressed(event) {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      this.turn = pulled(this.turn, step[0] * 0.1, step[1] * 0.1);
      this.draw();
    }

    point(target) {
      if (!target || target.closest("[data-panel]") !== this.root) return;
      this.pointed = { ...target.dataset };
      this.highlight();
    }

    // ---------------------------------------------------------------- the pictures

    draw() {
      this.names.setAttribute("aria-pressed", this.labelled);
      const rays = this.shape.rays.map(ray => times(this.turn, ray.at)), normals = this.shape.planes.map(({ normal }) => times(this.turn, normal));
      this.ball.replaceChildren(...this.sphere(rays, normals));
      this.body.replaceChildren(...this.zonotope(rays));
      this.highlight();
    }

    sphere(rays, normals) {
      const circles = normals.map(circle), centers = [];
      const pieces = this.shape.chambers.flatMap(({ key, label }, k) => {
        const own = this.around[k].map(ray => rays[ray]), middle = unit(own.reduce((a, b) => a.map((x, i) => x + b[i])));
        const right = unit(cross(Math.abs(middle[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0], middle)), up = cross(middle, right);
        const angle = ray => Math.atan2(dot(ray, up), dot(ray, right)), order = [...own].sort((a, b) => angle(a) - angle(b));
        const outline = order.flatMap((ray, i) => arc(ray, order[(i + 1) % order.length]));
        if (outline.every(([, , z]) => z < 0)) return [];
        if (label && this.labelled && middle[2] > 0.35) centers.push([label, middle]);
        return [svg("path", { class: "piece", d: `${path(outline.map(flat))}Z`, "data-key": key })];
      });
      return [
        svg("circle", { class: "disc", cx: MIDDLE, cy: MIDDLE, r: RADIUS }),
        ...circles.map(({ back }, k) => svg("path", { class: "behind", d: path(back), style: `--line: ${colorOf(k)}` })),
        ...pieces,
        ...circles.map(({ front }, k) => svg("path", { class: "great", d: path(front), style: `--line: ${colorOf(k)}`, "data-plane": k })),
        ...rays.flatMap((ray, k) => (ray[2] > 0 ? [spot(ray, 6.5, { class: `ray ${kind(this.shape.rays[k])}`, "data-ray": k })] : [])),
        ...centers.map(([label, [x, y]]) => svg("text", { class: "order", x: (MIDDLE + RADIUS * x).toFixed(1), y: (MIDDLE - RADIUS * y).toFixed(1) }, label)),
      ];
    }

    // Faces that look at the reader hide those behind; a face looks along its ray.
    zonotope(rays) {
      const { chambers, walls } = this.shape, at = chambers.map(chamber => times(this.turn, chamber.at).map(x => x / this.size));
      const front = rays.map(ray => ray[2] > 0), seen = chambers.map((_, k) => this.around[k].some(ray => front[ray]));
      const between = ([a, b]) => this.around[a].filter(ray => this.around[b].includes(ray)).some(ray => front[ray]);
      const edge = (wall, name) => svg("path", { class: name, d: path([at[wall[0]], at[wall[1]]]), style: `--line: ${colorOf(wall[2])}`, "data-plane": wall[2] });
      const face = k => svg("path", {
        class: `face ${kind(this.shape.rays[k])}`, d: `${path(this.shape.rays[k].chambers.map(chamber => at[chamber]))}Z`, "data-ray": k,
        style: `--light: ${Math.round(16 + 38 * rays[k][2])}%`,
      });
      const visible = walls.filter(between);
      return [
        ...walls.filter(wall => !visible.includes(wall)).map(wall => edge(wall, "hidden")),
        ...rays.flatMap((_, k) => (front[k] ? [face(k)] : [])),
        ...visible.map(wall => edge(wall, "edge")),
        ...chambers.flatMap(({ key }, k) => (seen[k] ? [spot(at[k], chambers.length > 60 ? 4 : 6, { class: "corner", "data-key": key })] : [])),
        ...chambers.flatMap(({ label }, k) => (label && this.labelled && seen[k] && at[k][2] > -0.15 ? [svg("text", {
          class: "order", x: (MIDDLE + RADIUS * at[k][0]).toFixed(1), y: (MIDDLE - RADIUS * at[k][1] - 15).toFixed(1),
        }, label)] : [])),
      ];
    }

    // ---------------------------------------------------------------- what is told

    drawFacts() {
      const { planes, chambers, walls, rays, chi } = this.shape, [V, E, F] = [chambers, walls, rays].map(all => all.length);
      const roots = PlaneWords.roots(chi), sizes = chi.map(Math.abs);
      const shown = [
        ["planes", "planes", `${planes.length}`],
        ["chambers", "chambers = corners", `${V}`],
        ["walls", "walls = edges", `${E}`],
        ["rays", "rays = faces", `${F}`],
        ["chi", `${CHI}(t)`, PlaneWords.polynomial(chi) + (roots ? ` = ${PlaneWords.product(roots)}` : "")],
        ["zaslavsky", `|${CHI}(${MINUS}1)|: chambers`, `${sizes.join(" + ")} = ${sizes.reduce((a, b) => a + b)}`],
        ["euler", "Euler: corners \u2212 edges + faces", `${V} ${MINUS} ${E} + ${F} = ${V - E + F}`],
      ];
      this.facts.replaceChildren(...shown.map(([name, title, text]) =>
        element("div", { class: name }, element("dt", {}, title), element("dd", { "data-fact": name }, text))));
      const sides = new Map();
      for (const { planes: through } of rays) sides.set(2 * through.length, (sides.get(2 * through.length) ?? 0) + 1);
      const faces = [...sides].sort(([a], [b]) => a - b).map(([n, times]) => `${times} with ${n} sides`);
      this.note.textContent = `The zonotope has ${counted(F, "face")}: ${listed(faces)}. Edges of one colour are parallel; they make a belt around it, one for each plane.`;
    }

    highlight() {
      const { key, ray, plane } = this.pointed;
      for (const one of this.root.querySelectorAll(".on")) one.classList.remove("on");
      for (const [name, text] of Object.entries({ key, ray, plane })) {
        if (text !== undefined) for (const one of this.root.querySelectorAll(`[data-${name}="${text}"]`)) one.classList.add("on");
      }
      this.told.textContent = this.words();
    }

    words() {
      const { key, ray, plane } = this.pointed, { planes, chambers, rays, walls } = this.shape;
      const k = chambers.findIndex(chamber => chamber.key === key);
      if (k >= 0) {
        const order = chambers[k].label, told = order ? ` (${[...order].map(i => `x${i}`).join(" < ")})` : "";
        return `Chamber ${signText(key)}${told}: ${counted(this.around[k].length, "wall")}, so ${counted(this.around[k].length, "edge")} at its corner.`;
      }
      if (ray !== undefined) {
        const through = rays[ray].planes;
        return `A ray on the planes ${listed(through.map(i => planes[i].name))}: a face with ${2 * through.length} sides.`;
      }
      if (plane === undefined) return "Point at a chamber, a ray or a plane: it is marked in both pictures.";
      const belt = walls.filter(wall => wall[2] === Number(plane)).length;
      return `Plane ${planes[plane].name}: ${belt} walls on it, the ${belt} parallel edges of one belt.`;
    }
  }

  return function mountSpace(root, data) { new Space(root, data); };
})();
