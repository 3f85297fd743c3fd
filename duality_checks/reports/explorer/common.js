// What the panels share: elements of HTML and SVG, exact fractions, and pointers (mouse, pen and finger alike).
"use strict";

const Common = (() => {
  // ---------------------------------------------------------------- elements

  // Children are elements or texts; a property whose name begins with "on" is a listener; null leaves one out.
  function filled(made, properties, children) {
    for (const [name, value] of Object.entries(properties)) {
      if (typeof value === "function") made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  }

  const element = (name, properties = {}, ...children) => filled(document.createElement(name), properties, children);
  const svg = (name, properties = {}, ...children) =>
    filled(document.createElementNS("http://www.w3.org/2000/svg", name), properties, children);

  // ---------------------------------------------------------------- whole numbers and fractions

  const size = a => (a < 0n ? -a : a);

  function gcd(a, b) {
    [a, b] = [size(a), size(b)];
    while (b) [a, b] = [b, a % b];
    return a;
  }

  const sign = a => (a > 0n ? 1 : a < 0n ? -1 : 0);

  // The row over the greatest number that divides all of it.
  function primitive(row) {
    const content = row.reduce(gcd, 0n);
    return content > 1n ? row.map(x => x / content) : row;
  }

  // The quotient of two BigInts as a float, however long they are.
  function quotient(top, bottom) {
    const digits = a => size(a).toString(2).length;
    const shift = BigInt(Math.max(0, Math.max(digits(top), digits(bottom)) - 900));
    return Number(top >> shift) / Number(bottom >> shift);
  }

  class Rational { // in lowest terms, the denominator positive
    constructor(top, bottom = 1n) {
      if (bottom === 0n) throw new RangeError("a fraction over zero");
      const common = gcd(top, bottom) * (bottom < 0n ? -1n : 1n);
      [this.top, this.bottom] = [top / common, bottom / common];
    }

    // A BigInt, a finite float (exactly), or a text such as "-3", "2/5" or "0.1".
    static of(value) {
      if (value instanceof Rational) return value;
      if (typeof value === "bigint") return new Rational(value);
      if (typeof value === "number") return Rational.ofFloat(value);
      const [, head, tail = "", below = "1"] = /^\s*([+-]?\d*)(?:\.(\d+))?(?:\/(\d+))?\s*$/.exec(value) ?? [];
      if (!head && !tail) throw new RangeError(`${value} is no fraction`);
      const top = BigInt((/^[+-]?$/.test(head) ? `${head}0` : head).replace("+", "")), whole = 10n ** BigInt(tail.length);
      const part = BigInt(tail || "0") * (head.startsWith("-") ? -1n : 1n);
      return new Rational(top * whole + part, whole * BigInt(below));
    }

    static ofFloat(value) {
      let bottom = 1n;
      while (!Number.isInteger(value)) { // exact: only the exponent changes
        if (!Number.isFinite(value)) throw new RangeError(`${value} is no fraction`);
        [value, bottom] = [value * 2, bottom * 2n];
      }
      return new Rational(BigInt(value), bottom);
    }

    plus(other) { return new Rational(this.top * other.bottom + other.top * this.bottom, this.bottom * other.bottom); }
    minus(other) { return new Rational(this.top * other.bottom - other.top * this.bottom, this.bottom * other.bottom); }
    times(other) { return new Rational(this.top * other.top, this.bottom * other.bottom); }
    over(other) { return new Rational(this.top * other.bottom, this.bottom * other.top); }
    negated() { return new Rational(-this.top, this.bottom); }
    sign() { return sign(this.top); }
    compare(other) { return sign(this.top * other.bottom - other.top * this.bottom); }
    equals(other) { return this.compare(other) === 0; }
    round() { // to the nearest whole number, halves upward
      const [top, bottom] = [2n * this.top + this.bottom, 2n * this.bottom], down = top / bottom;
      return new Rational(down * bottom > top ? down - 1n : down);
    }
    toNumber() { return quotient(this.top, this.bottom); }
    toString() { return this.bottom === 1n ? `${this.top}` : `${this.top}/${this.bottom}`; }
  }

  // ---------------------------------------------------------------- pointers

  // Where an event is, in the coordinates of an SVG element.
  function place(svgElement, event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svgElement.getScreenCTM().inverse());
    return [point.x, point.y];
  }

  // Calls `start(event)` when a pointer goes down; if that returns an object {move, end}, these hear of the pointer
  // until it is up. The pointer stays with `target`, even where what it went down on is drawn anew meanwhile. So that a
  // finger does not scroll instead, `target` needs `touch-action: pinch-zoom`: on elements inside an SVG it does nothing.
  function draggable(target, start) {
    let held = null;
    target.addEventListener("pointerdown", event => {
      if (held || event.button) return;
      const listener = start(event);
      if (!listener) return;
      held = { id: event.pointerId, ...listener };
      target.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    target.addEventListener("pointermove", event => {
      if (held && held.id === event.pointerId) held.move?.(event);
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      target.addEventListener(kind, event => {
        if (!held || held.id !== event.pointerId) return;
        const { end } = held;
        held = null;
        end?.(event);
      });
    }
  }

  return { element, svg, size, gcd, sign, primitive, quotient, Rational, place, draggable };
})();
