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

const SAID = { "⊙": "times", "·": "times", "−": "minus", "σ(": "sigma of (", "δ": "delta", "∂L/∂h": "d L by d h", "∂L/∂c": "d L by d c", "∂L/∂s": "d L by d s", T: "transposed" };

/** @param {{cell: string, sign: string, squash: string, peepholes: boolean}} gate @returns {Token[]} */
export function gateFormula({ cell, sign, squash, peepholes }) {
  const rnn = cell.startsWith("rnn");
  const opens = { sigmoid: "σ(", tanh: "tanh(", relu: "relu(", linear: "" }[squash];
  const under = (from) => (rnn ? `${from}h` : `${from}${sign}`);
  const input = [letter("W", "x", under("i")), letter("x", "x", "t")];
  const hidden = [letter("W", "h", under("h")), letter("h", "h", "t−1")];
  const [own, recurrent] = [letter("b", "b", under("i")), letter("b", "b", under("h"))];
  const head = [letter(sign, sign, "t"), plain(" = "), ...(opens ? [name(opens)] : [])];
  if (cell === "gru" && sign === "n") {
    return [...head, ...input, plain(" + "), own, plain(" + "), letter("r", "r", "t"), plain(" ⊙ ("), ...hidden,
      plain(" + "), recurrent, plain("))")];
  }
  const seen = sign === "o" ? "t" : "t−1";
  const peephole = peepholes && sign !== "g" ? [plain(" + "), letter("w", "c", `c${sign}`), plain(" ⊙ "), letter("c", "c", seen)] : [];
  return [...head, ...input, plain(" + "), ...hidden, plain(" + "), own, plain(" + "), recurrent, ...peephole, ...(opens ? [plain(")")] : [])];
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

/** @param {boolean} categorical @param {boolean} [probe] nothing is asked for @returns {Token[][]} */
export function lossFormulas(categorical, probe = false) {
  const output = [letter("W", "h", "out"), letter("h", "h", "t"), plain(" + "), letter("b", "b", "out")];
  if (probe) {
    return [[letter("ŷ", "out", "t"), plain(" = "), ...output],
      [letter("L", "loss", "t"), plain(" = ½ ‖"), letter("ŷ", "out", "t"), { text: "‖", sup: "2", upright: true }]];
  }
  if (!categorical) {
    return [[letter("ŷ", "out", "t"), plain(" = "), ...output],
      [letter("L", "loss", "t"), plain(" = ½ ("), letter("ŷ", "out", "t"), plain(" − "), letter("y", "y", "t"), { text: ")", sup: "2", upright: true }]];
  }
  return [[letter("s", "out", "t"), plain(" = "), ...output],
    [letter("p", "p", "k"), plain(" = "), letter("e", "out", undefined, "sₖ"), plain(" / Σ"), letter("", "out", "j"), plain(" "),
      letter("e", "out", undefined, "sⱼ")],
    [letter("L", "loss", "t"), plain(" = −ln "), letter("p", "p", "target")]];
}

/**
 * @param {{cell: string, row: string, top: boolean, peepholes: boolean}} of
 * @returns {Token[][]}
 */
export function backFormulas({ cell, row, top, peepholes }) {
  const own = top ? [letter("W", "e", "out", "T"), letter("∂L/∂s", "e", "t")] : [letter("W", "e", "above", "T"), letter("δ", "e", "t", "above")];
  const later = [letter("W", "later", "hh", "T"), letter("δ", "later", "t+1")];
  const times = plain(" ⊙ ");
  const straight = cell === "gru" ? [plain(" + "), letter("z", "z", "t+1"), times, letter("∂L/∂h", "z", "t+1")] : [];
  const hidden = [letter("∂L/∂h", "δh", "t"), plain(" = "), ...own, plain(" + "), ...later, ...straight];
  const passes = [...passedOn(cell, times), DELTA[cell] ?? DELTA.any];
  if (row !== "cell") return [hidden, ...passes];
  const hole = (sign, when) => [plain(" + "), letter("w", "c", `c${sign}`), letter("δ", "c", when, sign)];
  const holes = peepholes ? [...hole("o", "t"), ...hole("i", "t+1"), ...hole("f", "t+1")] : [];
  return [[letter("∂L/∂c", "δc", "t"), plain(" = "), letter("f", "f", "t+1"), times, letter("∂L/∂c", "f", "t+1"), plain(" + "),
    letter("∂L/∂h", "h", "t"), times, letter("o", "h", "t"), times, plain("(1 − tanh"), { text: "", sup: "2", upright: true }, letter(" c", "h", "t"), plain(")"), ...holes],
  ...passes];
}

/** Said once, below the equations in which it stands. */
const DELTA = {
  any: [plain("δ stands for ∂L/∂a, the gradient at a pre-activation")],
  gru: [plain("δ stands for ∂L/∂a, the gradient at a pre-activation; through W"), { text: "", sub: "hn", upright: true }, plain(" goes "), letter("δ", undefined, "t", "q"), plain(" = "),
    letter("r", "pass-r", "t"), plain(" ⊙ "), letter("δ", "pass-n", "t", "n")],
};

/** δ of each gate: what reaches it, times how steep it is. */
function passedOn(cell, times) {
  const sigmoid = (sign) => [letter(sign, `pass-${sign}`), plain("(1 − "), letter(sign, `pass-${sign}`), plain(")")];
  const tanh = (sign) => [plain("(1 − "), letter(sign, `pass-${sign}`, undefined, "2"), plain(")")];
  const line = (sign, ...factors) => [letter("δ", `pass-${sign}`, "t", sign), plain(" = "),
    ...factors.flatMap((factor, k) => (k > 0 ? [times, ...factor] : factor))];
  const [deltaH, deltaC] = [[letter("∂L/∂h", "δh", "t")], [letter("∂L/∂c", "δc", "t")]];
  if (cell === "lstm") {
    return [
      line("f", deltaC, [letter("c", "c", "t−1")], sigmoid("f")),
      line("i", deltaC, [letter("g", "g", "t")], sigmoid("i")),
      line("g", deltaC, [letter("i", "i", "t")], tanh("g")),
      line("o", deltaH, [name("tanh("), letter("c", "c'", "t"), plain(")")], sigmoid("o")),
    ];
  }
  if (cell === "gru") {
    return [
      line("n", deltaH, [plain("(1 − "), letter("z", "pass-n"), plain(")")], tanh("n")),
      line("r", [letter("δ", "pass-n", "t", "n")], [letter("q", "pass-r")], sigmoid("r")),
      line("z", deltaH, [plain("("), letter("h", "h", "t−1"), plain(" − "), letter("n", "n", "t"), plain(")")], sigmoid("z")),
    ];
  }
  const slope = cell === "rnn_tanh" ? [plain("(1 − "), letter("h", "pass-h", "t", "2"), plain(")")]
    : [plain("["), letter("a", "pass-h", "t"), plain(" > 0]")];
  return [[letter("δ", "pass-h", "t"), plain(" = "), ...deltaH, ...(cell === "rnn_linear" ? [] : [times, ...slope])]];
}
