// What the panel of lines counts, and what becomes of the counts without a line and on it.
"use strict";

var PlaneFacts = (() => {
  const { element } = Common;
  const { MINUS, PRIME, SECOND, CHI, counted, listed, polynomial, value } = PlaneWords;

  // ---------------------------------------------------------------- counts

  const boundedOf = found => found.regions.filter(region => region.bounded).length;

  // The values of the three terms of chi at 1 or -1, as a sum.
  function terms(chi, t) {
    const values = chi.map((x, k) => x * t ** (2 - k));
    return values.map((x, k) => (k ? (x < 0 ? ` ${MINUS} ` : " + ") : "") + Math.abs(x)).join("");
  }

  // Names, titles and texts; what is counted in the picture, and what Zaslavsky has from the polynomial.
  function facts(found) {
    const { chi, rows, regions, points } = found, product = PlaneWords.factors(chi);
    const multiple = points.filter(point => point.rows.length > 2).length;
    const shown = [
      ["lines", "lines", `${rows.length}`],
      ["points", "points", multiple ? `${points.length}, ${multiple} of them multiple` : `${points.length}`],
      ["regions", "regions, counted", `${regions.length}`],
      ["bounded", "bounded, counted", `${boundedOf(found)}`],
      ["chi", `${CHI}(t)`, polynomial(chi) + (product ? ` = ${product}` : "")],
      ["minus-one", `|${CHI}(${MINUS}1)|: regions`, `${terms(chi, -1)} = ${Math.abs(value(chi, -1))}`],
      ["one", `|${CHI}(1)|: bounded`, `|${terms(chi, 1)}| = ${Math.abs(value(chi, 1))}`],
    ];
    return shown.map(([name, title, text]) =>
      element("div", { class: name }, element("dt", {}, title), element("dd", { "data-fact": name }, text)));
  }

  // The same in one line.
  function line(found) {
    const { chi, regions } = found;
    return `${counted(regions.length, "region")}, ${boundedOf(found)} bounded; ${CHI}(t) = ${polynomial(chi)}`;
  }

  // Why the polynomial is what it is, and what is special. `space` is { name, plane } where a plane is at infinity.
  function note(found, names, space) {
    const { chi, points, rows, regions, rowOf } = found;
    const made = `${CHI}(t) = t\u00b2 ${MINUS} ${rows.length}t + ${chi[2]}: ${counted(rows.length, "line")}, and ${PlaneWords.reason(found)}.`;
    const zaslavsky = `Zaslavsky: |\u2060${CHI}(${MINUS}1)|\u00a0is the number of regions, |\u2060${CHI}(1)|\u00a0of bounded ones.`;
    const strips = !points.length && rows.length
      ? `All lines are parallel, so |\u2060${CHI}(1)|\u00a0counts the strips, bounded across the lines.` : "";
    const groups = rows.map((_, k) => names.filter((_, i) => rowOf[i] === k)).filter(group => group.length > 1);
    const twins = groups.map(group => `Lines ${listed(group)} are one and the same now, and count once.`);
    const planes = space ? `Begun as ${space.name}, with its plane ${space.plane} at infinity. Together with such a plane these lines are ` +
      `planes through 0 in space, with 2\u00b7${regions.length} = ${2 * regions.length} chambers and the polynomial ` +
      `(t ${MINUS} 1)(${polynomial(chi)}).` : "";
    return [made, zaslavsky, strips, ...twins, planes].filter(Boolean).join(" ");
  }

  // ---------------------------------------------------------------- deletion and restriction

  // Pictures of all lines, of all but one, of that one; and the two equations, each side reckoned by itself.
  function triple(found, k, names, color, reach) {
    const without = Lines.deletion(found, k), on = Lines.restriction(found, k), name = names[k];
    const colors = found.rows.map((_, i) => color(i)), rest = colors.filter((_, i) => i !== k);
    const dashed = { row: found.rows[k], color: colors[k] };
    const cut = new Set(found.edges.filter(edge => edge.row === k).map(({ below }) => below.slice(0, k) + below.slice(k + 1)));
    const pictures = [
      PlanePictures.small(found, reach, colors, null, () => false),
      PlanePictures.small(without, reach, rest, dashed, region => cut.has(region.key)),
      PlanePictures.flat(found, k, on.points, colors),
    ];
    const cards = [
      card("A", "all lines", pictures[0], found.chi, counted(found.regions.length, "region")),
      card(`A${PRIME}`, `without line ${name}; it cuts the shaded regions`, pictures[1], without.chi, counted(without.regions.length, "region")),
      card(`A${SECOND}`, `on line ${name}: points where others meet it`, pictures[2], on.chi, counted(on.points.length + 1, "piece")),
    ];
    return [element("div", { class: "three" }, ...cards), ...sums(found, without, on)];
  }

  function card(name, text, picture, chi, count) {
    return element("figure", { "data-card": name },
      picture, element("figcaption", {}, element("strong", {}, name), ` ${text}`, element("br"),
        `${CHI} = ${polynomial(chi)}`, element("br"), count));
  }

  function sums({ chi, regions }, without, on) {
    const right = [without.chi[0], without.chi[1] - on.chi[0], without.chi[2] - on.chi[1]], pieces = on.points.length + 1;
    const mark = holds => element("span", { class: holds ? "good" : "bad" }, holds ? " \u2713" : " \u2717");
    return [
      element("p", { class: "sum", "data-sum": "chi" }, `${CHI}(A) = ${CHI}(A${PRIME}) ${MINUS} ${CHI}(A${SECOND}): ${polynomial(chi)} = ` +
        `(${polynomial(without.chi)}) ${MINUS} (${polynomial(on.chi)})`, mark(chi.every((x, i) => x === right[i]))),
      element("p", { class: "sum", "data-sum": "regions" }, `regions: ${regions.length} = ${without.regions.length} + ${pieces}, ` +
        "for each piece of the line cuts one region of the others in two", mark(regions.length === without.regions.length + pieces)),
    ];
  }

  return { facts, line, note, triple };
})();
