/** The beginning of a text that comes in pieces and may never end. */
export type ClippedText = {
  add(piece: string): void;
  /** `isWhole`: nothing of it was left out. */
  get(): { text: string; isWhole: boolean };
};

export function createClippedText(mostLength: number): ClippedText {
  let kept = '';
  let isWhole = true;
  return {
    add(piece) {
      const room = mostLength - kept.length;
      kept += piece.slice(0, room);
      if (piece.length > room) isWhole = false;
    },
    get: () => ({ text: kept, isWhole }),
  };
}
