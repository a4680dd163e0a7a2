/** Calling what the application gave us to listen with. */

/** Calls a listener. What it throws, at once or later, is its own affair: it must cost nobody a token or a process. */
export function notify<Event>(listener: ((event: Event) => unknown) | undefined, event: Event): void {
  try {
    Promise.resolve(listener?.(event)).catch(() => {});
  } catch {
    // Thrown at once.
  }
}
