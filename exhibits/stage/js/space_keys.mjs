/** A control that works with arrows and letters keeps them from the stage; Escape leads out. */
export function keepKeys(node) {
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") event.stopPropagation();
  });
}
