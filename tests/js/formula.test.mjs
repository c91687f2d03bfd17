import assert from "node:assert/strict";
import test from "node:test";

import { backFormulas, gateFormula, lossFormulas, spokenFormula, stateFormulas } from "../../exhibits/stage/js/formula.mjs";
import { GATES } from "../../exhibits/stage/js/terms.mjs";

const written = (tokens) => tokens.map(({ text, sub, sup }) => `${text}${sup ? `^${sup}` : ""}${sub ? `_${sub}` : ""}`).join("");

test("a gate's formula has PyTorch's names", () => {
  assert.equal(written(gateFormula({ cell: "lstm", sign: "f", squash: "sigmoid", peepholes: false })),
    "f_t = σ(W_ifx_t + W_hfh_t−1 + b_if + b_hf)");
  assert.equal(written(gateFormula({ cell: "rnn_relu", sign: "h", squash: "relu", peepholes: false })),
    "h_t = relu(W_ihx_t + W_hhh_t−1 + b_ih + b_hh)");
});

test("a linear unit's formula has no brackets, and its way back no slope", () => {
  assert.equal(written(gateFormula({ cell: "rnn_linear", sign: "h", squash: "linear", peepholes: false })),
    "h_t = W_ihx_t + W_hhh_t−1 + b_ih + b_hh");
  assert.doesNotMatch(backFormulas({ cell: "rnn_linear", row: "hidden", top: true, peepholes: false }).map(written).join(" "), /> 0|1 −/);
});

test("the output gate's peephole sees the new memory, the others the old, and the candidate none", () => {
  const of = (sign, squash = "sigmoid") => written(gateFormula({ cell: "lstm", sign, squash, peepholes: true }));
  assert.match(of("o"), / \+ w_co ⊙ c_t\)$/);
  assert.match(of("i"), / \+ w_ci ⊙ c_t−1\)$/);
  assert.doesNotMatch(of("g", "tanh"), /w_c/);
});

test("the GRU resets after the recurrent product", () => {
  assert.equal(written(gateFormula({ cell: "gru", sign: "n", squash: "tanh", peepholes: false })),
    "n_t = tanh(W_inx_t + b_in + r_t ⊙ (W_hnh_t−1 + b_hn))");
  assert.deepEqual(stateFormulas("gru").map(written), ["h_t = z_t ⊙ h_t−1 + (1 − z_t) ⊙ n_t"]);
});

test("going back the GRU's gradient also goes straight, and the LSTM's memory by the forget gate", () => {
  const first = (of) => written(backFormulas({ peepholes: false, top: true, row: "hidden", ...of })[0]);
  assert.equal(first({ cell: "gru" }), "∂L/∂h_t = W^T_out∂L/∂s_t + W^T_hhδ_t+1 + z_t+1 ⊙ ∂L/∂h_t+1");
  assert.equal(first({ cell: "rnn_tanh", top: false }), "∂L/∂h_t = W^T_aboveδ^above_t + W^T_hhδ_t+1");
  assert.match(first({ cell: "lstm", row: "cell" }), /^∂L\/∂c_t = f_t\+1 ⊙ ∂L\/∂c_t\+1 \+ ∂L\/∂h_t ⊙ o_t ⊙ /);
});

test("what δ stands for is said once, and the scores have a letter that no gate has", () => {
  for (const cell of Object.keys(GATES)) {
    const said = backFormulas({ cell, row: "hidden", top: true, peepholes: false }).map(written);
    assert.equal(said.filter((line) => /^δ stands for ∂L\/∂a/.test(line)).length, 1, cell);
  }
  assert.equal(lossFormulas(true).map(written)[0], "s_t = W_outh_t + b_out");
});

test("both losses have theirs", () => {
  assert.equal(lossFormulas(true).map(written)[2], "L_t = −ln p_target");
  assert.equal(lossFormulas(false).map(written)[1], "L_t = ½ (ŷ_t − y_t)^2");
});

test("every equation can be said aloud, and every letter that a term may light is in its gate's formula", () => {
  for (const [cell, gates] of Object.entries(GATES)) {
    for (const gate of gates) {
      const tokens = gateFormula({ cell, peepholes: false, ...gate });
      for (const part of ["x", "h", "b"]) assert.ok(tokens.some((token) => token.part === part), `${cell} ${gate.sign}: ${part}`);
      assert.match(spokenFormula(tokens), /minus 1/);
    }
    const said = backFormulas({ cell, row: "hidden", top: true, peepholes: false }).map(spokenFormula);
    assert.ok(said.every((words) => words.length > 10 && !words.includes("undefined")), said.join());
  }
});
