// What can be taken hold of on the picture of a template: a field, a cell or a ruled line. All lengths are mm.
//
// A grip has a `name` that outlives a change, says which `part` of it lies under a point (the `whole`, or what is pulled by
// keys with Shift, the `far` one), how far a pull `moves` it (a line only across itself, its ends only along it), `shows`
// that, and what to `ask` of the server for it.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const shape = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
const place = (shapes, attributes, perMm) => {
  for (const [key, value] of Object.entries(attributes)) shapes.forEach((one) => one.setAttribute(key, value * perMm));
};

function lineGrip(line, shapes, perMm) {
  const { ends: [x1, y1, x2, y2], ...id } = line;
  const isAcross = y1 === y2, isDown = x1 === x2;
  const goesRight = (part) => (isAcross ? part !== "whole" : isDown ? part === "whole" : true);
  const goesDown = (part) => (isDown ? part !== "whole" : isAcross ? part === "whole" : true);
  const at = isAcross ? y1 : x1;
  return {
    name: `line ${id.entry} ${id.at} ${id.place}`,
    label: `lines ${id.entry + 1}, ${isAcross ? "across" : isDown ? "down" : "slant"} ${+at.toFixed(2)} mm`,
    slides: isAcross || isDown ? { at, way: isAcross ? "vertical" : "horizontal" } : null,
    part(x, y, near) {
      const reach = Math.min(near, Math.hypot(x2 - x1, y2 - y1) / 4);
      if (Math.hypot(x - x1, y - y1) < reach) return "start";
      return Math.hypot(x - x2, y - y2) < reach ? "end" : "whole";
    },
    whole: "whole",
    far: "end",
    moves: (part, right, down) => [goesRight(part) ? right : 0, goesDown(part) ? down : 0],
    shows(part, right, down) {
      const first = part !== "end", second = part !== "start";
      place(shapes, { x1: x1 + first * right, y1: y1 + first * down, x2: x2 + second * right, y2: y2 + second * down }, perMm);
    },
    cursor: (part) => (goesRight(part) && goesDown(part) ? "move" : goesRight(part) ? "ew-resize" : "ns-resize"),
    ask: (part, right, down) => ["/draft/line", { ...id, part, right, down }],
  };
}

const CURSORS = { "": "move", l: "ew-resize", r: "ew-resize", t: "ns-resize", b: "ns-resize", lt: "nwse-resize", rb: "nwse-resize", rt: "nesw-resize", lb: "nesw-resize" };

function cellGrip(field, cell, rect, perMm) {
  const { box: [x, y, width, height], ...id } = cell;
  // a part is the edges that are pulled, none where the cell is moved whole
  const pulled = (part, edge) => +(part === "" || part.includes(edge));
  return {
    name: `cell ${field.name} ${id.encoding} ${id.across} ${id.down}`,
    label: `${field.name}, ${id.encoding} ${id.across + 1}/${id.down + 1}`,
    entry: field.entry,
    part(px, py, near) {
      const wide = Math.min(near, width / 4), high = Math.min(near, height / 4);
      const beside = px - x < wide ? "l" : x + width - px < wide ? "r" : "";
      return beside + (py - y < high ? "t" : y + height - py < high ? "b" : "");
    },
    whole: "",
    far: "rb",
    moves: (part, right, down) => [/^[tb]$/.test(part) ? 0 : right, /^[lr]$/.test(part) ? 0 : down],
    shows(part, right, down) {
      const [left, top] = [pulled(part, "l") * right, pulled(part, "t") * down];
      const wider = pulled(part, "r") * right - left, higher = pulled(part, "b") * down - top;
      place([rect], { x: x + left, y: y + top, width: Math.max(0, width + wider), height: Math.max(0, height + higher) }, perMm);
    },
    cursor: (part) => CURSORS[part],
    ask: (part, right, down) => ["/draft/cell", {
      ...id, entry: field.entry, field: field.name,
      left_edge: pulled(part, "l") * right, right_edge: pulled(part, "r") * right,
      top_edge: pulled(part, "t") * down, bottom_edge: pulled(part, "b") * down,
    }],
  };
}

function fieldGrip(field, sheet, perMm) {
  return {
    name: `field ${field.name}`,
    label: field.name,
    entry: field.entry,
    part: () => "",
    whole: "",
    far: "",
    moves: (_part, right, down) => [right, down],
    shows(_part, right, down) {
      sheet.querySelectorAll("g.chosen").forEach((group) => group.setAttribute("transform", `translate(${right * perMm} ${down * perMm})`));
    },
    cursor: () => "move",
    ask: (_part, right, down) => ["/draft/move", { entry: field.entry, right, down }],
  };
}
