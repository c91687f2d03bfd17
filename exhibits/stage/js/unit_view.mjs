/** (under construction) */

export class UnitView {
  constructor(root, track) {
    this.root = root;
    this.track = track;
  }

  layout(scene, bitmaps, theme) {
    Object.assign(this, { scene, bitmaps, theme });
  }

  draw(frame) {
    this.frame = frame;
  }
}
