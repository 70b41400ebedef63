const EVERY_MS = 25;

/** The first truthy result of `look`, or an error after `ms` milliseconds. */
export async function until(look, ms, what) {
  const found = await within(look, ms);
  if (!found) throw new Error(`waited ${ms} ms in vain for ${what}`);
  return found;
}

/** The first truthy result of `look`, or null after `ms` milliseconds. Looks at least once. */
export async function within(look, ms) {
  const end = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) return null;
    await new Promise((wake) => setTimeout(wake, EVERY_MS));
  }
}
