/**
 * The equations of one unit as tokens: letters with what stands below and above them, each with
 * the part that it belongs to, so that it can be lit with that part's numbers. Set in HTML rather
 * than MathML, whose letters can neither be lit one by one across browsers nor relied on to have a
 * mathematical font.
 *
 * @typedef {{text: string, sub?: string, sup?: string, part?: string, upright?: boolean}} Token
 */

const letter = (text, part, sub, sup) => ({ text, part, sub, sup });
const plain = (text) => ({ text, upright: true });
const name = (text) => ({ text, upright: true });

/** What a token list says aloud. @param {Token[]} tokens */
export const spokenFormula = (tokens) => tokens.map(({ text, sub, sup }) =>
  `${SAID[text] ?? text}${sub ? ` ${sub.replace("−", " minus ")}` : ""}${sup ? ` ${SAID[sup] ?? sup}` : ""}`).join(" ").replace(/\s+/g, " ").trim();

const SAID = { "⊙": "times", "·": "times", "−": "minus", "σ(": "sigma of (", "δ": "delta", "δh": "delta h", "δc": "delta c", "∂": "d", T: "transposed" };

/** @param {{cell: string, sign: string, squash: string, peepholes: boolean}} gate @returns {Token[]} */
export function gateFormula({ cell, sign, squash, peepholes }) {
  const rnn = cell.startsWith("rnn");
  const opens = { sigmoid: "σ(", tanh: "tanh(", relu: "relu(" }[squash];
  const under = (from) => (rnn ? `${from}h` : `${from}${sign}`);
  const input = [letter("W", "x", under("i")), letter("x", "x", "t")];
  const hidden = [letter("W", "h", under("h")), letter("h", "h", "t−1")];
  const [own, recurrent] = [letter("b", "b", under("i")), letter("b", "b", under("h"))];
  const head = [letter(sign, sign, "t"), plain(" = "), name(opens)];
  if (cell === "gru" && sign === "n") {
    return [...head, ...input, plain(" + "), own, plain(" + "), letter("r", "r", "t"), plain(" ⊙ ("), ...hidden,
      plain(" + "), recurrent, plain("))")];
  }
  const seen = sign === "o" ? "t" : "t−1";
  const peephole = peepholes && sign !== "g" ? [plain(" + "), letter("w", "c", `c${sign}`), plain(" ⊙ "), letter("c", "c", seen)] : [];
  return [...head, ...input, plain(" + "), ...hidden, plain(" + "), own, plain(" + "), recurrent, ...peephole, plain(")")];
}

/** What becomes of the gates. @param {string} cell @returns {Token[][]} */
export function stateFormulas(cell) {
  const times = plain(" ⊙ ");
  if (cell === "lstm") {
    return [
      [letter("c", "c'", "t"), plain(" = "), letter("f", "f", "t"), times, letter("c", "c", "t−1"), plain(" + "),
        letter("i", "i", "t"), times, letter("g", "g", "t")],
      [letter("h", "h'", "t"), plain(" = "), letter("o", "o", "t"), times, name("tanh("), letter("c", "c'", "t"), plain(")")],
    ];
  }
  if (cell !== "gru") return [];
  return [[letter("h", "h'", "t"), plain(" = "), letter("z", "z", "t"), times, letter("h", "h", "t−1"), plain(" + (1 − "),
    letter("z", "z", "t"), plain(")"), times, letter("n", "n", "t")]];
}

/** @param {boolean} categorical @returns {Token[][]} */
export function lossFormulas(categorical) {
  const output = [letter("W", "h", "out"), letter("h", "h", "t"), plain(" + "), letter("b", "b", "out")];
  if (!categorical) {
    return [[letter("ŷ", "out", "t"), plain(" = "), ...output],
      [letter("L", "loss", "t"), plain(" = ½ ("), letter("ŷ", "out", "t"), plain(" − "), letter("y", "y", "t"), { text: ")", sup: "2", upright: true }]];
  }
  return [[letter("o", "out"), plain(" = "), ...output],
    [letter("p", "p", "k"), plain(" = "), { text: "e", part: "out", sup: "oₖ" }, plain(" / Σ"), letter("", "out", "j"), plain(" "), { text: "e", part: "out", sup: "oⱼ" }],
    [letter("L", "loss", "t"), plain(" = −ln "), letter("p", "p", "target")]];
}

