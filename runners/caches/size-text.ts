/** For people: `312 KiB`, `12.3 MiB`. */
export function sizeText(sizeBytes: number): string {
  const mebibytes = sizeBytes / 2 ** 20;
  return mebibytes < 1 ? `${Math.ceil(sizeBytes / 1024)} KiB` : `${mebibytes.toFixed(1)} MiB`;
}
