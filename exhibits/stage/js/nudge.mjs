/** (under construction) */

export class Nudge {
  constructor(root, track) {
    this.root = root;
    this.track = track;
  }

  layout(scene, bitmaps, theme, width) {
    Object.assign(this, { scene, bitmaps, theme, width });
  }

  draw(frame) {
    this.frame = frame;
  }
}
