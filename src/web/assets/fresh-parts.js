/**
 * Takes the parts of this page that are marked `data-live` anew from the server and changes only what differs,
 * so that focus, selection, scroll positions and what the reader opened stay as they are.
 */
export async function refreshParts() {
  const url = new URL(location.href);
  url.hash = '';
  // Somebody reads the log of one job: the page must not turn to another.
  const reading = document.getElementById('log')?.dataset['reading'];
  if (reading) url.searchParams.set('job', reading);
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  if (response.redirected && new URL(response.url).pathname === '/login') location.assign(response.url);
  if (!response.ok) throw new Error(`the page answered ${response.status}`);
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-live]')) {
    const newer = fresh.getElementById(part.id);
    if (newer) update(part, newer);
  }
  document.title = fresh.title;
  const icon = document.querySelector('link[rel=icon]');
  const newerIcon = fresh.querySelector('link[rel=icon]');
  if (icon && newerIcon) updateAttributes(icon, newerIcon);
}

/**
 * @param {Element} old
 * @param {Element} newer
 */
function update(old, newer) {
  if (old.isEqualNode(newer)) return;
  updateAttributes(old, newer);
  const children = [...old.childNodes];
  const newerChildren = [...newer.childNodes];
  newerChildren.forEach((newerChild, index) => {
    const child = children[index];
    if (!child) old.append(newerChild);
    else if (child instanceof Element && newerChild instanceof Element && isSame(child, newerChild)) {
      update(child, newerChild);
    } else if (!child.isEqualNode(newerChild)) child.replaceWith(newerChild);
  });
  for (const left of children.slice(newerChildren.length)) left.remove();
}

/**
 * @param {Element} one
 * @param {Element} other
 */
function isSame(one, other) {
  return one.tagName === other.tagName && one.id === other.id;
}

/**
 * @param {Element} old
 * @param {Element} newer
 */
function updateAttributes(old, newer) {
  for (const { name } of [...old.attributes]) {
    if (!newer.hasAttribute(name) && !isReaders(old, name)) old.removeAttribute(name);
  }
  for (const { name, value } of [...newer.attributes]) {
    if (old.getAttribute(name) !== value && !isReaders(old, name)) old.setAttribute(name, value);
  }
}

/**
 * What lies open is up to the reader once the page is there.
 * @param {Element} element
 * @param {string} name
 */
function isReaders(element, name) {
  return name === 'open' && element instanceof HTMLDetailsElement;
}
