/**
 * Reads what Python sends: one or more runs and where the stage stands (`bundle.py` has the layout).
 *
 * @typedef {"overview"|"cell"|"unit"} Level
 * @typedef {{step: number, phase: "forward"|"loss"|"backward", layer: number, unit: number|null,
 *            level: Level, track: number, panels: string[], wants: string[], rolled: boolean, turn: number}} StageState
 *   a new turn: the page moved the stage; the rest are echoes
 * @typedef {{run: import("./decode.mjs").RunData, ghost: import("./decode.mjs").RunData|null,
 *            title: string, editable: boolean}} TrackData  a track that stands beside the learner's own is not theirs to change
 * @typedef {{id: string, whole: boolean, state: StageState, options: Record<string, unknown>, tracks: TrackData[]}} Bundle
 *   `whole`: every run is here, sent now or before
 */

import { decode } from "./decode.mjs";

const VERSION = 2;

/**
 * @param {Uint8Array} bytes
 * @param {(payload: Uint8Array|null, id: string) => import("./decode.mjs").RunData|null} [reader]  gets
 *   null for a run that was sent before
 * @returns {Bundle}
 */
export function unbundle(bytes, reader = decode) {
  if (bytes.byteLength < 4) throw new Error(`stage bundle: ${bytes.byteLength} bytes are no bundle`);
  // The bytes may stand anywhere in a larger buffer; typed arrays need them aligned.
  const own = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const length = new DataView(own.buffer, own.byteOffset, own.byteLength).getUint32(0, true);
  if (4 + length > own.byteLength) throw new Error("stage bundle: the header is cut off");
  const header = JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + length)));
  if (header.version !== VERSION) throw new Error(`stage bundle: version ${header.version} is not known`);
  const read = ({ offset, size, id }) => {
    if (offset === null) return reader(null, id);
    const start = 4 + length + offset;
    if (start + size > own.byteLength) throw new Error("stage bundle: a run is cut off");
    return reader(own.subarray(start, start + size), id);
  };
  const runs = header.runs.map(read);
  const tracks = header.tracks.map(({ run, ghost, title, editable }) =>
    ({ run: runs[run], ghost: ghost === null ? null : runs[ghost], title, editable }));
  return { id: header.runs.map(({ id }) => id).join(), whole: runs.every((run) => run !== null),
    state: header.state, options: header.options, tracks };
}
