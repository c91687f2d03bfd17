/** How a value inside the cell looks: the colours of the strips, and how much of its lane it fills. */

import { onLog } from "./scales.mjs";

const LAST = 512;

/**
 * Names of scales: "gate", "candidate", "cell", "hidden", "preactivation" as in the strips; "logit"
 * for what enters a squashing, coloured by tanh(a / 2), which no value leaves; "grad" on the
 * gradients' log axis.
 */
export class Looks {
  /** @param {import("./bitmaps.mjs").Bitmaps} bitmaps @param {{low: number, high: number}} axis */
  constructor(bitmaps, axis) {
    const { fields } = bitmaps;
    const signed = fields.get("hidden").table.names;
    const gate = [...fields.values()].find(({ table }) => table.names !== signed)?.table.names;
    this.scales = {
      logit: { share: (value) => 0.5 + 0.5 * Math.tanh(value / 2), names: signed },
      gate: { share: (value) => value, names: gate ?? signed },
      grad: { share: (value) => onLog(Math.abs(value), axis),
        names: fields.get("grad_hidden")?.table.names ?? signed },
    };
    for (const field of ["candidate", "cell", "hidden", "preactivation"]) {
      const known = fields.get(field);
      if (known) this.scales[field] = { share: known.share, names: known.table.names };
    }
    this.oneSided = new Set(["gate", "grad"]);
  }

  /** Colour and share of the lane, unit by unit. @param {Float64Array} values @param {string} scale */
  of(values, scale) {
    const { share, names } = this.scales[scale];
    const one = this.oneSided.has(scale);
    const places = Array.from(values, (value) => Math.min(1, Math.max(0, share(value))));
    return {
      colours: places.map((at) => names[Math.round(at * LAST)]),
      sizes: places.map((at) => (one ? at : Math.abs(2 * at - 1))),
    };
  }
}
