/**
 * What to say to somebody at an hour of the day (0 to 23).
 * @param {string} name
 * @param {number} hour
 */
export function greeting(name, hour) {
  const partOfDay =
    hour < 5 || hour >= 22 ? 'night' : hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
  return `Good ${partOfDay}, ${name.trim() || 'world'}!`;
}
