/**
 * Where Streamlit comes in. It calls `mount` again with the same parent on every change of data or
 * theme, so the view is kept per parent and a call is an update; the clean-up of a run that was
 * overtaken by a later one does nothing.
 */

import { View } from "./view.mjs";

const views = new WeakMap();

/** The style sheet stands beside this module, under the same hashed path. */
function styled(parent) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("training.css", import.meta.url).href;
  const ready = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error("The training view's style sheet did not load."));
  });
  parent.append(link);
  return ready;
}

/** @param {{parentElement: Element|ShadowRoot, data: object, setStateValue: Function, setTriggerValue: Function}} component */
export async function mount(component) {
  const parent = component.parentElement;
  let entry = views.get(parent);
  const revision = (entry?.revision ?? 0) + 1;
  if (!entry) views.set(parent, (entry = { view: null, ready: styled(parent) }));
  entry.revision = revision;
  await entry.ready;
  const root = parent.querySelector("[data-training]");
  if (entry.revision === revision && root) {
    if (entry.view && entry.view.root !== root) {
      entry.view.destroy();
      entry.view = null;
    }
    entry.view ??= new View(root);
    entry.view.update(component);
  }
  return () => {
    if (entry.revision !== revision || views.get(parent) !== entry) return;
    entry.view?.destroy();
    views.delete(parent);
  };
}
