/**
 * Where Streamlit comes in. It calls `mount` again with the same parent on every change of data or
 * theme, so the stage is kept per parent and a call is an update; the clean-up of a run that was
 * overtaken by a later one does nothing.
 */

import { Stage } from "./stage.mjs";

const stages = new WeakMap();

/** The style sheet stands beside this module, under the same hashed path. */
function styled(parent) {
  if (parent.querySelector("link[data-stage-style]")) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("stage.css", import.meta.url).href;
  link.dataset.stageStyle = "";
  const ready = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error("The stage's style sheet did not load."));
  });
  parent.append(link);
  return ready;
}

/** @param {{parentElement: Element|ShadowRoot, data: Uint8Array, setStateValue: Function}} component */
export async function mount(component) {
  const parent = component.parentElement;
  let entry = stages.get(parent);
  const revision = (entry?.revision ?? 0) + 1;
  if (!entry) stages.set(parent, (entry = { stage: null, ready: styled(parent) }));
  entry.revision = revision;
  await entry.ready;
  const root = parent.querySelector("[data-stage]");
  if (entry.revision === revision && root) {
    if (entry.stage && entry.stage.root !== root) {
      entry.stage.destroy();
      entry.stage = null;
    }
    entry.stage ??= new Stage(root);
    entry.stage.update(component);
  }
  return () => {
    if (entry.revision !== revision || stages.get(parent) !== entry) return;
    entry.stage?.destroy();
    stages.delete(parent);
  };
}
