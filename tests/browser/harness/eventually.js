/** How long an asynchronous step may take until the test fails, in milliseconds. */
const DEADLINE = 60_000;

/**
 * Polls until there is an answer. The test fails after the deadline.
 * @template T
 * @param {string} awaited what the failure names
 * @param {() => Promise<T | undefined>} poll
 * @returns {Promise<T>}
 */
export async function eventually(awaited, poll) {
  const deadline = Date.now() + DEADLINE;
  for (;;) {
    const answer = await poll();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${awaited}: not within ${DEADLINE / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
