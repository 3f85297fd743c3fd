// The pictures of lines in the plane: the lines, the tiling that is dual to them, what is left without one of them,
// and what is seen on it. Floats, for the eye alone: what there is to draw was found exactly (lines.js).
"use strict";

var PlanePictures = (() => {
  const { svg, quotient, size } = Common;
  const SIDE = 500, MIDDLE = SIDE / 2;

  // ---------------------------------------------------------------- floats

  // A row over the length of its normal.
  function floats(row) {
    const largest = row.map(size).reduce((a, b) => (a > b ? a : b)), [a, b, c] = row.map(x => quotient(x, largest));
    const length = Math.hypot(a, b);
    return [a / length, b / length, c / length];
  }

  const pointOf = ([x, y, w]) => [quotient(x, w), quotient(y, w)];
  const path = points => `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}`;

  // What of a polygon is where side * (ax + by - c) >= 0.
  function clipped(polygon, [a, b, c], side) {
    const height = ([x, y]) => side * (a * x + b * y - c);
    return polygon.flatMap((p, k) => {
      const q = polygon[(k + 1) % polygon.length], [here, there] = [height(p), height(q)];
      const cut = here * there < 0 ? [p.map((x, i) => x + ((q[i] - x) * here) / (here - there))] : [];
      return here >= 0 ? [p, ...cut] : cut;
    });
  }

  function areaAndMiddle(polygon) {
    let [area, x, y] = [0, 0, 0];
    polygon.forEach(([px, py], k) => {
      const [qx, qy] = polygon[(k + 1) % polygon.length], cross = px * qy - qx * py;
      [area, x, y] = [area + cross / 2, x + (px + qx) * cross, y + (py + qy) * cross];
    });
    return { area: Math.abs(area), middle: [x / (6 * area), y / (6 * area)] };
  }

  // The two places where a line leaves the square around 0; null where it passes by.
  function chord([a, b, c], reach) {
    const found = [];
    for (const end of [-reach, reach]) {
      if (Math.abs(b) > 1e-12) found.push([end, (c - a * end) / b]);
      if (Math.abs(a) > 1e-12) found.push([(c - b * end) / a, end]);
    }
    const near = found.filter(p => p.every(x => Math.abs(x) <= reach * (1 + 1e-9)));
    const along = ([x, y]) => a * y - b * x;
    near.sort((p, q) => along(p) - along(q));
    return near.length > 1 && along(near.at(-1)) > along(near[0]) ? [near[0], near.at(-1)] : null;
  }

  // ---------------------------------------------------------------- the lines

  // A square of the plane, `reach` to each side of 0, and where it is in the picture.
  function view(reach) {
    const unit = MIDDLE / reach;
    return {
      reach, unit,
      shown: ([x, y]) => [MIDDLE + x * unit, MIDDLE - y * unit],
      under: ([x, y]) => [(x - MIDDLE) / unit, (MIDDLE - y) / unit],
    };
  }

  const square = reach => [[-reach, -reach], [reach, -reach], [reach, reach], [-reach, reach]];

  // Each region as far as it is in the view: { region, polygon, middle }, in the picture's coordinates.
  function cells(found, { reach, shown }) {
    const rows = found.rows.map(floats), seen = [];
    for (const region of found.regions) {
      const inside = region.walls.reduce((rest, k) => clipped(rest, rows[k], region.signs[k]), square(reach));
      const polygon = inside.map(shown);
      const { area, middle } = areaAndMiddle(polygon);
      if (polygon.length > 2 && area > 1e-3) seen.push({ region, polygon, middle });
    }
    return seen;
  }

  const regionShape = ({ region, polygon }) => svg("path", {
    class: `region ${region.bounded ? "bounded" : "open"}`, d: `${path(polygon)}Z`, "data-key": region.key,
  });

  function dots(reach, { shown }) {
    const whole = Array.from({ length: 2 * Math.floor(reach) + 1 }, (_, k) => k - Math.floor(reach));
    const spots = whole.flatMap(x => whole.map(y => shown([x, y])));
    return svg("path", { class: "dots", d: spots.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("") });
  }

  // The graph of regions: a dot in each, joined across each wall through the middle of what is seen of it.
  function graph(found, seen) {
    const middle = new Map(seen.map(({ region, middle: at }) => [region.key, at]));
    const joined = found.edges.filter(({ below, above }) => middle.has(below) && middle.has(above));
    return svg("g", { class: "graph" },
      ...joined.map(({ row, below, above }) =>
        svg("path", { d: path([middle.get(below), middle.get(above)]), "data-row": row })),
      ...seen.map(({ region, middle: [x, y] }) =>
        svg("circle", { class: "node", cx: x.toFixed(2), cy: y.toFixed(2), r: 4.5, "data-key": region.key })));
  }

  function pointMark(point, { shown, reach }) {
    const at = pointOf(point.at), many = point.rows.length > 2;
    if (at.some(x => Math.abs(x) > reach)) return [];
    const [x, y] = shown(at);
    return [svg("circle", {
      class: many ? "point many" : "point", cx: x.toFixed(2), cy: y.toFixed(2), r: many ? 6.5 : 3.5, "data-point": point.key,
    })];
  }

  // ---------------------------------------------------------------- the tiling

  // Region s is at the sum of s_k n_k, with unit normals n_k: a corner of the zonogon, or inside it. Every piece of
  // a line is a side between two regions, every point a tile: a polygon of parallel sides, one pair a line.
  function tiling(found, colorOf) {
    const normals = found.rows.map(floats);
    const sum = signs => normals.reduce(([x, y], [a, b], k) => [x + signs[k] * a, y + signs[k] * b], [0, 0]);
    const raw = new Map(found.regions.map(({ key, signs }) => [key, sum(signs)]));
    const widest = Math.max(1.2, ...[...raw.values()].map(([x, y]) => Math.hypot(x, y)));
    const unit = (MIDDLE - 24) / widest, at = new Map();
    for (const [key, [x, y]] of raw) at.set(key, [MIDDLE + unit * x, MIDDLE - unit * y]);
    const around = regionsAround(found);
    return svg("g", { class: "tiling" },
      ...found.points.map(point => tile(point, around.get(point.key).map(key => at.get(key)), colorOf)),
      ...found.edges.map(({ row, below, above }) => svg("path", {
        class: "side", d: path([at.get(below), at.get(above)]), style: `--line: ${colorOf(row)}`, "data-row": row,
      })),
      ...found.regions.map(({ key, bounded }) => svg("circle", {
        class: `node ${bounded ? "bounded" : "open"}`, "data-key": key, r: 6,
        cx: at.get(key)[0].toFixed(2), cy: at.get(key)[1].toFixed(2),
      })));
  }

  // The keys of the regions around each point: those beside the pieces of lines that end there.
  function regionsAround(found) {
    const around = new Map(found.points.map(({ key }) => [key, new Set()]));
    for (const { ends, below, above } of found.edges) for (const key of ends) around.get(key).add(below).add(above);
    return new Map([...around].map(([key, regions]) => [key, [...regions]]));
  }

  function tile(point, corners, colorOf) {
    const middle = [0, 1].map(i => corners.reduce((total, corner) => total + corner[i], 0) / corners.length);
    const turn = ([x, y]) => Math.atan2(y - middle[1], x - middle[0]);
    const around = [...corners].sort((p, q) => turn(p) - turn(q)), many = point.rows.length > 2;
    return svg("path", {
      class: many ? "tile many" : "tile", d: `${path(around)}Z`, "data-point": point.key,
      style: many ? null : `fill: color-mix(in srgb, ${point.rows.map(colorOf).join(", ")})`,
    });
  }

  // ---------------------------------------------------------------- without a line, and on it

  // A small picture of the regions and lines; `dashed` a row of other lines; `marked` tells which regions to shade.
  function small(found, reach, colors, dashed, marked) {
    const seen = view(reach), lines = found.rows.map((row, k) => ({ row, color: colors[k], class: "thin" }));
    const all = [...lines, ...(dashed ? [{ row: dashed.row, color: dashed.color, class: "thin dashed" }] : [])];
    return svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" },
      ...cells(found, seen).map(({ region, polygon }) =>
        svg("path", { class: `region ${marked(region) ? "cut" : "open"}`, d: `${path(polygon)}Z` })),
      ...all.flatMap(line => {
        const ends = chord(floats(line.row), reach);
        return ends ? [svg("path", { class: line.class, d: path(ends.map(seen.shown)), style: `--line: ${line.color}` })] : [];
      }));
  }

  // A line laid flat, with the points where others meet it, and a bit of those.
  function flat({ rows }, k, points, colors) {
    const [a, b] = floats(rows[k]), places = points.map(({ at }) => pointOf(at)).map(([x, y]) => a * y - b * x);
    const low = Math.min(...places), width = Math.max(...places) - low;
    const across = place => (width > 0 ? 90 + (320 * (place - low)) / width : MIDDLE);
    const stub = (x, row) => {
      const [c, d] = floats(row), [dx, dy] = [a * c + b * d, b * c - a * d].map(part => 75 * part);
      return path([[x - dx, MIDDLE - dy], [x + dx, MIDDLE + dy]]);
    };
    return svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
      ...points.flatMap((point, i) => point.rows.filter(row => row !== k).map(row =>
        svg("path", { class: "thin faint", d: stub(across(places[i]), rows[row]), style: `--line: ${colors[row]}` }))),
      svg("path", { class: "thin bold", d: path([[16, MIDDLE], [SIDE - 16, MIDDLE]]), style: `--line: ${colors[k]}` }),
      ...points.map((point, i) => svg("circle", {
        class: point.rows.length > 2 ? "point many" : "point", r: 11, cx: across(places[i]).toFixed(2), cy: MIDDLE, "data-point": point.key,
      })));
  }

  // Where to write the name of a line: beside its end, inside the picture.
  function nameAt([p, q], name) {
    const length = Math.hypot(q[0] - p[0], q[1] - p[1]) || 1, wide = 5.2 * name.length + 5;
    const at = far => q.map((x, i) => x - ((x - p[i]) / length) * far);
    const fits = ([x, y]) => x > wide && x < SIDE - wide && y > 13 && y < SIDE - 13;
    let far = 14;
    while (far < length / 2 && !fits(at(far))) far += 3;
    return at(far);
  }

  return { SIDE, view, cells, regionShape, dots, graph, pointMark, chord, floats, pointOf, path, tiling, small, flat, nameAt };
})();
