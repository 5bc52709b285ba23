/** @type {Record<string, string>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** @param {string} text */
export function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** @param {{ message: string, build: string }} content */
export function page({ message, build }) {
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Greeter</title>
  <h1>${escapeHtml(message)}</h1>
  <p>Build ${escapeHtml(build)}</p>
</html>
`;
}