/**
 * @param {{cell: string, row: string, top: boolean, peepholes: boolean}} of
 * @returns {Token[][]}
 */
export function backFormulas({ cell, row, top, peepholes }) {
  const own = top ? [letter("W", "e", "out", "T"), letter("∂L/∂o", "e", "t")] : [letter("W", "e", "above", "T"), letter("δa", "e", "t", "above")];
  const later = [letter("W", "later", "hh", "T"), letter("δa", "later", "t+1")];
  const times = plain(" ⊙ ");
  const straight = cell === "gru" ? [plain(" + "), letter("z", "z", "t+1"), times, letter("δh", "z", "t+1")] : [];
  const hidden = [letter("δh", "δh", "t"), plain(" = "), ...own, plain(" + "), ...later, ...straight];
  const passes = passedOn(cell, times);
  if (row !== "cell") return [hidden, ...passes];
  const holes = peepholes ? [plain(" + "), letter("w", "c", "co"), letter("δ", "c", "t", "o"), plain(" + "), letter("w", "c", "ci"), letter("δ", "c", "t+1", "i"),
    plain(" + "), letter("w", "c", "cf"), letter("δ", "c", "t+1", "f")] : [];
  return [[letter("δc", "δc", "t"), plain(" = "), letter("f", "f", "t+1"), times, letter("δc", "f", "t+1"), plain(" + "),
    letter("δh", "h", "t"), times, letter("o", "h", "t"), times, plain("(1 − tanh"), { text: "", sup: "2", upright: true }, letter(" c", "h", "t"), plain(")"), ...holes],
  ...passes];
}

/** δa of each gate. */
function passedOn(cell, times) {
  if (cell === "lstm") {
    return [
      [letter("δ", "pass-f", "t", "f"), plain(" = "), letter("δc", "δc", "t"), times, letter("c", "c", "t−1"), times, letter("f", "pass-f"), plain("(1 − "), letter("f", "pass-f"), plain(")")],
      [letter("δ", "pass-i", "t", "i"), plain(" = "), letter("δc", "δc", "t"), times, letter("g", "g", "t"), times, letter("i", "pass-i"), plain("(1 − "), letter("i", "pass-i"), plain(")")],
      [letter("δ", "pass-g", "t", "g"), plain(" = "), letter("δc", "δc", "t"), times, letter("i", "i", "t"), times, plain("(1 − "), letter("g", "pass-g", undefined, "2"), plain(")")],
      [letter("δ", "pass-o", "t", "o"), plain(" = "), letter("δh", "δh", "t"), times, name("tanh("), letter("c", "c'", "t"), plain(")"), times, letter("o", "pass-o"), plain("(1 − "), letter("o", "pass-o"), plain(")")],
    ];
  }
  if (cell === "gru") {
    return [
      [letter("δ", "pass-n", "t", "n"), plain(" = "), letter("δh", "δh", "t"), times, plain("(1 − "), letter("z", "pass-n"), plain(")"), times, plain("(1 − "), letter("n", "pass-n", undefined, "2"), plain(")")],
      [letter("δ", "pass-r", "t", "r"), plain(" = "), letter("δ", "pass-n", "t", "n"), times, letter("q", "pass-r"), times, letter("r", "pass-r"), plain("(1 − "), letter("r", "pass-r"), plain(")")],
      [letter("δ", "pass-z", "t", "z"), plain(" = "), letter("δh", "δh", "t"), times, plain("("), letter("h", "h", "t−1"), plain(" − "), letter("n", "n", "t"), plain(")"), times, letter("z", "pass-z"), plain("(1 − "), letter("z", "pass-z"), plain(")")],
    ];
  }
  const slope = cell === "rnn_tanh" ? [plain("(1 − "), letter("h", "pass-h", "t", "2"), plain(")")] : [plain("["), letter("a", "pass-h", "t"), plain(" > 0]")];
  return [[letter("δa", "pass-h", "t"), plain(" = "), letter("δh", "δh", "t"), times, ...slope]];
}
